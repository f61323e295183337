"""One training judged: its score, what we find in it, and what others do."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.diagnosis.case import Case
from benchmarks.diagnosis.reference import score
from benchmarks.diagnosis.rivals import autotrainer, sagemaker_debugger
from models.diagnoses.judge import diagnose
from models.record import Record

OURS, SAGEMAKER, AUTOTRAINER = "ours", "SageMaker", "AUTOTRAINER"
JUDGES = (OURS, SAGEMAKER, AUTOTRAINER)


@dataclass(frozen=True)
class Answer:
    """What one judge says.

    Attributes:
        found: names of what it alarms about; of ours the codes of all errors.
        named: the same with what it holds for the likeliest cause of each.
        listed: the same with all causes that it thinks of.
    """

    found: frozenset[str]
    named: frozenset[str]
    listed: frozenset[str]

    @classmethod
    def of(cls, words: set[str]) -> Answer:
        """The answer of a judge that knows no causes."""
        return cls(frozenset(words), frozenset(words), frozenset(words))


@dataclass(frozen=True)
class Judgement:
    """What is known of a case after its training.

    Attributes:
        case: which one.
        score: on the test rows.
        suffers: decided from scores alone.
        verdict: ours.
        answers: judge -> what it says.
        foreseen: whether a finding of ours is about the untrained network.
    """

    case: Case
    score: float
    suffers: bool
    verdict: str
    answers: dict[str, Answer]
    foreseen: bool

    def found(self, judge: str) -> bool:
        """Whether a judge alarms."""
        return bool(self.answers[judge].found)

    def right(self, judge: str) -> bool:
        """Whether what a judge says first names what is wrong."""
        return bool(self.answers[judge].named & self.case.accepted)

    def hinted(self, judge: str) -> bool:
        """Whether what is wrong is among all that a judge says."""
        return bool(self.answers[judge].listed & self.case.accepted)

    def document(self) -> dict[str, Any]:
        """As JSON, without the spec."""
        answers = {
            judge: {name: sorted(words) for name, words in asdict(a).items()} for judge, a in self.answers.items()
        }
        return {
            "case": self.case.name,
            "group": self.case.group,
            "key": self.case.key,
            "seed": self.case.document["seed"],
            "accepted": sorted(self.case.accepted),
            "score": self.score,
            "suffers": self.suffers,
            "verdict": self.verdict,
            "foreseen": self.foreseen,
            "answers": answers,
        }


def judge(case: Case, record: Record, *, suffers: bool) -> Judgement:
    """Ask all judges about one record.

    Args:
        case: what was trained.
        record: how that went.
        suffers: decided from scores.
    """
    diagnosis = diagnose(record)
    errors = [finding for finding in diagnosis.findings if finding.severity == "error"]
    codes = frozenset(finding.code for finding in errors)
    ours = Answer(
        codes,
        codes | {finding.causes[0].code for finding in errors if finding.causes},
        codes | {cause.code for finding in errors for cause in finding.causes},
    )
    answers = {
        OURS: ours,
        SAGEMAKER: Answer.of(sagemaker_debugger(record)),
        AUTOTRAINER: Answer.of(autotrainer(record)),
    }
    foreseen = any(finding.stage == "initialization" for finding in diagnosis.findings)
    return Judgement(case, score(record), suffers, diagnosis.verdict, answers, foreseen)
