"""Writes traces and decision surfaces as safetensors, the format in which the tables store them."""

from __future__ import annotations

import hashlib

import numpy as np
from safetensors.numpy import save

from models.events import Surface, TraceBlock


def of_trace(block: TraceBlock) -> bytes:
    """The rows of a trace: ``epoch`` (E,) int64, ``quantities.NAME`` (E, L) and ``overall.NAME`` (E,) float32."""
    tensors = {f"quantities.{name}": array.numpy() for name, array in block.quantities.items()}
    tensors |= {f"overall.{name}": array.numpy() for name, array in block.overall.items()}
    return save({"epoch": np.asarray(block.epoch, np.int64), **tensors})


def of_surface(surface: Surface) -> bytes:
    """A decision surface: ``x`` (R,), ``y`` (R,) float64 and ``output`` (R, R, K) float32."""
    return save({"x": surface.x.numpy(), "y": surface.y.numpy(), "output": surface.output.numpy()})


def digest(content: bytes) -> str:
    """The SHA-256 of a file in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
