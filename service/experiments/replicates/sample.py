"""Summarises one number per seed: median, confidence interval, paired differences with a sign test."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Annotated, Any, Literal

from pydantic import Field

from models.frozen import Frozen
from service.experiments.replicates import statistics
from service.experiments.replicates.statistics import LEVEL

Values = Sequence[float | None]


class MedianInterval(Frozen):
    """Where the median of all seeds lies: between two of the values, whatever their distribution is."""

    low: float
    high: float
    level: Annotated[float, Field(description="The confidence that was wanted.")] = LEVEL
    coverage: Annotated[
        float,
        Field(
            description="The confidence that it has, at least: 1 - 2 P(B < k), where B is binomial (n, ½) and the "
            "bounds are the k-th smallest and k-th greatest value. Below `level` where there are fewer than six "
            "values: the bounds are then the least and the greatest one."
        ),
    ]
    method: Literal["order_statistics"] = "order_statistics"


class Sample(Frozen):
    """One number a seed. Median and interval are those of the values that are there."""

    values: Annotated[
        list[float | None],
        Field(description="By seed; null where the job has not ended well, or the number is not finite."),
    ]
    n: Annotated[int, Field(description="How many values there are.")]
    median: float | None
    interval: Annotated[MedianInterval | None, Field(description="Null for fewer than two values.")]


class SignTest(Frozen):
    """Exact two-sided sign test of the differences; ties count for neither side. Not corrected for other tests."""

    positive: int
    negative: int
    ties: int
    p_value: float


class Differences(Sample):
    """One number minus another, seed by seed."""

    sign_test: Annotated[SignTest | None, Field(description="Null where no seed has both values.")]


def sample(values: Values) -> Sample:
    """Summarise the values of all seeds."""
    return Sample(values=list(values), **_summary(values))


def differences(left: Values, right: Values) -> Differences:
    """Summarise ``left`` minus ``right``, pair by pair; both have one entry a seed."""
    values = [_minus(*pair) for pair in zip(left, right, strict=True)]
    return Differences(values=values, **_summary(values), sign_test=_signs(values))


def _summary(values: Values) -> dict[str, Any]:
    """The members of a :class:`Sample` beside its values."""
    present = _present(values)
    interval = statistics.median_interval(present)
    return {
        "n": len(present),
        "median": median(present) if present else None,
        "interval": None if interval is None else MedianInterval(**interval._asdict()),
    }


def _signs(values: Values) -> SignTest | None:
    signs = statistics.sign_test(_present(values))
    return None if signs is None else SignTest(**signs._asdict())


def _present(values: Values) -> list[float]:
    return [value for value in values if value is not None]


def _minus(left: float | None, right: float | None) -> float | None:
    return None if left is None or right is None else left - right
