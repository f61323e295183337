"""Computes the leaderboard of a class, under pseudonyms."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

COLOURS = (
    "amber", "azure", "coral", "crimson", "golden", "green", "indigo", "ivory",
    "lilac", "olive", "orange", "pearl", "ruby", "silver", "teal", "violet",
)  # fmt: skip
ANIMALS = (
    "badger", "crane", "dolphin", "falcon", "fox", "gecko", "heron", "ibis",
    "jaguar", "koala", "lynx", "marten", "otter", "puma", "raven", "tapir",
)  # fmt: skip
ALPHABET = "abcdefghjkmnpqrstuvwxyz023456789"  # 32 signs, without those that are taken for another
SIGNS = 6  # with colour and animal 38 bits: a thousand authors share none, but once in half a million assignments


@dataclass(frozen=True)
class GradedSubmission:
    """A submission with a score, as far as the leaderboard needs it.

    Attributes:
        submission: its id.
        author: who made it.
        score: as it counts, with lateness and overrides.
        at: when it was submitted.
    """

    submission: str
    author: str
    score: float
    at: datetime


@dataclass(frozen=True)
class Standing:
    """The rank of one author.

    Attributes:
        rank: from 1; no two authors share one.
        pseudonym: of the author, within this assignment.
        score: of the author's best submission.
        at: when that was submitted.
        author: whose it is; for the teacher, and to show a student their own line.
        submission: its id, likewise.
    """

    rank: int
    pseudonym: str
    score: float
    at: datetime
    author: str
    submission: str


def pseudonym(secret: bytes, assignment_id: str, author: str) -> str:
    """The pseudonym of an author on the leaderboard of an assignment: always the same there, another one elsewhere.

    HMAC-SHA-256 (RFC 2104) of assignment and author: who does not know the secret can neither find the author of a
    name, nor try all authors of a class, nor connect the boards of two assignments.

    Args:
        secret: the server's.
        assignment_id: the assignment.
        author: any text.

    Example:
        >>> pseudonym(b"secret", "asg_1", "ana")
        'violet-raven-h5jq83'
    """
    # No id holds a line feed, so that no two pairs make the same message.
    digest = hmac.new(secret, f"leaderboard\n{assignment_id}\n{author}".encode(), hashlib.sha256).digest()
    signs = "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[2 : 2 + SIGNS])
    return f"{COLOURS[digest[0] % len(COLOURS)]}-{ANIMALS[digest[1] % len(ANIMALS)]}-{signs}"


def leaderboard(submissions: Iterable[GradedSubmission], secret: bytes, assignment_id: str) -> Sequence[Standing]:
    """The authors ranked by their best submission; of equal scores the earlier one leads.

    Args:
        submissions: in any order.
        secret: the server's, for the pseudonyms.
        assignment_id: the assignment.
    """
    ordered = sorted(submissions, key=lambda each: (-each.score, each.at, each.submission))
    best: dict[str, GradedSubmission] = {}
    for submission in ordered:
        best.setdefault(submission.author, submission)
    return [
        Standing(
            rank=rank,
            pseudonym=pseudonym(secret, assignment_id, submission.author),
            score=submission.score,
            at=submission.at,
            author=submission.author,
            submission=submission.submission,
        )
        for rank, submission in enumerate(best.values(), 1)
    ]
