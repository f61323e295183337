"""Answers conditional requests by ETags: If-None-Match and If-Match (RFC 9110, section 13)."""

from __future__ import annotations

from hashlib import sha256

from fastapi import Request, Response

from service.errors import Changed, Unconditional


def tag_of(*parts: object) -> str:
    """A strong ETag that changes with each of the parts."""
    return f'"{sha256(" ".join(map(str, parts)).encode()).hexdigest()[:32]}"'


def not_modified_response(request: Request, response: Response, etag: str) -> Response | None:
    """Answer 304 if the client holds the state that ``etag`` names; else None, and ``response`` gets the headers."""
    headers = {"ETag": etag, "Vary": "Accept", "Cache-Control": "no-cache"}
    if not_modified(request, etag):
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return None


def not_modified(request: Request, etag: str) -> bool:
    """Whether the client already holds the state that ``etag`` names."""
    return any(tag in {"*", etag} for tag in _tags(request, "if-none-match", weak=True))


def refuse_changed(request: Request, etag: str) -> None:
    """Make sure that the client acts on the state it has seen.

    What stands behind a dash in a tag changes by itself, and is nothing that a client acts on: ``etag`` needs no such
    part here.

    Raises:
        Changed: it sent If-Match, and names another state than ``etag``.
    """
    tags = _tags(request, "if-match", weak=False)
    if tags and not any(tag == "*" or _state(tag) == _state(etag) for tag in tags):
        raise Changed(f"If-Match names {', '.join(tags)}; the state is {etag}.")


def require_match(request: Request, etag: str) -> None:
    """Make sure that the client says which state it acts on, and that it is this one.

    Raises:
        Unconditional: it sent no If-Match.
        Changed: it names another state than ``etag``.
    """
    if not _tags(request, "if-match", weak=False):
        raise Unconditional("Send the ETag that you have seen as If-Match, so that no other change is lost.")
    refuse_changed(request, etag)


def _state(tag: str) -> str:
    return tag.strip('"').partition("-")[0] if tag.startswith('"') else tag


def _tags(request: Request, header: str, *, weak: bool) -> list[str]:
    tags = [tag.strip() for value in request.headers.getlist(header) for tag in value.split(",")]
    return [tag.removeprefix("W/") if weak else tag for tag in tags if tag]
