"""What the page asks of the service is what the service offers."""

from __future__ import annotations

import re

import pytest

from models.quantities import OVERALL, PER_LAYER
from service.database.job_states import TERMINAL, JobStatus
from service.jobs.results.formats import Format
from tests.service.http.conformance import conformance
from tests.service.web.source import MODULES, read

DOCUMENT = conformance().document
API = read("core/api.js")
PATHS = dict(re.findall(r'^  (\w+): "(/[^"]+)",$', API, re.MULTILINE))
CALL = re.compile(r"\b(get|post|remove|file|address|stream)\(PATHS\.(\w+)(?:, \{([^{}]*)\})?")
METHODS = {"get": "get", "post": "post", "remove": "delete", "file": "get", "address": "get", "stream": "get"}
CALLS = sorted({(METHODS[way], name, values) for module in MODULES for way, name, values in CALL.findall(read(module))})


def test_paths_stand_in_one_module() -> None:
    assert PATHS
    others = [module for module in MODULES if module != "core/api.js" and "/api/" in read(module)]
    assert others == []


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS.keys())
def test_the_path_exists(path: str) -> None:
    assert path in DOCUMENT["paths"]


def test_every_path_is_called() -> None:
    assert {name for _, name, _ in CALLS} == set(PATHS)


@pytest.mark.parametrize(("method", "name", "values"), CALLS)
def test_the_operation_knows_what_it_is_sent(method: str, name: str, values: str) -> None:
    operation = DOCUMENT["paths"][PATHS[name]][method]
    known = {parameter["name"] for parameter in operation.get("parameters", [])}
    sent = {part.partition(":")[0].strip() for part in values.split(",") if part.strip() and "..." not in part}
    assert sent <= known


def test_followed_events_end_a_job_as_its_statuses_do() -> None:
    source = re.search(r"TYPES = \[([^\]]+)\]", read("core/stream.js"))
    assert source
    types = set(re.findall(r'"(\w+)"', source[1]))
    assert {status.value for status in TERMINAL} <= types
    assert {JobStatus.QUEUED, "started", "progress", "surface"} <= types


def test_every_quantity_can_be_looked_at() -> None:
    source = read("panels/quantities.js")
    layers, overall = (
        set(re.findall(r"^  (\w+): [A-Z]+,$", part, re.MULTILINE)) for part in source.split("OVERALL = ")
    )
    assert layers == {quantity.name for quantity in PER_LAYER}
    # The network's own gradient norm is drawn with those of its layers.
    assert overall == {quantity.name for quantity in OVERALL} - layers


def test_every_form_of_a_model_can_be_had() -> None:
    source = re.search(r"FORMATS = \[([^\]]+)\]", read("panels/receipt.js"))
    assert source
    assert set(re.findall(r'"(\w+)"', source[1])) == {form.value for form in Format}
