"""Reads Keras's own JSON (``model.to_json()``, ``model.get_compile_config()``) as parts of a spec.

A whitelist decides: what the unions of :mod:`models.specs` name is read, everything else is refused with a pointer.
Keras itself is never asked, so nothing in a document is executed.
"""

from models.keras_config.imports import KerasImport, import_keras
from models.keras_config.notes import NotImported

__all__ = ["KerasImport", "NotImported", "import_keras"]
