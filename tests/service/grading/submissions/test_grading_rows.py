"""From what hidden seeds are drawn."""

from __future__ import annotations

import pytest
from pydantic import SecretStr, ValidationError
from sqlalchemy import Engine

from service.database.session import reading
from service.grading.submissions.grading_rows import grading_secret
from service.settings import Settings
from tests.databases import KINDS


@pytest.mark.parametrize("url", KINDS, indirect=True)
def test_the_operators_or_that_of_the_database(engine: Engine, url: str) -> None:
    with reading(engine) as session:
        kept = grading_secret(session, Settings(database_url=url))
        assert len(kept) == 32
        own = Settings(database_url=url, grading_secret=SecretStr("of the operator's own"))
        assert grading_secret(session, own) == b"of the operator's own"
    assert "own" not in repr(own).replace("owner", "")


def test_one_that_can_be_guessed_is_refused() -> None:
    with pytest.raises(ValidationError):
        Settings(grading_secret=SecretStr("short"))
