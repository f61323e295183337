"""Make the clipped iris net learn: the notebook's S7, whose gradients are clipped and vanish all the same."""

from __future__ import annotations

from typing import Any

from models.text import LocalizedText
from service.grading.rubric.presets.preset import AssignmentPreset, PresetReference

CLIPPED = {"type": "sgd", "learning_rate": 0.01, "clipnorm": 1}
OUTPUT = {"type": "dense", "units": 3, "activation": "softmax"}


def _dense(activation: str, initializer: str = "glorot_uniform", repeat: int = 1) -> dict[str, Any]:
    layer = {"type": "dense", "units": 4, "activation": activation, "kernel_initializer": initializer}
    return layer if repeat == 1 else {**layer, "repeat": repeat}


def _spec(*layers: dict[str, Any], optimizer: Any = None, **training: Any) -> dict[str, Any]:
    return {
        "architecture": {"layers": [*layers, OUTPUT]},
        "training": {
            "optimizer": optimizer or CLIPPED,
            "loss": "categorical_crossentropy",
            "metrics": ["accuracy"],
            "epochs": 500,
            "batch_size": 10,
            **training,
        },
    }


SIGMOIDS = _dense("sigmoid", repeat=3)

PRESET = AssignmentPreset(
    id="clipped-iris",
    title=LocalizedText("Make the clipped iris network learn", "Haz que aprenda la red de iris con recorte"),
    commentary=LocalizedText(
        "The notebook's S7: three sigmoid layers with clipped gradients, which it leaves at about two thirds. The clip "
        "must stay; it is hardly ever active, and what vanishes cannot be clipped. Other activations cure it, batch "
        "normalization does, and so does a greater step (momentum, a greater rate, Adam). He's initializer does not. "
        "The public task trains on all 150 flowers, as the notebook does; the hidden one keeps 60 of them for the "
        "test, another choice than a student can make.",
        "El S7 del cuaderno: tres capas sigmoides con gradientes recortados, que se queda en unos dos tercios. El "
        "recorte debe quedar; casi nunca actúa, y lo que se desvanece no se puede recortar. Lo curan otras "
        "activaciones, la normalización por lotes y también un paso mayor (momento, una tasa mayor, Adam). El "
        "inicializador de He no. La tarea pública entrena con las 150 flores, como el cuaderno; la oculta guarda 60 "
        "para la evaluación, y no se sabe cuáles.",
    ),
    pass_mark=70,
    document={
        "title": "Make the clipped iris network learn",
        "statement": {
            "en": "Three sigmoid layers of four units, plain gradient descent, gradients clipped to norm 1: this "
            "network should tell three species of iris apart, and does not learn to. Make it learn in at most 500 "
            "epochs and with at most 150 parameters, with three hidden layers or more. Its gradients stay clipped: "
            "clipnorm must be 1. Your network is trained on flowers chosen in a way that you do not know and tested on "
            "the others, five times; the median counts.",
            "es": "Tres capas sigmoides de cuatro unidades, descenso de gradiente simple y gradientes recortados a "
            "norma 1: esta red debería distinguir tres especies de iris y no aprende. Haz que aprenda en un máximo de "
            "500 épocas y con un máximo de 150 parámetros, con tres capas ocultas o más. Sus gradientes siguen "
            "recortados: clipnorm debe ser 1. Tu red se entrena con flores elegidas de un modo que no conoces y se "
            "evalúa con las demás, cinco veces; cuenta la mediana.",
        },
        "data": {"source": "iris", "scaler": {"type": "standard", "fit_on": "all"}, "split": None},
        "hidden_data": {
            "source": "iris",
            "scaler": {"type": "standard", "fit_on": "train"},
            "split": {"type": "random", "test_size": 60, "random_state": 2026, "stratify": True},
        },
        "seeds": {"count": 5, "aggregate": "median", "max": 15},
        "constraints": {
            "max_parameters": 150,
            "max_epochs": 500,
            "fixed": {
                "/training/optimizer/clipnorm": 1,
                "/training/loss": "categorical_crossentropy",
                "/training/batch_size": 10,
            },
        },
        "rubric": [
            {
                "type": "metric",
                "name": "accuracy",
                "metric": "accuracy",
                "split": "test",
                "at_least": 0.85,
                "full_at": 0.9,
                "points": 45,
            },
            {
                "type": "no_finding",
                "name": "no_vanishing",
                "code": "vanishing_gradients",
                "severity": "error",
                "points": 35,
            },
            {"type": "depth", "name": "still_deep", "at_least": 3, "points": 15},
            {"type": "never_diverges", "name": "stable", "points": 5},
        ],
        "quota": {"submissions_per_day": 10, "concurrent": 1},
    },
    references=(
        PresetReference(
            "tanh, Glorot",
            "pass",
            LocalizedText("An activation that is centred.", "Una activación centrada."),
            _spec(_dense("tanh", repeat=3)),
        ),
        PresetReference(
            "relu, He",
            "pass",
            LocalizedText("An activation that does not flatten.", "Una activación que no se aplana."),
            _spec(_dense("relu", "he_normal", repeat=3)),
        ),
        PresetReference(
            "sigmoid, batch normalization",
            "pass",
            LocalizedText("The sigmoids stay where they are steep.", "Las sigmoides quedan donde tienen pendiente."),
            _spec(*[_dense("sigmoid"), {"type": "batch_normalization"}] * 3),
        ),
        PresetReference(
            "sigmoid, momentum",
            "pass",
            LocalizedText("A greater step, still clipped.", "Un paso mayor, aún recortado."),
            _spec(SIGMOIDS, optimizer={**CLIPPED, "momentum": 0.9}),
        ),
        PresetReference(
            "S7: sigmoid, clipnorm",
            "fail",
            LocalizedText("The patient.", "El paciente."),
            _spec(SIGMOIDS),
        ),
        PresetReference(
            "sigmoid, He",
            "fail",
            LocalizedText("An initializer made for relu.", "Un inicializador pensado para relu."),
            _spec(_dense("sigmoid", "he_normal", repeat=3)),
        ),
        PresetReference(
            "S7 with a tenth of the epochs",
            "fail",
            LocalizedText("Less of the same.", "Menos de lo mismo."),
            _spec(SIGMOIDS, epochs=50),
        ),
        PresetReference(
            "S7b: sigmoid, clipvalue",
            "refused",
            LocalizedText("Another clip, which the notebook names.", "Otro recorte, que el cuaderno nombra."),
            _spec(SIGMOIDS, optimizer={"type": "sgd", "learning_rate": 0.01, "clipvalue": 0.5}),
        ),
        PresetReference(
            "tanh without a clip",
            "refused",
            LocalizedText("The clip is part of the task.", "El recorte es parte de la tarea."),
            _spec(_dense("tanh", repeat=3), optimizer={"type": "sgd", "learning_rate": 0.01}),
        ),
    ),
)
