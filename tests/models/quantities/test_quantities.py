"""The definitions of quantities: complete, unique, and the same as what is measured."""

from __future__ import annotations

import pytest

from models.quantities import OVERALL, PER_LAYER, QUANTITIES, Quantity


def test_names_are_unique_in_their_scope() -> None:
    keys = [(quantity.scope, quantity.name) for quantity in QUANTITIES]
    assert len(set(keys)) == len(keys)


def test_scopes_are_those_of_the_tables() -> None:
    assert {quantity.scope for quantity in PER_LAYER} == {"layer"}
    assert {quantity.scope for quantity in OVERALL} == {"network"}


def test_what_needs_an_update_begins_at_epoch_one() -> None:
    late = {quantity.name for quantity in QUANTITIES if quantity.first_epoch == 1}
    assert late == {"update_ratio", "clipped_fraction", "clip_scale"}


@pytest.mark.parametrize("quantity", QUANTITIES, ids=lambda quantity: f"{quantity.scope}-{quantity.name}")
def test_every_definition_is_complete(quantity: Quantity) -> None:
    assert quantity.text.en != quantity.text.es
    assert quantity.text.en.endswith(".")
    assert quantity.text.es.endswith(".")
    assert quantity.formula.count("{") == quantity.formula.count("}")
    assert quantity.symbol
    assert quantity.unit
    assert quantity.reference


@pytest.mark.slow
def test_the_engine_measures_exactly_these() -> None:
    from models.engine.probe import probe

    assert tuple(quantity.name for quantity in PER_LAYER) == probe.PER_LAYER
    assert tuple(quantity.name for quantity in OVERALL) == probe.OVERALL
