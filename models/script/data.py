"""Writes the lines of a script that make the rows: source, split, scaler, targets."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import models
from models.script.expressions import call
from models.specs.encoding import encoding, label_key
from models.specs.geometry import job_shape
from models.specs.job import TrainingJobSpec
from models.specs.sources import Generated, Inline
from models.specs.sources.tables import Table
from models.specs.splits import Head, Random

RECIPES = Path(models.__file__).parent / "engine" / "recipes.py"


def recipe(name: str) -> str:
    """The text of one of our own sources of data, read without importing it."""
    text = RECIPES.read_text(encoding="utf-8")
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            node.returns = None
            for argument in node.args.args:
                argument.annotation = None
            return ast.unparse(node)
    raise LookupError(name)


def source(spec: TrainingJobSpec) -> Iterator[str]:
    """Features (N, D) and labels."""
    chosen = spec.data.source
    if isinstance(chosen, Generated) and chosen.random_state is None:
        chosen = chosen.model_copy(update={"random_state": spec.seed})
    match chosen:
        case Inline():
            yield "features = np.array(["
            yield from (f"    {list(row)!r}," for row in chosen.features)
            yield "], dtype=np.float64)"
            kind = "object" if isinstance(chosen.targets[0], str | bool) else "np.float64"
            labels = [list(target) if isinstance(target, tuple) else target for target in chosen.targets]
            yield f"labels = np.array({labels!r}, dtype={kind})"
        case Table():
            yield f"features, labels = {call(chosen).removesuffix(')')}return_X_y=True)"
        case _ if chosen.target.startswith("models."):
            name = chosen.target.rpartition(".")[2]
            arguments = ", ".join(f"{argument}={value!r}" for argument, value in chosen.arguments().items())
            yield f"features, labels = {name}({arguments})"
        case _:
            yield f"features, labels = {call(chosen)}"


def split(spec: TrainingJobSpec) -> Iterator[str]:
    """The training rows first, and how many they are."""
    match spec.data.split:
        case None:
            yield "train = len(features)  # every row trains"
        case Head() as head:
            yield f"train = {head.train_size}  # the first rows train, the others test"
        case Random() as drawn:
            state = spec.seed if drawn.random_state is None else drawn.random_state
            yield "training, testing = sklearn.model_selection.train_test_split("
            yield "    np.arange(len(features)),"
            yield f"    test_size={drawn.test_size!r},"
            yield f"    random_state={state},"
            yield f"    stratify={'labels' if drawn.stratify else None},"
            yield ")"
            yield "order = np.concatenate([training, testing])  # the training rows first"
            yield "features, labels, train = features[order], labels[order], len(training)"


def scaling(spec: TrainingJobSpec) -> Iterator[str]:
    """What the network reads: ``x`` (N, D) float32."""
    scaler = spec.data.scaler
    if scaler is None:
        yield 'x = features.astype("float32")'
        return
    yield f"scaler = {call(scaler)}"
    yield f"scaler.fit({'features' if scaler.fit_on == 'all' else 'features[:train]'})"
    yield 'x = scaler.transform(features).astype("float32")'


def targets(spec: TrainingJobSpec) -> Iterator[str]:
    """What the loss compares: ``y`` (N, K) float32; with class weights also ``weight`` (N,)."""
    classes = job_shape(spec).classes
    if classes is None:
        yield 'y = labels.reshape(len(labels), -1).astype("float32")'
        return
    chosen = spec.data.source
    if isinstance(chosen, Inline) and chosen.targets_per_row() > 1:
        yield "index = labels.argmax(axis=1)"
    else:
        yield f"classes = {list(classes)!r}"
        yield "index = np.array([classes.index(label) for label in labels.tolist()])"
    if encoding(spec) == "one_hot":
        yield f'y = np.eye({len(classes)}, dtype="float32")[index]'
    else:
        yield 'y = index.astype("float32")[:, None]'
    weights = spec.training.class_weight
    if weights is not None:
        by_class = [weights.get(label_key(label), 1.0) for label in classes]
        yield f"weight = np.array({by_class!r}, dtype=np.float32)[index]"
