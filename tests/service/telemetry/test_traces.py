"""A job is one trace, from the request that submits it to the end of its attempt."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanContext
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import OperationalError

from service.app import create_app
from service.database.session import reading
from service.database.tables import JobRow, PreflightRow
from service.settings import Settings
from service.telemetry import logs, spans
from service.telemetry.provider import Tracing, provider
from tests.service.jobs.desk import Desk, recording
from tests.service.jobs.specs import document
from tests.service.worker.agents import Agent, until

Spans = Callable[[], dict[str, ReadableSpan]]
CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@contextmanager
def traced() -> Iterator[Spans]:
    """This process is traced in the block; what has been exported since the last look, by name."""
    exporter = InMemorySpanExporter()
    made = TracerProvider()
    made.add_span_processor(SimpleSpanProcessor(exporter))

    def exported() -> dict[str, ReadableSpan]:
        found = {span.name: span for span in exporter.get_finished_spans()}
        exporter.clear()
        return found

    spans.begin(Tracing(made))
    try:
        yield exported
    finally:
        spans.end()


@pytest.fixture
def exported() -> Iterator[Spans]:
    """What is exported of a process that is traced."""
    with traced() as found:
        yield found


@pytest.fixture
async def app(exported: Spans, settings: Settings) -> AsyncIterator[FastAPI]:
    """The application, traced."""
    made = create_app(settings)
    async with made.router.lifespan_context(made):
        yield made


def context(span: ReadableSpan) -> SpanContext:
    found: SpanContext | None = span.context
    assert found is not None
    return found


def parent(span: ReadableSpan) -> SpanContext:
    assert span.parent is not None
    return span.parent


@pytest.mark.anyio
class TestService:
    async def test_a_job_is_one_trace(self, client: httpx.AsyncClient, app: FastAPI, exported: Spans) -> None:
        response = await client.post("/api/v1/jobs", json=document(), headers={"traceparent": CALLER})
        [request] = [span for span in exported().values() if span.name == "POST /api/v1/jobs"]
        desk = Desk(app.state.engine)
        claim = desk.claim(response.json()["id"])
        with spans.attempt(claim.job_id, claim.attempt, claim.traceparent):
            desk.record(claim, *recording("circles")[:3])
        found = exported()
        attempt = found.pop("attempt")
        assert attempt.attributes == {"clinic.job_id": claim.job_id, "clinic.attempt": 1}
        assert f"{parent(request).trace_id:032x}-{parent(request).span_id:016x}" in CALLER
        assert parent(attempt).trace_id == context(request).trace_id
        assert parent(attempt).span_id == context(request).span_id
        assert found
        assert {parent(span).span_id for span in found.values()} == {context(attempt).span_id}

    async def test_a_preflight_too(self, client: httpx.AsyncClient, engine: Engine) -> None:
        headers = {"traceparent": CALLER, "Prefer": "wait=0"}
        assert (await client.post("/api/v1/preflights", json=document(), headers=headers)).status_code == 202
        with reading(engine) as session:
            stored = session.scalar(select(PreflightRow.traceparent))
        assert stored is not None
        assert stored.startswith(CALLER[:36])

    async def test_what_belongs_to_nothing_is_not_exported(
        self, client: httpx.AsyncClient, app: FastAPI, exported: Spans
    ) -> None:
        for path in ("/livez", "/readyz", "/metrics"):
            assert (await client.get(path)).status_code == 200
        Desk(app.state.engine).queued()
        assert exported() == {}

    async def test_a_statement_that_fails_says_so(self, app: FastAPI, exported: Spans) -> None:
        with spans.attempt("job_1", 1, None), reading(app.state.engine) as session, pytest.raises(OperationalError):
            session.execute(text("SELECT nothing FROM nowhere WHERE secret = :value"), {"value": "told to nobody"})
        found = exported()
        [event] = found["SELECT"].events
        assert event.name == "exception"
        assert not found["SELECT"].status.is_ok
        assert "told to nobody" not in str(found["SELECT"].attributes)
        assert found["attempt"].parent is None

    async def test_the_log_names_the_trace(self, client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG, "service")
        caplog.handler.setFormatter(logs.JsonFormatter())
        await client.get("/api/v1/jobs", headers={"traceparent": CALLER})
        [line] = [json.loads(text) for text in caplog.text.splitlines()]
        assert line["trace_id"] == CALLER.split("-")[1]


@pytest.mark.anyio
async def test_without_traces_a_job_belongs_to_none(settings: Settings, engine: Engine) -> None:
    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client,
    ):
        job = (await client.post("/api/v1/jobs", json=document(), headers={"traceparent": CALLER})).json()
    with reading(engine) as session:
        assert session.get_one(JobRow, job["id"]).traceparent is None


class TestProvider:
    def test_a_process_has_a_name(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("OTEL_SERVICE_NAME", raising=False)
        assert provider("clinic-api", []).resource.attributes["service.name"] == "clinic-api"
        monkeypatch.setenv("OTEL_SERVICE_NAME", "ours")
        assert provider("clinic-api", []).resource.attributes["service.name"] == "ours"

    def test_an_exporter_that_is_not_there_is_said(self, caplog: pytest.LogCaptureFixture) -> None:
        made = provider("clinic-api", ["console", "pigeon"])
        assert "pigeon" in caplog.text
        assert "console" not in caplog.text
        made.shutdown()

    def test_the_protocol_chooses_the_exporter(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
        provider("clinic-api", ["otlp"]).shutdown()
        assert "no package that is installed provides otlp_proto_grpc" in caplog.text
        caplog.clear()
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/protobuf")
        provider("clinic-api", ["otlp"]).shutdown()
        assert caplog.text == ""

    @pytest.mark.parametrize("disabled", ["true", "TRUE"])
    def test_it_can_be_switched_off(self, monkeypatch: pytest.MonkeyPatch, disabled: str) -> None:
        monkeypatch.setenv("OTEL_TRACES_EXPORTER", "console")
        monkeypatch.setenv("OTEL_SDK_DISABLED", disabled)
        spans.configure("clinic-api")
        assert spans.current() is None


@pytest.mark.slow
def test_an_agent_goes_on_with_the_trace(
    url: str, cache: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    desk = Desk(engine)
    with traced(), spans.attempt("the request", 1, CALLER):
        job_id = desk.queued()
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "console")
    agent = Agent(url, cache, {})
    until(lambda: ended(engine, job_id))
    agent.end()
    printed = capfd.readouterr().out
    assert f'"clinic.job_id": "{job_id}"' in printed
    assert printed.count(f'"trace_id": "0x{CALLER.split("-")[1]}"') > 1  # the attempt, and statements beneath it


def ended(engine: Engine, job_id: str) -> bool:
    with reading(engine) as session:
        return session.get_one(JobRow, job_id).status == "succeeded"
