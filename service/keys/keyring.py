"""Caches API keys by their secret."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from anyio.to_thread import run_sync
from sqlalchemy import Engine
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError

from service.database.outages import is_outage
from service.database.session import reading
from service.errors import DatabaseUnreachable
from service.http.scopes import LOCAL, Caller
from service.keys.operations import record_use
from service.keys.queries import any_exists, caller_of, with_digest
from service.keys.secrets import digest_of, is_secret

logger = logging.getLogger(__name__)

FRESH = 1.0  # seconds for which what was read is believed: so long a key that another process revoked goes on
MOST_KNOWN = 10_000
NOTED = timedelta(minutes=1)  # between two notes of a key's last use


@dataclass
class _Known:
    """What was read of a secret, or of the lack of one, and how long it is believed.

    Attributes:
        caller: whom it stands for; None where it opens nothing.
        expires: when it ends to, in seconds of the Unix epoch.
        until: believed so long, on the monotonic clock.
    """

    caller: Caller | None
    expires: float | None
    until: float

    def now(self) -> Caller | None:
        """The caller, unless the key has expired since."""
        return None if self.expires is not None and self.expires <= time.time() else self.caller


class Keyring:
    """Finds callers by their secrets.

    What the database says is believed for ``FRESH`` seconds, and for as long as it does not answer: in that time nobody
    can revoke a key either. What this process changes itself is seen at once: its maker calls :meth:`forget`
    when it is committed.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._known: OrderedDict[str | None, _Known] = OrderedDict()  # by digest; None: without a secret
        self._changes = 0
        self._notes: dict[str, asyncio.Task[None]] = {}

    async def caller(self, secret: str | None) -> Caller | None:
        """The caller that ``secret`` stands for; LOCAL while there are no keys, None for nobody.

        Raises:
            DatabaseUnreachable: it is not known, and cannot be read.
        """
        digest = digest_of(secret) if secret is not None and is_secret(secret) else None
        known = self._known.get(digest)
        now = time.monotonic()
        if known is not None:
            if now < known.until:
                return known.now()
            known.until = now + FRESH  # others go on with what is known while this one looks again
        before = self._changes
        try:
            caller, expires, noted = await run_sync(self._look, digest)
        except SQLAlchemyError as error:
            if not is_outage(error) and not isinstance(error, ProgrammingError):  # that is: there is no such table
                raise
            if known is None:
                raise DatabaseUnreachable("Who calls cannot be found out just now; try again.", retry_after=2) from None
            return known.now()
        self._keep(digest, _Known(caller, expires, now + FRESH), before)
        if caller is not None and caller.key_id is not None and not noted:
            self._note(caller.key_id)
        return caller

    def forget(self) -> None:
        """Drop everything that was read before."""
        with self._lock:
            self._changes += 1
            self._known.clear()

    async def close(self) -> None:
        """Wait until every pending note of a last use is written."""
        await asyncio.gather(*self._notes.values())

    def _look(self, digest: str | None) -> tuple[Caller | None, float | None, bool]:
        """Read the caller, when the key expires, and whether its use was noted lately."""
        with reading(self._engine) as session:
            row = None if digest is None else with_digest(session, digest)
            if row is None:
                return None if any_exists(session) else LOCAL, None, True
            expires = None if row.expires_at is None else row.expires_at.timestamp()
            noted = row.last_used_at is not None and datetime.now(UTC) - row.last_used_at < NOTED
            return caller_of(row), expires, noted

    def _keep(self, digest: str | None, known: _Known, before: int) -> None:
        with self._lock:
            if self._changes != before:  # what was read may be from before the change
                return
            if known.caller is None and digest is not None:  # else guesses would push out what is known
                self._known.pop(digest, None)
                return
            self._known[digest] = known
            if len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)

    def _note(self, key_id: str) -> None:
        """Write the last use of a key in the background."""
        if key_id not in self._notes:
            task = asyncio.create_task(self._write(key_id), name=f"last use of {key_id}")
            self._notes[key_id] = task
            task.add_done_callback(lambda _: self._notes.pop(key_id, None))

    async def _write(self, key_id: str) -> None:
        try:
            await run_sync(record_use, self._engine, key_id)
        except SQLAlchemyError as error:
            if not is_outage(error):
                raise
            logger.debug("the last use of %s could not be written: %s", key_id, error)
