"""Restores numbers as a person wrote them, before Keras kept them as float32 or as arrays."""

from __future__ import annotations

import struct
from typing import Any

DIGITS = 7  # what a person writes; a float32 holds little more
ARRAYS = ("__numpy__", "__tensor__")


def plain(value: Any) -> Any:
    """A JSON value with arrays unpacked and rounded numbers as they were before.

    Example:
        >>> plain(0.009999999776482582), plain(0.1), plain({"class_name": "__numpy__", "config": {"value": 0.5}})
        (0.01, 0.1, 0.5)
    """
    if isinstance(value, float):
        return shortest(value)
    if isinstance(value, list):
        return [shortest(item) if isinstance(item, float) else item for item in value]
    if isinstance(value, dict) and value.get("class_name") in ARRAYS and isinstance(value.get("config"), dict):
        inner = value["config"].get("value")
        return shortest(inner) if isinstance(inner, float) else inner
    return value


def shortest(number: float) -> float:
    """The shortest decimal that is ``number`` in float32, where ``number`` has been rounded to float32."""
    if not _is_single(number):
        return number
    for digits in range(1, DIGITS + 1):
        candidate = float(f"{number:.{digits}g}")
        if _single(candidate) == number:
            return candidate
    return number


def _is_single(number: float) -> bool:
    """Whether float32 holds it exactly."""
    return number == number and abs(number) < 1e38 and _single(number) == number  # noqa: PLR0124 - NaN


def _single(number: float) -> float:
    """The nearest float32."""
    return float(struct.unpack("f", struct.pack("f", number))[0])
