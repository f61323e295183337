"""Every setting that is wrong is said in one line: its name, what was received, what is expected."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from service.environment import WrongSettings, described, expected, option, read, unknown_variables, variable
from service.settings import Settings

NUMBERS = [
    name for name in Settings.model_fields if expected(name).startswith(("a whole number", "a number"))
]  # all but texts
NO_NUMBERS = ["", "x", "nan", "inf", "-inf", "-1", "1e400", "1;2", "٣x", "None", "true", "-99999999999999999999999"]
WRONG = {name: [*NO_NUMBERS, *(["1.5"] if expected(name).startswith("a whole") else [])] for name in NUMBERS} | {
    "port": [*NO_NUMBERS, "65536", "70000", "8000.5"],
    "slots": [*NO_NUMBERS, "0", "257", "1.5"],
    "heartbeat": [*NO_NUMBERS, "0", "1e300"],
    "job_timeout": [*NO_NUMBERS, "0", "1e300"],
    "agent_timeout": [*NO_NUMBERS, "0", "1e300"],
    "host": [""],
    "log_level": ["", "loud", "10"],
    "log_format": ["", "JSON", "xml"],
    "grading_secret": ["", "guess"],
    "database_url": [
        "",
        "garbage",
        "clinic.db",
        "mysql://ana:pw@host/x",
        "mssql+pyodbc://host/x",
        "postgresql+psycopg2://host/x",
        "postgresql+asyncpg://host/x",
        "postgresql://host:port/x",
        "sqlite+aiosqlite:///x.db",
        "sqlite://",
        "sqlite:///:memory:",
        "http://host/",
        "://",
        "sqlite:x.db",
    ],
}
ANYTHING = {"operator_key", "cache_dir"}  # the one has a form that `prepare` knows, the other is any path
CASES = [(name, value) for name, values in WRONG.items() for value in values]


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("CLINIC_")]:
        monkeypatch.delenv(name)


def test_every_setting_has_wrong_values() -> None:
    assert WRONG.keys() | ANYTHING == Settings.model_fields.keys()


@pytest.mark.parametrize(("name", "value"), CASES)
def test_a_wrong_variable_is_one_line(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable(name), value)
    with pytest.raises(WrongSettings) as wrong:
        read()
    [line] = str(wrong.value).splitlines()
    assert line.startswith(f"CLINIC_{name.upper()}: received ")
    assert line.endswith(f", expected {expected(name)}.")
    assert "pydantic" not in line
    assert not wrong.value.usage


@pytest.mark.parametrize(("name", "value"), CASES)
def test_a_wrong_option_is_named_as_one(name: str, value: str) -> None:
    with pytest.raises(WrongSettings) as wrong:
        read(**{name: value})
    assert str(wrong.value).startswith(f"{option(name)}: received ")
    assert wrong.value.usage


def test_all_wrong_variables_are_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, values in WRONG.items():
        monkeypatch.setenv(variable(name), values[0])
    with pytest.raises(WrongSettings) as wrong:
        read()
    lines = str(wrong.value).splitlines()
    assert [line.split(":")[0] for line in lines] == [variable(name) for name in Settings.model_fields if name in WRONG]


def test_what_is_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLINIC_GRADING_SECRET", "guessable")
    monkeypatch.setenv("CLINIC_DATABASE_URL", "mysql://ana:pw-9@host/x")
    with pytest.raises(WrongSettings) as wrong:
        read()
    assert "guessable" not in str(wrong.value)
    assert "pw-9" not in str(wrong.value)
    monkeypatch.setenv("CLINIC_GRADING_SECRET", "long enough to be one")
    monkeypatch.setenv("CLINIC_DATABASE_URL", "postgresql://ana:pw-9@host/x")
    shown = str(list(described(read())))
    assert "long enough" not in shown
    assert "pw-9" not in shown


def test_options_come_before_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLINIC_PORT", "1")
    assert read(port=2, slots=None).port == 2
    assert read().port == 1


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///x.db",
        "sqlite:////tmp/x.db",
        "postgresql://h/x",
        "postgres://h/x",
        "postgresql+psycopg://a:b@h:1/x?x=1",
    ],
)
def test_both_databases_are_taken(url: str) -> None:
    assert read(database_url=url).database_url == url


@pytest.mark.parametrize("level", ["DEBUG", "Info", "warning"])
def test_levels_are_taken_in_any_case(level: str) -> None:
    assert read(log_level=level).log_level == level.lower()


def misspelt() -> Iterator[tuple[str, str]]:
    for name in map(variable, Settings.model_fields):
        yield name[:-1], name  # the last letter is missing
        yield f"{name}S", name
        yield name.replace("_", "-"), name


@pytest.mark.parametrize(("given", "meant"), [*misspelt()])
def test_an_unknown_variable_is_named_with_a_guess(given: str, meant: str) -> None:
    warnings = unknown_variables({given: "1", meant: "1", "HOME": "/", meant.lower(): "1"})
    if given.startswith("CLINIC_"):
        assert warnings == [f"{given} is no setting and has no effect; did you mean {meant}?"]
    else:
        assert warnings == []


def test_what_resembles_nothing_gets_no_guess() -> None:
    [warning] = unknown_variables({"CLINIC_ZEBRA_STRIPES": "1"})
    assert "did you mean" not in warning
    assert "clinic settings" in warning


def test_every_setting_is_described() -> None:
    found = list(described(Settings()))
    assert [each.variable for each in found] == [variable(name) for name in Settings.model_fields]
    assert all(each.expected and each.description for each in found)
