"""Finds the network that answers for the name of a model, and lets it answer."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from anyio.to_thread import run_sync
from numpy.typing import NDArray
from prometheus_client import Histogram
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models.graphs.network import TracedNetwork
from models.signature import Signature
from service.database.session import reading
from service.database.tables import JobRow
from service.errors import ClinicError, NotFound, NotLoaded
from service.ids import JOB
from service.inference.model_names import FIRST
from service.inference.networks.cache import NetworkCache, network_of
from service.inference.networks.network import Network
from service.inference.networks.preprocessing import Rows
from service.inference.resolution import Servable, resolve, versions_of
from service.inference.statistics import Phases, Statistics
from service.jobs.queries import find_succeeded
from service.jobs.results.network import traced_network_of
from service.telemetry.traffic import Traffic

Answer = TypeVar("Answer")
Key = tuple[str, str, str | None]  # owner, name, and the version as the request names it

FRESH = 1.0  # seconds for which what was read of a name is believed: so long a change in another process goes unseen
MOST_KNOWN = 10_000  # names, and as many statistics
QUICK = 2**27  # bytes of a body times bytes of a network that are worth no thread of their own
LARGE = 2**16  # bytes of a body that always are


@dataclass(frozen=True)
class ServedModel:
    """A network under the name of a model.

    Attributes:
        name: of the model.
        version: its number.
        job_id: whose network it is.
        network: ready to answer.
        statistics: of this version.
        seconds: how long networks took, of all models together.
    """

    name: str
    version: str
    job_id: str
    network: Network
    statistics: Statistics
    seconds: Histogram

    @property
    def signature(self) -> Signature:
        """Inputs, outputs and preprocessing."""
        return self.network.signature

    def answer(
        self, read: Callable[[Signature], Rows], write: Callable[[Signature, NDArray[np.float32]], Answer]
    ) -> Answer:
        """Read rows, run the network, write the answer, and count it.

        Args:
            read: gives the (N, D) rows in raw units.
            write: gives the answer for (N, K) outputs.

        Raises:
            ClinicError: what ``read`` raises, or the scaler.
        """
        begun = time.perf_counter_ns()
        try:
            rows = read(self.signature)
            was_read = time.perf_counter_ns()
            outputs = self.network.outputs(rows)
            has_answered = time.perf_counter_ns()
            answer = write(self.signature, outputs)
        except ClinicError:
            self.statistics.failed(time.perf_counter_ns() - begun)
            raise
        written = time.perf_counter_ns()
        self.count(len(rows), Phases(was_read - begun, has_answered - was_read, written - has_answered))
        return answer

    def count(self, rows: int, phases: Phases) -> None:
        """Count one answer about so many rows."""
        self.statistics.succeeded(rows, phases)
        self.seconds.observe(phases.infer / 1e9)

    async def answer_soon(
        self,
        size: int,
        read: Callable[[Signature], Rows],
        write: Callable[[Signature, NDArray[np.float32]], Answer],
        *,
        slow: bool = False,
    ) -> Answer:
        """Answer; in a thread where it takes a while or the network is busy, so that other requests do not wait.

        Args:
            size: bytes of the request's body.
            read: as in :meth:`answer`.
            write: as in :meth:`answer`.
            slow: it takes a while whatever the size.
        """
        small = size <= LARGE and size * self.network.file_size <= QUICK
        if small and not slow and not self.network.is_busy():
            return self.answer(read, write)
        return await run_sync(self.answer, read, write)


@dataclass
class _Known:
    """What was read of a name, and how long it is believed."""

    servable: Servable
    until: float  # believed so long, on the monotonic clock


class Serving:
    """Finds networks by name, and keeps their statistics.

    What the database says of a name is believed for ``FRESH`` seconds. A change that this process makes itself is seen
    at once: its maker calls :meth:`forget` when it is committed.
    """

    def __init__(self, engine: Engine, networks: NetworkCache, traffic: Traffic) -> None:
        self._engine = engine
        self._networks = networks
        self._seconds = traffic.predictions
        self._lock = threading.Lock()
        self._known: OrderedDict[Key, _Known] = OrderedDict()
        self._changes = 0
        self._statistics: OrderedDict[tuple[str, str, str], Statistics] = OrderedDict()

    async def served(self, owner: str, name: str, version: str | None) -> ServedModel:
        """The network for the name of a model; a thread looks it up only where it is not cached.

        Raises:
            NotFound: nothing answers for it.
            NotLoaded: the model is unloaded.
        """
        served = self._at_hand((owner, name, version))
        return await run_sync(self.find, owner, name, version) if served is None else served

    async def of_job(self, owner: str, job_id: str) -> ServedModel:
        """The network of a job; it answers here also while its model is unloaded.

        Raises:
            NotFound, NotFinished, NotSucceeded: there is no such job, or it has left no network.
            NotAvailable: its export failed.
        """
        served = self._at_hand((owner, job_id, None), unloaded=True) if JOB.fits(job_id) else None
        return await run_sync(self._find_of_job, owner, job_id) if served is None else served

    def find(self, owner: str, name: str, version: str | None) -> ServedModel:
        """The network for the name of a model, loaded where it is not cached.

        Raises:
            NotFound: nothing answers for it.
            NotLoaded: the model is unloaded.
            NotAvailable: the network's export failed.
        """
        with reading(self._engine) as session:
            servable = self._look((owner, name, version), session)
            if servable.unloaded:
                raise NotLoaded(f"The model {name!r} is unloaded.")
            return self._served(owner, servable, self._load(session, servable))

    def state(self, owner: str, name: str, version: str | None) -> Servable:
        """The job that answers for the name of a model, or would if it were loaded.

        Raises:
            NotFound: nothing would.
        """
        with reading(self._engine) as session:
            return self._look((owner, name, version), session)

    def versions(self, owner: str, name: str) -> list[str]:
        """The versions of a model, the oldest first.

        Raises:
            NotFound: there is no such model, or it has none.
        """
        with reading(self._engine) as session:
            self._look((owner, name, None), session)
            numbers = versions_of(session, owner, [name])
        return [str(number) for number in numbers[name]] if name in numbers else [FIRST]

    def is_loading(self, job_id: str) -> bool:
        """Whether a job's network is being loaded."""
        return self._networks.is_loading(job_id)

    def load(self, session: Session, job_id: str) -> None:
        """Load the network of a succeeded job before the first request needs it."""
        network_of(session, self._networks, session.get_one(JobRow, job_id))

    def trace(self, job_id: str) -> TracedNetwork:
        """The network of a succeeded job as a graph that begins behind its scaler.

        Raises:
            NotFound: it has been deleted meanwhile.
        """
        with reading(self._engine) as session:
            return traced_network_of(session, _job(session, job_id))

    def forget(self, job_id: str | None = None) -> None:
        """Drop what was read before, and the network of a job that is gone."""
        with self._lock:
            self._changes += 1
            self._known.clear()
        if job_id is not None:
            self._networks.drop(job_id)

    def statistics(self, owner: str, name: str, version: str) -> Statistics:
        """Of one version of a model, in this process."""
        key = owner, name, version
        with self._lock:
            if key not in self._statistics:
                self._statistics[key] = Statistics()
                if len(self._statistics) > MOST_KNOWN:
                    self._statistics.popitem(last=False)
            return self._statistics[key]

    def counted(self, owner: str) -> list[tuple[str, str]]:
        """The names and versions that have statistics."""
        with self._lock:
            return sorted((name, version) for whose, name, version in self._statistics if whose == owner)

    def _find_of_job(self, owner: str, job_id: str) -> ServedModel:
        with reading(self._engine) as session:
            find_succeeded(session, owner, job_id)
            servable = self._look((owner, job_id, None), session)
            return self._served(owner, servable, self._load(session, servable))

    def _at_hand(self, key: Key, *, unloaded: bool = False) -> ServedModel | None:
        known = self._known.get(key)
        if known is None or (known.servable.unloaded and not unloaded):
            return None
        now = time.monotonic()
        if known.until < now:
            known.until = now + FRESH  # others go on with what is known while this caller looks again
            return None
        network = self._networks.peek(known.servable.job_id)
        return None if network is None else self._served(key[0], known.servable, network)

    def _look(self, key: Key, session: Session) -> Servable:
        before = self._changes
        try:
            servable = resolve(session, *key)
        except NotFound:
            with self._lock:
                self._known.pop(key, None)
            raise
        with self._lock:
            if self._changes == before:  # else what was read may be from before the change
                self._known[key] = _Known(servable, time.monotonic() + FRESH)
                if len(self._known) > MOST_KNOWN:
                    self._known.popitem(last=False)
        return servable

    def _load(self, session: Session, servable: Servable) -> Network:
        network = self._networks.peek(servable.job_id)
        if network is not None:
            return network
        return network_of(session, self._networks, _job(session, servable.job_id))

    def _served(self, owner: str, servable: Servable, network: Network) -> ServedModel:
        statistics = self.statistics(owner, servable.name, servable.version)
        return ServedModel(servable.name, servable.version, servable.job_id, network, statistics, self._seconds)


def _job(session: Session, job_id: str) -> JobRow:
    row = session.get(JobRow, job_id)
    if row is None:
        raise NotFound(f"There is no job {job_id!r}.")
    return row
