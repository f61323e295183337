"""A service as in an image that lacks some packages."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROGRAM = """
import json, sys
absent, arguments = json.loads(sys.argv[1])
class Lacking:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in absent:
            raise ModuleNotFoundError(f"this image has no {name}", name=name)
sys.meta_path.insert(0, Lacking())
from service.cli import app
app(arguments)
"""


def requirements() -> list[str]:
    """What the API's image installs: the very command of the Dockerfile, executed."""
    recipe = (ROOT / "service" / "Dockerfile").read_text(encoding="utf-8")
    (command,) = re.findall(r"^RUN (python -c \".*\") > requirements\.txt", recipe, re.MULTILINE)
    command = command.replace("python", sys.executable, 1)
    told = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, check=True, text=True)
    return told.stdout.splitlines()


def installed(wanted: list[str]) -> set[str]:
    """The distributions that come with some requirements, those that they require in turn included."""
    found: set[str] = set()
    left = [Requirement(line) for line in wanted]
    seen: set[tuple[str, str]] = set()
    while left:
        requirement = left.pop()
        name = canonicalize_name(requirement.name)
        for extra in {"", *requirement.extras}:
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            try:
                further = metadata.requires(name) or []
            except metadata.PackageNotFoundError:
                continue  # needed on other systems only
            found.add(name)
            parsed = [Requirement(line) for line in further]
            left += [each for each in parsed if each.marker is None or each.marker.evaluate({"extra": extra})]
    return found


def absent() -> list[str]:
    """The top-level modules of this environment that the API's image does not have."""
    there = installed(requirements())
    return sorted(
        module
        for module, owners in metadata.packages_distributions().items()
        if not there & {canonicalize_name(owner) for owner in owners}
        and module not in {"models", "service", "migrations"}
    )


def lacking(modules: list[str], *arguments: str) -> list[str]:
    """The command line of ``clinic`` with ``arguments`` where some modules cannot be imported."""
    return [sys.executable, "-c", PROGRAM, json.dumps([modules, arguments])]
