"""Diagnoses targets that do not depend on the features."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from models.diagnoses.finding import Finding
from models.diagnoses.rule import TrainingRule, cause
from models.diagnoses.specimens import SHAPED, Document, specimen, table
from models.diagnoses.thresholds import LIMITS
from models.diagnoses.training_run import TrainingRun
from models.text import LocalizedText


class IndependentTargets(TrainingRule):
    """Targets that have nothing to do with the features.

    Symptom:
        The network learns nothing, or learns the training rows by heart and is no better than chance on the others.

    Why it matters:
        No architecture and no learning rate can find what is not there. Shuffled labels, rows that were sorted in
        only one of two files, or a wrong column are the usual reasons, and they are found in the table.

    How it is detected:
        Only where the network learned nothing of the rows that judge it. Do neighbours have similar targets, and does
        a column rise or fall with the targets? Each is compared with the same of 199 shuffled copies of the targets,
        on at most 500 rows. Where in both more than one copy in a hundred does as well, no dependence is to be seen;
        fewer than 150 rows can hide one that is there, and then it is a warning.
        Neighbours see circles, spirals and exclusive-or as well as straight lines.

    Remedy:
        Check how features and targets were put together: the order of the rows, the column of the target.

    References:
        Ojala & Garriga 2010, Permutation tests for studying classifier performance; Moran 1950, Notes on continuous
        stochastic phenomena.
    """

    code: ClassVar[str] = "independent_targets"
    title: ClassVar[LocalizedText] = LocalizedText(
        "Targets do not depend on the features", "Los objetivos no dependen de los datos"
    )
    text: ClassVar[LocalizedText] = LocalizedText(
        "The targets fit the features no better than if they had been shuffled.",
        "Los objetivos no encajan con las características mejor que si se hubieran barajado.",
    )
    reference: ClassVar[str] = "Ojala & Garriga 2010, Permutation tests for studying classifier performance"
    FAULTY: ClassVar[Document] = specimen(data=table("classification", **SHAPED, n_samples=400, flip_y=1.0))
    HEALTHY: ClassVar[Document] = specimen(data=table("classification", **SHAPED, n_samples=400))

    def find(self, run: TrainingRun) -> Iterator[Finding]:
        """At most one finding; none where the network learned something that holds for the test rows."""
        measured = run.facts.get("dependence")
        if measured is None or run.reference is None:
            return
        chance = min(measured["neighbours"], measured["columns"])
        if chance <= LIMITS.chance:
            return
        finished = run.record.finished
        tested = None if finished is None else finished.metrics.get("test", {}).get("loss")
        lost = run.failed or (tested is not None and tested >= (1 - LIMITS.failed) * run.reference)
        enough = measured["rows"] >= LIMITS.telling_rows
        yield self.finding(
            "error" if lost and enough else "warning",
            "data",
            LocalizedText(
                f"Of shuffled copies of the targets, {measured['neighbours']:.0%} fit the rows' neighbourhood as well "
                f"as the targets themselves, and {measured['columns']:.0%} fit a column as well: nothing shows that "
                "targets and features belong together.",
                f"De las copias barajadas de los objetivos, el {measured['neighbours']:.0%} encaja con las filas "
                f"vecinas tan bien como los propios objetivos, y el {measured['columns']:.0%} con alguna columna: nada "
                "indica que objetivos y características vayan juntos.",
            ),
            value=chance,
            threshold=LIMITS.chance,
            quantity="share_of_shuffles",
            evidence={**measured, "test_loss": tested, **run.progress()},
            causes=[
                cause(
                    "shuffled_targets",
                    "Rows and targets are not in the same order, or the target is the wrong column.",
                    "Filas y objetivos no están en el mismo orden, o el objetivo es la columna equivocada.",
                )
            ],
        )
