"""Holds the upper bounds of specs, so that nothing that a client sends exhausts the machine."""

from __future__ import annotations

from typing import Final

MAX_SAFE_INTEGER: Final = 2**53 - 1  # the largest integer that every JSON reader keeps exactly
MAX_SEED: Final = 2**32 - 1  # what NumPy's generators accept
MAX_NUMBER: Final = 1e30  # far outside every sensible argument, far inside float32

MAX_NESTING: Final = 32  # levels of a document
MAX_ERRORS: Final = 100  # reported for one document
MAX_TEXT: Final = 200  # characters of a name or a label
MAX_LABELS: Final = 64  # free labels of a job

MAX_ROWS: Final = 2_000_000  # of a data source
MAX_FEATURES: Final = 2_000
MAX_CELLS: Final = 100_000_000  # rows x columns, features and targets alike
MAX_INLINE_CELLS: Final = 500_000  # the same, of a table inside a spec: it is hashed with the spec
MAX_CLASSES: Final = 1_000
MAX_TARGETS: Final = 1_000

MAX_UNITS: Final = 4_096
MAX_REPEAT: Final = 256
MAX_LAYERS: Final = 256  # after unrolling
MAX_RESIDUAL_DEPTH: Final = 4  # residual blocks inside residual blocks
MAX_PARAMETERS: Final = 5_000_000
MAX_METRICS: Final = 16

MAX_EPOCHS: Final = 100_000
MAX_STEPS: Final = 100_000_000  # of a whole training
MAX_BATCH: Final = 100_000
MAX_BATCH_ACTIVATIONS: Final = 20_000_000  # rows of a batch x units of all layers
MAX_TRACE_CELLS: Final = 1_000_000  # recorded epochs x layers with kernels
MAX_PROBE: Final = 512
MAX_SCHEDULE_STEPS: Final = 1_000_000_000
MAX_BOUNDARIES: Final = 100
