"""What dies while a submission is graded makes no difference to a digit of its grade."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.service.grading.submissions.school import graded, publish, spec, submitted
from tests.service.worker.agents import Agent, until
from tests.service.worker.desk import Desk as Jobs

pytestmark = [pytest.mark.slow, pytest.mark.anyio]
SLOW = spec(4, epochs=60, batch_size=8)


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_killing_agents_changes_no_mark(
    client: httpx.AsyncClient, engine: Any, start: Callable[..., Agent]
) -> None:
    rubric = [
        {"type": "metric", "metric": "accuracy", "split": "test", "at_least": 0.3, "full_at": 1.0, "points": 50},
        {"type": "gradient_ratio", "at_least": 0.001, "epoch": 1, "points": 30},
        {"type": "no_finding", "points": 20},
    ]
    changes: dict[str, Any] = {"rubric": rubric, "seeds": {"count": 2, "max": 2}, "constraints": {}}
    assignment = await publish(client, **changes)
    made = await submitted(client, assignment, spec=SLOW)
    jobs = Jobs(engine)
    victim, heir = start(), start()
    first = made["jobs"][0]["job_id"]
    until(lambda: jobs.status(first) != "queued", 120)
    victim.kill()
    killed = await graded(client, made)
    for job in killed["jobs"]:  # so that all is trained anew
        assert (await client.delete(f"/api/v1/jobs/{job['job_id']}")).status_code == 204
    calm = await graded(client, await submitted(client, assignment, author="leo", spec=SLOW))
    assert heir.process.poll() is None
    assert killed["grade"] == calm["grade"]
    assert {job["job_id"] for job in killed["jobs"]}.isdisjoint(job["job_id"] for job in calm["jobs"])


async def test_an_agent_grades_by_itself(client: httpx.AsyncClient, agent: Agent) -> None:
    """Trained and marked without anybody's help; the answer comes when the grade is there."""
    rubric = [
        {"type": "metric", "metric": "accuracy", "split": "test", "at_least": 0.3, "points": 50},
        {"type": "reproduces", "points": 30},
        {"type": "beats_baseline", "metric": "accuracy", "split": "test", "level": None, "points": 20},
    ]
    assignment = await publish(client, rubric=rubric, baseline=spec(1, epochs=2), seeds={"count": 2, "max": 2})
    made = await graded(client, await submitted(client, assignment, spec=spec(4, epochs=10)))
    by_type = {check["type"]: check for check in made["grade"]["checks"]}
    assert made["status"] == "graded", made["error"]
    assert by_type["reproduces"]["passed"] is True
    assert not made["grade"]["failed_by_us"]
