"""Our compiled trainer: everything from a spec to the files that a training leaves, and every event written out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.peers.task import Outcome, Task, Train
from models.specs import limits


def start(threads: int, folder: Path) -> dict[str, Train]:
    """The trainer with an empty folder of compiled programs; ``unrecorded`` measures no gradients."""
    from models.engine.startup import prepare

    prepare(threads, folder / "programs")
    from models.engine.training import Trainer

    trainer = Trainer()

    def train(task: Task, seed: int) -> Outcome:
        return run(trainer, task, {"seed": seed})

    def unrecorded(task: Task, seed: int) -> Outcome:
        watch = task.spec.diagnostics.model_dump() | {"every": limits.MAX_EPOCHS}
        return run(trainer, task, {"seed": seed, "diagnostics": watch})

    return {"": train, "unrecorded": unrecorded}


def run(trainer: Any, task: Task, changes: dict[str, Any]) -> Outcome:
    """Train as a child of the service does, from the document to the last event's text."""
    from models.events import Finished
    from models.specs.check import parse

    document = task.spec.model_dump(mode="json") | changes
    for event in trainer.train(parse(document)):
        event.model_dump_json()
        if isinstance(event, Finished):
            accuracy = event.metrics["test" if "test" in event.metrics else "train"]["accuracy"]
            assert accuracy is not None
            return Outcome(accuracy, event.epochs, phases=event.receipt["timings"])
    raise AssertionError("a training ends with finished")
