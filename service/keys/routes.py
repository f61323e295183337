"""Serves API keys: makes, lists, shows and revokes them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Body, Depends, Path, Request, Response
from fastapi.openapi.models import Example

from service.database.session import writing
from service.http.dependencies import DatabaseEngine, Reading, requires
from service.http.openapi import problems
from service.http.pagination import Cursor, Limit, Page, cut, decode
from service.http.routing import api_router
from service.http.scopes import Caller, Scope
from service.keys import operations
from service.keys.keyring import Keyring
from service.keys.queries import find, page
from service.keys.schemas import ApiKey, KeyRequest, NewApiKey
from service.keys.view import members_of, path_of, view

router = api_router("keys")

KeyId = Annotated[str, Path(description="The key's id.", examples=["key_01981d2b-7c2e-7b11-8f10-4f3a6f9d2c55"])]
Maker = Annotated[Caller, requires(Scope.TEACHER)]


async def get_keyring(request: Request) -> Keyring:
    """Get the key cache of this process."""
    keyring: Keyring = request.app.state.keyring
    return keyring


CurrentKeyring = Annotated[Keyring, Depends(get_keyring)]

EXAMPLES: dict[str, Example] = {
    "student": {"summary": "A student of one's own class", "value": {"scope": "student", "author": "s123"}},
    "teacher": {"summary": "A teacher", "value": {"scope": "teacher", "name": "Ana", "owner": "ana"}},
    "operator": {"summary": "An operator", "value": {"scope": "operator", "name": "deployment"}},
}


@router.post(
    "/api-keys",
    operation_id="create_api_key",
    status_code=201,
    response_model=NewApiKey,
    responses={
        201: {"description": "Made.", "headers": {"Location": {"description": "It.", "schema": {"type": "string"}}}}
    },
)
def create_key(
    body: Annotated[KeyRequest, Body(openapi_examples=EXAMPLES)],
    response: Response,
    engine: DatabaseEngine,
    keyring: CurrentKeyring,
    caller: Maker,
) -> NewApiKey:
    """Make a key. Its secret is in this answer, and never shown again.

    Operators make any key, teachers those of students of their class. The first key ends the time in which every caller
    on this machine is an operator.
    """
    with writing(engine) as session:
        row, secret = operations.create(session, caller, body)
        made = NewApiKey(**members_of(row), secret=secret)
    keyring.forget()
    response.headers["Location"] = path_of(made.id)
    response.headers["Cache-Control"] = "no-store"
    return made


@router.get("/api-keys", operation_id="list_api_keys", response_model=Page[ApiKey])
def list_keys(session: Reading, caller: Maker, limit: Limit = 20, cursor: Cursor = None) -> Page[ApiKey]:
    """List the keys, newest first: an operator sees all, a teacher those of students of the class."""
    rows = page(session, caller, decode(cursor), limit + 1)
    shown, following = cut(rows, limit, lambda row: row.id)
    return Page.of([view(row) for row in shown], following)


@router.get("/api-keys/{key_id}", operation_id="get_api_key", response_model=ApiKey, responses=problems(404))
def get_key(key_id: KeyId, session: Reading, caller: Maker) -> ApiKey:
    """Look at a key; its secret is not known."""
    return view(find(session, caller, key_id))


@router.delete(
    "/api-keys/{key_id}",
    operation_id="delete_api_key",
    status_code=204,
    response_model=None,
    responses=problems(404),
)
def delete_key(key_id: KeyId, engine: DatabaseEngine, keyring: CurrentKeyring, caller: Maker) -> None:
    """Revoke a key: within a second it opens nothing, in no process. What its callers have made stays."""
    with writing(engine) as session:
        operations.revoke(find(session, caller, key_id, lock=True))
    keyring.forget()
