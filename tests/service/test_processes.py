"""Where a service may listen."""

from __future__ import annotations

import socket

import pytest

from service.processes import NotLoopbackError, listen
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
