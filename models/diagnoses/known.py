"""What is known of a table before a training has measured it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from models.diagnoses.design import Design
from models.quantities.table import describe
from models.specs.sources import Inline
from models.specs.splits import Random


def known(design: Design) -> dict[str, Any]:
    """The facts of a table that stands in the spec, under the receipt's names; empty for one that is yet to be made.

    Where a draw decides which rows train, they are the facts of all rows.
    """
    source, rows = design.source, design.rows
    if not isinstance(source, Inline) or rows is None:
        return {}
    drawn = isinstance(design.spec.data.split, Random)
    train_rows = len(rows) if drawn else design.shape.train_rows
    read = rows if design.spec.data.scaler is None else None
    targets, classes = source.targets[:train_rows], design.shape.classes
    counts = std = None
    if classes is None:
        std = float(np.asarray(targets, np.float64).std())
    else:
        labels = [target.index(1) if isinstance(target, tuple) else target for target in targets]
        found = Counter(labels)
        counts = [found[label] for label in classes]
    names = [f"x{column}" for column in range(rows.shape[1])]
    return {"features": describe(rows, read, train_rows, names), "class_counts": counts, "target_std": std}
