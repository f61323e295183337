"""What a network of two features answers over their plane, while it learns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.engine.dataset import Dataset
from models.engine.program import Program
from models.events import Array, Surface

RESOLUTION = 50
MARGIN = 0.1  # of the data's extent, on each side
SPACING = 1.2  # the epochs of the surfaces grow at least by this factor: a hundred of them reach any epoch


class Surfaces:
    """Draws a network's surface at epochs that lie ever farther apart, as learning slows down."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.next = 0.0
        low, high = dataset.features.min(axis=0), dataset.features.max(axis=0)
        margin = MARGIN * (high - low)
        self.axes = [np.linspace(a - m, b + m, RESOLUTION) for a, b, m in zip(low, high, margin, strict=True)]

    def due(self, epoch: int, *, last: bool = False) -> bool:
        """Whether the surface after ``epoch`` is to be drawn; that of the last epoch always is."""
        return len(self.axes) == 2 and (last or epoch >= self.next)

    def draw(self, program: Program, epoch: int) -> Surface:
        """The surface of the network as it is."""
        self.next = max(epoch + 1, epoch * SPACING)
        x, y = self.axes
        plane = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
        scaled: NDArray[np.float32] = self.dataset.transform(plane).astype(np.float32)
        output = program.forward(scaled).numpy().reshape(RESOLUTION, RESOLUTION, -1)
        return Surface(epoch=epoch, x=Array.of(x), y=Array.of(y), output=Array.of(output))
