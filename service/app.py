"""Builds the FastAPI application: the HTTP side of the service, which reads and writes rows and trains nothing."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from anyio.to_thread import run_sync
from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from service.catalog import routes as catalog
from service.database.session import create_engine
from service.experiments.comparisons import routes as comparisons
from service.experiments.preflights import routes as preflights
from service.experiments.trials import routes as trials
from service.grading.assignments import presets as assignment_presets
from service.grading.assignments import routes as assignments
from service.grading.calibrations import routes as calibrations
from service.grading.exports import routes as submission_results
from service.grading.gradebooks import routes as gradebooks
from service.grading.regrades import routes as regrades
from service.grading.submissions import routes as submissions
from service.http import openapi, problems
from service.http.body_limit import BodyLimit
from service.http.loopback import listens_here_alone
from service.http.observation import Observation, tracing
from service.http.scopes import OPEN
from service.inference.networks.cache import NetworkCache
from service.inference.open_inference import repository
from service.inference.open_inference import routes as open_inference
from service.inference.predictions import routes as predictions
from service.inference.registry import routes as registry
from service.inference.serving import Serving
from service.inference.surfaces import routes as surfaces
from service.inference.tensorflow_serving import routes as tensorflow_serving
from service.jobs.changes import ChangeWatcher
from service.jobs.routes import diagnosis, events, jobs, records, results
from service.keys import routes as keys
from service.keys.identification import Identification
from service.keys.keyring import Keyring
from service.monitoring import health, metrics
from service.monitoring.collector import WorkCollector
from service.settings import Settings
from service.specs import routes as specs
from service.specs.keras_imports import routes as keras_imports
from service.telemetry import spans
from service.telemetry.traffic import Traffic
from service.version import version

PAGE = Path(__file__).parent / "web"
# Tried one by one, which for the last takes longer than a small network's answer: what is requested often comes first.
ROUTERS = (
    open_inference.router,
    tensorflow_serving.router,
    predictions.model_router,
    predictions.job_router,
    surfaces.router,
    jobs.router,
    events.router,
    records.router,
    results.router,
    diagnosis.router,
    comparisons.router,
    trials.router,
    preflights.router,
    assignments.router,
    submissions.router,
    submission_results.router,
    calibrations.router,
    gradebooks.router,
    regrades.router,
    assignment_presets.router,
    registry.router,
    repository.router,
    keys.router,
    specs.router,
    keras_imports.router,
    catalog.router,
    health.router,
    metrics.router,
)


class Page(StaticFiles):
    """Serves the page's files; a browser asks each time whether they changed, so that it never mixes two versions."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer with the file; a method that changes something is only wrong where there is a file."""
        if scope["method"] not in {"GET", "HEAD"} and (await run_sync(self.lookup_path, path))[1] is None:
            raise HTTPException(404)
        return await super().get_response(path, scope)

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """Answer with the file, or 304."""
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        return response


def create_app(settings: Settings) -> FastAPI:
    """Build the application; nothing is opened before its lifespan begins.

    Args:
        settings: where the database is, and the limits.
    """
    app = FastAPI(
        title="Gradient Clinic",
        version=version(),
        description=openapi.DESCRIPTION,
        openapi_tags=openapi.TAGS,
        lifespan=_lifespan(settings),
        redirect_slashes=False,
        telemetry=tracing(),
    )
    app.state.traffic = Traffic()
    app.add_middleware(BodyLimit, limit=settings.max_body, stream_limit=settings.max_stream)
    app.add_middleware(
        Identification,
        open_paths=OPEN | _page_paths(),
        here_alone=listens_here_alone(settings.host),
        host=settings.host,
    )
    app.add_middleware(Observation, traffic=app.state.traffic)
    problems.install(app)
    openapi.install(app)
    for router in ROUTERS:
        app.include_router(router)
    if (PAGE / "index.html").is_file():
        # Not a mount: that would hide from callers which methods a known path allows.
        app.router.default = Page(directory=PAGE, html=True)
    return app


def _lifespan(settings: Settings) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        engine = create_engine(settings)
        spans.observe(engine)
        app.state.settings = settings
        app.state.engine = engine
        app.state.networks = NetworkCache(settings.model_memory * 2**20)
        app.state.keyring = Keyring(engine)
        app.state.serving = Serving(engine, app.state.networks, app.state.traffic)
        app.state.job_deleted = app.state.serving.forget
        app.state.change_watcher = ChangeWatcher(engine)
        app.state.work_collector = WorkCollector(engine, timedelta(seconds=settings.agent_timeout + settings.heartbeat))
        # The queue's library takes a third of a second to import, and only submissions need it.
        warming = threading.Thread(target=_warm_up, args=(engine,), name="warm-up")
        warming.start()
        try:
            yield
        finally:
            await app.state.change_watcher.close()
            await app.state.keyring.close()
            warming.join()
            engine.dispose()

    return lifespan


def _page_paths() -> frozenset[str]:
    """The URL paths of the page's files, which need no key: they hold nobody's data."""
    files = (path.relative_to(PAGE).as_posix() for path in PAGE.rglob("*") if path.is_file())
    return frozenset({"/", *(f"/{name}" for name in files)})


def _warm_up(engine: Engine) -> None:
    from service.queue.workflows import client

    client(engine)
