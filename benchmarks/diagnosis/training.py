"""Trains cases in children and keeps their records in a folder, so that a stopped run goes on where it was.

A record is what the child said, without the files and pictures: the diagnoses can judge it again at any time.
"""

from __future__ import annotations

import gzip
import queue
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks.children import Child, warm_children
from benchmarks.diagnosis.case import Case
from models.events import Artifact, Checkpoint, Failed, Ready, Surface, event_adapter
from models.record import Record
from models.specs.canonical import canonical
from models.specs.check import parse

LEFT_OUT = (Artifact, Checkpoint, Ready, Surface)


class Trainings:
    """Records of trainings, trained where they are missing; the children end with the context.

    Attributes:
        folder: one compressed file of JSON lines for each training.
        workers: children that train at the same time.
    """

    def __init__(self, folder: Path, workers: int) -> None:
        self.folder, self.workers = folder, workers
        self.children: queue.SimpleQueue[Child] = queue.SimpleQueue()
        self.stack = ExitStack()
        folder.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Self:
        """Nothing is started before there is work."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the children."""
        self.stack.close()

    def path(self, case: Case) -> Path:
        """Where the record of a case is kept."""
        return self.folder / f"{case.key}.jsonl.gz"

    def train(self, cases: Sequence[Case]) -> None:
        """Train those of the cases that have no record yet, and say how long each took."""
        missing = list({case.key: case for case in cases if not self.path(case).exists()}.values())
        if missing and self.children.empty():
            for child in self.stack.enter_context(warm_children(self.workers, 1)):
                self.children.put(child)
        with ThreadPoolExecutor(self.workers) as pool:
            running = {pool.submit(self._one, case): case for case in missing}
            for number, done in enumerate(as_completed(running), 1):
                print(f"  {number}/{len(missing)} {running[done].name} {done.result():.1f} s", flush=True)

    def _one(self, case: Case) -> float:
        """Train a case and keep its record; the seconds that it took.

        The file appears under its name only when it is whole.
        """
        child, start = self.children.get(), time.perf_counter()
        partial = self.path(case).with_suffix(".partial")
        try:
            with gzip.open(partial, "wt", encoding="utf-8") as file:
                for event in child.events(case.document):
                    if isinstance(event, Failed):
                        raise SystemExit(f"{case.name}: {event.title}: {event.detail}")
                    if not isinstance(event, LEFT_OUT):
                        file.write(event.model_dump_json() + "\n")
        finally:
            self.children.put(child)
        partial.rename(self.path(case))
        return time.perf_counter() - start

    def record(self, case: Case) -> Record:
        """The record of a case that was trained."""
        record = Record(canonical(parse(case.document)))
        with gzip.open(self.path(case), "rt", encoding="utf-8") as file:
            for line in file:
                record.add(event_adapter.validate_json(line))
        return record
