"""Reads the network that a succeeded job has left: its graph with weights, and its signature."""

from __future__ import annotations

from sqlalchemy.orm import Session

from models.graphs.network import TracedNetwork, trace
from models.signature import Signature
from models.specs.check import parse
from service.database.tables import JobRow
from service.jobs.queries import content_of


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
