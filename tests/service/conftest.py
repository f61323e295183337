"""Agents that train in tests of the service."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.worker.agents import Agent


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for compiled programs, so that equal networks compile once in a test run."""
    return tmp_path_factory.mktemp("compiled")


@pytest.fixture
def agent(url: str, cache: Path) -> Iterator[Agent]:
    """An agent that trains one job after the other."""
    made = Agent(url, cache, {})
    yield made
    made.end()
