"""Advises another treatment of the data: scaling, and weights of classes."""

from __future__ import annotations

from models.diagnoses.advice.wording import advice
from models.diagnoses.design import Design
from models.diagnoses.finding import Advice
from models.diagnoses.spec_editor import SpecEditor
from models.specs.encoding import label_key
from models.specs.scalers import Standard
from models.text import LocalizedText


def standardize(design: Design) -> Advice:
    """Each feature to mean 0 and variance 1."""
    editor = SpecEditor(design)
    editor.data["scaler"] = Standard().model_dump(mode="json")
    return advice(
        "standardize_features",
        LocalizedText(
            "Scale the features to mean 0 and variance 1 (standard scaler).",
            "Escala las características a media 0 y varianza 1 (escalador standard).",
        ),
        editor,
    )


def fit_on_train(design: Design) -> Advice:
    """The scaler fitted on the training rows alone."""
    editor = SpecEditor(design)
    editor.data["scaler"]["fit_on"] = "train"
    return advice(
        "fit_scaler_on_train",
        LocalizedText(
            "Fit the scaler on the training rows only.", "Ajusta el escalador solo con las filas de entrenamiento."
        ),
        editor,
    )


def scale_targets() -> Advice:
    """Targets of usual size, which the client must scale."""
    return advice(
        "scale_targets",
        LocalizedText(
            "Divide the targets by their standard deviation after taking off their mean, and undo it on predictions.",
            "Resta la media a los objetivos y divídelos por su desviación típica, y deshazlo en las predicciones.",
        ),
    )


def weigh_classes(design: Design, counts: list[int]) -> Advice:
    """Each class weighs as much as the others together do on average."""
    editor = SpecEditor(design)
    classes = design.shape.classes or ()
    total = sum(counts)
    editor.training["class_weight"] = {
        label_key(label): float(f"{total / (len(counts) * count):.4g}")
        for label, count in zip(classes, counts, strict=True)
        if count
    }
    return advice(
        "class_weight",
        LocalizedText(
            "Weigh the rows of rare classes more (class_weight).",
            "Da más peso a las filas de las clases raras (class_weight).",
        ),
        editor,
    )
