"""The scopes of API keys, and the caller that a request has."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

LOCAL_OWNER: Final = "local"
# Paths that need no key: health, and the documentation. The page's files are added to it.
OPEN: Final = frozenset({"/livez", "/readyz", "/openapi.json", "/docs", "/docs/oauth2-redirect", "/redoc"})


class Scope(StrEnum):
    """What a key is for; each may do what the one before it may.

    Example:
        >>> [scope.rank for scope in Scope]
        [0, 1, 2]
    """

    STUDENT = "student"
    TEACHER = "teacher"
    OPERATOR = "operator"

    @property
    def rank(self) -> int:
        """Its position in the order."""
        return list(Scope).index(self)


@dataclass(frozen=True)
class Caller:
    """The caller of a request.

    Attributes:
        owner: whose rows are seen and made: jobs, comparisons, models, keys' own work.
        scope: what may be done.
        teacher: owner of the assignments that this caller meets; for teachers and operators equal to ``owner``.
        author: under which name a student submits; None where the caller may write any.
        key_id: the key that the request carried; None on a service without keys.

    Example:
        >>> Caller("a", Scope.TEACHER, "a", None, None).may(Scope.OPERATOR)
        False
    """

    owner: str
    scope: Scope
    teacher: str
    author: str | None
    key_id: str | None

    def may(self, scope: Scope) -> bool:
        """Whether this caller may do what is asked of a caller of ``scope``."""
        return self.scope.rank >= scope.rank


LOCAL: Final = Caller(LOCAL_OWNER, Scope.OPERATOR, LOCAL_OWNER, None, None)
