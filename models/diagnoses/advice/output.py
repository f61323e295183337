"""Advises an output layer that fits the loss."""

from __future__ import annotations

from models.diagnoses.advice.wording import advice
from models.diagnoses.design import Design
from models.diagnoses.finding import Advice
from models.diagnoses.spec_editor import SpecEditor
from models.specs import activations as act
from models.specs.spec import Component
from models.text import LocalizedText


def activation(design: Design, chosen: Component) -> Advice:
    """The output layer with this activation."""
    output, editor = design.output, SpecEditor(design)
    # An output layer that is the last of several equal ones cannot change without them.
    if output is not None and output.placed.path not in {block.placed.path for block in design.hidden}:
        editor.activate(output, chosen)
    return advice(
        f"{chosen.type}_output",
        LocalizedText(
            f"Use the activation {chosen.type} on the output layer.",
            f"Usa la activación {chosen.type} en la capa de salida.",
        ),
        editor,
    )


def from_logits(design: Design, *, value: bool) -> Advice:
    """The loss told whether it is given logits."""
    editor = SpecEditor(design)
    editor.training["loss"]["from_logits"] = value
    chosen = "true" if value else "false"
    return advice(
        f"from_logits_{chosen}",
        LocalizedText(f"Set from_logits to {chosen} in the loss.", f"Pon from_logits a {chosen} en la pérdida."),
        editor,
    )


def probability(design: Design) -> Component:
    """The activation that makes the outputs of this network probabilities."""
    units = 1 if design.output is None else design.output.fan_out
    return act.Sigmoid() if units == 1 else act.Softmax()


def units(design: Design, count: int) -> Advice:
    """The output layer with this many units."""
    output, editor = design.output, SpecEditor(design)
    if output is not None and output.placed.path not in {block.placed.path for block in design.hidden}:
        editor.set((*output.placed.path, "units"), count)
    return advice(
        "output_units",
        LocalizedText(f"Give the output layer {count} units.", f"Da {count} unidades a la capa de salida."),
        editor,
    )
