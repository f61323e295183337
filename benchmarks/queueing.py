"""How soon work begins, what waiting costs, and what a full database costs.

    python -m benchmarks.queueing [--databases sqlite postgresql]

- *start*: from a POST until an idle agent with a warm child has begun the job.
- *idle*: what such an agent uses of a core while nothing happens.
- *failover*: from the death of an agent (its process is gone; or it stands still, as when its machine is cut off) until
  another one has begun its job anew, with the settings as they come.
- *submission*: 1 000 jobs from eight clients at once.
- *full*: lists, history and trace with 10 000 ended jobs in the database.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psutil
from sqlalchemy import Engine, select, text

from benchmarks.chaos import database
from benchmarks.service import free_port, process
from service.database.session import create_engine, reading, writing
from service.database.tables import EventRow, JobRow
from service.queue import agents as registered
from service.settings import Settings
from tests.databases import KINDS
from tests.service.worker.agents import Agent, until
from tests.service.worker.crowd import ENDED, copy_of, multiply
from tests.service.worker.desk import Desk, document

STARTS = 60
WATCHED = 20.0  # seconds of idling
SUBMISSIONS = 1000
CLIENTS = 8
JOBS = 10_000
LONG = 90_000  # epochs: a job that ends only when it is ended
PATIENCE = 300.0  # seconds
ASKED = 40  # times that each question is asked
USUAL = {name: Settings.model_fields[name].default for name in ("heartbeat", "agent_timeout")} | {"log_level": "error"}


def row(kind: str, name: str, found: str) -> None:
    """Print one line of the result."""
    print(f"{kind:11} {name:28} {found}", flush=True)


def spread(seconds: Sequence[float]) -> str:
    """Percentiles in milliseconds."""
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return "  ".join(f"p{part} {1000 * cuts[part - 1]:.1f} ms" for part in (50, 95, 99))


@contextmanager
def api(url: str, folder: Path) -> Iterator[httpx.Client]:
    """A client of an API process on the database."""
    port = free_port()
    with (
        process("clinic", "api", "--database-url", url, port=port, folder=folder),
        httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1/", timeout=120) as client,
    ):
        yield client


def timed(ask: Callable[[], httpx.Response]) -> float:
    """Seconds until an answer that is none of an error."""
    start = time.perf_counter()
    ask().raise_for_status()
    return time.perf_counter() - start


def start(kind: str, client: httpx.Client, desk: Desk) -> None:
    """One job after the other, each for an agent that waits."""
    waited = []
    for number in range(-5, STARTS):  # the first ones compile
        asked = datetime.now(UTC)
        job = client.post("jobs", json=document(epochs=5, seed=number + 5)).raise_for_status().json()
        begun = desk.ended(job["id"]).started_at
        assert begun is not None
        if number >= 0:
            waited.append((begun - asked).total_seconds())
        time.sleep(0.2)  # so that it waits again
    row(kind, "POST to start", spread(waited))


def idle(kind: str, agent: Agent) -> None:
    """Processor time of the agent, and of its child."""
    processes = {"agent": psutil.Process(agent.process.pid), "child": psutil.Process(agent.children()[0].pid)}
    before = {name: sum(found.cpu_times()[:2]) for name, found in processes.items()}
    time.sleep(WATCHED)
    used = {name: (sum(found.cpu_times()[:2]) - before[name]) / WATCHED for name, found in processes.items()}
    row(kind, "idle", "  ".join(f"{name} {100 * share:.2f} % of a core" for name, share in used.items()))


def failover(kind: str, name: str, desk: Desk, agents: Sequence[Agent], end: Callable[[Agent], None]) -> None:
    """Two agents, of which the one with the job ends or falls silent."""
    job_id = desk.submit(epochs=LONG)
    until(lambda: desk.job(job_id).epoch, PATIENCE)
    desk.ended(desk.submit(epochs=5), PATIENCE)  # by the other one, whose child is warm from now on
    with reading(desk.engine) as session:
        pid = next(agent.pid for agent in registered.alive(session) if agent.id == desk.job(job_id).agent_id)
    victim = next(agent for agent in agents if agent.process.pid == pid)
    died = datetime.now(UTC)
    end(victim)
    until(lambda: desk.job(job_id).attempt > 1, PATIENCE)
    query = select(EventRow.at).where(EventRow.job_id == job_id, EventRow.type == "started").order_by(EventRow.id)
    with reading(desk.engine) as session:
        begun = session.scalars(query).all()[1]
    row(kind, f"failover, {name}", f"{(begun - died).total_seconds():.2f} s")
    desk.cancel(job_id)
    desk.ended(job_id, PATIENCE)


def submission(kind: str, client: httpx.Client) -> None:
    """Many jobs at once, which nobody trains."""
    bodies = [document(epochs=5, seed=1000 + number) for number in range(SUBMISSIONS)]
    begun = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        took = list(pool.map(lambda body: timed(partial(client.post, "jobs", json=body)), bodies))
    seconds = time.perf_counter() - begun
    row(kind, f"{SUBMISSIONS} submissions", f"{SUBMISSIONS / seconds:.0f} a second  {spread(took)}")


def full(kind: str, client: httpx.Client, desk: Desk, job_id: str) -> None:
    """Questions to a database with many ended jobs."""
    multiply(desk.engine, job_id, JOBS, ENDED)
    with desk.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    questions: dict[str, tuple[str, dict[str, Any]]] = {
        "list": ("jobs", {}),
        "list of succeeded": ("jobs", {"status": "succeeded", "limit": 20}),
        "list of failed": ("jobs", {"status": "failed"}),
        "list of a label": ("jobs", {"label": "course:dl"}),
        "job": (f"jobs/{copy_of(job_id, 7)}", {}),
        "history": (f"jobs/{copy_of(job_id, 7)}/history", {}),
        "trace": (f"jobs/{copy_of(job_id, 7)}/gradients", {}),
    }
    for name, (path, parameters) in questions.items():
        took = [timed(partial(client.get, path, params=parameters)) for _ in range(ASKED)]
        row(kind, f"{JOBS} ended jobs: {name}", spread(took))


def forget_waiting(engine: Engine) -> None:
    """Cancel all that waits."""
    with reading(engine) as session:
        waiting = session.scalars(select(JobRow.id).where(JobRow.status == "queued")).all()
    with writing(engine) as session:
        from service.jobs.operations import cancel_all

        cancel_all(session, waiting)


def measure(kind: str) -> None:
    """Everything, on a new database."""
    with tempfile.TemporaryDirectory(prefix="clinic-queueing-") as name:
        folder = Path(name)
        with database(kind, folder) as (url, _):
            engine = create_engine(url)

            def silence(agent: Agent, engine: Engine = engine) -> None:
                agent.stop_between_transactions(engine)

            desk, begin = Desk(engine), partial(Agent, url, folder / "cache", USUAL, log=folder / "log")
            for fault, end in (("process gone", Agent.kill), ("silent", silence)):
                agents = [begin(), begin()]
                try:
                    failover(kind, fault, desk, agents, end)
                finally:
                    for agent in agents:
                        agent.end()
            with api(url, folder) as client:
                agent = begin()
                spec = document(epochs=20) | {"labels": {"course": "dl"}}
                trained = desk.ended(client.post("jobs", json=spec).raise_for_status().json()["id"]).id
                start(kind, client, desk)
                idle(kind, agent)
                agent.end()
                submission(kind, client)
                forget_waiting(engine)
                full(kind, client, desk, trained)
            engine.dispose()


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.queueing", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--databases", nargs="+", choices=KINDS, default=list(KINDS))
    for kind in parser.parse_args().databases:
        measure(kind)


if __name__ == "__main__":
    main()
