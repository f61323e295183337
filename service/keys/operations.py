"""Makes and revokes API keys, each within the transaction of the caller's session."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.orm import Session

from models.violation import Violation
from service import ids
from service.database.keys import ApiKeyRow
from service.database.session import take_turns, writing
from service.errors import Forbidden, Invalid
from service.http.scopes import LOCAL, Caller, Scope
from service.keys.schemas import KeyRequest
from service.keys.secrets import digest_of, is_secret, new_secret, shown_of

STUDENTS: Final = "stu_"  # how owners of students begin, and no other
OWNER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9@._-]{0,63}")
GIVEN: Final = "CLINIC_OPERATOR_KEY"  # the name of the key that the environment gives


def owner_of_student(teacher: str, author: str) -> str:
    """The owner of a student's rows: the same for all keys of one author of one teacher, and for no others.

    Example:
        >>> owner_of_student("ana", "s123")
        'stu_8af697c09d02eeda8ca1070666539e91'
    """
    return STUDENTS + sha256(f"{teacher}\0{author}".encode()).hexdigest()[:32]


def create(session: Session, caller: Caller, request: KeyRequest) -> tuple[ApiKeyRow, str]:
    """Store a new key; its row and its secret, which is nowhere else.

    Args:
        session: a session that may write.
        caller: who makes it.
        request: what is to be made.

    Raises:
        Forbidden: the caller may not make such a key.
        Invalid: it says what a key of this scope does not have, or not what it must.
    """
    _refuse(caller, request)
    secret = new_secret()
    return _store(session, caller, request, secret), secret


def adopt(session: Session, secret: str) -> bool:
    """Store ``secret`` as an operator's key, unless it is one; whether it was made now.

    Raises:
        Invalid: it has not the form of a secret, or its key has been revoked.
    """
    if not is_secret(secret):
        message = f"{GIVEN} must be clinic_ and 43 or more letters, e.g. clinic_$(openssl rand -hex 32)"
        raise Invalid.of([Violation("", message)])
    take_turns(session, GIVEN)
    before = session.scalar(select(ApiKeyRow).where(ApiKeyRow.sha256 == digest_of(secret)))
    if before is None:
        _store(session, LOCAL, KeyRequest(scope=Scope.OPERATOR, name=GIVEN), secret)
        return True
    if before.revoked_at is not None:
        raise Invalid.of([Violation("", f"the key that {GIVEN} names has been revoked; give another")])
    return False


def revoke(row: ApiKeyRow) -> None:
    """Revoke a key."""
    row.revoked_at = datetime.now(UTC)


def delete_all(session: Session) -> int:
    """Delete all keys, revoked ones too, so that nobody on this machine is asked for one; how many there were."""
    number = session.scalar(select(func.count()).select_from(ApiKeyRow)) or 0
    session.execute(delete(ApiKeyRow))
    return number


def record_use(engine: Engine, key_id: str) -> None:
    """Record that a key was used just now."""
    with writing(engine) as session:
        session.execute(update(ApiKeyRow).where(ApiKeyRow.id == key_id).values(last_used_at=datetime.now(UTC)))


def _store(session: Session, caller: Caller, request: KeyRequest, secret: str) -> ApiKeyRow:
    key_id = ids.KEY.new()
    author = None
    if request.scope is Scope.STUDENT:
        author = request.author or request.name
        assert author is not None
        teacher = request.teacher or caller.teacher
        owner = owner_of_student(teacher, author)
    else:
        # A teacher that nobody has given rows of another gets new ones: two teachers see nothing of each other.
        own = caller.owner if request.scope is Scope.OPERATOR else f"own_{key_id.partition('_')[2]}"
        owner = teacher = request.owner or own
    row = ApiKeyRow(
        id=key_id,
        name=request.name,
        scope=request.scope.value,
        owner=owner,
        teacher=teacher,
        author=author,
        prefix=shown_of(secret),
        sha256=digest_of(secret),
        created_at=datetime.now(UTC),
        expires_at=request.expires_at,
    )
    session.add(row)
    session.flush()
    return row


def _refuse(caller: Caller, request: KeyRequest) -> None:
    if not caller.may(Scope.OPERATOR) and (
        request.scope is not Scope.STUDENT or request.teacher not in {None, caller.teacher}
    ):
        raise Forbidden("A teacher makes keys for students of the own class, and no others.")
    violations = _violations(request)
    if violations:
        raise Invalid.of(violations)


def _violations(request: KeyRequest) -> list[Violation]:
    violations = []
    if request.scope is Scope.STUDENT:
        if request.owner is not None:
            violations.append(Violation("/owner", "follows from teacher and author for a student's key"))
        if not (request.author or request.name):
            violations.append(Violation("/author", "a student's key needs one, or a name to take for it"))
    else:
        if request.author is not None:
            violations.append(Violation("/author", f"a key of scope {request.scope} has none: it may write any"))
        if request.teacher is not None:
            violations.append(
                Violation("/teacher", f"a key of scope {request.scope} has none; owner says whose rows it sees")
            )
    for member in ("owner", "teacher"):
        text = getattr(request, member)
        if text is not None and (text.startswith(STUDENTS) or not OWNER.fullmatch(text)):
            form = f"must be 1 to 64 letters, digits, @ . _ - and not begin with {STUDENTS}"
            violations.append(Violation(f"/{member}", form))
    if request.expires_at is not None and request.expires_at <= datetime.now(UTC):
        violations.append(Violation("/expires_at", "must be in the future"))
    return violations
