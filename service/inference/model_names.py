"""Checks the names of models, versions and aliases.

A job's model has the name of the job; all other names are chosen by clients. Where a version is asked for, its number
or an alias will do: an alias begins with a letter, so that the two cannot be confused.
"""

from __future__ import annotations

import re
from typing import Final

from service.errors import Invalid, RequestViolation
from service.ids import JOB

CHAMPION: Final = "champion"  # the alias that a model without a version means, where there is one
FIRST: Final = "1"  # the only version of a job's model
RESERVED: Final = frozenset({"stats"})  # what the protocols put where a model's name stands

NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
ALIAS: Final = re.compile(r"[a-z][a-z0-9_-]{0,62}")
NUMBER: Final = re.compile(r"[1-9][0-9]{0,8}")


def refuse_name(name: str) -> None:
    """Make sure that a client may give a model this name.

    Raises:
        Invalid: it may not.
    """
    if name in RESERVED or name.startswith(f"{JOB.prefix}_"):
        raise Invalid.of([RequestViolation("", f"{name!r} is reserved", parameter="name")])
    if NAME.fullmatch(name) is None:
        detail = "a name has up to 100 letters, digits, dots, underscores and hyphens, and begins with none of these"
        raise Invalid.of([RequestViolation("", detail, parameter="name")])


def refuse_alias(alias: str) -> None:
    """Make sure that a client may give a version this alias.

    Raises:
        Invalid: it may not.
    """
    if ALIAS.fullmatch(alias) is None:
        detail = "an alias has up to 63 lower-case letters, digits, underscores and hyphens, and begins with a letter"
        raise Invalid.of([RequestViolation("", detail, parameter="alias")])


def number_of(version: str) -> int | None:
    """The version's number; None where the text is no number.

    Example:
        >>> number_of("12"), number_of("champion"), number_of("012")
        (12, None, None)
    """
    return int(version) if NUMBER.fullmatch(version) else None
