"""Every diagnosis has all that a diagnosis must have."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import pytest

from models.diagnoses.catalog import DIAGNOSES
from models.diagnoses.rule import Rule
from models.diagnoses.thresholds import LIMITS, VERSION

HEADINGS = ("Symptom:", "Why it matters:", "How it is detected:", "Remedy:", "References:")


def named(rule: Rule) -> str:
    return rule.code


def concrete(rule: type[Rule]) -> Iterator[type[Rule]]:
    if "code" in vars(rule):
        yield rule
    for below in rule.__subclasses__():
        yield from concrete(below)


def test_no_diagnosis_is_forgotten() -> None:
    assert {type(rule) for rule in DIAGNOSES} == set(concrete(Rule))


def test_codes_are_unique() -> None:
    codes = [rule.code for rule in DIAGNOSES]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("rule", DIAGNOSES, ids=named)
def test_the_docstring_has_the_fixed_headings(rule: Rule) -> None:
    text = inspect.cleandoc(type(rule).__doc__ or "")
    places = [text.find(f"\n{heading}\n") for heading in HEADINGS]
    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.parametrize("rule", DIAGNOSES, ids=named)
def test_words_are_there_in_both_languages(rule: Rule) -> None:
    for text in (rule.title, rule.text):
        assert text.en
        assert text.es
        assert text.en != text.es
    assert rule.reference


def test_every_threshold_is_documented() -> None:
    text = inspect.getdoc(type(LIMITS)) or ""
    assert [name for name in LIMITS.table() if f"    {name}: " not in text] == []
    assert VERSION == "2026.2"
