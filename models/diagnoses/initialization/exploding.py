"""Diagnoses numbers that grow without bound in the untrained network, or in its first steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from models.diagnoses.advice import rates
from models.diagnoses.finding import Cause, Finding
from models.diagnoses.initialization.judgement import StartJudgement, of_draws, severity_of, typical
from models.diagnoses.initialization.start import BACKWARD, FORWARD, Flags, Moment, Start
from models.diagnoses.rule import Rule, cause
from models.diagnoses.thresholds import LIMITS
from models.diagnoses.training.exploding import ExplodingGradients, start_advice, start_causes
from models.specs.optimizers import CLIP_MODES, Sgd
from models.text import LocalizedText


class ExplodingStart(StartJudgement):
    """Not finite; or growth by more than two decades; or steps longer than the loss's curvature bears.

    A number that is not finite counts whenever it comes. Growth must outlive the warm-up, counts for nothing with
    normalization (Yang et al. 2019, arXiv 1902.08129), and is an error only where pre-activations come near the end of
    what an exponential can hold: an adaptive optimizer bears it otherwise. A rate beyond the bound of stability is a
    warning: training often finds flatter ground by itself (Cohen et al. 2021, arXiv 2103.00065).
    """

    rule: ClassVar[Rule] = ExplodingGradients()

    def find(self, start: Start) -> Iterator[Finding]:
        """The first of the three that shows."""
        yield from next(
            ([found] for found in (*self._not_finite(start), *self._growth(start), *self._too_sharp(start))), []
        )

    def _not_finite(self, start: Start) -> Iterator[Finding]:
        flags = ~(start.before.finite & start.after.finite)
        share = start.share(flags)
        severity = severity_of(share)
        if severity is None:
            return
        at_once = start.share(~start.before.finite) >= share / 2
        moment = start.before if at_once else start.after
        index, direction = first_non_finite(moment)
        count = of_draws(share, start.draws)
        when = (
            ("the untrained network", "la red sin entrenar")
            if at_once
            else ("the network after its first steps", "la red tras sus primeros pasos")
        )
        what = ("activations", "activaciones") if direction == "forward" else ("gradients", "gradientes")
        yield self.finding(
            start,
            severity,
            flags,
            LocalizedText(
                f"{count.en} {when[0]} holds {what[0]} that are not finite numbers.",
                f"{count.es} {when[1]} contiene {what[1]} que no son números finitos.",
            ),
            layers=[start.design.blocks[index].name],
            quantity="non_finite",
            evidence={"direction": direction, "untrained": start.share(~start.before.finite)},
            causes=start_causes(start.design, {}) or [_too_long()],
            advice=[*([] if at_once else [rates.lower(start.design)]), *start_advice(start.design)],
        )

    def _growth(self, start: Start) -> Iterator[Finding]:
        if start.design.normalized:
            return
        before, after = start.before, start.after
        forward = np.minimum(before.forward, after.forward) > LIMITS.attenuation
        backward = np.minimum(before.backward, after.backward) > LIMITS.attenuation
        near = forward & (before.hidden("preactivation_max").max(axis=1, initial=0.0) > LIMITS.overflow)
        flags = forward | backward
        severity = severity_of(start.share(near)) or severity_of(start.share(flags))
        if severity is None:
            return
        if start.share(near) < LIMITS.likely:
            severity = "warning"
        of_gradient = start.share(backward) >= start.share(forward)
        value = typical(before.backward if of_gradient else before.forward, backward if of_gradient else forward)
        count = of_draws(start.share(flags), start.draws)
        yield self.finding(
            start,
            severity,
            flags,
            LocalizedText(
                f"{count.en} the {'gradient' if of_gradient else 'signal'} of the untrained network grows by a factor "
                f"of about 10^{value:.1f} through the hidden layers.",
                f"{count.es} {'el gradiente' if of_gradient else 'la señal'} de la red sin entrenar crece por un "
                f"factor de unas 10^{value:.1f} a través de las capas ocultas.",
            ),
            layers=[block.name for block in start.design.hidden],
            value=value,
            threshold=LIMITS.attenuation,
            quantity="backward_attenuation" if of_gradient else "forward_attenuation",
            evidence={
                "forward_attenuation": typical(before.forward, flags),
                "backward_attenuation": typical(before.backward, flags),
                "preactivation_max": typical(before.hidden("preactivation_max").max(axis=1), flags),
            },
            causes=start_causes(start.design, {}),
            advice=start_advice(start.design),
        )

    def _too_sharp(self, start: Start) -> Iterator[Finding]:
        bound = stability(start)
        if bound is None:
            return
        flags = sharp(start.before, bound) & sharp(start.after, bound)
        share = start.share(flags)
        if severity_of(share) is None:
            return
        value = typical(start.before.overall("sharpness"), flags)
        count = of_draws(share, start.draws)
        yield self.finding(
            start,
            "warning",
            flags,
            LocalizedText(
                f"{count.en} the loss is so curved (λ = {value:g}) that steps of this learning rate overshoot: up to "
                f"λ = {bound:.3g} they come to rest.",
                f"{count.es} la pérdida tiene tanta curvatura (λ = {value:g}) que los pasos con esta tasa se pasan de "
                f"largo: hasta λ = {bound:.3g} se estabilizan.",
            ),
            value=value,
            threshold=round(bound, 6),
            quantity="sharpness",
            evidence={"learning_rate": start.measured.rate},
            causes=[_too_long()],
            advice=[rates.lower(start.design)],
        )


def first_non_finite(moment: Moment) -> tuple[int, str]:
    """The first layer, from the input, whose activations are not finite in some start; else the gradients' last."""
    for names, direction in ((FORWARD, "forward"), (BACKWARD, "backward")):
        bad = ~np.isfinite([moment.layers(name) for name in names]).all(axis=(0, 1))
        if bad.any():
            found = np.flatnonzero(bad)
            # The gradient comes from the output: there it went wrong last in order.
            return int(found[0] if direction == "forward" else found[-1]), direction
    return len(moment.design.blocks) - 1, "forward"  # the loss alone


def stability(start: Start) -> float | None:
    """The sharpness up to which plain descent is stable; None for other optimizers, and where clipping bounds steps.

    2/η; with momentum β it is 2(1 + β)/η, with Nesterov's 2(1 + β)/((1 + 2β)η) (Cohen et al. 2021, appendix B).
    """
    optimizer, rate = start.design.spec.training.optimizer, start.measured.rate
    if not isinstance(optimizer, Sgd) or rate == 0 or any(getattr(optimizer, mode) is not None for mode in CLIP_MODES):
        return None
    bound = 2 * (1 + optimizer.momentum) / rate
    return bound / (1 + 2 * optimizer.momentum) if optimizer.nesterov else bound


def sharp(moment: Moment, bound: float) -> Flags:
    """(K,) which networks are sharper than that; never where it was not measured."""
    with np.errstate(invalid="ignore"):
        return np.asarray(moment.overall("sharpness") > bound)


def _too_long() -> Cause:
    return cause("learning_rate_too_high", "The steps are too long.", "Los pasos son demasiado largos.")
