"""The published rules of two other tools, asked about the same records.

They answer in the words of our diagnoses, so that their answers can be held against the same labels. Both tools look
at a training while it runs; here they read its trace, which has one row an epoch.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.diagnoses.design import Design
from models.record import Record
from models.specs.activations import Relu
from models.specs.job import TrainingJobSpec

INTERVAL = 500  # steps from one look of SageMaker Debugger to the next
MEAN_OF_RMS = math.sqrt(2 / math.pi)  # mean |x| of a normal x with root mean square 1


def sagemaker_debugger(record: Record) -> set[str]:
    """What SageMaker Debugger's built-in rules report, with their default limits.

    - *VanishingGradient*: the mean of |G| of a kernel below 1e-7. Approximated from the root mean square of G, as if
      its entries were normal.
    - *ExplodingTensor*: a gradient that is not finite.
    - *DeadRelu*: more than half of a ReLU layer's units active on at most 1 % of the rows. Approximated by units that
      are active on none.
    - *WeightUpdateRatio*: an update ratio above 10 or below 1e-8.

    It looks every 500 steps; here in the first row of the trace after each of these.
    """
    design = designed(record)
    looks = looked(record, design.steps_per_epoch)
    rms, norm = quantity(record, "gradient_rms")[looks], quantity(record, "gradient_norm")[looks]
    dead, ratio = quantity(record, "dead_fraction")[looks], quantity(record, "update_ratio")[looks]
    rectified = [i for i, block in enumerate(design.hidden) if isinstance(block.activation, Relu)]
    found = set()
    if (MEAN_OF_RMS * rms < 1e-7).any():
        found.add("vanishing_gradients")
    if not np.isfinite(norm).all():
        found.add("exploding_gradients")
    if (dead[:, rectified] > 0.5).any():
        found.add("dead_units")
    if (ratio > 10).any():
        found.add("large_updates")
    if (ratio < 1e-8).any():
        found.add("small_updates")
    return found


def autotrainer(record: Record) -> set[str]:
    """What AUTOTRAINER's rules about gradients report, with their published limits.

    - *vanishing*: ‖G_1‖ / ‖G_L‖ below 1e-3 and ‖G_1‖ below 1e-4.
    - *exploding*: the ratio above 70, or a gradient or loss that is not finite.
    - *dying ReLU*: 70 % of all gradients zero, in a network with ReLU. Approximated by the entries of kernels that
      belong to dead units.

    It looks at one batch now and then; here at the probe batch in every row of the trace. Its rules about accuracies,
    which oscillate or rise slowly, are not among those described, and left out.
    """
    design = designed(record)
    norm, dead = quantity(record, "gradient_norm"), quantity(record, "dead_fraction")
    first, last = norm[:, 0], norm[:, -1]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = first / last
    found = set()
    if ((ratio < 1e-3) & (first < 1e-4)).any():
        found.add("vanishing_gradients")
    if (ratio > 70).any() or not (np.isfinite(norm).all() and np.isfinite(record.history["loss"]).all()):
        found.add("exploding_gradients")
    entries = np.asarray([block.fan_in * block.fan_out for block in design.blocks], np.float64)
    rectifies = any(isinstance(block.activation, Relu) for block in design.hidden)
    if rectifies and (dead @ entries / entries.sum() >= 0.7).any():
        found.add("dead_units")
    return found


def designed(record: Record) -> Design:
    """The spec of a record."""
    return Design(TrainingJobSpec.model_validate(record.spec))


def quantity(record: Record, name: str) -> NDArray[np.float64]:
    """(T, L) a quantity of the trace."""
    found: NDArray[Any] = record.trace.quantities[name]
    return found.astype(np.float64)


def looked(record: Record, steps_per_epoch: int) -> NDArray[np.int64]:
    """The rows of the trace that come first after every 500th step, that of the untrained network among them.

    Example:
        >>> from models.record import Trace
        >>> looked(Record({}, trace=Trace([], np.arange(6), {}, {})), 250)
        array([0, 2, 4])
    """
    passed = record.trace.epoch * steps_per_epoch // INTERVAL
    return np.flatnonzero(np.diff(passed, prepend=-1) > 0)
