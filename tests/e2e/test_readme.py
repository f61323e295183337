"""Every command and every answer of the README's tour, executed."""

from __future__ import annotations

import doctest
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from models.presets import presets
from tests.e2e.service import serving
from tests.models.engine.documents import circles

pytestmark = pytest.mark.slow

README = Path(__file__).parents[2] / "README.md"
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
ADDRESS = "http://127.0.0.1:8000"


def blocks(language: str) -> list[str]:
    """The tour's code blocks in one language."""
    tour = README.read_text(encoding="utf-8").partition("## Five minutes")[2].partition("\n## ")[0]
    return re.findall(rf"```{language}\n(.*?)```", tour, re.DOTALL)


def test_the_tour_answers_as_printed(tmp_path: Path) -> None:
    with serving(tmp_path, tmp_path / "cache") as address:
        source = "\n".join(blocks("python")).replace(ADDRESS, address)
        test = doctest.DocTestParser().get_doctest(source, {}, "README", str(README), 0)
        assert len(test.examples) > 15
        report: list[str] = []
        results = doctest.DocTestRunner(optionflags=OPTIONS).run(test, out=report.append)
        assert results.failed == 0, "".join(report)


def test_the_commands_print_what_is_printed(tmp_path: Path) -> None:
    (tmp_path / "spec.json").write_text(json.dumps(presets()["S3"].document))
    (tmp_path / "broken.json").write_text(json.dumps(circles(optimizer={"type": "sgd", "learning_rate": "fast"})))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ran = 0
    for block in blocks("console"):
        for command, expected in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
            if command == "clinic serve":
                continue  # the other test runs it
            result = subprocess.run(
                command,
                shell=True,
                cwd=tmp_path,
                env=os.environ | {"PATH": path},
                capture_output=True,
                text=True,
                check=False,
            )
            wanted = expected if "..." not in expected.strip()[-3:] else expected.rstrip("\n")
            assert doctest.OutputChecker().check_output(wanted, result.stdout, OPTIONS), result.stdout + result.stderr
            ran += 1
    assert ran == 2
    assert (tmp_path / "result" / "model.keras").stat().st_size > 0


def test_serve_prints_its_address(tmp_path: Path) -> None:
    with serving(tmp_path, tmp_path / "cache") as address:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", address)
