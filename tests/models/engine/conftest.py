"""Trains as a child does: with the same options of the compiler."""

from __future__ import annotations

from models.engine.startup import prepare

prepare(threads=1, cache_dir=None)
