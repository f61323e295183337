"""Diagnoses gradients or signals that vanish on their way through the layers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import ClassVar, NamedTuple

import numpy as np

from models.diagnoses.advice import activations, layers, rates, weights
from models.diagnoses.design import Design
from models.diagnoses.finding import Advice, Cause, Finding
from models.diagnoses.rule import TrainingRule, cause
from models.diagnoses.specification.attenuation import expected
from models.diagnoses.specification.one_sided import OneSidedInitialization
from models.diagnoses.specimens import OUTPUT, Document, dense, specimen
from models.diagnoses.thresholds import LIMITS
from models.diagnoses.training_run import TrainingRun
from models.text import LocalizedText


class Attenuation(NamedTuple):
    """Decades between the first and the last hidden layer in one row of the trace.

    Attributes:
        forward: A_f = log10(s_H / s_1), s the variation of the activations between rows.
        backward: A_b = log10(d_1 / d_H), d the size of the gradient with respect to the pre-activations.
    """

    forward: float
    backward: float

    @property
    def worst(self) -> float:
        """The greater loss of the two."""
        return min(self.forward, self.backward)


class VanishingGradients(TrainingRule):
    """The gradient, or the signal, does not reach the layers far from its source.

    Symptom:
        The loss stays near that of a constant prediction, for long or for ever; the first layers keep their initial
        weights.

    Why it matters:
        Each layer multiplies the gradient by its weights and by the slope of its activation. Where these are small,
        the product falls geometrically with depth, and the first layers learn nothing.

    How it is detected:
        At the start: A_f = log10(s_H / s_1) or A_b = log10(d_1 / d_H) below -2 in the untrained network and still
        after a few steps (a zero output kernel shows it only before the first). It is an error where the training was
        held up as well, and then -1 is enough; below -3 also where it was not, unless normalizations are at work. While
        training: from the first steps on and over the first fifth of the epochs, the typical step of a hidden layer's
        weight is more than 1.1 decades shorter than one of the output layer's, and the training was held up. Dead
        layers count there, not here.

    Remedy:
        With saturating activations ReLU and He, or SELU and LeCun; batch normalization; fewer layers. With weights
        that are too small only another initializer.

    References:
        Glorot & Bengio 2010; Schoenholz et al. 2017, arXiv 1611.01232.
    """

    code: ClassVar[str] = "vanishing_gradients"
    title: ClassVar[LocalizedText] = LocalizedText("Vanishing gradients", "Desvanecimiento del gradiente")
    text: ClassVar[LocalizedText] = LocalizedText(
        "The gradient or the signal shrinks from layer to layer so much that the layers at its end learn nothing.",
        "El gradiente o la señal se reduce tanto de capa en capa que las capas del extremo no aprenden nada.",
    )
    reference: ClassVar[str] = "Glorot & Bengio 2010; Schoenholz et al. 2017, arXiv 1611.01232"
    FAULTY: ClassVar[Document] = specimen([dense("sigmoid", "glorot_uniform", repeat=5), OUTPUT])
    HEALTHY: ClassVar[Document] = specimen([dense("tanh", "glorot_uniform", repeat=5), OUTPUT])

    def find(self, run: TrainingRun) -> Iterator[Finding]:
        """At most one finding about the start and one about the training."""
        yield from self._start(run)
        yield from self._lag(run)

    def _start(self, run: TrainingRun) -> Iterator[Finding]:
        """Attenuation between the hidden layers at the start."""
        before, after = attenuation(run, 0), attenuation(run, run.warm)
        if before is None or after is None or born_dead(run):
            return
        # Running averages make a normalization act only after the start: what it does then is what counts.
        value = after.worst if run.design.normalized else max(before.worst, after.worst)
        limit = -LIMITS.attenuation_harmful if run.harmed else -LIMITS.attenuation
        if not value < limit:
            return
        backward = before.backward <= before.forward
        message = _start_message(min(before.worst, after.worst), backward=backward)
        # Normalizations bring the signal back to size in every layer: a network that has them can lose much and learn.
        severe = value < -LIMITS.attenuation_severe and not run.design.normalized
        yield self.finding(
            "error" if run.harmed or severe else "warning",
            "initialization",
            message,
            layers=[run.hidden[0].name] if backward else [run.hidden[-1].name],
            epoch=0,
            value=round(before.backward if backward else before.forward, 3),
            threshold=limit,
            quantity="backward_attenuation" if backward else "forward_attenuation",
            probability=1.0,
            evidence={
                "forward_attenuation": round(before.forward, 3),
                "backward_attenuation": round(before.backward, 3),
                "epoch_after_warm_up": int(run.checks[run.warm]) if run.warm is not None else None,
                "forward_attenuation_after_warm_up": round(after.forward, 3),
                "backward_attenuation_after_warm_up": round(after.backward, 3),
                **run.progress(),
            },
            causes=causes(run.design),
            advice=advise(run.design),
        )

    def _lag(self, run: TrainingRun) -> Iterator[Finding]:
        """Hidden layers that stand still while the output layer moves."""
        if not run.harmed:
            return
        lags = lag(run)
        slow = {i: value for i, value in lags.items() if value < -LIMITS.lag}
        if not slow:
            return
        worst = min(slow.values())
        yield self.finding(
            "error",
            "training",
            LocalizedText(
                f"While the loss stood still, the weights of the slowest of these layers moved {10**-worst:.0f} times "
                "less in a step than those of the output layer: hardly any gradient reached them.",
                "Mientras la pérdida no bajaba, los pesos de la más lenta de estas capas se movieron en cada paso "
                f"{10**-worst:.0f} veces menos que los de la capa de salida: apenas les llegaba gradiente.",
            ),
            layers=[run.name(i) for i in slow],
            epoch=1,
            value=round(worst, 3),
            threshold=-LIMITS.lag,
            quantity="step_lag",
            probability=1.0,
            evidence={
                "update_lag": {run.name(i): round(value, 3) for i, value in lags.items()},
                **run.progress(),
            },
            causes=causes(run.design),
            advice=advise(run.design),
        )


def attenuation(run: TrainingRun, row: int | None) -> Attenuation | None:
    """The attenuation between the hidden layers in a row of the trace; None with fewer than two of them.

    A signal or gradient that is zero at its far end has lost everything; one that is zero already at its source says
    nothing, and counts as no loss.
    """
    signal, delta = run.measured("signal_std"), run.measured("delta_rms")
    last = len(run.hidden) - 1
    if row is None or last < 1 or row >= len(signal) or row >= len(delta):
        return None
    return Attenuation(
        _decades(float(signal[row, last]), float(signal[row, 0])),
        _decades(float(delta[row, 0]), float(delta[row, last])),
    )


def born_dead(run: TrainingRun) -> bool:
    """Whether a hidden layer is dead in the untrained network, which alone stops signal and gradient."""
    dead = run.measured("dead_fraction")
    return len(dead) > 0 and bool((dead[0, : len(run.hidden)] == 1.0).any())


def lag(run: TrainingRun) -> dict[int, float]:
    """Column of a hidden layer -> decades by which its weights' steps are shorter than the output layer's.

    The typical step of a weight is u_l ‖W_l‖ / √(n_in n_out), u the update ratio. It is looked at over the first fifth
    of the epochs, as long as the loss is on its first plateau: the median counts, or that of the first measurements
    where it is greater, because what comes only later has other reasons. Nothing is said while a layer is dead, which
    explains the others' rest, nor where the output layer hardly moves itself.
    """
    ratios, dead = run.measured("update_ratio"), run.measured("dead_fraction")
    if len(ratios) != len(run.checks) or not run.hidden:
        return {}
    begun = run.on_plateau & (run.checks <= max(LIMITS.beginning * run.epochs, LIMITS.checks))
    alive = (dead[:, : len(run.hidden)] < LIMITS.dead_severe).all(axis=1)
    roots = np.sqrt([block.fan_in * block.fan_out for block in run.design.blocks])
    steps = ratios * run.measured("weight_norm") / roots
    rows = np.flatnonzero(begun & alive & ((steps > 0) & (steps < np.inf)).all(axis=1))
    if len(rows) < LIMITS.checks or np.median(ratios[rows, -1]) < LIMITS.updates_small:
        return {}
    behind = np.log10(steps[rows, :-1] / steps[rows, -1:])
    slowest = np.maximum(np.median(behind, axis=0), np.median(behind[: LIMITS.checks], axis=0))
    return {i: float(value) for i, value in enumerate(slowest)}


def causes(design: Design) -> list[Cause]:
    """What in the spec makes gradients vanish, the likeliest first."""
    found = []
    if any(True for _ in OneSidedInitialization().find(design)):
        found.append(
            cause(
                "one_sided_initialization",
                "The initial weights are not centred on zero and drive the units into saturation.",
                "Los pesos iniciales no están centrados en cero y llevan las unidades a la saturación.",
            )
        )
    if _saturating(design):
        found.append(
            cause(
                "saturating_activation",
                "The hidden activations flatten on both sides, so that their slopes are small.",
                "Las activaciones ocultas se aplanan por ambos lados, de modo que sus pendientes son pequeñas.",
            )
        )
    theory = expected(design)
    if theory is not None and min(theory) < -LIMITS.attenuation_harmful and not _saturating(design):
        found.append(
            cause(
                "small_initial_weights",
                "The initial weights are too small for the width of the layers.",
                "Los pesos iniciales son demasiado pequeños para el ancho de las capas.",
            )
        )
    if len(design.hidden) >= 10:
        found.append(cause("depth", "The network is deep.", "La red es profunda."))
    return found


def advise(design: Design) -> list[Advice]:
    """What helps: only the initializer where only that is wrong, else other activations first."""
    only_weights = not _saturating(design)
    return [
        *([weights.matching(design)] if only_weights else []),
        activations.relu_he(design),
        activations.selu_lecun(design),
        layers.batch_normalization(design),
        *([] if only_weights else [weights.matching(design)]),
        *([shallower] if (shallower := layers.shallower(design)).patch else []),
        rates.adam(design),
    ]


def _saturating(design: Design) -> bool:
    """Whether any hidden activation flattens on both sides."""
    return any(block.bounded for block in design.hidden)


def _decades(far: float, near: float) -> float:
    """log10 of what is left of ``near`` at the far end."""
    if not (math.isfinite(far) and math.isfinite(near)) or near == 0:
        return 0.0
    return math.log10(far / near) if far > 0 else -math.inf


def _start_message(value: float, *, backward: bool) -> LocalizedText:
    """The message about the start."""
    size = f"10^{-value:.1f}" if math.isfinite(value) else "∞"
    if backward:
        return LocalizedText(
            f"In the untrained network the gradient shrinks by a factor of {size} from the last hidden layer to the "
            "first, and still does after the first steps.",
            f"En la red sin entrenar el gradiente se reduce por un factor de {size} de la última capa oculta a la "
            "primera, y sigue así tras los primeros pasos.",
        )
    return LocalizedText(
        f"In the untrained network the difference between rows shrinks by a factor of {size} from the first hidden "
        "layer to the last, and still does after the first steps: the output cannot tell the rows apart.",
        f"En la red sin entrenar la diferencia entre filas se reduce por un factor de {size} de la primera capa oculta "
        "a la última, y sigue así tras los primeros pasos: la salida no distingue unas filas de otras.",
    )
