"""What is submitted as a spec, as a Keras model, and as a file with several of them."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from service.specs.keras_imports.examples import ARCHITECTURE, COMPILE
from tests.models.specs.documents import changed
from tests.service.grading.submissions.school import grade, look, publish, school, spec, submit, submitted
from tests.service.jobs.desk import Desk

pytestmark = pytest.mark.anyio
KERAS: dict[str, Any] = {"architecture": ARCHITECTURE, "compile": COMPILE, "training": {"epochs": 40, "batch_size": 16}}
FIXED = {"/training/epochs": 40, "/training/batch_size": 16}
AS_SPEC: dict[str, Any] = {
    "architecture": {
        "layers": [
            {"type": "dense", "units": 5, "activation": "relu", "kernel_initializer": "he_uniform"},
            {"type": "dense", "units": 1, "activation": "sigmoid"},
        ]
    },
    "training": {
        "optimizer": {"type": "sgd", "learning_rate": 0.01, "momentum": 0.9},
        "loss": "binary_crossentropy",
        "metrics": ["accuracy"],
        "epochs": 40,
        "batch_size": 16,
    },
}
BARE = ARCHITECTURE | {"compile_config": COMPILE}
TEXT = json.dumps(BARE)
TRAINING = {"optimizer_config": COMPILE["optimizer"], "loss": COMPILE["loss"], "metrics": COMPILE["metrics"]}
TFJS = {"format": "layers-model", "modelTopology": {"model_config": ARCHITECTURE, "training_config": TRAINING}}
H5 = {"model_config": json.dumps(ARCHITECTURE), "training_config": json.dumps(TRAINING), "keras_version": "3.12.0"}


@pytest.mark.parametrize(
    "body",
    [
        {"keras": KERAS},
        {"keras": {"architecture": TEXT}},
        {"keras": BARE},
        {"config": BARE},
        {"config": AS_SPEC},
        {"config": {"spec": AS_SPEC}},
        {"config": {"keras": {"architecture": TEXT, "training": {"batch_size": 16}}}},
        {"config": {"specs": [spec(3), {"keras": KERAS}]}, "part": 1},
        {"keras": TEXT},
        {"keras": json.dumps(KERAS)},
        {"keras": TFJS},
        {"config": TEXT},
        {"config": TFJS},
        {"config": H5},
        {"config": json.dumps({"specs": [spec(3), TEXT]}), "part": 1},
        {"config": json.dumps(AS_SPEC)},
    ],
    ids=[
        "parts",
        "text",
        "bare",
        "file-bare",
        "file-bare-spec",
        "file-spec",
        "file-keras",
        "file-second",
        "bare-text",
        "parts-text",
        "tfjs",
        "file-text",
        "file-tfjs",
        "file-h5",
        "file-of-text-second",
        "file-of-text-spec",
    ],
)
async def test_all_forms_are_the_same_submission(client: httpx.AsyncClient, body: dict[str, Any]) -> None:
    assignment = await publish(client, constraints={"fixed": FIXED})
    made = await submitted(client, assignment, spec=AS_SPEC)
    again = await client.post(assignment["links"]["submissions"], json={"author": "ana", **body})
    assert (again.status_code, again.json().get("id")) == (200, made["id"]), again.text


WRONG: list[tuple[dict[str, Any], str]] = [
    (
        {"keras": changed(KERAS, "/architecture/config/layers/1/class_name", "GRU")},
        "/keras/architecture/config/layers/1/class_name",
    ),
    ({"keras": changed(BARE, "/config/layers/1/config/units", 0)}, "/keras/config/layers/1/config/units"),
    ({"keras": changed(KERAS, "/architecture/config/layers/0/config/batch_shape", [None, 3])}, "/keras/architecture"),
    ({"keras": changed(KERAS, "/training/epochs", 70)}, "/keras/training/epochs"),
    ({"keras": changed(KERAS, "/training/speed", 70)}, "/keras/training/speed"),
    (
        {"keras": changed(KERAS, "/architecture/config/layers/1/config/units", 5000)},
        "/keras/architecture/config/layers/1/config/units",
    ),
    (
        {"keras": changed(KERAS, "/architecture/config/layers/1/config/units", 900)},
        "/keras/architecture/config/layers/1/config/units",
    ),
    (
        {"keras": changed(KERAS, "/architecture/config/layers/2/config/units", 3)},
        "/keras/architecture/config/layers/2/config/units",
    ),
    ({"keras": {"architecture": ARCHITECTURE}}, "/keras/compile/loss"),
    ({"keras": {"architecture": ARCHITECTURE}}, "/keras/training/epochs"),
    ({"keras": {"compile": COMPILE}}, "/keras/architecture"),
    ({"keras": None}, "/keras"),
    ({"keras": 3}, "/keras"),
    ({"config": []}, "/config"),
    ({"config": {"specs": []}}, "/config/specs"),
    ({"config": {"specs": [1]}}, "/config/specs/0"),
    ({"config": {"specs": [spec()], "more": 1}}, "/config/more"),
    ({"config": {"spec": spec(), "more": 1}}, "/config/more"),
    ({"config": {"spec": spec(), "answers": {"a": []}}}, "/config/answers/a"),
    ({"config": {"specs": [spec(), {"spec": spec(epochs=61)}]}, "part": 1}, "/config/specs/1/spec/training/epochs"),
    (
        {"config": {"specs": [{"keras": changed(KERAS, "/training/epochs", 61)}]}},
        "/config/specs/0/keras/training/epochs",
    ),
    ({"config": spec(), "part": 1}, "/part"),
    ({"spec": spec(), "keras": KERAS}, ""),
    ({}, ""),
]


async def test_what_is_wrong_is_shown_in_the_authors_own_document(client: httpx.AsyncClient) -> None:
    assignment = await publish(client, constraints={"max_epochs": 60, "max_units": 800})
    found = {}
    for number, (body, pointer) in enumerate(WRONG):
        response = await client.post(assignment["links"]["submissions"], json={"author": "ana", **body})
        assert response.status_code == 422, (body, response.text)
        places = [fault["pointer"] for fault in response.json()["errors"]]
        if pointer not in places:
            found[number] = (pointer, response.json()["errors"])
    assert found == {}


async def test_results_for_other_systems(client: httpx.AsyncClient, desk: Desk) -> None:
    who = await school(client)
    assignment = await publish(client, who.teacher)
    made = await submitted(client, assignment, who.ana)
    results = f"{made['links']['self']}/results"
    early = await client.get(results, headers=who.ana)
    assert early.status_code == 409
    pending = await client.get(results, params={"format": "ags"}, headers=who.ana)
    assert pending.json()["gradingProgress"] == "Pending"
    grade(desk, 0.95)
    mine, theirs = [(await client.get(results, headers=caller)).json() for caller in (who.ana, who.teacher)]
    assert [test["visibility"] for test in theirs["tests"]] == ["visible", "visible", "hidden"]
    assert [test["name"] for test in mine["tests"]] == ["metric", "parameter_budget"]
    assert (mine["score"], theirs["score"]) == (80, 100)
    assert "leaderboard" in mine
    seeds = (await look(client, made, who.teacher))["grade"]["seeds"]
    for form in ("gradescope", "codabench", "ags", "csv"):
        for caller in (who.ana, who.teacher):
            response = await client.get(results, params={"format": form, "language": "es"}, headers=caller)
            assert response.status_code == 200, form
            assert not [seed for seed in seeds if str(seed) in response.text]
    scores = (await client.get(results, params={"format": "codabench"}, headers=who.teacher)).json()
    assert scores == {"max_score": 100, "late_seconds": 0, "score": 100, "metric": 60, "parameter_budget": 20}
    ags = await client.get(results, params={"format": "ags"}, headers=who.teacher)
    assert ags.headers["content-type"] == "application/vnd.ims.lis.v1.score+json"
    assert (ags.json()["scoreGiven"], ags.json()["userId"]) == (100, "ana")
    assert (await client.get(results, params={"format": "xml"}, headers=who.ana)).status_code == 422
    assert (await client.get(results, headers=who.leo)).status_code == 404
    assert (await submit(client, assignment, who.leo)).status_code == 202
