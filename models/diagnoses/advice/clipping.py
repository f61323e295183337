"""Advises to clip gradients, or to clip them no longer."""

from __future__ import annotations

from models.diagnoses.advice.wording import advice
from models.diagnoses.design import Design
from models.diagnoses.finding import Advice
from models.diagnoses.spec_editor import SpecEditor
from models.specs.optimizers import CLIP_MODES
from models.text import LocalizedText


def _clipped(design: Design, bound: float | None) -> SpecEditor:
    """The same optimizer, clipping the whole gradient to this norm, or not at all."""
    editor = SpecEditor(design)
    for mode in CLIP_MODES:
        editor.training["optimizer"][mode] = None
    editor.training["optimizer"]["global_clipnorm"] = bound
    return editor


def by_norm(design: Design, bound: float = 1.0) -> Advice:
    """Clipping of the whole gradient, which keeps its direction (Pascanu et al. 2013)."""
    return advice(
        "global_clipnorm",
        LocalizedText(
            f"Clip the whole gradient to norm {bound:g} (global_clipnorm): long steps become shorter, and their "
            "direction stays.",
            f"Recorta el gradiente completo a norma {bound:g} (global_clipnorm): los pasos largos se acortan y su "
            "dirección se mantiene.",
        ),
        _clipped(design, bound),
    )


def none(design: Design) -> Advice:
    """No clipping."""
    return advice(
        "no_clipping",
        LocalizedText("Leave the clipping out.", "Quita el recorte del gradiente."),
        _clipped(design, None),
    )
