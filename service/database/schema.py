"""All tables together, for who compares them with a database's."""

from __future__ import annotations

from typing import Final

from sqlalchemy import MetaData

from service.database import calibrations, grading, keys, registry, regrades, tables

HOUSES: Final = (
    tables,
    calibrations,
    grading,
    keys,
    registry,
    regrades,
)  # a table is known once its module is imported
METADATA: Final[MetaData] = tables.Table.metadata
