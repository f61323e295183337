"""Decides how much of a network a preflight measures, so that a large one takes seconds and not minutes."""

from __future__ import annotations

from dataclasses import dataclass

from models.specs.geometry import job_shape, layout
from models.specs.job import TrainingJobSpec

SEEDS = 20
ROWS = 64  # at least so many probe rows stay, where the probe has them
FEWEST_SEEDS = 3
DEEP = 20  # kernels beyond which the second derivatives would take longer to compile than all else together
OPERATIONS = 4e10  # multiplications and additions of all draws together: some seconds of one core
# For each parameter and row: a gradient takes 6 operations, a product with the Hessian about 14.
GRADIENT, PRODUCT = 6, 14
READINGS = 2  # before the first step and after the last one
STEPS = 5  # of the optimizer, which what is found must outlive
ITERATIONS = 15  # of the power method, twice


@dataclass(frozen=True)
class Budget:
    """How many networks and rows are measured, and whether curvature is.

    Attributes:
        seeds: K, networks that are drawn.
        rows: P, probe rows.
        curvature: whether the sharpness of the loss is measured.
    """

    seeds: int
    rows: int
    curvature: bool

    @classmethod
    def of(cls, spec: TrainingJobSpec) -> Budget:
        """The budget for a spec, by its size alone: fewer rows first, then no curvature, then fewer seeds."""
        placed, train_rows = layout(spec), job_shape(spec).train_rows
        parameters = sum(layer.parameters for layer in placed)
        batch = min(spec.training.batch_size, train_rows)
        full = min(spec.diagnostics.probe_size, train_rows)
        deep = sum(layer.fan_in is not None for layer in placed) > DEEP
        for rows, curvature in ((full, True), (min(full, ROWS), True), (min(full, ROWS), False)):
            work = READINGS * rows * (GRADIENT + (2 * ITERATIONS * PRODUCT if curvature else 0))
            one = parameters * (work + STEPS * batch * GRADIENT)
            seeds = min(SEEDS, int(OPERATIONS / one))
            if seeds == SEEDS and not (curvature and deep):
                return cls(SEEDS, rows, curvature)
        return cls(max(FEWEST_SEEDS, seeds), min(full, ROWS), curvature=False)

    def reduced(self, spec: TrainingJobSpec, *, curved: bool) -> list[str]:
        """What is less than it would be of a small network; ``curved`` says whether curvature was measured."""
        full = min(spec.diagnostics.probe_size, job_shape(spec).train_rows)
        less = {"seeds": self.seeds < SEEDS, "rows": self.rows < full, "curvature": not curved}
        return [name for name, yes in less.items() if yes]
