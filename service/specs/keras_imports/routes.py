"""Serves imports of Keras models."""

from __future__ import annotations

from typing import Annotated

from fastapi import Body

from service.http.routing import api_router
from service.specs.keras_imports.examples import KERAS_EXAMPLES
from service.specs.keras_imports.operations import read
from service.specs.keras_imports.schemas import KerasImported, KerasImportRequest

router = api_router("specs")


@router.post("/keras-imports", operation_id="import_keras_model", response_model=KerasImported)
def create_keras_import(
    request: Annotated[KerasImportRequest, Body(openapi_examples=KERAS_EXAMPLES)],
) -> KerasImported:
    """Read a Keras model as parts of a spec; what no spec can say is refused, with its place in the model."""
    return read(request)
