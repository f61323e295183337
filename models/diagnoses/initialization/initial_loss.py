"""Diagnoses an untrained network whose loss is far worse than a constant prediction's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from models.diagnoses.advice import weights
from models.diagnoses.finding import Finding
from models.diagnoses.initialization.judgement import StartJudgement, of_draws, severity_of, typical
from models.diagnoses.initialization.start import Start
from models.diagnoses.rule import Rule, cause
from models.diagnoses.specimens import OUTPUT, Document, dense, specimen
from models.diagnoses.thresholds import LIMITS
from models.text import LocalizedText


class InitialLoss(Rule):
    """An untrained network that answers far worse than a constant would.

    Symptom:
        The first epochs only unlearn the initial answers.

    Why it matters:
        An untrained network knows nothing, and a small answer for every row costs the least. A loss well above that of
        the best constant shows large initial outputs, or targets far from zero.

    How it is detected:
        In random starts of the untrained network: the data loss on the probe batch, more than twice that of the best
        constant prediction, and still so after five optimizer steps. It is only mentioned: training usually brings the
        output down in little time.

    Remedy:
        Smaller initial weights in the last layer, or scaled targets.

    References:
        Karpathy 2019, A Recipe for Training Neural Networks.
    """

    code: ClassVar[str] = "initial_loss"
    title: ClassVar[LocalizedText] = LocalizedText("High initial loss", "Pérdida inicial alta")
    text: ClassVar[LocalizedText] = LocalizedText(
        "Before training, the loss is far above that of the best constant prediction.",
        "Antes de entrenar, la pérdida está muy por encima de la de la mejor predicción constante.",
    )
    reference: ClassVar[str] = "Karpathy 2019, A Recipe for Training Neural Networks"
    FAULTY: ClassVar[Document] = specimen(
        [dense(repeat=2), {**OUTPUT, "kernel_initializer": {"type": "random_normal", "stddev": 10.0}}]
    )
    HEALTHY: ClassVar[Document] = specimen()


class HighInitialLoss(StartJudgement):
    """The data loss of the untrained network against that of the best constant prediction."""

    rule: ClassVar[Rule] = InitialLoss()

    def find(self, start: Start) -> Iterator[Finding]:
        """At most one remark."""
        constant = start.measured.constant_loss
        if constant is None or constant <= 0:
            return
        ratio = start.before.overall("loss") / constant
        with np.errstate(invalid="ignore"):
            flags = np.minimum(ratio, start.after.overall("loss") / constant) > LIMITS.start_loss
        flags &= start.before.finite & start.after.finite
        share = start.share(flags)
        if severity_of(share) is None:
            return
        value, count = typical(ratio, flags), of_draws(share, start.draws)
        yield self.finding(
            start,
            "info",
            flags,
            LocalizedText(
                f"{count.en} the loss begins at {value:.1f} times that of the best constant prediction.",
                f"{count.es} la pérdida empieza en {value:.1f} veces la de la mejor predicción constante.",
            ),
            layers=[block.name for block in start.design.blocks[-1:]],
            value=value,
            threshold=LIMITS.start_loss,
            quantity="initial_loss_ratio",
            evidence={"constant_loss": constant},
            causes=[
                cause(
                    "large_outputs",
                    "The untrained network gives large answers, or the targets are far from zero.",
                    "La red sin entrenar da respuestas grandes, o los objetivos están lejos de cero.",
                )
            ],
            advice=[weights.matching(start.design)],
        )
