"""Diagnoses a learning rate outside its optimizer's usual range."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from models.diagnoses.advice import rates
from models.diagnoses.design import Design
from models.diagnoses.finding import Finding
from models.diagnoses.rule import SpecificationRule, cause
from models.diagnoses.specimens import Document, adam, specimen
from models.diagnoses.thresholds import LIMITS
from models.specs import optimizers as opt
from models.text import LocalizedText

# Adagrad's steps shrink from the first one on, Adadelta's have their own unit, and Lion steps by signs.
ADAPTIVE_SHIFT: dict[type[opt.OptimizerBase], float] = {opt.Adagrad: 100.0, opt.Adadelta: 1000.0, opt.Lion: 0.3}


class LearningRateBand(SpecificationRule):
    """A learning rate outside the range in which its optimizer usually works.

    Symptom:
        Too low: the loss hardly moves. Too high: it jumps, or is soon not a number.

    Why it matters:
        The rate is the one number that most often decides whether a training works.

    How it is detected:
        The rate, counted as rate / (1 - momentum) for plain descent, against a band: 1e-4 to 1 for SGD, 1e-5 to 1e-2
        for Adam and its relatives (shifted for Adagrad, Adadelta and Lion).

    Remedy:
        A rate inside the band; then tenfold up or down, whichever the loss asks for.

    References:
        Bengio 2012, arXiv 1206.5533, section 3.1.1.
    """

    code: ClassVar[str] = "learning_rate_band"
    title: ClassVar[LocalizedText] = LocalizedText("Unusual learning rate", "Tasa de aprendizaje inusual")
    text: ClassVar[LocalizedText] = LocalizedText(
        "The learning rate lies outside the range in which this optimizer usually works.",
        "La tasa de aprendizaje está fuera del rango en el que este optimizador suele funcionar.",
    )
    reference: ClassVar[str] = "Bengio 2012, arXiv 1206.5533, section 3.1.1"
    suspect: ClassVar[bool] = True
    FAULTY: ClassVar[Document] = specimen(optimizer=adam(1e-7))
    HEALTHY: ClassVar[Document] = specimen()

    def find(self, design: Design) -> Iterator[Finding]:
        """At most one finding."""
        low, high = band(design)
        rate = design.rate
        if low <= rate <= high:
            return
        slow = rate < low
        yield self.finding(
            "warning",
            "specification",
            LocalizedText(
                f"A learning rate of {rate:g} is {'below' if slow else 'above'} the usual range of this optimizer, "
                f"{low:g} to {high:g}.",
                f"Una tasa de aprendizaje de {rate:g} está por {'debajo' if slow else 'encima'} del rango habitual de "
                f"este optimizador, de {low:g} a {high:g}.",
            ),
            value=rate,
            threshold=low if slow else high,
            quantity="learning_rate",
            evidence={"low": low, "high": high},
            causes=[
                cause(
                    "learning_rate_too_low" if slow else "learning_rate_too_high",
                    "The steps are too short." if slow else "The steps are too long.",
                    "Los pasos son demasiado cortos." if slow else "Los pasos son demasiado largos.",
                )
            ],
            advice=[rates.usual(design, low, high)],
        )


def band(design: Design) -> tuple[float, float]:
    """The usual rates of the optimizer of a design."""
    optimizer = design.spec.training.optimizer
    if isinstance(optimizer, opt.Sgd):
        reach = max(1 - optimizer.momentum, 1e-3)
        return LIMITS.rate_low_sgd * reach, LIMITS.rate_high_sgd * reach
    shift = ADAPTIVE_SHIFT.get(type(optimizer), 1.0)
    return LIMITS.rate_low * shift, LIMITS.rate_high * shift
