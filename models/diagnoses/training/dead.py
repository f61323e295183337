"""Diagnoses dead units, through which no gradient passes for any row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from models.diagnoses.advice import activations, rates, weights
from models.diagnoses.finding import Cause, Finding, Severity
from models.diagnoses.rule import TrainingRule, cause
from models.diagnoses.specimens import OUTPUT, Document, dense, specimen
from models.diagnoses.thresholds import LIMITS
from models.diagnoses.training_run import Floats, TrainingRun, longest_run
from models.text import LocalizedText


class DeadUnits(TrainingRule):
    """Units through which no gradient passes, for any row.

    Symptom:
        Part of a layer is zero for every input and stays so; where a whole layer is, the network is a constant.

    Why it matters:
        A ReLU unit that is negative for every row has slope zero for every row: nothing can change it but the layers
        before it. A narrow or deep network may be born so; a step that is too long may throw units there.

    How it is detected:
        The share of units whose slope is exactly zero on the whole probe batch, in at least three measurements up to
        the last one: above one half a warning; an error where the training was held up as well, where it is nine
        tenths and the training failed, or where the whole layer is dead. Of small jobs all training rows are tried as
        well, once at the end: a unit that one of them activates is alive. Units may revive as the layers before them
        change: at least as many did as the share fell from its greatest value in the trace to its last.

    Remedy:
        A smaller learning rate; leaky_relu, elu or selu; He's initializer; wider layers.

    References:
        Lu, Shin, Su & Karniadakis 2019, arXiv 1903.06733.
    """

    code: ClassVar[str] = "dead_units"
    title: ClassVar[LocalizedText] = LocalizedText("Dead units", "Unidades muertas")
    text: ClassVar[LocalizedText] = LocalizedText(
        "Units are inactive for every row, get no gradient, and cannot come back by themselves.",
        "Hay unidades inactivas para todas las filas: no reciben gradiente y no pueden volver por sí solas.",
    )
    reference: ClassVar[str] = "Lu, Shin, Su & Karniadakis 2019, arXiv 1903.06733"
    FAULTY: ClassVar[Document] = specimen(
        [dense(repeat=2, bias_initializer={"type": "constant", "value": -20}), OUTPUT]
    )
    HEALTHY: ClassVar[Document] = specimen()

    def find(self, run: TrainingRun) -> Iterator[Finding]:
        """One finding for all such layers."""
        dead = run.measured("dead_fraction")
        shares = {i: float(dead[-1, i]) for i in range(len(run.hidden)) if len(dead) and persistent(dead[:, i])}
        whole = run.dead_at_end
        shares = {i: min(share, whole.get(run.name(i), share)) for i, share in shares.items()}
        shares = {i: share for i, share in shares.items() if share > LIMITS.dead}
        if not shares:
            return
        worst = max(shares.values())
        born = [i for i in shares if dead[0, i] > LIMITS.dead]
        epoch = min(int(run.checks[np.flatnonzero(dead[:, i] > LIMITS.dead)[0]]) for i in shares)
        names = [run.name(i) for i in shares]
        yield self.finding(
            severity(run, shares),
            "initialization" if born else "training",
            LocalizedText(
                f"Up to {worst:.0%} of the units of a layer are dead at the end: inactive for every "
                f"{'training row' if whole else 'row of the probe batch'} and without gradient.",
                f"Hasta el {worst:.0%} de las unidades de una capa están muertas al final: inactivas para todas las "
                f"filas {'de entrenamiento' if whole else 'de la muestra'} y sin gradiente.",
            ),
            layers=names,
            epoch=epoch,
            value=round(worst, 4),
            threshold=LIMITS.dead,
            quantity="dead_fraction",
            probability=1.0,
            evidence={
                "dead_fraction": {run.name(i): round(share, 4) for i, share in shares.items()},
                "revived_at_least": {run.name(i): revived(dead[:, i]) for i in shares},
                "dead_fraction_at_start": {run.name(i): round(float(dead[0, i]), 4) for i in shares},
                **run.progress(),
            },
            causes=[birth() if born else _killed()],
            advice=[
                *([] if born else [rates.lower(run.design)]),
                activations.leaky_relu(run.design),
                activations.selu_lecun(run.design),
                weights.matching(run.design),
            ],
        )


def persistent(column: Floats) -> bool:
    """Whether more than half of a layer is dead in the last measurements."""
    flags = column > LIMITS.dead
    return bool(flags[-1]) and longest_run(flags[-LIMITS.checks :]) == min(LIMITS.checks, len(flags))


def revived(column: Floats) -> float:
    """The share of a layer's units that were dead in some measurement and are not in the last one, at least.

    Example:
        >>> revived(np.array([0.0, 0.75, 0.625]))
        0.125
    """
    known = column[np.isfinite(column)]
    return round(float(known.max() - known[-1]), 4) if len(known) else 0.0


def severity(run: TrainingRun, shares: dict[int, float]) -> Severity:
    """How bad it is that these layers are dead to these shares."""
    for i, share in shares.items():
        if share == 1.0 and not run.hidden[i].residual:
            return "error"
        if share >= LIMITS.dead_severe and run.failed:
            return "error"
    return "error" if run.harmed else "warning"


def birth() -> Cause:
    """Born dead."""
    return cause(
        "born_dead",
        "They were dead before the first step: the layers are too narrow or too many for these weights.",
        "Estaban muertas antes del primer paso: las capas son demasiado estrechas o demasiadas para estos pesos.",
    )


def _killed() -> Cause:
    """Died later."""
    return cause(
        "long_steps",
        "They died while training: steps that are too long throw units to where no row activates them.",
        "Murieron durante el entrenamiento: pasos demasiado largos las llevan a donde ninguna fila las activa.",
    )
