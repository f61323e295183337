"""Whatever bytes come as a body: a problem with its place, never an error of ours."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.errors import Unreadable
from service.http.json import MAX_DEPTH, read
from tests.service.jobs.specs import document

pytestmark = pytest.mark.anyio
JOBS = "/api/v1/jobs"
GOOD = json.dumps(document())

UNREADABLE = {
    "nothing": b"",
    "blanks": b" \n\t",
    "text": b"hello",
    "truncated": GOOD[:-10].encode(),
    "two documents": b"{} {}",
    "trailing comma": b'{"seed": 1,}',
    "single quotes": b"{'seed': 1}",
    "comment": b"{} // no",
    "control character": b'{"name": "a\x01"}',
    "latin-1": '{"name": "señal"}'.encode("latin-1"),
    "utf-16": GOOD.encode("utf-16"),
    "utf-32": GOOD.encode("utf-32"),
    "byte order mark": b"\xef\xbb\xbf{}",
    "zero bytes": b"\x00" * 100,
    "gzip": b"\x1f\x8b\x08\x00",
    "deep list": b"[" * 100_000,
    "deep closed list": b"[" * 100_000 + b"]" * 100_000,
    "deep object": b'{"a":' * 100_000,
    "a little too deep": b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
    "endless integer": b'{"seed": ' + b"9" * 5000 + b"}",
    "hexadecimal": b'{"seed": 0x10}',
    "leading zero": b'{"seed": 01}',
    "plus": b'{"seed": +1}',
}

UNCLEAN = {
    "NaN": ('{"seed": NaN}', "/seed"),
    "Infinity": ('{"data": {"source": {"features": [[1, Infinity]]}}}', "/data/source/features/0/1"),
    "-Infinity": ('{"a/b": {"~": -Infinity}}', "/a~1b/~0"),
    "the same member twice": ('{"seed": 1, "seed": 2}', "/seed"),
    "the same member twice, deep": ('{"data": {"source": {"type": "iris", "type": "wine"}}}', "/data/source/type"),
    "half a surrogate pair": ('{"name": "\\ud800"}', "/name"),
    "zero character": ('{"name": "a\\u0000b"}', "/name"),
    "a name with a zero character": ('{"labels": {"a\\u0000": "b"}}', "/labels"),
}


class TestJsonBodies:
    @pytest.mark.parametrize("name", UNREADABLE)
    async def test_what_is_no_document(self, client: httpx.AsyncClient, name: str) -> None:
        response = await client.post(JOBS, content=UNREADABLE[name], headers={"Content-Type": "application/json"})
        assert response.status_code == 400, response.text
        assert response.json()["type"].endswith(":unreadable_body")

    @pytest.mark.parametrize("name", UNCLEAN)
    async def test_what_is_no_clean_document(self, client: httpx.AsyncClient, name: str) -> None:
        body, pointer = UNCLEAN[name]
        response = await client.post(JOBS, content=body, headers={"Content-Type": "application/json"})
        assert response.status_code == 422, response.text
        assert [fault["pointer"] for fault in response.json()["errors"]] == [pointer]

    @pytest.mark.parametrize(
        "number", ["1e999", "-1e999", "1e-999", "9" * 400, "-" + "9" * 400, "0." + "1" * 5000, "9007199254740993"]
    )
    async def test_huge_numbers(self, client: httpx.AsyncClient, number: str) -> None:
        body = GOOD.replace('"learning_rate": 0.1', f'"learning_rate": {number}')
        response = await client.post(JOBS, content=body, headers={"Content-Type": "application/json"})
        if response.status_code != 202:
            assert response.status_code == 422
            assert {fault["pointer"] for fault in response.json()["errors"]} == {"/training/optimizer/learning_rate"}

    @pytest.mark.parametrize("text", ["\\ud83d\\ude00", "señal", "\\u00e9", "línea\\n"])
    async def test_all_languages(self, client: httpx.AsyncClient, text: str) -> None:
        body = GOOD.replace('"small"', f'"{text}"')
        response = await client.post(JOBS, content=body.encode(), headers={"Content-Type": "application/json"})
        assert response.json()["name"] == json.loads(f'"{text}"')

    @pytest.mark.parametrize(
        ("content_type", "status"),
        [
            ("application/json", 202),
            ("application/json; charset=utf-8", 202),
            ("Application/JSON; charset=UTF-8", 202),
            ("application/vnd.clinic+json", 202),
            ("application/json; charset=latin-1", 415),
            ("text/plain", 415),
            ("text/json", 415),
            ("application/x-www-form-urlencoded", 415),
            ("multipart/form-data; boundary=x", 415),
            ("application/octet-stream", 415),
            ("nonsense", 415),
            (None, 415),
        ],
    )
    async def test_media_types(self, client: httpx.AsyncClient, content_type: str | None, status: int) -> None:
        headers = {} if content_type is None else {"Content-Type": content_type}
        response = await client.post(JOBS, content=GOOD, headers=headers)
        assert response.status_code == status

    async def test_random_bytes(self, client: httpx.AsyncClient) -> None:
        """Hypothesis does not run coroutines: its examples are drawn first."""
        for body in drawn_bodies():
            response = await client.post(JOBS, content=body, headers={"Content-Type": "application/json"})
            assert response.status_code in {400, 422}, body


class TestSize:
    async def test_an_announced_giant_is_refused_unread(self, client: httpx.AsyncClient) -> None:
        response = await client.post(JOBS, content=b" " * (2**20 + 1), headers={"Content-Type": "application/json"})
        assert response.status_code == 413
        assert response.json()["type"].endswith(":body_too_large")

    async def test_a_giant_in_pieces_is_refused(self, client: httpx.AsyncClient) -> None:
        async def pieces() -> AsyncIterator[bytes]:
            for _ in range(20):
                yield b" " * 2**16

        response = await client.post(JOBS, content=pieces(), headers={"Content-Type": "application/json"})
        assert response.status_code == 413

    async def test_the_limit_itself_is_allowed(self, client: httpx.AsyncClient) -> None:
        body = GOOD.encode() + b" " * (2**20 - len(GOOD))
        response = await client.post(JOBS, content=body, headers={"Content-Type": "application/json"})
        assert response.status_code == 202


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def drawn_bodies() -> list[bytes]:
    bodies: list[bytes] = []

    @settings(max_examples=60, database=None, suppress_health_check=[HealthCheck.too_slow], deadline=None)
    @given(st.binary(max_size=40) | JSON.map(lambda value: json.dumps(value).encode()))
    def draw(body: bytes) -> None:
        bodies.append(body)

    draw()
    return bodies


@given(JSON)
def test_what_is_written_is_read(value: object) -> None:
    text = json.dumps(value)
    document_read, faults = read(text.encode())
    assert document_read == value
    storable = "\\u0000" not in text and not any(
        0xD800 <= ord(c) <= 0xDFFF for c in json.dumps(value, ensure_ascii=False)
    )
    assert (faults == []) == storable


@given(st.binary(max_size=200))
def test_bytes_are_read_or_refused(body: bytes) -> None:
    """No other exception leaves, whatever the bytes."""
    with contextlib.suppress(Unreadable):
        read(body)
