"""Gives memory that is no longer used back to the operating system."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Callable
from functools import cache


def give_back_memory() -> None:
    """Free what only cycles of references hold, then return free memory to the system.

    The allocator of the C library keeps what was freed for later, a gigabyte as well; of libraries that have no way to
    be asked for it, nothing is asked.
    """
    gc.collect()
    _trim()(0)


@cache
def _trim() -> Callable[[int], int]:
    """The C library's function that returns free memory, or one that does nothing where there is none."""
    if sys.platform == "linux":
        found: Callable[[int], int] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if found is not None:
            return found
    return lambda _pad: 0
