"""Presets S6, S7 and S7b: batch normalization and gradient clipping on the iris data."""

from __future__ import annotations

from typing import Any

from models.presets.preset import Preset
from models.text import LocalizedText


def _job(name: str, layers: list[dict[str, Any]], optimizer: Any) -> dict[str, Any]:
    """The notebook's irises and training around ``layers``."""
    return {
        "name": name,
        "data": {"source": "iris", "scaler": {"type": "standard", "fit_on": "all"}, "split": None},
        "architecture": {"layers": [*layers, {"type": "dense", "units": 3, "activation": "softmax"}]},
        "training": {
            "optimizer": optimizer,
            "loss": "categorical_crossentropy",
            "metrics": ["accuracy"],
            "epochs": 500,
            "batch_size": 10,
        },
        "seed": 1,
    }


RELU = {"type": "dense", "units": 4, "activation": "relu"}
SIGMOIDS = {"type": "dense", "units": 4, "activation": "sigmoid", "repeat": 3}

PRESETS = (
    Preset(
        "S6",
        LocalizedText("Batch normalization in the middle", "Normalización por lotes en medio"),
        LocalizedText(
            "Three small ReLU layers with a batch normalization between the second and the third: of its 16 numbers 8 "
            "are trained (scale and centre) and 8 tracked (mean and variance). All 150 flowers train; none test.",
            "Tres capas ReLU pequeñas con una normalización por lotes entre la segunda y la tercera: de sus 16 números "
            "8 se entrenan (escala y centro) y 8 se registran (media y varianza). Entrenan las 150 flores; no hay "
            "evaluación aparte.",
        ),
        _job("S6: batch normalization", [{**RELU, "repeat": 2}, {"type": "batch_normalization"}, RELU], "sgd"),
    ),
    Preset(
        "S7",
        LocalizedText(
            "Clipping by norm, on gradients that vanish", "Recorte por norma, sobre gradientes que se desvanecen"
        ),
        LocalizedText(
            "Three sigmoid layers, and gradients clipped to norm 1. Look at clipped_fraction: a clip that is never "
            "active cures nothing, and sigmoids make gradients vanish rather than explode. Keras's clipnorm clips each "
            "variable by itself; the notebook's formula is global_clipnorm.",
            "Tres capas sigmoides y gradientes recortados a norma 1. Mira clipped_fraction: un recorte que nunca actúa "
            "no cura nada, y las sigmoides desvanecen los gradientes más que explotarlos. El clipnorm de Keras recorta "
            "cada variable por separado; la fórmula del cuaderno es global_clipnorm.",
        ),
        _job("S7: clipnorm", [SIGMOIDS], {"type": "sgd", "clipnorm": 1}),
    ),
    Preset(
        "S7b",
        LocalizedText("Clipping by value", "Recorte por valor"),
        LocalizedText(
            "As S7, with every entry of the gradient cut at 0.5, which also turns its direction. The notebook names "
            "this remedy and does not run it.",
            "Como S7, con cada componente del gradiente cortada en 0.5, lo que además cambia su dirección. El cuaderno "
            "nombra este remedio y no lo ejecuta.",
        ),
        _job("S7b: clipvalue", [SIGMOIDS], {"type": "sgd", "clipvalue": 0.5}),
    ),
)
