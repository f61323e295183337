"""Reads the query parameters of a prediction: what to answer beside classes, probabilities and values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from models.signature import Signature
from models.specs.encoding import label_key
from service.errors import Invalid, RequestViolation


class Include(StrEnum):
    """What of a network's inside an answer can include."""

    ACTIVATIONS = "activations"
    INPUT_GRADIENT = "input_gradient"


@dataclass(frozen=True)
class PredictionOptions:
    """The parameters of a prediction.

    Attributes:
        top_k: how many of the likeliest classes; None for none.
        include: what of the network's inside.
        of_class: whose probability is derived, as the key of its label; None: the predicted class of each row.
    """

    top_k: int | None = None
    include: frozenset[Include] = frozenset()
    of_class: str | None = None

    @classmethod
    def of(cls, top_k: int | None, include: str | None, of_class: str | None) -> PredictionOptions:
        """Read the query parameters.

        Raises:
            Invalid: there is no such thing to include.
        """
        names = [name.strip() for name in (include or "").split(",") if name.strip()]
        unknown = [name for name in names if name not in list(Include)]
        if unknown:
            detail = f"there is no {unknown[0]!r}; available: {', '.join(Include)}"
            raise Invalid.of([RequestViolation("", detail, parameter="include")])
        chosen = frozenset(Include(name) for name in names)
        if of_class is not None and Include.INPUT_GRADIENT not in chosen:
            raise Invalid.of([RequestViolation("", f"needs include={Include.INPUT_GRADIENT}", parameter="class")])
        return cls(top_k, chosen, of_class)

    def check(self, signature: Signature) -> None:
        """Make sure that a network can answer with these options.

        Raises:
            Invalid: it has no such class, or no probabilities.
        """
        if self.top_k is not None and not signature.shares:
            raise Invalid.of([RequestViolation("", "the network gives no probabilities of classes", parameter="top_k")])
        if self.of_class is not None:
            if not signature.shares:
                raise Invalid.of(
                    [RequestViolation("", "the network gives no probabilities of classes", parameter="class")]
                )
            self.class_index(signature)

    def class_index(self, signature: Signature) -> int | None:
        """The number of the class whose probability is derived; None: the predicted one of each row.

        Raises:
            Invalid: there is no such class.
        """
        if self.of_class is None:
            return None
        keys = [label_key(label) for label in signature.classes or []]
        if self.of_class not in keys:
            detail = f"there is no class {self.of_class!r}; there are: {', '.join(keys[:20])}"
            raise Invalid.of([RequestViolation("", detail, parameter="class")])
        return keys.index(self.of_class)
