"""Predictions for rows that come as lines, and for parameters beside the rows."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import numpy as np
import pytest

from service.inference.predictions import line_readers
from service.settings import Settings
from tests.service.inference.predictions.test_job_predictions import get, path, post
from tests.service.jobs.desk import Desk

pytestmark = pytest.mark.anyio
LINES, CSV = "application/x-ndjson", "text/csv"


async def send(
    client: httpx.AsyncClient, job_id: str, content: Any, media: str = CSV, accept: str | None = None, **params: Any
) -> httpx.Response:
    headers = {"Content-Type": media} | ({} if accept is None else {"Accept": accept})
    return await client.post(path(job_id), content=content, headers=headers, params=params)


def fault(response: httpx.Response) -> tuple[str, str]:
    assert response.status_code == 422, response.text
    first = response.json()["errors"][0]
    return first["pointer"], first["detail"]


class TestLines:
    async def test_they_are_answered_as_one_document_is(self, client: httpx.AsyncClient, desk: Desk) -> None:
        job_id = desk.succeeded("iris")
        own = await get(client, job_id)
        expected = await post(client, job_id, {"rows": own["features"]})
        names = own["feature_names"]
        listed = "\n".join(json.dumps(row) for row in own["features"])
        objects = "\r\n\r\n".join(json.dumps(dict(zip(names, row, strict=True))) for row in own["features"]) + "\n"
        table = io.StringIO()
        csv.writer(table).writerows([list(reversed(names)), *(list(reversed(row)) for row in own["features"])])
        bodies = ((listed, LINES), (objects, LINES), ("\ufeff" + table.getvalue(), "text/csv; charset=UTF-8"))
        for body, media in bodies:
            answered = await send(client, job_id, body.encode(), media, LINES)
            assert answered.headers["content-type"] == LINES
            rows = [json.loads(line) for line in answered.text.splitlines()]
            assert [row["class"] for row in rows] == expected["classes"]
            assert [row["probabilities"] for row in rows] == expected["probabilities"]
            answered = await send(client, job_id, body.encode(), media, CSV)
            header, *records = csv.reader(io.StringIO(answered.text))
            assert header == ["class", "probability_0", "probability_1", "probability_2"]
            assert [int(record[0]) for record in records] == expected["classes"]
            shares = np.array([record[1:] for record in records], float)
            np.testing.assert_allclose(shares, expected["probabilities"], rtol=1e-6)

    async def test_they_are_answered_in_kind(self, client: httpx.AsyncClient, desk: Desk) -> None:
        job_id = desk.succeeded("diabetes")
        own = await get(client, job_id)
        body = "\n".join(json.dumps(row) for row in own["features"][:3])
        answered = await send(client, job_id, body, "application/jsonl")
        assert answered.headers["content-type"] == LINES
        got = [json.loads(line)["value"] for line in answered.text.splitlines()]
        assert got == pytest.approx(own["values"][:3], rel=1e-4)
        refused = await send(client, job_id, body, LINES, "application/json")
        assert refused.status_code == 406

    async def test_one_document_is_answered_in_lines(self, client: httpx.AsyncClient, desk: Desk) -> None:
        job_id = desk.succeeded()
        body = json.dumps({"rows": [[0, 1], [1, 0]]})
        answered = await send(client, job_id, body, "application/json", CSV)
        assert answered.text.splitlines()[0] == "class,probability_0,probability_1"
        assert len(answered.text.splitlines()) == 3

    async def test_many_blocks(self, client: httpx.AsyncClient, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(line_readers, "BLOCK", 7)
        job_id = desk.succeeded()
        table = [[index / 10, 1 - index / 10] for index in range(20)]
        expected = await post(client, job_id, {"rows": table})
        text = "x0,x1\n" + "\n".join(f"{a},{b}" for a, b in table)

        async def pieces() -> AsyncIterator[bytes]:
            for at in range(0, len(text), 5):  # lines are cut anywhere
                yield text[at : at + 5].encode()

        answered = await send(client, job_id, pieces(), CSV, LINES)
        assert [json.loads(line)["class"] for line in answered.text.splitlines()] == expected["classes"]
        broken = text.replace("\n1.5,", "\nx,")
        assert fault(await send(client, job_id, broken)) == (
            "/rows/15/x0",
            "line 17: a finite number is expected, received 'x'",
        )

    async def test_a_diverged_network(self, client: httpx.AsyncClient, desk: Desk) -> None:
        job_id = desk.succeeded("diverged")
        answered = await send(client, job_id, "[0, 1]", LINES)
        assert json.loads(answered.text) == {"value": None, "non_finite": [{"output": 0, "value": "nan"}]}
        assert (await send(client, job_id, "x0,x1\n0,1")).text == "value\nnan\n"

    @pytest.mark.parametrize(
        ("media", "body", "pointer", "detail"),
        [
            (CSV, "", "", "at least one row"),
            (CSV, "x0,x1\n\n", "", "at least one row"),
            (CSV, "x0\n1", "", "line 1: the column 'x1' is missing"),
            (CSV, "x0,x1,y\n1,2,3", "", "line 1: unknown column 'y'"),
            (CSV, "x0,x1,x1\n1,2,3", "", "line 1: the column 'x1' is named twice"),
            (CSV, "x0,x1\n1,2\n3", "/rows/1", "line 3: a row has 2 numbers, received 1"),
            (CSV, "x1,x0\n1,2\n\n3,true", "/rows/1/x0", "line 4: a finite number is expected, received 'true'"),
            (CSV, "x0,x1\n1,nan", "/rows/0/x1", "line 2: a finite number"),
            (CSV, "x0,x1\n1,", "/rows/0/x1", "line 2: a finite number"),
            (LINES, "[1, 2]\n[1]", "/rows/1", "line 2: a row is a list of 2 numbers, or an object"),
            (LINES, "[1, 2]\n[1, null]", "/rows/1/1", "line 2: a number is expected"),
            (LINES, "[1, 2]\n[true, 2]", "/rows/1/0", "line 2: a number is expected"),
            (LINES, "[1, 2]\n[1, NaN]", "/rows/1/1", "line 2: a number is expected"),
            (LINES, "[1, 2]\n[1, 1e999]", "/rows/1/1", "line 2: the number is outside"),
            (LINES, '{"x0": 1}', "/rows/0", "line 1: the column 'x1' is missing"),
            (LINES, '{"x0": 1, "x1": 2, "y": 3}', "/rows/0", "line 1: unknown column 'y'"),
            (LINES, '{"x0": 1, "x1": 2, "x1": 3}', "/rows/0", "line 1: is not JSON: a member is named twice"),
            (LINES, '{"x0": 1, "x1": "2"}', "/rows/0/x1", "line 1: a number is expected"),
            (LINES, "[1, 2], [3, 4]", "/rows/0", "line 1: is not JSON"),
            (LINES, "[1, 2]\n[3, 4", "/rows/1", "line 2: is not JSON"),
            (LINES, "[1, 2], [3\n4]", "/rows/0", "line 1: is not JSON"),
            (LINES, "[1, 2\n[3, 4]]", "/rows/0", "line 1: is not JSON"),
            (LINES, "3", "/rows/0", "line 1: a row is a list"),
            (LINES, "[1, 2]\n[1, 1%s]" % ("0" * 400), "/rows/1/1", "line 2: the number is outside"),
            (LINES, "[1, 2]\n[1, -1%s]" % ("0" * 400), "/rows/1/1", "line 2: the number is outside"),
            (LINES, '{"x0": 1, "x1": 1%s}' % ("0" * 400), "/rows/0/x1", "line 1: the number is outside"),
            (CSV, "x0,x1\r1,2\r3,4", "", "line 1: a carriage return is not followed by a line feed"),
            (CSV, "x0,x1\n1,2\r3,4", "/rows/0", "line 2: a carriage return is not followed by a line feed"),
            (CSV, "x0,x1\n1," + "2" * 131_073, "/rows/0", "line 2: is not CSV: field larger than field limit"),
            (CSV, "x0," + "x" * 131_073, "", "line 1: is not CSV: field larger than field limit"),
            (CSV, "x0,x1\n1,2 3", "/rows/0/x1", "line 2: a finite number"),
            (CSV, 'x0,x1\n1,"2,3"', "/rows/0/x1", "line 2: a finite number"),
            (CSV, "x0,x1\n1,0x10", "/rows/0/x1", "line 2: a finite number"),
            (CSV, "x0,x1\n1,\x00", "/rows/0/x1", "line 2: a finite number"),
        ],
    )
    async def test_faults_have_their_place(
        self, client: httpx.AsyncClient, desk: Desk, media: str, body: str, pointer: str, detail: str
    ) -> None:
        found, said = fault(await send(client, desk.succeeded(), body, media))
        assert found == pointer
        assert said.startswith(detail)

    async def test_bodies_that_cannot_be_read(
        self, client: httpx.AsyncClient, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        job_id = desk.succeeded()
        assert (await send(client, job_id, b"x0,x1\n1,\xff")).status_code == 400
        assert (await send(client, job_id, b"1,2", "text/plain")).status_code == 415
        assert (await send(client, job_id, b"1,2", "text/csv; charset=latin-1")).status_code == 415
        monkeypatch.setattr(line_readers, "LONGEST", 10)
        assert (
            fault(await send(client, job_id, b"[1, 2]\n[1, 2000000000]", LINES))[1] == "line 2 has more than 10 bytes"
        )

    async def test_long_lines_make_small_blocks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(line_readers, "BLOCK_BYTES", 100)

        async def pieces() -> AsyncIterator[bytes]:
            for _ in range(50):
                yield b"1" * 29 + b"\n" + b"\n"

        found = [block async for block in line_readers.blocks(pieces())]
        assert [number for block in found for number, _ in block] == list(range(1, 101, 2))
        assert max(sum(len(text) for _, text in block) for block in found) <= 100 + 29

    async def test_a_header_of_many_names(self, client: httpx.AsyncClient, desk: Desk) -> None:
        names = ",".join(f"c{number}" for number in range(40_000))
        response = await send(client, desk.succeeded(), f"{names}\n1,2")
        assert response.status_code == 422
        assert response.json()["errors"][-1]["detail"] == "and 39,902 more"

    @pytest.mark.parametrize("field", [' "2"', "2 ", "\t2", "+2", "2.", "2e0"])
    async def test_fields_are_read_alike_beside_others(self, client: httpx.AsyncClient, desk: Desk, field: str) -> None:
        """Whether all fields are plain or one needs the careful reader."""
        job_id = desk.succeeded()
        expected = await send(client, job_id, "x0,x1\n1,2")
        assert (await send(client, job_id, f"x0,x1\n1,{field}")).text == expected.text

    async def test_jobs_without_a_network(self, client: httpx.AsyncClient, desk: Desk) -> None:
        assert (await send(client, desk.queued(), b"x0,x1\n1,2")).status_code == 409
        assert (await send(client, "job_01981d2b-7c2e-7b11-8f10-4f3a6f9d2c55", b"x0,x1\n1,2")).status_code == 404

    async def test_their_limit_is_another(self, client: httpx.AsyncClient, desk: Desk, settings: Settings) -> None:
        row = b"[0.0, " + b" " * 500 + b"1.0]\n"
        body = row * (settings.max_body // len(row) + 1)
        job_id = desk.succeeded()
        answered = await send(client, job_id, body, LINES)
        assert answered.text.count("\n") == body.count(b"\n")
        assert (await send(client, job_id, body, "application/json")).status_code == 413
        more = body * (settings.max_stream // len(body) + 1)

        async def endless() -> AsyncIterator[bytes]:
            for at in range(0, len(more), 2**16):
                yield more[at : at + 2**16]

        assert (await send(client, job_id, endless(), LINES)).status_code == 413


class TestParameters:
    async def test_the_likeliest_classes(self, client: httpx.AsyncClient, desk: Desk) -> None:
        job_id = desk.succeeded("iris")
        rows = (await get(client, job_id))["features"][::50]
        response = await client.post(path(job_id), json={"rows": rows}, params={"top_k": 2})
        answer = response.json()
        for shares, best, classes in zip(
            answer["probabilities"], answer["top"]["probabilities"], answer["top"]["classes"], strict=True
        ):
            assert best == sorted(shares, reverse=True)[:2]
            assert [shares[label] for label in classes] == best
        assert [classes[0] for classes in answer["top"]["classes"]] == answer["classes"]
        body = "\n".join(json.dumps(row) for row in rows)
        table = (await send(client, job_id, body, LINES, CSV, top_k=9)).text.splitlines()
        assert table[0].endswith("top_1,top_1_probability,top_2,top_2_probability,top_3,top_3_probability")
        assert table[1].split(",")[4] == str(answer["classes"][0])
        first = json.loads((await send(client, job_id, body, LINES, top_k=1)).text.splitlines()[0])
        assert first["top"]["classes"] == [answer["classes"][0]]

    async def test_the_inside(self, client: httpx.AsyncClient, desk: Desk) -> None:
        job_id = desk.succeeded()
        params = {"include": "activations, input_gradient", "class": "1"}
        response = await client.post(path(job_id), json={"rows": [[0.5, 0.25]]}, params=params)
        answer = response.json()
        assert [len(layer["values"][0]) for layer in answer["activations"]] == [5, 5, 5, 1]
        assert answer["activations"][-1]["values"][0][0] == pytest.approx(answer["probabilities"][0][1], rel=1e-4)
        assert answer["input_gradient"]["of"] == [1]
        assert len(answer["input_gradient"]["values"][0]) == 2

    @pytest.mark.parametrize(
        ("name", "params", "parameter"),
        [
            ("circles", {"include": "weights"}, "include"),
            ("circles", {"class": "1"}, "class"),
            ("circles", {"include": "input_gradient", "class": "2"}, "class"),
            ("circles", {"top_k": "0"}, "top_k"),
            ("diabetes", {"top_k": "1"}, "top_k"),
            ("diabetes", {"include": "input_gradient", "class": "1"}, "class"),
        ],
    )
    async def test_what_cannot_be_asked(
        self, client: httpx.AsyncClient, desk: Desk, name: str, params: dict[str, str], parameter: str
    ) -> None:
        rows = {"rows": [[0.0] * (2 if name == "circles" else 10)]}
        response = await client.post(path(desk.succeeded(name)), json=rows, params=params)
        assert response.status_code == 422, response.text
        assert response.json()["errors"][0]["parameter"] == parameter

    async def test_the_inside_is_told_in_one_document(self, client: httpx.AsyncClient, desk: Desk) -> None:
        response = await send(client, desk.succeeded(), "[0, 1]", LINES, include="activations")
        assert response.json()["errors"][0]["parameter"] == "include"
