"""What a trained network says: of its own data, of new rows, of a plane."""

from __future__ import annotations

import io
import json
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from models.events import Surface
from models.signature import Signature
from models.specs.check import parse
from service.database.session import reading
from service.database.tables import JobRow
from service.jobs.results.network import signature_of
from tests.service.jobs.desk import Desk, recording
from tests.service.jobs.specs import RECORDED

pytestmark = pytest.mark.anyio


def path(job_id: str, what: str = "predictions") -> str:
    return f"/api/v1/jobs/{job_id}/{what}"


async def get(client: httpx.AsyncClient, job_id: str, what: str = "predictions", **params: Any) -> Any:
    response = await client.get(path(job_id, what), params=params)
    assert response.status_code == 200, response.text
    return response.json()


async def post(client: httpx.AsyncClient, job_id: str, document: Any) -> Any:
    response = await client.post(path(job_id), json=document)
    assert response.status_code == 200, response.text
    return response.json()


class TestOwnData:
    async def test_the_splits_are_the_whole(self, client: httpx.AsyncClient, desk: Desk) -> None:
        job_id = desk.succeeded()
        train, test, whole = [await get(client, job_id, split=split) for split in ("train", "test", "all")]
        assert (train["rows"], test["rows"], whole["rows"]) == (80, 40, 120)
        assert train["features"] + test["features"] == whole["features"]
        assert whole["test"] == [False] * 80 + [True] * 40
        for column in ("classes", "probabilities", "targets", "features"):
            assert len(whole[column]) == 120

    async def test_it_agrees_with_the_evaluation(self, client: httpx.AsyncClient, desk: Desk) -> None:
        job_id = desk.succeeded("iris")
        test = await get(client, job_id, split="test")
        evaluation = await get(client, job_id, "evaluation")
        right = sum(a == b for a, b in zip(test["classes"], test["targets"], strict=True))
        assert right / test["rows"] == pytest.approx(evaluation["test"]["accuracy"])
        assert np.sum(test["probabilities"], axis=1) == pytest.approx(1.0, abs=1e-5)
        assert set(test["targets"]) <= set(evaluation["classes"])
        assert len(test["feature_names"]) == 4

    async def test_a_regression_has_values(self, client: httpx.AsyncClient, desk: Desk) -> None:
        job_id = desk.succeeded("diabetes")
        whole = await get(client, job_id)
        assert (whole["classes"], whole["probabilities"]) == (None, None)
        error = np.abs(np.array(whole["values"]) - np.array(whole["targets"])).mean()
        assert error == pytest.approx((await get(client, job_id, "evaluation"))["train"]["mae"], rel=1e-4)

    async def test_a_diverged_run(self, client: httpx.AsyncClient, desk: Desk) -> None:
        whole = await get(client, desk.succeeded("diverged"))
        assert set(whole["values"]) == {None}
        assert len(whole["non_finite"]) == whole["rows"]

    async def test_an_unknown_split_is_refused(self, client: httpx.AsyncClient, desk: Desk) -> None:
        response = await client.get(path(desk.succeeded()), params={"split": "validation"})
        assert response.status_code == 422


class TestNewRows:
    @pytest.mark.parametrize("name", ["circles", "iris", "diabetes"])
    async def test_they_are_read_in_raw_units(self, client: httpx.AsyncClient, desk: Desk, name: str) -> None:
        """The scaler travels with the network: its own rows get the answers that training has left."""
        job_id = desk.succeeded(name)
        own = await get(client, job_id)
        answered = await post(client, job_id, {"rows": own["features"]})
        for column in ("probabilities", "values"):
            if own[column] is None:
                assert answered[column] is None
            else:
                assert np.array(answered[column]) == pytest.approx(np.array(own[column]), rel=1e-4, abs=1e-5)
        assert answered["classes"] == own["classes"]

    async def test_records_are_rows(self, client: httpx.AsyncClient, desk: Desk) -> None:
        job_id = desk.succeeded("iris")
        own = await get(client, job_id)
        records = [dict(zip(own["feature_names"], row, strict=True)) for row in own["features"][:5]]
        shuffled = [dict(reversed(record.items())) for record in records]
        assert await post(client, job_id, {"records": shuffled}) == await post(
            client, job_id, {"rows": own["features"][:5]}
        )

    async def test_many_rows_are_answered_as_few(self, client: httpx.AsyncClient, desk: Desk) -> None:
        job_id = desk.succeeded("iris")
        own = await get(client, job_id)
        many = await post(client, job_id, {"rows": own["features"] * 60})
        assert len(many["classes"]) == 9000
        assert many["classes"][:150] == many["classes"][-150:] == own["classes"]

    @pytest.mark.parametrize(
        ("document", "pointer"),
        [
            ({"rows": [[0, 1], [2]]}, "/rows/1"),
            ({"rows": [[0, 1], [2, 3, 4]]}, "/rows/1"),
            ({"rows": [[0, 1], [2, "3"]]}, "/rows/1/1"),
            ({"rows": [[0, 1], [2, True]]}, "/rows/1/1"),
            ({"rows": [[0, 1], [None, 2]]}, "/rows/1/0"),
            ({"rows": [[0, 1], [[3], 2]]}, "/rows/1/0"),
            ({"rows": [[0, 10**400]]}, "/rows/0/1"),
            ({"rows": [[0, 1], {"x0": 1, "x1": 2}]}, "/rows/1"),
            ({"rows": [0, 1]}, "/rows/0"),
            ({"rows": []}, "/rows"),
            ({"rows": {}}, "/rows"),
            ({"rows": None}, "/rows"),
            ({}, ""),
            ([], ""),
            ("rows", ""),
            (None, ""),
            ({"instances": [[0, 1]]}, "/instances"),
            ({"rows": [[0, 1]], "records": []}, ""),
            ({"records": [{"x0": 1, "x1": 1}, {"x0": 1}]}, "/records/1"),
            ({"records": [{"x0": 1, "x1": 1, "a/b": 1}]}, "/records/0/a~1b"),
            ({"records": [{"x0": 1, "x1": "1"}]}, "/records/0/x1"),
            ({"records": [[1, 2]]}, "/records/0"),
        ],
    )
    async def test_faults_have_their_place(
        self, client: httpx.AsyncClient, desk: Desk, document: Any, pointer: str
    ) -> None:
        headers = {"Content-Type": "application/json"}
        response = await client.post(path(desk.succeeded()), content=json.dumps(document), headers=headers)
        assert response.status_code == 422, response.text
        assert response.json()["errors"][0]["pointer"] == pointer

    @pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999"])
    async def test_what_is_not_finite_is_refused(self, client: httpx.AsyncClient, desk: Desk, number: str) -> None:
        body = f'{{"rows": [[0, 1], [2, {number}]]}}'
        headers = {"Content-Type": "application/json"}
        response = await client.post(path(desk.succeeded()), content=body, headers=headers)
        assert response.status_code == 422
        assert [fault["pointer"] for fault in response.json()["errors"]] == ["/rows/1/1"]

    async def test_a_diverged_network_answers(self, client: httpx.AsyncClient, desk: Desk) -> None:
        answered = await post(client, desk.succeeded("diverged"), {"rows": [[0, 1], [2, 3]]})
        assert answered["values"] == [None, None]
        assert answered["non_finite"] == [
            {"row": 0, "output": 0, "value": "nan"},
            {"row": 1, "output": 0, "value": "nan"},
        ]

    async def test_a_deleted_job_answers_no_more(self, client: httpx.AsyncClient, desk: Desk) -> None:
        job_id = desk.succeeded()
        await post(client, job_id, {"rows": [[0, 1]]})
        assert (await client.delete(f"/api/v1/jobs/{job_id}")).status_code == 204
        assert (await client.post(path(job_id), json={"rows": [[0, 1]]})).status_code == 404

    async def test_a_job_without_a_network(self, client: httpx.AsyncClient, desk: Desk) -> None:
        for job_id in (desk.queued(), desk.failed(), desk.running().job_id):
            assert (await client.post(path(job_id), json={"rows": [[0, 1]]})).status_code == 409


class TestDecisionSurface:
    async def test_the_final_surface_has_any_resolution(self, client: httpx.AsyncClient, desk: Desk) -> None:
        job_id = desk.succeeded()
        surface = await get(client, job_id, "decision-surface", resolution=50)
        last = recording("circles")[-7]
        assert isinstance(last, Surface)
        assert surface["epoch"] == 40
        assert (len(surface["x"]), len(surface["y"]), len(surface["probability"][0])) == (50, 50, 50)
        assert surface["x"] == pytest.approx(last.x.numpy())
        assert np.array(surface["probability"]) == pytest.approx(last.output.numpy()[..., 0], abs=1e-4)
        assert len((await get(client, job_id, "decision-surface"))["x"]) == 100
        small = await get(client, job_id, "decision-surface", resolution=2)
        corners = await post(client, job_id, {"rows": [[x, y] for y in small["y"] for x in small["x"]]})
        assert np.ravel(small["probability"]) == pytest.approx([second for _, second in corners["probabilities"]])
        assert np.ravel(small["predicted"]).tolist() == [small["classes"].index(c) for c in corners["classes"]]

    @pytest.mark.parametrize(("epoch", "shown"), [(0, 0), (2, 3), (8, 7), (10**6, 40)])
    async def test_the_nearest_recorded_surface(
        self, client: httpx.AsyncClient, desk: Desk, epoch: int, shown: int
    ) -> None:
        surface = await get(client, desk.succeeded(), "decision-surface", epoch=epoch)
        assert (surface["epoch"], len(surface["x"])) == (shown, 50)

    async def test_it_is_there_while_the_job_runs(self, client: httpx.AsyncClient, desk: Desk) -> None:
        claim = desk.running(events=6)
        surface = await get(client, claim.job_id, "decision-surface")
        assert surface["epoch"] == 1
        assert np.min(surface["probability"]) >= 0

    async def test_a_diverged_run(self, client: httpx.AsyncClient, desk: Desk) -> None:
        surface = await get(client, desk.succeeded("diverged"), "decision-surface", resolution=3)
        assert surface["value"] == [[None] * 3] * 3
        assert len(surface["non_finite"]) == 9

    @pytest.mark.parametrize("name", ["circles", "diverged"])
    @pytest.mark.parametrize("params", [{}, {"epoch": "1"}])
    async def test_a_picture(self, client: httpx.AsyncClient, desk: Desk, name: str, params: dict[str, str]) -> None:
        response = await client.get(
            path(desk.succeeded(name), "decision-surface"), params=params, headers={"Accept": "image/png"}
        )
        assert response.headers["content-type"] == "image/png"
        with Image.open(io.BytesIO(response.content)) as picture:
            assert picture.size == (640, 640)
            colours = picture.getcolors(640 * 640)
        assert colours is not None
        assert len(colours) > (10 if name == "circles" else 2)

    async def test_a_picture_of_a_running_job(self, client: httpx.AsyncClient, desk: Desk) -> None:
        response = await client.get(
            path(desk.running().job_id, "decision-surface"), headers={"Accept": "image/*;q=0.9, text/html"}
        )
        assert response.content.startswith(b"\x89PNG")

    @pytest.mark.parametrize("name", ["iris", "diabetes"])
    async def test_other_data_have_none(self, client: httpx.AsyncClient, desk: Desk, name: str) -> None:
        response = await client.get(path(desk.succeeded(name), "decision-surface"))
        assert response.status_code == 409
        assert response.json()["type"].endswith(":result_not_available")

    @pytest.mark.parametrize(
        "params", [{"resolution": "1"}, {"resolution": "401"}, {"epoch": "-1"}, {"resolution": "9", "epoch": "1"}]
    )
    async def test_parameters_are_checked(self, client: httpx.AsyncClient, desk: Desk, params: dict[str, str]) -> None:
        response = await client.get(path(desk.succeeded(), "decision-surface"), params=params)
        assert response.status_code == 422
        assert response.json()["errors"][0]["parameter"] in params


@pytest.mark.parametrize("name", RECORDED)
def test_the_outlook_is_what_comes(desk: Desk, name: str) -> None:
    job_id = desk.succeeded(name)
    with reading(desk.engine) as session:
        came = signature_of(session, session.get_one(JobRow, job_id))
    seen = Signature.of(parse(RECORDED[name]))
    assert seen == came.model_copy(update={"scaler": None, "features": seen.features})
