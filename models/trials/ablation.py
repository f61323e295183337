"""Reduces a patch that cures to the smallest part of it that still does, by backward elimination.

Backward elimination: each change is left out by itself; where the rest still cures, the best rest takes the patch's
place, and loses a change in its turn. It ends where no change can be missed, or one is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf

from models.trials.judgement import Judgement


@dataclass(frozen=True)
class Part:
    """A patch, or the part of it that is left.

    Attributes:
        kinds: of the changes that it still makes.
        judgement: of its runs; its verdict is None while they are not decided.
    """

    kinds: frozenset[str]
    judgement: Judgement


@dataclass(frozen=True)
class Elimination:
    """The state of a backward elimination.

    Attributes:
        wanted: the parts that are to be trained before it can go on.
        minimal: the smallest part that cures; None where something is wanted or not decided, or nothing cures.
    """

    wanted: tuple[frozenset[str], ...] = ()
    minimal: frozenset[str] | None = None


def eliminate(whole: Part, tried: Iterable[Part]) -> Elimination:
    """Where the elimination of a patch stands.

    Args:
        whole: the patch.
        tried: what was left of it after leaving something out, as far as that was trained or is being trained.
    """
    known = {part.kinds: part.judgement for part in tried}
    best = whole
    while best.judgement.verdict == "confirmed":
        rests = [best.kinds - {kind} for kind in sorted(best.kinds)] if len(best.kinds) > 1 else []
        wanted = tuple(rest for rest in rests if rest not in known)
        if wanted:
            return Elimination(wanted)
        if any(known[rest].verdict is None for rest in rests):
            return Elimination()
        curing = [Part(rest, known[rest]) for rest in rests if known[rest].verdict == "confirmed"]
        if not curing:
            return Elimination(minimal=best.kinds)
        best = _best(curing)
    return Elimination()


def _best(parts: Sequence[Part]) -> Part:
    """The one with the greatest median gain."""
    return max(parts, key=lambda part: -inf if part.judgement.gain is None else part.judgement.gain)
