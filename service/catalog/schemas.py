"""The wire models of the catalog."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from models.text import LocalizedText

Bound = Annotated[float | None, Field(description="null stands for infinity.")]


class Answer(BaseModel):
    """Base of the catalog's answers: its members with an alias are set by name.

    Not :class:`models.frozen.Frozen`: clients must expect new members here, so the schemas do not close the objects.
    """

    model_config = ConfigDict(frozen=True, validate_by_name=True)


class KindSummary(Answer):
    """A kind of things in the catalogue."""

    kind: str
    text: LocalizedText
    count: int
    links: dict[str, str]


class ComponentEntry(Answer):
    """Something that a spec can name."""

    name: Annotated[str, Field(description="The value of `type` in a spec.")]
    text: LocalizedText
    latex: str
    target: Annotated[str, Field(description="What is called with the fields as arguments.")]
    aliases: Annotated[list[str], Field(description="Other spellings that are read.")]
    defaults: Annotated[dict[str, Any], Field(description="The arguments that may be left out, with their values.")]
    required: Annotated[list[str], Field(description="The arguments that must be given.")]
    json_schema: Annotated[
        dict[str, Any],
        Field(
            alias="schema",
            description="JSON Schema; its references point into `definitions` of this answer.",
        ),
    ]
    links: dict[str, str]


class ComponentKind(Answer):
    """All components of a kind."""

    kind: str
    text: LocalizedText
    data: list[ComponentEntry]
    definitions: Annotated[dict[str, Any], Field(description="Schemas that several entries refer to.")]


class QuantityEntry(Answer):
    """A quantity that is measured."""

    name: str
    scope: Literal["layer", "network"]
    symbol: Annotated[str, Field(description="LaTeX.")]
    latex: Annotated[str, Field(description="Its formula.")]
    unit: str
    first_epoch: Annotated[int, Field(description="The first epoch that has a value: 0 is the untrained network.")]
    text: LocalizedText
    reference: str


class QuantityKind(Answer):
    """All quantities."""

    kind: Literal["quantities"] = "quantities"
    text: LocalizedText
    data: list[QuantityEntry]


class DiagnosisEntry(Answer):
    """A diagnosis that can be made."""

    name: Annotated[str, Field(description="The code of its findings.")]
    title: LocalizedText
    text: LocalizedText
    needs: Annotated[
        Literal["spec", "data", "record"],
        Field(description="Whether the spec tells, its table (which may have to be made first), or only a training."),
    ]
    reference: str
    faulty: Annotated[dict[str, Any], Field(description="The spec of a small training that shows it.")]
    healthy: Annotated[dict[str, Any], Field(description="A near twin in which nothing is wrong.")]


class DiagnosisKind(Answer):
    """All diagnoses, causes before what they cause."""

    kind: Literal["diagnoses"] = "diagnoses"
    text: LocalizedText
    version: str
    thresholds: dict[str, float]
    data: list[DiagnosisEntry]


class CheckExample(Answer):
    """A submission beside a check."""

    spec: dict[str, Any]
    baseline: Annotated[dict[str, Any] | None, Field(description="What it is compared with.")]
    answers: Annotated[dict[str, Any], Field(description="What its author answered.")]
    manual: Annotated[dict[str, float], Field(description="Points that its teacher gave.")]


class CheckEntry(Answer):
    """A check that a rubric can have."""

    name: Annotated[str, Field(description="The value of `type` in a rubric.")]
    text: LocalizedText
    defaults: Annotated[dict[str, Any], Field(description="The fields that may be left out, with their values.")]
    required: Annotated[list[str], Field(description="The fields that must be given.")]
    json_schema: Annotated[
        dict[str, Any],
        Field(
            alias="schema",
            description="JSON Schema; its references point into `definitions` of this answer.",
        ),
    ]
    related: Annotated[list[str], Field(description="Diagnoses that may explain why it fails.")]
    example: Annotated[dict[str, Any], Field(description="As it stands in a rubric.")]
    passes: Annotated[CheckExample, Field(description="A submission that passes the example.")]
    fails: Annotated[CheckExample, Field(description="A submission that fails it.")]


class CheckKind(Answer):
    """All checks."""

    kind: Literal["checks"] = "checks"
    text: LocalizedText
    data: list[CheckEntry]
    definitions: Annotated[dict[str, Any], Field(description="Schemas that several entries refer to.")]


class NonFinite(Answer):
    """A number of a series that JSON cannot hold; null stands in its place."""

    series: Literal["y", "dy"]
    index: int
    value: Literal["inf", "-inf", "nan"]


class Curve(Answer):
    """An activation over an interval, with its exact derivative."""

    name: str
    arguments: dict[str, Any]
    elementwise: Annotated[
        bool, Field(description="False for a function of a whole row: shown for a row of two units, the other one 0.")
    ]
    x: list[float]
    y: list[float | None]
    dy: list[float | None]
    range: Annotated[tuple[Bound, Bound], Field(description="The infimum and supremum of all its values.")]
    zero_centered: Annotated[bool, Field(description="Whether standard normal input gives outputs of mean zero.")]
    saturation: Annotated[
        list[tuple[Bound, Bound]],
        Field(description="Where the slope is below a twentieth of the steepest one."),
    ]
    steepest: Annotated[float, Field(description="The greatest slope; that at 0 where there is no greatest.")]
    non_finite: list[NonFinite]


class Theory(Answer):
    """The law of a kernel's entries."""

    distribution: Literal["constant", "normal", "truncated_normal", "uniform", "orthogonal", "identity"]
    mean: float
    std: float
    variance: float
    low: Bound
    high: Bound
    fan_mode: Literal["fan_in", "fan_out", "fan_avg"] | None


class Statistics(Answer):
    """What was drawn."""

    size: int
    mean: float
    std: float
    min: float
    max: float


class Histogram(Answer):
    """Counts between edges; one edge more than counts."""

    edges: list[float]
    counts: list[int]


class InitializerSample(Answer):
    """The theory of an initializer beside a drawn kernel."""

    name: str
    arguments: dict[str, Any]
    fan_in: int
    fan_out: int
    seed: int
    theory: Theory
    sample: Statistics
    histogram: Histogram
