"""Who may import whom."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICE, INFERENCE, EXPERIMENTS = (f"The layers of {name}" for name in ("the service", "inference", "experiments"))
CYCLES = "No cycles between packages, at any depth"


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Hold the imports of a source tree against its contracts."""
    command = [
        str(Path(sys.executable).with_name("lint-imports")),
        "--config",
        str(folder / "pyproject.toml"),
        "--no-cache",
    ]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_contracts_of_the_house_hold() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("importer", "imported", "contract"),
    [
        ("service.jobs.queries", "service.grading.rubric.grade", SERVICE),
        ("service.http.pagination", "service.jobs.queries", SERVICE),
        ("service.database.owned", "service.http.pagination", SERVICE),
        ("service.queue.limits", "service.jobs.queries", SERVICE),
        ("service.keys.queries", "service.experiments.replicates.seeds", SERVICE),
        ("service.inference.resolution", "service.inference.registry.queries", INFERENCE),
        ("service.experiments.replicates.seeds", "service.experiments.trials.arms", EXPERIMENTS),
        ("service.jobs.results.history", "service.jobs.routes.records", CYCLES),
        ("models.diagnoses.design", "models.diagnoses.judge", CYCLES),
    ],
)
def test_one_import_that_runs_upward_breaks_them(importer: str, imported: str, contract: str, tmp_path: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in ("models", "service", "migrations"):
        for source in (ROOT / package).rglob("*.py"):
            copy = tmp_path / source.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, copy)
    module = (tmp_path / importer.replace(".", "/")).with_suffix(".py")
    module.write_text(f"{module.read_text(encoding='utf-8')}\nimport {imported}\n", encoding="utf-8")
    result = lint(tmp_path)
    assert (result.returncode, f"{contract} BROKEN" in result.stdout) == (1, True), result.stdout + result.stderr


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
