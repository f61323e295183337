"""The names of preflights: sortable, newest greatest."""

from __future__ import annotations

import re

import uuid_utils

PATTERN = re.compile(r"pre_[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


def new_preflight_id() -> str:
    """A fresh id: ``pre_`` and a UUIDv7, whose beginning is the time."""
    return f"pre_{uuid_utils.uuid7()}"


def is_preflight_id(text: str) -> bool:
    """Whether ``text`` can be the id of a preflight."""
    return PATTERN.fullmatch(text) is not None
