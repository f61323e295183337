"""Defines the quantities of the whole network."""

from __future__ import annotations

from typing import Final

from models.quantities.quantity import Quantity
from models.text import LocalizedText

PASCANU: Final = "Pascanu et al. 2013, arXiv 1211.5063"

OVERALL: Final = (
    Quantity(
        name="gradient_norm",
        scope="network",
        symbol=r"\lVert g \rVert",
        unit="loss / weight",
        formula=r"\sqrt{\sum_k \lVert \partial L / \partial \theta_k \rVert^2}",
        first_epoch=0,
        text=LocalizedText(
            "The norm of the gradient of all trained variables together. Near zero: nothing pulls at the weights; "
            "bursts: the training is about to jump.",
            "La norma del gradiente de todas las variables entrenadas a la vez. Cerca de cero, nada tira de los pesos; "
            "a ráfagas, el entrenamiento está a punto de saltar.",
        ),
        reference=PASCANU,
    ),
    Quantity(
        name="clipped_fraction",
        scope="network",
        symbol=r"c",
        unit="1",
        formula=r"\#\{\text{steps } t: \mathrm{clip}(g^t) \ne g^t\} / \#\{\text{steps}\}",
        first_epoch=1,
        text=LocalizedText(
            "The share of the epoch's steps in which clipping changed the gradient; 0 where none is configured. Always "
            "0: the bound does nothing; near 1: the bound, not the learning rate, sets the pace.",
            "La proporción de pasos de la época en que el recorte cambió el gradiente; 0 si no se configuró. Siempre "
            "0: el límite no hace nada; cerca de 1: el límite, y no la tasa de aprendizaje, marca el ritmo.",
        ),
        reference=PASCANU,
    ),
    Quantity(
        name="clip_scale",
        scope="network",
        symbol=r"\kappa",
        unit="1",
        formula=r"\operatorname{mean}_t\, \lVert \mathrm{clip}(g^t) \rVert / \lVert g^t \rVert",
        first_epoch=1,
        text=LocalizedText(
            "What is left of the gradient's norm after clipping, on average over the epoch's steps; 1 without it.",
            "Lo que queda de la norma del gradiente tras el recorte, en media sobre los pasos de la época; 1 sin "
            "recorte.",
        ),
        reference=PASCANU,
    ),
)
