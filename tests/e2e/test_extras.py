"""What works without the extra ``train``, and what says that it needs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import httpx
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from models.frameworks import FRAMEWORKS, missing
from models.presets import presets
from tests.e2e.api_only import ROOT, environment
from tests.e2e.service import free_port
from tests.service.worker.agents import until

SENTENCE = (
    "Training needs packages that are not installed (absl, h5py, keras, scipy, sklearn, tensorflow): "
    "pip install 'gradient-clinic[train]'\n"
)


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Python that finds what ``pip install gradient-clinic`` installs, and no more."""
    return environment(tmp_path_factory.mktemp("api") / "environment")


@pytest.fixture
def spec(tmp_path: Path) -> str:
    """The file of a sound spec."""
    (tmp_path / "spec.json").write_text(json.dumps(presets()["S3"].document))
    return "spec.json"


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A command that ended in ``folder``."""
    settings = os.environ | {"CLINIC_PORT": "0"}
    return subprocess.run(command, cwd=folder, env=settings, capture_output=True, check=False, text=True, timeout=60)


def test_the_extra_is_what_is_looked_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extra = {canonicalize_name(Requirement(line).name) for line in project["optional-dependencies"]["train"]}
    owners = metadata.packages_distributions()
    assert {canonicalize_name(owners[name][0]) for name in FRAMEWORKS} == extra


def test_nothing_is_missing_here() -> None:
    assert missing() is None


def test_looking_for_them_imports_none() -> None:
    script = "import sys; from models.frameworks import *; missing(); print(*({*FRAMEWORKS} & {*sys.modules}))"
    result = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=True, text=True)
    assert result.stdout.strip() == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        ["service", "serve"],
        ["service", "worker"],
        ["service", "demo"],
        ["service", "demo", "--once", "--port", "0"],
        ["service", "train", "spec.json", "--output", "result"],
        ["service", "preflight", "spec.json"],
        ["models"],
        ["service.worker"],
    ],
    ids=" ".join,
)
def test_what_trains_says_what_to_install_and_does_nothing(
    command: list[str], python: str, spec: str, tmp_path: Path
) -> None:
    result = run(tmp_path, python, "-m", *command)
    assert (result.returncode, result.stdout, result.stderr) == (1, "", SENTENCE)
    assert [path.name for path in tmp_path.iterdir()] == [spec]


@pytest.mark.slow
def test_everything_else_works(python: str, spec: str, tmp_path: Path) -> None:
    def clinic(*arguments: str) -> str:
        result = run(tmp_path, python, "-m", "service", *arguments)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    assert clinic("--version") == f"gradient-clinic {metadata.version('gradient-clinic')}\n"
    assert json.loads(clinic("check", spec))["valid"]
    assert clinic("migrate") == "The database is up to date.\n"
    key = {"Authorization": f"Bearer {clinic('keys', 'create', '--scope', 'operator').strip()}"}
    assert "operator" in clinic("keys", "list")
    port = str(free_port())
    with subprocess.Popen([python, "-m", "service", "api", "--port", port], cwd=tmp_path) as api:
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=key) as client:
                until(lambda: answers(client), 60)
                assert client.get("/api/v1/catalog/diagnoses").is_success
                assert client.post("/api/v1/spec-checks", json=presets()["S3"].document).json()["valid"]
                assert client.post("/api/v1/jobs", json=presets()["S3"].document).status_code == 202
        finally:
            api.terminate()


def answers(client: httpx.Client) -> bool:
    """Whether the API is up."""
    try:
        return client.get("/livez").is_success
    except httpx.TransportError:
        return False
