"""What ``clinic`` says where it cannot do what it was asked: a sentence, never a traceback, and an exit code."""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from models.presets import presets
from service import cli
from service.cli import app
from service.database import usability
from service.database.session import migrate
from service.environment import option, variable
from service.settings import Settings

DATABASE_COMMANDS = [["api"], ["worker"], ["keys", "list"], ["keys", "create", "--scope", "operator"]]
DATABASE_COMMANDS += [["keys", "revoke", "key_x"], ["keys", "revoke", "--all"], ["migrate"], ["serve", "--port", "0"]]
DATABASE_COMMANDS += [["demo", "--once"], ["backup", "b.db"]]
READERS = [["api"], ["worker"], ["keys", "revoke", "key_x"], ["keys", "revoke", "--all"], ["backup", "b.db"]]


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("CLINIC_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    """Commands configure the log of their process; here it is that of all tests."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)
    logging.captureWarnings(capture=False)


def clinic(*arguments: str, **variables: str) -> Result:
    """A command that has ended by itself."""
    done = CliRunner().invoke(app, arguments, env={"COLUMNS": "200", **variables})
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert "Traceback" not in done.output
    return done


def refused(*arguments: str, code: int = 1, **variables: str) -> str:
    """The one line with which a command refuses."""
    done = clinic(*arguments, **variables)
    assert (done.exit_code, done.stdout) == (code, ""), done.output
    [line] = done.stderr.splitlines()
    return line


@pytest.mark.parametrize("command", DATABASE_COMMANDS, ids=" ".join)
class TestDatabases:
    @pytest.mark.parametrize("url", ["mysql://ana:pw@host/x", "garbage", "sqlite://", "postgresql://h:port/x"])
    def test_of_another_kind(self, command: list[str], url: str, tmp_path: Path) -> None:
        line = refused(*command, "--database-url", url, code=2)
        assert line.startswith("--database-url: received ")
        assert "pw" not in line
        assert refused(*command, CLINIC_DATABASE_URL=url).startswith("CLINIC_DATABASE_URL: received ")
        assert list(tmp_path.iterdir()) == []

    def test_in_a_folder_that_is_not_there(self, command: list[str], tmp_path: Path) -> None:
        line = refused(*command, "--database-url", f"sqlite:///{tmp_path / 'nowhere' / 'x.db'}")
        assert line == f"There is no folder {tmp_path / 'nowhere'} for the database x.db."
        assert list(tmp_path.iterdir()) == []

    def test_that_are_a_folder(self, command: list[str], tmp_path: Path) -> None:
        assert "is a folder" in refused(*command, "--database-url", f"sqlite:///{tmp_path}")

    def test_with_a_name_that_is_too_long(self, command: list[str]) -> None:
        assert "x.db" in refused(*command, "--database-url", f"sqlite:///{'x' * 300}.db")

    def test_that_are_another_file(self, command: list[str], tmp_path: Path) -> None:
        other = tmp_path / "notes.txt"
        other.write_text("not a database, but long enough to be looked at as one" * 100)
        before = other.read_bytes()
        line = refused(*command, "--database-url", f"sqlite:///{other}")
        assert "damaged" in line
        assert "not a database" in line
        assert other.read_bytes() == before

    def test_on_a_server_that_is_not_there(self, command: list[str]) -> None:
        if command in (["api"], ["worker"]):
            pytest.skip("they wait for it")
        if command[0] == "backup":
            pytest.skip("pg_dump says it, and need not be installed")
        line = refused(*command, "--database-url", "postgresql://127.0.0.1:1/x")
        assert line.startswith("The database cannot be used: ")

    def test_with_a_sqlite_that_the_queue_cannot_use(
        self, command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "version_info", (3, 12, 0, "final", 0))
        monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 41, 2))
        assert "3.42" in refused(*command)
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", READERS, ids=" ".join)
def test_who_only_reads_makes_no_database(command: list[str], tmp_path: Path) -> None:
    assert refused(*command).startswith("There is no database clinic.db")
    assert list(tmp_path.iterdir()) == []


def test_where_there_is_no_database_there_is_no_key(tmp_path: Path) -> None:
    done = clinic("keys", "list")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "There is no database clinic.db" in done.stderr
    assert "every caller on this machine is an operator" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [["api"], ["worker"], ["keys", "list"], ["keys", "revoke", "--all"]], ids=" ".join)
def test_an_unmigrated_database_is_said(command: list[str], tmp_path: Path) -> None:
    migrate(f"sqlite:///{tmp_path / 'clinic.db'}", "0008")
    assert "schema revision 0008" in refused(*command)


@pytest.mark.parametrize("command", [["api"], ["worker"], ["keys", "revoke", "--all"]], ids=" ".join)
def test_a_database_without_tables_is_said(command: list[str], tmp_path: Path) -> None:
    (tmp_path / "clinic.db").touch()
    assert "`clinic migrate`" in refused(*command)


@pytest.mark.parametrize("command", [["serve"], ["api"]], ids=" ".join)
@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [("port", "70000", "whole number"), ("port", "-1", "whole number"), ("host", "", "text of at least 1 character")],
)
def test_a_wrong_option_is_said(command: list[str], name: str, value: str, kind: str) -> None:
    assert kind in refused(*command, option(name), value, code=2)
    assert kind in clinic(*command, **{variable(name): value}).stderr


@pytest.mark.parametrize("command", [["serve"], ["worker"]], ids=" ".join)
def test_no_slots_are_said(command: list[str]) -> None:
    line = "CLINIC_SLOTS: received '0', expected a whole number from 1 to 256."
    assert refused(*command, CLINIC_SLOTS="0") == line


@pytest.mark.parametrize("host", ["nowhere.invalid", "a" * 70, "a..b", "256.1.1.1", "203.0.113.7"])
def test_an_address_that_is_not_here_is_said(host: str) -> None:
    line = refused("serve", "--host", host, "--port", "0")
    assert line.startswith(f"cannot listen on {host}:0: ")


def test_what_is_refused_is_json_where_the_log_is(tmp_path: Path) -> None:
    document = json.loads(refused("api", CLINIC_LOG_FORMAT="json"))
    assert document["level"] == "error"
    assert document["message"].startswith("There is no database")
    lines = clinic("api", CLINIC_LOG_FORMAT="json", CLINIC_SLOT="1").stderr.splitlines()
    assert [json.loads(line)["level"] for line in lines] == ["warning", "error"]


def test_unknown_variables_are_named() -> None:
    done = clinic("migrate", CLINIC_SLOT="1", CLINIC_PORT="1")
    assert done.exit_code == 0
    assert done.stderr == "Warning: CLINIC_SLOT is no setting and has no effect; did you mean CLINIC_SLOTS?\n"


@pytest.mark.parametrize("command", ["serve", "api", "worker", "migrate"])
def test_help_lists_the_settings(command: str) -> None:
    text = clinic(command, "--help").stdout
    assert [name for name in map(variable, Settings.model_fields) if name not in text] == []


def test_settings_are_explained() -> None:
    text = clinic("settings", CLINIC_PORT="81", CLINIC_OPERATOR_KEY="clinic_x").stdout
    for name, field in Settings.model_fields.items():
        assert f"{variable(name)}=" in text
        assert field.description is not None
        assert field.description in text
    assert "CLINIC_PORT=81\n" in text
    assert "clinic_x" not in text


BAD_FILES: dict[str, tuple[bytes | None, str]] = {
    "a folder": (None, "Is a directory"),
    "not UTF-8": (b"\xff\xfe{}", "byte 0"),
    "not JSON": (b"{'a': 1}", "line 1, column 2"),
    "empty": (b"", "line 1, column 1"),
    "too deep": (b"[" * 200_000, "nested too deep"),
    "a number that is too long": (b"1" * 10_000, "a number"),
}


@pytest.mark.parametrize("command", ["check", "train", "preflight"])
class TestSpecFiles:
    @pytest.mark.parametrize("kind", BAD_FILES)
    def test_that_cannot_be_read(self, command: str, kind: str, tmp_path: Path) -> None:
        content, said = BAD_FILES[kind]
        path = tmp_path / "spec.json"
        if content is None:
            path.mkdir()
        else:
            path.write_bytes(content)
        line = refused(command, "spec.json", code=2)
        assert line.startswith("spec.json: ")
        assert said in line

    def test_that_are_not_there(self, command: str) -> None:
        assert "No such file" in refused(command, "nowhere.json", code=2)

    def test_that_are_huge(self, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(cli, "LARGEST_SPEC", 2**20)
        assert "at most 1 MiB" in refused(command, "/dev/zero", code=2)


@pytest.mark.parametrize("command", ["train", "preflight"])
@pytest.mark.parametrize("document", ["[]", "1", "null", '"text"', "{}", '{"data": 1}'])
def test_what_is_no_spec_is_said(command: str, document: str, tmp_path: Path) -> None:
    (tmp_path / "spec.json").write_text(document)
    done = clinic(command, "spec.json")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr


@pytest.mark.parametrize("folder", ["taken", "taken/below", "/proc/nowhere"])
def test_a_folder_that_cannot_be_written_is_said_before_training(folder: str, tmp_path: Path) -> None:
    (tmp_path / "spec.json").write_text(json.dumps(presets()["S3"].document))
    (tmp_path / "taken").touch()
    line = refused("train", "spec.json", "--output", folder)
    assert line.startswith(f"{folder}: nothing can be written there: ")


@pytest.mark.parametrize(
    "command", [["train", "spec.json"], ["preflight", "spec.json"], ["serve"], ["demo"]], ids=" ".join
)
def test_a_cache_that_cannot_be_written_is_said(command: list[str], tmp_path: Path) -> None:
    (tmp_path / "spec.json").write_text(json.dumps(presets()["S3"].document))
    assert refused(*command, CLINIC_CACHE_DIR="/proc/x").startswith("CLINIC_CACHE_DIR: received '/proc/x', expected ")


def test_a_mistake_of_ours_is_no_sentence() -> None:
    assert usability.sentence(ZeroDivisionError()) is None
