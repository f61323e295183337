"""Lines of a pipe."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator

import pytest

from service.worker.pipe import Lines


class Pipe:
    """A pipe with a reader of its lines."""

    def __init__(self) -> None:
        self.reading, self.writing = os.pipe()
        self.lines = Lines(self.reading)

    def say(self, words: bytes) -> None:
        """Write all of it."""
        while words:
            words = words[os.write(self.writing, words) :]


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    """An open pipe."""
    made = Pipe()
    yield made
    os.close(made.reading)


def test_lines_come_one_by_one_however_they_were_written(pipe: Pipe) -> None:
    pipe.say(b"a\nbc\n")
    pipe.say(b"d")
    pipe.say(b"ef\n")
    os.close(pipe.writing)
    assert [pipe.lines.next(1) for _ in range(3)] == [b"a", b"bc", b"def"]
    with pytest.raises(EOFError):
        pipe.lines.next(1)


def test_a_line_without_an_end_is_none(pipe: Pipe) -> None:
    pipe.say(b"begun")
    started = time.monotonic()
    assert pipe.lines.next(0.1) is None
    assert time.monotonic() - started >= 0.1
    pipe.say(b" and done\n")
    assert pipe.lines.next(0) == b"begun and done"
    os.close(pipe.writing)


def test_a_line_longer_than_the_pipe(pipe: Pipe) -> None:
    long = b"x" * 5_000_000
    writer = threading.Thread(target=pipe.say, args=(long + b"\n",))
    writer.start()
    assert pipe.lines.next(30) == long
    writer.join()
    os.close(pipe.writing)


def test_half_a_line_at_the_end_is_no_line(pipe: Pipe) -> None:
    pipe.say(b"a\nha")
    os.close(pipe.writing)
    assert pipe.lines.next(1) == b"a"
    with pytest.raises(EOFError):
        pipe.lines.next(1)
