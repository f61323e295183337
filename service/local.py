"""Trains or measures one spec in this process, without database or server (``clinic train``, ``clinic preflight``)."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Generator
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from models.diagnoses.judge import diagnose
from models.diagnoses.preflight import report
from models.events import Artifact, Epochs, Event, Failed, Finished, Preflighted, Started, event_adapter
from models.non_finite import finite_or_none
from models.record import Record
from models.specs.canonical import canonical
from models.specs.check import InvalidSpec, parse
from models.specs.job import TrainingJobSpec
from service.settings import Settings
from service.worker.parent_death import tied_to_parent

LOG_TAIL = 40  # lines of the training process's log that are shown where it fails
FILES = {
    "weights": "weights.safetensors",
    "keras": "model.keras",
    "tflite": "model.tflite",
    "signature": "signature.json",
    "predictions": "predictions.safetensors",
}


def train(document: Any, settings: Settings, output: Path | None) -> None:
    """Train ``document``, show the progress, and print how it ended as JSON.

    Args:
        document: a spec.
        settings: threads and the cache folder.
        output: where to write the files that the training leaves, None for nowhere.
    """
    spec = read(document)
    if output is not None:
        require_folder(output)
    record = Record(canonical(spec))
    files: list[Artifact] = []
    columns = (TextColumn("training"), BarColumn(), MofNCompleteColumn(), TextColumn("epochs"), TimeElapsedColumn())
    console = Console(stderr=True)
    with closing(events({"spec": document}, settings)) as said, Progress(*columns, console=console) as progress:
        task = progress.add_task("training", total=spec.training.epochs)
        for event in said:
            record.add(event)
            match event:
                case Started():
                    progress.update(task, total=event.epochs)
                case Epochs():
                    progress.advance(task, event.count)
                case Artifact():
                    files.append(event)
                case Failed():
                    progress.stop()
                    typer.echo(f"{event.title}: {event.detail}", err=True)
                    raise typer.Exit(1)
                case _:
                    pass
    finished = record.finished
    assert finished is not None  # else ``events`` has ended the command
    diagnosis = diagnose(record).model_dump(mode="json")
    summary = finished.model_dump(mode="json", exclude={"type", "receipt"}) | {"verdict": diagnosis["verdict"]}
    typer.echo(json.dumps(summary, indent=2))
    if output is not None:
        try:
            write(output, files, record, finished, diagnosis)
        except OSError as error:  # the disk is full by now
            typer.echo(f"{output}: its files cannot be written: {error.strerror}.", err=True)
            raise typer.Exit(1) from error


def preflight(document: Any, settings: Settings, *, single_batch: bool) -> None:
    """Measure the untrained networks of ``document``, and print what the service would answer as JSON.

    Args:
        document: a spec.
        settings: threads and the cache folder.
        single_batch: whether one of them is tried on a single batch.
    """
    spec = read(document)
    with closing(events({"preflight": document, "single_batch": single_batch}, settings)) as said:
        for event in said:
            match event:
                case Preflighted():
                    typer.echo(json.dumps(report(spec, event).model_dump(mode="json"), indent=2, ensure_ascii=False))
                case Failed():
                    typer.echo(f"{event.title}: {event.detail}", err=True)
                    raise typer.Exit(1)
                case _:
                    pass


def read(document: Any) -> TrainingJobSpec:
    """Parse the spec in a document; the command ends with what is wrong in it."""
    try:
        return parse(document)
    except InvalidSpec as error:
        for problem in error.errors:
            typer.echo(f"{problem.pointer or '/'}: {problem.detail}", err=True)
        raise typer.Exit(1) from error


def require_folder(folder: Path) -> None:
    """Make the folder for what a training leaves; the command ends, before it trains, where that cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        typer.echo(f"{folder}: nothing can be written there: {error.strerror}.", err=True)
        raise typer.Exit(1) from error


def events(request: dict[str, Any], settings: Settings) -> Generator[Event, None, None]:
    """Yield the events with which ``python -m models`` answers one request.

    Where it ends without a result, the command ends with the last lines of its log. Nothing of that is printed else:
    TensorFlow writes much about itself. A terminal's Ctrl-C is for this process, which then ends that one.
    """
    command = [sys.executable, "-m", "models", "--threads", str(settings.threads)]
    command += ["--cache-dir", str(settings.cache_dir)]
    with (
        TemporaryFile("w+", encoding="utf-8", errors="replace") as log,
        subprocess.Popen(
            tied_to_parent(signal.SIGKILL, 0, *command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        ) as child,
    ):
        assert child.stdin is not None
        assert child.stdout is not None
        ended = False
        try:
            with suppress(BrokenPipeError):  # it has ended, as its log says
                child.stdin.write(json.dumps(request) + "\n")
            with suppress(BrokenPipeError):
                child.stdin.close()
            for line in child.stdout:
                event = event_adapter.validate_json(line)
                ended = isinstance(event, Finished | Failed | Preflighted)
                yield event
        finally:
            if not ended:
                child.kill()
        if not ended:
            log.seek(0)
            tail = "".join(deque(log, maxlen=LOG_TAIL))
            typer.echo(f"{tail}The process that trains ended without a result; above is the end of its log.", err=True)
            raise typer.Exit(1)


def write(folder: Path, files: list[Artifact], record: Record, finished: Finished, diagnosis: dict[str, Any]) -> None:
    """Write the training's files into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        (folder / FILES[file.name]).write_bytes(file.bytes())
    history = {name: [finite_or_none(value) for value in column.tolist()] for name, column in record.history.items()}
    for name, content in (("history", history), ("receipt", finished.receipt), ("diagnosis", diagnosis)):
        (folder / f"{name}.json").write_text(json.dumps(content, indent=2), encoding="utf-8")
