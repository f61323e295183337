"""A class for tests: a teacher, two students, an assignment, and trainings that end as a test wants it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import Engine, select

from models.diagnoses.finding import Diagnosis, Finding
from models.diagnoses.thresholds import VERSION
from models.text import LocalizedText
from service.database.job_states import JobStatus
from service.database.session import reading, writing
from service.database.tables import JobRow
from service.grading.submissions import grading
from service.queue.limits import QueueLimits
from service.worker.attempts import JOBS
from tests.service.jobs.desk import Desk
from tests.service.jobs.specs import document

API = "/api/v1"
ASSIGNMENTS = f"{API}/assignments"
SUBMISSIONS = f"{API}/submissions"
WELL = Diagnosis(version=VERSION, verdict="healthy", findings=[])
SAY = LocalizedText(en="Something.", es="Algo.")
SICK = Diagnosis(
    version=VERSION,
    verdict="vanishing_gradients",
    findings=[Finding(code="vanishing_gradients", severity="error", stage="training", message=SAY)],
)
DATA: dict[str, Any] = document()["data"]
SPEC: dict[str, Any] = {name: part for name, part in document().items() if name in {"architecture", "training"}}
HIDDEN_STATE = 424_242
ASSIGNMENT: dict[str, Any] = {
    "title": "Rings",
    "statement": {"en": "Separate them.", "es": "Sepáralos."},
    "data": DATA,
    "hidden_data": DATA | {"source": DATA["source"] | {"random_state": HIDDEN_STATE}},
    "seeds": {"count": 2, "max": 4},
    "constraints": {"max_epochs": 60},
    "rubric": [
        {"type": "metric", "metric": "accuracy", "split": "test", "at_least": 0.8, "full_at": 0.9, "points": 60},
        {"type": "parameter_budget", "at_most": 200, "points": 20},
        {"type": "no_finding", "code": "vanishing_gradients", "points": 20, "visibility": "hidden"},
    ],
    "quota": {"submissions_per_day": 3, "concurrent": 2},
}


def spec(units: int = 5, **training: Any) -> dict[str, Any]:
    """A submission of its own shape."""
    layers = [dict(layer) for layer in SPEC["architecture"]["layers"]]
    layers[0]["units"] = units
    return {"architecture": {"layers": layers}, "training": SPEC["training"] | training}


@dataclass(frozen=True)
class School:
    """Who calls.

    Attributes:
        teacher: the headers of the teacher's key.
        ana: those of a student.
        leo: those of another one.
        stranger: those of another teacher.
    """

    teacher: Mapping[str, str]
    ana: Mapping[str, str]
    leo: Mapping[str, str]
    stranger: Mapping[str, str]


async def school(client: httpx.AsyncClient) -> School:
    """Keys for a class; the first one turns keys on."""
    first = await key(client, {}, scope="operator", owner="local")
    teacher = await key(client, first, scope="teacher", owner="teacher")
    return School(
        teacher=teacher,
        ana=await key(client, teacher, scope="student", author="ana"),
        leo=await key(client, teacher, scope="student", author="leo"),
        stranger=await key(client, first, scope="teacher", owner="stranger"),
    )


async def key(client: httpx.AsyncClient, by: Mapping[str, str], **wish: Any) -> dict[str, str]:
    """The headers of a new key."""
    made = await client.post(f"{API}/api-keys", json=wish, headers=by)
    assert made.status_code == 201, made.text
    return {"Authorization": f"Bearer {made.json()['secret']}"}


async def post(client: httpx.AsyncClient, by: Mapping[str, str] | None = None, **changes: Any) -> dict[str, Any]:
    """A new assignment."""
    response = await client.post(ASSIGNMENTS, json=ASSIGNMENT | changes, headers=by)
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


async def publish(client: httpx.AsyncClient, by: Mapping[str, str] | None = None, **changes: Any) -> dict[str, Any]:
    """A new assignment that students see."""
    made = await post(client, by, **changes)
    opened = await client.post(f"{ASSIGNMENTS}/{made['id']}/publish", headers=by)
    assert opened.status_code == 200, opened.text
    return made


async def submit(
    client: httpx.AsyncClient, assignment: Mapping[str, Any], by: Mapping[str, str] | None = None, **body: Any
) -> httpx.Response:
    """The answer to a submission."""
    body = {"spec": spec(), **({"author": "ana"} if by is None else {}), **body}
    return await client.post(assignment["links"]["submissions"], json=body, headers=by)


async def submitted(
    client: httpx.AsyncClient, assignment: Mapping[str, Any], by: Mapping[str, str] | None = None, **body: Any
) -> dict[str, Any]:
    """A new submission."""
    response = await submit(client, assignment, by, **body)
    assert response.status_code == 202, response.text
    made: dict[str, Any] = response.json()
    return made


async def look(
    client: httpx.AsyncClient, thing: Mapping[str, Any], by: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """A thing as it is now."""
    response = await client.get(thing["links"]["self"], headers=by)
    assert response.status_code == 200, response.text
    seen: dict[str, Any] = response.json()
    return seen


async def graded(
    client: httpx.AsyncClient, thing: Mapping[str, Any], by: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """A submission when it is graded by an agent."""
    deadline = time.monotonic() + 200
    while (seen := await look(client, thing, by))["status"] in {"queued", "grading"}:
        assert time.monotonic() < deadline, seen["jobs"]
        await asyncio.sleep(0.1)
    return seen


def waiting(engine: Engine) -> list[str]:
    """The jobs that wait, in the order of the queue."""
    with reading(engine) as session:
        return list(session.scalars(select(JobRow.id).where(JobRow.status == JobStatus.QUEUED).order_by(JobRow.id)))


def train(desk: Desk, *accuracies: float, diagnosis: Diagnosis = WELL) -> None:
    """Let the jobs that wait end with these accuracies, the last one for all that follow."""
    for number, job_id in enumerate(waiting(desk.engine)):
        accuracy = accuracies[min(number, len(accuracies) - 1)]
        scores: dict[str, float | None] = {"loss": 1 - accuracy, "accuracy": accuracy}
        desk.succeed(desk.claim(job_id), metrics={"train": scores, "test": scores}, diagnosis=diagnosis)


def fail(desk: Desk) -> None:
    """Let the jobs that wait fail by us."""
    for job_id in waiting(desk.engine):
        claim = desk.claim(job_id)
        with writing(desk.engine) as session:
            JOBS.fail(session, claim, {"type": "memory", "title": "Too large", "detail": f"No memory for {job_id}."})


def advance(desk: Desk, room: int = 10_000) -> None:
    """What an agent does when a job has ended."""
    grading.advance(desk.engine, QueueLimits(room))


def grade(desk: Desk, *accuracies: float) -> None:
    """Let everything that waits be trained and marked."""
    while waiting(desk.engine):
        train(desk, *accuracies)
        advance(desk)
