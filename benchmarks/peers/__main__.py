"""One contestant on one task, in a process of its own: a tiny training, the task's first, the best of several more.

    python -m benchmarks.peers REQUEST

The request is a JSON object; the answer is one too, on the last line of the output.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import sys
import time
import warnings
from pathlib import Path
from typing import Any

from benchmarks.peers.task import Task, Train, Unsupported, read, tiny


def timed(train: Train, task: Task, seed: int) -> dict[str, Any]:
    """One training; epochs that were left out are added at the pace of those that were not."""
    start = time.perf_counter()
    outcome = train(task, seed)
    seconds = time.perf_counter() - start
    asked = task.spec.training.epochs
    if missing := asked - outcome.epochs:
        seconds += missing * outcome.per_epoch
    return {"seconds": seconds, "factor": asked / outcome.epochs, **dataclasses.asdict(outcome)}


def compete(request: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Run the contestant; ``skipped`` where it is not installed or cannot do it."""
    try:
        module = importlib.import_module(f"benchmarks.peers.{request['module']}")
        start = time.perf_counter()
        ways: dict[str, Train] = module.start(request["threads"], folder, **request["options"])
        imported = time.perf_counter() - start
        ways[""](tiny(request["slow"]), 0)
        task = read(request["document"], Path(request["rows"]), request["epochs"])
        seed = task.spec.seed
        cold = timed(ways[""], task, seed)
        warm: dict[str, dict[str, Any]] = {}
        for repeat in range(request["repeats"]):
            for name, train in ways.items():
                run = timed(train, task, seed + 1 + repeat)
                if name not in warm or run["seconds"] < warm[name]["seconds"]:
                    warm[name] = run
    except ImportError as error:
        return {"skipped": f"not installed ({error.name})"}
    except Unsupported as error:
        return {"skipped": f"cannot express {error}"}
    return {"import": imported, "cold": cold, "warm": warm}


def main() -> None:
    """Answer one request."""
    request = json.loads(sys.argv[1])
    warnings.filterwarnings("ignore")  # a peer's advice to train longer is not for us
    print("\n" + json.dumps(compete(request, Path(request["folder"]))), flush=True)


if __name__ == "__main__":
    main()
