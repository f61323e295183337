"""Diagnoses gradients or activations that explode, before training or during it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import numpy as np

from models.diagnoses.advice import activations, clipping, data, layers, rates, weights
from models.diagnoses.data.features import sizes
from models.diagnoses.design import Design
from models.diagnoses.finding import Advice, Cause, Finding
from models.diagnoses.rule import TrainingRule, cause
from models.diagnoses.specification.attenuation import expected
from models.diagnoses.specification.learning_rate import band
from models.diagnoses.specimens import OUTPUT, Document, dense, specimen
from models.diagnoses.thresholds import LIMITS
from models.diagnoses.training.vanishing import attenuation
from models.diagnoses.training_run import TrainingRun
from models.specs import activations as act
from models.text import LocalizedText

FORWARD = ("activation_mean", "activation_std", "signal_std")


class ExplodingGradients(TrainingRule):
    """Numbers that grow beyond measure: in the untrained network, or while it trains.

    Symptom:
        The loss is not a number, or infinite, and the training ends; or it starts enormously high.

    Why it matters:
        Where each layer enlarges the signal or the gradient, the product over the layers soon exceeds what a float
        can hold. A step that is too long does the same over time: each step makes the next gradient larger.

    How it is detected:
        A value that is not finite in the untrained network, with the first layer of which it is true; a loss that is
        not finite, with the layer whose gradient was the largest in the last finite measurement; or a growth by more
        than two decades between the hidden layers that outlives the first steps (not with normalization, which makes
        gradients grow harmlessly).

    Remedy:
        At the start another activation or initializer, and scaled inputs; while training a smaller learning rate,
        then clipping by norm.

    References:
        Pascanu, Mikolov & Bengio 2013, arXiv 1211.5063; Yang et al. 2019, arXiv 1902.08129.
    """

    code: ClassVar[str] = "exploding_gradients"
    title: ClassVar[LocalizedText] = LocalizedText("Exploding gradients", "Explosión del gradiente")
    text: ClassVar[LocalizedText] = LocalizedText(
        "Signal or gradient grow until they exceed what numbers can hold, or every step makes the next one larger.",
        "La señal o el gradiente crecen hasta exceder lo representable, o cada paso agranda el siguiente.",
    )
    reference: ClassVar[str] = "Pascanu, Mikolov & Bengio 2013, arXiv 1211.5063"
    FAULTY: ClassVar[Document] = specimen([dense("exponential", repeat=5), OUTPUT])
    HEALTHY: ClassVar[Document] = specimen([dense("tanh", "glorot_uniform", repeat=5), OUTPUT])

    def find(self, run: TrainingRun) -> Iterator[Finding]:
        """The first of: not finite at the start, not finite later, growth at the start."""
        yield from next(([found] for found in (*self._at_start(run), *self._later(run), *self._growth(run))), [])

    def _at_start(self, run: TrainingRun) -> Iterator[Finding]:
        """The untrained network already exceeds what a float holds."""
        found = first_non_finite(run, 0)
        if found is None:
            return
        index, direction = found
        name = run.name(index)
        yield self.finding(
            "error",
            "initialization",
            LocalizedText(
                f"In the untrained network the {'activations' if direction == 'forward' else 'gradients'} of {name} "
                "are not finite numbers.",
                f"En la red sin entrenar {'las activaciones' if direction == 'forward' else 'los gradientes'} de "
                f"{name} no son números finitos.",
            ),
            layers=[name],
            epoch=0,
            quantity="non_finite",
            probability=1.0,
            evidence={"direction": direction},
            causes=start_causes(run.design, run.facts),
            advice=start_advice(run.design),
        )

    def _later(self, run: TrainingRun) -> Iterator[Finding]:
        """The loss stopped being a number."""
        bad = np.flatnonzero(~np.isfinite(run.loss))
        if not len(bad):
            return
        epoch = int(bad[0]) + 1
        evidence: dict[str, Any] = {"last_finite_loss": float(run.loss[epoch - 2]) if epoch > 1 else None}
        names = []
        norms = run.measured("gradient_norm")
        finite = np.flatnonzero(np.isfinite(norms).all(axis=1)) if norms.size else np.zeros(0, np.int64)
        if len(finite):
            row = int(finite[-1])
            names = [run.name(int(norms[row].argmax()))]
            evidence |= {"last_finite_epoch": int(run.checks[row]), "largest_gradient_norm": float(norms[row].max())}
        yield self.finding(
            "error",
            "training",
            LocalizedText(
                f"In epoch {epoch} the loss is no longer a finite number: the training diverged.",
                f"En la época {epoch} la pérdida deja de ser un número finito: el entrenamiento divergió.",
            ),
            layers=names,
            epoch=epoch,
            quantity="loss",
            probability=1.0,
            evidence=evidence,
            causes=[*rate_causes(run), *start_causes(run.design, run.facts)],
            advice=training_advice(run.design),
        )

    def _growth(self, run: TrainingRun) -> Iterator[Finding]:
        """Signal or gradient that grow through the untrained network."""
        before, after = attenuation(run, 0), attenuation(run, run.warm)
        if before is None or after is None or run.design.normalized:
            return
        grown = max(min(before.forward, after.forward), min(before.backward, after.backward))
        if grown <= LIMITS.attenuation:
            return
        backward = before.backward >= before.forward
        value = before.backward if backward else before.forward
        yield self.finding(
            "error" if run.failed else "warning",
            "initialization",
            LocalizedText(
                f"In the untrained network the {'gradient' if backward else 'signal'} grows by a factor of "
                f"10^{value:.1f} through the hidden layers.",
                f"En la red sin entrenar {'el gradiente' if backward else 'la señal'} crece por un factor de "
                f"10^{value:.1f} a través de las capas ocultas.",
            ),
            layers=[block.name for block in run.hidden],
            epoch=0,
            value=round(value, 3),
            threshold=LIMITS.attenuation,
            quantity="backward_attenuation" if backward else "forward_attenuation",
            probability=1.0,
            evidence={
                "forward_attenuation": round(before.forward, 3),
                "backward_attenuation": round(before.backward, 3),
                **run.progress(),
            },
            causes=start_causes(run.design, run.facts),
            advice=start_advice(run.design),
        )


def first_non_finite(run: TrainingRun, row: int) -> tuple[int, str] | None:
    """The first layer, from the input, whose activations are not finite in a row of the trace; else the gradients'."""
    for quantities, direction in ((FORWARD, "forward"), (("gradient_norm", "delta_rms"), "backward")):
        columns = [run.measured(name)[row] for name in quantities if len(run.measured(name)) > row]
        if columns and not np.isfinite(columns).all():
            bad = np.flatnonzero(~np.isfinite(columns).all(axis=0))
            # The gradient comes from the output: there it went wrong last in order.
            return int(bad[0] if direction == "forward" else bad[-1]), direction
    return None


def start_causes(design: Design, facts: Mapping[str, Any]) -> list[Cause]:
    """What in the spec, or in what is known of its table, makes numbers grow; the likeliest first."""
    found = []
    if any(isinstance(placed.activation, act.Exponential) for block in design.hidden for placed in block.activations):
        found.append(
            cause(
                "exponential_activation",
                "An exponential in a hidden layer multiplies what already grew.",
                "Una exponencial en una capa oculta multiplica lo que ya había crecido.",
            )
        )
    theory = expected(design)
    if theory is not None and max(theory) > LIMITS.attenuation_harmful:
        found.append(
            cause(
                "large_initial_weights",
                "The initial weights are too large for the width of the layers.",
                "Los pesos iniciales son demasiado grandes para el ancho de las capas.",
            )
        )
    if next(sizes(design, facts), None) is not None:
        found.append(
            cause("unscaled_features", "The features are not scaled.", "Las características no están escaladas.")
        )
    return found


def rate_causes(run: TrainingRun) -> list[Cause]:
    """Long steps, and large targets."""
    found = []
    target = run.facts.get("target_std")
    if target is not None and target > LIMITS.target_large:
        found.append(cause("target_scale", "The targets are large.", "Los objetivos son grandes."))
    if run.design.rate > band(run.design)[1] or not start_causes(run.design, run.facts):
        found.insert(
            0,
            cause("learning_rate_too_high", "The steps are too long.", "Los pasos son demasiado largos."),
        )
    return found


def start_advice(design: Design) -> list[Advice]:
    """Another start."""
    scaling = [data.standardize(design)] if design.spec.data.scaler is None else []
    return [
        activations.relu_he(design),
        activations.selu_lecun(design),
        weights.matching(design),
        *scaling,
        layers.batch_normalization(design),
    ]


def training_advice(design: Design) -> list[Advice]:
    """Shorter steps first."""
    scaling = [data.standardize(design)] if design.spec.data.scaler is None else []
    return [rates.lower(design), *scaling, clipping.by_norm(design), weights.matching(design)]
