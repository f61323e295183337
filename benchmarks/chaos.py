"""Whether jobs survive when everything that works on them dies, stands still or goes away.

    python -m benchmarks.chaos [--seeds 1 2 3] [--databases sqlite postgresql] [--agents 3] [--jobs 40]

Some agents work on some jobs, and every 1 to 2.5 seconds something happens, drawn by a seeded generator: a training's
process is killed; an agent is killed; an agent stands still for longer than others wait for it, then goes on; on
PostgreSQL, the database is restarted. An agent that has ended is replaced, as a service manager does. When all jobs
have ended, the database is asked whether each succeeded, with one end among its events, every epoch recorded once, and
the weights, the history, the trace and the diagnosis of a training that nobody disturbed.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from service.database.job_states import TERMINAL
from service.database.session import create_engine
from service.queue import workflows
from tests.databases import KINDS, Postgres, Sqlite
from tests.service.worker.agents import Agent
from tests.service.worker.desk import Desk, document

PAUSES = (1.0, 2.5)  # seconds between two faults; a busy machine needs longer ones to get on at all
FAULTS = ["child killed"] * 3 + ["agent killed"] * 2 + ["agent stood still"]
AGENT_TIMEOUT = 3.0  # seconds of silence after which an agent is taken for dead
STANDSTILL = 5.0  # seconds that an agent stands still
OUTAGE = 1.0  # seconds that the database is away
PATIENCE = 1200.0  # seconds for all jobs together
SPECS = 4  # that differ; the jobs of one must end alike

Check = Callable[[Desk, str, str], None]


@dataclass
class Report:
    """How a run went.

    Attributes:
        faults: how often each kind of fault was made.
        broken: for each promise, the jobs for which it was not kept.
        attempts: of all jobs together.
        seconds: from the first job's submission to the last one's end.
    """

    faults: Counter[str] = field(default_factory=Counter)
    broken: dict[str, list[str]] = field(default_factory=dict)
    attempts: int = 0
    seconds: float = 0.0

    @property
    def whole(self) -> bool:
        """Whether every promise was kept."""
        return not any(self.broken.values())


def spec(number: int, epochs: int) -> dict[str, Any]:
    """One of the trainings: with moments, averages and random numbers in its state, and a seed of its own."""
    made = document(epochs=epochs, seed=number % SPECS)
    made["architecture"]["layers"][1:1] = ["batch_normalization", {"type": "dropout", "rate": 0.2}]
    made["training"]["optimizer"] = {"type": "adam", "learning_rate": 0.001, "use_ema": True}
    return made


class Crew:
    """Agents on one database, and what befalls them.

    Args:
        start: starts an agent.
        number: of agents.
        restart: restarts the database; None where it is a file.
    """

    def __init__(self, start: Callable[[], Agent], number: int, restart: Callable[[], None] | None) -> None:
        self._start = start
        self._restart = restart
        self.agents = [start() for _ in range(number)]
        self._still: dict[Agent, float] = {}  # those that stand still: until when

    def befall(self, chance: random.Random) -> str:
        """Let something happen; what it was."""
        awake = [agent for agent in self.agents if agent not in self._still]
        fault = chance.choice(FAULTS if self._restart is None else [*FAULTS, "database restarted"])
        victim = chance.choice(awake) if awake else None
        if fault == "database restarted":
            assert self._restart is not None
            self._restart()
        elif victim is None:
            return "nobody was awake"
        elif fault == "child killed":
            victim.kill_children()
        elif fault == "agent killed":
            victim.kill()
        else:
            victim.stop()
            self._still[victim] = time.monotonic() + STANDSTILL
        return fault

    def look_after(self) -> None:
        """Let those go on that have stood still for long enough, and replace those that have ended."""
        for agent, until in list(self._still.items()):
            if time.monotonic() > until:
                agent.go_on()
                del self._still[agent]
        self.agents = [self._start() if agent.process.poll() is not None else agent for agent in self.agents]

    def end(self) -> None:
        """Let all agents end."""
        for agent in self.agents:
            agent.end()


def run(
    desk: Desk,
    crew: Crew,
    jobs: Sequence[dict[str, Any]],
    seed: int,
    pauses: tuple[float, float] = PAUSES,
    limit: int | None = None,
) -> Report:
    """Train the jobs while faults happen, and see what is left.

    Args:
        desk: submits and looks.
        crew: who works.
        jobs: their specs.
        seed: of the faults.
        pauses: the least and the most seconds between two of them.
        limit: the most faults; None: they happen up to the end.
    """
    chance, report = random.Random(seed), Report()  # noqa: S311 - faults are no secret
    different = {each["seed"]: each for each in jobs}
    undisturbed = {which: desk.submit(spec=each) for which, each in different.items()}
    for job_id in undisturbed.values():
        desk.ended(job_id, PATIENCE)
    start = time.monotonic()
    submitted = [(desk.submit(f"owner {number % 3}", each), each["seed"]) for number, each in enumerate(jobs)]
    following = start + chance.uniform(*pauses)
    while live(desk, [job_id for job_id, _ in submitted]):
        if time.monotonic() - start > PATIENCE:
            break
        time.sleep(0.05)
        crew.look_after()
        if time.monotonic() > following and (limit is None or report.faults.total() < limit):
            report.faults[crew.befall(chance)] += 1
            following = time.monotonic() + chance.uniform(*pauses)
    report.seconds = time.monotonic() - start
    for job_id, which in submitted:
        report.attempts += desk.job(job_id).attempt
        if live(desk, [job_id]):
            report.broken.setdefault("not ended in time", []).append(job_id)
            continue
        for promise, check in PROMISES.items():
            try:
                check(desk, job_id, undisturbed[which])
            except AssertionError:
                report.broken.setdefault(promise, []).append(job_id)
    return report


def live(desk: Desk, jobs: Sequence[str]) -> bool:
    """Whether one of the jobs has not ended."""
    return any(desk.status(job_id) not in TERMINAL for job_id in jobs)


def succeeded(desk: Desk, job_id: str, _undisturbed: str) -> None:
    """What was asked for is done."""
    assert desk.status(job_id) == "succeeded"


def ended_once(desk: Desk, job_id: str, _undisturbed: str) -> None:
    """None ends twice: its events have one end, and one start for each attempt."""
    events = desk.events(job_id)
    assert [event for event in events if event in TERMINAL] == events[-1:]
    assert events.count("started") == desk.job(job_id).attempt


def recorded_once(desk: Desk, job_id: str, _undisturbed: str) -> None:
    """Every epoch is there once, and every file."""
    desk.check_done_once(job_id)


def ended_alike(desk: Desk, job_id: str, undisturbed: str) -> None:
    """The weights, and all that was recorded, are those of the undisturbed training."""
    desk.check_equal(undisturbed, job_id)


PROMISES: dict[str, Check] = {
    "not succeeded": succeeded,
    "ended twice": ended_once,
    "recorded wrongly": recorded_once,
    "another result": ended_alike,
}


@contextmanager
def database(kind: str, folder: Path) -> Iterator[tuple[str, Callable[[], None] | None]]:
    """The address of a new database, and what restarts it."""
    if kind == "sqlite":
        yield Sqlite(folder).copy(folder / "clinic.db"), None
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # else the server's package warns that nobody has set it
    server = Postgres(folder)
    address = server.lend()
    try:
        yield address, partial(server.restart, OUTAGE)
    finally:
        server.stop()


def measure(kind: str, seed: int, chosen: argparse.Namespace) -> Report:
    """One run on a new database, as the command line says."""
    with tempfile.TemporaryDirectory(prefix="clinic-chaos-") as name:
        folder = Path(name)
        with database(kind, folder) as (url, restart):
            engine = create_engine(url)
            settings = {
                "agent_timeout": AGENT_TIMEOUT,
                "max_attempts": 100,
                "checkpoint_seconds": 0.2,
                "log_level": "error",
            }
            crew = Crew(partial(Agent, url, folder / "cache", settings, log=folder / "log"), chosen.agents, restart)
            try:
                jobs = [spec(number, chosen.epochs) for number in range(chosen.jobs)]
                return run(Desk(engine), crew, jobs, seed, tuple(chosen.pauses))
            finally:
                crew.end()
                engine.dispose()
                workflows.client.cache_clear()


def main() -> None:
    """Read the command line, run, and print a line for each run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chaos", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--databases", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--agents", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=40)
    parser.add_argument("--epochs", type=int, default=1000, help="of each job")
    parser.add_argument("--pauses", type=float, nargs=2, default=PAUSES, help="least and most seconds between faults")
    chosen = parser.parse_args()
    print(f"{'database':11} seed   whole   seconds attempts  faults", flush=True)
    whole = True
    for kind in chosen.databases:
        for seed in chosen.seeds:
            report = measure(kind, seed, chosen)
            whole = whole and report.whole
            bad = {job_id for jobs in report.broken.values() for job_id in jobs}
            faults = ", ".join(f"{name} {count}" for name, count in sorted(report.faults.items()))
            good = f"{chosen.jobs - len(bad)}/{chosen.jobs}"
            print(f"{kind:11} {seed:4} {good:>7} {report.seconds:9.1f} {report.attempts:8}  {faults}", flush=True)
            for promise, jobs in report.broken.items():
                print(f"    {promise}: {', '.join(jobs)}", flush=True)
    raise SystemExit(not whole)


if __name__ == "__main__":
    main()
