"""Specs of generated classes in any number of dimensions."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, Tag
from typing_extensions import TypeAliasType

from models.specs import limits
from models.specs.sources.base import Classes, Features, Generated, Label, Samples
from models.specs.spec import BY_SHAPE, LIST, WHOLE, NonNegative, Number, Pair, Positive, Rows, Share
from models.text import LocalizedText
from models.violation import Violation

Count = Annotated[int, Field(ge=0, le=limits.MAX_FEATURES), WHOLE]
Point = Annotated[tuple[Number, ...], LIST, Field(min_length=1, max_length=limits.MAX_FEATURES)]
Points = Annotated[tuple[Point, ...], LIST, Field(min_length=2, max_length=limits.MAX_CLASSES), Tag("<list>")]
Centers = TypeAliasType("Centers", Annotated[Annotated[Classes, Tag("<number>")] | Points, BY_SHAPE])
Widths = Annotated[tuple[NonNegative, ...], LIST, Field(max_length=limits.MAX_CLASSES), Tag("<list>")]
Spread = TypeAliasType("Spread", Annotated[Annotated[NonNegative, Tag("<number>")] | Widths, BY_SHAPE])


class Blobs(Generated):
    """Round normal clusters, one a class.

    Attributes:
        centers: how many, or where: one row a centre (then ``n_features`` is not used); null: three.
    """

    type: Literal["blobs"] = "blobs"
    target: ClassVar[str] = "sklearn.datasets.make_blobs"
    text: ClassVar[LocalizedText] = LocalizedText(
        "One round cloud of points a class: the easiest data, a straight line is often enough.",
        "Una nube redonda de puntos por clase: los datos más fáciles; a menudo basta una recta.",
    )
    latex: ClassVar[str] = r"x \mid y \sim \mathcal{N}(c_y, \sigma_y^2 I)"
    n_samples: Samples = 100
    n_features: Features = 2
    centers: Centers | None = None
    cluster_std: Spread = 1.0
    center_box: Pair = (-10.0, 10.0)
    shuffle: bool = True

    def clusters(self) -> int:
        """How many centres."""
        if self.centers is None:
            return 3
        return self.centers if isinstance(self.centers, int) else len(self.centers)

    def rows(self) -> int:
        """As many as asked for."""
        return self.n_samples

    def columns(self) -> int:
        """The length of a centre."""
        return len(self.centers[0]) if isinstance(self.centers, tuple) else self.n_features

    def labels(self) -> tuple[Label, ...]:
        """The clusters' numbers."""
        return tuple(range(self.clusters()))

    def violations(self) -> Iterator[Violation]:
        """Centres of one length, a width for each, a row for each."""
        yield from super().violations()
        if isinstance(self.centers, tuple):
            for i, center in enumerate(self.centers):
                if len(center) != self.columns():
                    yield Violation.at(
                        ("centers", i), f"has {len(center)} numbers, the first centre has {self.columns()}"
                    )
        if isinstance(self.cluster_std, tuple) and len(self.cluster_std) != self.clusters():
            yield Violation.at(
                ("cluster_std",), f"needs one value a centre, {self.clusters()}, got {len(self.cluster_std)}"
            )
        if self.n_samples < self.clusters():
            yield Violation.at(("n_samples",), f"{self.n_samples} rows cannot fill {self.clusters()} clusters")


class Gaussian(Generated):
    """One normal cloud cut into shells of equally many rows, one shell a class."""

    type: Literal["gaussian"] = "gaussian"
    target: ClassVar[str] = "sklearn.datasets.make_gaussian_quantiles"
    text: ClassVar[LocalizedText] = LocalizedText(
        "One normal cloud, cut into concentric shells of equal size: the class is the distance from the middle.",
        "Una sola nube normal cortada en capas concéntricas del mismo tamaño: la clase es la distancia al centro.",
    )
    latex: ClassVar[str] = r"y = \lfloor K\,F(\lVert x-\mu\rVert^2/\sigma^2) \rfloor"
    mean: Point | None = None
    cov: Positive = 1.0
    n_samples: Samples = 100
    n_features: Features = 2
    n_classes: Classes = 3
    shuffle: bool = True

    def rows(self) -> int:
        """As many as asked for."""
        return self.n_samples

    def columns(self) -> int:
        """As many as asked for."""
        return self.n_features

    def labels(self) -> tuple[Label, ...]:
        """The shells' numbers, from the innermost."""
        return tuple(range(self.n_classes))

    def violations(self) -> Iterator[Violation]:
        """A row for each class, a mean for each feature."""
        yield from super().violations()
        if self.n_samples < self.n_classes:
            yield Violation.at(("n_samples",), f"{self.n_samples} rows cannot fill {self.n_classes} classes")
        if self.mean is not None and len(self.mean) != self.n_features:
            yield Violation.at(("mean",), f"needs n_features values, {self.n_features}, got {len(self.mean)}")


class Classification(Generated):
    """Clusters on the corners of a hypercube, with redundant, repeated and useless features (Guyon 2003)."""

    type: Literal["classification"] = "classification"
    target: ClassVar[str] = "sklearn.datasets.make_classification"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Made-up tables with informative, redundant and useless features; class_sep and flip_y set how hard it is.",
        "Tablas inventadas con características informativas, redundantes e inútiles; class_sep y flip_y fijan la "
        "dificultad.",
    )
    latex: ClassVar[str] = r"x \mid y \sim \mathcal{N}(s\,c_{y,k}, A A^{\top})"
    n_samples: Samples = 100
    n_features: Features = 20
    n_informative: Features = 2
    n_redundant: Count = 2
    n_repeated: Count = 0
    n_classes: Classes = 2
    n_clusters_per_class: Rows = 2
    weights: Annotated[tuple[Share, ...], LIST, Field(max_length=limits.MAX_CLASSES)] | None = None
    flip_y: Share = 0.01
    class_sep: NonNegative = 1.0
    hypercube: bool = True
    shift: Number | None = 0.0
    scale: Positive | None = 1.0
    shuffle: bool = True

    def arguments(self) -> dict[str, Any]:
        """The fields; scikit-learn changes a list of weights, which a tuple does not allow."""
        given = super().arguments()
        return given if self.weights is None else {**given, "weights": list(self.weights)}

    def rows(self) -> int:
        """As many as asked for."""
        return self.n_samples

    def columns(self) -> int:
        """As many as asked for."""
        return self.n_features

    def labels(self) -> tuple[Label, ...]:
        """The classes' numbers."""
        return tuple(range(self.n_classes))

    def violations(self) -> Iterator[Violation]:
        """Features for all roles, corners for all clusters, a weight for each class."""
        yield from super().violations()
        used = self.n_informative + self.n_redundant + self.n_repeated
        if used > self.n_features:
            yield Violation.at(
                ("n_features",),
                f"n_informative + n_redundant + n_repeated is {used}, more than n_features, {self.n_features}",
            )
        clusters = self.n_classes * self.n_clusters_per_class
        if self.n_informative < math.log2(clusters):
            yield Violation.at(
                ("n_informative",),
                f"n_classes * n_clusters_per_class is {clusters}, more than the 2**n_informative corners",
            )
        if self.n_samples < clusters:
            yield Violation.at(("n_samples",), f"{self.n_samples} rows cannot fill {clusters} clusters")
        if self.weights is not None and len(self.weights) not in {self.n_classes, self.n_classes - 1}:
            yield Violation.at(
                ("weights",), f"needs n_classes or n_classes - 1 values, got {len(self.weights)} for {self.n_classes}"
            )
