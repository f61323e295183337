"""The Gradescope bundle in a folder of its own, as Gradescope lays it out."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).parents[2] / "docs" / "gradescope"
METADATA: dict[str, Any] = {
    "id": 123456,
    "created_at": "2026-11-26T14:22:32.365935-07:00",
    "assignment": {
        "due_date": "2026-11-27T23:00:00.000000-07:00",
        "late_due_date": None,
        "id": 25828,
        "title": "Programming Assignment 1",
    },
    "submission_method": "upload",
    "users": [{"email": "ana@example.com", "id": 1234, "name": "Ana"}],
    "previous_submissions": [],
}


@dataclass
class Autograder:
    """``/autograder``, elsewhere.

    Attributes:
        home: the folder.
        settings: what stands in ``clinic.env``.
        more: further environment.
    """

    home: Path
    settings: dict[str, str] = field(default_factory=dict)
    more: dict[str, str] = field(default_factory=dict)

    def lay_out(self, config: Any, metadata: Any = METADATA) -> None:
        """The folders as Gradescope makes them, with a student's file; text is written as it is."""
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.copytree(SOURCE, self.home / "source")
        lines = [f"{name}={value}" for name, value in self.settings.items()]
        (self.home / "source" / "clinic.env").write_text("\n".join(lines))
        (self.home / "submission").mkdir()
        if config is not None:
            text = config if isinstance(config, str) else json.dumps(config)
            (self.home / "submission" / "config.json").write_text(text)
        if metadata is not None:
            (self.home / "submission_metadata.json").write_text(json.dumps(metadata))
        shutil.copy(SOURCE / "run_autograder", self.home / "run_autograder")

    def start(self) -> subprocess.Popen[str]:
        """Run it in the folder, as Gradescope does; the interpreter of the tests is the first one found."""
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = {"PATH": path, "AUTOGRADER_HOME": str(self.home), "CLINIC_PATIENCE": "0.05", **self.more}
        command = ["bash", "./run_autograder"]
        return subprocess.Popen(
            command, cwd=self.home, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def results(self) -> dict[str, Any]:
        """What it has written."""
        document: dict[str, Any] = json.loads((self.home / "results" / "results.json").read_text())
        return document

    def run(self, config: Any, metadata: Any = METADATA) -> tuple[int, dict[str, Any]]:
        """Lay out, run to the end, and read."""
        self.lay_out(config, metadata)
        process = self.start()
        process.communicate(timeout=120)
        return process.returncode, self.results()
