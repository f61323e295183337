"""The random patch: deterministic, valid, not an advised one."""

from __future__ import annotations

from collections import Counter

import pytest

from models.specs.canonical import canonical, spec_hash
from models.specs.check import parse
from models.trials.patching import apply, read
from models.trials.space import draw, space
from tests.models.diagnoses.documents import SIGMOID, dense, job
from tests.models.diagnoses.test_advice import DOCUMENTS

SMALL = parse(job([dense(8, "sigmoid", repeat=4), SIGMOID]))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_is_drawn_trains_and_is_something_else(name: str) -> None:
    base = parse(DOCUMENTS[name])
    advised: set[str] = set()
    for seed in range(2):
        drawn = draw(base, advised, seed)
        assert drawn is not None
        assert not drawn.proposal.gate
        assert drawn.proposal.changes
        found = apply(canonical(base), read([operation.model_dump() for operation in drawn.patch]))
        assert canonical(parse(found)) != canonical(base)
        assert spec_hash(drawn.proposal.spec) not in advised | {spec_hash(base)}
        advised.add(spec_hash(drawn.proposal.spec))


def test_equal_seeds_draw_equally() -> None:
    assert draw(SMALL, [], 3) == draw(SMALL, [], 3)


def test_every_kind_is_drawn() -> None:
    kinds = Counter(drawn.kind for seed in range(60) if (drawn := draw(SMALL, [], seed)) is not None)
    assert set(kinds) == set(space())


def test_an_advised_change_is_never_drawn() -> None:
    drawn = draw(SMALL, [], 5)
    assert drawn is not None
    other = draw(SMALL, [spec_hash(drawn.proposal.spec)], 5)
    assert other is not None
    assert other.proposal.spec != drawn.proposal.spec
