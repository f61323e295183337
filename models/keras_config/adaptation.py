"""Adapts arguments that Keras and the specs write differently."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.keras_config.notes import Notes
from models.keras_config.serialized import Serialized
from models.specs.activations import HardSigmoid, Linear
from models.specs.initializers import Identity, Seeded, VarianceScaling
from models.specs.layers import Dense
from models.specs.losses import Huber
from models.specs.metrics import F1, Accuracy, Auc, Precision, Recall
from models.specs.spec import Component

# Arguments that Keras forgets when it writes an object.
UNWRITTEN: Mapping[type[Component], tuple[str, ...]] = {Identity: ("gain",), Huber: ("delta",)}


def adapt(member: type[Component], fields: dict[str, Any], written: Serialized, notes: Notes) -> None:
    """Bring ``fields`` into the words of ``member``.

    Args:
        member: what they are the arguments of.
        fields: changed where Keras's words differ.
        written: the object as Keras has written it.
        notes: gets what is read in another sense.
    """
    if member is Dense and isinstance(fields.get("activation"), Linear):
        fields["activation"] = None  # Keras writes no activation as a linear one
    _warn_of_other_meanings(member, written, notes)
    if issubclass(member, Seeded) and isinstance(fields.get("seed"), dict):
        notes.warn((*written.at, "seed"), "a generator of seeds is not taken over: the job's own seed decides")
        fields["seed"] = None
    if member is VarianceScaling and fields.get("distribution") == "normal":
        fields["distribution"] = "truncated_normal"  # its older name
    for name in UNWRITTEN.get(member, ()):
        if name not in fields and written.at != written.path:
            default = member.model_fields[name].default
            notes.warn(written.at, f"Keras does not write {name}: it is read as {default:g}")
    if issubclass(member, Precision | Recall) and isinstance(given := fields.get("thresholds"), list):
        fields["thresholds"] = given[0] if len(given) == 1 else given
    if member is Auc and fields.get("thresholds") is not None:
        fields.pop("num_thresholds", None)  # which Keras then counts anew
    if member is F1 and fields.get("average", "macro") is None:
        notes.warn((*written.at, "average"), "a score for each class is no single number: it is read as their mean")
        fields["average"] = "macro"


def _warn_of_other_meanings(member: type[Component], written: Serialized, notes: Notes) -> None:
    """Note the words that mean something else here than where they were written."""
    if member is Accuracy and written.name == "Accuracy" and written.at != written.path:
        notes.warn(
            written.path, 'equality of outputs and targets is read as the word "accuracy", the share of right classes'
        )
    if member is HardSigmoid and not notes.keras3:
        notes.warn(
            written.path,
            "hard_sigmoid is clip(x/6 + 0.5, 0, 1) here, as in Keras 3; in Keras 2 and TensorFlow.js it is "
            "clip(0.2x + 0.5, 0, 1)",
        )
