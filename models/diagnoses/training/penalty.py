"""Diagnoses penalties whose gradient outweighs the data's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

import numpy as np

from models.diagnoses.advice import penalties
from models.diagnoses.finding import Finding
from models.diagnoses.rule import TrainingRule, cause
from models.diagnoses.specimens import OUTPUT, Document, dense, specimen
from models.diagnoses.thresholds import LIMITS
from models.diagnoses.training_run import Floats, TrainingRun, longest_run
from models.text import LocalizedText

TINY = 1e-30  # in the place of a gradient that is zero


class DominantPenalty(TrainingRule):
    """Penalties that pull harder than the data.

    Symptom:
        The weights shrink to almost nothing, and the loss that is left is that of a constant prediction.

    Why it matters:
        Each step follows the sum of two gradients: the data's and the penalties'. Where the second is many times the
        first, the network learns to have small weights and nothing else.

    How it is detected:
        Over the kernels with an l1 or l2 penalty: the norm of the penalties' gradient (for l2 twice the factor times
        the norm of the kernel, for l1 the factor times the root of its entries) over that of the data on the probe
        batch, above 2 in five measurements in a row; or a kernel that kept less than a tenth of its norm. It is an
        error where the training failed, a warning where it was held up, else a remark where it lasted for most of the
        time: at rest the two gradients are equal, and one may lead for a while.

    Remedy:
        A tenth of the penalty, or none.

    References:
        Goodfellow, Bengio & Courville 2016, Deep Learning, section 7.1; Ben Braiek & Khomh 2023, arXiv 2204.00694.
    """

    code: ClassVar[str] = "dominant_penalty"
    title: ClassVar[LocalizedText] = LocalizedText("Penalties too strong", "Penalizaciones demasiado fuertes")
    text: ClassVar[LocalizedText] = LocalizedText(
        "The penalties on the weights pull harder than the data, so that the weights shrink instead of learning.",
        "Las penalizaciones de los pesos tiran más que los datos, y los pesos se encogen en vez de aprender.",
    )
    reference: ClassVar[str] = "Goodfellow, Bengio & Courville 2016, Deep Learning, section 7.1"
    FAULTY: ClassVar[Document] = specimen([dense(repeat=2, kernel_regularizer={"type": "l2", "l2": 1.0}), OUTPUT])
    HEALTHY: ClassVar[Document] = specimen([dense(repeat=2, kernel_regularizer={"type": "l2", "l2": 1e-4}), OUTPUT])

    def find(self, run: TrainingRun) -> Iterator[Finding]:
        """At most one finding."""
        found = penalized(run)
        gradients, weights = run.measured("gradient_norm"), run.measured("weight_norm")
        if not found or len(gradients) != len(weights):
            return
        gradients, weights = gradients[:, found], weights[:, found]
        rows = np.flatnonzero(np.isfinite(gradients).all(axis=1) & np.isfinite(weights).all(axis=1))
        if len(rows) < LIMITS.checks:
            return
        ratios = pull(run, found, weights[rows]) / np.maximum(np.linalg.norm(gradients[rows], axis=1), TINY)
        first, last = weights[rows[0]], weights[rows[-1]]
        kept = float((last[first > 0] / first[first > 0]).min(initial=np.inf))
        strong = ratios[1:] > LIMITS.penalty
        shrunk = kept < LIMITS.kept
        if not (shrunk or longest_run(strong) >= LIMITS.penalty_checks):
            return
        if not run.harmed and strong.mean() <= 0.5:
            return
        ratio = float(np.median(ratios[1 : 1 + LIMITS.penalty_checks]))
        yield self.finding(
            "error" if run.failed else "warning" if run.harmed else "info",
            "training",
            LocalizedText(
                f"The penalties pulled up to {ratios[1:].max():.3g} times as hard at these kernels as the data; the "
                f"smallest kernel kept {kept:.0%} of its norm.",
                f"Las penalizaciones tiraron de estos núcleos hasta {ratios[1:].max():.3g} veces más que los datos; el "
                f"núcleo menor conservó el {kept:.0%} de su norma.",
            ),
            layers=[run.name(i) for i in found],
            epoch=int(run.checks[rows[1:]][strong][0]) if strong.any() else run.epochs,
            value=round(kept, 4) if shrunk else ratio,
            threshold=LIMITS.kept if shrunk else LIMITS.penalty,
            quantity="kept_weight_norm" if shrunk else "penalty_ratio",
            probability=1.0,
            evidence={"penalty_ratio_at_first": ratio, "kept_weight_norm": kept, **run.progress()},
            causes=[cause("strong_penalty", "The penalty is too large.", "La penalización es demasiado grande.")],
            advice=[penalties.weaker(run.design), penalties.none(run.design)],
        )


def penalized(run: TrainingRun) -> list[int]:
    """The columns of the trace whose kernels are penalized."""
    return [i for i, block in enumerate(run.design.blocks) if block.dense.kernel_regularizer is not None]


def pull(run: TrainingRun, found: Sequence[int], weights: Floats) -> Floats:
    """(T,) the norm of the penalties' gradient over some kernels; of l1 and l2 together not more than it is.

    Args:
        run: the training.
        found: the columns of these kernels.
        weights: (T, P) their norms.
    """
    squares = np.zeros(len(weights))
    for i, norms in zip(found, weights.T, strict=True):
        block = run.design.blocks[i]
        l1, l2 = (getattr(block.dense.kernel_regularizer, name, 0.0) for name in ("l1", "l2"))
        squares += l1**2 * block.fan_in * block.fan_out + np.square(2 * l2 * norms)
    return np.asarray(np.sqrt(squares))
