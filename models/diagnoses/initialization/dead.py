"""Diagnoses hidden layers that are dead before any training."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from models.diagnoses.advice import activations, weights
from models.diagnoses.finding import Finding, Severity
from models.diagnoses.initialization.judgement import StartJudgement, of_draws, severity_of
from models.diagnoses.initialization.start import Flags, Start, some
from models.diagnoses.rule import Rule
from models.diagnoses.thresholds import LIMITS
from models.diagnoses.training.dead import DeadUnits, birth
from models.text import LocalizedText


class DeadStart(StartJudgement):
    """A hidden layer of which no unit is active for any row: no gradient passes, and the network is a constant.

    Where only half of a layer's units are dead the rest can do its work; that is a remark. Both must outlive the
    warm-up. The share of starts that are born dead grows with depth and falls with width (Lu et al. 2019).
    """

    rule: ClassVar[Rule] = DeadUnits()

    def find(self, start: Start) -> Iterator[Finding]:
        """One finding: about whole layers where these are not chance, else about halves of layers."""
        whole = start.before.blocked & start.after.blocked
        half = np.minimum(start.before.hidden("dead_fraction"), start.after.hidden("dead_fraction")) > LIMITS.dead
        severity = severity_of(start.share(some(whole)))
        if severity is not None:
            yield self._found(start, severity, whole)
        elif severity_of(start.share(some(half))) is not None:
            yield self._found(start, "info", half)

    def _found(self, start: Start, severity: Severity, layers: Flags) -> Finding:
        flags = some(layers)
        count = of_draws(start.share(flags), start.draws)
        all_units = severity != "info"
        dead = start.before.hidden("dead_fraction")
        names = [block.name for block in start.design.hidden]
        return self.finding(
            start,
            severity,
            flags,
            LocalizedText(
                f"{count.en} {'a whole layer is' if all_units else 'more than half of a layer is'} born dead: inactive "
                "for every row of the probe batch, and without gradient.",
                f"{count.es} {'una capa entera nace' if all_units else 'más de la mitad de una capa nace'} muerta: "
                "inactiva para todas las filas de la muestra y sin gradiente.",
            ),
            layers=[name for name, column in zip(names, layers.T, strict=True) if column.any()],
            value=round(float(dead.max(axis=1)[flags].mean()), 4),
            threshold=1.0 if all_units else LIMITS.dead,
            quantity="dead_fraction",
            evidence={
                "share_of_starts": {
                    name: float(column.mean()) for name, column in zip(names, layers.T, strict=True) if column.any()
                },
                "mean_dead_fraction": {
                    name: round(float(v), 4) for name, v in zip(names, dead.mean(axis=0), strict=True)
                },
            },
            causes=[birth()],
            advice=[
                activations.leaky_relu(start.design),
                activations.selu_lecun(start.design),
                weights.matching(start.design),
            ],
        )
