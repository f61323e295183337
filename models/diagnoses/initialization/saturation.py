"""Diagnoses hidden units that are saturated before any training."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from models.diagnoses.advice import activations, layers, weights
from models.diagnoses.finding import Finding
from models.diagnoses.initialization.judgement import StartJudgement, of_draws, severity_of
from models.diagnoses.initialization.start import Start, some
from models.diagnoses.rule import Rule
from models.diagnoses.thresholds import LIMITS
from models.diagnoses.training.saturation import SaturatedUnits
from models.diagnoses.training.vanishing import causes
from models.text import LocalizedText


class SaturatedStart(StartJudgement):
    """More than half of the entries of a layer behind the first are saturated, before and after the warm-up.

    Only of activations that flatten on both sides. A first layer may saturate from large inputs and harm nobody.
    """

    rule: ClassVar[Rule] = SaturatedUnits()

    def find(self, start: Start) -> Iterator[Finding]:
        """One finding for all such layers."""
        judged = np.asarray([index > 0 and block.bounded for index, block in enumerate(start.design.hidden)], np.bool_)
        shares = start.before.hidden("saturated_fraction")
        with np.errstate(invalid="ignore"):
            lasting = np.minimum(shares, start.after.hidden("saturated_fraction")) > LIMITS.saturated
        found = lasting & judged
        flags = some(found)
        share = start.share(flags)
        severity = severity_of(share)
        if severity is None:
            return
        names = [block.name for block in start.design.hidden]
        count = of_draws(share, start.draws)
        yield self.finding(
            start,
            severity,
            flags,
            LocalizedText(
                f"{count.en} most entries of a layer lie where its activation is flat, from the beginning and still "
                "after the first steps.",
                f"{count.es} la mayoría de los valores de una capa están donde su activación es plana, desde el "
                "principio y aún tras los primeros pasos.",
            ),
            layers=[name for name, column in zip(names, found.T, strict=True) if column.any()],
            value=round(float(np.median(np.where(found, shares, 0.0).max(axis=1)[flags])), 4),
            threshold=LIMITS.saturated,
            quantity="saturated_fraction",
            evidence={
                "share_of_starts": {
                    name: float(column.mean()) for name, column in zip(names, found.T, strict=True) if column.any()
                }
            },
            causes=causes(start.design),
            advice=[
                weights.matching(start.design),
                activations.relu_he(start.design),
                activations.selu_lecun(start.design),
                layers.batch_normalization(start.design),
            ],
        )
