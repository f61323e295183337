"""Derives from a spec what is known of its data before they are made: table facts, input sizes, target range."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np

from models.diagnoses.design import Design
from models.quantities.table import describe
from models.specs import losses, scalers, sources
from models.specs.encoding import encoding
from models.specs.splits import Random

Interval = tuple[float, float]

# Bundled tables whose raw columns differ in size: the ratio of their largest to their smallest standard deviation.
UNEQUAL: dict[type[sources.SourceBase], float] = {sources.Wine: 2530.0, sources.BreastCancer: 215171.0}
DIGITS_MOMENT = 60.0  # mean square of a pixel between 0 and 16

# Ranges of generated and bundled tables whose targets are numbers; an infinity stands for "far on this side".
TARGETS: dict[type[sources.SourceBase], Interval] = {
    sources.Regression: (-math.inf, math.inf),
    sources.Friedman1: (0.0, 30.0),
    sources.Diabetes: (25.0, 346.0),
}


def table_facts(design: Design) -> dict[str, Any]:
    """The facts of a table that stands in the spec, under the receipt's names; empty for one that is yet to be made.

    Where a draw decides which rows train, they are the facts of all rows.
    """
    source, rows = design.source, design.rows
    if not isinstance(source, sources.Inline) or rows is None:
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


def second_moment(design: Design) -> float:
    """E[x²] of what the network reads; 1 where nothing is known."""
    scaler = design.spec.data.scaler
    if isinstance(scaler, scalers.MinMax):
        low, high = scaler.feature_range
        return (low**2 + low * high + high**2) / 3
    if isinstance(scaler, scalers.MaxAbs):
        return 1 / 3
    if scaler is not None:
        return 1.0
    if design.rows is not None:
        return float(np.mean(np.square(design.rows)))
    return DIGITS_MOMENT if isinstance(design.source, sources.Digits) else 1.0


def target_range(design: Design) -> Interval | None:
    """The least and the greatest target that the loss compares; None where only the data can tell."""
    loss, classes = design.spec.training.loss, design.shape.classes
    if classes is not None:
        if isinstance(loss, losses.Hinge | losses.SquaredHinge):
            return (-1.0, 1.0)
        return (0.0, 1.0) if encoding(design.spec) == "one_hot" else (0.0, len(classes) - 1.0)
    source = design.source
    if isinstance(source, sources.Inline):
        numbers = [
            float(number)
            for row in source.targets
            for number in (row if isinstance(row, tuple) else (row,))
            if not isinstance(number, str)
        ]
        return (min(numbers), max(numbers))
    if isinstance(source, sources.LinearTarget):
        # x lies in [-1, 1]: the plane's own range, without the noise.
        reach = sum(abs(each) for each in source.coef or (1.0,) * source.n_features)
        return (source.bias - reach, source.bias + reach)
    return TARGETS.get(type(source))
