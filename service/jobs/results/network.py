"""Reads the network that a succeeded job has left: its graph with weights, and its signature."""

from __future__ import annotations

from sqlalchemy.orm import Session

from models.graphs.network import TracedNetwork, trace
from models.signature import Scores, Signature, scores_of
from models.specs.check import read_stored
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
    return trace(read_stored(row.spec), weights, signature_of(session, row) if raw else None)


def signature_of(session: Session, row: JobRow) -> Signature:
    """Inputs, outputs and preprocessing of a succeeded job's network.

    How its output is read follows from the spec, so that jobs of earlier versions are read as those of today.
    """
    stored = Signature.model_validate_json(content_of(session, row, "signature"))
    if "link" in stored.model_fields_set:
        return stored
    # It was stored before signatures told it. A table that was taken for one of numbers then stays one.
    scores = Scores(kind="value") if stored.classes is None else scores_of(read_stored(row.spec))
    return stored.model_copy(update={"output": scores.kind, "threshold": scores.threshold, "link": scores.link})
