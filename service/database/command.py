"""Defines ``clinic backup`` and ``clinic restore``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from service.environment import read

Url = Annotated[str | None, typer.Option(help="Database; default CLINIC_DATABASE_URL, else ./clinic.db.")]


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not exist yet.")], database_url: Url = None
) -> None:
    """Copy the whole database into a file, as it is at one moment; a service may use it meanwhile."""
    from service.database.backup import back_up

    revision = back_up(read(database_url=database_url), file)
    typer.echo(f"{file}: {file.stat().st_size} bytes, schema revision {revision}.")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `clinic backup` has written.")],
    database_url: Url = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a database that is not empty.")] = False,
) -> None:
    """Make the database what it was when a backup was made; no service may use it meanwhile."""
    from service.database.backup import restore as bring_back
    from service.database.session import newest_revision

    revision = bring_back(read(database_url=database_url), file, force=force)
    older = "" if revision == newest_revision() else "; `clinic migrate` brings it to this version's"
    typer.echo(f"The database is that of {file}, schema revision {revision}{older}.")
