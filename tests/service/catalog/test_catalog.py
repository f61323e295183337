"""The catalogue over HTTP: nothing is forgotten, and every number is right."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import jsonschema
import numpy as np
import pytest
from fastapi import FastAPI

from models.diagnoses.catalog import DIAGNOSES
from models.presets import presets
from models.quantities import QUANTITIES
from models.specs.check import parse
from models.specs.spec import Component, concrete
from service.catalog.kinds import KINDS, components, members
from service.catalog.routes import router
from service.grading.rubric.checks import Check, CheckUnion
from service.http import openapi, problems
from tests.service.http.conformance import conformance

pytestmark = pytest.mark.anyio
COMPONENTS = [name for name, kind in KINDS.items() if kind.union is not None]
NAMED = [(kind, name) for kind in COMPONENTS for name in components(kind)]


@pytest.fixture
async def api() -> AsyncIterator[httpx.AsyncClient]:
    """A client of the catalogue alone, which needs no database."""
    app = FastAPI()
    problems.install(app)
    openapi.install(app)
    app.include_router(router)
    transport, hooks = httpx.ASGITransport(app), {"response": [conformance().check]}
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost/api/v1", event_hooks=hooks) as made:
        yield made


def below(cls: type[Any]) -> Iterator[type[Any]]:
    """All classes that are derived from it."""
    for inner in cls.__subclasses__():
        yield inner
        yield from below(inner)


async def get(api: httpx.AsyncClient, path: str, **query: Any) -> Any:
    answer = await api.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def refused(api: httpx.AsyncClient, path: str, status: int, **query: Any) -> Any:
    answer = await api.get(path, params=query)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.json()


class TestKinds:
    async def test_all_kinds_are_listed_with_their_size(self, api: httpx.AsyncClient) -> None:
        found = await get(api, "/catalog")
        assert found["has_more"] is False
        counts = {entry["kind"]: entry["count"] for entry in found["data"]}
        assert set(counts) == {*KINDS, "presets"}
        assert counts["presets"] == len(presets())
        assert counts["diagnoses"] == len(DIAGNOSES)
        assert counts["quantities"] == len(QUANTITIES)
        for entry in found["data"]:
            assert entry["text"]["en"] != entry["text"]["es"]
            if entry["kind"] != "presets":
                listed = await get(api, entry["links"]["self"].removeprefix("/api/v1"))
                assert len(listed["data"]) == entry["count"]

    async def test_no_component_is_forgotten(self) -> None:
        listed = {cls for kind in COMPONENTS for cls in components(kind).values()}
        assert listed == set(concrete(Component))

    async def test_an_unknown_kind_is_refused_with_the_nearest(self, api: httpx.AsyncClient) -> None:
        problem = await refused(api, "/catalog/activation", 404)
        assert "did you mean 'activations'?" in problem["detail"]
        assert "optimizers" in problem["detail"]


class TestKind:
    @pytest.mark.parametrize("kind", COMPONENTS)
    async def test_every_component_is_described(self, api: httpx.AsyncClient, kind: str) -> None:
        found = await get(api, f"/catalog/{kind}")
        assert [entry["name"] for entry in found["data"]] == list(components(kind))
        for entry in found["data"]:
            assert entry["text"]["en"]
            assert entry["text"]["es"]
            assert entry["latex"]
            assert set(entry["defaults"]) | set(entry["required"]) | {"type"} == set(entry["schema"]["properties"])

    @pytest.mark.parametrize("kind", COMPONENTS)
    async def test_the_schema_accepts_what_the_class_writes(self, api: httpx.AsyncClient, kind: str) -> None:
        found = await get(api, f"/catalog/{kind}")
        for entry in found["data"]:
            schema = {**entry["schema"], "definitions": found["definitions"]}
            jsonschema.Draft202012Validator.check_schema(schema)
            validator = jsonschema.Draft202012Validator(schema)
            document = {"type": entry["name"], **entry["defaults"]}
            if not entry["required"]:
                components(kind)[entry["name"]].model_validate(document)
                validator.validate(document)
            assert not validator.is_valid({**document, "no_such_argument": 1})

    async def test_quantities_say_what_they_are(self, api: httpx.AsyncClient) -> None:
        found = await get(api, "/catalog/quantities")
        named = {(entry["scope"], entry["name"]): entry for entry in found["data"]}
        assert named["layer", "update_ratio"]["first_epoch"] == 1
        assert named["layer", "gradient_norm"]["first_epoch"] == 0
        assert all(entry["latex"] and entry["reference"] and entry["unit"] for entry in found["data"])

    async def test_diagnoses_come_with_their_thresholds(self, api: httpx.AsyncClient) -> None:
        found = await get(api, "/catalog/diagnoses")
        assert [entry["name"] for entry in found["data"]] == [rule.code for rule in DIAGNOSES]
        assert found["thresholds"]["attenuation"] == 2.0
        assert found["version"]
        needs = {entry["name"]: entry["needs"] for entry in found["data"]}
        assert (needs["output_contract"], needs["repeated_rows"], needs["dead_units"]) == ("spec", "data", "record")

    async def test_checks_are_described_with_examples(self, api: httpx.AsyncClient) -> None:
        found = await get(api, "/catalog/checks")
        classes = members(CheckUnion)
        assert [entry["name"] for entry in found["data"]] == [cls.type_name() for cls in classes]
        for entry in found["data"]:
            assert entry["text"]["en"] != entry["text"]["es"]
            assert set(entry["defaults"]) | set(entry["required"]) | {"type"} == set(entry["schema"]["properties"])
            schema = {**entry["schema"], "definitions": found["definitions"]}
            validator = jsonschema.Draft202012Validator(schema)
            validator.validate(entry["example"])
            assert not validator.is_valid({**entry["example"], "no_such_argument": 1})
            for case in (entry["passes"], entry["fails"]):
                assert parse(case["spec"]).training.epochs

    async def test_no_check_is_forgotten(self) -> None:
        listed = set(members(CheckUnion))
        assert listed == {cls for cls in below(Check) if not cls.model_fields["type"].is_required()}

    async def test_specimens_are_specs(self, api: httpx.AsyncClient) -> None:
        for entry in (await get(api, "/catalog/diagnoses"))["data"]:
            for specimen in (entry["faulty"], entry["healthy"]):
                assert parse(specimen).seed == 1


class TestCurve:
    async def test_tanh(self, api: httpx.AsyncClient) -> None:
        found = await get(api, "/catalog/activations/tanh/curve", low=-3, high=3, points=7)
        assert found["x"] == [-3, -2, -1, 0, 1, 2, 3]
        np.testing.assert_allclose(found["y"], np.tanh(found["x"]))
        np.testing.assert_allclose(found["dy"], 1 - np.tanh(found["x"]) ** 2)
        assert found["range"] == [-1, 1]
        assert found["zero_centered"] is True
        assert found["saturation"][0] == [None, pytest.approx(-2.178, abs=1e-3)]

    async def test_the_defaults_are_those_of_the_contract(self, api: httpx.AsyncClient) -> None:
        found = await get(api, "/catalog/activations/relu/curve")
        assert (found["x"][0], found["x"][-1], len(found["x"])) == (-5, 5, 100)

    async def test_arguments_are_put_in(self, api: httpx.AsyncClient) -> None:
        found = await get(api, "/catalog/activations/leaky_relu/curve", arguments='{"negative_slope": 0.5}')
        assert found["y"][0] == -2.5
        assert found["arguments"] == {"negative_slope": 0.5}

    async def test_what_no_number_can_hold_is_null_and_listed(self, api: httpx.AsyncClient) -> None:
        found = await get(api, "/catalog/activations/exponential/curve", low=0, high=1000, points=3)
        assert found["y"] == [1, pytest.approx(math.exp(500)), None]
        assert {"series": "y", "index": 2, "value": "inf"} in found["non_finite"]
        assert found["range"] == [0, None]

    @pytest.mark.parametrize("name", list(components("activations")))
    async def test_every_activation_has_one(self, api: httpx.AsyncClient, name: str) -> None:
        arguments = '{"threshold": 0, "default_value": 0}' if name == "threshold" else "{}"
        found = await get(api, f"/catalog/activations/{name}/curve", arguments=arguments)
        assert len(found["y"]) == len(found["dy"]) == 100
        assert found["non_finite"] == []

    async def test_low_must_be_below_high(self, api: httpx.AsyncClient) -> None:
        problem = await refused(api, "/catalog/activations/tanh/curve", 422, low=2, high=2)
        assert problem["errors"][0]["parameter"] == "low"

    @pytest.mark.parametrize(
        "query",
        [{"points": 1}, {"points": 100_000}, {"low": "nan"}, {"high": "1e300"}, {"point": 5}, {"points": "many"}],
        ids=str,
    )
    async def test_parameters_are_bounded(self, api: httpx.AsyncClient, query: dict[str, Any]) -> None:
        problem = await refused(api, "/catalog/activations/tanh/curve", 422, **query)
        assert problem["errors"][0]["parameter"] == next(iter(query))

    @pytest.mark.parametrize(
        "arguments",
        ["{", "[]", '{"alpha": "x"}', '{"beta": 1}', '{"alpha": 1, "alpha": 2}', '{"type": "relu"}', '{"alpha": NaN}'],
    )
    async def test_wrong_arguments_are_refused(self, api: httpx.AsyncClient, arguments: str) -> None:
        problem = await refused(api, "/catalog/activations/elu/curve", 422, arguments=arguments)
        assert {violation["parameter"] for violation in problem["errors"]} == {"arguments"}
        assert "body" not in problem["detail"]

    async def test_a_needed_argument_is_named(self, api: httpx.AsyncClient) -> None:
        problem = await refused(api, "/catalog/activations/threshold/curve", 422)
        assert "default_value" in str(problem["errors"])

    async def test_an_unknown_name_is_refused_with_the_nearest(self, api: httpx.AsyncClient) -> None:
        problem = await refused(api, "/catalog/activations/tahn/curve", 404)
        assert "did you mean 'tanh'?" in problem["detail"]


class TestSample:
    async def test_theory_stands_beside_the_draw(self, api: httpx.AsyncClient) -> None:
        found = await get(api, "/catalog/initializers/he_uniform/sample", fan_in=200, fan_out=100, seed=3)
        assert found["theory"]["std"] == pytest.approx(math.sqrt(2 / 200))
        assert found["theory"]["high"] == pytest.approx(math.sqrt(6 / 200))
        assert found["theory"]["fan_mode"] == "fan_in"
        assert found["sample"]["std"] == pytest.approx(found["theory"]["std"], rel=0.03)
        assert sum(found["histogram"]["counts"]) == found["sample"]["size"] == 20_000
        assert len(found["histogram"]["edges"]) == len(found["histogram"]["counts"]) + 1

    @pytest.mark.parametrize("name", list(components("initializers")))
    async def test_every_initializer_has_one(self, api: httpx.AsyncClient, name: str) -> None:
        found = await get(api, f"/catalog/initializers/{name}/sample", fan_in=7, fan_out=5, seed=1)
        assert sum(found["histogram"]["counts"]) == 35

    async def test_the_seed_decides(self, api: httpx.AsyncClient) -> None:
        one, same, other = [
            (await get(api, "/catalog/initializers/glorot_normal/sample", seed=seed))["sample"] for seed in (1, 1, 2)
        ]
        assert one == same
        assert one != other

    async def test_the_course_notebook_s_weights(self, api: httpx.AsyncClient) -> None:
        arguments = '{"minval": 0, "maxval": 1}'
        found = await get(api, "/catalog/initializers/random_uniform/sample", fan_in=5, fan_out=5, arguments=arguments)
        assert found["theory"]["mean"] == 0.5

    async def test_bounds_that_cross_are_refused(self, api: httpx.AsyncClient) -> None:
        arguments = '{"minval": 2, "maxval": 1}'
        await refused(api, "/catalog/initializers/random_uniform/sample", 422, arguments=arguments)

    @pytest.mark.parametrize("query", [{"fan_in": 0}, {"fan_out": 5000}, {"seed": -1}], ids=str)
    async def test_parameters_are_bounded(self, api: httpx.AsyncClient, query: dict[str, int]) -> None:
        await refused(api, "/catalog/initializers/he_normal/sample", 422, **query)
