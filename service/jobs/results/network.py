"""The network that a succeeded job has left, ready to answer."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.graphs.network import TracedNetwork, trace
from models.signature import Signature
from models.specs.check import parse
from service.database.tables import ArtifactRow, JobRow
from service.errors import NotAvailable
from service.inference.network import Network, Networks
from service.jobs.queries import content_of, find_succeeded
from service.jobs.states import Status


def network_of(session: Session, networks: Networks, row: JobRow) -> Network:
    """The network of a succeeded job; its files are read only when it is not at hand.

    Raises:
        NotAvailable: its export failed.
    """
    network = network_by_id(session, networks, row.owner, row.id)
    assert network is not None
    return network


def find_network(session: Session, networks: Networks, owner: str, job_id: str) -> Network:
    """The network of a job, in one look at the database where it is at hand.

    Raises:
        NotFound, NotFinished, NotSucceeded: there is no such job, or it has left no network.
        NotAvailable: its export failed.
    """
    found = network_by_id(session, networks, owner, job_id)
    return found or network_of(session, networks, find_succeeded(session, owner, job_id))


def network_by_id(session: Session, networks: Networks, owner: str, job_id: str) -> Network | None:
    """The network of a job; None where there is no succeeded job of that name."""
    query = (
        select(ArtifactRow.name, ArtifactRow.sha256)
        .join(JobRow, JobRow.id == ArtifactRow.job_id)
        .where(JobRow.id == job_id, JobRow.owner == owner, JobRow.status == Status.SUCCEEDED)
        .where(ArtifactRow.name.in_(("signature", "tflite")))
    )
    digests: dict[str, str] = {row.name: row.sha256 for row in session.execute(query)}
    if not digests:
        return None
    if "tflite" not in digests:
        raise NotAvailable("The network could not be exported for serving, so it cannot answer; see the receipt.")

    def load() -> Network:
        row = session.get_one(JobRow, job_id)
        return Network(content_of(session, row, "tflite"), signature_of(session, row))

    return networks.get(f"{digests['signature']} {digests['tflite']}", load)


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
