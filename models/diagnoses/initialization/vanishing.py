"""Diagnoses signal or gradient that vanish across the layers of the untrained network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from models.diagnoses.finding import Finding
from models.diagnoses.initialization.judgement import StartJudgement, of_draws, severity_of, typical
from models.diagnoses.initialization.start import Start
from models.diagnoses.rule import Rule
from models.diagnoses.thresholds import LIMITS
from models.diagnoses.training.vanishing import VanishingGradients, advise, causes
from models.text import LocalizedText


class VanishingStart(StartJudgement):
    """A_f or A_b below -2, before the first step and after the warm-up; with normalization only after it."""

    rule: ClassVar[Rule] = VanishingGradients()

    def find(self, start: Start) -> Iterator[Finding]:
        """At most one finding, about the direction that loses more."""
        before, after = start.before, start.after
        lasting = after.worst if start.design.normalized else np.maximum(before.worst, after.worst)
        flags = (lasting < -LIMITS.attenuation) & before.finite & after.finite
        share = start.share(flags)
        severity = severity_of(share)
        if severity is None:
            return
        shown = after if start.design.normalized else before
        forward, backward = typical(shown.forward, flags), typical(shown.backward, flags)
        of_gradient = backward <= forward
        value = min(forward, backward)
        yield self.finding(
            start,
            severity,
            flags,
            _message(of_draws(share, start.draws), value, backward=of_gradient),
            layers=[start.design.hidden[0 if of_gradient else -1].name],
            value=value,
            threshold=-LIMITS.attenuation,
            quantity="backward_attenuation" if of_gradient else "forward_attenuation",
            evidence={
                "forward_attenuation": forward,
                "backward_attenuation": backward,
                "forward_attenuation_after_warm_up": typical(after.forward, flags),
                "backward_attenuation_after_warm_up": typical(after.backward, flags),
            },
            causes=causes(start.design),
            advice=advise(start.design),
        )


def _message(share: LocalizedText, value: float, *, backward: bool) -> LocalizedText:
    """The message."""
    size = f"10^{-value:.1f}" if np.isfinite(value) else "∞"
    if backward:
        return LocalizedText(
            f"{share.en} the gradient shrinks by a factor of about {size} from the last hidden layer to the first, and "
            "still does after the first steps.",
            f"{share.es} el gradiente se reduce por un factor de unas {size} de la última capa oculta a la primera, y "
            "sigue así tras los primeros pasos.",
        )
    return LocalizedText(
        f"{share.en} the difference between rows shrinks by a factor of about {size} from the first hidden layer to "
        "the last, and still does after the first steps: the output cannot tell the rows apart.",
        f"{share.es} la diferencia entre filas se reduce por un factor de unas {size} de la primera capa oculta a la "
        "última, y sigue así tras los primeros pasos: la salida no distingue unas filas de otras.",
    )
