"""Reads the settings from environment variables and options, and says in plain sentences what is wrong with them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from pydantic import SecretStr, ValidationError

from service.settings import Settings

PREFIX = "CLINIC_"
OTHERS = {
    "boolean": "true or false",
    "array": "a list in JSON",
    "database_url": "sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME",
}
PASSWORD = re.compile(r"(://[^:/@]*):[^@]*@")


class WrongSettings(Exception):
    """Settings that cannot be used; its text has one line for each of them.

    Attributes:
        usage: whether one of them was given on the command line.
    """

    def __init__(self, lines: list[str], *, usage: bool) -> None:
        super().__init__("\n".join(lines))
        self.usage = usage


class Described(NamedTuple):
    """One setting as ``clinic settings`` lists it."""

    variable: str
    value: str
    expected: str
    description: str


def read(**options: Any) -> Settings:
    """Read the settings of the environment; options that are not None come before it.

    Raises:
        WrongSettings: a variable or an option has a value that cannot be used.
    """
    given = {name: value for name, value in options.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        wrong = {str(each["loc"][0]): each["input"] for each in error.errors()}
        lines = [
            f"{option(name) if name in given else variable(name)}: received {shown(name, value)}, "
            f"expected {expected(name)}."
            for name, value in wrong.items()
        ]
        raise WrongSettings(lines, usage=not given.keys().isdisjoint(wrong)) from error


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def option(name: str) -> str:
    """The command line's option for a setting."""
    return "--" + name.replace("_", "-")


def shown(name: str, value: object) -> str:
    """A value as messages show it, without passwords and secrets.

    Example:
        >>> shown("database_url", "mysql://ana:secret@host/x"), shown("grading_secret", "guess")
        ("'mysql://ana:***@host/x'", 'a secret of 5 characters')
    """
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if _schema(name).get("format") == "password":
        return f"a secret of {len(str(value))} characters"
    return repr(PASSWORD.sub(r"\1:***@", value) if isinstance(value, str) else value)


def expected(name: str) -> str:
    """What a setting takes, in words.

    Example:
        >>> expected("port"), expected("job_timeout"), expected("log_format")
        ('a whole number from 0 to 65535', 'a number greater than 0 and at most 31536000', "'text' or 'json'")
    """
    schema: dict[str, Any] = _schema(name) if name != "database_url" else {"type": name}
    if "enum" in schema:
        *others, last = map(repr, schema["enum"])
        return f"{', '.join(others)} or {last}"
    if schema["type"] == "string":
        least = schema.get("minLength")
        what = "a path" if schema.get("format") == "path" else "a text"
        return what if least is None else f"{what} of at least {least} character{'s' * (least > 1)}"
    if schema["type"] in OTHERS:
        return OTHERS[str(schema["type"])]
    what = "a whole number" if schema["type"] == "integer" else "a number"
    lowest, above, highest = (schema.get(key) for key in ("minimum", "exclusiveMinimum", "maximum"))
    if lowest is not None and highest is not None:
        return f"{what} from {lowest:g} to {highest:g}" if highest < 1e6 else f"{what} from {lowest:g} to {highest:.0f}"
    bounds = [] if above is None else [f"greater than {above:g}"]
    bounds += [] if lowest is None else [f"of at least {lowest:g}"]
    bounds += [] if highest is None else [f"at most {highest:.0f}"]
    return f"{what} {' and '.join(bounds)}".strip()


def _schema(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = _schemas()[name]
    return next((each for each in schema.get("anyOf", []) if each.get("type") != "null"), schema)


@cache
def _schemas() -> dict[str, Any]:
    schemas: dict[str, Any] = Settings.model_json_schema()["properties"]
    return schemas


def described(settings: Settings) -> Iterator[Described]:
    """Describe every setting with its value in ``settings``."""
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        text = "not set" if value is None else shown(name, str(value) if hasattr(value, "joinpath") else value)
        yield Described(variable(name), text, expected(name), field.description or "")


def unknown_variables(environment: Mapping[str, str]) -> list[str]:
    """Name the variables that look like settings and are none, with the setting that each may have meant.

    Example:
        >>> unknown_variables({"CLINIC_SLOT": "1", "CLINIC_PORT": "1", "HOME": "/"})
        ['CLINIC_SLOT is no setting and has no effect; did you mean CLINIC_SLOTS?']
    """
    known = [variable(name) for name in Settings.model_fields]
    found = []
    for name in sorted(environment):
        if not name.upper().startswith(PREFIX) or name.upper() in known:
            continue
        guesses = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.75)
        guess = f"; did you mean {guesses[0]}?" if guesses else "; `clinic settings` lists those that there are."
        found.append(f"{name} is no setting and has no effect{guess}")
    return found
