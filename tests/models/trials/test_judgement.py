"""Verdicts on patches, case by case."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from statistics import stdev

import pytest

from models.diagnoses.finding import Severity
from models.specs.check import parse
from models.trials.ablation import Part, eliminate
from models.trials.judgement import GATED, Judgement, Metric, Run, Verdict, judge, primary
from tests.models.diagnoses.documents import CIRCLES, FRIEDMAN, HEALTHY, SIGMOID, dense, job

ACCURACY = Metric("test", "accuracy", higher=True)
LOSS = Metric("test", "loss", higher=False)
SICK: dict[str, Severity] = {"vanishing_gradients": "error"}
BASE = [0.5, 0.5, 0.51, 0.5, 0.49]


def runs(values: Sequence[float | None], sick: int = 0, stop_reason: str = "completed") -> list[Run | None]:
    """Runs with these values, of which the first ``sick`` have the symptom."""
    return [Run(stop_reason, value, SICK if index < sick else {}) for index, value in enumerate(values)]


def accuracy(patched: list[Run | None], base: list[Run | None] | None = None) -> Judgement:
    return judge(base or runs(BASE, 5), patched, SICK, ACCURACY)


@pytest.mark.parametrize(
    ("values", "sick", "verdict", "reason"),
    [
        ([0.8] * 5, 0, "confirmed", None),
        ([0.8, 0.8, 0.8, 0.8, 0.3], 1, "confirmed", None),
        ([0.8, 0.8, 0.8, 0.3, 0.3], 0, "no_gain", "metric_not_better"),
        ([0.8] * 5, 2, "refuted", "symptom_remains"),
        ([0.8] * 5, 5, "refuted", "symptom_remains"),
        (BASE, 0, "no_gain", "metric_not_better"),
        (BASE, 5, "refuted", "symptom_remains"),
        ([0.505, 0.505, 0.515, 0.505, 0.495], 0, "no_gain", "gain_too_small"),
        ([0.8, 0.8, 0.8, 0.8, None], 0, "confirmed", None),
        ([0.8, 0.8, 0.8, None, None], 0, "no_gain", "metric_not_better"),
    ],
)
def test_symptom_and_metric(values: list[float | None], sick: int, verdict: Verdict, reason: str | None) -> None:
    found = accuracy(runs(values, sick))
    assert (found.verdict, found.reason) == (verdict, reason)
    assert found.pairs == 5
    [symptom] = found.symptoms
    assert (symptom.base, symptom.gone) == (5, 5 - sick)


def test_the_gain_must_be_more_than_what_chance_moves() -> None:
    scattered = [0.5, 0.6, 0.7, 0.4, 0.5]
    found = accuracy(runs([value + 0.1 for value in scattered]), runs(scattered, 5))
    assert found.needed == pytest.approx(stdev(scattered))
    assert found.better == 5
    assert found.gain == pytest.approx(0.1)
    assert (found.verdict, found.reason) == ("no_gain", "gain_too_small")
    assert accuracy(runs([value + 0.13 for value in scattered]), runs(scattered, 5)).verdict == "confirmed"


def test_a_symptom_that_the_base_has_not_is_not_removed() -> None:
    found = accuracy(runs([0.8] * 5), runs(BASE))
    assert (found.symptom_gone, found.verdict) == (False, "refuted")


def test_a_warning_is_no_symptom_where_an_error_was_one() -> None:
    milder = [Run("completed", 0.8, {"vanishing_gradients": "warning"}) for _ in range(5)]
    assert accuracy([*milder]).verdict == "confirmed"


def test_runs_that_diverge_cure_nothing() -> None:
    found = accuracy([*runs([0.8] * 3), *runs([0.9, 0.9], stop_reason="diverged")])
    assert (found.verdict, found.reason, found.better) == ("refuted", "diverged", 3)
    failed = accuracy([*runs([0.8] * 4), Run("failed", None, {})])
    assert (failed.verdict, failed.better) == ("confirmed", 4)


def test_what_makes_a_diverging_training_finite_is_better() -> None:
    base = runs([None] * 5, 5, "diverged")
    found = judge(base, runs([0.3] * 5), SICK, LOSS)
    assert (found.verdict, found.gain) == ("confirmed", inf)
    again = judge(base, runs([None] * 5, 0, "diverged"), SICK, LOSS)
    assert (again.verdict, again.better) == ("refuted", 0)


def test_less_loss_is_better_by_a_hundredth_of_it() -> None:
    base = runs([50.0, 50.1, 49.9, 50.0, 50.0], 5)
    assert judge(base, runs([49.0] * 5), SICK, LOSS).verdict == "confirmed"
    assert judge(base, runs([49.7] * 5), SICK, LOSS).verdict == "no_gain"
    assert judge(base, runs([55.0] * 5), SICK, LOSS).reason == "metric_not_better"


def test_another_loss_is_not_better_because_it_is_less() -> None:
    found = judge(runs([1.0] * 5, 5), runs([0.1] * 5), SICK, LOSS, comparable=False)
    assert (found.verdict, found.reason) == ("no_gain", "other_loss")


def test_without_a_symptom_the_metric_decides() -> None:
    found = judge(runs(BASE), runs([0.8] * 5), {}, ACCURACY)
    assert (found.symptom_gone, found.verdict) == (None, "confirmed")
    assert judge(runs(BASE), runs(BASE), {}, ACCURACY).verdict == "no_gain"


def test_cancelled_pairs_count_neither_way() -> None:
    found = accuracy([*runs([0.8] * 4), None])
    assert (found.pairs, found.verdict) == (4, "confirmed")
    few = accuracy([*runs([0.8] * 3), None, None])
    assert (few.pairs, few.verdict, few.reason) == (3, None, "too_few_pairs")


@pytest.mark.parametrize(("seeds", "sick", "verdict"), [(10, 2, "confirmed"), (10, 3, "refuted"), (2, 0, "confirmed")])
def test_other_numbers_of_seeds(seeds: int, sick: int, verdict: Verdict) -> None:
    assert accuracy(runs([0.9] * seeds, sick), runs([0.5] * seeds, seeds)).verdict == verdict


def test_what_runs_are_compared_by() -> None:
    assert primary(parse(HEALTHY)) == ACCURACY
    assert primary(parse(job([dense(4), SIGMOID]))) == LOSS
    assert primary(parse(job([SIGMOID], {**CIRCLES, "split": None}, metrics=["acc"]))) == Metric(
        "train", "accuracy", True
    )
    assert primary(parse(job([dense(1)], FRIEDMAN, "mse", metrics=["mae"]))) == LOSS


class TestElimination:
    CURES = Judgement(pairs=5, gain=0.2, verdict="confirmed")
    CURES_BETTER = Judgement(pairs=5, gain=0.3, verdict="confirmed")
    FAILS = Judgement(pairs=5, gain=0.0, verdict="refuted", reason="symptom_remains")
    WAITS = Judgement()

    def part(self, kinds: str, judgement: Judgement) -> Part:
        return Part(frozenset(kinds), judgement)

    @pytest.mark.parametrize("judgement", [FAILS, WAITS, GATED])
    def test_what_does_not_cure_is_not_taken_apart(self, judgement: Judgement) -> None:
        found = eliminate(self.part("ab", judgement), [])
        assert (found.wanted, found.minimal) == ((), None)

    def test_a_single_change_is_minimal(self) -> None:
        assert eliminate(self.part("a", self.CURES), []).minimal == frozenset("a")

    def test_each_change_is_left_out(self) -> None:
        assert eliminate(self.part("ab", self.CURES), []).wanted == (frozenset("b"), frozenset("a"))

    def test_while_the_rests_train_nothing_is_known(self) -> None:
        tried = [self.part("a", self.CURES), self.part("b", self.WAITS)]
        found = eliminate(self.part("ab", self.CURES), tried)
        assert (found.wanted, found.minimal) == ((), None)

    def test_both_are_needed(self) -> None:
        tried = [self.part("a", self.FAILS), self.part("b", GATED)]
        assert eliminate(self.part("ab", self.CURES), tried).minimal == frozenset("ab")

    def test_the_best_rest_loses_a_change_in_its_turn(self) -> None:
        tried = [self.part("ab", self.CURES), self.part("bc", self.CURES_BETTER), self.part("ac", self.FAILS)]
        whole = self.part("abc", self.CURES)
        assert eliminate(whole, tried).wanted == (frozenset("c"), frozenset("b"))
        tried += [self.part("b", self.FAILS), self.part("c", self.CURES)]
        assert eliminate(whole, tried).minimal == frozenset("c")

    def test_cancelled_rests_leave_it_open(self) -> None:
        few = Judgement(pairs=2, reason="too_few_pairs")
        tried = [self.part("a", few), self.part("b", self.FAILS)]
        found = eliminate(self.part("ab", self.CURES), tried)
        assert (found.wanted, found.minimal) == ((), None)
