"""Defines the events of a training or a preflight: messages that are written as one JSON object a line.

A training is a generator of these events; a preflight yields a single one. ``python -m models`` writes them to its
standard output; the node agent reads them from there and stores them. Numbers that JSON cannot hold (NaN, infinities)
travel inside :class:`Array`, which keeps every bit.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict, Field, TypeAdapter

from models.frozen import Frozen


class Message(Frozen):
    """An event, or a part of one: a number that is not finite is written as null."""

    model_config = ConfigDict(ser_json_inf_nan="null")


class Array(Message):
    """A numeric array as little-endian bytes in base64; exact, also for NaN and infinities.

    Example:
        >>> Array.of(np.array([[1.0, np.nan]], np.float32)).numpy()
        array([[ 1., nan]], dtype=float32)
    """

    dtype: Literal["float32", "float64", "int64", "uint8"]
    shape: list[int]
    data: str

    @classmethod
    def of(cls, values: NDArray[Any]) -> Array:
        """The message for ``values``, whose dtype must be one of those above."""
        little = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))
        data = base64.b64encode(little.tobytes()).decode()
        return cls.model_validate({"dtype": values.dtype.name, "shape": list(values.shape), "data": data})

    def numpy(self) -> NDArray[Any]:
        """The array, of this dtype and shape."""
        dtype = np.dtype(self.dtype).newbyteorder("<")
        return np.frombuffer(base64.b64decode(self.data), dtype).reshape(self.shape).astype(self.dtype)


class TraceBlock(Message):
    """Consecutive rows of the trace.

    Attributes:
        epoch: the (E,) epochs of the rows; 0 is the untrained network.
        quantities: name -> (E, L) float32, L the layers with kernels in order from the input. A quantity that does
            not exist in an epoch (an update ratio before the first update) is NaN there and, by its definition's
            ``first_epoch``, not a non-finite value.
        overall: name -> (E,) float32, quantities of the whole network.
    """

    epoch: list[int]
    quantities: dict[str, Array]
    overall: dict[str, Array]


class Started(Message):
    """Data and network are made; training begins, or resumes from a checkpoint."""

    type: Literal["started"] = "started"
    epochs: int
    train_rows: int
    test_rows: int
    layers: list[str]  # the layers with kernels, in order from the input: the columns of the trace
    metrics: list[str]  # the columns of the history
    epoch: int = 0  # epochs that are done already, because the training goes on from the checkpoint after them


class Epochs(Message):
    """A chunk of epochs is done (count 0: only the untrained network's row of the trace)."""

    type: Literal["epochs"] = "epochs"
    first: int  # the first epoch of the chunk, counted from 1
    count: int
    history: dict[str, Array]  # metric -> (count,) float64
    trace: TraceBlock | None = None


class Surface(Message):
    """The network's answer over the plane of its two features, in raw units, after ``epoch`` epochs."""

    type: Literal["surface"] = "surface"
    epoch: int
    x: Array  # (R,) float64, first feature
    y: Array  # (R,) float64, second feature
    output: Array  # (R, R, K) float32; row i is y[i], column j is x[j]; K the network's outputs


class Checkpoint(Message):
    """The state after ``epoch`` epochs, from which another process can resume the training."""

    type: Literal["checkpoint"] = "checkpoint"
    epoch: int
    sha256: str  # of the content, in hexadecimal
    content: str  # base64 of safetensors

    @classmethod
    def of(cls, epoch: int, content: bytes) -> Checkpoint:
        """The event for ``content``."""
        digest = hashlib.sha256(content).hexdigest()
        return cls(epoch=epoch, sha256=digest, content=base64.b64encode(content).decode())

    def bytes(self) -> bytes:
        """The file's content."""
        return base64.b64decode(self.content)


class Artifact(Message):
    """A file that the training leaves: weights, model.keras, model.tflite, signature, predictions."""

    type: Literal["artifact"] = "artifact"
    name: Literal["weights", "keras", "tflite", "signature", "predictions"]
    media_type: str
    sha256: str
    content: str  # base64

    @classmethod
    def of(cls, name: str, media_type: str, content: bytes) -> Artifact:
        """The event for ``content``."""
        digest = hashlib.sha256(content).hexdigest()
        encoded = base64.b64encode(content).decode()
        return cls.model_validate({"name": name, "media_type": media_type, "sha256": digest, "content": encoded})

    def bytes(self) -> bytes:
        """The file's content."""
        return base64.b64decode(self.content)


class Finished(Message):
    """The training is over; a run that diverged has finished too (it is data).

    Attributes:
        metrics: {"train": {"loss": …, "accuracy": …}, "test": {…}} as (1,)-arrays' floats; null where not finite,
            then named in ``non_finite`` as "train.loss": "nan".
        confusion_matrix: rows are true classes, columns predicted ones, of the test rows (the training rows where
            there is no split); rows whose output is not finite are in none; null for regression.
        decisions: {"train": …, "test": …} as :meth:`models.confusion.Confusion.decisions` has them; null for
            regression, and from trainings of earlier versions.
    """

    type: Literal["finished"] = "finished"
    stop_reason: Literal["completed", "diverged", "early_stopped"]
    epochs: int
    metrics: dict[str, dict[str, float | None]]
    non_finite: dict[str, str]
    confusion_matrix: list[list[int]] | None
    classes: list[Any] | None
    weights_digest: str
    receipt: dict[str, Any]
    decisions: dict[str, dict[str, Any]] | None = None


class Snapshot(Message):
    """Quantities of K networks at one moment.

    Attributes:
        quantities: name -> (K, L) float32, L the layers with kernels in order from the input.
        overall: name -> (K,) float64, quantities of the whole network; NaN also where one was not measured.
    """

    quantities: dict[str, Array]
    overall: dict[str, Array]


class SingleBatchFit(Message):
    """How far one network of a spec, with the spec's own seed, learned the rows of a single batch by heart.

    Attributes:
        rows: R, of the batch.
        conflicting: those of them whose features are another's, with a different target somewhere among these.
        attainable: whether rows with equal features leave a way to fit all: no network can tell them apart.
        rate: the learning rate of every step.
        losses: (S,) float32, the data loss of each step's own output, before the step; they end where the rows are
            fitted, or the loss is not finite.
        constant_loss: of the best constant prediction on these rows; null where it has no closed form.
        left: what the last step left of it, as a share; of the variance of the targets in squared errors where it is
            null and the targets are values; null where neither can be told.
        accuracy: of the last step's output; null for values.
        fitted: whether the rows are fitted; null where the targets are all alike, or the loss has no known scale.
    """

    rows: int
    conflicting: int
    attainable: bool
    rate: float
    losses: Array
    constant_loss: float | None
    left: float | None
    accuracy: float | None
    fitted: bool | None


class Preflighted(Message):
    """What K untrained networks of one spec do, before the first step and after a few.

    Attributes:
        seeds: K, of the weights; data, split and order of the rows are those of the spec's own seed.
        probe_rows: P, training rows on which it was measured.
        warm_up_steps: optimizer steps between the two moments.
        rate: the greatest learning rate of these steps.
        reduced: what is less, because the network is large: seeds, rows, curvature (this also where it does not exist).
        layers: the L layers with kernels.
        constant_loss: of the best constant prediction on the training rows; null where it has no closed form.
        single_batch: the test on one batch; null where it was not asked for.
        digest: of all the numbers.
        seconds: that it took.
    """

    type: Literal["preflighted"] = "preflighted"
    seeds: list[int]
    probe_rows: int
    warm_up_steps: int
    rate: float
    reduced: list[str]
    layers: list[str]
    before: Snapshot
    after: Snapshot
    constant_loss: float | None
    single_batch: SingleBatchFit | None
    digest: str
    versions: dict[str, str]
    seconds: float


class Failed(Message):
    """The request could not be done; ``title`` and ``detail`` are for the client."""

    type: Literal["failed"] = "failed"
    problem: str  # a slug: "data", "memory", "export", "internal", …
    title: str
    detail: str


class Ready(Message):
    """The child has imported its framework and waits for work."""

    type: Literal["ready"] = "ready"
    versions: dict[str, str]


Event = Annotated[
    Ready | Started | Epochs | Surface | Checkpoint | Artifact | Finished | Preflighted | Failed,
    Field(discriminator="type"),
]
event_adapter: TypeAdapter[Event] = TypeAdapter(Event)
