"""Specs of metrics: numbers that are reported beside the loss, and never trained on.

Left out everywhere: ``name`` and ``dtype``, and ``axis`` (rows are samples). Of ``auc`` also ``num_labels`` and
``label_weights``; of ``r2`` ``num_regressors``, which compiled Keras refuses. A column of a history holds one number:
so ``average`` of ``f1`` and ``class_aggregation`` of ``r2`` have no null, and ``thresholds`` of ``precision`` and
``recall`` no list.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypeAliasType

from models.specs.metrics.accuracies import (
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
    SparseTopK,
    TopK,
)
from models.specs.metrics.base import Encoding, Goal, MetricBase
from models.specs.metrics.decisions import F1, Auc, Precision, Recall
from models.specs.metrics.errors import (
    R2,
    CosineSimilarityMetric,
    LogCoshMetric,
    MeanAbsoluteErrorMetric,
    MeanAbsolutePercentageErrorMetric,
    MeanSquaredErrorMetric,
    MeanSquaredLogarithmicErrorMetric,
    RootMeanSquaredErrorMetric,
)
from models.specs.metrics.likelihoods import (
    BinaryCrossentropyMetric,
    CategoricalCrossentropyMetric,
    CategoricalHingeMetric,
    HingeMetric,
    KlDivergenceMetric,
    PoissonMetric,
    SparseCategoricalCrossentropyMetric,
    SquaredHingeMetric,
)
from models.specs.shorthand import Shorthand

MetricUnion = TypeAliasType(
    "MetricUnion",
    Annotated[
        Accuracy
        | BinaryAccuracy
        | CategoricalAccuracy
        | SparseCategoricalAccuracy
        | TopK
        | SparseTopK
        | Auc
        | Precision
        | Recall
        | F1
        | MeanSquaredErrorMetric
        | MeanAbsoluteErrorMetric
        | RootMeanSquaredErrorMetric
        | MeanAbsolutePercentageErrorMetric
        | MeanSquaredLogarithmicErrorMetric
        | R2
        | CosineSimilarityMetric
        | LogCoshMetric
        | PoissonMetric
        | KlDivergenceMetric
        | HingeMetric
        | SquaredHingeMetric
        | CategoricalHingeMetric
        | BinaryCrossentropyMetric
        | CategoricalCrossentropyMetric
        | SparseCategoricalCrossentropyMetric,
        Field(discriminator="type"),
        Shorthand(MetricBase),
    ],
)

__all__ = [
    "F1",
    "R2",
    "Accuracy",
    "Auc",
    "BinaryAccuracy",
    "BinaryCrossentropyMetric",
    "CategoricalAccuracy",
    "CategoricalCrossentropyMetric",
    "CategoricalHingeMetric",
    "CosineSimilarityMetric",
    "Encoding",
    "Goal",
    "HingeMetric",
    "KlDivergenceMetric",
    "LogCoshMetric",
    "MeanAbsoluteErrorMetric",
    "MeanAbsolutePercentageErrorMetric",
    "MeanSquaredErrorMetric",
    "MeanSquaredLogarithmicErrorMetric",
    "MetricBase",
    "MetricUnion",
    "PoissonMetric",
    "Precision",
    "Recall",
    "RootMeanSquaredErrorMetric",
    "SparseCategoricalAccuracy",
    "SparseCategoricalCrossentropyMetric",
    "SparseTopK",
    "SquaredHingeMetric",
    "TopK",
]
