"""Diagnoses a training that ended no better than a constant prediction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from models.diagnoses.advice import rates
from models.diagnoses.finding import Finding
from models.diagnoses.rule import TrainingRule, cause
from models.diagnoses.specimens import Document, adam, specimen
from models.diagnoses.thresholds import LIMITS
from models.diagnoses.training_run import TrainingRun
from models.text import LocalizedText


class NoLearning(TrainingRule):
    """A training that ended where a constant prediction would have begun.

    Symptom:
        The loss is that of always giving the same answer, and the predictions hardly depend on the input.

    Why it matters:
        It is the surest sign that something is wrong, and the poorest: it names no cause. Where another finding
        explains it, that one counts first.

    How it is detected:
        The training loss at the end against the loss of the best constant prediction (the entropy of the class
        frequencies, the variance of the targets): less than one hundredth taken off is an error, less than a tenth a
        warning. The evidence says whether it still moved: a loss whose best fell by less than a thousandth over the
        last fifth of the epochs stands on a plateau, and more epochs alone would not help.

    Remedy:
        First the output layer and the labels; then a ten times greater learning rate; then another optimizer.

    References:
        Zhang et al. 2021, AUTOTRAINER, ICSE, section 3.
    """

    code: ClassVar[str] = "no_learning"
    title: ClassVar[LocalizedText] = LocalizedText("Nothing learned", "No aprende")
    text: ClassVar[LocalizedText] = LocalizedText(
        "The network ended hardly better than always giving the same answer.",
        "La red terminó apenas mejor que dar siempre la misma respuesta.",
    )
    reference: ClassVar[str] = "Zhang et al. 2021, AUTOTRAINER, ICSE, section 3"
    symptom: ClassVar[bool] = True
    FAULTY: ClassVar[Document] = specimen(optimizer=adam(1e-7))
    HEALTHY: ClassVar[Document] = specimen()

    def find(self, run: TrainingRun) -> Iterator[Finding]:
        """At most one finding; none for a training that diverged, which says more."""
        if run.diverged or run.reference is None or not run.failed:
            return
        nothing = run.gain < LIMITS.nothing
        gain, late = max(run.gain, 0.0), run.late_gain
        yield self.finding(
            "error" if nothing else "warning",
            "training",
            LocalizedText(
                f"The training took only {gain:.1%} off the loss of the best constant prediction "
                f"({run.reference:.4g}).",
                f"El entrenamiento solo redujo un {gain:.1%} la pérdida de la mejor predicción constante "
                f"({run.reference:.4g}).",
            ),
            epoch=run.epochs,
            value=round(run.gain, 4),
            threshold=LIMITS.nothing if nothing else LIMITS.failed,
            quantity="gain",
            probability=1.0,
            evidence={
                **run.progress(),
                "late_gain": None if late is None else round(late, 6),
                "on_plateau": None if late is None else late < LIMITS.late_gain,
            },
            causes=[
                cause(
                    "unexplained",
                    "If no other finding explains it: labels that do not depend on the features, a network that is too "
                    "small, or a learning rate that does not fit.",
                    "Si ningún otro hallazgo lo explica: etiquetas que no dependen de las características, una red "
                    "demasiado pequeña o una tasa de aprendizaje inadecuada.",
                )
            ],
            advice=[rates.higher(run.design), rates.adam(run.design)],
        )
