"""What a job has recorded and left."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import Any

import httpx
import numpy as np
import pytest
from safetensors.numpy import load

from models.events import Epochs
from models.quantities import QUANTITIES
from tests.service.jobs.desk import Desk, recording

pytestmark = pytest.mark.anyio


async def get(client: httpx.AsyncClient, job_id: str, what: str, **params: Any) -> Any:
    response = await client.get(f"/api/v1/jobs/{job_id}/{what}", params=params)
    assert response.status_code == 200, response.text
    return response.json()


def said(name: str, metric: str) -> list[float]:
    """A metric as the child has said it."""
    chunks = [event.history[metric].numpy() for event in recording(name) if isinstance(event, Epochs) and event.count]
    values: list[float] = np.concatenate(chunks).tolist()
    return values


class TestHistory:
    async def test_it_is_exact(self, client: httpx.AsyncClient, desk: Desk) -> None:
        history = await get(client, desk.succeeded(), "history")
        assert history["epoch"] == list(range(1, 41))
        assert list(history["metrics"]) == ["loss", "accuracy", "val_loss", "val_accuracy", "learning_rate"]
        for metric, values in history["metrics"].items():
            assert values == said("circles", metric)
        assert history["non_finite"] == []
        assert history["sampling"] == {"of": 40, "method": "all"}

    async def test_it_is_there_while_the_job_runs(self, client: httpx.AsyncClient, desk: Desk) -> None:
        assert (await get(client, desk.queued(), "history"))["epoch"] == []
        assert (await get(client, desk.running(events=6).job_id, "history"))["epoch"] == [1, 2, 3]

    async def test_few_points(self, client: httpx.AsyncClient, desk: Desk) -> None:
        job_id = desk.succeeded()
        whole = await get(client, job_id, "history", metrics="loss")
        few = await get(client, job_id, "history", metrics="loss", max_points=10)
        assert few["sampling"] == {"of": 40, "method": "minmaxlttb"}
        assert 3 <= len(few["epoch"]) <= 10
        assert (few["epoch"][0], few["epoch"][-1]) == (1, 40)
        loss = whole["metrics"]["loss"]
        assert few["metrics"]["loss"] == [loss[epoch - 1] for epoch in few["epoch"]]
        assert max(loss) in few["metrics"]["loss"]
        two = await get(client, job_id, "history", max_points=2)
        assert two["epoch"] == [1, 40]

    async def test_chosen_metrics(self, client: httpx.AsyncClient, desk: Desk) -> None:
        job_id = desk.succeeded()
        chosen = await get(client, job_id, "history", metrics=["val_loss,loss"])
        assert list(chosen["metrics"]) == ["val_loss", "loss"]
        repeated = await get(client, job_id, "history", metrics=["val_loss", "loss"])
        assert repeated == chosen
        response = await client.get(f"/api/v1/jobs/{job_id}/history", params={"metrics": "auc"})
        assert response.status_code == 422
        assert response.json()["errors"][0]["parameter"] == "metrics"

    async def test_what_is_not_finite_is_named(self, client: httpx.AsyncClient, desk: Desk) -> None:
        history = await get(client, desk.succeeded("diverged"), "history")
        assert history["metrics"]["loss"][-1] is None
        assert {"metric": "loss", "epoch": history["epoch"][-1], "value": "nan"} in history["non_finite"]

    async def test_csv(self, client: httpx.AsyncClient, desk: Desk) -> None:
        path = f"/api/v1/jobs/{desk.succeeded('diverged')}/history"
        response = await client.get(path, headers={"Accept": "text/csv"})
        assert response.headers["vary"] == "Accept"
        rows = list(csv.DictReader(io.StringIO(response.text)))
        assert list(rows[0]) == ["epoch", "loss", "mae", "learning_rate"]
        assert [float(row["loss"]) for row in rows] == pytest.approx(said("diverged", "loss"), nan_ok=True)


class TestGradients:
    async def test_it_is_exact(self, client: httpx.AsyncClient, desk: Desk) -> None:
        gradients = await get(client, desk.succeeded(), "gradients")
        assert gradients["epoch"] == list(range(41))
        assert gradients["layers"] == ["dense", "dense_1", "dense_2", "dense_3"]
        assert {*gradients["quantities"], *gradients["global"]} <= {quantity.name for quantity in QUANTITIES}
        first = recording("circles")[1]
        assert isinstance(first, Epochs)
        assert first.trace is not None
        norms = first.trace.quantities["gradient_norm"].numpy()[0]
        assert np.array(gradients["quantities"]["gradient_norm"][0], np.float32).tolist() == norms.tolist()

    async def test_what_does_not_exist_yet_is_not_missed(self, client: httpx.AsyncClient, desk: Desk) -> None:
        gradients = await get(client, desk.succeeded(), "gradients")
        assert gradients["quantities"]["update_ratio"][0] == [None] * 4
        assert gradients["non_finite"] == []

    async def test_what_is_not_finite_is_named(self, client: httpx.AsyncClient, desk: Desk) -> None:
        gradients = await get(client, desk.succeeded("diverged"), "gradients")
        named = {(entry["quantity"], entry["layer"], entry["epoch"]) for entry in gradients["non_finite"]}
        assert ("gradient_norm", "dense", gradients["epoch"][-1]) in named
        assert any(layer is None for _, layer, _ in named)

    async def test_chosen_parts(self, client: httpx.AsyncClient, desk: Desk) -> None:
        job_id = desk.succeeded()
        whole = await get(client, job_id, "gradients")
        part = await get(client, job_id, "gradients", quantities="weight_norm", layers="dense_2,dense", max_points=9)
        assert part["layers"] == ["dense_2", "dense"]
        assert list(part["quantities"]) == ["weight_norm"]
        assert part["global"] == {}
        assert len(part["epoch"]) <= 9
        norms = whole["quantities"]["weight_norm"]
        assert part["quantities"]["weight_norm"] == [[norms[epoch][2], norms[epoch][0]] for epoch in part["epoch"]]

    @pytest.mark.parametrize("params", [{"quantities": "loss"}, {"layers": "dense_9"}, {"max_points": "1"}])
    async def test_parameters_are_checked(self, client: httpx.AsyncClient, desk: Desk, params: dict[str, str]) -> None:
        response = await client.get(f"/api/v1/jobs/{desk.running().job_id}/gradients", params=params)
        assert response.status_code == 422
        assert response.json()["errors"][0]["parameter"] == next(iter(params))


class TestSummary:
    async def test_it_is_known_before_training(self, client: httpx.AsyncClient, desk: Desk) -> None:
        summary = await get(client, desk.queued(), "summary")
        assert [layer["name"] for layer in summary["layers"]] == ["dense", "dense_1", "dense_2", "dense_3"]
        assert summary["parameters"] == {"total": 81, "trainable": 81, "non_trainable": 0}

    async def test_batch_normalization_tracks(self, client: httpx.AsyncClient, desk: Desk) -> None:
        summary = await get(client, desk.succeeded("iris"), "summary")
        normalization = summary["layers"][1]
        assert (normalization["parameters"], normalization["trainable"]) == (16, 8)
        assert normalization["output_shape"] == [None, 4]


class TestEvaluation:
    async def test_a_classifier(self, client: httpx.AsyncClient, desk: Desk) -> None:
        evaluation = await get(client, desk.succeeded("iris"), "evaluation")
        assert evaluation["test"]["accuracy"] == 1.0
        assert np.sum(evaluation["confusion_matrix"]) == 30
        assert len(evaluation["classes"]) == 3

    async def test_without_a_split(self, client: httpx.AsyncClient, desk: Desk) -> None:
        evaluation = await get(client, desk.succeeded("diabetes"), "evaluation")
        assert (evaluation["test"], evaluation["confusion_matrix"]) == (None, None)
        assert evaluation["train"]["mae"] > 0

    async def test_a_diverged_run(self, client: httpx.AsyncClient, desk: Desk) -> None:
        evaluation = await get(client, desk.succeeded("diverged"), "evaluation")
        assert evaluation["train"]["loss"] is None
        assert evaluation["non_finite"]["train.loss"] == "nan"


class TestReceipt:
    async def test_it_says_what_decides(self, client: httpx.AsyncClient, desk: Desk) -> None:
        job_id = desk.succeeded()
        receipt = await get(client, job_id, "receipt")
        job = (await client.get(f"/api/v1/jobs/{job_id}")).json()
        assert receipt["seed"] == 1
        assert receipt["spec_hash"] == job["spec_hash"]
        assert receipt["weights_digest"] == job["result"]["weights_digest"]
        assert receipt["data"]["digest"].startswith("sha256:")
        assert {"python", "keras", "tensorflow"} <= set(receipt["versions"])
        assert "queue" in receipt["timings"]


class TestWeights:
    async def test_statistics(self, client: httpx.AsyncClient, desk: Desk) -> None:
        job_id = desk.succeeded()
        weights = await get(client, job_id, "weights")
        file = await client.get(f"/api/v1/jobs/{job_id}/model", params={"format": "safetensors"})
        kernel = load(file.content)["dense_1/kernel"].astype(np.float64)
        shown = weights["layers"][1]["weights"][0]
        assert [layer["name"] for layer in weights["layers"]] == ["dense", "dense_1", "dense_2", "dense_3"]
        assert (shown["name"], shown["shape"]) == ("kernel", [5, 5])
        assert shown["norm"] == pytest.approx(np.linalg.norm(kernel))
        assert shown["statistics"]["std"] == pytest.approx(kernel.std())
        assert sum(shown["histogram"]["counts"]) == 25
        assert len(shown["histogram"]["edges"]) == len(shown["histogram"]["counts"]) + 1

    async def test_a_diverged_run(self, client: httpx.AsyncClient, desk: Desk) -> None:
        weights = await get(client, desk.succeeded("diverged"), "weights")
        kernel = weights["layers"][0]["weights"][0]
        assert kernel["norm"] is None
        assert kernel["non_finite"] == 8


class TestModel:
    @pytest.mark.parametrize("form", ["keras", "safetensors", "tflite"])
    async def test_download(self, client: httpx.AsyncClient, desk: Desk, form: str) -> None:
        path = f"/api/v1/jobs/{desk.succeeded()}/model"
        response = await client.get(path, params={"format": form})
        assert f'.{form}"' in response.headers["content-disposition"]
        again = await client.get(path, params={"format": form}, headers={"If-None-Match": response.headers["etag"]})
        assert again.status_code == 304
        content = response.content
        if form == "keras":
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                assert json.loads(archive.read("config.json"))
        elif form == "safetensors":
            assert load(content)["dense/kernel"].shape == (2, 5)
        else:
            assert content[4:8] == b"TFL3"

    async def test_other_forms_are_refused(self, client: httpx.AsyncClient, desk: Desk) -> None:
        response = await client.get(f"/api/v1/jobs/{desk.succeeded()}/model", params={"format": "pickle"})
        assert response.status_code == 422
        fault = response.json()["errors"][0]
        assert fault["parameter"] == "format"
        assert all(form in fault["detail"] for form in ("keras", "safetensors", "tflite"))


class TestNotThereYet:
    @pytest.mark.parametrize(
        "what", ["evaluation", "receipt", "weights", "model", "predictions", "diagnosis", "decision-surface"]
    )
    async def test_results_need_their_end(self, client: httpx.AsyncClient, desk: Desk, what: str) -> None:
        waiting = await client.get(f"/api/v1/jobs/{desk.queued()}/{what}")
        assert (waiting.status_code, waiting.json()["type"].rpartition(":")[2]) == (409, "job_not_finished")
        assert "queued" in waiting.json()["detail"]
        if what != "decision-surface":
            failed = await client.get(f"/api/v1/jobs/{desk.failed()}/{what}")
            assert (failed.status_code, failed.json()["type"].rpartition(":")[2]) == (409, "job_not_succeeded")

    @pytest.mark.parametrize(
        "what",
        ["history", "gradients", "summary", "evaluation", "receipt", "weights", "model", "predictions", "diagnosis"],
    )
    async def test_an_unknown_job_is_not_found(self, client: httpx.AsyncClient, what: str) -> None:
        assert (await client.get(f"/api/v1/jobs/job_x/{what}")).status_code == 404
