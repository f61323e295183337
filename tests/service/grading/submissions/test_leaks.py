"""What is hidden from students is on no route: every one is asked for everything that a grading leaves."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from tests.databases import KINDS
from tests.service.grading.submissions.leaks import ROWS, ask, everything
from tests.service.grading.submissions.school import (
    API,
    SICK,
    advance,
    fail,
    grade,
    graded,
    look,
    publish,
    school,
    spec,
    submit,
    submitted,
    train,
)
from tests.service.jobs.desk import Desk
from tests.service.worker.agents import Agent

pytestmark = pytest.mark.anyio

HIDDEN: dict[str, Any] = {
    "source": {"type": "inline", "features": ROWS, "targets": [row % 2 for row in range(12)]},
    "scaler": None,
    "split": {"type": "head", "train_size": 8},
}
PUBLIC = HIDDEN | {"source": HIDDEN["source"] | {"features": [[row, -row] for row in range(12)]}}
TINY = {"type": "sgd", "learning_rate": 0.1}
RUBRIC = [
    {"type": "metric", "metric": "accuracy", "split": "test", "at_least": 0.8, "full_at": 0.9, "points": 60},
    {"type": "never_diverges", "points": 5, "visibility": "after_published"},
    {
        "type": "answer",
        "name": "smallest",
        "points": 5,
        "question": {"type": "extreme_layer", "quantity": "gradient_norm", "extreme": "smallest", "epoch": 0},
    },
    {"type": "gradient_ratio", "at_least": 0.01, "epoch": 1, "points": 10, "name": "ratio"},
    {"type": "no_finding", "points": 20, "visibility": "hidden", "name": "secret_check"},
    {"type": "manual", "name": "report", "points": 5},
]


@pytest.mark.parametrize("url", KINDS, indirect=True)
async def test_no_route_tells(client: httpx.AsyncClient, app: FastAPI, desk: Desk) -> None:
    by = await school(client)
    assignment = await publish(
        client, by.teacher, data=PUBLIC, hidden_data=HIDDEN, rubric=RUBRIC, quota={"concurrent": 5}
    )
    answers = {"smallest": "dense"}
    leo = await submitted(client, assignment, by.leo, spec=spec(4))
    made = await submitted(client, assignment, by.ana, spec=spec(5), answers=answers)
    train(desk, 0.95, 0.85, 0.7, 0.95, diagnosis=SICK)
    advance(desk)
    grade(desk, 0.95)
    secrets = await everything(client, by, made, leo)
    assert len(secrets.numbers) > 20
    # What would be told is there, for the teacher.
    for_teacher = (await client.get(made["links"]["self"], headers=by.teacher)).text
    assert len(secrets.found_in(for_teacher, "")) > 4
    assert await ask(app, by, made, secrets) > 300
    seen = await look(client, made, by.ana)
    names = [check["name"] for check in seen["grade"]["checks"]]
    assert names == ["metric", "never_diverges", "smallest", "ratio", "report"]
    assert seen["grade"].keys() == {"score", "max_score", "checks", "late", "incomplete", "rules"}
    assert "jobs" not in seen


@pytest.mark.parametrize("url", KINDS, indirect=True)
async def test_no_error_tells(client: httpx.AsyncClient, desk: Desk) -> None:
    """Refusals and failures say nothing of hidden data and of jobs."""
    by = await school(client)
    assignment = await publish(client, by.teacher, data=PUBLIC, hidden_data=HIDDEN, rubric=RUBRIC)
    hidden = {repr(value) for row in ROWS for value in row} | {"inline"}
    for changes in ({"batch_size": 100_000}, {"loss": "categorical_crossentropy"}, {"class_weight": {"5": 1.0}}):
        for units in (1, 3):
            wrong = spec(5, **changes)
            wrong["architecture"]["layers"][-1] = {"type": "dense", "units": units, "activation": "softmax"}
            text = (await submit(client, assignment, by.ana, spec=wrong)).text
            assert not [number for number in hidden if number in text], text
    made = await submitted(client, assignment, by.ana)
    for _ in range(2):
        fail(desk)
        advance(desk)
    text = (await client.get(made["links"]["self"], headers=by.ana)).text
    assert '"failed"' in text
    assert "job_" not in text
    listed = (await client.get(assignment["links"]["submissions"], headers=by.ana)).text
    assert "job_" not in listed


@pytest.mark.parametrize("url", KINDS, indirect=True)
async def test_checks_are_shown_when_they_may_be(client: httpx.AsyncClient, desk: Desk) -> None:
    by = await school(client)
    rubric = [
        {"type": "metric", "metric": "accuracy", "split": "test", "at_least": 0.8, "points": 60},
        {"type": "never_diverges", "points": 20, "visibility": "after_published"},
        {"type": "parameter_budget", "at_most": 200, "points": 20, "visibility": "after_due"},
    ]
    assignment = await publish(client, by.teacher, rubric=rubric, due_at="2100-01-01T00:00:00Z")
    path = assignment["links"]["self"]
    made = await submitted(client, assignment, by.ana)
    grade(desk, 0.95)

    async def seen() -> tuple[float, list[float | None]]:
        shown = await look(client, made, by.ana)
        return shown["score"], [check["points"] for check in shown["grade"]["checks"]]

    async def change(**patch: Any) -> None:
        changed = await client.patch(path, json=patch, headers={**by.teacher, "If-Match": "*"})
        assert changed.status_code == 200, changed.text

    assert await seen() == (60, [60, None, None])
    tag = (await client.get(made["links"]["self"], headers=by.ana)).headers["etag"]
    await change(due_at="2020-01-01T00:00:00Z")  # it is past now, as a clock would have it
    assert await seen() == (80, [60, None, 20])
    late = await client.get(made["links"]["self"], headers={**by.ana, "If-None-Match": tag})
    assert late.status_code == 200
    await client.post(f"{path}/publish", json={"grades": True}, headers=by.teacher)
    assert await seen() == (100, [60, 20, 20])
    await change(rubric=[{**check, "visibility": "hidden"} for check in rubric[:2]] + rubric[2:])
    assert await seen() == (20, [20])  # at once, without a regrade
    listed = (await client.get(assignment["links"]["submissions"], headers=by.ana)).json()["data"]
    assert (listed[0]["score"], listed[0]["max_score"]) == (20, 20)


@pytest.mark.slow
async def test_no_route_tells_of_real_trainings(client: httpx.AsyncClient, app: FastAPI, agent: Agent) -> None:
    """Predictions, surfaces and histories of trainings on hidden rows are there, and are the teacher's alone."""
    by = await school(client)
    quota = {"concurrent": 5}
    assignment = await publish(
        client, by.teacher, data=PUBLIC, hidden_data=HIDDEN, rubric=RUBRIC, quota=quota, seeds={"count": 1}
    )
    tiny = spec(3, epochs=3, optimizer=TINY)
    leo = await submitted(client, assignment, by.leo, spec=spec(3, epochs=4, optimizer=TINY))
    made = await submitted(client, assignment, by.ana, spec=tiny, answers={"smallest": "dense"})
    for thing in (leo, made):
        await graded(client, thing, by.teacher)
    secrets = await everything(client, by, made, leo)
    job_id = secrets.ids["job_id"][0]
    own = await client.get(f"{API}/jobs/{job_id}/predictions?split=all", headers=by.teacher)
    assert secrets.found_in(own.text, "")  # the hidden rows
    assert await ask(app, by, made, secrets) > 300
