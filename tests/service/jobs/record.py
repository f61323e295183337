"""Writes the recordings anew: ``python -m tests.service.jobs.record``."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

from models.specs.canonical import canonical
from models.specs.check import parse
from tests.service.jobs.specs import RECORDED

FOLDER = Path(__file__).parent / "recordings"


def main() -> None:
    requests = [json.dumps({"spec": canonical(parse(document))}) for document in RECORDED.values()]
    command = [sys.executable, "-m", "models"]
    said = subprocess.run(command, input="\n".join(requests), capture_output=True, text=True, check=True).stdout
    streams: list[list[str]] = [[]]
    for line in said.splitlines():
        kind = json.loads(line)["type"]
        if kind == "ready":
            continue
        streams[-1].append(line)
        if kind in {"finished", "failed"}:
            streams.append([])
    for name, stream in zip(RECORDED, streams, strict=False):
        content = gzip.compress("\n".join(stream).encode(), mtime=0)
        (FOLDER / f"{name}.jsonl.gz").write_bytes(content)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    main()
