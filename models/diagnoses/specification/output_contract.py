"""Diagnoses an output layer that does not fit the loss."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, NamedTuple

from models.diagnoses.advice import output as advice
from models.diagnoses.data_facts import target_range
from models.diagnoses.design import Design
from models.diagnoses.finding import Advice, Finding, Severity
from models.diagnoses.rule import SpecificationRule, cause
from models.diagnoses.specimens import OUTPUT, Document, dense, specimen
from models.specs import activations as act
from models.specs import losses
from models.text import LocalizedText
from models.theory.activations import curve

BINARY = (losses.BinaryCrossentropy, losses.BinaryFocalCrossentropy)
CATEGORICAL = (
    losses.CategoricalCrossentropy,
    losses.CategoricalFocalCrossentropy,
    losses.SparseCategoricalCrossentropy,
    losses.KlDivergence,
)
SIGNED = (losses.Hinge, losses.SquaredHinge)
PROBABILITIES = (act.Sigmoid, act.Softmax, act.HardSigmoid, act.SparseSigmoid, act.Sparsemax)
POSITIVE = (act.Softmax, act.Sparsemax, act.Softplus, act.Exponential, act.Squareplus)


class Breach(NamedTuple):
    """One way in which output and loss do not fit."""

    reason: str
    severity: Severity
    text: LocalizedText
    advice: list[Advice]


class OutputContract(SpecificationRule):
    """The output layer and the loss do not speak of the same thing.

    Symptom:
        The loss may fall, and the predictions are wrong all the same: softmax with one unit says 1 for every row; a
        ReLU output cannot say "no"; a bounded output cannot reach the targets.

    Why it matters:
        A cross-entropy expects probabilities, or logits where it is told so. Keras on TensorFlow reads the logits
        behind a sigmoid or softmax output, so that the loss curve alone does not show the mistake.

    How it is detected:
        From the spec: the last activation and its range, the number of units against that of the classes, the loss
        and its from_logits, and what is known of the range of the targets.

    Remedy:
        The activation that the loss expects: sigmoid for one unit, softmax for one unit a class, linear for numbers;
        or from_logits with a linear output.

    References:
        Goodfellow, Bengio & Courville 2016, Deep Learning, section 6.2.2.
    """

    code: ClassVar[str] = "output_contract"
    title: ClassVar[LocalizedText] = LocalizedText("Output and loss do not fit", "La salida y la pérdida no encajan")
    text: ClassVar[LocalizedText] = LocalizedText(
        "The output layer's activation gives numbers that the loss does not expect.",
        "La activación de la capa de salida da números que la pérdida no espera.",
    )
    reference: ClassVar[str] = "Goodfellow, Bengio & Courville 2016, Deep Learning, section 6.2.2"
    root: ClassVar[bool] = True
    FAULTY: ClassVar[Document] = specimen([dense(repeat=2), {**OUTPUT, "activation": "softmax"}])
    HEALTHY: ClassVar[Document] = specimen()

    def find(self, design: Design) -> Iterator[Finding]:
        """At most one finding: the first breach."""
        output = design.output
        breach = None if output is None else next(breaches(design, output.final), None)
        if output is None or breach is None:
            return
        yield self.finding(
            breach.severity,
            "specification",
            breach.text,
            layers=[output.name],
            evidence={
                "reason": breach.reason,
                "activation": output.final.type,
                "units": output.fan_out,
                "loss": design.spec.training.loss.type,
            },
            causes=[cause(breach.reason, breach.text.en, breach.text.es)],
            advice=[each for each in breach.advice if each.patch],
        )


def breaches(design: Design, final: act.ActivationBase) -> Iterator[Breach]:
    """Every way in which the output does not fit, the most certain first."""
    yield from _constant(design, final)
    yield from _logits(design, final)
    if not getattr(design.spec.training.loss, "from_logits", False):
        yield from _probabilities(design, final)
        yield from _reach(design, final)
    yield from _width(design)


def _constant(design: Design, final: act.ActivationBase) -> Iterator[Breach]:
    """Softmax over one unit."""
    output = design.output
    if output is not None and output.fan_out == 1 and isinstance(final, act.Softmax | act.LogSoftmax | act.Sparsemax):
        chosen = act.Linear() if design.shape.classes is None else act.Sigmoid()
        yield Breach(
            "softmax_of_one_unit",
            "error",
            LocalizedText(
                f"{final.type} over a single unit is the same number for every row: the network predicts a constant, "
                "even while its loss falls.",
                f"{final.type} sobre una sola unidad da el mismo número para todas las filas: la red predice una "
                "constante, aunque su pérdida baje.",
            ),
            [advice.activation(design, chosen)],
        )


def _logits(design: Design, final: act.ActivationBase) -> Iterator[Breach]:
    """Probabilities where the loss was promised logits."""
    promised = getattr(design.spec.training.loss, "from_logits", False)
    if promised and isinstance(final, (*PROBABILITIES, act.LogSoftmax)):
        yield Breach(
            "activation_before_logits",
            "error",
            LocalizedText(
                f"The loss is told to expect logits (from_logits), but the output already went through {final.type}.",
                f"A la pérdida se le dice que recibe logits (from_logits), pero la salida ya pasó por {final.type}.",
            ),
            [advice.from_logits(design, value=False), advice.activation(design, act.Linear())],
        )
    elif promised and isinstance(design.spec.training.loss, BINARY) and curve(final).range[0] >= 0:
        yield Breach(
            "logits_of_one_sign",
            "error",
            LocalizedText(
                f"A logit below zero means no, but {final.type} never gives one: every answer is at least even odds.",
                f"Un logit negativo significa no, pero {final.type} nunca da uno: toda respuesta es al menos un 50 %.",
            ),
            [advice.activation(design, act.Linear())],
        )


def _probabilities(design: Design, final: act.ActivationBase) -> Iterator[Breach]:
    """Something else where a cross-entropy expects probabilities."""
    loss = design.spec.training.loss
    if not isinstance(loss, (*BINARY, *CATEGORICAL)):
        return
    fixes = [advice.activation(design, advice.probability(design))]
    if isinstance(final, act.Linear) and hasattr(loss, "from_logits"):
        fixes.append(advice.from_logits(design, value=True))
    accepted = PROBABILITIES if isinstance(loss, BINARY) else POSITIVE
    if isinstance(loss, CATEGORICAL) and isinstance(final, act.Sigmoid | act.HardSigmoid | act.SparseSigmoid):
        yield Breach(
            "sigmoid_for_exclusive_classes",
            "warning",
            LocalizedText(
                f"{loss.type} compares classes that exclude each other, but {final.type} outputs do not sum to 1: the "
                "largest still wins, and the probabilities are not to be trusted.",
                f"{loss.type} compara clases excluyentes, pero las salidas {final.type} no suman 1: la mayor sigue "
                "ganando, pero las probabilidades no son fiables.",
            ),
            fixes,
        )
    elif not isinstance(final, accepted):
        low, high = curve(final).range
        yield Breach(
            "no_probability",
            "error",
            LocalizedText(
                f"{loss.type} expects probabilities, but the output's activation is {final.type}, with values in "
                f"({low:g}, {high:g}).",
                f"{loss.type} espera probabilidades, pero la activación de salida es {final.type}, con valores en "
                f"({low:g}, {high:g}).",
            ),
            fixes,
        )


def _reach(design: Design, final: act.ActivationBase) -> Iterator[Breach]:
    """Targets outside the range of the output."""
    loss, wanted = design.spec.training.loss, target_range(design)
    if isinstance(loss, CATEGORICAL) or wanted is None:
        return
    low, high = curve(final).range
    if isinstance(loss, losses.Poisson) and low < 0:
        yield Breach(
            "negative_rate",
            "warning",
            LocalizedText(
                f"The Poisson loss takes the logarithm of the output, but {final.type} can be negative.",
                f"La pérdida de Poisson toma el logaritmo de la salida, pero {final.type} puede ser negativa.",
            ),
            [advice.activation(design, act.Softplus())],
        )
    if wanted[0] >= low and wanted[1] <= high:
        return
    # Half a margin is still a margin; but an output that is never negative gives every row the same sign.
    severity: Severity = "warning" if isinstance(loss, SIGNED) and low < 0 else "error"
    chosen = act.Linear() if design.shape.classes is None or isinstance(loss, SIGNED) else advice.probability(design)
    yield Breach(
        "targets_out_of_reach",
        severity,
        LocalizedText(
            f"The targets reach from {wanted[0]:g} to {wanted[1]:g}, but {final.type} only gives values in "
            f"({low:g}, {high:g}).",
            f"Los objetivos van de {wanted[0]:g} a {wanted[1]:g}, pero {final.type} solo da valores en "
            f"({low:g}, {high:g}).",
        ),
        [advice.activation(design, chosen)],
    )


def _width(design: Design) -> Iterator[Breach]:
    """An output for a class that does not exist."""
    output, classes = design.output, design.shape.classes
    if output is not None and classes is not None and output.fan_out > max(2, len(classes)):
        yield Breach(
            "more_outputs_than_classes",
            "warning",
            LocalizedText(
                f"The network has {output.fan_out} outputs for {len(classes)} classes: those left over only learn to "
                "stay small.",
                f"La red tiene {output.fan_out} salidas para {len(classes)} clases: las que sobran solo aprenden a ser "
                "pequeñas.",
            ),
            [advice.units(design, len(classes))],
        )
