"""Cure the deep tanh net: the notebook's S2, within 200 parameters."""

from __future__ import annotations

from typing import Any

from models.text import LocalizedText
from service.grading.rubric.presets.preset import AssignmentPreset, PresetReference

UNIFORM = {"type": "random_uniform", "minval": 0, "maxval": 1}
TRAINING = {
    "optimizer": {"type": "sgd", "learning_rate": 0.01, "momentum": 0.9},
    "loss": "binary_crossentropy",
    "metrics": ["accuracy"],
    "epochs": 500,
    "batch_size": 32,
}


def _data(rows: int, state: int) -> dict[str, Any]:
    """Circles, of which 500 train."""
    return {
        "source": {"type": "circles", "n_samples": rows, "noise": 0.1, "random_state": state},
        "scaler": {"type": "min_max", "feature_range": [-1, 1], "fit_on": "all"},
        "split": {"type": "head", "train_size": 500},
    }


def _dense(activation: str, initializer: Any = "glorot_uniform", units: int = 5, repeat: int = 1) -> dict[str, Any]:
    layer = {"type": "dense", "units": units, "activation": activation, "kernel_initializer": initializer}
    return layer if repeat == 1 else {**layer, "repeat": repeat}


def _spec(*layers: dict[str, Any], **architecture: Any) -> dict[str, Any]:
    return {"architecture": {"layers": list(layers), **architecture}, "training": TRAINING}


OUTPUT = _dense("sigmoid", units=1)
POOR_OUTPUT = _dense("sigmoid", UNIFORM, units=1)

PRESET = AssignmentPreset(
    id="deep-tanh",
    title=LocalizedText("Cure the deep tanh network", "Cura la red profunda con tanh"),
    commentary=LocalizedText(
        "The notebook's S2: five tanh layers with weights between 0 and 1 hardly learn. Optimizer, loss, epochs and "
        "batches are fixed, and so is the depth, by a check of a quarter of the points: a shallow network (S1) learns, "
        "but cures nothing and does not pass. The hidden circles have 1500 test rows, on which chance moves an "
        "accuracy by one point. After 75 epochs the gradient of the first layer is no smaller than that of the last "
        "one in networks that learn, and a third of it in most draws of S2; before training the two overlap far more.",
        "El S2 del cuaderno: cinco capas tanh con pesos entre 0 y 1 apenas aprenden. Optimizador, pérdida, épocas y "
        "lotes están fijados, y también la profundidad, con un criterio que vale la cuarta parte de los puntos: una "
        "red poco profunda (S1) aprende, pero no cura nada y no aprueba. Los círculos ocultos tienen 1500 filas de "
        "evaluación, en las que el azar mueve la exactitud un punto. Tras 75 épocas el gradiente de la primera capa no "
        "es menor que el de la última en las redes que aprenden, y es un tercio de él en la mayoría de los sorteos de "
        "S2; antes de entrenar ambos casos se solapan mucho más.",
    ),
    pass_mark=80,
    document={
        "title": "Cure the deep tanh network",
        "statement": {
            "en": "Five hidden tanh layers whose weights start between 0 and 1 do not learn these two circles: the "
            "gradient vanishes on its way to the input. Cure the network: keep at least five hidden layers and at most "
            "200 parameters, keep the optimizer, the epochs and the batches, and change what you like in the layers. "
            "Your network is trained on circles that you have not seen, with starts that you do not know, five times; "
            "the median counts.",
            "es": "Cinco capas ocultas tanh cuyos pesos empiezan entre 0 y 1 no aprenden estos dos círculos: el "
            "gradiente se desvanece camino de la entrada. Cura la red: conserva al menos cinco capas ocultas y como "
            "máximo 200 parámetros, conserva el optimizador, las épocas y los lotes, y cambia lo que quieras en las "
            "capas. Tu red se entrena con círculos que no has visto y con comienzos que no conoces, cinco veces; "
            "cuenta la mediana.",
        },
        "data": _data(1000, 1),
        "hidden_data": _data(2000, 2026),
        "seeds": {"count": 5, "aggregate": "median", "max": 15},
        "constraints": {
            "max_parameters": 200,
            "max_epochs": 500,
            "fixed": {
                "/training/optimizer": TRAINING["optimizer"],
                "/training/loss": "binary_crossentropy",
                "/training/epochs": 500,
                "/training/batch_size": 32,
            },
        },
        "rubric": [
            {
                "type": "metric",
                "name": "accuracy",
                "metric": "accuracy",
                "split": "test",
                "at_least": 0.7,
                "full_at": 0.77,
                "points": 25,
            },
            {
                "type": "no_finding",
                "name": "no_vanishing",
                "code": "vanishing_gradients",
                "severity": "error",
                "points": 25,
            },
            {
                "type": "gradient_ratio",
                "name": "gradient_arrives",
                "from": "first",
                "to": "last",
                "epoch": 75,
                "at_least": 1,
                "points": 15,
            },
            {"type": "depth", "name": "still_deep", "at_least": 5, "points": 25},
            {"type": "parameter_budget", "name": "small", "at_most": 200, "points": 10},
        ],
        "quota": {"submissions_per_day": 10, "concurrent": 1},
    },
    references=(
        PresetReference(
            "S3: relu, He",
            "pass",
            LocalizedText("The notebook's cure with ReLU.", "La cura del cuaderno con ReLU."),
            _spec(_dense("relu", "he_uniform", repeat=5), OUTPUT),
        ),
        PresetReference(
            "S4: selu, LeCun",
            "pass",
            LocalizedText("The notebook's cure with SELU.", "La cura del cuaderno con SELU."),
            _spec(_dense("selu", "lecun_normal", repeat=5), OUTPUT),
        ),
        PresetReference(
            "tanh, Glorot",
            "pass",
            LocalizedText("Only the initializer is another one.", "Solo cambia el inicializador."),
            _spec(_dense("tanh", repeat=5), OUTPUT),
        ),
        PresetReference(
            "leaky relu, He",
            "pass",
            LocalizedText("ReLU that cannot die.", "ReLU que no puede morir."),
            _spec(_dense("leaky_relu", "he_normal", repeat=5), OUTPUT),
        ),
        PresetReference(
            "S2: tanh, weights from 0 to 1",
            "fail",
            LocalizedText("The patient.", "El paciente."),
            _spec(_dense("tanh", UNIFORM, repeat=5), POOR_OUTPUT),
        ),
        PresetReference(
            "S2, one draw for all layers",
            "fail",
            LocalizedText(
                "The patient as Keras 3 builds it of one initializer object.",
                "El paciente como lo construye Keras 3 con un solo inicializador.",
            ),
            _spec(_dense("tanh", UNIFORM, repeat=5), POOR_OUTPUT, init_sharing="shared"),
        ),
        PresetReference(
            "S1: one layer",
            "fail",
            LocalizedText("It learns, but it is not deep.", "Aprende, pero no es profunda."),
            _spec(_dense("tanh", UNIFORM), POOR_OUTPUT),
        ),
        PresetReference(
            "sigmoid, Glorot",
            "fail",
            LocalizedText(
                "The usual initializer does not save sigmoids.", "El inicializador habitual no salva a las sigmoides."
            ),
            _spec(_dense("sigmoid", repeat=5), OUTPUT),
        ),
        PresetReference(
            "relu, weights from 0 to 1",
            "fail",
            LocalizedText(
                "Another activation alone: all units die.", "Solo otra activación: mueren todas las unidades."
            ),
            _spec(_dense("relu", UNIFORM, repeat=5), POOR_OUTPUT),
        ),
        PresetReference(
            "S4 with more epochs",
            "refused",
            LocalizedText("The training is fixed.", "El entrenamiento está fijado."),
            {
                **_spec(_dense("selu", "lecun_normal", repeat=5), OUTPUT),
                "training": {**TRAINING, "epochs": 1000},
            },
        ),
        PresetReference(
            "S4 with wider layers",
            "refused",
            LocalizedText("More than 200 parameters.", "Más de 200 parámetros."),
            _spec(_dense("selu", "lecun_normal", units=8, repeat=5), OUTPUT),
        ),
    ),
)
