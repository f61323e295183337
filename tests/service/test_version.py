"""The version, wherever it is told."""

from __future__ import annotations

from importlib import metadata

from typer.testing import CliRunner

from service.app import create_app
from service.cli import app
from service.settings import Settings


def test_the_command_and_the_contract_tell_the_same() -> None:
    version = metadata.version("gradient-clinic")
    told = CliRunner().invoke(app, ["--version"])
    assert (told.exit_code, told.output) == (0, f"gradient-clinic {version}\n")
    assert create_app(Settings()).version == version


def test_a_version_ends_before_the_command() -> None:
    told = CliRunner().invoke(app, ["--version", "check", "nowhere.json"])
    assert told.exit_code == 0
    assert told.output.startswith("gradient-clinic ")
