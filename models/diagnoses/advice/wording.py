"""An advice from its parts."""

from __future__ import annotations

from models.diagnoses.finding import Advice
from models.diagnoses.spec_editor import SpecEditor
from models.text import LocalizedText


def advice(code: str, text: LocalizedText, editor: SpecEditor | None = None) -> Advice:
    """The advice to make the changes of a draft; without one, a person must."""
    return Advice(code=code, text=text, patch=[] if editor is None else editor.patch())
