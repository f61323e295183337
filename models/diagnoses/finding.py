"""Defines findings, causes and advice, in the form in which clients read them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from models.frozen import Frozen
from models.non_finite import finite_or_none
from models.text import LocalizedText

Severity = Literal["error", "warning", "info"]
Stage = Literal["specification", "data", "initialization", "training"]


def finite(value: Any) -> Any:
    """``value`` with null in the place of every number that JSON cannot hold.

    Example:
        >>> finite({"ratio": [1.0, float("inf")]})
        {'ratio': [1.0, None]}
    """
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return finite_or_none(value) if isinstance(value, float) else value


Finite = Annotated[float | None, BeforeValidator(finite)]
Evidence = Annotated[dict[str, Any], BeforeValidator(finite)]


class Operation(Frozen):
    """One operation of a JSON Patch (RFC 6902) on the spec.

    ``add`` sets a member of an object, whether it is there or not, so that a patch fits the canonical document as well
    as a client's shorter one; ``replace`` is used on the entries of a list.
    """

    op: Literal["add", "replace"]
    path: str
    value: Any


class Advice(Frozen):
    """A change that may help.

    Attributes:
        code: what kind of change.
        text: why, and what to do.
        patch: the change itself; empty where only a person can make it.
    """

    code: str
    text: LocalizedText
    patch: list[Operation]


class Cause(Frozen):
    """Something in the spec or in the run that explains a finding."""

    code: str
    text: LocalizedText


class Finding(Frozen):
    """One thing found.

    Attributes:
        code: of the diagnosis.
        severity: ``error``: training suffers from this; ``warning``: it may; ``info``: worth knowing.
        stage: where it shows.
        layers: the layers with kernels that it concerns, in order from the input; empty: the whole network.
        epoch: the first epoch at which it shows; null: before any, or at none in particular.
        value: what was measured or computed, in the unit of ``threshold``.
        threshold: the limit that it passed.
        quantity: what ``value`` is.
        probability: the share of random starts that show it; null where chance plays no part, or is not known.
        message: what was found, in numbers and words.
        evidence: further numbers behind it.
        causes: what may explain it, the likeliest first.
        advice: what may help, the best first.
    """

    code: str
    severity: Severity
    stage: Stage
    layers: list[str] = Field(default=[])
    epoch: int | None = None
    value: Finite = None
    threshold: Finite = None
    quantity: str | None = None
    probability: float | None = Field(default=None, ge=0, le=1)
    message: LocalizedText
    evidence: Evidence = Field(default={})
    causes: list[Cause] = Field(default=[])
    advice: list[Advice] = Field(default=[])


class Diagnosis(Frozen):
    """Everything found about one training.

    Attributes:
        version: of the thresholds and rules.
        verdict: the code of the most causal error, or ``healthy``.
        findings: errors first, then warnings, then the rest; causes before their consequences.
    """

    version: str
    verdict: str
    findings: list[Finding]
