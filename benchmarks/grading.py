"""Grading: whether a class is graded soon, and alike when it is graded again.

python -m benchmarks.grading --calibrate [--presets deep-tanh] [--seeds 40] [--states 1]
"""

from __future__ import annotations

import argparse

from benchmarks import calibration
from service.grading.presets import presets


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.grading", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--calibrate", action="store_true", help="train the references of the presets")
    parser.add_argument("--presets", nargs="+", choices=list(presets()), default=[], help="which; all by default")
    parser.add_argument("--seeds", type=int, default=40, help="trainings of each reference")
    parser.add_argument("--states", type=int, default=1, help="hidden data sets on which that is done")
    return parser.parse_args()


def main() -> None:
    """Do what the command line asks for."""
    given = arguments()
    if given.calibrate:
        raise SystemExit(not calibration.main(given.presets, given.seeds, given.states))


if __name__ == "__main__":
    main()
