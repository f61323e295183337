"""Diagnoses layers that undo or repeat each other's work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from models.diagnoses.advice import layers as advice
from models.diagnoses.design import NORMALIZATIONS, Design
from models.diagnoses.finding import Finding
from models.diagnoses.rule import SpecificationRule
from models.diagnoses.specimens import OUTPUT, Document, dense, specimen
from models.diagnoses.thresholds import LIMITS
from models.specs import activations as act
from models.specs import layers as lay
from models.text import LocalizedText

DROPOUTS = (lay.Dropout, lay.AlphaDropout, lay.GaussianDropout)


class LayerConflict(SpecificationRule):
    """Layers that stand in each other's way.

    Symptom:
        Slow or noisy learning, parameters without effect.

    Why it matters:
        Two activations in a row flatten twice; a bias right before a batch normalization is taken off again; dropping
        most units leaves too few to learn with; plain dropout and batch normalization undo what SELU normalizes.

    How it is detected:
        From the order of the layers in the spec.

    Remedy:
        One activation a layer; no bias before a batch normalization; a rate of at most one half; alpha dropout with
        SELU.

    References:
        Ioffe & Szegedy 2015, arXiv 1502.03167, section 3.2; Klambauer et al. 2017, arXiv 1706.02515, section 3.
    """

    code: ClassVar[str] = "layer_conflict"
    title: ClassVar[LocalizedText] = LocalizedText("Layers in each other's way", "Capas que se estorban")
    text: ClassVar[LocalizedText] = LocalizedText(
        "Two layers of the network undo or repeat each other's work.",
        "Dos capas de la red deshacen o repiten el trabajo de la otra.",
    )
    reference: ClassVar[str] = "Ioffe & Szegedy 2015, arXiv 1502.03167; Klambauer et al. 2017, arXiv 1706.02515"
    root: ClassVar[bool] = True
    FAULTY: ClassVar[Document] = specimen([dense(), {"type": "dropout", "rate": 0.9}, dense(), OUTPUT])
    HEALTHY: ClassVar[Document] = specimen()

    def find(self, design: Design) -> Iterator[Finding]:
        """One finding for each kind of conflict."""
        doubled = [block.name for block in design.blocks if len(block.activations) > 1]
        if doubled:
            yield self.finding(
                "info",
                "specification",
                LocalizedText(
                    "Two activations follow each other behind these layers; the second mostly repeats the first.",
                    "Detrás de estas capas hay dos activaciones seguidas; la segunda casi solo repite a la primera.",
                ),
                layers=doubled,
                evidence={"conflict": "doubled_activation"},
            )
        biased = [
            block.name
            for block in design.blocks
            if block.dense.use_bias and _normalized_at_once(block.behind) and block.dense.activation is None
        ]
        if biased:
            yield self.finding(
                "info",
                "specification",
                LocalizedText(
                    "The biases of these layers do nothing: the batch normalization behind them subtracts the mean.",
                    "Los sesgos de estas capas no hacen nada: la batch_normalization que sigue resta la media.",
                ),
                layers=biased,
                evidence={"conflict": "bias_before_normalization"},
            )
        yield from self._dropout(design)
        yield from self._selu(design)

    def _dropout(self, design: Design) -> Iterator[Finding]:
        """More than half of the units dropped."""
        rates = [layer.spec.rate for layer in design.placed if isinstance(layer.spec, DROPOUTS)]
        if rates and max(rates) > LIMITS.dropout:
            yield self.finding(
                "warning",
                "specification",
                LocalizedText(
                    f"A dropout rate of {max(rates):g} leaves only {1 - max(rates):.0%} of the units in each step.",
                    f"Una tasa de dropout de {max(rates):g} deja solo el {1 - max(rates):.0%} de las unidades en cada "
                    "paso.",
                ),
                value=max(rates),
                threshold=LIMITS.dropout,
                quantity="dropout_rate",
                evidence={"conflict": "strong_dropout"},
                advice=[advice.gentler_dropout(design)],
            )

    def _selu(self, design: Design) -> Iterator[Finding]:
        """SELU beside what breaks its self-normalization."""
        selu = [block for block in design.hidden if isinstance(block.activation, act.Selu)]
        breaking = (lay.Dropout, lay.GaussianDropout, *NORMALIZATIONS)
        found = [block.name for block in selu if any(isinstance(layer, breaking) for layer in block.behind)]
        if found:
            yield self.finding(
                "info",
                "specification",
                LocalizedText(
                    "SELU keeps mean and variance by itself; plain dropout or normalization behind it breaks that. Use "
                    "alpha_dropout instead.",
                    "SELU conserva por sí sola la media y la varianza; un dropout normal o una normalización detrás lo "
                    "rompe. Usa alpha_dropout.",
                ),
                layers=found,
                evidence={"conflict": "selu_normalization"},
            )


def _normalized_at_once(behind: tuple[lay.LayerBase, ...]) -> bool:
    """Whether a batch normalization comes first of all that follows."""
    return bool(behind) and isinstance(behind[0], lay.BatchNormalization)
