"""Grading: how soon a class has its grades, whether it gets the same again, and whether rubrics mark what they should.

    python -m benchmarks.grading [--students 120] [--epochs 500] [--seeds 5] [--slots 2] [--database sqlite]
    python -m benchmarks.grading --retrain
    python -m benchmarks.grading --kill [--agents 2]
    python -m benchmarks.grading --calibrate [--presets deep-tanh] [--seeds 40] [--states 1]

A class is 120 submissions of different width, depth and activation, each trained with five hidden seeds. It is graded
by the processes of a real service (``benchmarks/school.py`` says what is measured), whose children have imported their
framework, and have compiled nothing of the class. ``--calibrate`` trains references in this process
(``benchmarks/calibration.py``). The program ends with 1 where grades differ, or a reference does not do what it should.
"""

from __future__ import annotations

import argparse

from benchmarks import calibration, school
from service.grading.rubric.presets import presets
from tests.databases import KINDS


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.grading", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--calibrate", action="store_true", help="train the references of the presets")
    parser.add_argument("--presets", nargs="+", choices=list(presets()), default=[], help="which; all by default")
    parser.add_argument("--states", type=int, default=1, help="hidden data sets on which they are trained")
    parser.add_argument("--seeds", type=int, help="of a submission (5), or of each reference (40)")
    parser.add_argument("--students", type=int, default=120, help="at most 120")
    parser.add_argument("--epochs", type=int, default=500)
    parser.add_argument("--database", choices=KINDS, default=KINDS[0])
    parser.add_argument("--agents", type=int, help="processes; by default 1, and 2 where they are killed")
    parser.add_argument("--slots", type=int, default=2, help="of all agents together")
    parser.add_argument("--retrain", action="store_true", help="grade the class again from nothing")
    parser.add_argument("--kill", action="store_true", help="and kill agents meanwhile")
    return parser.parse_args()


def main() -> None:
    """Do what the command line asks for."""
    given = arguments()
    if given.calibrate:
        raise SystemExit(not calibration.main(given.presets, given.seeds or 40, given.states))
    plan = school.Plan(
        database=given.database,
        students=given.students,
        epochs=given.epochs,
        seeds=given.seeds or 5,
        agents=given.agents or (2 if given.kill else 1),
        slots=given.slots,
        retrain=given.retrain,
        kill=given.kill,
    )
    raise SystemExit(not school.main(plan))


if __name__ == "__main__":
    main()
