"""Specs of optimizers.

Left out everywhere: ``name``, which decides nothing; ``loss_scale_factor``, which serves half precision;
``gradient_accumulation_steps``, which is a larger batch by another name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field, Tag
from typing_extensions import TypeAliasType

from models.specs import limits
from models.specs.schedules import ScheduleUnion
from models.specs.shorthand import Shorthand
from models.specs.spec import BY_SHAPE, WHOLE, Component, NonNegative, Positive, Share
from models.text import LocalizedText
from models.violation import Violation

LearningRate = Annotated[
    Annotated[NonNegative, Tag("<number>")] | Annotated[ScheduleUnion, Tag("<object>")],
    BY_SHAPE,
]
CLIP_MODES = ("clipnorm", "clipvalue", "global_clipnorm")


class OptimizerBase(Component):
    """What every optimizer of Keras has.

    Attributes:
        clipnorm: clips the gradient of each variable to this norm.
        clipvalue: clips each entry of each gradient to this size.
        global_clipnorm: clips all gradients together to this norm, which keeps their direction.
    """

    learning_rate: LearningRate = 0.001
    weight_decay: NonNegative | None = None
    clipnorm: Positive | None = None
    clipvalue: Positive | None = None
    global_clipnorm: Positive | None = None
    use_ema: bool = False
    ema_momentum: Share = 0.99
    ema_overwrite_frequency: Annotated[int, Field(ge=1, le=limits.MAX_SCHEDULE_STEPS), WHOLE] | None = None

    def violations(self) -> Iterator[Violation]:
        """At most one way of clipping."""
        given = [mode for mode in CLIP_MODES if getattr(self, mode) is not None]
        for mode in given[1:]:
            yield Violation.at(
                (mode,), f"at most one of {', '.join(CLIP_MODES)} may be given, got {' and '.join(given)}"
            )


class Sgd(OptimizerBase):
    """Stochastic gradient descent, with momentum (Polyak) or Nesterov's."""

    type: Literal["sgd"] = "sgd"
    target: ClassVar[str] = "keras.optimizers.SGD"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Steps against the gradient; momentum remembers earlier steps and smooths the way. Simple and honest: it shows "
        "gradient trouble instead of hiding it.",
        "Da pasos contra el gradiente; el momento recuerda los pasos anteriores y suaviza el camino. Simple y honesto: "
        "deja ver los problemas del gradiente.",
    )
    latex: ClassVar[str] = r"v \leftarrow \mu v - \eta g,\quad w \leftarrow w + v"
    learning_rate: LearningRate = 0.01
    momentum: Share = 0.0
    nesterov: bool = False


class Adam(OptimizerBase):
    """Adaptive moments (Kingma & Ba 2014)."""

    type: Literal["adam"] = "adam"
    target: ClassVar[str] = "keras.optimizers.Adam"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Scales each weight's step by the recent size of its gradient: a good first choice, and forgiving of badly "
        "scaled gradients.",
        "Escala el paso de cada peso según el tamaño reciente de su gradiente: una buena primera opción, tolerante con "
        "gradientes mal escalados.",
    )
    latex: ClassVar[str] = r"w \leftarrow w - \eta\,\hat m / (\sqrt{\hat v}+\epsilon)"
    beta_1: Share = 0.9
    beta_2: Share = 0.999
    epsilon: NonNegative = 1e-07
    amsgrad: bool = False


class AdamW(OptimizerBase):
    """Adam with decoupled weight decay (Loshchilov & Hutter 2019)."""

    type: Literal["adamw"] = "adamw"
    target: ClassVar[str] = "keras.optimizers.AdamW"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Adam that also shrinks every weight a little at each step: Adam with honest regularization.",
        "Adam que además encoge un poco cada peso en cada paso: Adam con una regularización limpia.",
    )
    latex: ClassVar[str] = r"w \leftarrow w - \eta\,(\hat m / (\sqrt{\hat v}+\epsilon) + \lambda w)"
    weight_decay: NonNegative = 0.004
    beta_1: Share = 0.9
    beta_2: Share = 0.999
    epsilon: NonNegative = 1e-07
    amsgrad: bool = False


class Nadam(OptimizerBase):
    """Adam with Nesterov momentum (Dozat 2016)."""

    type: Literal["nadam"] = "nadam"
    target: ClassVar[str] = "keras.optimizers.Nadam"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Adam that looks one step ahead, as Nesterov's momentum does; often a little faster.",
        "Adam que mira un paso adelante, como el momento de Nesterov; a menudo algo más rápido.",
    )
    latex: ClassVar[str] = r"w \leftarrow w - \eta\,(\beta_1 \hat m + (1-\beta_1) \hat g) / (\sqrt{\hat v}+\epsilon)"
    beta_1: Share = 0.9
    beta_2: Share = 0.999
    epsilon: NonNegative = 1e-07


class Adamax(OptimizerBase):
    """Adam with the largest recent gradient for a scale (Kingma & Ba 2014)."""

    type: Literal["adamax"] = "adamax"
    target: ClassVar[str] = "keras.optimizers.Adamax"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Adam that divides by the largest recent gradient: steadier where gradients come in bursts.",
        "Adam que divide por el mayor gradiente reciente: más estable cuando los gradientes llegan a ráfagas.",
    )
    latex: ClassVar[str] = r"u \leftarrow \max(\beta_2 u, |g|),\quad w \leftarrow w - \eta\,\hat m / (u+\epsilon)"
    beta_1: Share = 0.9
    beta_2: Share = 0.999
    epsilon: NonNegative = 1e-07


class RmsProp(OptimizerBase):
    """Gradients divided by their running root mean square (Hinton)."""

    type: Literal["rmsprop"] = "rmsprop"
    target: ClassVar[str] = "keras.optimizers.RMSprop"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Divides each gradient by its recent size, so that steep and flat directions move alike.",
        "Divide cada gradiente por su tamaño reciente, para que direcciones empinadas y planas avancen igual.",
    )
    latex: ClassVar[str] = r"v \leftarrow \rho v + (1-\rho) g^2,\quad w \leftarrow w - \eta g / \sqrt{v+\epsilon}"
    rho: Share = 0.9
    momentum: Share = 0.0
    epsilon: NonNegative = 1e-07
    centered: bool = False


class Adagrad(OptimizerBase):
    """Gradients divided by the root of all their squares so far (Duchi et al. 2011)."""

    type: Literal["adagrad"] = "adagrad"
    target: ClassVar[str] = "keras.optimizers.Adagrad"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Slows each weight down by everything it has moved so far: for sparse features; on long runs it stalls.",
        "Frena cada peso según todo lo que se ha movido: para características dispersas; en entrenamientos largos se "
        "para.",
    )
    latex: ClassVar[str] = r"v \leftarrow v + g^2,\quad w \leftarrow w - \eta g / \sqrt{v+\epsilon}"
    initial_accumulator_value: NonNegative = 0.1
    epsilon: NonNegative = 1e-07


class Adadelta(OptimizerBase):
    """Adagrad with a window, in units of earlier steps (Zeiler 2012)."""

    type: Literal["adadelta"] = "adadelta"
    target: ClassVar[str] = "keras.optimizers.Adadelta"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Sizes its steps by earlier steps. Its paper uses learning_rate 1; Keras's default of 0.001 is very slow.",
        "Mide sus pasos con los anteriores. Su artículo usa learning_rate 1; el 0.001 por defecto de Keras es muy "
        "lento.",
    )
    latex: ClassVar[str] = r"\Delta = -\frac{\sqrt{u+\epsilon}}{\sqrt{v+\epsilon}}\,g,\quad w \leftarrow w + \eta\Delta"
    rho: Share = 0.95
    epsilon: NonNegative = 1e-07


class Lion(OptimizerBase):
    """The sign of a momentum (Chen et al. 2023)."""

    type: Literal["lion"] = "lion"
    target: ClassVar[str] = "keras.optimizers.Lion"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Steps by the sign of a running mean, so that all weights move by the same amount; wants a rate three to ten "
        "times smaller than Adam's.",
        "Avanza según el signo de una media móvil, de modo que todos los pesos se mueven lo mismo; pide una tasa de "
        "tres a diez veces menor que Adam.",
    )
    latex: ClassVar[str] = r"w \leftarrow w - \eta\,\mathrm{sign}(\beta_1 m + (1-\beta_1) g)"
    beta_1: Share = 0.9
    beta_2: Share = 0.99


OptimizerUnion = TypeAliasType(
    "OptimizerUnion",
    Annotated[
        Sgd | Adam | AdamW | Nadam | Adamax | RmsProp | Adagrad | Adadelta | Lion,
        Field(discriminator="type"),
        Shorthand(OptimizerBase),
    ],
)
