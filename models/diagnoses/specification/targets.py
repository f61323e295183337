"""What is known of the targets before the data are made."""

from __future__ import annotations

import math

from models.diagnoses.design import Design
from models.specs import losses, sources
from models.specs.encoding import encoding

Interval = tuple[float, float]

# Of the generated and bundled tables whose targets are numbers; an infinity stands for "far on this side".
KNOWN: dict[type[sources.SourceBase], Interval] = {
    sources.Regression: (-math.inf, math.inf),
    sources.Friedman1: (0.0, 30.0),
    sources.Diabetes: (25.0, 346.0),
}


def target_range(design: Design) -> Interval | None:
    """The least and the greatest target that the loss compares; None where only the data can tell."""
    loss, classes = design.spec.training.loss, design.shape.classes
    if classes is not None:
        if isinstance(loss, losses.Hinge | losses.SquaredHinge):
            return (-1.0, 1.0)
        return (0.0, 1.0) if encoding(design.spec) == "one_hot" else (0.0, len(classes) - 1.0)
    source = design.source
    if isinstance(source, sources.Inline):
        numbers = [
            float(number)
            for row in source.targets
            for number in (row if isinstance(row, tuple) else (row,))
            if not isinstance(number, str)
        ]
        return (min(numbers), max(numbers))
    if isinstance(source, sources.LinearTarget):
        # x lies in [-1, 1]: the plane's own range, without the noise.
        reach = sum(abs(each) for each in source.coef or (1.0,) * source.n_features)
        return (source.bias - reach, source.bias + reach)
    return KNOWN.get(type(source))
