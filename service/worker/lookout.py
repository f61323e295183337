"""Which agents have fallen silent, by this process's own clock."""

from __future__ import annotations

from datetime import datetime


class Lookout:
    """Watches the beats of other agents.

    A beat's time is only ever compared with the same agent's earlier one, never with a clock: machines disagree
    about the time. An agent is silent when its beat has not changed for ``timeout`` seconds of watching.

    Args:
        timeout: seconds.

    Example:
        >>> from datetime import UTC
        >>> lookout, beat = Lookout(4.0), datetime(2026, 1, 1, tzinfo=UTC)
        >>> [lookout.silent({"agent": beat}, now) for now in (10.0, 13.9, 14.1)]
        [[], [], ['agent']]
    """

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._seen: dict[str, tuple[datetime, float]] = {}  # the beat, and when it was first seen

    def silent(self, beats: dict[str, datetime], now: float) -> list[str]:
        """The agents that are silent at ``now``, by their last beats.

        Args:
            beats: the last beat of every agent that is watched.
            now: a monotonic time in seconds.
        """
        seen = {}
        for agent, beat in beats.items():
            before = self._seen.get(agent)
            seen[agent] = before if before is not None and before[0] == beat else (beat, now)
        self._seen = seen
        return [agent for agent, (_, since) in seen.items() if now - since > self._timeout]

    def forget(self) -> None:
        """Begin anew, after a time in which this process could not see."""
        self._seen = {}
