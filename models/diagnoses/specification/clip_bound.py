"""Diagnoses a clipping bound that can never act, or always does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from models.diagnoses.advice import clipping
from models.diagnoses.design import Design
from models.diagnoses.finding import Finding
from models.diagnoses.rule import SpecificationRule
from models.diagnoses.specimens import ADAM, Document, specimen
from models.diagnoses.thresholds import LIMITS
from models.specs.optimizers import CLIP_MODES
from models.text import LocalizedText


class ClipBound(SpecificationRule):
    """A bound on gradients that can never act, or always does.

    Symptom:
        None: a bound far too high does nothing. Far too low: every step has the same tiny length.

    Why it matters:
        Clipping is there for the rare burst. Whoever sets it should know whether it ever acts.

    How it is detected:
        The bound against 100, which gradients of a mean loss on scaled data do not reach, and against 0.001.

    Remedy:
        A bound near the usual norm of the gradient, which the trace shows.

    References:
        Pascanu, Mikolov & Bengio 2013, arXiv 1211.5063.
    """

    code: ClassVar[str] = "clip_bound"
    title: ClassVar[LocalizedText] = LocalizedText("Clipping out of reach", "Recorte fuera de alcance")
    text: ClassVar[LocalizedText] = LocalizedText(
        "The bound of the gradient clipping is so high that it never acts, or so low that it always does.",
        "El límite del recorte de gradientes es tan alto que nunca actúa, o tan bajo que actúa siempre.",
    )
    reference: ClassVar[str] = "Pascanu, Mikolov & Bengio 2013, arXiv 1211.5063"
    suspect: ClassVar[bool] = True
    FAULTY: ClassVar[Document] = specimen(optimizer={**ADAM, "global_clipnorm": 1e-4})
    HEALTHY: ClassVar[Document] = specimen(optimizer={**ADAM, "global_clipnorm": 0.2})

    def find(self, design: Design) -> Iterator[Finding]:
        """At most one finding."""
        optimizer = design.spec.training.optimizer
        for mode in CLIP_MODES:
            bound = getattr(optimizer, mode)
            if bound is None or LIMITS.clip_low <= bound <= LIMITS.clip_high:
                continue
            high = bound > LIMITS.clip_high
            yield self.finding(
                "info" if high else "warning",
                "specification",
                LocalizedText(
                    f"{mode} {bound:g} is far above any gradient of a mean loss on scaled data: it will never act."
                    if high
                    else f"{mode} {bound:g} shortens every step to almost nothing.",
                    f"{mode} {bound:g} está muy por encima de cualquier gradiente de una pérdida media con datos "
                    "escalados: nunca actuará."
                    if high
                    else f"{mode} {bound:g} acorta cada paso hasta casi nada.",
                ),
                value=bound,
                threshold=LIMITS.clip_high if high else LIMITS.clip_low,
                quantity=mode,
                advice=[clipping.by_norm(design), clipping.none(design)],
            )
