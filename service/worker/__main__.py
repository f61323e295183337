"""Runs an agent with settings from the environment: ``python -m service.worker``."""

from __future__ import annotations

from service.worker.signals import stop_on_signal

if __name__ == "__main__":
    stopping = stop_on_signal()  # first: what follows takes a second to import
    from service.settings import Settings
    from service.worker.agent import run

    run(Settings(), stopping)
