"""Advises other layers: normalization, fewer layers, less noise."""

from __future__ import annotations

from models.diagnoses.advice.wording import advice
from models.diagnoses.design import Design
from models.diagnoses.finding import Advice
from models.diagnoses.spec_editor import Document, SpecEditor
from models.specs.layers import Activation, BatchNormalization, LayerBase
from models.text import LocalizedText

NOISES = frozenset({"dropout", "alpha_dropout", "gaussian_dropout"})


def normalized(design: Design, normalization: LayerBase) -> SpecEditor:
    """A normalization between each hidden kernel and its activation."""
    last: Document | None = None if design.output is None else design.output.dense.model_dump(mode="json")
    between = normalization.model_dump(mode="json")

    def split(layer: Document) -> list[Document]:
        if layer["type"] != "dense" or layer == last:
            return [layer]
        activation = layer["activation"]
        once: list[Document] = [{**layer, "activation": None, "repeat": 1}, dict(between)]
        if activation is not None:
            once.append(Activation.model_validate({"activation": activation}).model_dump(mode="json"))
        return once * int(layer["repeat"])

    editor = SpecEditor(design)
    editor.rebuild(split)
    return editor


def batch_normalization(design: Design) -> Advice:
    """Batch normalization between each hidden kernel and its activation."""
    return advice(
        "batch_normalization",
        LocalizedText(
            "Put a batch_normalization between each hidden layer and its activation: it brings every unit back to mean "
            "0 and variance 1.",
            "Pon una batch_normalization entre cada capa oculta y su activación: devuelve cada unidad a media 0 y "
            "varianza 1.",
        ),
        normalized(design, BatchNormalization()),
    )


def shallower(design: Design) -> Advice:
    """Half of each run of equal layers."""

    def halved(layer: Document) -> list[Document]:
        return [{**layer, "repeat": -(-layer["repeat"] // 2)}]

    editor = SpecEditor(design)
    editor.rebuild(halved)
    return advice(
        "fewer_layers",
        LocalizedText(
            "Use fewer layers: each one shrinks or distorts the gradient once more.",
            "Usa menos capas: cada una reduce o deforma el gradiente una vez más.",
        ),
        editor,
    )


def gentler_dropout(design: Design) -> Advice:
    """Dropout of at most 0.2."""

    def gentler(layer: Document) -> list[Document]:
        if layer["type"] in NOISES:
            return [{**layer, "rate": min(layer["rate"], 0.2)}]
        return [layer]

    editor = SpecEditor(design)
    editor.rebuild(gentler)
    return advice(
        "less_dropout",
        LocalizedText("Drop fewer units, at most a fifth.", "Apaga menos unidades, como mucho la quinta parte."),
        editor,
    )


def faster_averages(design: Design) -> Advice:
    """Batch normalization whose running averages follow within some twenty steps."""

    def faster(layer: Document) -> list[Document]:
        if layer["type"] == "batch_normalization":
            return [{**layer, "momentum": min(layer["momentum"], 0.9)}]
        return [layer]

    editor = SpecEditor(design)
    editor.rebuild(faster)
    return advice(
        "faster_averages",
        LocalizedText(
            "Lower the momentum of the batch normalization to 0.9: its running averages then follow within some twenty "
            "steps.",
            "Baja a 0.9 el momentum de la normalización por lotes: sus promedios se ponen al día en unos veinte pasos.",
        ),
        editor,
    )
