"""The networks that a process holds."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.inference.networks.cache import NetworkCache
from service.inference.networks.network import Network
from tests.service.inference.networks.test_network import network

SIZE = {name: network(name).size() for name in ("circles", "iris", "diabetes")}


class Shelf:
    """Networks within a limit, and the names of those that were made."""

    def __init__(self, limit: int) -> None:
        self.networks = NetworkCache(limit)
        self.made: list[str] = []

    def get(self, name: str) -> Network:
        def make() -> Network:
            self.made.append(name)
            return network(name)

        return self.networks.get(name, make)


def test_the_ones_used_last_are_kept_within_the_limit() -> None:
    shelf = Shelf(SIZE["circles"] + max(SIZE["iris"], SIZE["diabetes"]))
    first = shelf.get("circles")
    shelf.get("iris")
    assert shelf.get("circles") is first
    shelf.get("diabetes")
    assert shelf.networks.peek("iris") is None
    assert shelf.networks.peek("circles") is first
    shelf.get("iris")
    assert shelf.made == ["circles", "iris", "diabetes", "iris"]
    assert shelf.networks.peek("diabetes") is None


def test_one_larger_than_the_limit_answers_all_the_same() -> None:
    shelf = Shelf(1)
    assert shelf.get("circles") is shelf.get("circles")
    shelf.get("iris")
    assert shelf.networks.peek("circles") is None


def test_several_who_ask_wait_for_one_load() -> None:
    networks = NetworkCache(2**30)
    asked, go = threading.Event(), threading.Event()
    made: list[Network] = []

    def make() -> Network:
        asked.set()
        assert go.wait(30)
        made.append(network("iris"))
        return made[0]

    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(networks.get, "iris", make)
        assert asked.wait(30)
        assert networks.is_loading("iris")
        assert networks.peek("iris") is None
        others = [pool.submit(networks.get, "iris", make) for _ in range(3)]
        go.set()
        assert {id(future.result()) for future in (first, *others)} == {id(made[0])}
    assert len(made) == 1
    assert not networks.is_loading("iris")


def test_what_is_dropped_while_it_loads_is_not_kept() -> None:
    networks = NetworkCache(2**30)

    def make() -> Network:
        networks.drop("iris")
        return network("iris")

    networks.get("iris", make)
    assert networks.peek("iris") is None


def test_a_load_that_fails_is_tried_again() -> None:
    networks = NetworkCache(2**30)

    def fail() -> Network:
        raise OSError("no such file")

    with pytest.raises(OSError, match="no such file"):
        networks.get("iris", fail)
    assert not networks.is_loading("iris")
    assert networks.get("iris", lambda: network("iris")) is networks.peek("iris")
