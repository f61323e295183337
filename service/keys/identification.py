"""Identifies the caller of every request by its API key, before the route is looked for."""

from __future__ import annotations

import re
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from service.errors import ClinicError, Unauthenticated
from service.http.loopback import is_loopback
from service.http.problems import problem
from service.http.scopes import LOCAL, Caller
from service.keys.keyring import Keyring

BEARER: Final = re.compile(rb"bearer +(\S+)", re.IGNORECASE)
FORWARDED: Final = (b"forwarded", b"x-forwarded-for", b"x-real-ip", b"via")  # who sends one of them speaks for others

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})  # methods that change nothing
OWN_SITES: Final = frozenset({b"same-origin", b"none"})  # of Sec-Fetch-Site: this page, or no page at all

Headers = dict[bytes, bytes]


class Identification:
    """Middleware: every request has its caller in ``request.state.caller``, or is answered 401.

    Whatever is not named as open is closed, so that no new route is forgotten.

    Args:
        app: what answers.
        open_paths: paths that need no caller.
        here_alone: whether the service is reached from its own machine alone.
        host: by which name it is reached there, beside ``localhost`` and loopback addresses.
    """

    def __init__(self, app: ASGIApp, open_paths: frozenset[str], here_alone: bool, host: str) -> None:
        self.app = app
        self.open_paths = open_paths
        self.here_alone = here_alone
        self.names = frozenset({"localhost", host.lower()})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its caller."""
        if scope["type"] != "http" or scope["path"] in self.open_paths:
            await self.app(scope, receive, send)
            return
        try:
            caller = await self._caller(scope)
        except ClinicError as error:
            await problem(scope["path"], error)(scope, receive, send)
            return
        scope.setdefault("state", {})["caller"] = caller
        await self.app(scope, receive, send)

    async def _caller(self, scope: Scope) -> Caller:
        headers: Headers = dict(scope["headers"])
        keyring: Keyring = scope["app"].state.keyring
        secret = secret_in(headers)
        caller = await keyring.caller(secret)
        if caller is None:
            if secret is not None:
                raise Unauthenticated("This key is not known, has expired or was revoked.", presented=True)
            raise Unauthenticated("A key is needed: as `Authorization: Bearer …` or in `X-API-Key`.")
        if caller is LOCAL and is_of_another_page(scope["method"], headers):
            raise Unauthenticated("A page of another origin changes nothing here without a key.")
        if caller is LOCAL and not (self.here_alone and is_from_here(scope, headers, self.names)):
            raise Unauthenticated(
                "This service has no key yet, and only callers on its own machine need none: "
                "`clinic keys create --scope operator` makes the first one."
            )
        return caller


def secret_in(headers: Headers) -> str | None:
    """Read the secret that a request brings; of both headers, that of ``Authorization``.

    Example:
        >>> secret_in({b"authorization": b"Bearer clinic_x"}), secret_in({b"authorization": b"Basic eDp5"})
        ('clinic_x', None)
    """
    bearer = BEARER.fullmatch(headers.get(b"authorization", b""))
    found = bearer[1] if bearer else headers.get(b"x-api-key")
    return None if found is None else found.decode("latin-1")


def is_of_another_page(method: str, headers: Headers) -> bool:
    """Whether a browser says that a page from elsewhere sends a request that may change something.

    Example:
        >>> is_of_another_page("POST", {b"host": b"localhost:8000", b"origin": b"http://localhost:8000"})
        False
        >>> is_of_another_page("POST", {b"host": b"localhost:8000", b"origin": b"null"})
        True
    """
    if method in SAFE:
        return False
    if headers.get(b"sec-fetch-site", b"none").lower() not in OWN_SITES:
        return True
    origin = headers.get(b"origin")
    return origin is not None and origin.lower().partition(b"://")[2] != headers.get(b"host", b"").lower()


def is_from_here(scope: Scope, headers: Headers, names: frozenset[str] = frozenset({"localhost"})) -> bool:
    """Whether a request comes from this machine, and from nobody behind it, as far as it says.

    Not if it was forwarded, nor if it calls this machine by a name that is none of ``names``: so do a proxy that keeps
    the name, and a page whose name was pointed to this machine to reach it through its visitor's browser. A proxy that
    says none of this cannot be told from a caller.
    """
    if any(header in headers for header in FORWARDED):
        return False
    host = headers.get(b"host", b"").decode("latin-1").lower()
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    client, _ = scope.get("client") or ("", 0)  # a socket of the file system has no address
    return (not client or is_loopback(client)) and (name.rstrip(".") in names or is_address_here(name))


def is_address_here(name: str) -> bool:
    """Whether a name is an address of this machine alone.

    Example:
        >>> [is_address_here(name) for name in ("127.0.0.1", "::1", "localhost", "evil.localhost", "10.0.0.1", "")]
        [True, True, False, False, False, False]
    """
    return not name.endswith("localhost") and is_loopback(name)
