"""Advises other activations, each with the initializer that belongs to it."""

from __future__ import annotations

from models.diagnoses.advice.wording import advice
from models.diagnoses.design import Design
from models.diagnoses.finding import Advice
from models.diagnoses.spec_editor import SpecEditor
from models.specs import activations as act
from models.specs import initializers as ini
from models.specs.spec import Component
from models.text import LocalizedText


def _all_hidden(design: Design, activation: Component, initializer: Component) -> SpecEditor:
    """Every hidden kernel with this activation and this start."""
    editor = SpecEditor(design)
    for block in design.hidden:
        editor.activate(block, activation)
        editor.initialize(block, initializer)
    return editor


def relu_he(design: Design) -> Advice:
    """ReLU with He's weights: neither flattens on the positive side, and the weights make up for the other one."""
    return advice(
        "relu_he",
        LocalizedText(
            "Use ReLU with He's initializer in the hidden layers: its slope is 1 wherever it is active, and He's "
            "weights keep the size of the signal.",
            "Usa ReLU con el inicializador de He en las capas ocultas: su pendiente es 1 donde está activa y los pesos "
            "de He conservan el tamaño de la señal.",
        ),
        _all_hidden(design, act.Relu(), ini.HeUniform()),
    )


def selu_lecun(design: Design) -> Advice:
    """SELU with LeCun's weights, which keep mean and variance by themselves."""
    return advice(
        "selu_lecun",
        LocalizedText(
            "Use SELU with LeCun's initializer in the hidden layers: together they pull mean 0 and variance 1 from "
            "layer to layer.",
            "Usa SELU con el inicializador de LeCun en las capas ocultas: juntos llevan la media a 0 y la varianza a 1 "
            "de capa en capa.",
        ),
        _all_hidden(design, act.Selu(), ini.LecunNormal()),
    )


def leaky_relu(design: Design) -> Advice:
    """A rectifier that lets a little through below zero, so that no unit can die."""
    return advice(
        "leaky_relu",
        LocalizedText(
            "Use leaky_relu in the hidden layers: it has a small slope below zero, so that a unit can come back.",
            "Usa leaky_relu en las capas ocultas: tiene una pequeña pendiente bajo cero, así una unidad puede volver.",
        ),
        _all_hidden(design, act.LeakyRelu(), ini.HeUniform()),
    )


def nonlinear(design: Design) -> Advice:
    """ReLU behind the hidden kernels that have no activation."""
    editor = SpecEditor(design)
    for block in design.hidden:
        if not block.activations:
            editor.activate(block, act.Relu())
            editor.initialize(block, ini.HeUniform())
    return advice(
        "nonlinear",
        LocalizedText(
            "Give every hidden layer an activation, for instance ReLU.",
            "Pon una activación en cada capa oculta, por ejemplo ReLU.",
        ),
        editor,
    )
