"""Computes the derivatives of the fitted scalers of :mod:`preprocessing` by the raw numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from models.signature import FittedScaler
from service.inference.networks.preprocessing import Learned, Rows, learned, needed, transform


def gradients(scaler: FittedScaler | None, rows: Rows) -> Rows:
    """The (N, D) derivatives of the scaled numbers with respect to the raw ones, each column by itself.

    At a corner one of the two sides counts; where a scaler clips it is 0.

    Args:
        scaler: the scaler with what it learned; None leaves the rows as they are.
        rows: (N, D) raw rows for which :func:`transform` has an answer.
    """
    if scaler is None:
        return np.ones_like(rows)
    scaled = transform(scaler, rows)
    return np.broadcast_to(GRADIENTS[scaler.type](rows, scaled, scaler.arguments, learned(scaler.fitted)), rows.shape)


def _min_max(_: Rows, scaled: Rows, arguments: dict[str, Any], fitted: Learned) -> Rows:
    low, high = arguments["feature_range"]
    outside = ((scaled <= low) | (scaled >= high)) & arguments["clip"]
    return np.where(outside, 0.0, needed(fitted, "scale"))


def _standard(rows: Rows, _: Rows, arguments: dict[str, Any], fitted: Learned) -> Rows:
    return 1.0 / needed(fitted, "scale") if arguments["with_std"] else np.ones_like(rows)


def _robust(rows: Rows, _: Rows, arguments: dict[str, Any], fitted: Learned) -> Rows:
    return 1.0 / needed(fitted, "scale") if arguments["with_scaling"] else np.ones_like(rows)


def _max_abs(_: Rows, scaled: Rows, arguments: dict[str, Any], fitted: Learned) -> Rows:
    outside = (np.abs(scaled) >= 1.0) & arguments.get("clip", False)
    return np.where(outside, 0.0, 1.0 / needed(fitted, "scale"))


def _quantile(rows: Rows, scaled: Rows, arguments: dict[str, Any], fitted: Learned) -> Rows:
    """The slope of the segment between two quantiles; for a normal output times 1 / φ(z)."""
    quantiles, references = needed(fitted, "quantiles"), needed(fitted, "references")
    columns = [_segment(x, known, references) for x, known in zip(rows.T, quantiles.T, strict=True)]
    rise = np.stack(columns, axis=1)
    if arguments["output_distribution"] == "uniform":
        return rise
    return rise * math.sqrt(2 * math.pi) * np.exp(np.square(scaled) / 2)


def _segment(column: Rows, quantiles: Rows, references: Rows) -> Rows:
    if len(quantiles) < 2:
        return np.zeros_like(column)
    at = np.clip(np.searchsorted(quantiles, column, side="right") - 1, 0, len(quantiles) - 2)
    width = quantiles[at + 1] - quantiles[at]
    inside = (column >= quantiles[0]) & (column < quantiles[-1]) & (width > 0)
    return np.divide(references[at + 1] - references[at], width, out=np.zeros_like(column), where=inside)


def _power(rows: Rows, _: Rows, arguments: dict[str, Any], fitted: Learned) -> Rows:
    """x^(λ-1), or for Yeo and Johnson (1 + x)^(λ-1) and (1 - x)^(1-λ)."""
    exponents = needed(fitted, "lambdas")
    if arguments["method"] == "box-cox":
        bend = rows ** (exponents - 1.0)
    else:
        bend = (1.0 + np.abs(rows)) ** np.where(rows >= 0, exponents - 1.0, 1.0 - exponents)
    return bend / needed(fitted, "scale") if arguments["standardize"] else bend


GRADIENTS: dict[str, Callable[[Rows, Rows, dict[str, Any], Learned], Rows]] = {
    "min_max": _min_max,
    "standard": _standard,
    "robust": _robust,
    "max_abs": _max_abs,
    "quantile": _quantile,
    "power": _power,
}
