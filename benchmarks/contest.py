"""Runs contestants one after the other, each in a process of its own, and prints one line for each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.networks import NOTEBOOK, document
from models.specs.check import InvalidSpec, parse
from service.worker.child import ENVIRONMENT

Answer = dict[str, Any]
HEAD = "row    contestant     import s    cold s    warm s   cold x   warm x accuracy  remarks"


class ContestError(Exception):
    """A process ended badly."""


@dataclass(frozen=True)
class Contestant:
    """A module of ``benchmarks.peers`` and how it is told to train.

    Attributes:
        slow: whether it trains fewer epochs of the notebook's networks and is extrapolated.
        remark: what it does less than the others.
    """

    module: str
    options: dict[str, Any] = field(default_factory=dict)
    slow: bool = False
    remark: str = ""


CONTESTANTS = {
    "ours": Contestant("ours"),
    "fit": Contestant("keras_fit", {"compiled": False}, slow=True),
    "fit-jit": Contestant("keras_fit", {"compiled": True}, slow=True),
    "sklearn": Contestant("scikit", remark="no validation, own initial weights"),
    "torch": Contestant("pytorch", {"compiled": False}),
    "torch-compile": Contestant("pytorch", {"compiled": True}),
    "jax": Contestant("jax_scan"),
}


@dataclass(frozen=True)
class Settings:
    """How the contest is held.

    Attributes:
        threads: processors that everyone may use.
        repeats: warm trainings, of which the fastest counts.
        slow_epochs: epochs of a notebook's network that a slow contestant trains.
        quick: a short run, to see that everything works.
    """

    threads: int
    repeats: int
    slow_epochs: int
    quick: bool


def confine(threads: int) -> None:
    """Keep this process and all that it starts on so many processors.

    This also holds for threads that a framework does not let anyone count, such as its compiler's.
    """
    if sys.platform == "linux":
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])


def environment(threads: int, folder: Path, module: str = "") -> dict[str, str]:
    """The same number of threads for every framework, no accelerator, and nothing compiled in earlier processes.

    Ours has what an agent gives its children beside.
    """
    counts = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NPROC")  # the last is what XLA reads
    return os.environ | {
        **dict.fromkeys(counts, str(threads)),
        "TORCHINDUCTOR_CACHE_DIR": str(folder / "inductor"),
        "JAX_PLATFORMS": "cpu",
        "CUDA_VISIBLE_DEVICES": "-1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        **(ENVIRONMENT if module == "ours" else {}),
    }


def run(name: str, *arguments: str, settings: Settings, folder: Path, module: str = "") -> str:
    """The last line that a module of this package prints.

    Raises:
        ContestError: it ended badly.
    """
    done = subprocess.run(
        [sys.executable, "-m", name, *arguments],
        env=environment(settings.threads, folder, module),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip().splitlines()
        errors = [text for text in said if "Error" in text.split(":")[0]]
        raise ContestError((errors or said or [f"ended with {done.returncode}"])[-1])
    return done.stdout.splitlines()[-1] if done.stdout else ""


def contest(row: str, names: Sequence[str], settings: Settings) -> Iterator[tuple[str, Answer]]:
    """Each contestant's name and answer; ``skipped`` says why there are no times."""
    job = document(row, quick=settings.quick)
    epochs = parse(job).training.epochs
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        spec, rows = folder / "spec.json", folder / "rows.npz"
        spec.write_text(json.dumps(job), encoding="utf-8")
        run("benchmarks.peers.task", str(spec), str(rows), settings=settings, folder=folder)
        for name in names:
            contestant, own = CONTESTANTS[name], folder / name
            own.mkdir()
            request = {
                "module": contestant.module,
                "options": contestant.options,
                "document": job,
                "rows": str(rows),
                "epochs": min(epochs, settings.slow_epochs) if contestant.slow else epochs,
                # As the service gives a training: the other processor reads what was recorded.
                "threads": 1 if name == "ours" and row in NOTEBOOK else settings.threads,
                "repeats": settings.repeats,
                "slow": contestant.slow,
                "folder": str(own),
            }
            try:
                answer = run(
                    "benchmarks.peers", json.dumps(request), settings=settings, folder=own, module=contestant.module
                )
                yield name, json.loads(answer)
            except ContestError as error:
                yield name, {"skipped": f"failed: {error}"}


def compare(rows: Sequence[str], names: Sequence[str], settings: Settings) -> None:
    """Print every row; ours comes first, for the ratios."""
    print(HEAD, flush=True)
    for row in rows:
        ours: Answer = {}
        try:
            for name, answer in contest(row, ["ours", *names], settings):
                ours = ours or answer
                print(line(row, name, answer, ours), flush=True)
                if answer is ours and "cold" in ours:
                    print("\n".join(details(ours)), flush=True)
        except InvalidSpec as error:
            print(f"{row:6} refused: {error}", flush=True)


def line(row: str, name: str, answer: Answer, ours: Answer) -> str:
    """One contestant on one row; a ratio above 1 means that we are faster."""
    if "skipped" in answer:
        return f"{row:6} {name:14} {answer['skipped']}"
    cold, warm = answer["cold"], answer["warm"][""]
    ratios = f"{'':8} {'':8}"
    if "cold" in ours:
        against = (cold["seconds"] / ours["cold"]["seconds"], warm["seconds"] / ours["warm"][""]["seconds"])
        ratios = f"{against[0]:8.2f} {against[1]:8.2f}"
    times = f"{answer['import']:8.2f} {cold['seconds']:9.3f} {warm['seconds']:9.3f}"
    extrapolated = f"{warm['epochs']} epochs x{warm['factor']:g}" if warm["factor"] > 1 else ""
    remarks = ", ".join(filter(None, (extrapolated, CONTESTANTS[name].remark)))
    return f"{row:6} {name:14} {times} {ratios} {warm['accuracy']:8.3f}  {remarks}".rstrip()


def details(answer: Answer) -> Iterator[str]:
    """Where our time went, and what watching the gradients cost."""
    for name, run in (("cold", answer["cold"]), ("warm", answer["warm"][""])):
        phases = "  ".join(f"{phase} {seconds:.3f}" for phase, seconds in run["phases"].items())
        yield f"{'':6} {'  ' + name + ' phases':14} {phases}"
    yield f"{'':6} {recording(answer)}"


def recording(answer: Answer) -> str:
    """The warm training without its trace, and the trace's cost."""
    watched, blind = answer["warm"][""]["seconds"], answer["warm"]["unrecorded"]["seconds"]
    return f"{'  trace off':14} {'':8} {'':9} {blind:9.3f}  recording costs {100 * (watched / blind - 1):.1f} %"


def cost_of_recording(rows: Sequence[str], settings: Settings) -> None:
    """Print for each row only what recording the trace costs."""
    print(f"{'row':6} {'trace on s':>10} {'trace off s':>11} {'cost %':>7}", flush=True)
    for row in rows:
        for _, answer in contest(row, ["ours"], settings):
            if "skipped" in answer:
                print(f"{row:6} {answer['skipped']}", flush=True)
                continue
            watched, blind = answer["warm"][""]["seconds"], answer["warm"]["unrecorded"]["seconds"]
            print(f"{row:6} {watched:10.3f} {blind:11.3f} {100 * (watched / blind - 1):7.1f}", flush=True)
