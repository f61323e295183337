"""What the client prefers, by the Prefer header (RFC 7240)."""

from __future__ import annotations

from collections.abc import Sequence

MAX_WAIT = 30


def wait_preference(values: Sequence[str]) -> int | None:
    """The seconds that a client prefers to wait, at most ``MAX_WAIT``; None where it prefers nothing readable.

    Args:
        values: the Prefer headers.

    Example:
        >>> wait_preference(["respond-async, wait=100"])
        30
    """
    for value in values:
        for preference in value.split(","):
            name, _, seconds = preference.partition(";")[0].partition("=")
            seconds = seconds.strip().strip('"')
            if name.strip().lower() == "wait" and seconds.isascii() and seconds.isdigit():
                return min(int(seconds[:9]), MAX_WAIT)
    return None
