"""The folder of compiled programs: kept small, and done without where it cannot be written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from models.engine import startup


def program(folder: Path, age: int, size: int = 10) -> Path:
    path = folder / f"program-{age}.pb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"a" * size)
    os.utime(path, (10_000 - age, 10_000 - age))
    return path


@pytest.mark.parametrize(("limit", "kept"), [(100, 5), (50, 5), (49, 4), (10, 1), (9, 0), (0, 0)])
def test_the_oldest_programs_go(tmp_path: Path, limit: int, kept: int) -> None:
    made = [program(tmp_path / ("one" if age % 2 else "another"), age) for age in range(5)]
    other = tmp_path / "one" / "other.txt"
    other.write_text("not ours", encoding="utf-8")
    startup.prune(tmp_path, limit)
    assert [path.exists() for path in made] == [index < kept for index in range(5)]
    assert other.exists()


def test_a_folder_that_is_not_there_is_made(tmp_path: Path) -> None:
    startup.prune(tmp_path / "nothing", 0)
    assert startup.has_room(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()


def test_a_full_disk_has_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(startup, "LEAST_FREE", 2**62)
    assert not startup.has_room(tmp_path)


def test_a_folder_that_cannot_be_made_has_no_room(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert not startup.has_room(tmp_path / "file" / "programs")
