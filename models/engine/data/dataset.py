"""Makes a job's data set: loads or generates the rows, splits, scales and encodes them as the spec says."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from models.engine.data.dependence import dependence
from models.engine.data.targets import Targets
from models.engine.instantiate import instantiate
from models.quantities.table import describe
from models.signature import FittedScaler
from models.specs.encoding import encoding
from models.specs.job import TrainingJobSpec
from models.specs.scalers import Power, ScalerBase
from models.specs.sources import Generated
from models.specs.splits import Head, Random

Rows = NDArray[np.float64]


class DataError(Exception):
    """The data that the spec describes cannot be made."""


@dataclass(frozen=True)
class Dataset:
    """The rows of a job, and how they were made.

    Attributes:
        features: (N, D) in raw units, training rows first.
        scaled: (N, D) float32, what the network reads.
        targets: how labels became numbers, and the numbers of all rows.
        train_rows: how many of the rows are for training; the others are the test rows.
        names: D column names.
        scaler: the fitted scaler, None where rows go in as they are.
        transform: the same scaler as a function of raw rows.
    """

    features: Rows
    scaled: NDArray[np.float32]
    targets: Targets
    train_rows: int
    names: list[str]
    scaler: FittedScaler | None
    transform: Callable[[Rows], Rows]

    @property
    def test_rows(self) -> int:
        """Rows that no gradient ever sees."""
        return len(self.features) - self.train_rows

    @property
    def size(self) -> int:
        """Bytes of the features, raw and scaled."""
        return self.features.nbytes + self.scaled.nbytes

    @cached_property
    def digest(self) -> str:
        """Decides whether two jobs saw the same numbers: of raw features, encoded targets and the split."""
        state = hashlib.sha256()
        for array in (self.features, self.scaled, self.targets.encoded):
            state.update(f"{array.dtype}{array.shape}".encode())
            state.update(np.ascontiguousarray(array).tobytes())
        state.update(str(self.train_rows).encode())
        return f"sha256:{state.hexdigest()}"

    @cached_property
    def description(self) -> dict[str, Any]:
        """What :func:`~models.quantities.table.describe` says of the features."""
        return describe(self.features, self.scaled, self.train_rows, self.names)

    @cached_property
    def dependence(self) -> dict[str, Any] | None:
        """What :func:`~models.engine.data.dependence.dependence` says of targets and features."""
        classes = self.targets.classes
        return dependence(self.scaled, self.targets.labels, None if classes is None else len(classes))

    def look(self) -> None:
        """Find out beforehand what every receipt says of the rows."""
        _ = self.digest, self.description


def identity(spec: TrainingJobSpec) -> str:
    """Equal for two specs whose rows are the same, encoded in the same way."""
    source, split = spec.data.source, spec.data.split
    drawn = any(isinstance(part, Generated | Random) and part.random_state is None for part in (source, split))
    return f"{spec.data.model_dump_json()} {encoding(spec)} {spec.seed if drawn else None}"


def load(spec: TrainingJobSpec) -> Dataset:
    """Make the rows of ``spec``.

    Raises:
        DataError: the source, split or scaler refuses its arguments.
    """
    try:
        features, labels, names = source(spec)
        order, train_rows = split(spec, labels)
        features, labels = features[order], labels[order]
        transform, fitted = scale(spec.data.scaler, features, train_rows)
        scaled = transform(features)
        targets = Targets.encode(labels, spec)
    except (ValueError, TypeError) as error:
        raise DataError(str(error)) from error
    return Dataset(features, scaled.astype(np.float32), targets, train_rows, names, fitted, transform)


def source(spec: TrainingJobSpec) -> tuple[Rows, NDArray[Any], list[str]]:
    """Features (N, D) float64, labels (N,) or (N, K), and the names of the columns."""
    chosen = spec.data.source
    if isinstance(chosen, Generated) and chosen.random_state is None:
        chosen = chosen.model_copy(update={"random_state": spec.seed})
    made = instantiate(chosen)
    if isinstance(made, dict):  # scikit-learn's Bunch of a bundled table
        return np.asarray(made["data"], np.float64), np.asarray(made["target"]), [str(n) for n in made["feature_names"]]
    features = np.asarray(made[0], np.float64)
    return features, np.asarray(made[1]), [f"x{column}" for column in range(features.shape[1])]


def split(spec: TrainingJobSpec, labels: NDArray[Any]) -> tuple[NDArray[np.int64], int]:
    """The order of the rows, training rows first, and how many these are."""
    rows = np.arange(len(labels))
    chosen = spec.data.split
    match chosen:
        case None:
            return rows, len(rows)
        case Head():
            return rows, chosen.train_size
        case Random():
            train, test = train_test_split(
                rows,
                test_size=chosen.test_size,
                random_state=spec.seed if chosen.random_state is None else chosen.random_state,
                stratify=labels if chosen.stratify else None,
            )
            return np.concatenate([train, test]), len(train)


def scale(
    scaler: ScalerBase | None, features: Rows, train_rows: int
) -> tuple[Callable[[Rows], Rows], FittedScaler | None]:
    """The way from raw rows to what the network reads, and what it learned."""
    if scaler is None:
        return np.asarray, None
    fitted = instantiate(scaler)
    fitted.fit(features if scaler.fit_on == "all" else features[:train_rows])
    learned = {
        name.removesuffix("_"): value.tolist() if isinstance(value, np.ndarray | np.generic) else value
        for name, value in vars(fitted).items()
        if name.endswith("_") and not name.startswith("_")
    }
    if isinstance(scaler, Power) and scaler.standardize:
        inner = fitted._scaler  # noqa: SLF001 - scikit-learn keeps the standardisation of the transformed rows here
        learned |= {"mean": inner.mean_.tolist(), "scale": inner.scale_.tolist()}
    return fitted.transform, FittedScaler(type=scaler.type, arguments=scaler.arguments(), fitted=learned)
