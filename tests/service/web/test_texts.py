"""The page's words: the same keys in both languages, every one used, none missing."""

from __future__ import annotations

import json
import re

import pytest

from models.diagnoses.finding import Severity, Stage
from models.quantities import OVERALL, PER_LAYER
from service.database.job_states import JobStatus
from service.jobs.results.formats import Format
from tests.service.web.source import LANGUAGES, MODULES, read

TEXTS: dict[str, dict[str, str]] = {code: json.loads(read(f"texts/{code}.json")) for code in LANGUAGES}
USED = {key for module in MODULES for key in re.findall(r'\bt\("([^"]+)"', read(module))}
GROUPS = {group for module in MODULES for group in re.findall(r'\bnamed\("([^"]+)"', read(module))}


def test_both_languages_have_the_same_keys() -> None:
    assert list(TEXTS["en"]) == list(TEXTS["es"])


def test_both_languages_have_the_same_blanks() -> None:
    blanks = [{key: sorted(re.findall(r"\{(\w+)\}", text)) for key, text in TEXTS[code].items()} for code in LANGUAGES]
    assert blanks[0] == blanks[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty(language: str) -> None:
    assert [key for key, text in TEXTS[language].items() if not text.strip()] == []


def test_no_word_is_missing() -> None:
    assert USED - set(TEXTS["en"]) == set()


def test_no_word_is_left_over() -> None:
    left = {key for key in TEXTS["en"] if key not in USED and key.partition(".")[0] not in GROUPS}
    assert left == set()


@pytest.mark.parametrize(
    ("group", "codes"),
    [
        ("status", [status.value for status in JobStatus]),
        ("severity", list(Severity.__args__)),  # type: ignore[attr-defined]
        ("stage", list(Stage.__args__)),  # type: ignore[attr-defined]
        ("quantity", [quantity.name for quantity in (*PER_LAYER, *OVERALL)]),
        ("format", [form.value for form in Format]),
        ("stop", ["diverged", "early_stopped"]),
        ("metric", ["loss", "accuracy", "learning_rate"]),
        ("phase", ["queue", "data", "build", "trace", "compile", "train", "save"]),
    ],
)
def test_codes_of_the_service_have_words(group: str, codes: list[str]) -> None:
    assert group in GROUPS
    assert {f"{group}.{code}" for code in codes} - set(TEXTS["en"]) == set()
