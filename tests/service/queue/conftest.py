"""The databases and the executor of the agent's tests, for tests of the queue alone."""

from __future__ import annotations

from tests.service.worker.conftest import desk, engine, executor, url, work

__all__ = ["desk", "engine", "executor", "url", "work"]
