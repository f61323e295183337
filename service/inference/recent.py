"""Networks that answered a moment ago: the next row needs no look at the database."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from time import monotonic
from weakref import ReferenceType, ref

from service.inference.network import Network

SECONDS = 1.0
MOST = 64


class Recent:
    """Who may ask which network, as it was at most ``SECONDS`` ago.

    What a job has left never changes, but the job may be deleted: by another process it is then known here for so long.
    It keeps no network in memory; one that nobody else holds is not known any more.

    Args:
        clock: seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._known: OrderedDict[Hashable, tuple[float, ReferenceType[Network]]] = OrderedDict()

    def get(self, key: Hashable) -> Network | None:
        """The network, if it was put here a moment ago."""
        with self._lock:
            found = self._known.get(key)
            return found[1]() if found is not None and self._clock() - found[0] <= SECONDS else None

    def put(self, key: Hashable, network: Network) -> None:
        """Remember that the database knows this network now."""
        with self._lock:
            self._known[key] = (self._clock(), ref(network))
            self._known.move_to_end(key)
            while len(self._known) > MOST:
                self._known.popitem(last=False)

    def forget(self, key: Hashable) -> None:
        """It may be gone."""
        with self._lock:
            self._known.pop(key, None)
