"""Writes fitted scalers in the operations of a graph, in float64 as scikit-learn computes them."""

from __future__ import annotations

from models.graphs.graph import Value
from models.signature import FittedScaler


def scaled(x: Value, scaler: FittedScaler) -> Value | None:
    """What the network reads of raw rows; None for a scaler that is no straight line (quantile, power)."""
    known, arguments = scaler.fitted, scaler.arguments

    def column(name: str) -> Value:
        return x.graph.constant(known[name], x.dtype)

    match scaler.type:
        case "min_max":
            y = x * column("scale") + column("min")
            return y.clip(*arguments["feature_range"]) if arguments["clip"] else y
        case "standard":
            y = x - column("mean") if arguments["with_mean"] else x
            return y / column("scale") if arguments["with_std"] else y
        case "robust":
            y = x - column("center") if arguments["with_centering"] else x
            return y / column("scale") if arguments["with_scaling"] else y
        case "max_abs":
            y = x / column("scale")
            return y.clip(-1.0, 1.0) if arguments.get("clip", False) else y
    return None
