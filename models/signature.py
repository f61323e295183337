"""Describes a trained network for serving: its inputs, its preprocessing and the meaning of its outputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from models.frozen import Frozen
from models.specs import activations as act
from models.specs import layers as lay
from models.specs.geometry import job_shape, layout, output_units
from models.specs.job import TrainingJobSpec
from models.specs.losses import BinaryCrossentropy, BinaryFocalCrossentropy, CategoricalHinge, Hinge, SquaredHinge
from models.theory.activations import curve

OutputKind = Literal["probability", "probabilities", "logit", "logits", "margin", "value"]
Link = Literal["sigmoid", "softmax"]

BINARY: Final = (BinaryCrossentropy, BinaryFocalCrossentropy)
MARGINS: Final = (Hinge, SquaredHinge, CategoricalHinge)
NOISES: Final = (lay.Dropout, lay.AlphaDropout, lay.GaussianDropout, lay.GaussianNoise)


class Scores(Frozen):
    """Tells how the numbers that a network answers are to be read."""

    kind: Annotated[
        OutputKind,
        Field(
            description=(
                "`probability`: one output, of the second class. `probabilities`: one output a class. `logit`, "
                "`logits`: the same before `link`. `margin`: one output whose sign decides, or one a class whose "
                "largest does; the loss was trained on -1 and 1 in place of 0 and 1. `value`: none of these, but a "
                "number of a regression, or of a classifier whose last layer makes no probabilities."
            )
        ),
    ]
    threshold: Annotated[
        float | None,
        Field(
            description=(
                "One output means the second class where it is above. Null where the largest of several outputs "
                "decides, where one output stands for more than two classes and means the one whose number is "
                "nearest, and for a regression."
            )
        ),
    ] = None
    link: Annotated[
        Link | None, Field(description="The function that makes probabilities of logits; null for all other kinds.")
    ] = None


class FittedScaler(Frozen):
    """A scaler with what it learned from the data.

    Attributes:
        type: the scaler's name in a spec, e.g. ``min_max``.
        arguments: its constructor's arguments, under scikit-learn's names.
        fitted: scikit-learn's fitted attributes without the closing underscore, as (nested) lists; an attribute that
            the scaler leaves at None is null.
    """

    type: str
    arguments: dict[str, Any]
    fitted: dict[str, Any]


class Signature(Frozen):
    """Inputs, outputs and preprocessing of a trained network.

    Attributes:
        n_features: width of a row in raw units.
        features: a name for each column.
        scaler: applied to raw rows before the network; null: rows go in as they are.
        task: what the targets are.
        classes: original labels in the order of the network's outputs; null for regression.
        units: K, the width of the network's output.
        output: how to read that output, see :class:`Scores`; so ``threshold`` and ``link``.
    """

    n_features: int
    features: list[str]
    scaler: FittedScaler | None
    task: Literal["binary", "multiclass", "regression"]
    classes: list[Any] | None
    units: int
    output: OutputKind
    threshold: float | None = None
    link: Link | None = None

    @property
    def scores(self) -> Scores:
        """How the output is to be read."""
        return Scores(kind=self.output, threshold=self.threshold, link=self.link)

    @property
    def shares(self) -> bool:
        """Whether the output is, or stands for, probabilities of classes."""
        return self.classes is not None and self.output not in {"margin", "value"}

    @classmethod
    def of(
        cls, spec: TrainingJobSpec, features: Sequence[str] | None = None, scaler: FittedScaler | None = None
    ) -> Signature:
        """The signature of the network of ``spec``.

        Args:
            spec: the job.
            features: the columns' names; None while the data are not made: x0, x1, …
            scaler: None while it is not fitted, or where there is none.
        """
        shape, scores = job_shape(spec), scores_of(spec)
        return cls(
            n_features=shape.n_features,
            features=list(features or (f"x{column}" for column in range(shape.n_features))),
            scaler=scaler,
            task=shape.task,
            classes=None if shape.classes is None else list(shape.classes),
            units=output_units(spec),
            output=scores.kind,
            threshold=scores.threshold,
            link=scores.link,
        )


def scores_of(spec: TrainingJobSpec) -> Scores:
    """How the output of the network of ``spec`` is to be read, from its loss and its last layer.

    Only a function onto [0, 1] makes probabilities. A sigmoid or softmax does so even where the loss is told to expect
    logits: Keras's cross-entropies then train on the numbers before it (its focal losses squash them twice). What no
    such function made is a value, also where Keras takes it for a probability, and means the second class where Keras
    says so, above a half.
    """
    loss, several, classes = spec.training.loss, output_units(spec) > 1, job_shape(spec).classes
    half, zero = (None, None) if several else (0.5, 0.0)
    if classes is None or (len(classes) > 2 and not several):
        return Scores(kind="value")
    if isinstance(loss, MARGINS):
        return Scores(kind="margin", threshold=zero)
    if (link := link_of(spec)) is not None:
        return Scores(kind="logits" if several else "logit", threshold=zero, link=link)
    last = _last(spec, noise=False)
    low, high = (0.0, 2.0) if last is None else curve(last).range
    if low < 0.0 or high > 1.0:
        return Scores(kind="value", threshold=half)
    return Scores(kind="probabilities" if several else "probability", threshold=half)


def link_of(spec: TrainingJobSpec) -> Link | None:
    """The function that the loss of ``spec`` itself applies to the output; None where it takes the output as it is."""
    loss = spec.training.loss
    if not getattr(loss, "from_logits", False) or isinstance(_last(spec, noise=True), act.Sigmoid | act.Softmax):
        return None
    return "sigmoid" if isinstance(loss, BINARY) else "softmax"


def _last(spec: TrainingJobSpec, *, noise: bool) -> act.ActivationBase | None:
    """The function that a network's last layer applies; None where it is none of the catalog's.

    Args:
        spec: the job.
        noise: whether layers count that only do something while training.
    """
    for placed in reversed(layout(spec)):
        match placed.spec:
            case lay.Dense(activation=None):
                return act.Linear()
            case lay.Activation(activation=act.Linear()):
                continue  # the identity
            case lay.Dense(activation=chosen) | lay.Activation(activation=chosen):
                return chosen
            case lay.SoftmaxLayer():
                return act.Softmax()
            case lay.ReLU(max_value=top, negative_slope=slope, threshold=threshold):
                return act.Relu(max_value=top, negative_slope=slope, threshold=threshold)
            case layer if isinstance(layer, NOISES) and not noise:
                continue
            case _:
                return None
    return None
