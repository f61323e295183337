"""What the notebook's four circle networks reach, over many seeds rather than one.

    python -m benchmarks.seeds [SEEDS]

Prints for each network the smallest, median and greatest test accuracy, how many seeds reach 0.80, and the median ratio
of the first layer's gradient norm to the last layer's before the first step.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Iterator

from models.events import Epochs, Event, Failed, Finished, event_adapter
from models.presets import presets

NETWORKS = ("S1", "S2", "S3", "S4")


def events(requests: str) -> Iterator[Event]:
    """What ``python -m models`` says to these lines."""
    command = [sys.executable, "-m", "models"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(requests)
        child.stdin.close()
        for line in child.stdout:
            yield event_adapter.validate_json(line)


def main(seeds: int) -> None:
    """Train every network with every seed."""
    for name in NETWORKS:
        document = presets()[name].document
        requests = "".join(json.dumps({"spec": document | {"seed": seed}}) + "\n" for seed in range(seeds))
        accuracies: list[float] = []
        ratios: list[float] = []
        for event in events(requests):
            match event:
                case Epochs(count=0, trace=trace) if trace is not None:
                    first, *_, last = trace.quantities["gradient_norm"].numpy()[0].tolist()
                    ratios.append(first / last)
                case Finished():
                    accuracies.append(event.metrics["test"]["accuracy"] or 0.0)
                case Failed():
                    raise SystemExit(event.detail)
                case _:
                    pass
        reached = sum(accuracy >= 0.8 for accuracy in accuracies)
        print(
            f"{name} test accuracy {min(accuracies):.3f} {statistics.median(accuracies):.3f} {max(accuracies):.3f}  "
            f"at least 0.80: {reached} of {seeds}  first/last gradient {statistics.median(ratios):.3f}",
            flush=True,
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
