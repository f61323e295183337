"""What is set where nobody says anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from service import settings
from service.settings import Settings, available_memory


def test_every_setting_says_what_it_is() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_a_training_may_use_three_quarters_of_what_its_container_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(settings, "CONTAINER_MEMORY", limit)
    machine = available_memory()  # such a file is not everywhere
    assert machine > 0
    limit.write_text("max\n")
    assert available_memory() == machine
    limit.write_text(f"{64 * 2**20}\n")
    assert available_memory() == 64
    assert Settings().max_child_memory == 48
    assert Settings(max_child_memory=7).max_child_memory == 7
