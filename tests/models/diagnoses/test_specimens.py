"""The examples of every diagnosis, trained: the faulty one shows it, its twin is healthy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from models.diagnoses.catalog import DIAGNOSES
from models.diagnoses.finding import Diagnosis
from models.diagnoses.initialization.initial_loss import InitialLoss
from models.diagnoses.initialization.single_batch import SingleBatch
from models.diagnoses.judge import HEALTHY, diagnose
from models.diagnoses.preflight import report
from models.diagnoses.report import PreflightReport
from models.diagnoses.rule import Rule
from models.diagnoses.specimens import Document
from models.presets import presets
from models.record import Record
from models.specs.canonical import canonical, spec_hash
from models.specs.check import parse

if TYPE_CHECKING:
    from models.engine.preflight.preflights import Preflights
    from models.engine.training import Trainer

# Keras says of softmax over one unit what the diagnosis says of it.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:.*softmax over axis:UserWarning")]


class Clinic:
    """Trains with one trainer, and each spec once."""

    def __init__(self, trainer: Trainer, preflights: Preflights) -> None:
        self.trainer = trainer
        self.preflights = preflights
        self.known: dict[str, Diagnosis] = {}

    def judge(self, document: Document) -> Diagnosis:
        spec = parse(document)
        name = spec_hash(spec)
        if name not in self.known:
            record = Record(canonical(spec))
            for event in self.trainer.train(spec):
                record.add(event)
            self.known[name] = diagnose(record)
        return self.known[name]

    def found(self, rule: Rule, document: Document) -> tuple[str, set[str]]:
        """The verdict, and the codes found: of a training, or of random starts where the rule is about nothing else."""
        if isinstance(rule, InitialLoss | SingleBatch):
            spec = parse(document)
            measured = self.preflights.measure(spec, single_batch=isinstance(rule, SingleBatch))
            answer: Diagnosis | PreflightReport = report(spec, measured)
        else:
            answer = self.judge(document)
        return answer.verdict, {finding.code for finding in answer.findings}


@pytest.fixture(scope="module")
def clinic() -> Clinic:
    from models.engine.preflight.preflights import Preflights
    from models.engine.startup import prepare
    from models.engine.training import Trainer

    prepare(threads=1, cache_dir=None)
    return Clinic(Trainer(), Preflights())


def named(rule: Rule) -> str:
    return rule.code


@pytest.mark.parametrize("rule", DIAGNOSES, ids=named)
def test_the_faulty_specimen_shows_it(clinic: Clinic, rule: Rule) -> None:
    assert rule.code in clinic.found(rule, rule.FAULTY)[1]


@pytest.mark.parametrize("rule", DIAGNOSES, ids=named)
def test_its_twin_is_healthy(clinic: Clinic, rule: Rule) -> None:
    verdict, codes = clinic.found(rule, rule.HEALTHY)
    assert verdict == HEALTHY
    assert rule.code not in codes


# Of the gravest ones the verdict too is fixed: the cause, and not one of its symptoms.
GRAVE = {
    "output_contract",
    "symmetric_initialization",
    "independent_targets",
    "exploding_gradients",
    "vanishing_gradients",
    "dead_units",
    "saturated_units",
    "small_updates",
}


@pytest.mark.parametrize("rule", [rule for rule in DIAGNOSES if rule.code in GRAVE], ids=named)
def test_the_faulty_specimen_gets_its_verdict(clinic: Clinic, rule: Rule) -> None:
    assert clinic.judge(rule.FAULTY).verdict == rule.code


@pytest.mark.parametrize(
    ("preset", "expected"),
    [("S1", HEALTHY), ("S2", "vanishing_gradients"), ("S3", HEALTHY), ("S4", HEALTHY), ("S6", HEALTHY)],
)
def test_the_notebook_s_systems(clinic: Clinic, preset: str, expected: str) -> None:
    assert clinic.judge(presets()[preset].document).verdict == expected
