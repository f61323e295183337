"""Trains a network, from spec to weights, as a generator of events."""

from __future__ import annotations

import gc
import logging
from collections import OrderedDict
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from models.engine.checkpoint import Cadence, Progress, Unusable, pack, resume
from models.engine.chunks import Chunks
from models.engine.data.dataset import Dataset, identity, load
from models.engine.data.rows import Rows, choose_probe, select
from models.engine.data.shuffles import Shuffles
from models.engine.finish import finish
from models.engine.phases import Phases
from models.engine.probe.surfaces import Surfaces, planned
from models.engine.program import Chunk, Program
from models.engine.recording import Recorder
from models.engine.step.shape_signature import shape_signature
from models.engine.stopping import Stopping
from models.events import Checkpoint, Event, Started
from models.specs import geometry
from models.specs.job import TrainingJobSpec

logger = logging.getLogger(__name__)

KEPT_PROGRAMS = 64
KEPT_BYTES = 2**28  # of the last job's rows
# XLA compiles a training that gains as much by it as compiling costs where a shape is trained twice.
COMPILING = 0.3  # seconds; 0.4 to 1.2 of them, once for all jobs of a shape
STEP_GAIN = 2e-4  # seconds that a step takes longer uncompiled
FLOP_GAIN = 6e-12  # seconds that an operation takes longer uncompiled where a training has several threads


class Trainer:
    """Trains specs one after the other and keeps the compiled programs of the last ones.

    Args:
        jit: whether XLA compiles programs; by default the trainings that are long enough to gain from it.
        checkpoint_seconds: the least time between two checkpoints of a training; 0: one after every chunk; None: none.
    """

    def __init__(self, checkpoint_seconds: float | None = None, *, jit: bool | None = None) -> None:
        self.programs: OrderedDict[str, Program] = OrderedDict()
        self.checkpoint_seconds = checkpoint_seconds
        self.jit = jit
        self.kept: tuple[str, Dataset] | None = None
        self.ahead = ThreadPoolExecutor(2, "ahead")
        self.reader = ThreadPoolExecutor(1, "reader")

    def train(self, spec: TrainingJobSpec, checkpoint: Checkpoint | None = None) -> Iterator[Event]:
        """Train ``spec``: ``started``, the untrained network's epoch 0, chunks of epochs, artifacts, ``finished``.

        With a ``checkpoint`` it goes on from there and says only what comes after it, if it can: ``started`` tells.

        Raises:
            DataError: the data cannot be made.
        """
        phases = Phases()
        with phases.measure("data"):
            dataset = self.load(spec)
            probe_rows = choose_probe(spec, dataset.train_rows)
            rows = select(spec, dataset, probe_rows)
        with phases.measure("build"):
            program, known = self.program(spec, rows)
            program.begin(spec)
        progress = Progress(Stopping.of(spec.training, program.model))
        if checkpoint is not None:
            try:
                resume(checkpoint, spec, program, progress)
            except Unusable as error:
                logger.warning("checkpoint of epoch %d: %s; the training starts anew", checkpoint.epoch, error)
        yield Started(
            epochs=spec.training.epochs,
            train_rows=dataset.train_rows,
            test_rows=dataset.test_rows,
            layers=[layer.name for layer in program.network.kernels],
            metrics=[*program.columns, "learning_rate"],
            epoch=progress.done,
        )
        recorder = Recorder(program, rows, self.reader, phases)
        snapshot = program.snapshot() if progress.done == 0 else None
        compiled = None if known else self.compile(program, rows, phases)
        if snapshot is not None:
            recorder.untrained(snapshot, at_once=compiled is not None)
        if compiled is not None:
            # What the files of all jobs of a shape have in common.
            with uncollected(), phases.measure("compile"):
                program.exporter.prepare()
                program.keras_file.prepare(spec)
        self.ahead.submit(dataset.look)
        if compiled is not None:
            yield from recorder.events(compiled)
            with phases.measure("compile"):
                compiled.result()
        surfaces = Surfaces(dataset)
        stop_reason = yield from self.learn(spec, program, rows, progress, snapshot, recorder, surfaces, phases)
        ending = list(finish(spec, dataset, program, probe_rows, stop_reason, progress.done, phases))
        yield from recorder.events()
        yield from ending

    def load(self, spec: TrainingJobSpec) -> Dataset:
        """The rows of ``spec``; those of the last job are kept if they are not many, for its other seeds.

        Raises:
            DataError: the data cannot be made.
        """
        key = identity(spec)
        if self.kept is not None and self.kept[0] == key:
            return self.kept[1]
        self.kept = None
        dataset = load(spec)
        if dataset.size <= KEPT_BYTES:
            self.kept = key, dataset
        return dataset

    def program(self, spec: TrainingJobSpec, rows: Rows) -> tuple[Program, bool]:
        """The compiled program for jobs of this shape, and whether it was there already."""
        # By the spec alone, never by what is compiled already: the same spec must give the same weights.
        jit = pays(spec) if self.jit is None else self.jit
        key = f"{jit} {shape_signature(spec, rows)}"
        known = key in self.programs
        if not known:
            self.programs[key] = Program(spec, rows, jit=jit)
            if len(self.programs) > KEPT_PROGRAMS:
                self.programs.popitem(last=False)
        self.programs.move_to_end(key)
        return self.programs[key], known

    def compile(self, program: Program, rows: Rows, phases: Phases) -> Future[None]:
        """Trace what a program runs, and begin to compile it.

        Tracing is Python's work, compiling is not: while the epochs are compiled, the probe is traced.
        """
        with uncollected(), phases.measure("trace"):
            program.trace_epochs(rows)
            compiled = self.ahead.submit(program.compile_epochs, rows)
            program.trace.prepare(rows.probe_x, rows.probe_y)
        return compiled

    def learn(
        self,
        spec: TrainingJobSpec,
        program: Program,
        rows: Rows,
        progress: Progress,
        snapshot: NDArray[np.float32] | None,
        recorder: Recorder,
        surfaces: Surfaces,
        phases: Phases,
    ) -> Generator[Event, None, str]:
        """Train chunk by chunk; returns why it ended.

        A chunk may run beyond the epoch at which the training had to stop, or had its best weights. The training is
        deterministic: going back to the chunk's start and repeating it up to that epoch gives exactly its weights.
        While a chunk is trained, the ones before it are read; the last may still be when this returns.
        """
        stopping, cadence, epochs = progress.stopping, Cadence(self.checkpoint_seconds), spec.training.epochs
        chunks = Chunks.of(spec, program.trace.states, program.capacity)
        shuffles = Shuffles(spec, rows.x.shape[0], progress.done)
        size = chunks.first(progress.done, program.pace)
        running = self.ahead.submit(run_ahead, program, rows, progress.done, shuffles.take(size))
        try:
            if snapshot is not None:
                recorder.add(*surfaces.draw(program.trace, snapshot, 0, [0]))
            while True:
                shuffles.prepare(chunks.most(program.pace))
                yield from recorder.events(running)
                with phases.measure("train"):
                    run = running.result()
                    taken = settle(run, program, rows, progress)
                done = progress.done = progress.done + taken
                over = done == epochs or stopping.reason is not None
                checkpoint = None
                if not over and cadence.due():
                    with phases.measure("save"):
                        clock = perf_counter()
                        checkpoint = pack(spec, program, progress)
                        cadence.made(perf_counter() - clock)
                if not over:
                    program.pace = run.seconds
                    following = shuffles.take(chunks.next(done, run.seconds))
                    running = self.ahead.submit(run_ahead, program, rows, done, following)
                recorder.chunk(run.chunk, run.done, taken)
                drawn = planned(run.done + 1, done, over=over)
                recorder.add(*surfaces.draw(program.trace, run.chunk.snapshots, run.done + 1, drawn))
                if checkpoint is not None:
                    recorder.add(checkpoint)
                if over:
                    break
        finally:
            wait([running])
        if progress.best is not None:
            program.restore(progress.best)
        program.finish()
        return stopping.reason or "completed"


@contextmanager
def uncollected() -> Iterator[None]:
    """A block without garbage collection: tracing makes many objects that stay, and looking at them takes a tenth."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@dataclass(frozen=True)
class Run:
    """A chunk that has been trained.

    Attributes:
        done: epochs before it.
        start: the program's state then.
        orders: (E, N) of the rows in its epochs.
        chunk: what it left.
        seconds: what an epoch of it took.
    """

    done: int
    start: list[Any]
    orders: NDArray[np.int32]
    chunk: Chunk
    seconds: float


def run_ahead(program: Program, rows: Rows, done: int, orders: NDArray[np.int32]) -> Run:
    """Train the next epochs, in these orders."""
    start, clock = program.state(), perf_counter()
    chunk = program.run(rows, orders, done + 1)
    return Run(done, start, orders, chunk, (perf_counter() - clock) / len(orders))


def settle(run: Run, program: Program, rows: Rows, progress: Progress) -> int:
    """How many epochs of a run count; the program and ``progress.best`` are then as after the last of them."""
    stopping = progress.stopping
    taken = stopping.read(program.columns, run.chunk.history, run.done)
    if taken < len(run.orders):
        program.restore(run.start)
        program.run(rows, run.orders[:taken], run.done + 1)
    if stopping.best is not None and stopping.best > run.done:
        end = program.state()
        program.restore(run.start)
        program.run(rows, run.orders[: stopping.best - run.done], run.done + 1)
        progress.best = program.state()
        program.restore(end)
    return taken


def pays(spec: TrainingJobSpec) -> bool:
    """Whether XLA is to compile a training: what it gains, estimated from measurements of both ways."""
    cost = geometry.cost(spec)
    several = tf.config.threading.get_intra_op_parallelism_threads() != 1
    return cost.steps * STEP_GAIN + (cost.flops * FLOP_GAIN if several else 0.0) >= COMPILING
