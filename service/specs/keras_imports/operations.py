"""Reads a Keras model as parts of a spec, or refuses it with the errors of the service."""

from __future__ import annotations

from models.keras_config import KerasImport, NotImported, import_keras
from models.keras_config.compiled import Compiled
from models.keras_config.forms import ABSENT
from models.violation import Violation
from service.errors import UnsupportedModel
from service.specs.keras_imports.schemas import ImportedInput, KerasImported, KerasImportRequest, TrainingParts


def read(request: KerasImportRequest) -> KerasImported:
    """Read a model.

    Raises:
        UnsupportedModel: something in it has no place in a spec; one violation for each.
    """
    document = request.compile if "compile" in request.model_fields_set else ABSENT
    try:
        return _answer(import_keras(request.architecture, document))
    except NotImported as refused:
        raise UnsupportedModel.of([Violation(error.pointer, error.detail) for error in refused.errors]) from None


def _answer(found: KerasImport) -> KerasImported:
    compiled = found.compiled
    parts = TrainingParts(optimizer=compiled.optimizer, loss=compiled.loss, metrics=list(compiled.metrics))
    return KerasImported(
        architecture=found.architecture.model_dump(mode="json"),
        training=None if compiled == Compiled() else parts,
        input=None if found.n_features is None else ImportedInput(n_features=found.n_features),
        warnings=list(found.warnings),
    )
