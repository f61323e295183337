"""``clinic demo``, as a newcomer types it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def test_the_demo_trains_four_networks_and_compares_them(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "service", "demo", "--once", "--port", "0"]
    environment = os.environ | {"COLUMNS": "120"}
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    lines = re.findall(r"^ *(S\d) \S+ \S+ +(.+?) *$", result.stdout.partition("verdict")[2], re.MULTILINE)
    columns = {name: cells.split() for name, cells in lines}
    assert list(columns) == ["S1", "S2", "S3", "S4"]
    test = {name: float(cells[1]) for name, cells in columns.items()}
    assert test["S3"] >= 0.8
    assert test["S4"] >= 0.8
    assert test["S2"] <= min(test["S3"], test["S4"]) - 0.1
    assert float(columns["S2"][4]) < 0.5 < float(columns["S3"][4])
    verdicts = {name: cells[5] for name, cells in columns.items()}
    assert verdicts["S3"] == verdicts["S4"] == "healthy" != verdicts["S2"]
