"""Runs rows through a network and keeps what every layer with a kernel receives and returns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import keras
import tensorflow as tf

from models.engine.network.architecture import Node, Skip
from models.engine.probe.batched_states import States, is_softmax
from models.engine.step.fast_ops import fast_op
from models.engine.step.forward import affine

ACTIVATION_LAYERS = (
    keras.layers.Activation,
    keras.layers.LeakyReLU,
    keras.layers.PReLU,
    keras.layers.ELU,
    keras.layers.ReLU,
    keras.layers.Softmax,
)


@dataclass(frozen=True)
class Activated:
    """What an activation made of its input.

    Attributes:
        function: the activation: a function, or a layer.
        u: (N, n) what it was given.
        a: (N, n) what it made of it.
        tape: has watched it.
    """

    function: Any
    u: Any
    a: Any
    tape: Any

    @classmethod
    def of(cls, function: Any, u: Any, call: Callable[[Any], Any] | None = None) -> Activated:
        """Call ``function``, or what is to be called instead, under a tape."""
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(u)
            a = (call or function)(u)
        return cls(function, u, a, tape)

    def slope(self) -> Any:
        """φ'(u), elementwise (N, n); for softmax the diagonal of its Jacobian, p(1 - p)."""
        if is_softmax(self.function):
            return self.a * (1.0 - self.a)
        return self.tape.gradient(self.a, self.u, unconnected_gradients=tf.UnconnectedGradients.ZERO)


@dataclass
class Reading:
    """What one kernel layer received and returned.

    Attributes:
        index: the layer's number, from the input.
        layer: the Keras layer.
        entered: (N, m) what came in.
        z: (N, n) pre-activation.
        a: (N, n) what leaves the layer: after its activation, wherever the spec places that.
        activated: the first non-linear function behind the kernel, which alone can starve it.
    """

    index: int
    layer: Any
    entered: Any
    z: Any
    a: Any
    activated: Activated | None = None


@dataclass
class LayerOutputs:
    """Runs a network and collects a reading of each kernel layer.

    Attributes:
        batch: whether batch normalizations use the statistics of the rows, as while training.
        states: the states in which it is read, all at once; all tensors are (R, n, N) then. Without, it is read as it
            is.
        last: the network's last node, where there are states.
        compiled: whether XLA compiles what is read: activations are fast ones then.
        readings: of the kernel layers so far, from the input.
    """

    batch: bool = False
    states: States | None = None
    last: Any = None
    compiled: bool = False
    readings: list[Reading] = field(default_factory=list)

    def run(self, nodes: Sequence[Node], x: Any) -> Any:
        """The network's output for x (N, D), in inference mode; every kernel layer leaves a reading."""
        for node in nodes:
            if isinstance(node, Skip):
                x = node.add([x, self.run(node.inner, x)])
                continue
            last = node is self.last
            if isinstance(node, keras.layers.Dense):
                z = affine(node, x) if self.states is None else self.states.affine(node, x)
                self.readings.append(Reading(len(self.readings), node, x, z, z))
                x = z if linear(node) else self.activate(node.activation, z, last=last)
            elif isinstance(node, ACTIVATION_LAYERS) and not linear(node):
                x = self.activate(node, x, last=last)
            elif self.states is not None:
                x = self.states.call(node, x)
            else:
                x = node(x, training=self.batch and isinstance(node, keras.layers.BatchNormalization))
            if self.readings:
                self.readings[-1].a = x
        return x

    def activate(self, function: Any, u: Any, *, last: bool) -> Any:
        """What ``function``, an activation or its layer, makes of u (N, n); ``last`` as of :meth:`States.call`."""
        if self.states is not None:
            call = partial(self.states.call, function, last=last)
        else:
            call = fast_op(function) if self.compiled else function
        made = Activated.of(function, u, call)
        if self.readings and self.readings[-1].activated is None:
            self.readings[-1].activated = made
        return made.a


def linear(layer: Any) -> bool:
    """Whether a dense or activation layer passes its input on unchanged."""
    return getattr(layer, "activation", None) is keras.activations.linear
