"""A check that compares an author's answer about the own training with the measured truth."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from models.text import LocalizedText
from service.grading.rubric.checks import specimens
from service.grading.rubric.checks.base import Case, Examples
from service.grading.rubric.checks.questions import QuestionUnion
from service.grading.rubric.checks.voted import Voted
from service.grading.rubric.evidence import Evidence
from service.grading.rubric.measurement import Measurement


class Answer(Voted):
    """A question about the own training, whose truth is measured; the author answers it with the submission.

    It is right if it is true of enough of the hidden trainings. The truth itself is never shown to students.

    Attributes:
        question: what is asked.
        prompt: the question in words.
    """

    type: Literal["answer"] = "answer"
    text: ClassVar[LocalizedText] = LocalizedText(
        "A question about the own network, such as which layer has the smallest gradient; the truth is measured.",
        "Una pregunta sobre la propia red, como qué capa tiene el menor gradiente; la verdad se mide.",
    )
    EXAMPLES: ClassVar[Examples] = Examples(
        {
            "type": "answer",
            "name": "largest",
            "prompt": "Which layer has the largest gradient before training?",
            "question": {"type": "extreme_layer", "quantity": "gradient_norm", "extreme": "largest", "epoch": 0},
            "points": 10,
        },
        passes=Case(specimens.VANISHING, answers={"largest": "dense_8"}),
        fails=Case(specimens.VANISHING, answers={"largest": "dense"}),
    )
    question: QuestionUnion
    prompt: Annotated[str, Field(max_length=2000)] = ""

    def measure(self, evidence: Evidence) -> Measurement:
        """Compare the answer with the truth of every training."""
        given = evidence.answers.get(self.called)
        if given is None:
            message = LocalizedText("There is no answer.", "No hay respuesta.")
            return Measurement(0.0, False, message, {"answer": None})
        votes = [self.question.fits(given, training) for training in evidence.trainings]
        truths = [self.question.truth(training) for training in evidence.trainings]
        what = LocalizedText("agree with the answer", "coinciden con la respuesta")
        return self.counted(evidence, votes, what, answer=given, per_seed={"truth": truths})
