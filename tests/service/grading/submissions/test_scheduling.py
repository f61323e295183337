"""What agents do for gradings: other tries, more seeds, the grade; and what deleting and cancelling does to them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, select

from service.database.grading import AssignmentRow, GradingJobRow, SubmissionRow
from service.database.session import reading, writing
from service.database.tables import JobRow
from service.grading.rubric.assignment import Assignment
from service.grading.submissions.grading_rows import grading_secret, new_grading, submission_seeds
from service.grading.submissions.scheduling import schedule
from service.jobs.operations import cancel_all
from service.queue.limits import QueueLimits
from service.settings import Settings
from service.worker import retention
from tests.databases import KINDS, unguarded
from tests.service.grading.submissions.school import (
    ASSIGNMENT,
    DATA,
    SICK,
    WELL,
    advance,
    fail,
    grade,
    look,
    publish,
    school,
    spec,
    submit,
    submitted,
    train,
    waiting,
)
from tests.service.jobs.desk import Desk
from tests.service.worker.test_retention import age

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("url", KINDS, indirect=True)]


def roles(engine: Engine) -> list[tuple[str, int]]:
    """What trainings are for, and how often they were tried."""
    with reading(engine) as session:
        rows = session.execute(select(GradingJobRow.role, GradingJobRow.tries).order_by(GradingJobRow.job_id))
        return [(role, tries) for role, tries in rows]


async def test_what_could_not_be_trained_is_tried_once_more(client: httpx.AsyncClient, desk: Desk) -> None:
    made = await submitted(client, await publish(client))
    train(desk, 0.95)
    first, second = [job["job_id"] for job in (await look(client, made))["jobs"]]
    with unguarded(desk.engine) as session:
        session.get_one(JobRow, first).status = "failed"
    advance(desk)
    assert (await look(client, made))["status"] == "grading"
    assert len(waiting(desk.engine)) == 1
    grade(desk, 0.95)
    seen = await look(client, made)
    assert (seen["status"], seen["score"]) == ("graded", 100)
    assert second in {job["job_id"] for job in seen["jobs"]}


async def test_what_we_cannot_train_is_our_failure(client: httpx.AsyncClient, desk: Desk) -> None:
    by = await school(client)
    assignment = await publish(client, by.teacher, quota={"submissions_per_day": 1})
    made = await submitted(client, assignment, by.ana)
    fail(desk)
    advance(desk)
    assert len(waiting(desk.engine)) == 2
    fail(desk)
    advance(desk)
    assert waiting(desk.engine) == []
    seen = await look(client, made, by.teacher)
    assert (seen["status"], seen["error"]["type"], seen["grade"]) == ("failed", "not_trained", None)
    assert "No memory" in seen["error"]["detail"]
    own = await look(client, made, by.ana)
    assert (own["status"], own["error"]["type"]) == ("failed", "not_trained")
    assert "job_" not in own["error"]["detail"]
    again = await submitted(client, assignment, by.ana)  # it has cost no try, and is tried anew
    grade(desk, 0.95)
    assert (await look(client, again, by.ana))["status"] == "graded"


async def test_a_training_that_diverged_is_marked(client: httpx.AsyncClient, desk: Desk) -> None:
    made = await submitted(client, await publish(client))
    for job_id in waiting(desk.engine):
        nothing: dict[str, float | None] = {"loss": None, "accuracy": None}
        desk.succeed(desk.claim(job_id), "diverged", metrics={"train": nothing, "test": nothing}, diagnosis=SICK)
    advance(desk)
    seen = await look(client, made)
    assert (seen["status"], seen["score"]) == ("graded", 20)


async def test_more_seeds_where_the_first_leave_it_open(client: httpx.AsyncClient, desk: Desk) -> None:
    made = await submitted(client, await publish(client))
    train(desk, 0.7, 0.95)  # the interval holds the floor
    advance(desk)
    assert (await look(client, made))["status"] == "grading"
    assert len(waiting(desk.engine)) == 2
    train(desk, 0.7, 0.95)
    advance(desk)
    seen = await look(client, made)
    assert (seen["status"], len(seen["grade"]["seeds"]), seen["grade"]["borderline"]) == ("graded", 4, True)
    assert len(set(seen["grade"]["seeds"])) == 4


async def test_seeds_are_the_same_for_all(client: httpx.AsyncClient, desk: Desk) -> None:
    assignment = await publish(client)
    one = await submitted(client, assignment, spec=spec(3))
    two = await submitted(client, assignment, author="leo", spec=spec(4))
    other = await submitted(client, await publish(client), spec=spec(3))
    grade(desk, 0.95)
    seeds = [(await look(client, made))["grade"]["seeds"] for made in (one, two, other)]
    assert seeds[0] == seeds[1] != seeds[2]


async def test_a_baseline_and_a_repetition_where_they_are_asked_for(client: httpx.AsyncClient, desk: Desk) -> None:
    rubric = [
        {"type": "beats_baseline", "metric": "accuracy", "split": "test", "level": None, "points": 10},
        {"type": "reproduces", "points": 5},
    ]
    assignment = await publish(client, rubric=rubric, baseline=spec(2))
    made = await submitted(client, assignment)
    assert roles(desk.engine) == [("main", 1), ("main", 1), ("repeat", 1), ("baseline", 1), ("baseline", 1)]
    train(desk, 0.9, 0.9, 0.9, 0.5)
    advance(desk)
    assert (await look(client, made))["score"] == 15
    leo = await submitted(client, assignment, author="leo")
    assert leo["status"] == "graded"
    await submitted(client, assignment, author="eva", spec=spec(4))
    assert len(waiting(desk.engine)) == 3  # the baseline has been trained


async def test_trainings_of_the_teacher_are_taken_as_they_are(client: httpx.AsyncClient, desk: Desk) -> None:
    assignment = await publish(client)
    made = await submitted(client, assignment)
    for job in (await look(client, made))["jobs"]:
        document = (await client.get(f"/api/v1/jobs/{job['job_id']}")).json()
        assert document["labels"] == {"assignment": assignment["id"], "submission": made["id"]}
        assert document["spec"]["data"] == assignment["hidden_data"]
        assert document["spec"]["seed"] == job["seed"]
        assert document["name"] == "Rings"


async def test_a_job_that_is_deleted_before_it_was_marked_is_trained_again(
    client: httpx.AsyncClient, desk: Desk
) -> None:
    made = await submitted(client, await publish(client))
    train(desk, 0.95)
    [first, _] = (await look(client, made))["jobs"]
    assert (await client.delete(f"/api/v1/jobs/{first['job_id']}")).status_code == 204
    advance(desk)
    assert len(waiting(desk.engine)) == 1
    grade(desk, 0.95)
    assert (await look(client, made))["score"] == 100


async def test_a_job_that_is_cancelled_is_trained_again(client: httpx.AsyncClient, desk: Desk) -> None:
    made = await submitted(client, await publish(client))
    with writing(desk.engine) as session:
        cancel_all(session, waiting_ids := [job["job_id"] for job in made["jobs"]])
    advance(desk)
    assert set(waiting(desk.engine)).isdisjoint(waiting_ids)
    grade(desk, 0.95)
    assert (await look(client, made))["status"] == "graded"


async def test_a_grade_needs_no_job(client: httpx.AsyncClient, desk: Desk) -> None:
    assignment = await publish(client)
    made = await submitted(client, assignment)
    grade(desk, 0.95)
    before = await look(client, made)
    for job in before["jobs"]:
        await client.delete(f"/api/v1/jobs/{job['job_id']}")
    after = await look(client, made)
    assert {job["status"] for job in after["jobs"]} == {"missing"}
    assert after["grade"] == before["grade"]
    assert (await submit(client, assignment)).json()["grade"] == before["grade"]


async def test_retention_leaves_what_is_being_graded(client: httpx.AsyncClient, desk: Desk, engine: Engine) -> None:
    made = await submitted(client, await publish(client))
    jobs = [job["job_id"] for job in made["jobs"]]
    nothing: dict[str, float | None] = {"loss": 0.1, "accuracy": 0.95}
    desk.succeed(
        desk.claim(jobs[0]),
        metrics={"train": nothing, "test": nothing},
        diagnosis=WELL,
    )
    age(engine, jobs[0])
    with writing(engine) as session:
        assert retention.clear(session, timedelta(days=30)) == 0
    grade(desk, 0.95)
    age(engine, *jobs)
    with writing(engine) as session:
        assert retention.clear(session, timedelta(days=30)) == 2
    seen = await look(client, made)
    assert (seen["status"], seen["score"]) == ("graded", 100)


async def test_what_cannot_be_marked_ends_alone(
    client: httpx.AsyncClient, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    assignment = await publish(client)
    broken = await submitted(client, assignment)
    sound = await submitted(client, assignment, author="leo", spec=spec(4))
    train(desk, 0.95)
    with unguarded(desk.engine) as session:
        job = session.get_one(JobRow, broken["jobs"][0]["job_id"])
        assert job.result is not None
        job.result = {name: part for name, part in job.result.items() if name != "metrics"}
    advance(desk)
    assert "cannot go on" in caplog.text
    seen = await look(client, broken)
    assert (seen["status"], seen["error"]["type"]) == ("failed", "not_marked")
    assert (await look(client, sound))["score"] == 100


async def test_a_spec_that_does_not_fit_new_rules_keeps_its_grade(client: httpx.AsyncClient, desk: Desk) -> None:
    two = spec(loss="sparse_categorical_crossentropy")
    two["architecture"]["layers"][-1] = {"type": "dense", "units": 2, "activation": "softmax"}
    assignment = await publish(client)
    made = await submitted(client, assignment, spec=two)
    grade(desk, 0.95)
    source: dict[str, Any] = {**dict.fromkeys((await look(client, assignment))["data"]["source"]), "type": "iris"}
    patch = {"data": {"source": source}, "hidden_data": None}  # three classes
    changed = await client.patch(assignment["links"]["self"], json=patch, headers={"If-Match": "*"})
    assert changed.status_code == 200, changed.text
    settings = Settings(database_url=str(desk.engine.url))
    with writing(desk.engine) as session:
        row = session.get_one(AssignmentRow, assignment["id"], with_for_update=True)
        policy = Assignment.model_validate(row.content).seeds
        seeds = submission_seeds(row.id, policy, grading_secret(session, settings))
        submission = session.get_one(SubmissionRow, made["id"])
        grading = new_grading(row, seeds, submission=submission, batch="rgr_test")
        session.add(grading)
        session.flush()
        trained = schedule(session, grading, QueueLimits.of(settings))
        assert (grading.status, trained) == ("failed", False)
        assert grading.error is not None
        assert grading.error["type"] == "not_fit"
    kept = await look(client, made)
    assert (kept["status"], kept["score"], kept["regrade_needed"]) == ("graded", 100, True)


async def test_public_data_where_nothing_is_hidden(client: httpx.AsyncClient, desk: Desk) -> None:
    assignment = await publish(client, hidden_data=None)
    made = await submitted(client, assignment, spec=spec() | {"data": DATA})
    assert made["spec"].keys() == {"architecture", "training", "diagnostics", "seed"}
    grade(desk, 0.95)
    assert (await look(client, made))["score"] == 100
    assert ASSIGNMENT["data"] == DATA
