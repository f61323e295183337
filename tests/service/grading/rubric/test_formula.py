"""Formulas over the scores of checks: what they can say, and what they cannot cost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.grading.rubric.assignment import LONGEST_FORMULA
from service.grading.rubric.formula import WrongFormula, computed, verify

SCORES = {"a": 0.5, "b": 0.25}


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("a", 0.5),
        ("0.8 * a + 0.2 * b", 0.45),
        ("a > 0.4 && b >= 0.25 ? 1.0 : 0.0", 1.0),
        ("math.least(a, b)", 0.25),
        ("math.greatest(a, b, 0.9)", 0.9),
        ("a == 0.5 || !(b < 1.0) ? -a : b", -0.5),
        ("(a - b) / a", 0.5),
    ],
)
def test_arithmetic_comparison_and_choice(formula: str, value: float) -> None:
    assert computed(formula, SCORES) == pytest.approx(value)


@pytest.mark.parametrize(
    ("formula", "reason"),
    [
        ("a +", "Syntax error"),
        ("a + c", "undeclared reference to 'c'"),
        ("a * 2", "with a point"),
        ("a > 0.5", "must be a number"),
        ("1", "must be a number"),
        ("'a' + 'b'", "must be a number"),
        ("'a' - 'b'", "no matching overload"),
        ("[a, b].map(x, x)[0]", "undeclared reference"),
        ("[1.0, 2.0].all(x, x > 0.0) ? 1.0 : 0.0", "undeclared reference"),
        ("size('x') > 0 ? a : b", "undeclared reference"),
        ("a.matches('(a+)+') ? a : b", "matches"),
        ("__import__('os')", "undeclared reference"),
        ("a.__class__", "cannot be the operand"),
        ("(" * 200 + "a" + ")" * 200, "recursion limit"),
        ("a / (a - a)", "not a finite number where all scores are 0"),
        ("1.0 / a", "not a finite number where all scores are 0"),
    ],
)
def test_all_else_is_refused_before_anything_is_graded(formula: str, reason: str) -> None:
    with pytest.raises(WrongFormula, match=reason) as caught:
        verify(formula, SCORES)
    assert "\n" not in str(caught.value)


@given(st.text(st.characters(codec="utf-8"), max_size=LONGEST_FORMULA) | st.text("ab+-*/()?:.<>=&|!01 ", max_size=60))
def test_no_text_breaks_it(formula: str) -> None:
    try:
        verify(formula, SCORES)
    except WrongFormula:
        return
    assert isinstance(computed(formula, SCORES), float)


def test_many_checks_can_be_added() -> None:
    assert computed("+".join(["a"] * 31), SCORES) == pytest.approx(15.5)
    halves = f"({'+'.join(['a'] * 25)})"
    assert computed(f"{halves}+{halves}", SCORES) == 25
    with pytest.raises(WrongFormula, match=r"^Exceeded max recursion depth"):
        computed("+".join(["a"] * (LONGEST_FORMULA // 2)), SCORES)
