"""Runs trained networks on LiteRT: microseconds an answer, no TensorFlow."""

from __future__ import annotations

import math
import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.signature import Signature
from service.inference.networks.preprocessing import Rows, transform

CHUNK = 4096  # rows that go through a network at once
OVERHEAD = 100_000  # bytes of an interpreter without weights and buffers, as measured


class Network:
    """A network with its preprocessing, ready to answer.

    An interpreter is not made for several threads: callers take turns.

    Attributes:
        file_size: bytes of its flatbuffer.
    """

    def __init__(self, flatbuffer: bytes, signature: Signature) -> None:
        from ai_edge_litert.interpreter import Interpreter

        self.signature = signature
        self.file_size = len(flatbuffer)
        self._lock = threading.Lock()
        self._interpreter: Any = Interpreter(model_content=flatbuffer, num_threads=1)
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._output = self._interpreter.get_output_details()[0]["index"]
        self._rows = -1  # for which the interpreter's buffers are laid out

    def size(self) -> int:
        """The bytes of memory that it may take: its file, the packed weights, and buffers for a whole chunk of rows.

        Buffers of layers that do not follow each other share memory; a residual block needs three at a time.
        """
        widths = [
            math.prod(tensor["shape"][1:].tolist())
            for tensor in self._interpreter.get_tensor_details()
            if tensor["shape_signature"].size and tensor["shape_signature"][0] < 0
        ]
        buffers: int = CHUNK * np.dtype(np.float32).itemsize * sum(sorted(widths)[-3:])
        return OVERHEAD + 2 * self.file_size + buffers

    def warm(self) -> None:
        """Lay out the buffers and run once, so that the first client does not wait for it."""
        shape = self._interpreter.get_input_details()[0]["shape"]
        with self._lock:
            self._answer(np.zeros((1, *shape[1:]), np.float32))

    def is_busy(self) -> bool:
        """Whether another thread is using the interpreter."""
        return self._lock.locked()

    def outputs(self, rows: Rows) -> NDArray[np.float32]:
        """Compute the network's raw outputs.

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
