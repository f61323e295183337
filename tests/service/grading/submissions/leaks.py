"""Asks every route for what is hidden from students."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import httpx
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from tests.service.grading.submissions.school import API, School, look, post, spec
from tests.service.jobs.specs import document

ROWS = [[7 * row / 13 + 0.1234567, 5 * row / 11 - 0.7654321] for row in range(12)]


def bodies(name: str) -> list[dict[str, Any]]:
    """Bodies that say something to some route; ``name`` is that of a job which the student should not know."""
    tensor = {"name": "input", "shape": [1, 2], "datatype": "FP64", "data": [0.1, 0.2]}
    return [
        {},
        {"rows": [[0.1, 0.2]]},
        {"jobs": [name], "seeds": 1},
        {"job_id": name},
        {"version": name},
        {"specs": [document()], "seeds": 1},
        document(),
        {"spec": spec(3)},
        {"author": "leo", "spec": spec(3)},
        {"inputs": [tensor]},
        {"instances": [[0.1, 0.2]]},
        {"score": 100, "reason": "x"},
    ]


@dataclass
class Secrets:
    """What nobody but the teacher may read.

    Attributes:
        ids: of what belongs to the teacher, or to another student, to be asked for; by the parameter of a path.
        names: of all such things.
        numbers: hidden seeds and hidden rows, as they would be written.
        words: further texts.
    """

    ids: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=lambda: {'"per_seed":', "secret_check"})

    def found_in(self, text: str, asked: str) -> list[str]:
        """Those of them that an answer tells; an error may repeat what was asked."""
        numbers = set(re.findall(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?", text))
        told = numbers & self.numbers
        told |= {word for word in self.words if word in text}
        told |= {name for name in self.names if name in text and name not in asked}
        return sorted(told)


async def everything(client: httpx.AsyncClient, by: School, made: Mapping[str, Any], leo: Mapping[str, Any]) -> Secrets:
    """What a teacher has made beside a graded assignment, and what is secret of it."""
    secrets = Secrets()
    seen = [await look(client, thing, by.teacher) for thing in (made, leo)]
    jobs = [job["job_id"] for thing in seen for job in thing["jobs"]]
    seeds = {seed for thing in seen for seed in thing["grade"]["seeds"]} | {
        job["seed"] for thing in seen for job in thing["jobs"]
    }
    secrets.numbers = {str(seed) for seed in seeds} | {repr(value) for row in ROWS for value in row}
    await client.put(f"{API}/models/kept", json={}, headers=by.teacher)
    await client.post(f"{API}/models/kept/versions", json={"job_id": jobs[0]}, headers=by.teacher)
    await client.put(f"{API}/models/kept/aliases/champion", json={"version": "1"}, headers=by.teacher)
    wait = {**by.teacher, "Prefer": "wait=0"}
    comparison = await client.post(f"{API}/comparisons", json={"jobs": jobs[:1], "seeds": 1}, headers=by.teacher)
    preflight = await client.post(f"{API}/preflights", json=document(), headers=wait)
    assert (comparison.status_code, preflight.status_code) == (202, 202)
    trial = await client.post(
        f"{API}/jobs/{jobs[0]}/trials",
        json={"patches": [{"code": "x", "patch": [{"op": "replace", "path": "/training/epochs", "value": 7}]}]},
        headers=by.teacher,
    )
    assert trial.status_code == 202, trial.text
    hidden = await post(client, by.teacher)  # not published
    keys = await client.get(f"{API}/api-keys", headers=by.teacher)
    for path in (f"{API}/models/kept", "/v2/models/kept/versions/1", "/v1/models/kept"):
        assert (await client.get(path, headers=by.teacher)).status_code == 200
        assert (await client.get(path, headers=by.ana)).status_code == 404
    own = [thing["jobs"][0]["job_id"] for thing in seen]
    secrets.ids = {
        "job_id": own,
        "name": own[:1],
        "model": own[:1],
        "comparison_id": [comparison.json()["id"]],
        "preflight_id": [preflight.json()["id"]],
        "trial_id": [trial.json()["id"]],
        "assignment_id": [hidden["id"]],
        "submission_id": [leo["id"]],
        "key_id": [entry["id"] for entry in keys.json()["data"]],
    }
    secrets.names = {*jobs, *(name for names in secrets.ids.values() for name in names)}
    return secrets


def routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Every method and path that the application knows."""
    for route in iter_route_contexts(app.routes):
        for method in sorted(route.methods or ()):
            yield method, route.path or ""


def filled(path: str, secrets: Secrets, own: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Paths with what is the teacher's in the places of their parameters, and what it is; "" where it is the student's."""
    names = re.findall(r"\{(\w+)", path)
    choices = [
        [(secret, secret) for secret in secrets.ids.get(name, [])]
        + ([(own[name], "")] if name in own else [] if name in secrets.ids else [("1", "")])
        for name in names
    ]
    for chosen in product(*choices):
        target = path
        for name, (value, _) in zip(names, chosen, strict=True):
            target = re.sub(rf"\{{{name}(:\w+)?\}}", value, target)
        yield target, next((secret for _, secret in chosen if secret), "")


async def ask(app: FastAPI, by: School, made: Mapping[str, Any], secrets: Secrets) -> int:
    """Ask every route for everything as the student whose submission ``made`` is; how many answers there were."""
    own = {"assignment_id": made["assignment_id"], "submission_id": made["id"], "kind": "losses"}
    headers = {**by.ana, "Prefer": "wait=0", "If-Match": "*"}
    asked = 0
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://localhost", headers=headers
    ) as client:
        for method, path in routes(app):
            for target, secret in filled(path, secrets, own):
                for request in requests(method, target, secrets.ids["job_id"][0]):
                    response = await client.request(method, target, **request)
                    asked += 1
                    what = (method, target, request, response.status_code, response.text[:1000])
                    if secret:
                        assert response.status_code >= 400, what
                    said = response.text + json.dumps(dict(response.headers))
                    told = secrets.found_in(said, target + json.dumps(request))
                    assert not told, (told, *what)
    return asked


def requests(method: str, target: str, name: str) -> Iterator[dict[str, Any]]:
    """What is asked of a path: bodies, forms of an answer, filters of lists."""
    if method in {"POST", "PUT", "PATCH"}:
        yield from ({"json": body} for body in bodies(name))
        return
    yield {}
    if method != "GET":
        return
    if "/jobs/" in target:
        for form in ("text/event-stream", "text/csv", "image/png"):
            yield {"headers": {"Accept": form}}
    elif target.startswith(API):
        yield {"params": {"limit": 100}}
        yield {"params": {"limit": 100, "author": "leo"}}
        yield {"params": {"limit": 100, "job_id": name}}
