"""The Gradescope bundle, run as Gradescope runs it, against the real application."""

from __future__ import annotations

import ast
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine

from service.database.session import writing
from service.settings import Settings
from service.specs.keras_imports.examples import ARCHITECTURE, COMPILE
from service.worker.attempts import JOBS
from tests.docs.bundle import METADATA, SOURCE, Autograder
from tests.service.grading.exports.schema import validate
from tests.service.grading.submissions.school import ASSIGNMENT, advance, grade, spec, train, waiting
from tests.service.inference.server import listening
from tests.service.jobs.desk import Desk
from tests.service.worker.agents import until

NOWHERE = {
    "CLINIC_URL": "http://127.0.0.1:9",
    "CLINIC_KEY": "k",
    "CLINIC_ASSIGNMENT": "asg_1",
    "CLINIC_TIMEOUT": "0.01",
}


@pytest.fixture
def autograder(tmp_path: Path) -> Autograder:
    """With a Clinic that is away."""
    return Autograder(tmp_path / "autograder", dict(NOWHERE))


@pytest.fixture
def clinic(settings: Settings, autograder: Autograder) -> Iterator[httpx.Client]:
    """A teacher's client of a service without keys, for whose assignment the bundle is set up."""
    with listening(settings) as address, httpx.Client(base_url=f"http://{address}/api/v1") as client:
        autograder.settings |= {"CLINIC_URL": f"http://{address}", "CLINIC_TIMEOUT": "60"}
        autograder.settings["CLINIC_ASSIGNMENT"] = published(client)
        yield client


def published(client: httpx.Client, **changes: Any) -> str:
    """The id of a new assignment."""
    made = client.post("/assignments", json=ASSIGNMENT | changes)
    assert made.status_code == 201, made.text
    name: str = made.json()["id"]
    assert client.post(f"/assignments/{name}/publish").status_code == 200
    return name


def graded(autograder: Autograder, engine: Engine, desk: Desk, config: Any, *accuracies: float) -> dict[str, Any]:
    """Run it while the trainings end so."""
    autograder.lay_out(config)
    process = autograder.start()
    until(lambda: waiting(engine) or process.poll() is not None)
    while process.poll() is None:
        if waiting(engine):
            grade(desk, *accuracies)
    output, _ = process.communicate()
    assert process.returncode == 0, output
    return autograder.results()


def test_a_grade_with_its_visibilities(
    autograder: Autograder, clinic: httpx.Client, engine: Engine, desk: Desk
) -> None:
    results = graded(autograder, engine, desk, {"spec": spec()}, 0.95)
    validate(results)
    assert results["score"] == 100
    assert [(test["name"], test["score"], test["visibility"]) for test in results["tests"]] == [
        ("metric", 60, "visible"),
        ("parameter_budget", 20, "visible"),
        ("no_finding", 20, "hidden"),
    ]
    assert [column["name"] for column in results["leaderboard"]] == ["metric", "parameter_budget"]
    [stored] = clinic.get(f"/assignments/{autograder.settings['CLINIC_ASSIGNMENT']}/submissions").json()["data"]
    assert stored["author"] == "ana@example.com"
    code, again = autograder.run({"spec": spec()})  # Gradescope runs it again: nothing is trained
    assert (code, again) == (0, results)


def test_a_keras_model(autograder: Autograder, clinic: httpx.Client, engine: Engine, desk: Desk) -> None:
    autograder.settings["CLINIC_ASSIGNMENT"] = published(clinic, constraints={"fixed": {"/training/epochs": 40}})
    results = graded(autograder, engine, desk, ARCHITECTURE | {"compile_config": COMPILE}, 0.85)
    assert results["score"] == 70


def test_several_specs(autograder: Autograder, clinic: httpx.Client, engine: Engine, desk: Desk) -> None:
    """Each is a submission; what counts, and what is said of it, rests on visible checks alone."""
    config = {"specs": [spec(3), spec(4, epochs=9000), spec(40), spec(5)]}
    results = graded(autograder, engine, desk, config, 0.95)
    validate(results)
    assert results["score"] == 100
    words = results["output"].splitlines()
    assert words[:3] == [
        f"Spec {n}: {points} points in the visible checks." for n, points in ((1, 80), (3, 60), (4, 80))
    ]
    assert "Spec 2: no points." in results["output"]
    assert "/specs/1/training/epochs: has 9000 epochs" in results["output"]
    assert words[-1] == "Spec 4 counts."


def test_what_the_student_can_mend(autograder: Autograder, clinic: httpx.Client) -> None:
    for config, words in (
        (None, "config.json"),
        ("{", "not JSON"),
        ('{"a": NaN}', "not JSON"),
        ("[" * 100_000, "not JSON"),
        ({"spec": spec(units=0)}, "/spec/architecture/layers/0/units: must be at least 1"),
        ({"keras": {"architecture": {"class_name": "GRU"}}}, "/keras/architecture/class_name"),
        ({"specs": [spec(epochs=9000), 3]}, "Spec 2: no points."),
        ([], "the file"),
    ):
        code, results = autograder.run(config)
        validate(results)
        assert (code, results["score"]) == (0, 0), config
        assert words in results["output"], results["output"]
    assert clinic.get("/jobs").json()["data"] == []


def test_what_is_ours_to_mend_gives_no_score(autograder: Autograder, clinic: httpx.Client) -> None:
    good = dict(autograder.settings)
    cases: list[tuple[dict[str, str], Any, str]] = [
        ({"CLINIC_ASSIGNMENT": "asg_unknown"}, METADATA, "(404)"),
        ({"CLINIC_URL": ""}, METADATA, "CLINIC_URL is not set"),
        ({"CLINIC_KEY": ""}, METADATA, "CLINIC_KEY is not set"),
        (NOWHERE, METADATA, "cannot be reached"),
        ({"CLINIC_TIMEOUT": "soon"}, METADATA, "ValueError"),
        ({}, None, "submission_metadata.json"),
        ({}, [], "submission_metadata.json"),
        ({}, {**METADATA, "users": []}, "no author"),
        ({"CLINIC_TIMEOUT": "0.5"}, METADATA, "still being graded"),
    ]
    for changes, metadata, words in cases:
        autograder.settings = good | changes
        code, results = autograder.run({"spec": spec()}, metadata)
        validate(results, scored=False)
        assert code == 1
        assert words in results["output"], results["output"]
        assert "not your fault" in results["output"]


def test_a_submission_that_fails_gives_no_score(
    autograder: Autograder, clinic: httpx.Client, engine: Engine, desk: Desk
) -> None:
    autograder.lay_out({"spec": spec()})
    process = autograder.start()
    until(lambda: waiting(engine))
    while process.poll() is None:  # each training is tried again
        for job in waiting(engine):
            failure = {"type": "out_of_memory", "title": "Out of memory", "detail": "It took too much."}
            with writing(engine) as session:
                JOBS.fail(session, desk.claim(job), failure)
        advance(desk)
    process.communicate()
    validate(autograder.results(), scored=False)
    assert process.returncode == 1
    assert "could not be graded: it is failed" in autograder.results()["output"]


def test_tries_are_used_up(autograder: Autograder, clinic: httpx.Client, engine: Engine, desk: Desk) -> None:
    quota = {"submissions_per_day": 1, "concurrent": 1}
    autograder.settings["CLINIC_ASSIGNMENT"] = published(clinic, quota=quota)
    graded(autograder, engine, desk, {"spec": spec(3)}, 0.95)
    code, results = autograder.run({"spec": spec(4)})
    validate(results, scored=False)
    assert code == 1
    assert "You have submitted 1 times" in results["output"]
    results = graded(autograder, engine, desk, {"specs": [spec(3), spec(4)]})
    assert results["score"] == 100
    assert "Specs from 2 on were not graded." in results["output"]


def test_a_group_is_one_author(autograder: Autograder, clinic: httpx.Client, desk: Desk) -> None:
    users = [{"email": name, "id": number} for number, name in enumerate(["leo@example.com", "ana@example.com"])]
    autograder.settings["CLINIC_TIMEOUT"] = "0.5"
    for order in (users, users[::-1]):
        autograder.run(spec(), {**METADATA, "users": order})
    [stored] = clinic.get(f"/assignments/{autograder.settings['CLINIC_ASSIGNMENT']}/submissions").json()["data"]
    assert stored["author"] == "ana@example.com+leo@example.com"
    train(desk, 0.95)
    advance(desk)
    late = {**METADATA, "users": users, "created_at": "2026-11-29T00:00:00.000000-07:00"}
    _, results = autograder.run(spec(), late)
    assert results["output"].startswith("Handed in after the due date")


def test_without_python_there_is_a_word_and_no_score(autograder: Autograder, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("bash", "mkdir"):
        found = shutil.which(name)
        assert found is not None
        (tools / name).symlink_to(found)
    autograder.lay_out(spec())
    autograder.more = {"PATH": str(tools)}
    process = autograder.start()
    process.communicate(timeout=60)
    assert process.returncode == 127
    validate(autograder.results(), scored=False)
    assert "not your fault" in autograder.results()["output"]


def test_what_it_is_made_of() -> None:
    """The standard library alone, in words that Python 3.9 can read."""
    tree = ast.parse((SOURCE / "grade.py").read_text(), feature_version=(3, 9))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names | {"__future__"}
    for name in ("setup.sh", "run_autograder"):
        assert os.access(SOURCE / name, os.X_OK)
