"""What follows when the jobs of a trial have ended: another round, or nothing.

An agent asks at every beat. Which arms a round adds is computed from the rows alone, in a transaction that holds the
trial's row: whichever agent comes first does it, the others find it done, and a restart of everything loses nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from models.specs.check import parse
from models.specs.job import TrainingJobSpec
from models.trials.changes import Change, changed, changes
from models.trials.patching import apply, read
from models.trials.proposal import Unfit, propose
from service.database.session import reading, writing
from service.database.tables import TrialRow
from service.errors import QueueFull, QuotaExceeded
from service.experiments.trials.arms import Arm, completed, gate_of
from service.experiments.trials.enlisting import Planned, enlist
from service.experiments.trials.evidence import Evidence, weigh
from service.experiments.trials.queries import ended, is_live, states
from service.queue.limits import Room

logger = logging.getLogger(__name__)


def advance(engine: Engine, room: Room) -> None:
    """Settle every trial whose jobs have ended, or begin its next round.

    Args:
        engine: the database.
        room: how many jobs may wait; a round for which there is no room is tried again at the next call.
    """
    with reading(engine) as session:
        unsettled = list(session.scalars(select(TrialRow).where(~TrialRow.settled).order_by(TrialRow.id)))
        due = [row.id for row in unsettled if not is_live(states(session, row))]
    for trial_id in due:
        try:
            with writing(engine) as session:
                settle(session, trial_id, room)
        except (QueueFull, QuotaExceeded):
            logger.info("trial %s waits for room in the queue", trial_id)
        except SQLAlchemyError:
            raise
        except Exception:  # one that cannot be judged must not keep the others from going on
            logger.exception("trial %s cannot go on and ends here", trial_id)
            with writing(engine) as session:
                session.get_one(TrialRow, trial_id, with_for_update=True).settled = True


def settle(session: Session, trial_id: str, room: Room) -> None:
    """Decide on one trial, in a transaction that holds its row.

    Raises:
        QueueFull, QuotaExceeded: there is no room for its next round; nothing is stored.
    """
    row = session.scalar(select(TrialRow).where(TrialRow.id == trial_id, ~TrialRow.settled).with_for_update())
    if row is None:
        return
    found = states(session, row)
    if is_live(found):
        return
    planned = list(_next_round(row, weigh(row, found, ended(session, row))))
    if planned:
        arms = enlist(session, row.owner, row.id, row.name, planned, room)
        row.arms = [*row.arms, *(arm.model_dump(mode="json") for arm in arms)]
    else:
        row.settled = True


def _next_round(row: TrialRow, evidence: Evidence) -> Iterator[Planned]:
    """The arms that are to be trained next: patches that cure, with something left out."""
    base: TrainingJobSpec | None = None
    for index, elimination in evidence.eliminations.items():
        arm = evidence.arms[index]
        if not elimination.wanted:
            continue
        base = base or parse(row.spec)
        whole = changes(base, parse(apply(row.spec, read(arm.patch))))
        for kinds in elimination.wanted:
            yield _without(base, arm, index, [change for change in whole if change.kind in kinds], row.seeds)


def _without(base: TrainingJobSpec, arm: Arm, index: int, left: list[Change], seeds: list[int]) -> Planned:
    """The ablation that makes only these changes of a patch."""
    kinds = [change.kind for change in left]
    part = Arm(
        kind="ablation",
        code=f"{arm.code} ({', '.join(kinds)})",
        patch=[operation.model_dump(mode="json") for change in left for operation in change.operations],
        changes=kinds,
        targets=arm.targets,
        whole=index,
    )
    try:
        proposal = propose(base, changed(base, left))
    except Unfit as unfit:
        return Planned(part.model_copy(update={"gate": gate_of(unfit)}), None, seeds)
    part = completed(part, proposal).model_copy(update={"changes": kinds})
    return Planned(part, None if part.gate else proposal.spec, seeds)
