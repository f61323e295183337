"""Runs an agent with settings from the environment: ``python -m service.worker``."""

from __future__ import annotations

import sys

from service.worker.signals import stop_on_signal


def main() -> int:
    """Work until a signal comes; 1 where the machine, the settings or the database do not allow any work."""
    stopping = stop_on_signal()  # first: what follows takes a second to import
    from models.frameworks import missing
    from service.database.usability import UnusableDatabase, require_schema
    from service.environment import WrongSettings, read
    from service.telemetry import logs

    if (reason := missing()) is not None:
        logs.complain(reason)
        return 1
    try:
        settings = read()
        logs.configure(settings)
        require_schema(settings, now=False)
    except (WrongSettings, UnusableDatabase) as error:
        logs.complain(str(error))
        return 1
    from service.worker.agent import run

    run(settings, stopping)
    return 0


if __name__ == "__main__":
    sys.exit(main())
