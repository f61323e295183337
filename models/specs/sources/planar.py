"""Specs of two generated classes in the plane, which can be plotted."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from models.specs import limits
from models.specs.sources.base import Planar
from models.specs.spec import WHOLE, NonNegative
from models.text import LocalizedText


class Circles(Planar):
    """A circle inside a circle."""

    type: Literal["circles"] = "circles"
    target: ClassVar[str] = "sklearn.datasets.make_circles"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Two rings, one inside the other: no straight line parts them, three hidden units do.",
        "Dos anillos, uno dentro del otro: ninguna recta los separa, tres unidades ocultas sí.",
    )
    latex: ClassVar[str] = r"\lVert x \rVert = 1 \;\text{or}\; f"
    shuffle: bool = True
    noise: NonNegative | None = None
    factor: Annotated[float, Field(ge=0, lt=1)] = 0.8


class Moons(Planar):
    """Two interleaved half circles."""

    type: Literal["moons"] = "moons"
    target: ClassVar[str] = "sklearn.datasets.make_moons"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Two half moons that reach into each other: an easy border that bends twice.",
        "Dos medias lunas entrelazadas: una frontera fácil que se curva dos veces.",
    )
    latex: ClassVar[str] = r"(\cos t, \sin t),\ (1-\cos t, \tfrac12-\sin t)"
    shuffle: bool = True
    noise: NonNegative | None = None


class TwoSpirals(Planar):
    """Two spirals around each other.

    With u, v, w independent U(0, 1) of shape (n_samples, 1), drawn in this order from ``RandomState(random_state)``,
    ``n = sqrt(u) * 780 * 2 * pi / 360`` and the point ``(-cos(n) * n + v * noise, sin(n) * n + w * noise)``: class 0
    are these points, class 1 their mirror images (-x, -y), in that order.

    Attributes:
        n_samples: rows of *each* class.
    """

    type: Literal["two_spirals"] = "two_spirals"
    target: ClassVar[str] = "models.engine.recipes.two_spirals"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Two spirals wound around each other, n_samples points each: hard, needs depth or many units.",
        "Dos espirales enrolladas, n_samples puntos cada una: difícil, pide profundidad o muchas unidades.",
    )
    latex: ClassVar[str] = r"\pm(-t\cos t, t\sin t)"
    n_samples: Annotated[int, Field(ge=1, le=limits.MAX_ROWS // 2), WHOLE] = 1000
    noise: NonNegative = 0.5

    def rows(self) -> int:
        """Both classes."""
        return 2 * self.n_samples


class Xor(Planar):
    """Four quadrants, opposite ones alike.

    With ``RandomState(random_state)``: x = uniform(-1, 1) of shape (n_samples, 2); class 1 where exactly one
    coordinate is positive; then noise * standard_normal of the same shape is added to x.
    """

    type: Literal["xor"] = "xor"
    target: ClassVar[str] = "models.engine.recipes.xor"
    text: ClassVar[LocalizedText] = LocalizedText(
        "The class says whether the two coordinates differ in sign: the oldest problem that one layer cannot solve.",
        "La clase dice si las dos coordenadas difieren en signo: el problema clásico que una sola capa no resuelve.",
    )
    latex: ClassVar[str] = r"y = [x_1 > 0] \oplus [x_2 > 0]"
    noise: NonNegative = 0.0
