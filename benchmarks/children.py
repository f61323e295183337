"""Trainings through ``python -m models``, the program that the service talks to."""

from __future__ import annotations

import json
import os
import queue
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from benchmarks.networks import Document, crowd, document
from models.events import Event, Failed, Finished, Ready, event_adapter
from service.worker.child import ENVIRONMENT

CHILDREN = 2
SEEDS = 10
Wanted = TypeVar("Wanted", Ready, Finished)


class Child:
    """A process that trains one job after the other."""

    def __init__(self, threads: int, cache: Path) -> None:
        options = ["--threads", str(threads), "--cache-dir", str(cache)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "models", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=os.environ | ENVIRONMENT,
        )

    def until(self, kind: type[Wanted]) -> Wanted:
        """The next event of this kind."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            event = event_adapter.validate_json(line)
            if isinstance(event, kind):
                return event
            if isinstance(event, Failed):
                raise SystemExit(event.detail)
        raise SystemExit("a child ended")

    def train(self, job: Document) -> tuple[float, Finished]:
        """Train one job to its end; the seconds that it took, and how it ended."""
        start = time.perf_counter()
        self.ask(job)
        finished = self.until(Finished)
        return time.perf_counter() - start, finished

    def events(self, job: Document) -> Iterator[Event]:
        """Train one job and pass on all that the child says of it; the last one is how it ended, well or badly."""
        assert self.process.stdout is not None
        self.ask(job)
        for line in self.process.stdout:
            event = event_adapter.validate_json(line)
            yield event
            if isinstance(event, Finished | Failed):
                return
        raise SystemExit("a child ended")

    def ask(self, job: Document) -> None:
        """Hand a job to the child."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"spec": job}) + "\n")
        self.process.stdin.flush()


@contextmanager
def warm_children(count: int, threads: int) -> Iterator[list[Child]]:
    """Children that have imported their framework, with one new folder of compiled programs."""
    with tempfile.TemporaryDirectory() as folder:
        children = [Child(threads, Path(folder)) for _ in range(count)]
        try:
            for child in children:
                child.until(Ready)
            yield children
        finally:
            for child in children:
                child.process.kill()
                child.process.communicate()


def phases(trainings: Sequence[tuple[float, Finished]]) -> str:
    """Where the time of all of them went."""
    total: Counter[str] = Counter()
    for _, finished in trainings:
        total.update(finished.receipt["timings"])
    return "  ".join(f"{phase} {seconds / len(trainings):.3f}" for phase, seconds in total.items())


def many(count: int, epochs: int) -> None:
    """Networks of which no two have a shape in common, on two children with one thread each."""
    jobs = list(crowd(count, epochs))
    with warm_children(CHILDREN, 1) as children, ThreadPoolExecutor(CHILDREN) as pool:
        idle: queue.SimpleQueue[Child] = queue.SimpleQueue()
        for child in children:
            idle.put(child)

        def train(job: Document) -> tuple[float, Finished]:
            child = idle.get()
            try:
                return child.train(job)
            finally:
                idle.put(child)

        start = time.perf_counter()
        trainings = list(pool.map(train, jobs))
        total = time.perf_counter() - start
    each = [seconds for seconds, _ in trainings]
    print(
        f"{count} networks, {epochs} epochs, {CHILDREN} children: {total:.2f} s, {total / count:.3f} s a network; "
        f"one takes {min(each):.2f} to {max(each):.2f} s, median {statistics.median(each):.2f} s"
    )
    print(f"mean phases of one: {phases(trainings)}")


def replicates(threads: int, epochs: int | None) -> None:
    """Seeds of S2 back to back in a child that has trained it before."""
    job = document("S2", quick=False)
    job["training"]["epochs"] = epochs or job["training"]["epochs"]
    with warm_children(1, threads) as (child,):
        first, _ = child.train(job)
        start = time.perf_counter()
        trainings = [child.train(job | {"seed": seed}) for seed in range(1, SEEDS + 1)]
        total = time.perf_counter() - start
    each = sorted(seconds for seconds, _ in trainings)
    print(
        f"S2, {job['training']['epochs']} epochs: first {first:.2f} s, then {SEEDS} seeds in {total:.2f} s, "
        f"{total / SEEDS:.3f} s a seed ({each[0]:.3f} to {each[-1]:.3f} s)"
    )
    print(f"mean phases of one: {phases(trainings)}")
