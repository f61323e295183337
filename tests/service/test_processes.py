"""Where a service may listen."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from service.processes import NotLoopbackError, environment, listen
from service.settings import Settings


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_this_machine_may_always_call(host: str) -> None:
    with listen(Settings(host=host, port=0)) as listener:
        assert listener.getsockname()[1] > 0


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_other_machines_may_not_unless_it_is_said(host: str) -> None:
    with pytest.raises(NotLoopbackError, match="CLINIC_ALLOW_REMOTE"):
        listen(Settings(host=host, port=0))
    with listen(Settings(host=host, port=0, allow_remote=True)) as listener:
        assert listener.getsockname()[1] > 0


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
