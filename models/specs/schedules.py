"""Specs of learning-rate schedules: the rate as a function of the step (one batch, not one epoch).

Left out everywhere: ``name``, which decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from models.specs import limits
from models.specs.shorthand import Shorthand
from models.specs.spec import LIST, WHOLE, Component, NonNegative, Number
from models.text import LocalizedText
from models.violation import Violation

Steps = Annotated[int, Field(ge=1, le=limits.MAX_SCHEDULE_STEPS), WHOLE]
Boundary = Annotated[int, Field(ge=0, le=limits.MAX_SCHEDULE_STEPS), WHOLE]


class ScheduleBase(Component):
    """A learning rate that changes with the step."""


class ExponentialDecay(ScheduleBase):
    """The rate is multiplied by the same factor every so many steps."""

    type: Literal["exponential_decay"] = "exponential_decay"
    target: ClassVar[str] = "keras.optimizers.schedules.ExponentialDecay"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Multiplies the rate by decay_rate every decay_steps steps, smoothly or in stairs.",
        "Multiplica la tasa por decay_rate cada decay_steps pasos, de forma suave o en escalera.",
    )
    latex: ClassVar[str] = r"\eta_0\, r^{t/T}"
    initial_learning_rate: NonNegative
    decay_steps: Steps
    decay_rate: NonNegative
    staircase: bool = False


class CosineDecay(ScheduleBase):
    """Half a cosine from the first rate to the last, after an optional warm-up (Loshchilov & Hutter 2016)."""

    type: Literal["cosine_decay"] = "cosine_decay"
    target: ClassVar[str] = "keras.optimizers.schedules.CosineDecay"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Falls along half a cosine to alpha times the rate; with warmup_steps it first climbs to warmup_target.",
        "Baja siguiendo medio coseno hasta alpha veces la tasa; con warmup_steps antes sube hasta warmup_target.",
    )
    latex: ClassVar[str] = r"\eta_0\left((1-\alpha)\tfrac{1+\cos(\pi t/T)}{2}+\alpha\right)"
    initial_learning_rate: NonNegative
    decay_steps: Steps
    alpha: NonNegative = 0.0
    warmup_target: NonNegative | None = None
    warmup_steps: Boundary = 0


class PiecewiseConstantDecay(ScheduleBase):
    """Constant between boundaries."""

    type: Literal["piecewise_constant_decay"] = "piecewise_constant_decay"
    target: ClassVar[str] = "keras.optimizers.schedules.PiecewiseConstantDecay"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Holds one rate until a boundary step, then takes the next: one value more than boundaries.",
        "Mantiene una tasa hasta un paso límite y luego toma la siguiente: un valor más que límites.",
    )
    latex: ClassVar[str] = r"\eta_i \text{ for } b_{i-1} < t \le b_i"
    boundaries: Annotated[tuple[Boundary, ...], LIST, Field(min_length=1, max_length=limits.MAX_BOUNDARIES)]
    values: Annotated[tuple[NonNegative, ...], LIST, Field(min_length=2, max_length=limits.MAX_BOUNDARIES + 1)]

    def violations(self) -> Iterator[Violation]:
        """One value more than boundaries, and boundaries in order."""
        if len(self.values) != len(self.boundaries) + 1:
            yield Violation.at(
                ("values",),
                f"{len(self.boundaries)} boundaries need {len(self.boundaries) + 1} values, got {len(self.values)}",
            )
        for i in range(1, len(self.boundaries)):
            if self.boundaries[i] <= self.boundaries[i - 1]:
                yield Violation.at(("boundaries", i), "boundaries must increase")


class PolynomialDecay(ScheduleBase):
    """A polynomial from the first rate to the last."""

    type: Literal["polynomial_decay"] = "polynomial_decay"
    target: ClassVar[str] = "keras.optimizers.schedules.PolynomialDecay"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Falls from the first rate to end_learning_rate along a power of the remaining time; power 1 is a line.",
        "Baja de la primera tasa a end_learning_rate según una potencia del tiempo restante; con potencia 1 es una "
        "recta.",
    )
    latex: ClassVar[str] = r"(\eta_0-\eta_T)(1-t/T)^p+\eta_T"
    initial_learning_rate: NonNegative
    decay_steps: Steps
    end_learning_rate: NonNegative = 0.0001
    power: Number = 1.0
    cycle: bool = False


class InverseTimeDecay(ScheduleBase):
    """The rate divided by a line in the step."""

    type: Literal["inverse_time_decay"] = "inverse_time_decay"
    target: ClassVar[str] = "keras.optimizers.schedules.InverseTimeDecay"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Divides the rate by 1 + decay_rate * step / decay_steps: fast at first, then ever slower.",
        "Divide la tasa por 1 + decay_rate * paso / decay_steps: rápido al principio y cada vez más despacio.",
    )
    latex: ClassVar[str] = r"\frac{\eta_0}{1+r\,t/T}"
    initial_learning_rate: NonNegative
    decay_steps: Steps
    decay_rate: NonNegative
    staircase: bool = False


ScheduleUnion = TypeAliasType(
    "ScheduleUnion",
    Annotated[
        ExponentialDecay | CosineDecay | PiecewiseConstantDecay | PolynomialDecay | InverseTimeDecay,
        Field(discriminator="type"),
        Shorthand(ScheduleBase),
    ],
)
