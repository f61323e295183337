"""Makes the environment of the API's image: only what that image installs can be imported in it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
import venv
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import migrations
import models
import service

ROOT = Path(__file__).parents[2]
RECIPE = ROOT / "service" / "Dockerfile"
OURS = "gradient-clinic"
PROGRAM = """
import importlib.util, json, sys
print(json.dumps([name for name in json.loads(sys.argv[1]) if importlib.util.find_spec(name) is None]))
"""


def stages() -> dict[str, str]:
    """The stages of the Dockerfile by name, each with the name of the image that it starts from in front."""
    parts = RECIPE.read_text(encoding="utf-8").split("\nFROM ")
    return {each.partition(" AS ")[2].split("\n")[0]: each for each in parts}


def extras(target: str) -> set[str]:
    """The extras that an image of the Dockerfile has."""
    found = stages()
    (source,) = re.findall(r"^COPY --from=(\S+) /clinic /clinic$", found[target], re.MULTILINE)
    (names,) = re.findall(
        r"^RUN /clinic/bin/pip install --no-cache-dir '?\.(?:\[(.*)\])?'?$", found[source], re.MULTILINE
    )
    return set(filter(None, names.split(",")))


def requirements(chosen: set[str]) -> list[str]:
    """What ``pyproject.toml`` requires with these extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [*project["dependencies"], *(line for extra in chosen for line in project["optional-dependencies"][extra])]


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


def environment(folder: Path) -> str:
    """Make a virtual environment like that of the API's image, of links to this one's files; its Python's path."""
    venv.create(folder)
    there = folder / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    for package in (migrations, models, service):  # as this process found them, installed or not
        assert package.__file__ is not None
        (there / package.__name__).symlink_to(Path(package.__file__).parent)
    for name in {*installed(requirements(extras("api"))), OURS}:
        for file in metadata.files(name) or []:
            described = file.parts[0].endswith(".dist-info")
            if ".." in file.parts or (name == OURS and not described):  # a script; a package that is there already
                continue
            link = there / file
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(str(file.locate()))
    return str(folder / "bin" / "python")


def absent(python: str) -> set[str]:
    """The top-level modules of this environment that cannot be found by another one's Python."""
    names = [name for name in metadata.packages_distributions() if name.isidentifier()]
    found = subprocess.run([python, "-c", PROGRAM, json.dumps(names)], capture_output=True, check=True, text=True)
    return set(json.loads(found.stdout))
