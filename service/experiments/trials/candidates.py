"""Selects the patches that a trial tries: the diagnosis's advice, or the client's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from models.diagnoses.finding import Diagnosis, Severity
from models.specs.canonical import canonical
from models.specs.job import TrainingJobSpec
from models.trials.judgement import GRAVITY, gravest
from models.trials.patching import Inapplicable, Put, Remove, Transfer, apply
from models.trials.proposal import Proposal, Unfit, propose
from models.violation import Violation
from service.errors import Invalid, NothingToTry
from service.experiments.trials.arms import Arm, Gate, completed, gate_of
from service.experiments.trials.schemas import MAX_ADVICE, TrialRequest

Operations = list[dict[str, Any]]


@dataclass(frozen=True)
class Candidate:
    """A patch that may be tried.

    Attributes:
        arm: without jobs; with a gate where it is not worth training.
        proposal: what it makes of the base; None where that is no valid spec.
    """

    arm: Arm
    proposal: Proposal | None


def candidates(base: TrainingJobSpec, diagnosis: Diagnosis | None, request: TrialRequest) -> list[Candidate]:
    """Select the patches that a request asks to try.

    Raises:
        Invalid: an advice does not exist, a patch cannot be applied or leads to a spec that cannot be tried.
        NothingToTry: nothing that is advised changes the spec.
    """
    own = list(_own(base, diagnosis, request))
    advised = [] if request.advice is None and own else _advised(base, diagnosis, request.advice)
    found = [*advised, *own]
    if not found:
        reason = "The job could not be judged" if diagnosis is None else "No advice of the diagnosis has a patch"
        raise NothingToTry(f"{reason}; patches of your own may be tried.")
    return found


def _advised(base: TrainingJobSpec, diagnosis: Diagnosis | None, codes: Sequence[str] | None) -> list[Candidate]:
    """The advice with these codes; or all of it, the best first, up to a limit. None of it twice."""
    merged: dict[str, Candidate] = {}
    for code, patch, targets in _ranked(diagnosis):
        made = _candidate(base, code, patch, targets)
        if made is None:
            continue
        key = repr(patch) if made.proposal is None else repr(canonical(made.proposal.spec))
        if key in merged:
            known = merged[key]
            both = _targets([*known.arm.targets.items(), *targets.items()])
            merged[key] = Candidate(known.arm.model_copy(update={"targets": both}), known.proposal)
        else:
            merged[key] = made
    found = list(merged.values())
    if codes is None:
        return found[:MAX_ADVICE]
    known_codes = list(dict.fromkeys(candidate.arm.code for candidate in found))
    violations = [
        Violation(f"/advice/{index}", f"no advice {code!r} with a patch; there is: {', '.join(known_codes) or 'none'}")
        for index, code in enumerate(codes)
        if code not in known_codes
    ]
    if violations:
        raise Invalid.of(violations)
    return [candidate for candidate in found if candidate.arm.code in codes]


def _ranked(diagnosis: Diagnosis | None) -> Iterator[tuple[str, Operations, dict[str, Severity]]]:
    """Advice with a patch: that for errors first, and each finding's best before its second best."""
    findings = [] if diagnosis is None else diagnosis.findings
    ranked = [
        (-GRAVITY[finding.severity], rank, advice, {finding.code: finding.severity})
        for finding in findings
        for rank, advice in enumerate(finding.advice)
        if advice.patch
    ]
    for _, _, advice, targets in sorted(ranked, key=lambda entry: entry[:2]):
        yield advice.code, [operation.model_dump(mode="json") for operation in advice.patch], targets


def _targets(pairs: Sequence[tuple[str, Severity]]) -> dict[str, Severity]:
    """The findings that a patch is to remove: the errors among those that propose it, or else all of them."""
    found = gravest(pairs)
    errors: dict[str, Severity] = {code: severity for code, severity in found.items() if severity == "error"}
    return errors or found


def _candidate(base: TrainingJobSpec, code: str, patch: Operations, targets: dict[str, Severity]) -> Candidate | None:
    """An advised patch; None where it changes nothing that decides."""
    arm = Arm(kind="patch", code=code, patch=patch, targets=targets)
    try:
        document = apply(canonical(base), [Put.model_validate(operation) for operation in patch])
        proposal = propose(base, document)
    except Inapplicable as refused:
        errors = [{"pointer": patch[refused.index]["path"], "detail": refused.detail}]
        return Candidate(arm.model_copy(update={"gate": Gate(errors=errors)}), None)
    except Unfit as unfit:
        return Candidate(arm.model_copy(update={"gate": gate_of(unfit)}), None)
    return Candidate(completed(arm, proposal), proposal) if proposal.changes else None


def _own(base: TrainingJobSpec, diagnosis: Diagnosis | None, request: TrialRequest) -> Iterator[Candidate]:
    """The client's patches; they are to remove every error of the base."""
    found = [] if diagnosis is None else diagnosis.findings
    targets: dict[str, Severity] = {finding.code: "error" for finding in found if finding.severity == "error"}
    violations: list[Violation] = []
    for index, own in enumerate(request.patches or []):
        at = f"/patches/{index}"
        patch = [_written(operation) for operation in own.patch]
        try:
            proposal = propose(base, apply(canonical(base), own.patch))
        except Inapplicable as refused:
            violations.append(Violation(f"{at}/patch/{refused.index}", refused.detail))
            continue
        except Unfit as unfit:
            violations += [
                Violation(f"{at}/patch", f"leads to a spec that cannot be tried: {error.pointer}: {error.detail}")
                for error in unfit.errors
            ]
            continue
        if not proposal.changes:
            violations.append(Violation(f"{at}/patch", "changes nothing"))
            continue
        yield Candidate(completed(Arm(kind="patch", code=own.code, patch=patch, targets=targets), proposal), proposal)
    if violations:
        raise Invalid.of(violations)


def _written(operation: Put | Remove | Transfer) -> dict[str, Any]:
    """An operation as the client wrote it."""
    return operation.model_dump(mode="json", by_alias=True)
