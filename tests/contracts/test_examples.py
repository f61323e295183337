"""Every example in a docstring is executed."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from collections.abc import Iterator

import pytest

import models
import service


def modules() -> Iterator[str]:
    """Every module with an example; a program that starts when it is imported has none."""
    for package in (models, service):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith("__main__"):
                yield found.name


@pytest.mark.parametrize("name", list(modules()))
def test_the_examples_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_there_are_examples() -> None:
    finder = doctest.DocTestFinder(exclude_empty=True)
    names = ["models.events", "models.engine.phases", "service.database.job_states"]
    assert all(any(test.examples for test in finder.find(importlib.import_module(name))) for name in names)
