"""Collects the metadata of all tables, for Alembic and for tests that compare it with a database."""

from __future__ import annotations

from typing import Final

from sqlalchemy import MetaData

from service.database import base, calibrations, grading, keys, registry, regrades, tables

MODULES: Final = (calibrations, grading, keys, registry, regrades, tables)  # importing a module registers its tables
METADATA: Final[MetaData] = base.Table.metadata
