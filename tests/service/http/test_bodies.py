"""Whatever bytes come as a body: a problem with its place, never an error of ours."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.errors import MOST_VIOLATIONS, TooLarge, Unreadable
from service.http import json as strict_json
from service.http.json import MAX_DEPTH, MAX_MEMBERS, MAX_NAME, MAX_VALUES, read
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
    "a long name": ('{"labels": {"' + "a" * (MAX_NAME + 1) + '": NaN}}', "/labels"),
    "many members": ('{"labels": {' + ", ".join(f'"{n}": NaN' for n in range(MAX_MEMBERS + 1)) + "}}", "/labels"),
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


MANY = {
    "numbers": "1",
    "constants": "NaN",
    "lists": "[]",
    "objects": "{}",
    "members": '{"a":1}',
    "texts": '"a"',
    "deep lists": "[[[]]]",
}


class TestMany:
    @pytest.mark.parametrize("name", MANY)
    async def test_a_document_has_so_many_values(
        self, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        monkeypatch.setattr(strict_json, "MAX_VALUES", 1000)
        body = f"[{', '.join([MANY[name]] * 1001)}]"
        for path in (JOBS, "/api/v1/spec-checks", "/v2/models/any/infer"):
            response = await client.post(path, content=body, headers={"Content-Type": "application/json"})
            expected = 404 if path.startswith("/v2") else 413  # the model is looked for first
            assert response.status_code == expected, path

    @pytest.mark.parametrize("text", [",[{:", r"\"", r"\\", r"\",", r"\\\" ["])
    @pytest.mark.parametrize("chunk", [1, 7, 2**20])
    def test_what_stands_in_texts_does_not_count(self, monkeypatch: pytest.MonkeyPatch, text: str, chunk: int) -> None:
        monkeypatch.setattr(strict_json, "MAX_VALUES", 100)
        monkeypatch.setattr(strict_json, "CHUNK", chunk)
        body = f'["{text * 50}", 1]'.encode()
        assert read(body) == (json.loads(body), [])
        with pytest.raises(TooLarge):
            read(b"[" + b"1," * 100 + body + b"]")

    def test_the_largest_table_of_a_spec_is_read(self) -> None:
        assert read(b"[" + b"[0.5]," * (MAX_VALUES // 2 - 2) + b"1]")[1] == []

    @pytest.mark.parametrize("fault", ["NaN", '{"a": 1, "a": 2}', '"\\ud800"', '{"\\u0000": 1}', "[Infinity]"])
    @pytest.mark.parametrize("count", [1, MOST_VIOLATIONS, MOST_VIOLATIONS + 1, 3000])
    async def test_of_many_faults_the_first_are_listed(self, client: httpx.AsyncClient, fault: str, count: int) -> None:
        body = f"[0, {', '.join([fault] * count)}]"
        headers = {"Content-Type": "application/json"}
        refused = (await client.post(JOBS, content=body, headers=headers)).json()
        checked = (await client.post("/api/v1/spec-checks", content=body, headers=headers)).json()
        assert refused["errors"] == checked["errors"]
        assert len(refused["errors"]) == min(count, MOST_VIOLATIONS + 1)
        assert all(violation["pointer"].startswith("/") for violation in refused["errors"][:MOST_VIOLATIONS])
        if count > MOST_VIOLATIONS:
            assert refused["errors"][-1]["detail"].endswith(" more")
            assert refused["errors"][-1]["pointer"] == ""

    async def test_of_many_wrong_members_the_first_are_listed(self, client: httpx.AsyncClient) -> None:
        body: dict[str, Any] = {"answers": {str(number): [] for number in range(1000)}}
        problem = (await client.post("/api/v1/assignments/asg_x/submissions", json=body)).json()
        assert len(problem["errors"]) == MOST_VIOLATIONS + 1
        assert problem["errors"][-1]["detail"].endswith(" more")


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
