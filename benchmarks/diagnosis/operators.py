"""Faults that are seeded into healthy configurations, and what names them.

Each operator is one mistake that people make. The codes and causes that count as the right answer stand beside it; a
code counts only if it says what the mistake was, not that something is wrong.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.diagnosis import faults
from benchmarks.diagnosis.case import Case
from benchmarks.networks import Document


@dataclass(frozen=True)
class Operator:
    """One mistake.

    Attributes:
        name: the row of the table.
        seed: changes a copy of a healthy document and says whether the mistake can be made there. The number counts
            the operator's cases, for mistakes of several forms.
        accepted: codes of findings, or of their causes, that name the mistake.
        why: these.
    """

    name: str
    seed: Callable[[Document, int], bool]
    accepted: frozenset[str]
    why: str


def operator(name: str, seed: Callable[[Document, int], bool], accepted: Sequence[str], why: str) -> Operator:
    """An operator."""
    return Operator(name, seed, frozenset(accepted), why)


OPERATORS = (
    operator(
        "learning rate x100",
        faults.rate_times(100.0),
        ("learning_rate_too_high", "long_steps", "large_updates"),
        "exploding, dying or jumping is the symptom; the cause is the length of the steps",
    ),
    operator(
        "learning rate /1000",
        faults.rate_times(0.001),
        ("learning_rate_too_low", "small_updates"),
        "the weights stand still because the steps are short",
    ),
    operator(
        "wrong loss",
        faults.wrong_loss,
        ("output_contract",),
        "output and loss do not fit: the contract between the two is what is broken",
    ),
    operator(
        "wrong last activation",
        faults.wrong_output,
        ("output_contract",),
        "the same contract, broken from the other side",
    ),
    operator(
        "zero and constant kernels",
        faults.equal_kernels,
        ("symmetric_initialization",),
        "all units of a layer are the same unit, and stay so",
    ),
    operator(
        "sigmoid stack",
        faults.sigmoid_stack,
        ("saturating_activation", "vanishing_gradients", "expected_attenuation"),
        "each sigmoid takes at least three quarters of the gradient",
    ),
    operator(
        "unscaled features",
        faults.unscaled,
        ("unscaled_features", "no_scaler"),
        "columns in units that differ ten-thousandfold, and no scaler",
    ),
    operator(
        "shuffled labels",
        faults.shuffled,
        ("independent_targets",),
        "the targets do not depend on the features; overfitting or learning nothing are only how that ends",
    ),
    operator(
        "too few epochs",
        faults.few_epochs,
        ("step_budget", "few_epochs", "unfinished"),
        "it would have learned, had it gone on",
    ),
    operator(
        "too strong L2",
        faults.strong_l2,
        ("dominant_penalty", "penalty_dominates"),
        "the penalty pulls harder at the weights than the data",
    ),
    operator(
        "deep ReLU, tiny weights",
        faults.tiny_weights,
        ("small_initial_weights", "initial_scale", "vanishing_gradients", "expected_attenuation"),
        "signal and gradient shrink together from layer to layer",
    ),
)


def seeded(chosen: Operator, bases: Sequence[Case], count: int) -> Iterator[tuple[Case, Case]]:
    """Up to ``count`` pairs of a faulty case and its healthy twin.

    Args:
        chosen: the mistake.
        bases: healthy cases; each operator begins at another one, so that all are used.
        count: pairs wanted.
    """
    start = OPERATORS.index(chosen) * 7 % max(len(bases), 1)
    made = 0
    for base in [*bases[start:], *bases[:start]]:
        if made == count:
            return
        document: dict[str, Any] = copy.deepcopy(base.document)
        if chosen.seed(document, made):
            made += 1
            document["name"] = f"{base.name}, {chosen.name}"
            yield Case(document["name"], chosen.name, document, chosen.accepted), base
