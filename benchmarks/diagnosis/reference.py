"""Which networks are healthy, and which suffer, from scores alone: no diagnosis is asked.

The score is the accuracy on the test rows, or R² for a regression. It is put on a scale of its own for every data set:
0 is what the best constant prediction reaches, 1 what the best of three scikit-learn models reaches on the same rows.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.diagnosis.case import digest
from benchmarks.networks import Document
from models.record import Record
from models.specs.check import parse

NEAR = 0.05  # accuracy that a healthy network may lack to the best reference
NEAR_R2 = 0.9  # the share of the reference's R² that a healthy network reaches
MARGIN = 0.5  # the share of the way from the constant prediction to the reference that a healthy network goes
WORTH = 0.1  # what the reference must gain over the constant prediction for data to be used at all
KEPT = 0.75  # a network suffers that keeps less of the way from the constant prediction to its healthy twin


@dataclass(frozen=True)
class Rows:
    """The rows of a spec, training rows first.

    Attributes:
        features: (N, D) in raw units.
        labels: (N,) the number of the class, or the value.
        train: how many of them are training rows.
        classes: the labels behind the numbers; None for a regression.
    """

    features: NDArray[np.float64]
    labels: NDArray[np.float64]
    train: int
    classes: list[Any] | None


@dataclass(frozen=True)
class Reference:
    """What others reach on the test rows.

    Attributes:
        constant: the best constant prediction: the accuracy of the commonest class, or R² 0.
        best: the best of gradient boosting, a support vector machine and nearest neighbours.
    """

    constant: float
    best: float

    def skill(self, score: float) -> float:
        """The share of the way from the constant prediction to the reference."""
        return (score - self.constant) / max(self.best - self.constant, 1e-9)


class References:
    """The reference of each data set, computed once.

    Attributes:
        known: name of the data -> numbers; can be stored and handed in again.
    """

    def __init__(self, known: dict[str, dict[str, float]]) -> None:
        self.known = known

    def of(self, document: Document) -> Reference:
        """The reference on the data of a spec."""
        source, split = document["data"]["source"], document["data"]["split"]
        spec = parse(document).data
        drawn = None in (getattr(spec.source, "random_state", 0), getattr(spec.split, "random_state", 0))
        name = digest({"source": source, "split": split, "seed": document["seed"] if drawn else None})
        if name not in self.known:
            self.known[name] = asdict(measured(rows(document)))
        return Reference(**self.known[name])


def rows(document: Document) -> Rows:
    """The rows that a spec trains and tests on."""
    from models.engine.data.dataset import load

    made = load(parse(document))
    return Rows(made.features, made.targets.labels.reshape(-1), made.train_rows, made.targets.classes)


def measured(given: Rows) -> Reference:
    """Fit the three models on the training rows and score them on the test rows."""
    train, test = slice(0, given.train), slice(given.train, None)
    x, y = given.features, given.labels
    constant = 0.0
    if given.classes is not None:
        commonest = np.bincount(y[train].astype(np.int64)).argmax()
        constant = float((y[test] == commonest).mean())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scores = [float(model.fit(x[train], y[train]).score(x[test], y[test])) for model in models(given.classes)]
    return Reference(constant, max(scores))


def models(classes: list[Any] | None) -> Iterator[Any]:
    """The three models; those that measure distances read standardized features."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC, SVR

    if classes is None:
        yield HistGradientBoostingRegressor(random_state=0)
        yield make_pipeline(StandardScaler(), SVR(C=10.0))
        yield make_pipeline(StandardScaler(), KNeighborsRegressor())
    else:
        yield HistGradientBoostingClassifier(random_state=0)
        yield make_pipeline(StandardScaler(), SVC())
        yield make_pipeline(StandardScaler(), KNeighborsClassifier())


def score(record: Record) -> float:
    """The accuracy on the test rows as the service would serve it, or R²; minus infinity where that is not finite."""
    assert record.finished is not None
    matrix = record.finished.confusion_matrix
    if matrix is not None:
        counts = np.asarray(matrix)
        return float(np.trace(counts) / counts.sum())
    value = record.finished.metrics["test"].get("r2")
    return -np.inf if value is None else value


def complaint(record: Record, reference: Reference) -> str | None:
    """Why a network is not healthy; None for one that is.

    Healthy is a network whose loss is finite and falls, whose accuracy is at most 5 points below the reference (its R²
    at least nine tenths of it), and which goes at least half the way from the constant prediction to the reference.
    """
    loss, reached = record.history["loss"], score(record)
    if reference.best - reference.constant < WORTH:
        return f"the reference {reference.best:.3f} is hardly better than a constant {reference.constant:.3f}"
    if not np.isfinite(loss).all():
        return "its loss is not finite"
    if not loss[-max(1, len(loss) // 10) :].mean() < loss[0]:
        return "its loss does not fall"
    regression = record.finished is not None and record.finished.confusion_matrix is None
    least = NEAR_R2 * reference.best if regression else reference.best - NEAR
    if reached < least or reference.skill(reached) < MARGIN:
        return f"it reaches {reached:.3f}, the reference {reference.best:.3f}, a constant {reference.constant:.3f}"
    return None


def suffers(reached: float, top: float, constant: float) -> bool:
    """Whether a network keeps less than three quarters of what ``top`` is better than a constant prediction.

    Args:
        reached: its score.
        top: the score of its healthy twin with the same seed, or of the reference where there is no twin.
        constant: the score of the best constant prediction.

    Example:
        >>> suffers(0.7, top=0.9, constant=0.5), suffers(0.85, top=0.9, constant=0.5)
        (True, False)
    """
    return reached - constant < KEPT * (top - constant)
