"""What is known without a look at the database, and for how long."""

from __future__ import annotations

from service.inference.recent import MOST, SECONDS, Recent
from tests.service.inference.test_network import network


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_it_is_known_for_a_moment() -> None:
    clock, net = Clock(), network("circles")
    recent = Recent(clock)
    assert recent.get("a") is None
    recent.put("a", net)
    clock.now = SECONDS
    assert recent.get("a") is net
    assert recent.get("b") is None
    clock.now = SECONDS + 0.001
    assert recent.get("a") is None


def test_it_is_forgotten_when_it_may_be_gone() -> None:
    recent, net = Recent(), network("circles")
    recent.put("a", net)
    recent.forget("a")
    recent.forget("a")
    assert recent.get("a") is None


def test_it_keeps_no_network() -> None:
    recent = Recent()
    recent.put("a", network("circles"))  # which nobody holds
    assert recent.get("a") is None


def test_only_so_many_are_known() -> None:
    recent, net = Recent(), network("circles")
    for key in range(MOST + 1):
        recent.put(key, net)
    assert recent.get(0) is None
    assert recent.get(MOST) is net
