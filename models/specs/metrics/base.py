"""Defines the base classes of metric specs."""

from __future__ import annotations

from typing import ClassVar, Literal

from models.specs.spec import Component

Goal = Literal["min", "max"]
Encoding = Literal["index", "one_hot", "values"]


class MetricBase(Component):
    """A number for how good an output is; its column in a history is called like its type.

    Attributes:
        goal: whether more of it is better, or less.
    """

    goal: ClassVar[Goal]

    def resolve(self, encoding: Encoding, units: int) -> MetricBase:
        """The metric that this one means, for targets encoded so and so many outputs."""
        del encoding, units
        return self

    def refusal(self, encoding: Encoding, units: int, classes: int | None) -> str | None:
        """Why Keras cannot compute it for such targets and outputs, None if it can."""
        del encoding, units, classes
        return None


class SameShape(MetricBase):
    """A metric that compares targets and outputs entry by entry, and does not broadcast."""

    def refusal(self, encoding: Encoding, units: int, classes: int | None) -> str | None:
        """A column of class numbers has not the shape of several outputs."""
        del classes
        if encoding == "index" and units > 1:
            return f"compares one-hot rows with outputs; here class numbers meet {units} outputs"
        return None


class Sparse(MetricBase):
    """A metric that looks up the output at a class's number."""

    def refusal(self, encoding: Encoding, units: int, classes: int | None) -> str | None:
        """There are class numbers."""
        del units, classes
        if encoding == "one_hot":
            return "needs class numbers for targets; here they are one-hot rows"
        return None if encoding == "index" else "needs classes; here the targets are plain numbers"
