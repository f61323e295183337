"""Runs ``clinic keys``: makes, lists and revokes keys in the database, without a service and without a key.

Whoever can write the database can do all this anyway; so nobody is locked out for good.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from service.environment import read
from service.http.scopes import LOCAL, Scope
from service.telemetry.logs import complain

app = typer.Typer(no_args_is_help=True, help="Make, list and revoke the keys by which callers are known.")

Url = Annotated[str | None, typer.Option(help="Database; default CLINIC_DATABASE_URL, else ./clinic.db.")]
KeyId = Annotated[str | None, typer.Argument(help="The key's id, as `clinic keys list` shows it.")]
TIME = "%Y-%m-%d %H:%M"


@app.command()
def create(
    scope: Annotated[Scope, typer.Option(help="What it is for.")],
    database_url: Url = None,
    name: Annotated[str | None, typer.Option(help="For people.")] = None,
    owner: Annotated[
        str | None, typer.Option(help="Whose rows its caller sees: default local for an operator, new for a teacher.")
    ] = None,
    teacher: Annotated[
        str | None, typer.Option(help="A student's key: owner of the assignments; default local.")
    ] = None,
    author: Annotated[
        str | None, typer.Option(help="A student's key: the name under which it submits; default --name.")
    ] = None,
    days: Annotated[
        float | None, typer.Option(min=0, max=36_500, help="How long it opens anything; default for ever.")
    ] = None,
) -> None:
    """Make a key, and print its secret: it is shown this once.

    The first key ends the time in which every caller on this machine is an operator.
    """
    from pydantic import ValidationError

    from service.errors import Invalid
    from service.keys import operations
    from service.keys.schemas import KeyRequest

    expires = None if days is None else datetime.now(UTC) + timedelta(days=days)
    try:
        request = KeyRequest(scope=scope, name=name, owner=owner, teacher=teacher, author=author, expires_at=expires)
        with _writing(database_url) as session:
            row, secret = operations.create(session, LOCAL, request)
    except ValidationError as error:
        raise _end("; ".join(f"--{entry['loc'][0]}: {entry['msg']}" for entry in error.errors())) from error
    except Invalid as error:
        raise _end(
            "; ".join(f"--{violation.pointer[1:]}: {violation.detail}" for violation in error.violations)
        ) from error
    # The secret alone on the standard output: KEY=$(clinic keys create …).
    typer.echo(f"{row.id}: scope {row.scope}, owner {row.owner}. Its secret, which nobody can look up again:", err=True)
    typer.echo(secret)


@app.command(name="list")
def show(database_url: Url = None) -> None:
    """List all keys, the revoked ones too, the oldest first."""
    from service.keys.queries import everything

    with _reading(database_url) as session:
        rows = [] if session is None else everything(session)
    for row in rows:
        members: dict[str, Any] = {"owner": row.owner, "author": row.author, "name": row.name}
        times = {
            "made": row.created_at,
            "used": row.last_used_at,
            "expires": row.expires_at,
            "revoked": row.revoked_at,
        }
        members |= {word: None if time is None else time.strftime(TIME) for word, time in times.items()}
        line = "  ".join(f"{word} {text}" for word, text in members.items() if text is not None)
        typer.echo(f"{row.id}  {row.prefix}…  {row.scope:8}  {line}")
    if not rows:
        typer.echo("There is no key: every caller on this machine is an operator.", err=True)


@app.command()
def revoke(
    key_id: KeyId = None,
    database_url: Url = None,
    everyone: Annotated[
        bool,
        typer.Option("--all", help="Delete every key: callers on this machine are asked for none again."),
    ] = False,
) -> None:
    """Let a key open nothing any longer; running services see it within a second."""
    from service.errors import NotFound
    from service.keys import operations
    from service.keys.queries import find

    if (key_id is None) != everyone:
        raise typer.BadParameter("name one key, or say --all")
    with _writing(database_url, make=False) as session:
        if key_id is None:
            typer.echo(f"{operations.delete_all(session)} keys deleted.", err=True)
            return
        try:
            operations.revoke(find(session, LOCAL, key_id, lock=True))
        except NotFound as error:
            raise _end(error.detail) from error
    typer.echo(f"{key_id} opens nothing any longer.", err=True)


@contextmanager
def _reading(url: str | None) -> Iterator[Any]:
    """Open a session that only reads; None where there is no database, which is not made."""
    from service.database.session import create_engine, reading
    from service.database.usability import NoDatabase, require_schema

    settings = read(database_url=url)
    try:
        require_schema(settings, now=True)
    except NoDatabase as error:
        typer.echo(str(error), err=True)
        yield None
        return
    engine = create_engine(settings)
    try:
        with reading(engine) as session:
            yield session
    finally:
        engine.dispose()


@contextmanager
def _writing(url: str | None, *, make: bool = True) -> Iterator[Any]:
    """Open a session on the database; one of another version ends the command.

    Args:
        url: the database's address, None for that of the environment.
        make: whether a database that is not there yet is made, with its tables.
    """
    from service.database.session import create_engine, migrate, writing
    from service.database.usability import NoDatabase, require_schema

    settings = read(database_url=url)
    try:
        require_schema(settings, now=True)
    except NoDatabase:
        if not make:
            raise
        migrate(settings.database_url)
    engine = create_engine(settings)
    try:
        with writing(engine) as session:
            yield session
    finally:
        engine.dispose()


def _end(reason: str) -> typer.Exit:
    complain(reason)
    return typer.Exit(1)
