"""Writes predictions as JSON or CSV lines, one for each row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np
import orjson
from numpy.typing import NDArray

from models.signature import Signature
from models.specs.encoding import label_key
from service.http.media_types import MediaType
from service.inference.predictions.options import PredictionOptions
from service.inference.predictions.view import document, top


class Writer(Protocol):
    """Writes answers."""

    def head(self) -> bytes:
        """What comes before all answers."""

    def write(self, outputs: NDArray[np.float32]) -> bytes:
        """The lines for the outputs (n, K) of some rows."""


class JsonWriter:
    """Writes an object for each row: ``class`` and ``probabilities``, or ``value``; ``top``, and what is not finite."""

    def __init__(self, signature: Signature, options: PredictionOptions) -> None:
        self._signature = signature
        self._top_k = options.top_k

    def head(self) -> bytes:
        """Nothing."""
        return b""

    def write(self, outputs: NDArray[np.float32]) -> bytes:
        """The lines of some rows."""
        answers = document(self._signature, outputs)
        columns: dict[str, Any] = {
            name: answers[plural]
            for name, plural in (("class", "classes"), ("probabilities", "probabilities"), ("value", "values"))
            if answers[plural] is not None
        }
        if self._top_k is not None:
            best = top(self._signature, outputs, self._top_k)
            columns["top"] = [
                {"classes": classes, "probabilities": shares}
                for classes, shares in zip(best["classes"], best["probabilities"], strict=True)
            ]
        rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        for entry in answers["non_finite"]:
            found = {"output": entry["output"], "value": entry["value"]}
            rows[entry["row"]].setdefault("non_finite", []).append(found)
        option = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_APPEND_NEWLINE
        return b"".join(orjson.dumps(row, option=option) for row in rows)


class CsvWriter:
    """Writes a header, then a line for each row; numbers that are not finite are written as nan, inf and -inf."""

    def __init__(self, signature: Signature, options: PredictionOptions) -> None:
        self._signature = signature
        self._top_k = options.top_k

    def head(self) -> bytes:
        """The names of the columns."""
        return _lines([list(self._names())])

    def write(self, outputs: NDArray[np.float32]) -> bytes:
        """The lines of some rows."""
        answers = document(self._signature, outputs)
        columns: list[list[Any]] = []
        if answers["classes"] is not None:
            columns.append([None if label is None else label_key(label) for label in answers["classes"]])
        for name in ("probabilities", "values"):
            if answers[name] is not None:
                columns += np.atleast_2d(answers[name].T).astype(str).tolist()
        if self._top_k is not None:
            best = top(self._signature, outputs, self._top_k)
            for rank, shares in enumerate(best["probabilities"].T):
                named = [row[rank] for row in best["classes"]]
                columns += [
                    [None if label is None else label_key(label) for label in named],
                    shares.astype(str).tolist(),
                ]
        return _lines(zip(*columns, strict=True))

    def _names(self) -> Iterator[str]:
        signature = self._signature
        if signature.classes is not None:
            yield "class"
        if not signature.shares:
            yield from ["value"] if signature.units == 1 else [f"value_{k}" for k in range(signature.units)]
        elif signature.classes is not None:
            yield from (f"probability_{label_key(label)}" for label in signature.classes)
            for rank in range(min(self._top_k or 0, len(signature.classes))):
                yield from (f"top_{rank + 1}", f"top_{rank + 1}_probability")


def _lines(rows: Any) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


WRITERS: dict[MediaType, type[JsonWriter | CsvWriter]] = {MediaType.LINES: JsonWriter, MediaType.CSV: CsvWriter}
