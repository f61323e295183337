"""Memory that a large body took is given back."""

from __future__ import annotations

import ctypes
import sys

import psutil
import pytest

from service.http.memory import give_back_memory

MB = 2**20


@pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="the C library has no malloc_trim"
)
def test_what_was_freed_goes_back_to_the_system() -> None:
    process = psutil.Process()
    pieces = [b"a" * 100_000 for _ in range(2000)]
    del pieces[:-1]  # the last one keeps the C library from giving the others back by itself
    before = process.memory_info().rss
    give_back_memory()
    assert process.memory_info().rss < before - 100 * MB
    assert len(pieces) == 1
