"""The secret from which hidden seeds are drawn: whoever does not know it cannot tell them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from service.database.grading import SecretRow
from service.settings import Settings

NAME = "grading"


def grading_secret(session: Session, settings: Settings) -> bytes:
    """The operator's, from the settings, or else the one that was made with the schema.

    A grading keeps its seeds from its beginning, so that only who makes one needs the secret.
    """
    if settings.grading_secret is not None:
        return settings.grading_secret.get_secret_value().encode()
    return session.get_one(SecretRow, NAME).value
