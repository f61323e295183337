"""FastAPI dependencies of all features: settings, engine, sessions, the caller and the required scope."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from service.database.session import reading, writing
from service.errors import Forbidden
from service.http.scopes import Caller, Scope
from service.settings import Settings

# What needs no waiting is ``async``: FastAPI would send a plain function to another thread, and wait for that.


async def get_settings(request: Request) -> Settings:
    """Get the settings of this application."""
    settings: Settings = request.app.state.settings
    return settings


async def get_engine(request: Request) -> Engine:
    """Get the engine, for operations that must not hold a session while they wait."""
    engine: Engine = request.app.state.engine
    return engine


def get_session(request: Request) -> Iterator[Session]:
    """Open a session that may write; committed before the answer is sent, rolled back on an error."""
    with writing(request.app.state.engine) as session:
        yield session


def get_reader(request: Request) -> Iterator[Session]:
    """Open a session that only reads, and waits for no writer."""
    with reading(request.app.state.engine) as session:
        yield session


async def get_caller(request: Request) -> Caller:
    """Get the caller, whom :mod:`service.keys.identification` has found before the route was looked for."""
    caller: Caller = request.state.caller
    return caller


async def get_owner(request: Request) -> str:
    """Get the owner of the rows that the caller sees and makes."""
    owner: str = request.state.caller.owner
    return owner


class _Required:
    """A dependency that lets only callers of a scope pass."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    async def __call__(self, request: Request) -> Caller:
        return refuse_smaller_scope(request, self.scope)


def refuse_smaller_scope(request: Request, scope: Scope) -> Caller:
    """The caller, who may do what ``scope`` may.

    Raises:
        Forbidden: it may not.
    """
    caller: Caller = request.state.caller
    if not caller.may(scope):
        raise Forbidden(f"A key of scope {scope} is needed; this one is of scope {caller.scope}.")
    return caller


def requires(scope: Scope) -> Any:
    """Require a scope for an operation; the dependency gives the caller.

    Either ``caller: Annotated[Caller, requires(Scope.TEACHER)]``, or in ``dependencies`` of a route or router. The
    documentation follows: the operation says which scope it needs, and that it may answer 403.

    Raises:
        Forbidden: when it is asked, for a caller of a smaller scope.
    """
    return Depends(_Required(scope))


def required_scope(call: object) -> Scope | None:
    """The scope that a dependency asks for, if it is one of :func:`requires`."""
    return call.scope if isinstance(call, _Required) else None


def scopes_asked(dependant: Dependant) -> Iterator[Scope]:
    """The scopes that an operation and what it depends on ask for."""
    for below in dependant.dependencies:
        scope = required_scope(below.call)
        if scope is not None:
            yield scope
        yield from scopes_asked(below)


# The scope makes the commit come before the answer: a client that has read it finds what it wrote.
Writing = Annotated[Session, Depends(get_session, scope="function")]
Reading = Annotated[Session, Depends(get_reader, scope="function")]
CurrentCaller = Annotated[Caller, Depends(get_caller)]
Owner = Annotated[str, Depends(get_owner)]
DatabaseEngine = Annotated[Engine, Depends(get_engine)]
CurrentSettings = Annotated[Settings, Depends(get_settings)]
