"""Who may import whom."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_the_contracts_of_the_house_hold() -> None:
    command = [
        str(Path(sys.executable).with_name("lint-imports")),
        "--config",
        str(ROOT / "pyproject.toml"),
        "--no-cache",
    ]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.slow
@pytest.mark.parametrize("module", ["service.app", "service.worker.agent", "models.specs.check"])
def test_no_framework_is_imported(module: str) -> None:
    """Neither the API nor an agent pays for TensorFlow or traces; a spec is checked without numpy."""
    heavy = {"tensorflow", "keras", "sklearn", "opentelemetry.sdk"} | (
        {"numpy"} if module.startswith("models.specs") else set()
    )
    script = f"import sys, {module}; print(*sorted({heavy!r} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == ""
