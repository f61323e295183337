"""Trials as a client asks for them, and jobs that end as a test wants it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx

from models.diagnoses.advice.activations import relu_he, selu_lecun
from models.diagnoses.design import Design
from models.diagnoses.finding import Advice, Diagnosis, Finding, Operation
from models.diagnoses.thresholds import VERSION
from models.specs.check import parse
from models.text import LocalizedText
from service.experiments.trials import scheduling
from service.queue.limits import QueueLimits
from tests.service.jobs.desk import Desk
from tests.service.jobs.specs import document

TRIALS = "/api/v1/trials"
JOBS = "/api/v1/jobs"
SAY = LocalizedText(en="Something.", es="Algo.")
BASE = Design(parse(document()))
SLOWER = [{"op": "replace", "path": "/training/optimizer/learning_rate", "value": 0.05}]


def advice(code: str, path: str, value: Any) -> Advice:
    """An advice that sets one member."""
    return Advice(code=code, text=SAY, patch=[Operation(op="add", path=path, value=value)])


def finding(code: str, *given: Advice, severity: Any = "error") -> Finding:
    """Something found, with its advice."""
    return Finding(code=code, severity=severity, stage="training", message=SAY, advice=list(given))


SICK = Diagnosis(
    version=VERSION,
    verdict="vanishing_gradients",
    findings=[
        finding("vanishing_gradients", relu_he(BASE), selu_lecun(BASE), Advice(code="pray", text=SAY, patch=[])),
        finding("no_learning", relu_he(BASE)),
        finding("step_budget", advice("more_epochs", "/training/epochs", 80), severity="warning"),
    ],
)
WELL = Diagnosis(version=VERSION, verdict="healthy", findings=[])


def sick(desk: Desk, accuracy: float = 0.5, **changes: Any) -> str:
    """A job that has ended sick; its id."""
    job_id = desk.queued(**changes)
    end(desk, job_id, accuracy, SICK)
    return job_id


def end(desk: Desk, job_id: str, accuracy: float | None, diagnosis: Diagnosis, name: str = "circles") -> None:
    """Let a job that waits begin and end."""
    scores = {"loss": None if accuracy is None else 1 - accuracy, "accuracy": accuracy}
    desk.succeed(desk.claim(job_id), name, metrics={"train": scores, "test": scores}, diagnosis=diagnosis)


def end_all(desk: Desk, jobs: Sequence[str], accuracy: float | None, diagnosis: Diagnosis) -> None:
    """Let jobs end one like the other, but for a thousandth."""
    for number, job_id in enumerate(jobs):
        end(desk, job_id, None if accuracy is None else accuracy + number / 1000, diagnosis)


def own(arm: dict[str, Any]) -> list[str]:
    """The jobs of an arm that were made for it."""
    return [job_id for job_id in arm["jobs"] if job_id not in arm["reused"]]


async def make(client: httpx.AsyncClient, job_id: str, **body: Any) -> dict[str, Any]:
    """A fresh trial."""
    response = await client.post(f"{JOBS}/{job_id}/trials", json=body)
    assert response.status_code == 202, response.text
    made: dict[str, Any] = response.json()
    return made


async def look(client: httpx.AsyncClient, trial: dict[str, Any]) -> dict[str, Any]:
    """The trial as it is now."""
    response = await client.get(trial["links"]["self"])
    assert response.status_code == 200
    seen: dict[str, Any] = response.json()
    return seen


def advance(desk: Desk) -> None:
    """What an agent does at every beat."""
    scheduling.advance(desk.engine, QueueLimits(10_000))
