"""Writes the whole script of a job."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from models.script import data
from models.script.expressions import Shared, call
from models.specs.encoding import metric_columns
from models.specs.geometry import job_shape
from models.specs.initializers import InitializerBase
from models.specs.job import TrainingJobSpec
from models.specs.layers import LayerBase, Residual
from models.specs.splits import Random

SHUFFLE = 1  # the stream of random numbers that orders the rows, see models/engine/data/shuffles.py
VALIDATION_ROWS = 4096


def write(spec: TrainingJobSpec, versions: Mapping[str, str]) -> str:
    """A plain Keras program that repeats a job: same rows, same initial weights, same order of the rows.

    Its result differs from the job's by round-off, which training may amplify, and by chance where layers draw noise:
    those numbers come from another generator.

    Args:
        spec: the job.
        versions: with which the job has been trained.
    """
    parts = [
        _head(spec, versions),
        _imports(spec),
        _recipe(spec),
        ["# The rows.", *data.source(spec), *data.split(spec), *data.scaling(spec), *data.targets(spec)],
        ["# The network.", f"keras.utils.set_random_seed({spec.seed % 2**32})", *_network(spec)],
        ["# The training.", *_training(spec)],
        _evaluation(spec),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _head(spec: TrainingJobSpec, versions: Mapping[str, str]) -> list[str]:
    used = ", ".join(f"{name} {version}" for name, version in versions.items())
    named = [] if spec.name is None else [f"# Name: {spec.name!a}"]
    return [
        '"""Repeats a job of Gradient Clinic in plain Keras."""',
        *named,
        *([f"# Trained with {used}."] if used else []),
    ]


def _imports(spec: TrainingJobSpec) -> list[str]:
    targets = [part.target for part in (spec.data.source, spec.data.scaler) if part is not None]
    modules = {target.rpartition(".")[0] for target in targets if target.startswith("sklearn.")}
    if isinstance(spec.data.split, Random):
        modules.add("sklearn.model_selection")
    return ["import keras", "import numpy as np", *(f"import {module}" for module in sorted(modules))]


def _recipe(spec: TrainingJobSpec) -> list[str]:
    target = spec.data.source.target
    own = target.startswith("models.") and spec.data.source.type != "inline"
    return [data.recipe(target.rpartition(".")[2])] if own else []


def _network(spec: TrainingJobSpec) -> Iterator[str]:
    layers = spec.architecture.layers
    shared: dict[str, str] | None = None
    if spec.architecture.init_sharing == "shared":
        shared = {}
        for initializer in _initializers(layers):
            key = initializer.model_dump_json()
            if key not in shared:
                shared[key] = f"initializer_{len(shared)}"
                yield f"{shared[key]} = {call(initializer)}"
    width = job_shape(spec).n_features
    if not any(isinstance(layer, Residual) for layer in layers):
        yield "model = keras.Sequential(["
        yield f"    keras.Input(({width},)),"
        for layer in layers:
            made = call(layer, shared)
            yield f"    {made}," if layer.repeat == 1 else f"    *[{made} for _ in range({layer.repeat})],"
        yield "])"
        return
    yield f"inputs = x_0 = keras.Input(({width},))"
    yield from _through(layers, shared, 0, "")
    yield "model = keras.Model(inputs, x_0)"


def _through(layers: Sequence[LayerBase], shared: Shared | None, depth: int, indent: str) -> Iterator[str]:
    """Lines that lead the variable of this depth through layers; a block has a variable of its own."""
    x = f"x_{depth}"
    for layer in layers:
        inside = indent
        if layer.repeat > 1:
            yield f"{indent}for _ in range({layer.repeat}):"
            inside += "    "
        if isinstance(layer, Residual):
            yield f"{inside}x_{depth + 1} = {x}"
            yield from _through(layer.layers, shared, depth + 1, inside)
            yield f"{inside}{x} = keras.layers.Add()([{x}, x_{depth + 1}])"
        else:
            yield f"{inside}{x} = {call(layer, shared)}({x})"


def _initializers(layers: Sequence[LayerBase]) -> Iterator[InitializerBase]:
    for layer in layers:
        if isinstance(layer, Residual):
            yield from _initializers(layer.layers)
        for value in layer.arguments().values():
            if isinstance(value, InitializerBase):
                yield value


def _training(spec: TrainingJobSpec) -> Iterator[str]:
    training = spec.training
    yield "model.compile("
    yield f"    optimizer={call(training.optimizer)},"
    yield f"    loss={call(training.loss)},"
    metrics = [call(metric, name=column) for column, metric in metric_columns(spec)]
    yield f"    metrics=[{', '.join(metrics)}],"
    yield ")"
    yield ""
    yield ""
    yield "def batches():"
    yield f"    for epoch in range(1, {training.epochs + 1}):"
    if training.shuffle:
        yield f"        order = np.random.default_rng([{spec.seed}, {SHUFFLE}, epoch]).permutation(train)"
    else:
        yield "        order = np.arange(train)"
    yield f"        for at in range(0, train, {training.batch_size}):"
    yield f"            batch = order[at : at + {training.batch_size}]"
    weight = ", weight[batch]" if training.class_weight is not None else ""
    yield f"            yield x[batch], y[batch]{weight}"
    yield ""
    yield ""
    stopping = training.early_stopping
    callbacks = ["keras.callbacks.TerminateOnNaN()"]
    if stopping is not None:
        arguments = ", ".join(f"{name}={value!r}" for name, value in stopping.model_dump().items())
        callbacks.append(f"{stopping.target}({arguments})")
    yield "history = model.fit("
    yield "    batches(),"
    yield f"    steps_per_epoch=-(-train // {training.batch_size}),"
    yield f"    epochs={training.epochs},"
    if training.validation is not None and job_shape(spec).test_rows:
        yield "    validation_data=(x[train:], y[train:]),"
        yield f"    validation_batch_size={VALIDATION_ROWS},"
    yield "    shuffle=False,  # the generator has done it"
    yield f"    callbacks=[{', '.join(callbacks)}],"
    yield "    verbose=2,"
    yield ")"


def _evaluation(spec: TrainingJobSpec) -> list[str]:
    lines = ['print("train", model.evaluate(x[:train], y[:train], verbose=0, return_dict=True))']
    if job_shape(spec).test_rows:
        lines.append('print("test", model.evaluate(x[train:], y[train:], verbose=0, return_dict=True))')
    return lines
