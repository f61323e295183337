"""The assignments that are ready to be posted; how sure their thresholds are, ``benchmarks.grading --calibrate`` says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from models.presets import presets as systems
from models.specs.canonical import canonical, spec_hash
from models.specs.check import parse
from service.experiments.replicates.seeds import replicates
from service.grading.rubric.assignment import Assignment
from service.grading.rubric.constraints import refuse
from service.grading.rubric.evidence import Evidence
from service.grading.rubric.marking import mark
from service.grading.rubric.presets import AssignmentPreset, presets
from service.grading.rubric.seeds import hidden_seeds
from service.grading.rubric.trainings import prepared

ALL = [pytest.param(preset, id=name) for name, preset in presets().items()]
PAIRS = [
    pytest.param(preset, reference, id=f"{preset.id}: {reference.name}")
    for preset in presets().values()
    for reference in preset.references
]


def test_all_are_there() -> None:
    assert list(presets()) == ["deep-tanh", "spiral-initializers", "clipped-iris"]
    assert all(name == preset.id for name, preset in presets().items())


@pytest.mark.parametrize("preset", ALL)
def test_it_is_an_assignment_of_100_points_with_data_that_nobody_sees(preset: AssignmentPreset) -> None:
    document = json.loads(json.dumps(preset.document))
    assignment = Assignment.model_validate(document)
    assert assignment == preset.assignment
    assert assignment.max_score == 100
    assert 0 < preset.pass_mark <= 100
    assert assignment.hidden_data is not None
    assert assignment.hidden_data != assignment.data
    assert assignment.seeds.count == 5
    assert assignment.statement.en != assignment.statement.es
    assert preset.title.en != preset.title.es
    assert min(len(preset.commentary.en), len(preset.commentary.es)) > 200


@pytest.mark.parametrize("preset", ALL)
def test_it_has_good_and_bad_references_with_different_names(preset: AssignmentPreset) -> None:
    kinds = [reference.expected for reference in preset.references]
    assert kinds.count("pass") >= 3
    assert kinds.count("fail") >= 2
    assert kinds.count("refused") >= 1
    assert len({reference.name for reference in preset.references}) == len(kinds)
    hashes = {spec_hash(prepared(preset.assignment, preset.spec(reference))) for reference in preset.references}
    assert len(hashes) == len(kinds)


@pytest.mark.parametrize(("preset", "reference"), PAIRS)
def test_the_constraints_refuse_what_they_should(preset: AssignmentPreset, reference: Any) -> None:
    assert bool(refuse(preset.assignment, preset.spec(reference))) == (reference.expected == "refused")
    assert reference.text.en != reference.text.es


@pytest.mark.parametrize(
    ("preset", "name", "system"),
    [
        ("deep-tanh", "S1: one layer", "S1"),
        ("deep-tanh", "S2: tanh, weights from 0 to 1", "S2"),
        ("deep-tanh", "S3: relu, He", "S3"),
        ("deep-tanh", "S4: selu, LeCun", "S4"),
        ("spiral-initializers", "S5: He for relu, Glorot for tanh", "S5"),
        ("spiral-initializers", "S5b: He's variance over both fans", "S5b"),
        ("clipped-iris", "S7: sigmoid, clipnorm", "S7"),
        ("clipped-iris", "S7b: sigmoid, clipvalue", "S7b"),
    ],
)
def test_the_notebooks_systems_are_the_notebooks(preset: str, name: str, system: str) -> None:
    known = presets()[preset]
    [reference] = [each for each in known.references if each.name == name]
    ours, theirs = canonical(known.spec(reference)), canonical(systems()[system].spec)
    if preset == "spiral-initializers":  # trained longer than in the notebook, on purpose
        assert (ours["training"].pop("epochs"), theirs["training"].pop("epochs")) == (300, 200)
    for part in ("data", "architecture", "training"):
        assert ours[part] == theirs[part]


@pytest.mark.parametrize("preset", ALL)
def test_a_change_of_a_fixed_part_is_refused_where_it_stands(preset: AssignmentPreset) -> None:
    document = canonical(preset.spec(preset.references[0]))
    document["training"]["batch_size"] = 7
    faults = refuse(preset.assignment, parse(document))
    assert "/training/batch_size" in [fault.pointer for fault in faults]


@pytest.mark.slow
@pytest.mark.parametrize("preset", ALL)
def test_the_first_good_reference_passes_and_the_first_bad_one_fails(preset: AssignmentPreset) -> None:
    from benchmarks.calibration import trained
    from models.engine.training import Trainer

    trainer, assignment = Trainer(), preset.assignment
    scores = {}
    for expected in ("pass", "fail"):
        reference = next(each for each in preset.references if each.expected == expected)
        spec = prepared(assignment, preset.spec(reference))
        trainings = [trained(trainer, each) for each in replicates(spec, hidden_seeds(b"test", preset.id, 3))]
        grade = mark(assignment, Evidence(spec, trainings))
        assert grade.score is not None
        scores[expected] = grade.score
    assert scores["fail"] < preset.pass_mark <= scores["pass"]
