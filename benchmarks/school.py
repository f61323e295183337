"""A class that is graded by a real service: the API and agents as processes, clients over HTTP.

Phases, each with the seconds that it takes:

- *posted*: the submissions are sent, one after the other;
- *first*: until the first of them has its grade;
- *graded*: until all have;
- *regraded*: all are graded again from the trainings that are there; the grades must be equal, digit for digit;
- *retrained*: the trainings are deleted before that, so that everything is trained anew. With ``--kill`` agents are
  killed meanwhile, as the kernel does it, and replaced, as a service manager does.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import httpx

from benchmarks.chaos import database
from benchmarks.queueing import api
from service.grading.rubric.presets import presets
from tests.service.worker.agents import Agent

WIDTHS = (4, 5, 6, 8)
DEPTHS = (1, 2, 3, 4, 5)
STARTS = {
    "tanh": "glorot_uniform",
    "relu": "he_uniform",
    "selu": "lecun_normal",
    "elu": "he_normal",
    "leaky_relu": "he_normal",
    "sigmoid": "glorot_uniform",
}
TOLD = 15.0  # seconds between two lines of progress
LOOKS = 0.5  # seconds between two looks
PATIENCE = 3600.0  # seconds for a phase
PAUSES = (8.0, 16.0)  # the least and the most seconds between two kills; a child needs some to get on at all
MOST_KILLS = 15  # then the agents are left alone: on a busy machine none would get on at all
Document = dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """What is measured.

    Attributes:
        database: its kind.
        students: each with one submission that no other one equals; at most 120.
        epochs: of every training.
        seeds: of every submission; no more are added where a check stays open.
        agents: processes; each has as many slots as make ``slots`` together.
        slots: trainings at the same time.
        retrain: whether everything is trained a second time.
        kill: whether agents are killed meanwhile.
    """

    database: str = "sqlite"
    students: int = 120
    epochs: int = 500
    seeds: int = 5
    agents: int = 1
    slots: int = 2
    retrain: bool = False
    kill: bool = False


@dataclass
class Crew:
    """The agents, and how often one was killed."""

    begin: Callable[[], Agent]
    agents: list[Agent] = field(default_factory=list)
    killed: int = 0

    def start(self, number: int) -> None:
        """Begin to work."""
        self.agents = [self.begin() for _ in range(number)]

    def kill(self, chance: random.Random) -> None:
        """Kill one, and let another one begin."""
        victim = chance.randrange(len(self.agents))
        self.agents[victim].kill()
        self.agents[victim] = self.begin()
        self.killed += 1

    def end(self) -> None:
        """Stop working."""
        for agent in self.agents:
            agent.end()


def assignment(plan: Plan) -> Document:
    """The circles of the preset, on which any network may be tried as often as one likes."""
    document = presets()["deep-tanh"].document
    return {
        **{name: document[name] for name in ("title", "statement", "data", "hidden_data", "rubric")},
        "seeds": {"count": plan.seeds, "aggregate": "median", "max": plan.seeds},
        "constraints": {"max_epochs": plan.epochs},
        "quota": {"submissions_per_day": None, "concurrent": 100},
    }


def specs(plan: Plan) -> Iterator[Document]:
    """Networks of different width, depth and activation, the activations mixed."""
    training = presets()["deep-tanh"].references[0].spec["training"] | {"epochs": plan.epochs}
    combinations = list(product(WIDTHS, DEPTHS, STARTS))
    random.Random(1).shuffle(combinations)  # noqa: S311 - an order, no secret
    for width, depth, activation in combinations[: plan.students]:
        hidden = {"type": "dense", "units": width, "activation": activation, "repeat": depth}
        hidden["kernel_initializer"] = STARTS[activation]
        output = {"type": "dense", "units": 1, "activation": "sigmoid"}
        yield {"architecture": {"layers": [hidden, output]}, "training": training}


def main(plan: Plan) -> bool:
    """Grade a class and grade it again; whether all grades were equal."""
    with tempfile.TemporaryDirectory(prefix="clinic-grading-") as name:
        folder = Path(name)
        with database(plan.database, folder) as (url, _), api(url, folder) as client:
            settings: dict[str, object] = {"slots": max(1, plan.slots // plan.agents), "log_level": "error"}
            settings |= {"heartbeat": 1.0, "agent_timeout": 4.0}
            if plan.kill:
                settings["max_attempts"] = 100  # a training that is killed again and again has not failed by itself
            crew = Crew(partial(Agent, url, folder / "cache", settings, log=folder / "log"))
            crew.start(plan.agents)
            try:
                return measure(plan, client, crew)
            finally:
                crew.end()


def measure(plan: Plan, client: httpx.Client, crew: Crew) -> bool:
    """Every phase."""
    warm_up(client, plan)
    made = send(client, "assignments", assignment(plan))
    path = f"assignments/{made['id']}"
    send(client, f"{path}/publish", {})
    begun = time.perf_counter()
    ids = [
        send(client, f"{path}/submissions", {"author": f"s{number:03}", "spec": spec})["id"]
        for number, spec in enumerate(specs(plan))
    ]
    report("posted", begun, f"{len(ids)} submissions, {len(ids) * plan.seeds} trainings of {plan.epochs} epochs")
    wait(client, path, begun, len(ids), len(ids) - 1)
    report("first", begun, "the first one")
    wait(client, path, begun, len(ids), 0)
    counts = statuses(client, path)
    report("graded", begun, ", ".join(f"{count} {status}" for status, count in sorted(counts.items())))
    grades = graded(client, ids)
    scores = sorted(grade["score"] for grade in grades.values())
    print(f"           scores {scores[0]:g} to {scores[-1]:g}, {len(set(scores))} different ones", flush=True)
    equal = regrade(client, path, "regraded", grades, None)
    if plan.retrain or plan.kill:
        remove_jobs(client, made["id"])
        equal = regrade(client, path, "retrained", grades, crew if plan.kill else None) and equal
    return equal and counts["graded"] == len(ids)


def warm_up(client: httpx.Client, plan: Plan) -> None:
    """Let every child import its framework before the clock starts, as in a service that has run for a while."""
    spec = next(specs(plan)) | {"data": presets()["deep-tanh"].document["data"]}
    spec["training"] = spec["training"] | {"epochs": 1}
    for seed in range(2 * plan.slots):
        send(client, "jobs", spec | {"seed": seed})
    ends = time.monotonic() + PATIENCE
    while get(client, "jobs?status=queued&status=running")["data"]:
        assert time.monotonic() < ends
        time.sleep(LOOKS)


def regrade(client: httpx.Client, path: str, name: str, before: dict[str, Document], crew: Crew | None) -> bool:
    """Grade all again; whether all grades are equal, by the service's word and by their texts.

    Args:
        client: of the API.
        path: of the assignment.
        name: of the phase.
        before: the grades.
        crew: agents that are killed meanwhile; None: none is.
    """
    chance, begun = random.Random(1), time.perf_counter()  # noqa: S311 - faults are no secret
    asked = send(client, f"{path}/regrades", {})
    told, following = begun + TOLD, begun + chance.uniform(*PAUSES)
    while True:
        seen = get(client, f"{path}/regrades/{asked['id']}")
        now = time.perf_counter()
        if seen["status"] == "ended":
            break
        assert now - begun < PATIENCE
        if crew is not None and crew.killed < MOST_KILLS and now > following and trains(client):
            crew.kill(chance)
            following = now + chance.uniform(*PAUSES)
        if now > told:
            print(f"           {now - begun:6.1f} s  {seen['graded']} of {seen['of']}", flush=True)
            told = now + TOLD
        time.sleep(LOOKS)
    after = graded(client, list(before))
    different = [each for each, grade in before.items() if text(grade) != text(after[each])]
    killed = "" if crew is None else f", {crew.killed} agents killed"
    changes = ", ".join(f"{count} {kind}" for kind, count in seen["summary"]["changes"].items())
    report(name, begun, f"{changes}; {len(different)} texts differ{killed}")
    return not different and seen["summary"]["changes"] == {"unchanged": len(before)}


def trains(client: httpx.Client) -> bool:
    """Whether some training is on its way: else agents that are killed while they start would never get on."""
    return any(job["progress"]["epoch"] > 0 for job in get(client, "jobs?status=running")["data"])


def text(grade: Document) -> str:
    """A grade, digit for digit."""
    return json.dumps(grade, sort_keys=True)


def graded(client: httpx.Client, ids: Sequence[str]) -> dict[str, Document]:
    """The grades of some submissions."""
    return {each: get(client, f"submissions/{each}")["grade"] for each in ids}


def remove_jobs(client: httpx.Client, assignment_id: str) -> None:
    """Delete every training of an assignment."""
    while jobs := get(client, f"jobs?label=assignment:{assignment_id}&limit=100")["data"]:
        for job in jobs:
            client.delete(f"jobs/{job['id']}").raise_for_status()


def wait(client: httpx.Client, path: str, begun: float, of: int, left: int) -> None:
    """Wait until at most so many of the submissions have no grade yet, and have not failed."""
    told = time.perf_counter() + TOLD
    while (open_ones := ungraded(client, path)) > left:
        now = time.perf_counter()
        assert now - begun < PATIENCE
        if now > told:
            print(f"           {now - begun:6.1f} s  {of - open_ones} of {of}", flush=True)
            told = now + TOLD
        time.sleep(LOOKS)


def ungraded(client: httpx.Client, path: str) -> int:
    """How many submissions wait, or are being graded; grades, which cost something to show, are not asked for."""
    return sum(1 for _ in listed(client, f"{path}/submissions?status=queued&status=grading"))


def statuses(client: httpx.Client, path: str) -> Counter[str]:
    """How many submissions have each status."""
    return Counter(each["status"] for each in listed(client, f"{path}/submissions?"))


def listed(client: httpx.Client, path: str) -> Iterator[Document]:
    """Everything in a list."""
    cursor = ""
    while True:
        page = get(client, f"{path}&limit=100{cursor}")
        yield from page["data"]
        if not page["has_more"]:
            return
        cursor = f"&cursor={page['next_cursor']}"


def report(name: str, begun: float, found: str) -> None:
    """Print a phase."""
    print(f"{name:10} {time.perf_counter() - begun:6.1f} s  {found}", flush=True)


def send(client: httpx.Client, path: str, document: Document) -> Document:
    """Post a document; the answer."""
    response = client.post(path, json=document)
    if response.is_error:
        raise SystemExit(f"{path}: {response.status_code} {response.text}")
    answer: Document = response.json()
    return answer


def get(client: httpx.Client, path: str) -> Document:
    """What is there."""
    answer: Document = client.get(path).raise_for_status().json()
    return answer
