"""Presets S5 and S5b: a network of mixed activations on two spirals."""

from __future__ import annotations

from typing import Any

from models.presets.preset import Preset
from models.text import LocalizedText

HE_AVERAGE = {"type": "variance_scaling", "scale": 2, "mode": "fan_avg", "distribution": "uniform"}


def _job(name: str, first: Any, third: Any) -> dict[str, Any]:
    """The notebook's spirals and network, with these initializers on the two ReLU layers."""
    return {
        "name": name,
        "data": {
            "source": {"type": "two_spirals", "n_samples": 1000, "noise": 0.8, "random_state": 1},
            "scaler": {"type": "standard", "fit_on": "train"},
            "split": {"type": "random", "test_size": 0.2, "random_state": 1, "stratify": False},
        },
        "architecture": {
            "layers": [
                {"type": "dense", "units": 40, "activation": "relu", "kernel_initializer": first},
                {"type": "dense", "units": 12, "activation": "tanh", "kernel_initializer": "glorot_normal"},
                {"type": "dense", "units": 40, "activation": "relu", "kernel_initializer": third},
                {"type": "dense", "units": 12, "activation": "tanh", "kernel_initializer": "glorot_normal"},
                {"type": "dense", "units": 1, "activation": "sigmoid", "kernel_initializer": "glorot_uniform"},
            ],
        },
        "training": {
            "optimizer": "sgd",
            "loss": "binary_crossentropy",
            "metrics": ["accuracy"],
            "epochs": 200,
            "batch_size": 32,
            "validation": None,
        },
        "seed": 1,
    }


PRESETS = (
    Preset(
        "S5",
        LocalizedText("Each activation with its initializer", "Cada activación con su inicializador"),
        LocalizedText(
            "Two spirals, and a network in which each layer starts as its activation asks: He for ReLU, Glorot for "
            "tanh and sigmoid. Plain SGD, no validation while it trains; the test rows are read at the end. The "
            "notebook does not seed its spirals; this one does.",
            "Dos espirales y una red en la que cada capa empieza como pide su activación: He para ReLU, Glorot para "
            "tanh y sigmoide. SGD simple, sin validación durante el entrenamiento; la evaluación se hace al final. El "
            "cuaderno no fija la semilla de las espirales; aquí sí.",
        ),
        _job("S5: two spirals", "he_normal", "he_uniform"),
    ),
    Preset(
        "S5b",
        LocalizedText("He's variance over the mean of both fans", "La varianza de He con la media de ambos lados"),
        LocalizedText(
            "As S5, with variance_scaling(2, fan_avg, uniform) on the ReLU layers: He's factor 2 over the mean of "
            "inputs and outputs, which is how the notebook's text writes He's formula. The notebook builds this "
            "network and does not train it.",
            "Como S5, con variance_scaling(2, fan_avg, uniform) en las capas ReLU: el factor 2 de He sobre la media de "
            "entradas y salidas, tal como el texto del cuaderno escribe la fórmula de He. El cuaderno construye esta "
            "red y no la entrena.",
        ),
        _job("S5b: two spirals, fan_avg", HE_AVERAGE, HE_AVERAGE),
    ),
)
