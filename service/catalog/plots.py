"""Computes curves of activations and samples of initializers, as numbers to plot."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from pydantic import ValidationError

from models import non_finite
from models.specs.activations import ActivationBase
from models.specs.initializers import InitializerBase
from models.specs.spec import Component
from models.theory.activations import curve, zero_centered
from models.theory.curve import Floats
from models.theory.initializers import law
from models.theory.samples import sample
from service.catalog.kinds import component
from service.catalog.schemas import Curve, Histogram, InitializerSample, NonFinite, Statistics, Theory
from service.errors import Invalid, RequestViolation, Unreadable
from service.http.json import read

BINS = 40


def named(kind: str, name: str, arguments: str | None) -> Component:
    """Build the component of this type with these arguments.

    Args:
        kind: of the catalog.
        name: its type.
        arguments: a JSON object as text, or None.

    Raises:
        NotFound: there is no such component.
        Invalid: the arguments are not its arguments.
    """
    cls = component(kind, name)
    given: Any = {}
    if arguments is not None:
        try:
            given, violations = read(arguments.encode("utf-8", "replace"))
        except Unreadable as error:
            detail = f"must be a JSON object of arguments; {error.detail.replace('The body', 'the text')}"
            raise Invalid.of([RequestViolation("", detail, parameter="arguments")]) from error
        if violations or not isinstance(given, dict) or "type" in given:
            raise Invalid.of([RequestViolation("", "must be a JSON object of arguments", parameter="arguments")])
    try:
        made = cls.model_validate({**given, "type": name})
    except ValidationError as error:
        reasons = [
            f"{'.'.join(str(key) for key in item['loc'])}: {item['msg']}" for item in error.errors(include_url=False)
        ]
        raise Invalid.of([RequestViolation("", reason, parameter="arguments") for reason in reasons]) from None
    if wrong := [RequestViolation("", violation.detail, parameter="arguments") for violation in made.violations()]:
        raise Invalid.of(wrong)
    return made


def activation_curve(name: str, arguments: str | None, low: float, high: float, points: int) -> Curve:
    """Compute the curve of an activation over [low, high].

    Raises:
        NotFound: there is no such activation.
        Invalid: the arguments do not fit, or low is not below high.
    """
    chosen = named("activations", name, arguments)
    assert isinstance(chosen, ActivationBase)
    if not low < high:
        raise Invalid.of([RequestViolation("", f"low must be below high, got {low:g} and {high:g}", parameter="low")])
    phi = curve(chosen)
    x = np.linspace(low, high, points)
    with np.errstate(over="ignore", invalid="ignore"):
        y, slope = phi.value(x), phi.slope(x)
    return Curve(
        name=name,
        arguments=chosen.model_dump(mode="json", exclude={"type"}),
        elementwise=phi.elementwise,
        x=x.tolist(),
        y=[non_finite.finite_or_none(value) for value in y.tolist()],
        dy=[non_finite.finite_or_none(value) for value in slope.tolist()],
        range=(non_finite.finite_or_none(phi.range[0]), non_finite.finite_or_none(phi.range[1])),
        zero_centered=zero_centered(chosen),
        saturation=[
            (non_finite.finite_or_none(start), non_finite.finite_or_none(end)) for start, end in phi.saturation()
        ],
        steepest=phi.steepest(),
        non_finite=[*_lost("y", y), *_lost("dy", slope)],
    )


def initializer_sample(name: str, arguments: str | None, fan_in: int, fan_out: int, seed: int) -> InitializerSample:
    """Compute the distribution of an initializer, and draw a kernel from it.

    Raises:
        NotFound: there is no such initializer.
        Invalid: the arguments do not fit.
    """
    chosen = named("initializers", name, arguments)
    assert isinstance(chosen, InitializerBase)
    expected, kernel = law(chosen, fan_in, fan_out), sample(chosen, fan_in, fan_out, seed)
    counts, edges = np.histogram(kernel, bins=BINS, range=_span(kernel))
    return InitializerSample(
        name=name,
        arguments=chosen.model_dump(mode="json", exclude={"type"}),
        fan_in=fan_in,
        fan_out=fan_out,
        seed=seed,
        theory=Theory(
            distribution=expected.distribution,
            mean=expected.mean,
            std=expected.std,
            variance=expected.variance,
            low=non_finite.finite_or_none(expected.low),
            high=non_finite.finite_or_none(expected.high),
            fan_mode=expected.fan_mode,
        ),
        sample=Statistics(
            size=kernel.size,
            mean=float(kernel.mean()),
            std=float(kernel.std()),
            min=float(kernel.min()),
            max=float(kernel.max()),
        ),
        histogram=Histogram(edges=edges.tolist(), counts=counts.tolist()),
    )


def _lost(series: Literal["y", "dy"], values: Floats) -> list[NonFinite]:
    """The positions of a series that hold no finite number."""
    return [NonFinite(series=series, index=index, value=name) for (index,), name in non_finite.named(values)]


def _span(kernel: Floats) -> tuple[float, float]:
    """From the least to the greatest entry; around a single value half its size on both sides."""
    low, high = float(kernel.min()), float(kernel.max())
    margin = 0.5 * max(abs(low), 1.0) if high - low <= 1e-12 * max(abs(low), abs(high), 1e-300) else 0.0
    return low - margin, high + margin
