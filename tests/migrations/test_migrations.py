"""The sum of the migrations is the schema, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

import migrations
from service.database.schema import METADATA
from service.database.session import create_engine, migrate, newest_revision, reading, stored_revision
from service.queue import workflows
from tests.databases import KINDS


@pytest.fixture(params=KINDS)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server = request.getfixturevalue("postgres_server")
    url = server.create()
    yield url
    server.drop(url)


def tables(url: str) -> set[str]:
    engine = create_engine(url)
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    return names


def differences(url: str) -> list[object]:
    """What autogeneration would change."""
    engine = create_engine(url)
    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        found: list[object] = compare_metadata(
            MigrationContext.configure(connection, opts=options | {"include_name": is_ours}), METADATA
        )
    engine.dispose()
    return found


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "table" or name in METADATA.tables


def revision(url: str) -> str | None:
    engine = create_engine(url)
    with reading(engine) as session:
        stored = stored_revision(session)
    engine.dispose()
    return stored


def test_up_down_up(empty: str) -> None:
    assert revision(empty) is None
    migrate(empty)
    assert tables(empty) == {*METADATA.tables, "alembic_version"}
    assert revision(empty) == newest_revision()
    assert differences(empty) == []
    migrate(empty, "base")
    assert tables(empty) == {"alembic_version"}
    assert revision(empty) is None
    migrate(empty)
    assert differences(empty) == []


def test_migrating_again_changes_nothing(empty: str) -> None:
    migrate(empty)
    migrate(empty)
    assert revision(empty) == newest_revision()


def test_the_queues_tables_are_not_ours(empty: str) -> None:
    migrate(empty)
    engine = create_engine(empty)
    workflows.prepare(engine)
    engine.dispose()
    assert differences(empty) == []
    migrate(empty, "base")
    migrate(empty)
    assert differences(empty) == []


def test_concurrent_migrations_take_turns(empty: str) -> None:
    failures: list[Exception] = []

    def run() -> None:
        try:
            migrate(empty)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a failure
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert differences(empty) == []


def test_the_newest_revision_is_alembics_head() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    script = ScriptDirectory.from_config(config)
    assert script.get_heads() == [newest_revision()]
    numbers = [found.revision for found in script.walk_revisions()]
    assert numbers == sorted(numbers, reverse=True)
