"""Writes and reads checkpoints, from which an interrupted training goes on to the same weights.

The file holds the program's state (weights, random states, optimizer) as ``state.N``, that of the best epoch as
``best.N`` where the spec keeps it, and in its metadata what is no tensor. Epochs draw their order of rows from the
seed and their own number, so that a training which is taken up again ends with the very weights of one that never
stopped.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from time import monotonic
from typing import Any

import numpy as np
import tensorflow as tf
from safetensors import SafetensorError
from safetensors.numpy import load, save

from models.engine.program import Program
from models.engine.receipt import versions
from models.engine.stopping import Stopping
from models.events import Checkpoint
from models.specs.canonical import spec_hash
from models.specs.job import TrainingJobSpec

FORMAT = "2"  # grows when the meaning of the tensors changes
COST = 20  # a checkpoint is due only after this many times what the last one took: it costs at most 5 %


class Unusable(Exception):
    """A checkpoint from which this training cannot go on; the message says why."""


@dataclass
class Progress:
    """How far a training has come: with the program's state all that decides how it goes on.

    Attributes:
        done: epochs that are over.
        stopping: what early stopping remembers.
        best: the program's state after the best epoch, where it is kept.
    """

    stopping: Stopping
    done: int = 0
    best: list[Any] | None = None


class Cadence:
    """Decides when the next checkpoint is worth its cost.

    Args:
        seconds: the least time between two; 0: at every chance, whatever it costs; None: never.
    """

    def __init__(self, seconds: float | None) -> None:
        self.pause = self.seconds = seconds
        self.last = monotonic()

    def due(self) -> bool:
        """Whether one is to be made now."""
        return self.pause is not None and monotonic() - self.last >= self.pause

    def made(self, cost: float) -> None:
        """One has been made, which took ``cost`` seconds."""
        self.last = monotonic()
        if self.seconds:
            self.pause = max(self.seconds, COST * cost)


def conditions(spec: TrainingJobSpec) -> dict[str, str]:
    """What must be equal where a checkpoint is made and where it is used, for the weights to be the same."""
    threads = tf.config.threading.get_intra_op_parallelism_threads()
    return {"format": FORMAT, "spec": spec_hash(spec), "threads": str(threads), **versions()}


def pack(spec: TrainingJobSpec, program: Program, progress: Progress) -> Checkpoint:
    """The checkpoint of a training that stands between two chunks."""
    tensors = named("state", program.state()) | named("best", progress.best or [])
    memory = {"epoch": progress.done, "stopping": progress.stopping.memory()}
    metadata = {"conditions": json.dumps(conditions(spec)), "memory": json.dumps(memory, allow_nan=False)}
    return Checkpoint.of(progress.done, save(tensors, metadata))


def resume(checkpoint: Checkpoint, spec: TrainingJobSpec, program: Program, progress: Progress) -> None:
    """Bring a training that has just begun to where ``checkpoint`` was made.

    Raises:
        Unusable: it is damaged, or was made of another spec or by other versions; nothing has changed.
    """
    try:
        content = checkpoint.bytes()
        if sha256(content).hexdigest() != checkpoint.sha256:
            raise Unusable("its digest is not that of its content")
        tensors, metadata = load(content), metadata_of(content)
        made, memory = json.loads(metadata["conditions"]), json.loads(metadata["memory"])
    except (SafetensorError, KeyError, ValueError) as error:
        raise Unusable(f"it cannot be read: {error!r}") from error
    here = conditions(spec)
    if made != here:
        raise Unusable(f"it was made under {made}, here is {here}")
    if memory["epoch"] != checkpoint.epoch:
        raise Unusable(f"it was made after {memory['epoch']} epochs")
    state, best = numbered("state", tensors), numbered("best", tensors)
    kind = [(tensor.shape, tensor.dtype) for tensor in map(np.asarray, program.state())]
    if any([(tensor.shape, tensor.dtype) for tensor in found] != kind for found in (state, best or state)):
        raise Unusable("its tensors are not those of the program")
    program.restore(state)
    progress.done, progress.best = checkpoint.epoch, best or None
    progress.stopping.remember(memory["stopping"])


def named(name: str, state: Sequence[Any]) -> dict[str, Any]:
    """A state as tensors of a file."""
    return {f"{name}.{number}": tensor for number, tensor in enumerate(map(np.asarray, state))}


def numbered(name: str, tensors: dict[str, Any]) -> list[Any]:
    """The state that :func:`named` has put into a file."""
    count = sum(key.startswith(f"{name}.") for key in tensors)
    return [tensors[f"{name}.{number}"] for number in range(count)]


def metadata_of(content: bytes) -> dict[str, str]:
    """The metadata of a safetensors file, which its reader leaves out: the header is JSON behind its length."""
    size = int.from_bytes(content[:8], "little")
    found: dict[str, str] = json.loads(content[8 : 8 + size])["__metadata__"]
    return found
