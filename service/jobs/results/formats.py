"""Makes the downloadable files of a succeeded job's network: those that its training left, or made from them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.specs.check import read_stored
from service.database.tables import ArtifactRow, JobRow
from service.errors import NotAvailable
from service.jobs.results.network import signature_of, traced_network_of


class Format(StrEnum):
    """A file format, as clients name it."""

    KERAS = "keras"
    TFLITE = "tflite"
    ONNX = "onnx"
    SAVED_MODEL = "saved_model"
    SAFETENSORS = "safetensors"
    PYTHON = "python"


ARTIFACTS: Final = {Format.KERAS: "keras", Format.SAFETENSORS: "weights", Format.TFLITE: "tflite"}
SUFFIXES: Final = {Format.SAVED_MODEL: "saved_model.zip", Format.PYTHON: "py"}
BYTES: Final = "application/octet-stream"


@dataclass(frozen=True)
class File:
    """A file to download.

    Attributes:
        name: what to save it as.
        media_type: of its content.
        digest: SHA-256 of its content, in hexadecimal.
        lasting: whether it will always be the same; what is made on demand, another version may make otherwise.
    """

    name: str
    media_type: str
    digest: str
    lasting: bool
    content: bytes


def file_of(session: Session, row: JobRow, file_format: Format) -> File:
    """The network of a succeeded job in this format.

    Raises:
        NotAvailable: its export to this format failed when the job ended.
    """
    name = f"{row.id}.{SUFFIXES.get(file_format, file_format)}"
    if file_format in ARTIFACTS:
        query = select(ArtifactRow).where(ArtifactRow.job_id == row.id, ArtifactRow.name == ARTIFACTS[file_format])
        artifact = session.scalars(query).one_or_none()
        if artifact is None:
            raise NotAvailable(f"The network could not be exported as {file_format}; the receipt says why.")
        return File(name, artifact.media_type, artifact.sha256, lasting=True, content=artifact.content)
    content, media_type = _made(session, row, file_format)
    return File(name, media_type, hashlib.sha256(content).hexdigest(), lasting=False, content=content)


def _made(session: Session, row: JobRow, file_format: Format) -> tuple[bytes, str]:
    """Make a file on demand, in milliseconds and without a framework."""
    if file_format is Format.PYTHON:
        from models.script import program

        versions = (row.receipt or {}).get("versions", {})
        return program.write(
            read_stored(row.spec).model_copy(update={"name": row.name}), versions
        ).encode(), "text/x-python"
    from models.graphs import onnx, saved_model

    network = traced_network_of(session, row, raw=True)
    signature = signature_of(session, row).model_dump_json()
    if file_format is Format.ONNX:
        return onnx.write(network, {"job": row.id, "signature": signature}), BYTES
    return saved_model.write(network, {"signature.json": signature}), "application/zip"
