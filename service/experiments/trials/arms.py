"""The arms of a trial as its row stores them: each a spec that is trained with several seeds."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict

from models.diagnoses.finding import Severity
from models.specs.geometry import steps

if TYPE_CHECKING:
    from models.trials.proposal import Proposal, Unfit

Kind = Literal["base", "patch", "ablation", "no_op", "random"]


class Gate(BaseModel):
    """Why a patched spec is not trained.

    Attributes:
        findings: errors of the specification stage that the base does not have.
        errors: what makes the spec invalid, or what it changes though it must not.
    """

    model_config = ConfigDict(frozen=True)

    findings: list[str] = []
    errors: list[dict[str, str]] = []


class Arm(BaseModel):
    """One arm of a trial.

    Attributes:
        kind: ``base``: the job's spec. ``patch``: a change that is tried. ``ablation``: what is left of a patch that
            cures when something is left out. ``no_op``: the job's spec with other seeds. ``random``: a blind change.
        code: its name among those of its kind.
        patch: RFC 6902, on the canonical spec of the base.
        changes: kinds of the independent changes that it makes.
        targets: findings that it is to remove, and from which severity on they count.
        whole: of an ablation, the index of the patch that it was taken from.
        gate: why it is not trained; its jobs are none then.
        spec_hash: of the spec with the first seed.
        steps: optimizer steps of the whole training.
        same_steps: whether these are the base's.
        same_loss: whether its loss is the base's function.
        jobs: one a seed.
        reused: those of them that had ended before they were needed here.
    """

    model_config = ConfigDict(frozen=True)

    kind: Kind
    code: str
    patch: list[dict[str, Any]] = []
    changes: list[str] = []
    targets: dict[str, Severity] = {}
    whole: int | None = None
    gate: Gate | None = None
    spec_hash: str | None = None
    steps: int = 0
    same_steps: bool = True
    same_loss: bool = True
    jobs: list[str] = []
    reused: list[str] = []


def gate_of(unfit: Unfit) -> Gate:
    """The gate of a document that cannot be trained."""
    return Gate(errors=[asdict(error) for error in unfit.errors])


def completed(arm: Arm, proposal: Proposal) -> Arm:
    """Complete an arm by what its proposal says."""
    return arm.model_copy(
        update={
            "changes": [change.kind for change in proposal.changes],
            "gate": Gate(findings=proposal.gate) if proposal.gate else None,
            "steps": steps(proposal.spec),
            "same_steps": proposal.same_steps,
            "same_loss": proposal.same_loss,
        }
    )
