"""``clinic keys`` on a database."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from service.cli import app
from service.database.session import create_engine, migrate, reading
from service.http.scopes import Scope
from service.keys.queries import caller_of, everything, with_digest
from service.keys.secrets import digest_of, is_secret
from tests.databases import KINDS

runner = CliRunner()


def clinic(url: str, *arguments: str, code: int = 0) -> tuple[str, str]:
    """What ``clinic keys`` writes, to both of its outputs."""
    done = runner.invoke(app, ["keys", *arguments, "--database-url", url], env={"COLUMNS": "200"})
    assert done.exit_code == code, done.output
    return done.stdout, done.stderr


@pytest.mark.parametrize("url", KINDS, indirect=True)
def test_create_list_revoke(url: str, engine: Engine) -> None:
    assert "every caller on this machine is an operator" in clinic(url, "list")[1]
    secret = clinic(url, "create", "--scope", "operator", "--name", "first")[0].strip()
    assert is_secret(secret)
    with reading(engine) as session:
        row = with_digest(session, digest_of(secret))
        assert row is not None
        assert (caller_of(row).scope, caller_of(row).owner) == (Scope.OPERATOR, "local")
    clinic(url, "create", "--scope", "student", "--author", "s1", "--teacher", "ana", "--days", "30")
    out, _ = clinic(url, "list")
    first, second = out.splitlines()
    assert first.startswith(f"{row.id}  {secret[:13]}…  operator")
    assert "author s1" in second
    assert "expires" in second
    assert secret not in out
    assert digest_of(secret) not in out
    clinic(url, "revoke", row.id)
    assert "revoked" in clinic(url, "list")[0].splitlines()[0]
    assert "no key" in clinic(url, "revoke", row.id, code=1)[1]
    with reading(engine) as session:
        assert with_digest(session, digest_of(secret)) is None
    assert "2 keys" in clinic(url, "revoke", "--all")[1]
    with reading(engine) as session:
        assert everything(session) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--scope", "student"], "--author"),
        (["--scope", "teacher", "--owner", "stu_x"], "--owner"),
        (["--scope", "operator", "--name", "x" * 300], "--name"),
    ],
)
def test_what_is_no_key_is_said(url: str, engine: Engine, arguments: list[str], said: str) -> None:
    assert said in clinic(url, "create", *arguments, code=1)[1]
    with reading(engine) as session:
        assert everything(session) == []


def test_revoking_needs_one_or_all(url: str) -> None:
    clinic(url, "revoke", code=2)
    clinic(url, "revoke", "key_x", "--all", code=2)


def test_an_empty_database_gets_its_tables(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    assert is_secret(clinic(url, "create", "--scope", "operator")[0].strip())


def test_another_versions_database_is_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    migrate(url, "0008")
    assert "clinic migrate" in clinic(url, "create", "--scope", "operator", code=1)[1]
    engine = create_engine(url)
    with reading(engine) as session:
        assert session.connection().exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == "0008"
    engine.dispose()


@pytest.mark.parametrize("command", ["serve", "api"])
def test_a_service_without_a_key_is_not_shown_to_others(url: str, command: str) -> None:
    arguments = [command, "--host", "0.0.0.0", "--port", "0", "--database-url", url]
    done = runner.invoke(app, arguments)
    assert done.exit_code == 1
    assert "clinic keys create --scope operator" in done.stderr
