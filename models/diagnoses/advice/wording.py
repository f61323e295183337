"""Puts an advice together from its code, its text and its patch."""

from __future__ import annotations

from models.diagnoses.finding import Advice
from models.diagnoses.spec_editor import SpecEditor
from models.text import LocalizedText


def advice(code: str, text: LocalizedText, editor: SpecEditor | None = None) -> Advice:
    """The advice to make an editor's changes; without an editor, the advice to a person."""
    return Advice(code=code, text=text, patch=[] if editor is None else editor.patch())
