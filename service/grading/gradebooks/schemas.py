"""Responses of the routes of gradebooks, leaderboards and similar specs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from models.frozen import Frozen
from service.grading.rubric.gradebook import Counting, GradebookEntry


class Gradebook(Frozen):
    """One line an author."""

    data: Sequence[GradebookEntry]
    has_more: bool = False
    next_cursor: None = None
    counting: Annotated[Counting, Field(description="Which of an author's submissions counts.")]
    max_score: float


class LeaderboardPlace(Frozen):
    """One line of the board."""

    rank: int
    pseudonym: str
    score: float
    at: Annotated[datetime, Field(description="When the best submission was made; of equal scores the earlier leads.")]
    mine: Annotated[bool, Field(description="Whether it is the caller's own.")]
    author: Annotated[str | None, Field(description="For teachers alone.")] = None
    submission: Annotated[str | None, Field(description="For teachers, and of one's own line.")] = None


class Leaderboard(Frozen):
    """The authors by their best scores, as far as students see the checks these are made of."""

    data: Sequence[LeaderboardPlace]
    has_more: bool = False
    next_cursor: None = None


class LikenessSide(Frozen):
    """One of two specs."""

    submission: str
    author: str


class LikenessDifference(Frozen):
    """Something in which two specs differ."""

    pointer: Annotated[str, Field(description="In the left spec, with its repeated layers unrolled.")]
    left: Any
    right: Any


class Likeness(Frozen):
    """Two specs of different authors that resemble each other."""

    left: LikenessSide
    right: LikenessSide
    distance: Annotated[float, Field(description="0: equal but for names, labels and seeds; 1: a layer.")]
    equal: bool
    authors: Annotated[
        int,
        Field(description="How many have handed in the one or the other, exactly: many mean that it is the obvious."),
    ]
    differences: Sequence[LikenessDifference]


class Likenesses(Frozen):
    """Specs that resemble each other, the nearest first."""

    data: Sequence[Likeness]
    has_more: bool = False
    next_cursor: None = None
    near: float
    compared: Annotated[int, Field(description="Submissions that were compared: the newest ones.")]
    of: Annotated[int, Field(description="All that there are.")]
