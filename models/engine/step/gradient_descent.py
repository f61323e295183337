"""Makes one step of gradient descent, as Keras makes it."""

from __future__ import annotations

from functools import reduce
from typing import Any

import keras
import tensorflow as tf

from models.engine.instantiate import instantiate
from models.engine.network.architecture import Network
from models.engine.network.initial_weights import initial
from models.engine.step import small_matmul
from models.engine.step.fast_ops import fast_op, magnitude
from models.engine.step.forward import affine, run
from models.engine.step.loop_fusion import STEP, unfused
from models.engine.step.packing import Packing
from models.specs.job import TrainingJobSpec
from models.specs.optimizers import CLIP_MODES


class GradientDescent:
    """A network's loss, gradient and optimizer.

    Args:
        spec: the first of the jobs that it serves.
        network: of that job.
        jit: whether XLA compiles its steps.

    Attributes:
        network: what is trained.
        packing: its trainable variables in few vectors; these are what the optimizer moves.
        loss: Keras's loss object.
        clipper: Keras's optimizer as the spec has it: it clips, and steps nothing.
        optimizer: the same without clipping: it steps.
        vectorized: whether products of its steps can be vector code.
    """

    def __init__(self, spec: TrainingJobSpec, network: Network, *, jit: bool = True) -> None:
        self.network = network
        self.vectorized = jit
        self.packing = Packing(network.model.trainable_variables)
        self.loss = instantiate(spec.training.loss)
        self.loss.fn = fast_op(self.loss.fn)
        self.clipper = instantiate(spec.training.optimizer)
        self.optimizer = instantiate(unclipped(spec.training.optimizer))
        self.optimizer.build(self.packing.vectors)
        self.rested: tuple[Any, list[Any]] | None = None  # the last spec of an optimizer, and its state before a step
        self.clips = any(getattr(self.clipper, mode) is not None for mode in CLIP_MODES)
        self.constrained = any(variable.constraint is not None for variable in self.packing.variables)

    def begin(self, spec: TrainingJobSpec) -> None:
        """Take the initial weights of a job of this shape, and what its optimizer remembers before its first step."""
        drawn = initial(spec, self.network.model.input_shape[1])
        first = {id(variable): value for variable, value in zip(self.network.variables, drawn, strict=True)}
        vectors = self.packing.pack([first[id(variable)] for variable in self.packing.variables])
        for variable, value in zip(self.packing.vectors, vectors, strict=True):
            variable.assign(value)
        for variable in self.network.moving:
            variable.assign(first[id(variable)])
        if self.rested is None or self.rested[0] != spec.training.optimizer:
            optimizer = instantiate(unclipped(spec.training.optimizer))
            optimizer.build(self.packing.vectors)
            self.rested = spec.training.optimizer, [variable.value for variable in variables_of(optimizer)]
        for variable, value in zip(variables_of(self.optimizer), self.rested[1], strict=True):
            variable.assign(value)

    def unfused(self, rows: int) -> bool:
        """Whether a loop of steps of ``rows`` rows is better off in pieces."""
        return unfused(self.network, rows, STEP, vectorized=self.vectorized)

    def dense(self, layer: Any, x: Any) -> Any:
        """Compute z = x W + b (B, n) of a dense layer of a step."""
        vectorized = self.vectorized and not self.unfused(x.shape[0])
        return small_matmul.affine(layer, x) if vectorized else affine(layer, x)

    def loss_of(self, y: Any, output: Any, weight: Any) -> Any:
        """The scalar loss of a batch with the penalties of its layers, as ``Model.compute_loss`` adds them."""
        parts = [self.mean_loss(y, output, weight), *map(tf.reduce_sum, self.network.model.losses)]
        return parts[0] if len(parts) == 1 else tf.add_n(parts)

    def mean_loss(self, y: Any, output: Any, weight: Any) -> Any:
        """What Keras's loss object makes of a batch: the rows' losses, weighted, over the number of rows.

        Keras divides by a number that it computes from the shape, where it may be zero; with the gradient of that it
        takes twenty operations more.
        """
        losses = self.loss.call(y, output)
        if getattr(losses, "_keras_mask", None) is not None:  # rows that the loss leaves out
            return self.loss(y, output, sample_weight=weight)
        return tf.reduce_mean(losses if weight is None else losses * weight)

    def assess(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Loss and output of some rows in inference mode, with the values of the vectors."""
        mapping = self.packing.mapping(self.packing.unpack(self.packing.values()))
        with keras.StatelessScope(state_mapping=mapping, collect_losses=True):
            output = run(self.network.nodes, x, training=False)
            return self.loss_of(y, output, None), output

    def step(self, x: Any, y: Any, weight: Any, rate: Any) -> tuple[Any, Any, Any]:
        """One step on a batch; all variables have moved when it returns.

        Args:
            x: (B, D) features.
            y: (B, K) targets.
            weight: (B,) sample weights or None.
            rate: the step's learning rate.

        Returns:
            The batch's loss before the step; its outputs (B, K'); whether the gradient was clipped (0 or 1) and by
            what factor its norm shrank.
        """
        vectors = self.packing.values()
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(vectors)
            mapping = self.packing.mapping(self.packing.unpack(vectors))
            with keras.StatelessScope(state_mapping=mapping, collect_losses=True) as scope:
                output = run(self.network.nodes, x, training=True, dense=self.dense)
                loss = self.loss_of(y, output, weight)
        gradients = tape.gradient(loss, vectors, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        for variable in self.network.moving:
            moved = scope.get_current_value(variable)
            if moved is not None:  # running averages, random states
                variable.assign(moved)
        gradients, clipping = self.clip(gradients)
        self.optimizer._learning_rate.assign(rate)  # noqa: SLF001 - the public setter refuses tensors
        self.optimizer.apply(gradients, self.packing.vectors)
        if self.constrained:
            self.constrain()
        return loss, output, clipping

    def clip(self, gradients: list[Any]) -> tuple[list[Any], Any]:
        """The gradients as Keras clips them, and what that did: (2,) clipped or not, factor."""
        if not self.clips:
            return gradients, tf.constant([0.0, 1.0])
        limit = self.clipper.clipnorm
        if limit is None:  # entry by entry or all together: how they are grouped does not matter
            clipped = list(self.clipper._clip_gradients(gradients))  # noqa: SLF001 - what Keras really does to them
        else:  # as Keras computes it for one variable after the other
            norms = self.packing.norms(gradients)
            clipped = [g * limit / tf.maximum(norm, limit) for g, norm in zip(gradients, norms, strict=True)]
        square, after = square_of(gradients), square_of(clipped)
        # A factor this close to one is the round-off of multiplying by it.
        changed = reduce(
            tf.logical_or,
            [
                tf.reduce_any(magnitude(before - now) > 1e-6 * magnitude(before))
                for before, now in zip(gradients, clipped, strict=True)
            ],
        )
        nothing = tf.cast(square == 0.0, tf.float32)
        return clipped, tf.stack([tf.cast(changed, tf.float32), tf.sqrt((after + nothing) / (square + nothing))])

    def constrain(self) -> None:
        """Bring the variables back to where their constraints allow, after a step."""
        pieces = [
            piece if variable.constraint is None else variable.constraint(piece)
            for variable, piece in self.packing.mapping(self.packing.unpack(self.packing.values()))
        ]
        for vector, value in zip(self.packing.vectors, self.packing.pack(pieces), strict=True):
            vector.assign(value)


def square_of(gradients: list[Any]) -> Any:
    """The square of the norm of some tensors together."""
    squares = [tf.reduce_sum(tf.square(gradient)) for gradient in gradients]
    return squares[0] if len(squares) == 1 else tf.add_n(squares)


def unclipped(optimizer: Any) -> Any:
    """The spec of the same optimizer without clipping, at a constant rate: steps are given theirs."""
    rate = optimizer.learning_rate
    plain = {"learning_rate": rate if isinstance(rate, int | float) else 0.0}
    return optimizer.model_copy(update=plain | dict.fromkeys(CLIP_MODES))


def variables_of(optimizer: Any) -> list[Any]:
    """All that an optimizer remembers; Nadam keeps a variable that it does not list."""
    listed = list(optimizer.variables)
    known = {id(variable) for variable in listed}
    hidden = [v for v in vars(optimizer).values() if isinstance(v, keras.Variable) and id(v) not in known]
    return [*listed, *hidden]
