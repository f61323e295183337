"""Presets S1 to S4: one layer or five on the noisy circles, with three initializations."""

from __future__ import annotations

from typing import Any

from models.presets.preset import Preset
from models.text import LocalizedText

UNIFORM = {"type": "random_uniform", "minval": 0, "maxval": 1}


def _job(name: str, layers: list[dict[str, Any]]) -> dict[str, Any]:
    """The notebook's circles and training around ``layers``."""
    return {
        "name": name,
        "data": {
            "source": {"type": "circles", "n_samples": 1000, "noise": 0.1, "random_state": 1},
            "scaler": {"type": "min_max", "feature_range": [-1, 1], "fit_on": "all"},
            "split": {"type": "head", "train_size": 500},
        },
        "architecture": {"layers": layers, "init_sharing": "independent"},
        "training": {
            "optimizer": {"type": "sgd", "learning_rate": 0.01, "momentum": 0.9},
            "loss": "binary_crossentropy",
            "metrics": ["accuracy"],
            "epochs": 500,
            "batch_size": 32,
        },
        "seed": 7,
    }


def _hidden(activation: str, initializer: Any, repeat: int = 1) -> dict[str, Any]:
    """Layers of five units."""
    layer = {"type": "dense", "units": 5, "activation": activation, "kernel_initializer": initializer}
    return layer if repeat == 1 else {**layer, "repeat": repeat}


SIGMOID = {"type": "dense", "units": 1, "activation": "sigmoid"}

PRESETS = (
    Preset(
        "S1",
        LocalizedText("One tanh layer learns the circles", "Una capa tanh aprende los círculos"),
        LocalizedText(
            "A single hidden layer of five tanh units, with weights drawn between 0 and 1: a poor start, but the "
            "gradient has a short way and the network learns. Compare it with S2, which only adds four layers.",
            "Una sola capa oculta de cinco unidades tanh, con pesos sorteados entre 0 y 1: un mal comienzo, pero el "
            "gradiente recorre poco camino y la red aprende. Compáralo con S2, que solo añade cuatro capas.",
        ),
        _job("S1: shallow tanh", [_hidden("tanh", UNIFORM), {**SIGMOID, "kernel_initializer": UNIFORM}]),
    ),
    Preset(
        "S2",
        LocalizedText("Five tanh layers hardly learn", "Cinco capas tanh apenas aprenden"),
        LocalizedText(
            "The same start in five layers: the tanh units saturate, the gradient shrinks from layer to layer on its "
            "way to the input, and training stalls. Look at the gradient norm of the first layer beside the last. (The "
            "notebook hands one initializer object to all layers; Keras 3 would then give them identical weights, "
            "which init_sharing says: here each layer draws its own.)",
            "El mismo comienzo en cinco capas: las unidades tanh se saturan, el gradiente mengua de capa en capa "
            "camino de la entrada y el entrenamiento se estanca. Mira la norma del gradiente de la primera capa junto "
            "a la última. (El cuaderno usa un solo objeto inicializador para todas las capas; Keras 3 les daría pesos "
            "idénticos, y eso lo dice init_sharing: aquí cada capa sortea los suyos.)",
        ),
        _job("S2: deep tanh", [_hidden("tanh", UNIFORM, 5), {**SIGMOID, "kernel_initializer": UNIFORM}]),
    ),
    Preset(
        "S3",
        LocalizedText("ReLU and He bring depth back to life", "ReLU y He devuelven la vida a la red profunda"),
        LocalizedText(
            "As deep as S2, with ReLU and He's initialization: the slope is 1 where a unit is active and the weights "
            "make up for the half that is not, so the gradient arrives at the input.",
            "Tan profunda como S2, con ReLU y la inicialización de He: la pendiente es 1 donde la unidad está activa y "
            "los pesos compensan la mitad que no lo está, así que el gradiente llega a la entrada.",
        ),
        _job("S3: deep ReLU", [_hidden("relu", "he_uniform", 5), SIGMOID]),
    ),
    Preset(
        "S4",
        LocalizedText("SELU keeps its own mean and variance", "SELU conserva su media y su varianza"),
        LocalizedText(
            "As deep as S2, with SELU and LeCun's normal weights: activations pull themselves toward mean 0 and "
            "variance 1. Watch activation_mean and activation_std over the epochs.",
            "Tan profunda como S2, con SELU y los pesos normales de LeCun: las activaciones tienden solas a media 0 y "
            "varianza 1. Observa activation_mean y activation_std a lo largo de las épocas.",
        ),
        _job("S4: deep SELU", [_hidden("selu", "lecun_normal", 5), SIGMOID]),
    ),
)
