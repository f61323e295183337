"""Makes and recognises ids: a prefix that names the kind, and a UUIDv7, so that the newest id is the greatest."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import uuid_utils

UUID7: Final = r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"


@dataclass(frozen=True)
class Ids:
    """The ids of one kind of thing.

    Attributes:
        prefix: with which they begin.
        noun: what such a thing is called in messages.

    Example:
        >>> JOB.fits(JOB.new()), JOB.fits("job_1")
        (True, False)
    """

    prefix: str
    noun: str

    def new(self) -> str:
        """A fresh id."""
        return f"{self.prefix}_{uuid_utils.uuid7()}"

    def fits(self, text: str) -> bool:
        """Whether ``text`` has the form of such an id."""
        return self._pattern.fullmatch(text) is not None

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(f"{self.prefix}_{UUID7}")


JOB: Final = Ids("job", "job")
COMPARISON: Final = Ids("cmp", "comparison")
TRIAL: Final = Ids("trl", "trial")
PREFLIGHT: Final = Ids("pre", "preflight")
KEY: Final = Ids("key", "key")
ASSIGNMENT: Final = Ids("asg", "assignment")
SUBMISSION: Final = Ids("sub", "submission")
CALIBRATION: Final = Ids("cal", "calibration")
REGRADE: Final = Ids("rgr", "regrade")
GRADING: Final = Ids("grd", "grading")
