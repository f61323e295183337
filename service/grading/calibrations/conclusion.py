"""How a calibration ends; part of a transaction that holds its row."""

from __future__ import annotations

from datetime import UTC, datetime

from service.database.calibrations import CalibrationRow


def end(row: CalibrationRow, status: str) -> None:
    """Let a calibration end."""
    row.status, row.finished_at, row.version = status, datetime.now(UTC), row.version + 1
