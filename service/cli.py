"""The command ``clinic``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from models.frameworks import missing
from service.keys.command import app as keys
from service.settings import Settings
from service.version import version

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Train dense Keras networks and see what their gradients do."
)
app.add_typer(keys, name="keys")

Url = Annotated[str | None, typer.Option(help="Database; default CLINIC_DATABASE_URL, else ./clinic.db.")]
Host = Annotated[str | None, typer.Option(help="Address to listen on; default 127.0.0.1.")]
Port = Annotated[int | None, typer.Option(help="Port to listen on, 0 for a free one; default 8000.")]
Slots = Annotated[int | None, typer.Option(help="Trainings at the same time; default one a core.")]
SpecFile = Annotated[Path, typer.Argument(help="A spec as POST /api/v1/jobs takes it; - for standard input.")]


def show_version(wanted: bool) -> None:
    """Print name and version and end, where that is asked for."""
    if wanted:
        typer.echo(f"gradient-clinic {version()}")
        raise typer.Exit


@app.callback()
def options(
    _version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Take the options that stand before a command."""


def require_frameworks() -> None:
    """Go on only where networks can be trained; else the command ends and says what to install."""
    if (reason := missing()) is not None:
        typer.echo(reason, err=True)
        raise typer.Exit(1)


def settings(**given: Any) -> Settings:
    """The settings of the environment with the command line's options over them."""
    return Settings(**{name: value for name, value in given.items() if value is not None})


def with_database(**given: Any) -> Settings:
    """Those settings, for a command that keeps a database; it ends with the reason where the file cannot be there."""
    from service.database.filesystem import SharedFileSystem, require_own_machine

    chosen = settings(**given)
    try:
        require_own_machine(chosen.database_url)
    except SharedFileSystem as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    return chosen


def read(path: Path) -> Any:
    """The JSON document in a file."""
    try:
        text = typer.get_text_stream("stdin").read() if str(path) == "-" else path.read_text(encoding="utf-8")
        return json.loads(text)
    except (OSError, ValueError) as error:
        raise typer.BadParameter(f"{path}: {error}") from error


def bind(chosen: Settings) -> Any:
    """The listening socket, or the command ends with the reason."""
    from service.processes import listen

    try:
        return listen(chosen)
    except OSError as error:
        typer.echo(f"cannot listen on {chosen.host}:{chosen.port}: {error}", err=True)
        raise typer.Exit(1) from error


def guard(chosen: Settings) -> None:
    """Go on only where callers are known, or all on this machine; else the command ends with the reason."""
    from service.processes import UnguardedError, require_keys

    try:
        require_keys(chosen)
    except UnguardedError as error:
        typer.echo(f"will not listen on {chosen.host}:{chosen.port}: {error}", err=True)
        raise typer.Exit(1) from error


def prepare(chosen: Settings) -> None:
    """Bring the database up to date; the command ends with the reason where the given key is none."""
    from service.errors import Invalid
    from service.processes import prepare as bring

    try:
        bring(chosen)
    except Invalid as error:
        typer.echo(error.detail, err=True)
        raise typer.Exit(1) from error


@app.command()
def serve(database_url: Url = None, host: Host = None, port: Port = None, slots: Slots = None) -> None:
    """Run the whole service here: the API, and an agent that trains."""
    from service.processes import agent, run_api

    require_frameworks()
    chosen = with_database(database_url=database_url, host=host, port=port, slots=slots)
    with bind(chosen) as listener:
        prepare(chosen)
        guard(chosen)
        name, number = listener.getsockname()[:2]
        typer.echo(f"Gradient Clinic: http://{name}:{number}/  (contract: /docs)")
        with agent(chosen):
            run_api(chosen, listener)


@app.command()
def api(database_url: Url = None, host: Host = None, port: Port = None) -> None:
    """Run an API process alone; the database must be migrated."""
    from service.processes import run_api

    chosen = with_database(database_url=database_url, host=host, port=port)
    guard(chosen)
    run_api(chosen, bind(chosen))


@app.command()
def worker(database_url: Url = None, slots: Slots = None) -> None:
    """Run an agent alone: it takes queued jobs and trains them."""
    from service.worker.signals import stop_on_signal

    require_frameworks()
    chosen = with_database(database_url=database_url, slots=slots)
    stopping = stop_on_signal()
    from service.worker.agent import run

    run(chosen, stopping)


@app.command()
def migrate(database_url: Url = None) -> None:
    """Bring the database to the schema of this version, and make sure of the key in CLINIC_OPERATOR_KEY."""
    prepare(with_database(database_url=database_url))
    typer.echo("The database is up to date.")


@app.command()
def check(spec: SpecFile) -> None:
    """Check a spec without training it: errors, warnings, size and cost."""
    from models.diagnoses.spec_check import check_spec

    report = check_spec(read(spec))
    typer.echo(json.dumps(report.model_dump(mode="json"), indent=2, ensure_ascii=False))
    if not report.valid:
        raise typer.Exit(1)


@app.command()
def preflight(
    spec: SpecFile,
    single_batch: Annotated[
        bool, typer.Option("--single-batch", help="Also try whether a network can learn a single batch by heart.")
    ] = False,
) -> None:
    """Measure a spec's untrained networks over random starts, and print what they will do."""
    from service.local import preflight as run

    require_frameworks()
    run(read(spec), settings(), single_batch=single_batch)


@app.command()
def train(
    spec: SpecFile,
    output: Annotated[Path | None, typer.Option(help="Folder for weights, model and record.")] = None,
) -> None:
    """Train a spec here and now, without a service."""
    from service.local import train as run

    require_frameworks()
    run(read(spec), settings(), output)


@app.command()
def demo(
    database_url: Url = None,
    port: Port = None,
    once: Annotated[bool, typer.Option("--once", help="End the service when the comparison is printed.")] = False,
) -> None:
    """Train the course notebook's four networks through the API and compare them."""
    from service.demo import run

    require_frameworks()
    # It calls the service itself, and has no key.
    run(with_database(database_url=database_url, host="127.0.0.1", port=port), port is None, once)
