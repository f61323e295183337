"""Draws a decision surface as a PNG, with the data on it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

from models.signature import Signature
from service.inference.predictions.job_predictions import StoredRows
from service.inference.surfaces.surface import Floats, Surface, interpret

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

SIZE = 640  # pixels of an edge
RADIUS = 4
MOST_POINTS = 2000
# Told apart by people who see colours differently (Okabe & Ito 2008).
PALETTE = np.array(
    [(0, 114, 178), (230, 159, 0), (0, 158, 115), (204, 121, 167), (213, 94, 0), (86, 180, 233), (240, 228, 66)], float
)
LOW, HIGH = PALETTE[0], PALETTE[1]
WHITE = np.array([255.0, 255.0, 255.0])
GREY = np.array([128.0, 128.0, 128.0])


def draw(surface: Surface, signature: Signature, data: StoredRows | None) -> bytes:
    """Draw a PNG: the second feature points up, test rows are squares.

    Args:
        surface: the network's answers.
        signature: how to read them.
        data: the rows to draw, if they are known.
    """
    from PIL import Image, ImageDraw

    cells = np.ascontiguousarray(np.flipud(_colours(surface, signature)).astype(np.uint8))
    picture = Image.fromarray(cells).resize((SIZE, SIZE), Image.Resampling.BILINEAR)
    if data is not None:
        _draw_rows(ImageDraw.Draw(picture), surface, signature, data)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def _draw_rows(pen: ImageDraw, surface: Surface, signature: Signature, data: StoredRows) -> None:
    total = len(data.features)
    drawn = np.unique(np.linspace(0, total - 1, min(total, MOST_POINTS)).astype(np.int64))
    fills = _fills(signature, data.targets[drawn])
    across = (data.features[drawn, 0] - surface.x[0]) / _extent(surface.x) * (SIZE - 1)
    down = (1 - (data.features[drawn, 1] - surface.y[0]) / _extent(surface.y)) * (SIZE - 1)
    for x, y, fill, is_test in zip(across, down, fills, data.test[drawn], strict=True):
        box = (x - RADIUS, y - RADIUS, x + RADIUS, y + RADIUS)
        red, green, blue = (int(part) for part in fill)
        shape = pen.rectangle if is_test else pen.ellipse
        shape(box, fill=(red, green, blue), outline=(255, 255, 255))


def _extent(axis: Floats) -> float:
    return float(axis[-1] - axis[0]) or 1.0


def _colours(surface: Surface, signature: Signature) -> Floats:
    """(R, R, 3) the colour of each cell; grey where the network has no finite answer."""
    seen = interpret(surface, signature)
    numbers = seen.value if seen.probability is None else seen.probability
    assert numbers is not None
    if seen.predicted is None:
        return _blend(_shares(numbers))
    if seen.value is not None and signature.threshold is not None:
        return _blend(_around(numbers, signature.threshold))
    if seen.probability is not None and len(signature.classes or ()) == 2:
        return _blend(numbers)
    hue = PALETTE[seen.predicted % len(PALETTE)]
    shares = numbers if seen.value is None else _shares(numbers)
    strength = np.clip(shares, 0.0, 1.0)[..., None]
    return np.where(np.isfinite(shares)[..., None], WHITE + (hue - WHITE) * 0.7 * strength, GREY)


def _shares(values: Floats) -> Floats:
    """Values brought to [0, 1]; those that are not finite stay."""
    finite = values[np.isfinite(values)]
    low, high = (finite.min(), finite.max()) if finite.size else (0.0, 1.0)
    with np.errstate(invalid="ignore"):
        return np.asarray((values - low) / ((high - low) or 1.0))


def _around(values: Floats, threshold: float) -> Floats:
    """Values brought to [0, 1], the threshold to a half; those that are not finite stay."""
    finite = values[np.isfinite(values)]
    reach = np.abs(finite - threshold).max() if finite.size else 1.0
    with np.errstate(invalid="ignore"):
        return np.asarray(0.5 + 0.5 * (values - threshold) / (reach or 1.0))


def _blend(shares: Floats) -> Floats:
    """From one colour over white to the other."""
    part = np.clip(shares, 0.0, 1.0)[..., None]
    low = LOW + (WHITE - LOW) * (0.3 + 1.4 * part)
    high = WHITE + (HIGH - WHITE) * (1.4 * part - 0.7)
    return np.where(np.isfinite(shares)[..., None], np.where(part < 0.5, low, high), GREY)


def _fills(signature: Signature, targets: Floats) -> Floats:
    """(N, 3) the colour of each row."""
    if signature.classes is None:
        return _blend(_shares(targets[:, 0])).reshape(-1, 3)
    return PALETTE[targets.astype(np.int64) % len(PALETTE)]
