"""Trains or measures one spec in this process, without database or server (``clinic train``, ``clinic preflight``)."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
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
    record = Record(canonical(spec))
    files: list[Artifact] = []
    columns = (TextColumn("training"), BarColumn(), MofNCompleteColumn(), TextColumn("epochs"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("training", total=spec.training.epochs)
        for event in events({"spec": document}, settings):
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
    if finished is None:
        typer.echo("The training process ended without a result; its messages are above.", err=True)
        raise typer.Exit(1)
    diagnosis = diagnose(record).model_dump(mode="json")
    if output is not None:
        write(output, files, record, finished, diagnosis)
    summary = finished.model_dump(mode="json", exclude={"type", "receipt"}) | {"verdict": diagnosis["verdict"]}
    typer.echo(json.dumps(summary, indent=2))


def preflight(document: Any, settings: Settings, *, single_batch: bool) -> None:
    """Measure the untrained networks of ``document``, and print what the service would answer as JSON.

    Args:
        document: a spec.
        settings: threads and the cache folder.
        single_batch: whether one of them is tried on a single batch.
    """
    spec = read(document)
    for event in events({"preflight": document, "single_batch": single_batch}, settings):
        match event:
            case Preflighted():
                typer.echo(json.dumps(report(spec, event).model_dump(mode="json"), indent=2, ensure_ascii=False))
                return
            case Failed():
                typer.echo(f"{event.title}: {event.detail}", err=True)
                raise typer.Exit(1)
            case _:
                pass
    typer.echo("The process ended without a result; its messages are above.", err=True)
    raise typer.Exit(1)


def read(document: Any) -> TrainingJobSpec:
    """Parse the spec in a document; the command ends with what is wrong in it."""
    try:
        return parse(document)
    except InvalidSpec as error:
        for problem in error.errors:
            typer.echo(f"{problem.pointer or '/'}: {problem.detail}", err=True)
        raise typer.Exit(1) from error


def events(request: dict[str, Any], settings: Settings) -> Iterator[Event]:
    """Yield the events with which ``python -m models`` answers one request."""
    command = [sys.executable, "-m", "models", "--threads", str(settings.threads)]
    command += ["--cache-dir", str(settings.cache_dir)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(json.dumps(request) + "\n")
        child.stdin.close()
        for line in child.stdout:
            yield event_adapter.validate_json(line)


def write(folder: Path, files: list[Artifact], record: Record, finished: Finished, diagnosis: dict[str, Any]) -> None:
    """Write the training's files into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        (folder / FILES[file.name]).write_bytes(file.bytes())
    history = {name: [finite_or_none(value) for value in column.tolist()] for name, column in record.history.items()}
    for name, content in (("history", history), ("receipt", finished.receipt), ("diagnosis", diagnosis)):
        (folder / f"{name}.json").write_text(json.dumps(content, indent=2), encoding="utf-8")
