"""``python -m service.worker``: an agent, with its settings from the environment."""

from __future__ import annotations

from service.settings import Settings
from service.worker.agent import run

if __name__ == "__main__":
    run(Settings())
