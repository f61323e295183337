"""Caches the networks of a process, least recently used first out, as many as fit into its memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.database.tables import ArtifactRow, JobRow
from service.errors import NotAvailable
from service.inference.networks.network import Network
from service.jobs.queries import NOT_EXPORTED
from service.jobs.results.network import signature_of


class NetworkCache:
    """Keeps the networks that were used last.

    Whoever holds a network can go on with it when it is no longer kept here.

    Args:
        limit: bytes that they may take together; the one used last is kept whatever its size.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._networks: OrderedDict[str, tuple[Network, int]] = OrderedDict()
        self._size = 0
        self._loading: dict[str, Future[Network]] = {}

    def peek(self, key: str) -> Network | None:
        """The network, where it is cached; never waits for one."""
        with self._lock:
            if key not in self._networks:
                return None
            self._networks.move_to_end(key)
            return self._networks[key][0]

    def get(self, key: str, load: Callable[[], Network]) -> Network:
        """The network; ``load`` makes it where it is not cached. Several callers at once wait for one load."""
        with self._lock:
            if key in self._networks:
                self._networks.move_to_end(key)
                return self._networks[key][0]
            coming = self._loading.get(key)
            mine = coming is None
            if coming is None:
                coming = self._loading[key] = Future()
        if not mine:
            return coming.result()
        try:
            network = load()
            network.warm()
        except BaseException as error:
            with self._lock:
                self._is_awaited(key, coming)
            coming.set_exception(error)
            raise
        size = network.size()
        with self._lock:
            if self._is_awaited(key, coming):
                self._keep(key, network, size)
        coming.set_result(network)
        return network

    def is_loading(self, key: str) -> bool:
        """Whether the network is being loaded."""
        with self._lock:
            return key in self._loading

    def drop(self, key: str) -> None:
        """Remove the network, also one that is just being loaded."""
        with self._lock:
            self._loading.pop(key, None)
            _, size = self._networks.pop(key, (None, 0))
            self._size -= size

    def _is_awaited(self, key: str, coming: Future[Network]) -> bool:
        """Whether this load has not been dropped; it ends with this call."""
        if self._loading.get(key) is not coming:
            return False
        del self._loading[key]
        return True

    def _keep(self, key: str, network: Network, size: int) -> None:
        self._networks[key] = network, size
        self._size += size
        while self._size > self._limit and len(self._networks) > 1:
            _, (_, freed) = self._networks.popitem(last=False)
            self._size -= freed


def network_of(session: Session, networks: NetworkCache, row: JobRow) -> Network:
    """The network of a succeeded job; its files, which never change, are read only when it is not cached.

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
