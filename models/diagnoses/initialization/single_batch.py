"""Diagnoses a network that cannot overfit a single batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Final

import numpy as np

from models.diagnoses.advice import layers, penalties, rates
from models.diagnoses.design import NOISES, Design
from models.diagnoses.finding import Advice, Cause, Finding
from models.diagnoses.initialization.start import Floats, Start
from models.diagnoses.rule import Rule, cause
from models.diagnoses.specimens import Document, adam, specimen
from models.diagnoses.thresholds import LIMITS
from models.diagnoses.training.oscillation import turning
from models.diagnoses.training.unfinished import FALL, late_fall
from models.events import SingleBatchFit
from models.text import LocalizedText

# What keeps a network from learning even a few rows; other findings are about many rows, or about the other ones.
HINDRANCES: Final = frozenset(
    {
        "output_contract",
        "symmetric_initialization",
        "layer_conflict",
        "unscaled_features",
        "exploding_gradients",
        "vanishing_gradients",
        "dead_units",
        "saturated_units",
        "target_scale",
        "learning_rate_band",
        "clip_bound",
        "one_sided_initialization",
        "expected_attenuation",
        "linear_stack",
    }
)
MOST_ADVICE = 5
SHOWN = 20  # losses among the evidence


class SingleBatch(Rule):
    """A network that cannot learn a handful of rows by heart.

    Symptom:
        Even trained on the same few rows again and again, the network does not give their targets back.

    Why it matters:
        Sixteen rows are few: nearly any network can store them, whether there is a rule in them or not. One that
        cannot is hindered by its own parts or its steps, and more data or more epochs would not change that.

    How it is detected:
        On demand, in a preflight: the network of the spec's own seed makes up to a thousand steps of its own optimizer,
        at the first rate of its schedule, on the first sixteen rows. They are fitted when the accuracy is at least 0.95
        and the data loss at most a twentieth of the best constant prediction's; of values the loss alone counts.
        An error where the loss stood still (its best took less than a hundredth of the constant's off the first one) or
        was not a finite number; else a warning. Rows with equal features and
        different targets cannot be fitted by any network: then that is said, and nothing about the network.

    Remedy:
        What the other findings advise; else another learning rate, less noise, smaller penalties or more units.

    References:
        Ben Braiek & Khomh 2023, TheDeepChecker, TOSEM; Karpathy 2019, A Recipe for Training Neural Networks.
    """

    code: ClassVar[str] = "single_batch"
    title: ClassVar[LocalizedText] = LocalizedText("Cannot fit one batch", "No aprende ni un lote")
    text: ClassVar[LocalizedText] = LocalizedText(
        "Trained on the same few rows again and again, the network does not learn them by heart.",
        "Entrenada una y otra vez con las mismas pocas filas, la red no consigue memorizarlas.",
    )
    reference: ClassVar[str] = "Ben Braiek & Khomh 2023, TheDeepChecker, TOSEM"
    FAULTY: ClassVar[Document] = specimen(optimizer=adam(1e-6))
    HEALTHY: ClassVar[Document] = specimen()

    def find(self, start: Start, others: Sequence[Finding]) -> Iterator[Finding]:
        """At most one finding; none where the test was not asked for, or cannot tell.

        Args:
            start: the preflight.
            others: what else was found in it, and in the spec: the likely causes.
        """
        fit = start.measured.single_batch
        if fit is None or fit.fitted is None or fit.fitted:
            return
        if not fit.attainable:
            yield self._contradiction(fit)
            return
        losses = fit.losses.numpy().astype(np.float64)
        scale = fit.constant_loss or abs(float(losses[0]))
        finite = bool(np.isfinite(losses).all())
        still = finite and losses[0] - losses.min() < LIMITS.nothing * scale
        explained = [other for other in others if other.code in HINDRANCES and other.severity != "info"]
        own = list(_own(start.design, losses, scale, still=still, explained=bool(explained)))
        yield self.finding(
            "error" if still or not finite else "warning",
            "initialization",
            _message(fit, losses, still=still),
            value=_rounded(fit.left),
            threshold=None if fit.left is None else LIMITS.batch_loss,
            quantity=None if fit.left is None else "loss_left",
            evidence=_evidence(fit, losses),
            causes=[*(Cause(code=other.code, text=other.message) for other in explained), *(why for why, _ in own)],
            advice=_best([each for other in explained for each in other.advice], [a for _, some in own for a in some]),
        )

    def _contradiction(self, fit: SingleBatchFit) -> Finding:
        """The rows contradict each other."""
        return self.finding(
            "info",
            "data",
            LocalizedText(
                f"The test on a single batch says nothing about this network: {fit.conflicting} of its {fit.rows} rows "
                "have the same features as another and a different target, so that no network can fit them all.",
                f"La prueba con un solo lote no dice nada de esta red: {fit.conflicting} de sus {fit.rows} filas "
                "tienen las mismas características que otra y un objetivo distinto, y ninguna red puede ajustarlas "
                "todas.",
            ),
            evidence=_evidence(fit, fit.losses.numpy().astype(np.float64)),
            causes=[
                cause(
                    "contradicting_rows",
                    "Rows with equal features have different targets.",
                    "Hay filas con características iguales y objetivos distintos.",
                )
            ],
        )


def _message(fit: SingleBatchFit, losses: Floats, *, still: bool) -> LocalizedText:
    """What was found."""
    steps, rows = len(losses), fit.rows
    if not np.isfinite(losses).all():
        return LocalizedText(
            f"In step {steps} on the same {rows} rows the loss was not a finite number.",
            f"En el paso {steps} con las mismas {rows} filas la pérdida dejó de ser un número finito.",
        )
    if still:
        return LocalizedText(
            f"In {steps} steps on the same {rows} rows the loss stood still, at about {losses[0]:.4g}.",
            f"En {steps} pasos con las mismas {rows} filas la pérdida no se movió de unos {losses[0]:.4g}.",
        )
    reached = LocalizedText("", "")
    if fit.accuracy is not None:
        reached = LocalizedText(f" and an accuracy of {fit.accuracy:.0%}", f" y una exactitud del {fit.accuracy:.0%}")
    best = LocalizedText("", "")
    if fit.constant_loss is not None:
        best = LocalizedText(
            f"; always giving the best constant answer costs {fit.constant_loss:.4g}",
            f"; dar siempre la mejor respuesta constante cuesta {fit.constant_loss:.4g}",
        )
    return LocalizedText(
        f"After {steps} steps on the same {rows} rows the network has not learned them by heart: it ends with a loss "
        f"of {losses[-1]:.4g}{reached.en}{best.en}.",
        f"Tras {steps} pasos con las mismas {rows} filas la red no las ha memorizado: termina con una pérdida de "
        f"{losses[-1]:.4g}{reached.es}{best.es}.",
    )


def _own(
    design: Design, losses: Floats, scale: float, *, still: bool, explained: bool
) -> Iterator[tuple[Cause, list[Advice]]]:
    """What the course of the loss and the spec's own noise and penalties suggest, with what helps.

    What could be said of any loss is left out where another finding explains it.
    """
    lower, higher = rates.lower(design), rates.higher(design)
    noisy = any(isinstance(layer.spec, NOISES) for layer in design.placed)
    if not np.isfinite(losses).all():
        yield _too_high(), [lower]
        return
    if penalties.penalized(design):
        yield (
            cause(
                "strong_penalty",
                "Penalties pull the weights away from what fits these rows.",
                "Las penalizaciones alejan los pesos de lo que ajusta estas filas.",
            ),
            [penalties.weaker(design), penalties.none(design)],
        )
    if still:
        yield (
            cause(
                "learning_rate_too_low",
                "The steps are too short to show in the loss, or no gradient comes through.",
                "Los pasos son demasiado cortos para notarse en la pérdida, o no llega ningún gradiente.",
            ),
            [higher, rates.adam(design)],
        )
        return
    if noisy:
        yield (
            cause(
                "strong_noise",
                "Dropout or noise changes the network in every step.",
                "El dropout o el ruido cambian la red en cada paso.",
            ),
            [layers.gentler_dropout(design)],
        )
    elif turning(losses, LIMITS.unsteady * scale) > LIMITS.oscillating:
        yield _too_high(), [lower, rates.adam(design)]
    if explained:
        return
    if (late_fall(losses) or 0.0) > FALL:  # steps here, not epochs
        yield (
            cause(
                "slow_steps",
                "The loss was still falling: the steps are short.",
                "La pérdida seguía bajando: los pasos son cortos.",
            ),
            [higher, rates.adam(design)],
        )
    else:
        yield (
            cause(
                "small_network",
                "If nothing else explains it: too few units to tell these rows apart, or a learning rate that does not "
                "fit.",
                "Si nada más lo explica: muy pocas unidades para distinguir estas filas, o una tasa de aprendizaje "
                "inadecuada.",
            ),
            [rates.adam(design), lower],
        )


def _too_high() -> Cause:
    """Steps that jump."""
    return cause("learning_rate_too_high", "The learning rate is too high.", "La tasa de aprendizaje es muy alta.")


def _best(others: Sequence[Advice], own: Sequence[Advice]) -> list[Advice]:
    """Advice that changes something, each once, that of the other findings first."""
    found: dict[str, Advice] = {}
    for each in (*others, *own):
        if each.patch:
            found.setdefault(each.code, each)
    return list(found.values())[:MOST_ADVICE]


def _evidence(fit: SingleBatchFit, losses: Floats) -> dict[str, Any]:
    """The numbers behind the finding: some of the losses, to be plotted, among them."""
    steps = np.unique(np.linspace(0, len(losses) - 1, SHOWN).astype(np.int64))
    return {
        "rows": fit.rows,
        "conflicting_rows": fit.conflicting,
        "accuracy": fit.accuracy,
        "constant_loss": fit.constant_loss,
        "learning_rate": fit.rate,
        "steps": (steps + 1).tolist(),
        "losses": losses[steps].tolist(),
    }


def _rounded(left: float | None) -> float | None:
    """To four digits, as other shares are."""
    return None if left is None else round(left, 4)
