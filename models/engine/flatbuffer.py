"""The network as a LiteRT flatbuffer, which the service runs without TensorFlow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from models.engine.network import Network, run

Floats = NDArray[np.float32]
PARITY_ROWS = 64
TOLERANCE = 1e-4  # of the greatest output: float32 round-off through deep networks


class ExportError(Exception):
    """The network has no exported form that computes what the Keras network computes."""


class Exporter:
    """Exports one network again and again, with other weights each time.

    Converting takes some hundred milliseconds, and for two jobs of one shape the results differ in the weights alone.
    So the first result is searched for the bytes of the weights, and the next ones are made by putting others in their
    place. Whatever the way, the result is run beside Keras before it is given away; where the converter has merged
    weights into something else, they are not found, and each job is converted.

    Args:
        network: what is exported; its variables must hold the weights.
        n_features: D, the width of a row.
    """

    def __init__(self, network: Network, n_features: int) -> None:
        self.network = network
        self.function = tf.function(
            lambda x: run(network.nodes, x, training=False),
            input_signature=[tf.TensorSpec([None, n_features])],
            autograph=False,
        )
        self.template: bytes | None = None
        self.places: list[Place] = []

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
        content = self.convert()
        difference = compare(content, rows, expected)
        if difference is None:
            raise ExportError("the exported network differs from Keras")
        found = places(content, self.weights())
        self.template, self.places = (content, found) if found else (None, [])
        return content, difference

    def weights(self) -> list[Floats]:
        """The values of the variables that decide the output."""
        return [np.asarray(weight.value) for weight in self.network.model.weights if weight.dtype == "float32"]

    def convert(self) -> bytes:
        """The converter's own result.

        Raises:
            ExportError: the format cannot express the network.
        """
        # Without the model beside it the converter freezes the variables; with it they stay variables, which are empty
        # in the interpreter.
        function = self.function.get_concrete_function()
        try:
            content: bytes = tf.lite.TFLiteConverter.from_concrete_functions([function]).convert()
        except Exception as error:  # the converter has no error type of its own for what it cannot express
            raise ExportError(str(error).splitlines()[0]) from error
        return content


class Place(NamedTuple):
    """Where the bytes of a weight stand.

    Attributes:
        at: the offset of the first.
        turned: whether it stands there transposed.
    """

    at: int
    turned: bool


def places(content: bytes, weights: Sequence[Floats]) -> list[Place]:
    """Where each weight stands; nothing, unless each stands in exactly one place of its own."""
    found: list[Place] = []
    for weight in weights:
        forms = {weight.tobytes(): False}
        if weight.ndim == 2:
            forms |= {np.ascontiguousarray(weight.T).tobytes(): True}
        at = [(content.find(form), turned) for form, turned in forms.items() if content.count(form) == 1]
        if len(at) != 1:
            return []
        found.append(Place(*at[0]))
    return found if len({place.at for place in found}) == len(found) else []


def filled(template: bytes, found: Sequence[Place], weights: Sequence[Floats]) -> bytes:
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
