"""The network that a succeeded job has left, ready to answer."""

from __future__ import annotations

from sqlalchemy.orm import Session

from models.signature import Signature
from service.database.tables import JobRow
from service.inference.network import Network
from service.inference.networks import Networks
from service.jobs.queries import content_of


def network_of(session: Session, networks: Networks, row: JobRow) -> Network:
    """The network of a succeeded job; its files, which never change, are read only when it is not at hand."""
    return networks.get(row.id, lambda: Network(content_of(session, row, "tflite"), signature_of(session, row)))


def signature_of(session: Session, row: JobRow) -> Signature:
    """Inputs, outputs and preprocessing of a succeeded job's network."""
    return Signature.model_validate_json(content_of(session, row, "signature"))
