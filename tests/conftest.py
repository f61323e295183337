"""Databases and the application, all of them real."""

from __future__ import annotations

import gc
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from functools import cache
from pathlib import Path

import httpx
import hypothesis
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.routing import BaseRoute

from service.app import create_app
from service.database.session import create_engine
from service.settings import Settings
from tests.databases import Postgres, Sqlite
from tests.service.http.conformance import conformance
from tests.service.jobs.desk import Desk

# Some tests run a little of a benchmark, and those are not installed. At the end of the path: what is installed is tested.
sys.path.append(str(Path(__file__).parents[1]))

# No test asserts on time: a machine that is busy with others would fail it.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

# While tests are collected all is made to stay: looking for garbage would take a third of that time.
gc.disable()


def pytest_collection_finish() -> None:
    """What has been collected is never garbage."""
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Tests of the application run on asyncio, as the service does."""
    return "asyncio"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A PostgreSQL server for this test run."""
    folder = Path(tempfile.mkdtemp(prefix="clinic-postgres-"))
    patch = pytest.MonkeyPatch()
    patch.setenv("XDG_RUNTIME_DIR", str(folder))  # else the package warns that nobody has set it
    server = Postgres(folder)
    yield server
    server.stop()
    patch.undo()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Sqlite:
    """A SQLite file with the newest schema."""
    return Sqlite(tmp_path_factory.mktemp("template"))


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Sqlite) -> Iterator[str]:
    """A database with the newest schema: SQLite, or the kind that the test's parameter names."""
    if getattr(request, "param", "sqlite") == "sqlite":
        yield sqlite_template.copy(tmp_path / "clinic.db")
        return
    server: Postgres = request.getfixturevalue("postgres_server")
    address = server.lend()
    yield address
    server.take_back(address)


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """An engine on that database."""
    made = create_engine(url)
    yield made
    made.dispose()


@pytest.fixture
def settings(url: str) -> Settings:
    """Settings for that database."""
    return Settings(database_url=url, max_body=2**20, max_stream=2**22, max_queue=50)


@cache
def routes() -> list[BaseRoute]:
    """The application's routes, the same for all settings.

    FastAPI works out how to call each when it is first looked at, which would take every test 50 ms.
    """
    return list(create_app(Settings()).routes)


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    """The application, started."""
    made = create_app(settings)
    made.router.routes[:] = routes()
    async with made.router.lifespan_context(made):
        yield made


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application; every answer is held against the OpenAPI document."""
    transport = httpx.ASGITransport(app)
    hooks = {"response": [conformance().check]}
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost", event_hooks=hooks) as made:
        yield made


@pytest.fixture
def desk(engine: Engine) -> Desk:
    """Stores jobs as agents do, from recorded trainings."""
    return Desk(engine)
