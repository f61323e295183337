"""Trained networks on LiteRT: microseconds an answer, no TensorFlow."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.signature import Signature
from service.inference.preprocessing import Rows, transform

CHUNK = 4096  # rows that go through a network at once
QUICK = 2**20  # bytes of a network that answers a few rows in less time than another thread takes to start


class Network:
    """A network with its preprocessing, ready to answer.

    An interpreter is not made for several threads: callers take turns.

    Attributes:
        size: bytes of its flatbuffer.
    """

    def __init__(self, flatbuffer: bytes, signature: Signature) -> None:
        from ai_edge_litert.interpreter import Interpreter

        self.signature = signature
        self.size = len(flatbuffer)
        self._lock = threading.Lock()
        self._interpreter: Any = Interpreter(model_content=flatbuffer, num_threads=1)
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._output = self._interpreter.get_output_details()[0]["index"]
        self._rows = -1  # for which the interpreter's buffers are laid out

    @property
    def quick(self) -> bool:
        """Whether a few rows would be answered at once: it is small, and nobody else is asking it."""
        return self.size <= QUICK and not self._lock.locked()

    def outputs(self, rows: Rows) -> NDArray[np.float32]:
        """The network's raw answers.

        Args:
            rows: (N, D) float64 in raw units.

        Returns:
            (N, K) float32.

        Raises:
            Invalid: the scaler has no answer for a row.
        """
        with np.errstate(over="ignore"):  # a row far outside float32 is infinite for the network
            scaled = transform(self.signature.scaler, rows).astype(np.float32)
        with self._lock:
            parts = [self._answer(scaled[start : start + CHUNK]) for start in range(0, len(scaled), CHUNK)]
        return np.concatenate(parts) if parts else np.zeros((0, self.signature.units), np.float32)

    def _answer(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        if len(rows) != self._rows:
            self._interpreter.resize_tensor_input(self._input, rows.shape)
            self._interpreter.allocate_tensors()
            self._rows = len(rows)
        self._interpreter.set_tensor(self._input, np.ascontiguousarray(rows))
        self._interpreter.invoke()
        answer: NDArray[np.float32] = self._interpreter.get_tensor(self._output)
        return answer


class Networks:
    """The networks used last.

    Args:
        most: how many are kept.
    """

    def __init__(self, most: int = 64) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._networks: OrderedDict[str, Network] = OrderedDict()

    def get(self, digest: str, load: Callable[[], Network]) -> Network:
        """The network with this digest; ``load`` makes it where it is not at hand."""
        with self._lock:
            network = self._networks.get(digest)
        if network is None:
            network = load()
        with self._lock:
            network = self._networks.setdefault(digest, network)
            self._networks.move_to_end(digest)
            while len(self._networks) > self._most:
                self._networks.popitem(last=False)
        return network
