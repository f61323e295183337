"""Defines the result of a check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from models.text import LocalizedText


@dataclass(frozen=True)
class Measurement:
    """How far a check is fulfilled.

    Attributes:
        score: from 0 to 1; None: it waits for the teacher.
        passed: whether what was asked is reached; None with ``score``.
        message: what was measured, and what was asked.
        evidence: the numbers behind it, as strict JSON. What tells of single seeds is under ``per_seed``, which no
            student sees.
        straddles: whether more seeds could decide otherwise.
        findings: codes of the diagnosis that may explain it.
    """

    score: float | None
    passed: bool | None
    message: LocalizedText
    evidence: dict[str, Any]
    straddles: bool = False
    findings: Sequence[str] = ()
