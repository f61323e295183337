"""What in an assignment decides on a grade, as one digest: two grades of equal rules can be compared."""

from __future__ import annotations

import hashlib
from typing import Any

import rfc8785

DECIDES_NOTHING = frozenset({"title", "statement", "quota", "opens_at", "constraints"})


def rules_of(content: dict[str, Any]) -> str:
    """The digest of an assignment's rules: rubric, data, seeds, baseline, calendar.

    What it is called, how often one may try, what is refused before it is trained and what students see of the checks
    make no difference to a mark.
    """
    deciding = {name: value for name, value in content.items() if name not in DECIDES_NOTHING}
    deciding["rubric"] = [
        {name: value for name, value in check.items() if name != "visibility"} for check in content["rubric"]
    ]
    return hashlib.sha256(rfc8785.dumps(deciding)).hexdigest()
