"""The names of comparisons: sortable, newest greatest."""

from __future__ import annotations

import re

import uuid_utils

PATTERN = re.compile(r"cmp_[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


def new_comparison_id() -> str:
    """A fresh id: ``cmp_`` and a UUIDv7, whose beginning is the time."""
    return f"cmp_{uuid_utils.uuid7()}"


def is_comparison_id(text: str) -> bool:
    """Whether ``text`` can be the id of a comparison."""
    return PATTERN.fullmatch(text) is not None
