"""Serves the catalog: everything that a spec can name, and what theory says of it.

What answers is imported with the first question: the theory needs NumPy, and the service starts without it.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

from service.catalog.schemas import (
    CheckKind,
    ComponentKind,
    Curve,
    DiagnosisKind,
    InitializerSample,
    KindSummary,
    QuantityKind,
)
from service.http.openapi import problems
from service.http.pagination import Page
from service.http.routing import api_router

FARTHEST = 1e6
MOST_POINTS = 2000
WIDEST = 1024

Abscissa = Annotated[float, Query(ge=-FARTHEST, le=FARTHEST, allow_inf_nan=False)]
Fan = Annotated[int, Query(ge=1, le=WIDEST)]
Arguments = Annotated[
    str | None,
    Query(max_length=2000, description="The component's arguments as a JSON object.", examples=['{"alpha": 0.5}']),
]

router = api_router("catalog")


@router.get("/catalog", operation_id="list_catalog", response_model=Page[KindSummary])
def list_catalog() -> Page[KindSummary]:
    """The kinds of things that the catalogue holds."""
    from service.catalog.entries import summaries

    return Page.of(summaries(), None)


@router.get(
    "/catalog/{kind}",
    operation_id="get_catalog_kind",
    response_model=ComponentKind | CheckKind | QuantityKind | DiagnosisKind,
    responses=problems(404),
)
def get_catalog_kind(
    kind: Annotated[str, Path(examples=["activations"])],
) -> ComponentKind | CheckKind | QuantityKind | DiagnosisKind:
    """Everything of one kind."""
    from service.catalog.entries import listing
    from service.catalog.kinds import kind_of

    return listing(kind_of(kind).name)


@router.get(
    "/catalog/activations/{name}/curve",
    operation_id="get_activation_curve",
    response_model=Curve,
    responses=problems(404),
)
def get_activation_curve(
    name: Annotated[str, Path(examples=["tanh"])],
    low: Abscissa = -5.0,
    high: Abscissa = 5.0,
    points: Annotated[int, Query(ge=2, le=MOST_POINTS)] = 100,
    arguments: Arguments = None,
) -> Curve:
    """An activation and its exact derivative, with range, zero-centredness and saturation."""
    from service.catalog.plots import activation_curve

    return activation_curve(name, arguments, low, high, points)


@router.get(
    "/catalog/initializers/{name}/sample",
    operation_id="get_initializer_sample",
    response_model=InitializerSample,
    responses=problems(404),
)
def get_initializer_sample(
    name: Annotated[str, Path(examples=["he_normal"])],
    fan_in: Fan = 64,
    fan_out: Fan = 64,
    seed: Annotated[int, Query(ge=0, le=2**32 - 1)] = 0,
    arguments: Arguments = None,
) -> InitializerSample:
    """The law of an initializer's weights beside a drawn kernel's statistics and histogram."""
    from service.catalog.plots import initializer_sample

    return initializer_sample(name, arguments, fan_in, fan_out, seed)
