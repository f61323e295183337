"""Computes the canonical form of a job, and its hash: one for all spellings of the same job."""

from __future__ import annotations

import hashlib
from typing import Any

import rfc8785

from models.specs.job import TrainingJobSpec

DECIDES_NOTHING = {"name", "labels"}


def canonical(spec: TrainingJobSpec) -> dict[str, Any]:
    """The document with every default filled in and every shorthand written out, without name and labels."""
    return spec.model_dump(mode="json", exclude=DECIDES_NOTHING)


def spec_hash(spec: TrainingJobSpec) -> str:
    """The digest of the canonical document in the JSON Canonicalization Scheme (RFC 8785)."""
    return f"sha256:{hashlib.sha256(rfc8785.dumps(canonical(spec))).hexdigest()}"
