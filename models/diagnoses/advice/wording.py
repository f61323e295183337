"""An advice from its parts."""

from __future__ import annotations

from models.diagnoses.draft import Draft
from models.diagnoses.finding import Advice
from models.text import LocalizedText


def advice(code: str, text: LocalizedText, draft: Draft | None = None) -> Advice:
    """The advice to make the changes of a draft; without one, a person must."""
    return Advice(code=code, text=text, patch=[] if draft is None else draft.patch())
