"""How far the diagnoses can be trusted, beside the published rules of others on the same trainings.

    python -m benchmarks.diagnosis --development CASES.json
    python -m benchmarks.diagnosis --cases healthy
    python -m benchmarks.diagnosis --quick

*development*: labelled networks from a file (``benchmarks/diagnosis/development.py`` says what it holds), over several
seeds; left out without the file. *healthy*: configurations whose trained networks reach what scikit-learn's models
reach on the same rows. *faults*: ten mistakes seeded into these (the learning rate in both directions, which makes
eleven rows), each only counted where the network's score falls clearly behind its healthy twin's.
``benchmarks/diagnosis/reference.py`` states both criteria; no diagnosis takes part in them.

The judgements are written to the file of ``--output``, the records of the trainings to a folder beside it. A run that
was stopped goes on there, and a run that has everything only judges anew: that is how rules are compared.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.diagnosis import development, healthy, table
from benchmarks.diagnosis.case import Case
from benchmarks.diagnosis.judgement import Judgement, judge
from benchmarks.diagnosis.operators import OPERATORS, seeded
from benchmarks.diagnosis.reference import References, complaint, score, suffers
from benchmarks.diagnosis.training import Trainings

SETS = ("development", "healthy", "faults")
WANTED, QUICK_WANTED = 100, 10  # healthy configurations
TWINS, QUICK_TWINS = 12, 1  # cases of an operator


@dataclass
class Bench:
    """What is measured, and what has been.

    Attributes:
        trainings: where records come from.
        references: what others reach on the same rows.
        left_out: configurations that are not healthy, and why.
        judgements: of all cases so far.
    """

    trainings: Trainings
    references: References
    left_out: list[str] = field(default_factory=list)
    judgements: list[Judgement] = field(default_factory=list)

    def development(self, path: Path, seeds: int, every: int) -> list[Judgement]:
        """Train and judge the labelled networks; a network suffers that stays far behind the reference."""
        cases = [case for i, case in enumerate(development.cases(path, seeds)) if i % every == 0]
        print(f"{len(cases)} trainings of labelled networks", flush=True)
        self.trainings.train(cases)
        found = []
        for case in cases:
            record, reference = self.trainings.record(case), self.references.of(case.document)
            hurt = suffers(score(record), reference.best, reference.constant)
            found.append(judge(case, record, suffers=hurt))
        self.judgements += found
        return found

    def healthy(self, wanted: int) -> list[Case]:
        """The first healthy configurations of the list."""
        found: list[Case] = []
        candidates = healthy.cases()
        self.left_out.clear()
        while len(found) < wanted:
            cases = list(itertools.islice(candidates, wanted - len(found)))
            print(f"{len(cases)} configurations", flush=True)
            self.trainings.train(cases)
            for case in cases:
                why = complaint(self.trainings.record(case), self.references.of(case.document))
                if why is None:
                    found.append(case)
                else:
                    self.left_out.append(f"{case.name}: {why}")
        return found

    def judged(self, cases: list[Case]) -> list[Judgement]:
        """Healthy cases judged."""
        found = [judge(case, self.trainings.record(case), suffers=False) for case in cases]
        self.judgements += found
        return found

    def faults(self, bases: list[Case], twins: int) -> list[Judgement]:
        """Train and judge every operator's cases; one suffers that stays far behind its healthy twin."""
        pairs = [pair for operator in OPERATORS for pair in seeded(operator, bases, twins)]
        print(f"{len(pairs)} configurations with a fault", flush=True)
        self.trainings.train([case for case, _ in pairs])
        found = []
        for case, twin in pairs:
            record, constant = self.trainings.record(case), self.references.of(twin.document).constant
            hurt = suffers(score(record), score(self.trainings.record(twin)), constant)
            found.append(judge(case, record, suffers=hurt))
        self.judgements += found
        return found

    def document(self) -> dict[str, Any]:
        """Everything found, as JSON; a score that is not finite is null."""
        judgements = [judgement.document() for judgement in self.judgements]
        for judgement in judgements:
            if not math.isfinite(judgement["score"]):
                judgement["score"] = None
        return {"references": self.references.known, "left_out": self.left_out, "judgements": judgements}


def run(bench: Bench, given: argparse.Namespace) -> Iterator[str]:
    """Measure what the command line asks for, and give the lines of the tables."""
    sets = SETS if given.cases is None else (given.cases,)
    if "development" in sets and given.development is None:
        yield "development cases: left out, --development names no file\n"
    elif "development" in sets:
        seeds = 1 if given.quick else given.seeds
        yield from table.development(bench.development(given.development, seeds, 4 if given.quick else 1))
        yield ""
    if "healthy" in sets or "faults" in sets:
        bases = bench.healthy(QUICK_WANTED if given.quick else WANTED)
        if "healthy" in sets:
            yield from table.healthy(bench.judged(bases), bench.left_out)
            yield ""
        if "faults" in sets:
            yield from table.faults(bench.faults(bases, QUICK_TWINS if given.quick else TWINS))


def main() -> None:
    """Train, judge, print, and keep what was found."""
    summary, *_ = (__doc__ or "").splitlines()
    parser = argparse.ArgumentParser(prog="python -m benchmarks.diagnosis", description=summary)
    parser.add_argument("--cases", choices=SETS, help="only these")
    parser.add_argument("--development", type=Path, help="the file of labelled networks")
    parser.add_argument("--seeds", type=int, default=5, help="of each labelled network")
    parser.add_argument("--quick", action="store_true", help="a few of each, to see that everything works")
    parser.add_argument("--workers", type=int, default=1, help="children that train at the same time")
    parser.add_argument("--output", type=Path, default=Path("diagnosis.json"), help="where judgements are kept")
    given = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # it is imported to make the rows for the references
    known = json.loads(given.output.read_text(encoding="utf-8")) if given.output.exists() else {"references": {}}
    with Trainings(given.output.with_suffix(".records"), given.workers) as trainings:
        bench = Bench(trainings, References(known["references"]))
        lines = list(run(bench, given))
    given.output.write_text(json.dumps(bench.document(), indent=1), encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
