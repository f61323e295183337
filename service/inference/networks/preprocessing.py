"""Applies fitted scalers in NumPy: computes what scikit-learn's would, without scikit-learn."""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.pointers import pointer
from models.signature import FittedScaler
from models.violation import Violation
from service.errors import Invalid

Rows = NDArray[np.float64]
Learned = dict[str, Rows | None]

EDGE = 1e-7  # scikit-learn keeps ranks that it maps to a normal so far away from 0 and 1


def transform(scaler: FittedScaler | None, rows: Rows) -> Rows:
    """Scale rows as the network reads them.

    Args:
        scaler: the scaler with what it learned; None leaves the rows as they are.
        rows: (N, D) raw rows.

    Returns:
        (N, D) float64.

    Raises:
        Invalid: the scaler has no answer for a row.
    """
    return rows if scaler is None else SCALERS[scaler.type](rows, scaler.arguments, learned(scaler.fitted))


def learned(fitted: dict[str, Any]) -> Learned:
    """The fitted attributes of a scaler, as arrays."""
    return {
        name: None if values is None else np.asarray(values, np.float64)
        for name, values in fitted.items()
        if values is None or isinstance(values, list | int | float)
    }


def needed(fitted: Learned, name: str) -> Rows:
    """A fitted attribute that a scaler must have."""
    values = fitted[name]
    assert values is not None, name
    return values


def _min_max(rows: Rows, arguments: dict[str, Any], fitted: Learned) -> Rows:
    scaled = rows * needed(fitted, "scale") + needed(fitted, "min")
    return np.clip(scaled, *arguments["feature_range"]) if arguments["clip"] else scaled


def _standard(rows: Rows, arguments: dict[str, Any], fitted: Learned) -> Rows:
    centred = rows - needed(fitted, "mean") if arguments["with_mean"] else rows
    return centred / needed(fitted, "scale") if arguments["with_std"] else centred


def _robust(rows: Rows, arguments: dict[str, Any], fitted: Learned) -> Rows:
    centred = rows - needed(fitted, "center") if arguments["with_centering"] else rows
    return centred / needed(fitted, "scale") if arguments["with_scaling"] else centred


def _max_abs(rows: Rows, arguments: dict[str, Any], fitted: Learned) -> Rows:
    scaled = rows / needed(fitted, "scale")
    return np.clip(scaled, -1.0, 1.0) if arguments.get("clip", False) else scaled


def _quantile(rows: Rows, arguments: dict[str, Any], fitted: Learned) -> Rows:
    quantiles, references = needed(fitted, "quantiles"), needed(fitted, "references")
    normal = arguments["output_distribution"] == "normal"
    columns = zip(rows.T, quantiles.T, strict=True)
    return np.stack([_ranks(column, known, references, normal=normal) for column, known in columns], axis=1)


def _ranks(column: Rows, quantiles: Rows, references: Rows, *, normal: bool) -> Rows:
    """The share of the training rows below each value; the mean from both sides where values repeat."""
    below = np.interp(column, quantiles, references)
    above = -np.interp(-column, -quantiles[::-1], -references[::-1])
    ranks = 0.5 * (below + above)
    margin = EDGE if normal else 0.0
    ranks[column + margin > quantiles[-1] if normal else column == quantiles[-1]] = 1.0
    ranks[column - margin < quantiles[0] if normal else column == quantiles[0]] = 0.0
    if not normal:
        return ranks
    edge = EDGE - np.spacing(1)
    inverse = NormalDist().inv_cdf
    return np.array([inverse(rank) for rank in np.clip(ranks, edge, 1 - edge).tolist()])


def _power(rows: Rows, arguments: dict[str, Any], fitted: Learned) -> Rows:
    exponents = needed(fitted, "lambdas")
    bend = _box_cox if arguments["method"] == "box-cox" else _yeo_johnson
    if bend is _box_cox and (rows <= 0).any():
        at = np.argwhere(rows <= 0)
        violations = [
            Violation(pointer(("rows", int(i), int(j))), "box-cox needs a positive number") for i, j in at[:100]
        ]
        raise Invalid.of(violations)
    columns = zip(rows.T, exponents, strict=True)
    bent = np.stack([bend(column, float(exponent)) for column, exponent in columns], axis=1)
    return (bent - needed(fitted, "mean")) / needed(fitted, "scale") if arguments["standardize"] else bent


def _box_cox(column: Rows, exponent: float) -> Rows:
    """Box & Cox 1964: (x^λ - 1) / λ, for positive x."""
    return _powered(np.log(column), exponent)


def _yeo_johnson(column: Rows, exponent: float) -> Rows:
    """Yeo & Johnson 2000: Box-Cox of 1 + x, and for negative x that of 1 - x with 2 - λ, mirrored."""
    positive = column >= 0
    logarithm = np.log1p(np.abs(column))
    return np.where(positive, _powered(logarithm, exponent), -_powered(logarithm, 2.0 - exponent))


def _powered(logarithm: Rows, exponent: float) -> Rows:
    with np.errstate(over="ignore"):  # infinite where scikit-learn's is infinite, too
        small = abs(exponent) < np.finfo(np.float64).eps
        return logarithm if small else np.expm1(exponent * logarithm) / exponent


SCALERS: dict[str, Callable[[Rows, dict[str, Any], Learned], Rows]] = {
    "min_max": _min_max,
    "standard": _standard,
    "robust": _robust,
    "max_abs": _max_abs,
    "quantile": _quantile,
    "power": _power,
}
