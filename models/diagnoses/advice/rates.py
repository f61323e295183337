"""Advises other learning rates, optimizers, batch sizes and numbers of epochs."""

from __future__ import annotations

from models.diagnoses.advice.wording import advice
from models.diagnoses.design import Design
from models.diagnoses.finding import Advice
from models.diagnoses.spec_editor import Document, SpecEditor
from models.specs.optimizers import Adam
from models.text import LocalizedText

SCALED = ("initial_learning_rate", "warmup_target", "end_learning_rate")


def scaled(design: Design, factor: float) -> SpecEditor:
    """The same optimizer with its rate, or all the rates of its schedule, multiplied."""
    editor = SpecEditor(design)
    optimizer: Document = editor.training["optimizer"]
    rate = optimizer["learning_rate"]
    if not isinstance(rate, dict):
        optimizer["learning_rate"] = _rounded(rate * factor)
        return editor
    for name in SCALED:
        if rate.get(name) is not None:
            rate[name] = _rounded(rate[name] * factor)
    if "values" in rate:
        rate["values"] = [_rounded(value * factor) for value in rate["values"]]
    return editor


def _rounded(rate: float) -> float:
    """Without the noise of binary fractions."""
    return float(f"{rate:.6g}")


def lower(design: Design, factor: float = 0.1) -> Advice:
    """A smaller learning rate."""
    return advice(
        "lower_learning_rate",
        LocalizedText("Lower the learning rate tenfold.", "Divide la tasa de aprendizaje por diez."),
        scaled(design, factor),
    )


def higher(design: Design, factor: float = 10.0) -> Advice:
    """A greater learning rate."""
    return advice(
        "higher_learning_rate",
        LocalizedText("Raise the learning rate tenfold.", "Multiplica la tasa de aprendizaje por diez."),
        scaled(design, factor),
    )


def usual(design: Design, low: float, high: float) -> Advice:
    """The nearest usual learning rate."""
    within = min(max(design.rate, low * 10), high / 10)
    editor = scaled(design, within / design.rate) if design.rate > 0 else _constant(design, low * 10)
    return advice(
        "usual_learning_rate",
        LocalizedText(
            f"Use a learning rate inside the usual range, for instance {within:g}.",
            f"Usa una tasa de aprendizaje dentro del rango habitual, por ejemplo {within:g}.",
        ),
        editor,
    )


def _constant(design: Design, rate: float) -> SpecEditor:
    """The same optimizer with a constant rate."""
    editor = SpecEditor(design)
    editor.training["optimizer"]["learning_rate"] = _rounded(rate)
    return editor


def adam(design: Design) -> Advice:
    """Adam at its usual rate."""
    editor = SpecEditor(design)
    editor.training["optimizer"] = Adam().model_dump(mode="json")
    return advice(
        "adam",
        LocalizedText(
            "Use adam: it scales the step of every weight by the size of its own gradient.",
            "Usa adam: ajusta el paso de cada peso al tamaño de su propio gradiente.",
        ),
        editor,
    )


def larger_batch(design: Design) -> Advice:
    """A batch four times as large, at most all rows."""
    editor = SpecEditor(design)
    batch = editor.training["batch_size"]
    editor.training["batch_size"] = max(batch, min(4 * batch, design.shape.train_rows))
    return advice(
        "larger_batch",
        LocalizedText(
            "Use a larger batch: its gradient is less noisy.",
            "Usa un lote más grande: su gradiente es menos ruidoso.",
        ),
        editor,
    )


def longer(design: Design, steps: int) -> Advice:
    """As many epochs as these optimizer steps need."""
    editor = SpecEditor(design)
    epochs = -(-steps // design.steps_per_epoch)
    editor.training["epochs"] = max(epochs, editor.training["epochs"])
    return advice(
        "more_epochs",
        LocalizedText(
            f"Train longer, for instance {epochs} epochs.",
            f"Entrena más tiempo, por ejemplo {epochs} épocas.",
        ),
        editor,
    )
