"""Where a service may listen."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from service.database.session import writing
from service.errors import Invalid
from service.http.scopes import LOCAL, Scope
from service.keys.operations import create, revoke
from service.keys.queries import everything
from service.keys.schemas import KeyRequest
from service.processes import SECRETS, UnguardedError, environment, listen, prepare, require_keys
from service.settings import Settings
from tests.databases import KINDS


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_this_machine_may_always_call(host: str, tmp_path: Path) -> None:
    # No database is even looked at.
    require_keys(Settings(host=host, port=0, database_url=f"sqlite:///{tmp_path / 'nowhere' / 'clinic.db'}"))
    with listen(Settings(host=host, port=0)) as listener:
        assert listener.getsockname()[1] > 0


@pytest.mark.parametrize("url", KINDS, indirect=True)
@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_other_machines_may_not_unless_there_is_a_key(host: str, url: str, engine: Engine) -> None:
    settings = Settings(host=host, port=0, database_url=url)
    with pytest.raises(UnguardedError, match="clinic keys create --scope operator"):
        require_keys(settings)
    with writing(engine) as session:
        row, _ = create(session, LOCAL, KeyRequest(scope=Scope.OPERATOR))
    require_keys(settings)
    with writing(engine) as session:
        revoke(session.merge(row))
    with pytest.raises(UnguardedError, match="no key"):
        require_keys(settings)


def test_a_database_without_tables_has_no_key(tmp_path: Path) -> None:
    with pytest.raises(UnguardedError, match="clinic migrate"):
        require_keys(Settings(host="0.0.0.0", database_url=f"sqlite:///{tmp_path / 'empty.db'}"))


class TestTheGivenKey:
    SECRET = "clinic_" + "0123456789abcdef" * 4

    @pytest.mark.parametrize("url", KINDS, indirect=True)
    def test_is_made_once_and_stays_revoked(self, url: str, engine: Engine) -> None:
        settings = Settings(database_url=url, operator_key=SecretStr(self.SECRET))
        for _ in range(2):
            prepare(settings)
        with writing(engine) as session:
            [row] = everything(session)
            assert (row.scope, row.owner, row.name) == ("operator", "local", "CLINIC_OPERATOR_KEY")
            revoke(row)
        with pytest.raises(Invalid, match="revoked"):
            prepare(settings)

    @pytest.mark.parametrize("secret", ["", "guess", "clinic_short", "clinic_" + "x" * 42, " " + SECRET])
    def test_has_the_form_of_a_secret(self, secret: str, url: str) -> None:
        with pytest.raises(Invalid, match="openssl rand -hex 32"):
            prepare(Settings(database_url=url, operator_key=SecretStr(secret)))

    def test_is_told_to_no_other_process(self) -> None:
        settings = Settings(operator_key=SecretStr(self.SECRET))
        assert "CLINIC_OPERATOR_KEY" not in environment(settings)
        assert self.SECRET not in repr(settings)


def test_answers_leave_at_once() -> None:
    with listen(Settings(port=0)) as listener:
        assert listener.proto == socket.IPPROTO_TCP


def test_a_taken_port_is_an_error() -> None:
    with listen(Settings(port=0)) as listener, pytest.raises(OSError, match="in use"):
        listen(Settings(port=listener.getsockname()[1]))


def test_every_setting_says_what_it_is() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_an_agent_gets_the_settings_of_its_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("CLINIC_")]:
        monkeypatch.delenv(name)
    for given in (
        Settings(cache_dir=tmp_path),
        Settings(retention_days=1.5, log_format="json", max_queued_per_owner=3),
    ):
        with monkeypatch.context() as patch:
            for name, value in environment(given).items():
                patch.setenv(name, value)
            assert Settings() == given


def test_secrets_of_the_api_are_told_to_no_other_process() -> None:
    secret = SecretStr("a secret of more than sixteen letters")
    assert not environment(Settings(grading_secret=secret, operator_key=secret)).keys() & SECRETS
