"""Draws what a network of two features answers over their plane, as it learns."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.engine.data.dataset import Dataset
from models.engine.probe.trace import Trace
from models.events import Array, Surface

RESOLUTION = 50
MARGIN = 0.1  # of the data's extent, on each side
SPACING = 1.5  # from one surface's epoch to the next one's, as learning slows down: 35 of them reach a million epochs


def planned(first: int, last: int, *, over: bool) -> list[int]:
    """The epochs from ``first`` to ``last`` behind which a surface is drawn; ``last`` as well if the training is over.

    Example:
        >>> planned(1, 50, over=False), planned(30, 50, over=True)
        ([1, 2, 3, 5, 8, 12, 18, 27, 41], [41, 50])
    """
    found, epoch = [], 1
    while epoch <= last:
        if epoch >= first:
            found.append(epoch)
        epoch = max(epoch + 1, math.ceil(SPACING * epoch))
    return [*found, last] if over and last not in found else found


class Surfaces:
    """Draws a network's surface from snapshots of its states; nothing where there are not two features."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        low, high = dataset.features.min(axis=0), dataset.features.max(axis=0)
        margin = MARGIN * (high - low)
        self.axes = [np.linspace(a - m, b + m, RESOLUTION) for a, b, m in zip(low, high, margin, strict=True)]

    @cached_property
    def plane(self) -> NDArray[np.float32]:
        """(RESOLUTION², 2) the points, as the network reads them."""
        points = np.stack(np.meshgrid(*self.axes), axis=-1).reshape(-1, 2)
        return self.dataset.transform(points).astype(np.float32)

    def draw(
        self, trace: Trace, snapshots: NDArray[np.float32], first: int, epochs: Sequence[int]
    ) -> Iterator[Surface]:
        """The surfaces after some epochs, of those from ``first`` on that have left snapshots (E, W)."""
        if len(self.axes) != 2 or not epochs:
            return
        x, y = map(Array.of, self.axes)
        outputs = trace.outputs(self.plane, snapshots[[epoch - first for epoch in epochs]])
        for epoch, output in zip(epochs, outputs, strict=True):
            yield Surface(epoch=epoch, x=x, y=y, output=Array.of(output.reshape(RESOLUTION, RESOLUTION, -1)))
