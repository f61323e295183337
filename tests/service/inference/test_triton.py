"""Triton's own client, as it is, against the Open Inference Protocol."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import tritonclient.http as triton
import tritonclient.http.aio as triton_async
from numpy.typing import NDArray
from safetensors.numpy import load
from tritonclient.utils import InferenceServerException

from service.database.session import create_engine, writing
from service.inference.registry import operations
from service.settings import Settings
from tests.databases import Sqlite
from tests.service.inference.networks.test_network import files
from tests.service.inference.server import listening
from tests.service.jobs.desk import OWNER, Desk

IRISES = load(files("iris")["predictions"])
ROWS: NDArray[np.float64] = IRISES["features"].astype(np.float64)
CLASSES = ["0", "1", "2"]


@dataclass(frozen=True)
class Served:
    """A service with trained networks, each job by its recording's name; the irises are also a model."""

    address: str
    jobs: dict[str, str]

    @property
    def client(self) -> Any:
        return triton.InferenceServerClient(self.address)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Sqlite) -> Iterator[Served]:
    """The service; the tests leave it as they found it."""
    url = sqlite_template.copy(tmp_path_factory.mktemp("triton") / "clinic.db")
    engine = create_engine(url)
    jobs = {name: Desk(engine).succeeded(name) for name in ("circles", "iris", "diabetes", "diverged")}
    with writing(engine) as session:
        row, _ = operations.obtain(session, OWNER, "irises")
        operations.add_version(session, row, jobs["circles"])
        operations.add_version(session, row, jobs["iris"])
        operations.point(session, row, "challenger", "1")
    with listening(Settings(database_url=url)) as address:
        yield Served(address, jobs)
    engine.dispose()


def asked(rows: NDArray[Any], datatype: str = "FP64", *, binary: bool = True) -> Any:
    tensor = triton.InferInput("input", list(rows.shape), datatype)
    tensor.set_data_from_numpy(rows, binary_data=binary)
    return [tensor]


def labels(result: Any) -> list[str]:
    return [label.decode() if isinstance(label, bytes) else label for label in result.as_numpy("classes").tolist()]


def test_the_server(served: Served) -> None:
    with served.client as client:
        assert client.is_server_live()
        assert client.is_server_ready()
        metadata = client.get_server_metadata()
    assert metadata["name"] == "gradient-clinic"
    assert set(metadata["extensions"]) >= {"binary_tensor_data", "classification", "model_repository", "statistics"}


def test_a_model(served: Served) -> None:
    with served.client as client:
        assert client.is_model_ready("irises")
        assert client.is_model_ready("irises", "challenger")
        assert not client.is_model_ready("irises", "3")
        assert not client.is_model_ready("tulips")
        metadata = client.get_model_metadata("irises")
        of_job = client.get_model_metadata(served.jobs["diabetes"], "1")
    assert metadata == {
        "name": "irises",
        "versions": ["1", "2"],
        "platform": "litert_flatbuffer",
        "inputs": [{"name": "input", "datatype": "FP64", "shape": [-1, 4]}],
        "outputs": [
            {"name": "output", "datatype": "FP32", "shape": [-1, 3]},
            {"name": "classes", "datatype": "BYTES", "shape": [-1]},
        ],
    }
    assert of_job["outputs"] == [{"name": "output", "datatype": "FP32", "shape": [-1, 1]}]


@pytest.mark.parametrize("into", [True, False], ids=["bytes in", "JSON in"])
@pytest.mark.parametrize("out", [True, False], ids=["bytes out", "JSON out"])
@pytest.mark.parametrize("datatype", ["FP64", "FP32"])
def test_inference(served: Served, into: bool, out: bool, datatype: str) -> None:
    rows = ROWS.astype(np.float64 if datatype == "FP64" else np.float32)
    wanted = [triton.InferRequestedOutput(name, binary_data=out) for name in ("classes", "output")]
    with served.client as client:
        result = client.infer("irises", asked(rows, datatype, binary=into), outputs=wanted, request_id="first")
    answered = result.get_response()
    assert (answered["id"], answered["model_name"], answered["model_version"]) == ("first", "irises", "2")
    assert [output["name"] for output in answered["outputs"]] == ["classes", "output"]
    np.testing.assert_allclose(result.as_numpy("output"), IRISES["outputs"], rtol=1e-3, atol=1e-4)
    assert labels(result) == [CLASSES[index] for index in IRISES["outputs"].argmax(axis=1)]


@pytest.mark.parametrize("algorithm", ["gzip", "deflate"])
@pytest.mark.parametrize("out", [True, False], ids=["bytes out", "JSON out"])
def test_compression(served: Served, algorithm: str, out: bool) -> None:
    wanted = [triton.InferRequestedOutput("output", binary_data=out)]
    with served.client as client:
        result = client.infer(
            "irises",
            asked(ROWS),
            outputs=wanted,
            request_compression_algorithm=algorithm,
            response_compression_algorithm=algorithm,
        )
    np.testing.assert_allclose(result.as_numpy("output"), IRISES["outputs"], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("out", [True, False], ids=["bytes out", "JSON out"])
def test_classification(served: Served, out: bool) -> None:
    wanted = [triton.InferRequestedOutput("output", binary_data=out, class_count=2)]
    with served.client as client:
        best = client.infer("irises", asked(ROWS), outputs=wanted).as_numpy("output")
        rings = client.infer(served.jobs["circles"], asked(np.zeros((1, 2))), outputs=wanted).as_numpy("output")
    assert best.shape == (150, 2)
    assert rings.shape == (1, 2)
    for row, outputs in zip(best[::25], IRISES["outputs"][::25], strict=True):
        first, second = (text.decode() if isinstance(text, bytes) else text for text in row)
        value, index, label = first.split(":")
        assert float(value) == pytest.approx(outputs.max(), abs=1e-3)
        assert (int(index), label) == (outputs.argmax(), CLASSES[outputs.argmax()])
        assert float(second.split(":")[0]) <= float(value)


def test_all_outputs_without_being_named(served: Served) -> None:
    with served.client as client:
        result = client.infer(served.jobs["diabetes"], asked(np.zeros((3, 10))))
        lost = client.infer(served.jobs["diverged"], asked(np.zeros((2, 2))))
    assert result.as_numpy("output").shape == (3, 1)
    assert result.as_numpy("classes") is None
    assert np.isnan(lost.as_numpy("output")).all()


def test_a_version_by_number_and_by_alias(served: Served) -> None:
    with served.client as client:
        one = client.infer("irises", asked(np.zeros((1, 2))), model_version="1")
        same = client.infer("irises", asked(np.zeros((1, 2))), model_version="challenger")
    assert one.get_response()["model_version"] == same.get_response()["model_version"] == "1"
    assert one.as_numpy("output") == same.as_numpy("output")


def test_many_requests_at_a_time(served: Served) -> None:
    with triton.InferenceServerClient(served.address, concurrency=4) as client:
        waiting = [client.async_infer("irises", asked(ROWS[index : index + 10])) for index in range(0, 150, 10)]
        answers = [label for request in waiting for label in labels(request.get_result())]
    assert answers == [CLASSES[index] for index in IRISES["outputs"].argmax(axis=1)]


def test_the_repository(served: Served) -> None:
    with served.client as client:
        entries = client.get_model_repository_index()
        states = {(entry["name"], entry["version"]): entry["state"] for entry in entries}
        assert states == {("irises", "1"): "READY", ("irises", "2"): "READY"} | {
            (job_id, "1"): "READY" for job_id in served.jobs.values()
        }
        client.unload_model("irises")
        assert not client.is_model_ready("irises")
        assert client.is_model_ready(served.jobs["iris"])
        with pytest.raises(InferenceServerException, match="unloaded") as refused:
            client.infer("irises", asked(ROWS))
        assert refused.value.status() == "503"
        after = {entry["name"]: entry for entry in client.get_model_repository_index()}
        assert (after["irises"]["state"], after["irises"]["reason"]) == ("UNAVAILABLE", "unloaded")
        client.load_model("irises")
        assert client.is_model_ready("irises")
        client.infer("irises", asked(ROWS))
        for refuse in (client.load_model, client.unload_model):
            with pytest.raises(InferenceServerException, match="no model"):
                refuse("tulips")
        with pytest.raises(InferenceServerException, match="job has left"):
            client.load_model("irises", config="{}", files={"file:1/model.tflite": b"foreign"})


def test_statistics(served: Served) -> None:
    def counts(statistics: Any) -> tuple[int, int, int]:
        [one] = [entry for entry in statistics["model_stats"] if (entry["name"], entry["version"]) == ("irises", "2")]
        return one["inference_count"], one["execution_count"], one["inference_stats"]["fail"]["count"]

    with served.client as client:
        client.infer("irises", asked(ROWS[:7]))
        before = counts(client.get_inference_statistics("irises"))
        client.infer("irises", asked(ROWS[:7]))
        with pytest.raises(InferenceServerException):
            client.infer("irises", asked(np.zeros((1, 3))))
        after = client.get_inference_statistics("irises", "2")
        assert np.subtract(counts(after), before).tolist() == [7, 1, 1]
        assert counts(client.get_inference_statistics()) == counts(after)
        [one] = after["model_stats"]
        assert 7 in {batch["batch_size"] for batch in one["batch_stats"]}
        assert one["inference_stats"]["compute_infer"]["ns"] > 0
        assert one["last_inference"] > 0
        with pytest.raises(InferenceServerException, match="no model"):
            client.get_inference_statistics("tulips")


def test_what_is_wrong_is_told(served: Served) -> None:
    with served.client as client:
        for rows, message in ((np.zeros((1, 3)), "shape"), (np.full((2, 4), np.nan), "row 0, column 0")):
            with pytest.raises(InferenceServerException, match=message) as refused:
                client.infer("irises", asked(rows))
            assert refused.value.status() == "400"
        with pytest.raises(InferenceServerException, match="no model 'tulips'") as refused:
            client.infer("tulips", asked(ROWS))
        assert refused.value.status() == "404"


@pytest.mark.anyio
async def test_the_asynchronous_client(served: Served) -> None:
    async with triton_async.InferenceServerClient(served.address) as client:
        assert await client.is_server_live()
        assert await client.is_server_ready()
        assert await client.is_model_ready("irises", "2")
        assert (await client.get_model_metadata("irises"))["inputs"][0]["shape"] == [-1, 4]
        for algorithm in (None, "gzip", "deflate"):
            result = await client.infer(
                "irises",
                asked(ROWS),
                request_compression_algorithm=algorithm,
                response_compression_algorithm=algorithm,
            )
            np.testing.assert_allclose(result.as_numpy("output"), IRISES["outputs"], rtol=1e-3, atol=1e-4)
        wanted = [triton_async.InferRequestedOutput("output", binary_data=False, class_count=1)]
        best = await client.infer("irises", asked(ROWS[:1], binary=False), outputs=wanted)
        first = CLASSES[IRISES["outputs"][0].argmax()]
        assert best.as_numpy("output")[0, 0].endswith(f":{first}:{first}")
        assert len(await client.get_model_repository_index()) == 6
        await client.unload_model(served.jobs["circles"])
        assert not await client.is_model_ready(served.jobs["circles"])
        await client.load_model(served.jobs["circles"])
        _, counted = (await client.get_inference_statistics("irises"))["model_stats"]  # long enough to be compressed
        assert counted["execution_count"] >= 4
        with pytest.raises(InferenceServerException, match="no model"):
            await client.get_model_metadata("tulips")
