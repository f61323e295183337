"""Labelled networks from a file, over several seeds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from benchmarks.diagnosis.case import Case

DETERMINISTIC, STOCHASTIC, BASE = "faulty, every seed", "faulty, some seeds", "base networks"
ACCEPTED = {
    "exploding": frozenset({"exploding_gradients"}),
    "vanishing": frozenset({"vanishing_gradients"}),
    "dying": frozenset({"dead_units"}),
    "vanishing_and_dying": frozenset({"vanishing_gradients", "dead_units"}),
}


def cases(path: Path, seeds: int) -> Iterator[Case]:
    """Every network of the file with seeds 1, 2, …; those whose fault depends on the draw with four times as many.

    Args:
        path: JSON with ``cases``: each has an ``id``, a ``label`` (faulty or healthy), a ``problem`` (a key of
            ``ACCEPTED``, or null), ``stochastic`` and a ``spec``.
        seeds: how many.
    """
    for entry in json.loads(path.read_text(encoding="utf-8"))["cases"]:
        group = BASE if entry["label"] == "healthy" else STOCHASTIC if entry["stochastic"] else DETERMINISTIC
        accepted = frozenset() if entry["problem"] is None else ACCEPTED[entry["problem"]]
        for seed in range(1, (4 * seeds if group == STOCHASTIC else seeds) + 1):
            yield Case(entry["id"], group, {**entry["spec"], "name": entry["id"], "seed": seed}, accepted)
