"""Runs ``clinic demo``: trains the course notebook's four networks through the API and compares them in a table."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import typer
import uvicorn
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from service.errors import Invalid
from service.http.connections import BoundedConnection
from service.processes import GRACE, agent, listen, prepare
from service.settings import Settings
from service.telemetry import logs

NETWORKS = {
    "S1": "shallow tanh",
    "S2": "deep tanh",
    "S3": "deep ReLU",
    "S4": "deep SELU",
}
POLL = 0.1  # seconds between two looks at the jobs


def run(settings: Settings, any_port: bool, once: bool) -> None:
    """Start the service, train, compare, and leave the service running unless ``once``."""
    console = Console()
    started = time.monotonic()
    if "log_level" not in settings.model_fields_set:  # here people read, and wait for the table
        settings = settings.model_copy(update={"log_level": "warning"})
    with (
        logs.native_output_logged(),
        service(settings, any_port) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        console.print(f"Gradient Clinic runs at {address}")
        jobs = train(client, console)
        compare(client, console, jobs)
        console.print(f"Four networks in {time.monotonic() - started:.0f} s.")
        if once:
            return
        hashes = ",".join(job["id"] for job in jobs.values())
        # A link that is broken into lines cannot be followed.
        console.print(f"See them learn: {address}/#/compare/{hashes}", soft_wrap=True)
        console.print("The service goes on; Ctrl-C ends it.")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            console.print("Ending.")


@contextmanager
def service(settings: Settings, any_port: bool) -> Iterator[str]:
    """Run a service and yield its address; where its usual port is taken, and any will do, on a free one."""
    from service.app import create_app

    logs.configure(settings)
    try:
        prepare(settings)
    except Invalid as error:
        typer.echo(error.detail, err=True)
        raise typer.Exit(1) from error
    try:
        listener = listen(settings)
    except OSError as error:
        if not any_port:
            typer.echo(f"cannot listen on {settings.host}:{settings.port}: {error}", err=True)
            raise typer.Exit(1) from error
        settings = settings.model_copy(update={"port": 0})
        listener = listen(settings)
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(settings),
            http=BoundedConnection,
            log_config=None,
            log_level="warning",
            timeout_graceful_shutdown=GRACE,
        )
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="api")
    host, port = listener.getsockname()[:2]
    with agent(settings):
        thread.start()
        try:
            yield f"http://{host}:{port}"
        finally:
            server.should_exit = True
            thread.join()


def train(client: httpx.Client, console: Console) -> dict[str, dict[str, Any]]:
    """Train the four networks; return the finished jobs by preset."""
    jobs: dict[str, dict[str, Any]] = {}
    for preset in NETWORKS:
        spec = answer(client.get(f"/api/v1/presets/{preset}"))["spec"]
        jobs[preset] = answer(client.post("/api/v1/jobs", json=spec))
    columns = (
        TextColumn("{task.description:16}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("epochs"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        tasks = {
            preset: progress.add_task(f"{preset} {title}", total=jobs[preset]["progress"]["epochs"], start=False)
            for preset, title in NETWORKS.items()
        }
        waiting = set(NETWORKS)
        while waiting:
            for preset in sorted(waiting):
                job = jobs[preset] = answer(client.get(f"/api/v1/jobs/{jobs[preset]['id']}"))
                if job["status"] != "queued":
                    progress.start_task(tasks[preset])
                progress.update(tasks[preset], completed=job["progress"]["epoch"])
                if job["status"] in {"failed", "cancelled"}:
                    console.print(job["error"])
                    raise typer.Exit(1)
                if job["status"] == "succeeded":
                    progress.stop_task(tasks[preset])
                    waiting.discard(preset)
            time.sleep(POLL)
    return jobs


def compare(client: httpx.Client, console: Console, jobs: dict[str, dict[str, Any]]) -> None:
    """Print the networks beside each other."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), collapse_padding=True, pad_edge=False)
    table.add_column("network", no_wrap=True)
    for heading in ("train", "test", "∇ first", "∇ last", "ratio"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for preset, job in jobs.items():
        trace = answer(client.get(f"/api/v1/jobs/{job['id']}/gradients", params={"quantities": "gradient_norm"}))
        first, last = untrained(trace, 0), untrained(trace, -1)
        metrics = job["result"]["metrics"]
        table.add_row(
            f"{preset} {NETWORKS[preset]}",
            f"{metrics['train']['accuracy']:.3f}",
            f"{metrics['test']['accuracy']:.3f}",
            f"{first:.4f}",
            f"{last:.4f}",
            f"{first / last:.3f}",
            job["result"]["verdict"],
        )
    console.print(table)
    console.print("∇: norm of the gradient of the first and the last layer's kernel, before training.")


def untrained(trace: dict[str, Any], layer: int) -> float:
    """The gradient norm of a layer before training."""
    return float(trace["quantities"]["gradient_norm"][0][layer])


def answer(response: httpx.Response) -> dict[str, Any]:
    """The document of a response; a problem ends the command with its detail."""
    document: dict[str, Any] = response.json()
    if response.is_error:
        typer.echo(f"{document['title']}: {document['detail']}", err=True)
        raise typer.Exit(1)
    return document
