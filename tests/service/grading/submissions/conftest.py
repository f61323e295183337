"""Agents that a test starts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.service.worker.agents import Agent


@pytest.fixture
def start(url: str, cache: Path) -> Iterator[Callable[..., Agent]]:
    """Starts agents; they end with the test."""
    agents: list[Agent] = []

    def make(**settings: object) -> Agent:
        agents.append(Agent(url, cache, settings))
        return agents[-1]

    yield make
    for agent in agents:
        agent.end()
