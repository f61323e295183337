"""How fast a network trains, beside peers that train the same one in the same run.

    python -m benchmarks.training [--rows S1,S2] [--peers fit,torch] [--threads 2] [--quick]
    python -m benchmarks.training --cost-of-recording
    python -m benchmarks.training --many
    python -m benchmarks.training --replicates

Every contestant has a process of its own, one after the other, on the same processors. Everyone first trains a tiny
network there, which nobody times, as a child of the service does while it waits; *cold* is the first training of the
row's network, with nothing of it compiled before; *warm* the fastest of several more with other seeds. The ratios are
the peer's time by ours: above 1 we are faster.

What is inside our time and in no peer's: making the rows, the final evaluation on all of them, measuring gradients in
every epoch (*trace off* is without), exporting the files, and every event as JSON. Peers read the same scaled rows from
a file before their clock starts. ``fit``, PyTorch and JAX evaluate the test rows after every epoch where the job does.
``fit`` trains fewer epochs of the notebook's networks, which ``x5`` shows: the others are added at the pace of those
after the first, and the accuracy is that of the shorter training. Ours trains the notebook's networks with one thread,
as the service does, and reads with the other what it has recorded. PyTorch and JAX are optional: ``pip install torch
jax``.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from benchmarks import children, contest
from benchmarks.networks import LARGER, NOTEBOOK

PEERS = [name for name in contest.CONTESTANTS if name != "ours"]
ROWS = (*NOTEBOOK, *LARGER)
RECORDED = (*NOTEBOOK, LARGER[0])


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.training", description=(__doc__ or "").splitlines()[0])
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--cost-of-recording", action="store_true", help="only ours, with and without the trace")
    mode.add_argument("--many", action="store_true", help="different small networks on two children")
    mode.add_argument("--replicates", action="store_true", help="seeds of one network in one child")
    parser.add_argument("--rows", help=f"of {','.join(ROWS)}")
    parser.add_argument("--peers", help=f"of {','.join(PEERS)}; empty: only ours")
    parser.add_argument("--threads", type=int, default=2, help="processors of every contestant")
    parser.add_argument("--repeats", type=int, help="warm trainings, of which the fastest counts")
    parser.add_argument("--fit-epochs", type=int, default=100, help="epochs that fit trains (at least 50)")
    parser.add_argument("--networks", type=int, help="how many --many trains")
    parser.add_argument("--quick", action="store_true", help="short trainings, to see that everything works")
    return parser.parse_args()


def chosen(names: str | None, default: Sequence[str], known: Sequence[str]) -> list[str]:
    """The names on the command line."""
    found = list(default) if names is None else [name for name in names.split(",") if name]
    if unknown := [name for name in found if name not in known]:
        raise SystemExit(f"{', '.join(unknown)}: none of {', '.join(known)}")
    return found


def main() -> None:
    """Run what the command line asks for."""
    given = arguments()
    if given.many:
        children.many(given.networks or (4 if given.quick else 100), 50 if given.quick else 500)
        return
    contest.confine(given.threads)
    if given.replicates:
        children.replicates(given.threads, 50 if given.quick else None)
        return
    # Recording costs little beside the machine's noise: it takes more trainings to see it.
    repeats = given.repeats or (1 if given.quick else 7 if given.cost_of_recording else 3)
    settings = contest.Settings(given.threads, repeats, max(50, given.fit_epochs), given.quick)
    rows = chosen(given.rows, RECORDED if given.cost_of_recording else ROWS, ROWS)
    if given.cost_of_recording:
        contest.cost_of_recording(rows, settings)
    else:
        contest.compare(rows, chosen(given.peers, PEERS, PEERS), settings)


if __name__ == "__main__":
    main()
