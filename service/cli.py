"""Defines the command ``clinic``."""

from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from models.frameworks import missing
from service import environment
from service.database import command as database
from service.environment import WrongSettings
from service.keys.command import app as keys
from service.settings import Settings
from service.telemetry import logs
from service.version import version

logger = logging.getLogger(__name__)
LARGEST_SPEC = 32 * 2**20  # bytes, as many as a request may have
USAGE = 2  # the exit code where the command itself is wrong; everything else that fails ends with 1
EPILOG = "Settings are environment variables, options come before them; `clinic settings` explains them:\n\n" + (
    ", ".join(map(environment.variable, Settings.model_fields))
)


class Commands(TyperGroup):
    """The commands; what a user can cure ends each of them with a sentence instead of a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the chosen command."""
        try:
            return super().invoke(ctx)
        except WrongSettings as error:
            raise end(str(error), USAGE if error.usage else 1) from error
        except Exception as error:
            if "sqlalchemy" not in sys.modules:
                raise
            from service.database.usability import sentence

            if (reason := sentence(error)) is None:
                raise
            raise end(reason) from error


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Train dense Keras networks and see what their gradients do.",
)
app.add_typer(keys, name="keys")
app.command()(database.backup)
app.command()(database.restore)

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


def end(reason: str, code: int = 1) -> typer.Exit:
    """Say why the command ends; the caller raises what this returns."""
    logs.complain(reason)
    return typer.Exit(code)


def require_frameworks() -> None:
    """Go on only where networks can be trained; else the command ends and says what to install."""
    if (reason := missing()) is not None:
        raise end(reason)


def settings(**given: Any) -> Settings:
    """The settings of the environment with the command line's options over them; what is no setting is named."""
    chosen = environment.read(**given)
    unknown = environment.unknown_variables(os.environ)
    if chosen.log_format == "json":
        logs.configure(chosen)
    for warning in unknown:
        if chosen.log_format == "json":
            logger.warning("%s", warning)
        else:
            typer.echo(f"Warning: {warning}", err=True)
    return chosen


def with_cache(chosen: Settings) -> Settings:
    """Those settings, where the folder of compiled programs can be made; else the command ends with the reason."""
    try:
        chosen.cache_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        name = environment.variable("cache_dir")
        reason = f"{name}: received {str(chosen.cache_dir)!r}, expected a folder that can be written: {error.strerror}."
        raise end(reason) from error
    return chosen


def place(chosen: Settings) -> Settings:
    """Those settings, where the database may be at their address; else the command ends with the reason."""
    from service.database.usability import require_place

    require_place(chosen.database_url)
    return chosen


def read(path: Path) -> Any:
    """The JSON document in a file, which is no larger than a request may be; the command ends where it is none."""
    try:
        with sys.stdin.buffer if str(path) == "-" else path.open("rb") as file:
            content = file.read(LARGEST_SPEC + 1)
        if len(content) > LARGEST_SPEC:
            raise end(f"{path}: a spec has at most {LARGEST_SPEC // 2**20} MiB.", USAGE)
        return json.loads(content.decode("utf-8"))
    except OSError as error:
        raise end(f"{path}: the file cannot be read: {error.strerror}.", USAGE) from error
    except UnicodeDecodeError as error:
        raise end(f"{path}: it is not UTF-8: byte {error.start} cannot be decoded.", USAGE) from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise end(f"{path}: it is not JSON: {error.msg} at {where}.", USAGE) from error
    except RecursionError as error:
        raise end(f"{path}: it is nested too deep.", USAGE) from error
    except ValueError as error:  # Python refuses integers of thousands of digits
        raise end(f"{path}: it holds a number that cannot be read: {error}.", USAGE) from error


def bind(chosen: Settings) -> Any:
    """The listening socket, or the command ends with the reason."""
    from service.processes import listen

    try:
        return listen(chosen)
    except OSError as error:
        raise end(f"cannot listen on {chosen.host}:{chosen.port}: {error}") from error


def guard(chosen: Settings) -> None:
    """Go on only where callers are known, or all on this machine; else the command ends with the reason."""
    from service.processes import UnguardedError, require_keys

    try:
        require_keys(chosen)
    except UnguardedError as error:
        raise end(f"will not listen on {chosen.host}:{chosen.port}: {error}") from error


def prepare(chosen: Settings) -> None:
    """Bring the database up to date; the command ends with the reason where the given key is none."""
    from service.errors import Invalid
    from service.processes import prepare as bring

    try:
        bring(chosen)
    except Invalid as error:
        raise end(error.detail) from error


@app.command(epilog=EPILOG)
def serve(database_url: Url = None, host: Host = None, port: Port = None, slots: Slots = None) -> None:
    """Run the whole service here: the API, and an agent that trains."""
    from service.processes import agent, run_api

    require_frameworks()
    chosen = with_cache(place(settings(database_url=database_url, host=host, port=port, slots=slots)))
    with bind(chosen) as listener:
        prepare(chosen)
        guard(chosen)
        name, number = listener.getsockname()[:2]
        banner = f"Gradient Clinic: http://{name}:{number}/  (contract: /docs)"
        if chosen.log_format == "json":
            logger.info("%s", banner)
        else:
            typer.echo(banner)
        with agent(chosen):
            run_api(chosen, listener)


@app.command(epilog=EPILOG)
def api(database_url: Url = None, host: Host = None, port: Port = None) -> None:
    """Run an API process alone; the database must be migrated."""
    from service.database.usability import require_schema
    from service.processes import run_api

    chosen = settings(database_url=database_url, host=host, port=port)
    require_schema(chosen, now=False)
    guard(chosen)
    run_api(chosen, bind(chosen))


@app.command(epilog=EPILOG)
def worker(database_url: Url = None, slots: Slots = None) -> None:
    """Run an agent alone: it takes queued jobs and trains them."""
    from service.database.usability import require_schema
    from service.worker.signals import stop_on_signal

    require_frameworks()
    chosen = settings(database_url=database_url, slots=slots)
    require_schema(chosen, now=False)
    with_cache(chosen)
    stopping = stop_on_signal()  # from now on the agent, not the command, answers Ctrl-C
    from service.worker.agent import run

    run(chosen, stopping)


@app.command(epilog=EPILOG)
def migrate(database_url: Url = None) -> None:
    """Bring the database to the schema of this version, and make sure of the key in CLINIC_OPERATOR_KEY."""
    prepare(place(settings(database_url=database_url)))
    typer.echo("The database is up to date.")


@app.command(name="settings")
def show_settings() -> None:
    """List all settings: the environment variable of each, its value now, what it takes and what it is for."""
    for each in environment.described(settings()):
        typer.echo(f"{each.variable}={each.value}\n    {each.description}\n    Takes {each.expected}.")


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
    run(read(spec), with_cache(settings()), single_batch=single_batch)


@app.command()
def train(
    spec: SpecFile,
    output: Annotated[Path | None, typer.Option(help="Folder for weights, model and record.")] = None,
) -> None:
    """Train a spec here and now, without a service."""
    from service.local import train as run

    require_frameworks()
    run(read(spec), with_cache(settings()), output)


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
    run(with_cache(place(settings(database_url=database_url, host="127.0.0.1", port=port))), port is None, once)
