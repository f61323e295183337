"""Draws the patches of the random control: the kinds of changes that advice makes, made blindly.

A cure must be better than a change that nobody has thought about (Kim et al. found that published repairs of networks
often are not). The space has these kinds, each with its moves:

- ``activation``: every hidden layer gets one of ten activations, and keeps its weights' start;
- ``initializer``: every hidden kernel starts from one of eight initializers;
- ``optimizer``: one of five optimizers at Keras's rate;
- ``learning_rate``: times or divided by 3 or 10;
- ``normalization``: batch or layer normalization between each hidden kernel and its activation;
- ``penalty``: an L2 penalty on the hidden kernels, or a dropout in front of the output layer;
- ``clipping``: of the whole gradient to norm 1, or none;
- ``batch_size``: twice or half as large, with the epochs that keep the number of steps;
- ``scaler``: standard or to the range from -1 to 1.

A kind is drawn first, then a move of it, both evenly.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import cache, partial
from random import Random
from typing import NamedTuple

from models.diagnoses.advice import clipping, penalties
from models.diagnoses.advice.layers import normalized
from models.diagnoses.advice.rates import scaled
from models.diagnoses.design import Design
from models.diagnoses.finding import Operation
from models.diagnoses.spec_editor import SpecEditor
from models.specs import activations as act
from models.specs import initializers as ini
from models.specs import optimizers as opt
from models.specs.canonical import canonical, spec_hash
from models.specs.job import TrainingJobSpec
from models.specs.layers import BatchNormalization, LayerNormalization
from models.specs.scalers import MinMax, Standard
from models.specs.spec import Component
from models.trials.patching import Put, apply
from models.trials.proposal import Proposal, Unfit, propose

Move = Callable[[Design], list[Operation]]


class Drawn(NamedTuple):
    """A random change.

    Attributes:
        kind: of the space.
        patch: on the canonical document.
        proposal: what it makes of the base.
    """

    kind: str
    patch: list[Operation]
    proposal: Proposal


def _activate(activation: Component, design: Design) -> list[Operation]:
    editor = SpecEditor(design)
    for block in design.hidden:
        editor.activate(block, activation)
    return editor.patch()


def _initialize(initializer: Component, design: Design) -> list[Operation]:
    editor = SpecEditor(design)
    for block in design.hidden:
        editor.initialize(block, initializer)
    return editor.patch()


def _optimize(optimizer: Component, design: Design) -> list[Operation]:
    editor = SpecEditor(design)
    editor.training["optimizer"] = optimizer.model_dump(mode="json")
    return editor.patch()


def _rate(factor: float, design: Design) -> list[Operation]:
    return scaled(design, factor).patch()


def _scale(component: Component, design: Design) -> list[Operation]:
    editor = SpecEditor(design)
    editor.data["scaler"] = component.model_dump(mode="json")
    return editor.patch()


def _batch(factor: float, design: Design) -> list[Operation]:
    editor = SpecEditor(design)
    size = max(1, int(editor.training["batch_size"] * factor))
    editor.training["batch_size"] = min(size, max(design.shape.train_rows, 1))
    return editor.patch()


def _normalize(layer: BatchNormalization | LayerNormalization, design: Design) -> list[Operation]:
    return normalized(design, layer).patch()


@cache
def space() -> dict[str, tuple[Move, ...]]:
    """Every move by its kind; made when it is first asked for."""
    activations = (
        act.Relu(),
        act.LeakyRelu(),
        act.Elu(),
        act.Selu(),
        act.Gelu(),
        act.Silu(),
        act.Softplus(),
        act.Tanh(),
        act.Softsign(),
        act.Sigmoid(),
    )
    initializers = (
        ini.GlorotUniform(),
        ini.GlorotNormal(),
        ini.HeUniform(),
        ini.HeNormal(),
        ini.LecunNormal(),
        ini.Orthogonal(),
        ini.RandomNormal(),
        ini.RandomUniform(),
    )
    optimizers = (opt.Sgd(), opt.Adam(), opt.Nadam(), opt.RmsProp(), opt.Adagrad())
    return {
        "activation": tuple(partial(_activate, one) for one in activations),
        "initializer": tuple(partial(_initialize, one) for one in initializers),
        "optimizer": tuple(partial(_optimize, one) for one in optimizers),
        "learning_rate": tuple(partial(_rate, factor) for factor in (0.1, 1 / 3, 3.0, 10.0)),
        "normalization": tuple(partial(_normalize, one) for one in (BatchNormalization(), LayerNormalization())),
        "penalty": (lambda design: penalties.decay(design).patch, lambda design: penalties.dropout(design).patch),
        "clipping": (lambda design: clipping.by_norm(design).patch, lambda design: clipping.none(design).patch),
        "batch_size": tuple(partial(_batch, factor) for factor in (2.0, 0.5)),
        "scaler": tuple(partial(_scale, one) for one in (Standard(), MinMax(feature_range=(-1.0, 1.0)))),
    }


def draw(base: TrainingJobSpec, advised: Collection[str], seed: int) -> Drawn | None:
    """A random change that trains, passes the gate, and is none of those advised.

    Args:
        base: what is to be changed.
        advised: hashes of the specs that the advised patches lead to.
        seed: equal seeds draw equally.

    Returns:
        The change; None where nothing in the space changes this spec into another that may be trained.
    """
    design, before = Design(base), canonical(base)
    for kind, move in _order(Random(seed)):  # noqa: S311 - a draw, not a secret
        patch = move(design)
        if not patch:
            continue
        try:
            found = propose(base, apply(before, [Put(op=part.op, path=part.path, value=part.value) for part in patch]))
        except Unfit:
            continue
        if found.changes and not found.gate and spec_hash(found.spec) not in advised:
            return Drawn(kind, patch, found)
    return None


def _order(random: Random) -> Iterator[tuple[str, Move]]:
    """All moves in the order in which they are tried: one of each kind, then another one of each, and so on."""
    kinds = list(space())
    random.shuffle(kinds)
    left = {kind: random.sample(moves, len(moves)) for kind, moves in space().items()}
    while any(left.values()):
        for kind in kinds:
            if left[kind]:
                yield kind, left[kind].pop()
