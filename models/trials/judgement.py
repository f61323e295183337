"""Judges whether a patch cures: paired runs with the same seeds, the symptom and the metric.

``confirmed``: the symptom is gone *and* the metric better, each in at least four of five seeds, and the median gain is
worth it: at least one point, and at least one standard deviation of the base's own runs. ``no_gain``: the symptom is
gone, the metric is not better. ``refuted``: the symptom stays.

A run that diverged or failed has cured nothing: its seed counts against the patch. A pair of which one run was
cancelled or deleted counts neither way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, inf
from statistics import median, stdev
from typing import Literal

from models.diagnoses.finding import Severity
from models.specs.encoding import metric_columns
from models.specs.geometry import job_shape
from models.specs.job import TrainingJobSpec

Verdict = Literal["confirmed", "no_gain", "refuted"]
Reason = Literal[
    "gate", "too_few_pairs", "diverged", "symptom_remains", "metric_not_better", "gain_too_small", "other_loss"
]

SHARE = 0.8  # of the seeds in which symptom and metric must agree
POINT = 0.01  # the least gain that is worth anything: of an accuracy, or relative to the base's median loss
GRAVITY: dict[Severity, int] = {"info": 0, "warning": 1, "error": 2}
ACCURACIES = frozenset({"accuracy", "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy"})


@dataclass(frozen=True)
class Metric:
    """The number by which runs are compared.

    Attributes:
        split: ``test``, or ``train`` where there are no test rows.
        name: as the evaluation calls it.
        higher: whether more of it is better.
    """

    split: str
    name: str
    higher: bool


@dataclass(frozen=True)
class Run:
    """The end of one training.

    Attributes:
        stop_reason: why it stopped; ``failed`` where it could not be done.
        value: the metric; None where it is not finite.
        findings: code -> the gravest severity with which the diagnosis has it.
    """

    stop_reason: str
    value: float | None
    findings: Mapping[str, Severity]

    @property
    def broken(self) -> bool:
        """Whether it came to nothing."""
        return self.stop_reason in {"diverged", "failed"}


@dataclass(frozen=True)
class Symptom:
    """A finding of the base that a patch is to remove, counted over the pairs.

    Attributes:
        code: of the finding.
        severity: from which on it counts.
        base: runs of the base that have it.
        gone: runs of the patch that do not have it, and did not break.
    """

    code: str
    severity: Severity
    base: int
    gone: int


@dataclass(frozen=True)
class Judgement:
    """The result of comparing paired runs.

    Attributes:
        pairs: how many there are.
        symptoms: by finding.
        symptom_gone: whether all symptoms are gone together in enough seeds, and in more than without the patch; None
            where there is none to look for, or it is not decided.
        better: in how many pairs the patched run is better.
        gain: the median of how much better; infinite where most runs of one side broke, None where nothing is judged.
        needed: the least median gain that counts.
        metric_better: whether it is better in enough seeds, and by enough.
        verdict: None where it is not decided.
        reason: why it is not ``confirmed``.
    """

    pairs: int = 0
    symptoms: tuple[Symptom, ...] = ()
    symptom_gone: bool | None = None
    better: int = 0
    gain: float | None = None
    needed: float | None = None
    metric_better: bool | None = None
    verdict: Verdict | None = None
    reason: Reason | None = None


GATED = Judgement(verdict="refuted", reason="gate")


def primary(spec: TrainingJobSpec) -> Metric:
    """What the runs of a spec are compared by: the accuracy of classes where it is measured, or the loss."""
    shape = job_shape(spec)
    split = "test" if shape.test_rows else "train"
    names = [name for name, metric in metric_columns(spec) if metric.type in ACCURACIES]
    return Metric(split, names[0], True) if shape.classes and names else Metric(split, "loss", False)


def judge(
    base: Sequence[Run | None],
    patched: Sequence[Run | None],
    targets: Mapping[str, Severity],
    metric: Metric,
    *,
    comparable: bool = True,
) -> Judgement:
    """Compare runs, pair by pair.

    Args:
        base: one run a seed; None where it was cancelled or deleted.
        patched: the same seeds, all of which have ended.
        targets: the findings to be removed, and the severity from which on they count. Without any, the metric alone
            decides.
        metric: what ``value`` of the runs is.
        comparable: whether the values of both mean the same.
    """
    pairs = [(one, other) for one, other in zip(base, patched, strict=True) if one is not None and other is not None]
    if len(pairs) < ceil(SHARE * len(base)):
        return Judgement(pairs=len(pairs), reason="too_few_pairs")
    enough = ceil(SHARE * len(pairs))
    symptoms = tuple(_symptom(code, severity, pairs) for code, severity in targets.items())
    free = sum(_free(run, targets) for run, _ in pairs)
    freed = sum(_free(run, targets) for _, run in pairs)
    gone = freed >= enough and freed > free if targets else None
    gains = [_gain(one, other, metric) for one, other in pairs]
    better, gain = sum(value > 0 for value in gains), median(gains)
    needed = _needed([one.value for one, _ in pairs if one.value is not None], metric)
    wins = comparable and better >= enough and gain >= needed
    broken = sum(run.broken for _, run in pairs)
    reason: Reason | None
    if gone is False:
        verdict: Verdict = "refuted"
        reason = "diverged" if len(pairs) - broken < enough else "symptom_remains"
    elif wins:
        verdict, reason = "confirmed", None
    else:
        verdict = "no_gain"
        reason = "other_loss" if not comparable else "metric_not_better" if better < enough else "gain_too_small"
    return Judgement(
        pairs=len(pairs),
        symptoms=symptoms,
        symptom_gone=gone,
        better=better,
        gain=gain,
        needed=needed,
        metric_better=wins,
        verdict=verdict,
        reason=reason,
    )


def gravest(findings: Sequence[tuple[str, Severity]]) -> dict[str, Severity]:
    """Each code with its gravest severity.

    Example:
        >>> gravest([("dead_units", "info"), ("dead_units", "error")])
        {'dead_units': 'error'}
    """
    found: dict[str, Severity] = {}
    for code, severity in findings:
        if code not in found or GRAVITY[severity] > GRAVITY[found[code]]:
            found[code] = severity
    return found


def _has(run: Run, code: str, severity: Severity) -> bool:
    return code in run.findings and GRAVITY[run.findings[code]] >= GRAVITY[severity]


def _free(run: Run, targets: Mapping[str, Severity]) -> bool:
    """Whether a run came to something, and has none of the symptoms."""
    return not run.broken and not any(_has(run, code, severity) for code, severity in targets.items())


def _symptom(code: str, severity: Severity, pairs: Sequence[tuple[Run, Run]]) -> Symptom:
    return Symptom(
        code,
        severity,
        base=sum(_has(one, code, severity) for one, _ in pairs),
        gone=sum(_free(other, {code: severity}) for _, other in pairs),
    )


def _gain(one: Run, other: Run, metric: Metric) -> float:
    """How much better the other run is; infinitely where only one of both has a value, or the other one broke."""
    if other.broken or other.value is None:
        return 0.0 if one.value is None else -inf
    if one.value is None:
        return inf
    return (other.value - one.value) * (1 if metric.higher else -1)


def _needed(values: Sequence[float], metric: Metric) -> float:
    """One point, or one standard deviation of the base where that is more."""
    point = POINT if metric.higher or not values else POINT * abs(median(values))
    return max(point, stdev(values) if len(values) > 1 else 0.0)
