"""Exports a network as a LiteRT flatbuffer, which the service runs without TensorFlow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from models.engine.network.architecture import Network, Node, Skip, flat
from models.engine.step.forward import affine

Floats = NDArray[np.float32]
PARITY_ROWS = 64
TOLERANCE = 1e-4  # of the greatest output: float32 round-off through deep networks
FAR = (-1e4, -1e2, 0.0, 1e2, 1e4)  # numbers that training rows hardly hold, in which formulas overflow


class ExportError(Exception):
    """The network has no exported form that computes what the Keras network computes."""


class Exporter:
    """Exports one network again and again, with other weights each time.

    Converting takes some hundred milliseconds, and for two jobs of one shape the results differ in the weights alone.
    So the network is converted once with numbers that tell the weights apart, which are searched for in the result, and
    each job's weights are put in their place. Whatever the way, the result is run beside Keras before it is given away;
    where the converter has merged weights into something else, they are not found, and each job is converted.

    Args:
        network: what is exported; its variables must hold the weights.
        n_features: D, the width of a row.
    """

    def __init__(self, network: Network, n_features: int) -> None:
        self.network = network
        self.n_features = n_features
        self.prepared = False
        self.template: bytes | None = None
        self.places: list[BufferLocation] = []

    def prepare(self) -> None:
        """Make the template, which reads no weights: a program that is being compiled may hold them."""
        if self.prepared:
            return
        self.prepared = True
        random = np.random.default_rng(0)
        sizes = [shape for layer in flat(self.network.nodes) for shape in shapes(layer)]
        markers = [random.uniform(0.5, 1.0, shape).astype(np.float32) for shape in sizes]
        try:
            content = self.convert(markers)
        except ExportError:
            return  # it is said where a job's network is exported
        found = places(content, markers)
        if found:
            self.template, self.places = content, found

    def export(self, rows: Floats, expected: Floats) -> tuple[bytes, float]:
        """The flatbuffer, and the greatest difference from Keras on some rows.

        Args:
            rows: (N, D) as the network reads them.
            expected: (N, K) what Keras makes of them.

        Raises:
            ExportError: the format cannot express the network, or an output differs by more than round-off.
        """
        rows, expected = np.ascontiguousarray(rows[:PARITY_ROWS]), expected[:PARITY_ROWS]
        if self.template is not None:
            content = filled(self.template, self.places, self.weights())
            difference = compare(content, rows, expected)
            if difference is not None:
                return content, difference
        content = self.convert(self.weights())
        difference = compare(content, rows, expected)
        if difference is None:
            raise ExportError("the exported network differs from Keras")
        return content, difference

    def weights(self) -> list[Floats]:
        """The numbers that decide the output, layer after layer: weights, and of a normalization scale and shift."""
        return [value for layer in flat(self.network.nodes) for value in numbers(layer)]

    def convert(self, weights: Sequence[Floats]) -> bytes:
        """The converter's own result for a network with these weights.

        Raises:
            ExportError: the format cannot express the network.
        """

        def answer(x: Any) -> Any:
            return frozen(self.network.nodes, x, iter(weights))

        rows = tf.TensorSpec([None, self.n_features])
        function = tf.function(answer, input_signature=[rows], autograph=False).get_concrete_function()
        try:
            content: bytes = tf.lite.TFLiteConverter.from_concrete_functions([function]).convert()
        except Exception as error:  # the converter has no error type of its own for what it cannot express
            raise ExportError(str(error).splitlines()[0]) from error
        return content


def far_rows(n_features: int) -> Floats:
    """Rows (R, D) far outside of training data: each number of ``FAR`` in all columns, and with signs in turn."""
    signs = np.where(np.arange(n_features) % 2 == 0, 1.0, -1.0)
    return np.asarray([number * each for number in FAR for each in (np.ones(n_features), signs)], np.float32)


def softplus(x: Any) -> Any:
    """max(x, 0) + ln(1 + e^-|x|); the converter's own form, ln(1 + e^x), overflows beyond 88."""
    return tf.maximum(x, 0.0) + tf.math.log(1.0 + tf.exp(-tf.abs(x)))


def log_sigmoid(x: Any) -> Any:
    """min(x, 0) - ln(1 + e^-|x|), for the same reason."""
    return tf.minimum(x, 0.0) - tf.math.log(1.0 + tf.exp(-tf.abs(x)))


STABLE: Mapping[Any, Callable[[Any], Any]] = MappingProxyType(
    {keras.activations.softplus: softplus, keras.activations.log_sigmoid: log_sigmoid}
)


def numbers(layer: Any) -> list[Floats]:
    """The numbers that decide what a layer makes of its input in inference mode."""
    if not isinstance(layer, keras.layers.BatchNormalization):
        return [np.asarray(weight.value) for weight in layer.weights]
    scale: Floats = np.reciprocal(np.sqrt(np.asarray(layer.moving_variance, np.float32) + np.float32(layer.epsilon)))
    scale = scale if layer.gamma is None else scale * np.asarray(layer.gamma)
    shift: Floats = -np.asarray(layer.moving_mean) * scale
    return [scale, shift if layer.beta is None else shift + np.asarray(layer.beta)]


def shapes(layer: Any) -> list[tuple[int, ...]]:
    """The shapes of its :func:`numbers`."""
    if isinstance(layer, keras.layers.BatchNormalization):
        return [tuple(layer.moving_variance.shape)] * 2
    return [tuple(weight.shape) for weight in layer.weights]


def frozen(nodes: Sequence[Node], x: Any, given: Iterator[Floats]) -> Any:
    """The output of ``nodes`` for x (N, D) in inference mode, with the :func:`numbers` of its layers for constants."""
    for node in nodes:
        if isinstance(node, Skip):
            x = node.add([x, frozen(node.inner, x, given)])
        elif isinstance(node, keras.layers.BatchNormalization):
            # In another rank, across which the converter does not merge it into the weights of its neighbours.
            x = tf.reshape(tf.expand_dims(x, 1) * next(given) + next(given), [-1, x.shape[1]])
        else:
            held = [(weight, tf.constant(next(given))) for weight in node.weights]
            stable = STABLE.get(getattr(node, "activation", None))
            with keras.StatelessScope(state_mapping=held):
                if stable is None:
                    x = node(x, training=False)
                else:
                    x = stable(affine(node, x) if isinstance(node, keras.layers.Dense) else x)
    return x


class BufferLocation(NamedTuple):
    """Where the bytes of a weight stand.

    Attributes:
        at: the offset of the first.
        turned: whether it stands there transposed.
    """

    at: int
    turned: bool


def places(content: bytes, weights: Sequence[Floats]) -> list[BufferLocation]:
    """Where each weight stands; nothing, unless each stands in exactly one place of its own."""
    found: list[BufferLocation] = []
    for weight in weights:
        forms = {weight.tobytes(): False}
        if weight.ndim == 2:
            forms |= {np.ascontiguousarray(weight.T).tobytes(): True}
        at = [(content.find(form), turned) for form, turned in forms.items() if content.count(form) == 1]
        if len(at) != 1:
            return []
        found.append(BufferLocation(*at[0]))
    return found if len({place.at for place in found}) == len(found) else []


def filled(template: bytes, found: Sequence[BufferLocation], weights: Sequence[Floats]) -> bytes:
    """The template with other weights."""
    content = bytearray(template)
    for place, weight in zip(found, weights, strict=True):
        content[place.at : place.at + weight.nbytes] = (weight.T if place.turned else weight).tobytes()
    return bytes(content)


def compare(content: bytes, rows: Floats, expected: Floats) -> float | None:
    """The greatest difference of what a flatbuffer answers from what Keras does; None beyond round-off.

    Raises:
        ExportError: it does not run.
    """
    try:
        got = answers(content, rows)
    except (RuntimeError, ValueError) as error:  # what the interpreter raises for an operation that it does not know
        raise ExportError(str(error).splitlines()[0]) from error
    finite = np.isfinite(expected)
    difference = float(np.max(np.abs(got - expected)[finite], initial=0.0))
    scale = float(np.max(np.abs(expected[finite]), initial=1.0))
    return difference if difference <= TOLERANCE * scale else None


def difference_far_out(content: bytes, rows: Floats, expected: Floats) -> float | None:
    """The greatest difference on rows far outside of the training data, each over its row's greatest output.

    Args:
        content: a flatbuffer.
        rows: (R, D) of :func:`far_rows`.
        expected: (R, K) what Keras makes of them; rows that overflow there, too, say nothing.

    Returns:
        None where the flatbuffer overflows and Keras does not.
    """
    told = np.isfinite(expected).all(axis=1)
    got, wanted = answers(content, rows)[told].astype(np.float64), expected[told].astype(np.float64)
    if not np.isfinite(got).all():
        return None
    scale = np.maximum(np.abs(wanted).max(axis=1, keepdims=True, initial=0.0), 1.0)
    return float(np.max(np.abs(got - wanted) / scale, initial=0.0))


def answers(content: bytes, rows: Floats) -> Floats:
    """What a flatbuffer makes of rows."""
    interpreter: Any = Interpreter(model_content=content)
    given = interpreter.get_input_details()[0]["index"]
    interpreter.resize_tensor_input(given, rows.shape)
    interpreter.allocate_tensors()
    interpreter.set_tensor(given, rows)
    interpreter.invoke()
    got: Floats = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    return got
