"""Counts a classifier's right and wrong decisions, read from its output as its predictions are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.reading import UNDECIDED, classes_of
from models.signature import Signature

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Confusion:
    """Rows by true and by predicted class.

    Attributes:
        labels: the C classes.
        counts: (C, C) rows, true classes down, predicted ones across.
        undecided: (C,) rows of each true class whose output is not finite, and means none.
    """

    labels: list[Any]
    counts: Counts
    undecided: Counts

    @classmethod
    def of(cls, described: Signature, labels: NDArray[np.float64], outputs: NDArray[np.float32]) -> Confusion:
        """The counts of some rows.

        Args:
            described: how to read the outputs; of a classifier.
            labels: (N,) the true class indices.
            outputs: (N, K) the network's raw output.
        """
        classes = list(described.classes or ())
        truth, found = labels.astype(np.int64), classes_of(described, outputs)
        decided = found != UNDECIDED
        counts = np.zeros((len(classes), len(classes)), np.int64)
        np.add.at(counts, (truth[decided], found[decided]), 1)
        return cls(classes, counts, np.bincount(truth[~decided], minlength=len(classes)))

    @property
    def matrix(self) -> list[list[int]]:
        """The counts, without the rows that are undecided."""
        found: list[list[int]] = self.counts.tolist()
        return found

    def decisions(self) -> dict[str, Any]:
        """What is made of the counts; a row that is undecided is a wrong one.

        Returns:
            rows: how many; undecided: those of them that mean no class; accuracy: the share of right ones.
            classes: for each its label, support (rows that are of it), predicted (rows taken for it), precision (the
            share of right ones among the latter) and recall (among the former); null where there are none.
        """
        right, support = np.diagonal(self.counts), self.counts.sum(axis=1) + self.undecided
        predicted = self.counts.sum(axis=0)
        rows = int(support.sum())
        return {
            "rows": rows,
            "undecided": int(self.undecided.sum()),
            "accuracy": _share(int(right.sum()), rows),
            "classes": [
                {
                    "label": label,
                    "support": of_it,
                    "predicted": taken,
                    "precision": _share(good, taken),
                    "recall": _share(good, of_it),
                }
                for label, good, of_it, taken in zip(
                    self.labels, right.tolist(), support.tolist(), predicted.tolist(), strict=True
                )
            ],
        }


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
