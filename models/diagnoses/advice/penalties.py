"""Advises changes of regularization: early stopping, penalties on weights, dropout."""

from __future__ import annotations

from models.diagnoses.advice.wording import advice
from models.diagnoses.design import Block, Design
from models.diagnoses.finding import Advice
from models.diagnoses.spec_editor import SpecEditor
from models.specs.layers import Dropout
from models.specs.regularizers import L2
from models.specs.training import EarlyStopping
from models.text import LocalizedText


def early_stopping(design: Design) -> Advice:
    """Stop where the validation loss is best, and keep those weights."""
    editor = SpecEditor(design)
    patience = max(5, design.spec.training.epochs // 20)
    stopping = EarlyStopping(monitor="val_loss", patience=patience, restore_best_weights=True)
    editor.training["validation"] = "test"
    editor.training["early_stopping"] = stopping.model_dump(mode="json")
    return advice(
        "early_stopping",
        LocalizedText(
            "Stop when the validation loss no longer falls, and keep the best weights.",
            "Detén el entrenamiento cuando la pérdida de validación deje de bajar y quédate con los mejores pesos.",
        ),
        editor,
    )


def decay(design: Design) -> Advice:
    """A squared penalty on the hidden kernels."""
    editor = SpecEditor(design)
    for block in design.hidden:
        editor.set((*block.placed.path, "kernel_regularizer"), L2(l2=1e-3).model_dump(mode="json"))
    return advice(
        "l2",
        LocalizedText(
            "Penalize large weights in the hidden layers (l2 of 0.001).",
            "Penaliza los pesos grandes en las capas ocultas (l2 de 0.001).",
        ),
        editor,
    )


def dropout(design: Design) -> Advice:
    """Dropout in front of the output layer."""
    editor = SpecEditor(design)
    if design.output is not None and not design.output.residual:
        at = design.output.placed.path[2]
        assert isinstance(at, int)
        editor.layers.insert(at, Dropout(rate=0.2).model_dump(mode="json"))
    return advice(
        "dropout",
        LocalizedText(
            "Put a dropout of 0.2 in front of the output layer.",
            "Pon un dropout de 0.2 delante de la capa de salida.",
        ),
        editor,
    )


def weaker(design: Design) -> Advice:
    """A tenth of every penalty on a kernel."""
    editor = SpecEditor(design)
    for block in penalized(design):
        path = (*block.placed.path, "kernel_regularizer")
        given = block.dense.kernel_regularizer
        assert given is not None
        factors = {name: float(f"{0.1 * value:.6g}") for name, value in given.arguments().items()}
        editor.set(path, {"type": given.type, **factors})
    return advice(
        "weaker_penalty",
        LocalizedText(
            "Use a tenth of the penalty on the weights.", "Usa una décima parte de la penalización de los pesos."
        ),
        editor,
    )


def none(design: Design) -> Advice:
    """No penalty on a kernel."""
    editor = SpecEditor(design)
    for block in penalized(design):
        editor.set((*block.placed.path, "kernel_regularizer"), None)
    return advice(
        "no_penalty",
        LocalizedText("Take the penalties off the weights.", "Quita las penalizaciones de los pesos."),
        editor,
    )


def penalized(design: Design) -> list[Block]:
    """The blocks whose kernel is penalized."""
    return [block for block in design.blocks if block.dense.kernel_regularizer is not None]
