"""What is known of the inputs before the data are made."""

from __future__ import annotations

import numpy as np

from models.diagnoses.design import Design
from models.specs import scalers, sources

# Bundled tables whose raw columns differ in size: the ratio of their largest to their smallest standard deviation.
UNEQUAL: dict[type[sources.SourceBase], float] = {sources.Wine: 2530.0, sources.BreastCancer: 215171.0}
DIGITS_MOMENT = 60.0  # mean square of a pixel between 0 and 16


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
