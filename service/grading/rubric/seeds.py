"""Draws hidden seeds, which nobody can know without the server's secret."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

BYTES: Final = 4  # of a seed: what NumPy's generators accept


def hidden_seeds(secret: bytes, assignment_id: str, count: int, first: int = 0) -> list[int]:
    """Seeds of one assignment, equal for all its submissions, and all different.

    Args:
        secret: of the server; who has not got it learns nothing of a seed, not even from the others.
        assignment_id: whose seeds.
        count: how many.
        first: how many come before; a longer list begins with the shorter one.

    Example:
        >>> hidden_seeds(b"secret", "asg_1", 2) == hidden_seeds(b"secret", "asg_1", 3)[:2]
        True

    References:
        RFC 2104, HMAC: Keyed-Hashing for Message Authentication.
    """
    found: dict[int, None] = {}
    number = 0
    while len(found) < first + count:
        message = f"clinic/grading/seed/{assignment_id}/{number}".encode()
        digest = hmac.digest(secret, message, hashlib.sha256)
        found[int.from_bytes(digest[:BYTES], "big")] = None
        number += 1
    return list(found)[first:]
