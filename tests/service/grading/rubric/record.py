"""Writes the recordings of the checks' examples anew: ``python -m tests.service.grading.rubric.record``."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import get_args

from models.specs.canonical import canonical, spec_hash
from models.specs.check import parse
from models.specs.job import TrainingJobSpec
from service.experiments.replicates.seeds import replicates
from service.grading.rubric.checks import Check, CheckUnion
from tests.service.grading.rubric.recorded import FOLDER, SEEDS

TOLD = {"started", "epochs", "finished"}


def classes() -> tuple[type[Check], ...]:
    """All checks."""
    found: tuple[type[Check], ...] = get_args(get_args(CheckUnion.__value__)[0])
    return found


def specs() -> Iterator[TrainingJobSpec]:
    """Every spec of an example, once."""
    seen = set()
    for check in classes():
        for case in (check.EXAMPLES.passes, check.EXAMPLES.fails):
            for document in (case.spec, case.baseline):
                if document is not None and (name := spec_hash(parse(document))) not in seen:
                    seen.add(name)
                    yield parse(document)


def main() -> None:
    wanted = [replica for spec in specs() for replica in replicates(spec, SEEDS)]
    requests = "\n".join(json.dumps({"spec": canonical(spec)}) for spec in wanted)
    command = [sys.executable, "-m", "models"]
    said = subprocess.run(command, input=requests, capture_output=True, text=True, check=True).stdout
    streams: list[list[str]] = [[]]
    for line in said.splitlines():
        kind = json.loads(line)["type"]
        if kind in TOLD:
            streams[-1].append(line)
        if kind in {"finished", "failed"}:
            streams.append([])
    lines = [
        json.dumps({"spec": canonical(spec), "events": [json.loads(line) for line in stream]})
        for spec, stream in zip(wanted, streams, strict=False)
    ]
    FOLDER.joinpath("examples.jsonl.gz").write_bytes(gzip.compress("\n".join(lines).encode(), mtime=0))


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    main()
