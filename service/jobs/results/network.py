"""The network that a succeeded job has left, ready to answer."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.signature import Signature
from service.database.tables import ArtifactRow, JobRow
from service.inference.network import Network, Networks
from service.jobs.queries import content_of


def network_of(session: Session, networks: Networks, row: JobRow) -> Network:
    """The network of a succeeded job; its files are read only when it is not at hand."""
    query = (
        select(ArtifactRow.sha256)
        .where(ArtifactRow.job_id == row.id, ArtifactRow.name.in_(("signature", "tflite")))
        .order_by(ArtifactRow.name)
    )

    def load() -> Network:
        return Network(content_of(session, row, "tflite"), signature_of(session, row))

    return networks.get(" ".join(session.scalars(query)), load)


def signature_of(session: Session, row: JobRow) -> Signature:
    """Inputs, outputs and preprocessing of a succeeded job's network."""
    return Signature.model_validate_json(content_of(session, row, "signature"))
