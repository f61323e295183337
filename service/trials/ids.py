"""The names of trials: sortable, newest greatest."""

from __future__ import annotations

import re

import uuid_utils

PATTERN = re.compile(r"trl_[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


def new_trial_id() -> str:
    """A fresh id: ``trl_`` and a UUIDv7, whose beginning is the time."""
    return f"trl_{uuid_utils.uuid7()}"


def is_trial_id(text: str) -> bool:
    """Whether ``text`` can be the id of a trial."""
    return PATTERN.fullmatch(text) is not None
