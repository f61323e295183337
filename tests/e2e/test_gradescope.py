"""A student's Keras model, through the Gradescope bundle and a real service, to a grade."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from service.specs.keras_imports.examples import ARCHITECTURE, COMPILE
from tests.docs.bundle import Autograder
from tests.e2e.service import serving
from tests.service.grading.exports.schema import validate
from tests.service.grading.submissions.school import API, ASSIGNMENT, ASSIGNMENTS

pytestmark = pytest.mark.slow


def key(client: httpx.Client, by: dict[str, str], **wish: str) -> dict[str, str]:
    """The headers of a new key."""
    made = client.post(f"{API}/api-keys", json=wish, headers=by)
    assert made.status_code == 201, made.text
    return {"Authorization": f"Bearer {made.json()['secret']}"}


def test_a_model_is_graded(tmp_path: Path) -> None:
    """With keys: the bundle has that of a teacher."""
    fixed = {"/training/epochs": 40, "/training/batch_size": 16}
    wish = ASSIGNMENT | {"seeds": {"count": 2, "max": 2}, "constraints": {"fixed": fixed}}
    folder = tmp_path / "clinic"
    folder.mkdir()
    with serving(folder, tmp_path / "cache") as address, httpx.Client(base_url=address, timeout=60) as client:
        operator = key(client, {}, scope="operator", owner="local")
        teacher = key(client, operator, scope="teacher", owner="teacher")
        client.headers.update(teacher)
        made = client.post(ASSIGNMENTS, json=wish).json()
        assert client.post(f"{ASSIGNMENTS}/{made['id']}/publish").status_code == 200
        secret = teacher["Authorization"].removeprefix("Bearer ")
        settings = {"CLINIC_URL": address, "CLINIC_KEY": secret, "CLINIC_ASSIGNMENT": made["id"]}
        autograder = Autograder(tmp_path / "autograder", settings)
        code, results = autograder.run(ARCHITECTURE | {"compile_config": COMPILE})
        assert code == 0, results
        validate(results)
        assert [test["name"] for test in results["tests"]] == ["metric", "parameter_budget", "no_finding"]
        assert results["tests"][1]["score"] == 20
        [stored] = client.get(f"{ASSIGNMENTS}/{made['id']}/submissions").json()["data"]
        assert (stored["status"], stored["score"]) == ("graded", results["score"])
        assert secret not in str(results)
