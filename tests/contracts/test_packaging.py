"""What is installed, by whom and where from, is said in one way wherever it is said."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINS = (ROOT / ".ci" / "constraints.txt").read_text(encoding="utf-8").splitlines()
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / ".github" / "CONTRIBUTING.md").read_text(encoding="utf-8")


def workflow() -> dict[str, Any]:
    """The workflow of GitHub Actions."""
    document = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    return dict(document["jobs"]["check"])


def test_constraints_are_names_and_versions_in_order() -> None:
    assert [line for line in PINS if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][0-9A-Za-z.]*", line)] == []
    assert sorted(set(PINS), key=str.upper) == PINS


def test_constraints_are_of_everything_that_is_required() -> None:
    pinned = {canonicalize_name(name): version for name, version in (line.split("==") for line in PINS)}
    extras = PROJECT["optional-dependencies"].values()
    for line in (*PROJECT["dependencies"], *(line for extra in extras for line in extra)):
        requirement = Requirement(line)
        if requirement.name != PROJECT["name"]:
            assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)]), line


def test_the_tests_have_every_other_extra() -> None:
    own = [Requirement(line) for line in PROJECT["optional-dependencies"]["test"]]
    [self] = [requirement for requirement in own if requirement.name == PROJECT["name"]]
    assert self.extras == set(PROJECT["optional-dependencies"]) - {"test"}


@pytest.mark.parametrize("text", [README, CONTRIBUTING], ids=["README", "CONTRIBUTING"])
def test_extras_that_are_named_exist(text: str) -> None:
    named = set(re.findall(r"(?:'\.|gradient-clinic)\[(\w+)\]", text))
    assert named
    assert named <= set(PROJECT["optional-dependencies"])


def test_ci_runs_every_supported_python() -> None:
    supported = SpecifierSet(PROJECT["requires-python"])
    tried = workflow()["strategy"]["matrix"]["python"]
    assert tried == [version for version in (f"3.{minor}" for minor in range(30)) if supported.contains(version)]
    assert workflow()["steps"][-1] == {"run": ".ci/run"}


def test_the_workflow_is_what_github_reads() -> None:
    schema = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]
    path = ROOT / ".github" / "workflows" / "ci.yml"
    checked = subprocess.run([*schema, str(path)], capture_output=True, check=False, text=True)
    assert checked.returncode == 0, checked.stdout


def test_hooks_before_a_commit_are_local() -> None:
    document = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    [repository] = document["repos"]
    assert repository["repo"] == "local"
    assert [(hook["id"], hook["language"]) for hook in repository["hooks"]] == [
        ("ruff", "system"),
        ("ruff-format", "system"),
        ("mypy", "system"),
    ]


def test_the_places_that_contributors_are_sent_to_exist() -> None:
    places = re.findall(r"`((?:models|service|tests|docs|benchmarks|\.ci)/[\w./-]+)`", CONTRIBUTING)
    assert len(places) > 10
    assert [place for place in places if not (ROOT / place).exists()] == []
    names = {"DIAGNOSES": "models/diagnoses/catalog.py", "FORMULAS": "models/graphs/layers.py"}
    names |= {
        "CheckUnion": "service/grading/rubric/checks/__init__.py",
        "LayerUnion": "models/specs/layers/__init__.py",
    }
    for name, place in names.items():
        assert f"`{name}`" in CONTRIBUTING
        assert f"`{place}`" in CONTRIBUTING
        assert re.search(rf"^{name}\b.*=", (ROOT / place).read_text(encoding="utf-8"), re.MULTILINE)
