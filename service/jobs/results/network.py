"""The network that a succeeded job has left, ready to answer."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.graphs.network import TracedNetwork, trace
from models.signature import Signature
from models.specs.check import parse
from service.database.tables import ArtifactRow, JobRow
from service.errors import NotAvailable
from service.inference.network import Network
from service.inference.networks import Networks
from service.jobs.queries import NOT_EXPORTED, content_of


def network_of(session: Session, networks: Networks, row: JobRow) -> Network:
    """The network of a succeeded job; its files, which never change, are read only when it is not at hand.

    Raises:
        NotAvailable: its export failed.
    """

    def load() -> Network:
        query = select(ArtifactRow.content).where(ArtifactRow.job_id == row.id, ArtifactRow.name == "tflite")
        content = session.scalar(query)
        if content is None:
            raise NotAvailable(NOT_EXPORTED)
        return Network(content, signature_of(session, row))

    return networks.get(row.id, load)


def traced_network_of(session: Session, row: JobRow, *, raw: bool = False) -> TracedNetwork:
    """The network of a succeeded job as a graph that begins behind its scaler.

    Args:
        session: to read its files.
        row: the job.
        raw: have it begin with the scaler, if that is a straight line.
    """
    from safetensors.numpy import load

    weights = load(content_of(session, row, "weights"))
    return trace(parse(row.spec), weights, signature_of(session, row) if raw else None)


def signature_of(session: Session, row: JobRow) -> Signature:
    """Inputs, outputs and preprocessing of a succeeded job's network."""
    return Signature.model_validate_json(content_of(session, row, "signature"))
