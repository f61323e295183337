"""Our scalers against scikit-learn's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn import preprocessing as sklearn

from models.signature import FittedScaler
from models.specs.scalers import ScalerBase
from models.specs.spec import concrete
from service.errors import Invalid
from service.inference.networks.preprocessing import SCALERS, transform

Rows = NDArray[np.float64]
CLASSES = {
    "min_max": sklearn.MinMaxScaler,
    "standard": sklearn.StandardScaler,
    "robust": sklearn.RobustScaler,
    "max_abs": sklearn.MaxAbsScaler,
    "quantile": sklearn.QuantileTransformer,
    "power": sklearn.PowerTransformer,
}
CASES: list[tuple[str, dict[str, Any]]] = [
    ("min_max", {"feature_range": (0.0, 1.0), "clip": False}),
    ("min_max", {"feature_range": (-1.0, 1.0), "clip": False}),
    ("min_max", {"feature_range": (-3.0, 0.5), "clip": True}),
    ("standard", {"with_mean": True, "with_std": True}),
    ("standard", {"with_mean": False, "with_std": True}),
    ("standard", {"with_mean": True, "with_std": False}),
    ("standard", {"with_mean": False, "with_std": False}),
    ("robust", {"with_centering": True, "with_scaling": True, "quantile_range": (25.0, 75.0), "unit_variance": False}),
    ("robust", {"with_centering": False, "with_scaling": True, "quantile_range": (5.0, 95.0), "unit_variance": True}),
    ("robust", {"with_centering": True, "with_scaling": False, "quantile_range": (25.0, 75.0), "unit_variance": False}),
    ("max_abs", {}),
    ("quantile", {"n_quantiles": 50, "output_distribution": "uniform"}),
    ("quantile", {"n_quantiles": 50, "output_distribution": "normal"}),
    ("quantile", {"n_quantiles": 1, "output_distribution": "uniform"}),
    ("power", {"method": "yeo-johnson", "standardize": True}),
    ("power", {"method": "yeo-johnson", "standardize": False}),
    ("power", {"method": "box-cox", "standardize": True}),
]


def rows(seed: int, *, positive: bool) -> Rows:
    """Columns of all kinds: normal, skewed, constant, repeated values, tiny, huge."""
    random = np.random.default_rng(seed)
    table = np.stack(
        [
            random.normal(size=200),
            random.exponential(3.0, 200) - 1.0,
            np.full(200, 0.7),
            random.integers(0, 4, 200).astype(float),
            random.normal(size=200) * 1e-8,
            random.normal(size=200) * 1e6 + 1e5,
        ],
        axis=1,
    )
    return np.abs(table[:, [0, 1, 3, 5]]) + 1e-3 if positive else table  # box-cox takes no constant column


def fitted(name: str, arguments: dict[str, Any], data: Rows) -> tuple[Any, FittedScaler]:
    """A scaler of scikit-learn, and what of it travels with a network."""
    scaler = CLASSES[name](**arguments).fit(data)
    learned = {
        key.removesuffix("_"): value.tolist() if isinstance(value, np.ndarray | np.generic) else value
        for key, value in vars(scaler).items()
        if key.endswith("_") and not key.startswith("_")
    }
    if name == "power" and arguments["standardize"]:
        learned |= {"mean": scaler._scaler.mean_.tolist(), "scale": scaler._scaler.scale_.tolist()}
    written = FittedScaler(type=name, arguments=arguments, fitted=learned)
    return scaler, FittedScaler.model_validate_json(written.model_dump_json())


@pytest.mark.parametrize(("name", "arguments"), CASES)
def test_it_computes_what_scikit_learn_computes(name: str, arguments: dict[str, Any]) -> None:
    positive = arguments.get("method") == "box-cox"
    known = rows(1, positive=positive)
    reference, ours = fitted(name, arguments, known)
    edges = np.stack([known.min(axis=0), known.max(axis=0), known.mean(axis=0)])
    for table in (known, rows(2, positive=positive) * 3, edges, known[:1]):
        expected = reference.transform(table)
        np.testing.assert_allclose(transform(ours, table), expected, rtol=1e-12, atol=1e-12)


def test_without_a_scaler_rows_stay() -> None:
    table = rows(1, positive=False)
    assert transform(None, table) is table


def test_box_cox_names_the_place() -> None:
    _, ours = fitted("power", {"method": "box-cox", "standardize": True}, rows(1, positive=True))
    table = rows(2, positive=True)
    table[3, 1] = 0.0
    with pytest.raises(Invalid) as caught:
        transform(ours, table)
    assert [violation.pointer for violation in caught.value.violations] == ["/rows/3/1"]


def test_every_scaler_of_the_specs_is_here() -> None:
    assert {scaler.type_name() for scaler in concrete(ScalerBase)} == set(SCALERS)
