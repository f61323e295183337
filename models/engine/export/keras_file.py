"""Saves the trained model in Keras's own format, compiled and with the state of its optimizer."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
from numpy.typing import NDArray

from models.engine.instantiate import instantiate
from models.engine.network.architecture import build
from models.engine.step.gradient_descent import GradientDescent
from models.engine.step.packing import Packing
from models.specs.encoding import metric_columns
from models.specs.job import TrainingJobSpec

LISTS = frozenset({"_variables", "_trainable_variables"})  # of an optimizer, in which its variables stand once more
CONFIG, WEIGHTS = "config.json", "model.weights.h5"  # in the archive


@dataclass(frozen=True)
class TensorLocation:
    """Where the numbers of a variable stand in a file of weights.

    Attributes:
        variable: of the model or of its optimizer.
        offset: of the first one, in bytes.
        dtype: as the file has them.
    """

    variable: Any
    offset: int
    dtype: np.dtype[Any]


class KerasFile:
    """Saves one model again and again, with other numbers each time.

    Keras looks through every attribute of a model to find what it has to save, which takes as long as fifty epochs of
    a small network. So it saves one model of a shape, while the program is compiled, and each job's numbers are written
    into that file, where it says whose they are.

    Args:
        descent: the network and the optimizer that moves it.
    """

    def __init__(self, descent: GradientDescent) -> None:
        self.descent = descent
        self.model = descent.network.model
        self.optimizer: Any = None  # the model's own
        self.furnished_for: str | None = None  # the training that it belongs to
        self.template: dict[str, bytes] | None = None  # the archive's files
        self.config = b""  # of the model with its optimizer
        self.places: list[TensorLocation] = []  # in the file of weights

    def prepare(self, spec: TrainingJobSpec) -> None:
        """Make the template without a look at what the program moves: one that is being compiled may hold it.

        Args:
            spec: one of the jobs.
        """
        if self.template is not None:
            return
        self.furnish(spec)
        model = self.model
        if self.descent.network.moving:
            model = build(spec, self.model.input_shape[1]).model
            furnish(model, spec)
        self.template = files(saved(model))
        self.places = places(self.template[WEIGHTS], self.model)

    def make(self, spec: TrainingJobSpec) -> bytes:
        """The file for a job that has been trained.

        Args:
            spec: the job; its model has this shape.
        """
        self.furnish(spec)
        if self.template is not None and not self.places:
            self.places = places(self.template[WEIGHTS], self.model)
        return self.fill(self.template) if self.template is not None and self.places else self.save()

    def furnish(self, spec: TrainingJobSpec) -> None:
        """Give the model an optimizer of its own, with the loss and the metrics of a job."""
        document = f"{spec.training.model_dump_json()} {spec.architecture.model_dump_json()}"
        if document != self.furnished_for or self.model.optimizer is not self.optimizer:
            self.optimizer = furnish(self.model, spec)
            self.furnished_for = document
            self.config = json.dumps(keras.saving.serialize_keras_object(self.model)).encode()
            self.places = []

    def reached(self) -> Iterator[tuple[Any, NDArray[Any]]]:
        """Each variable of the model and of its optimizer, with what it is in the training.

        What the training's optimizer remembers for vectors of variables, the model's remembers for each variable.
        """
        mine, packing = self.descent.optimizer, self.descent.packing
        yield from zip(packing.variables, arrays(packing, packing.vectors), strict=True)
        yield from ((variable, variable.numpy()) for variable in self.descent.network.moving)
        for name, held in vars(self.optimizer).items():
            reached = getattr(mine, name, None)
            if isinstance(held, keras.Variable) and isinstance(reached, keras.Variable):
                yield held, reached.numpy()
            elif (
                name not in LISTS
                and variables(held, len(packing.variables))
                and variables(reached, len(packing.groups))
            ):
                yield from zip(held, arrays(packing, getattr(mine, name)), strict=True)

    def save(self) -> bytes:
        """What Keras saves; it is the template of the next files if everything in it is found again."""
        for variable, value in self.reached():
            variable.assign(value)
        content = saved(self.model)
        template = files(content)
        self.places = places(template[WEIGHTS], self.model)
        self.template = template if self.places else None
        return content

    def fill(self, template: dict[str, bytes]) -> bytes:
        """The template with the model's numbers and configuration."""
        weights = bytearray(template[WEIGHTS])
        numbers = {id(variable): value for variable, value in self.reached()}
        for place in self.places:
            value = numbers[id(place.variable)] if id(place.variable) in numbers else place.variable.numpy()
            content = np.ascontiguousarray(value, place.dtype).tobytes()
            weights[place.offset : place.offset + len(content)] = content
        whole = io.BytesIO()
        with zipfile.ZipFile(whole, "w") as archive:
            for name, content in (template | {CONFIG: self.config, WEIGHTS: bytes(weights)}).items():
                archive.writestr(name, content)
        return whole.getvalue()


def furnish(model: Any, spec: TrainingJobSpec) -> Any:
    """Compile a model, as Keras calls it, for a job; its optimizer."""
    optimizer = instantiate(spec.training.optimizer)
    optimizer.build(model.trainable_variables)
    metrics = [instantiate(metric, name=column) for column, metric in metric_columns(spec)]
    model.compile(optimizer=optimizer, loss=instantiate(spec.training.loss), metrics=metrics)
    return optimizer


def saved(model: Any) -> bytes:
    """What Keras saves of a model."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        model.save(path)
        return path.read_bytes()


def files(content: bytes) -> dict[str, bytes]:
    """The files in an archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def places(content: bytes, model: Any) -> list[TensorLocation]:
    """Where the numbers of each variable stand in a file of weights; empty if an owner or a place is not known.

    Keras writes what a layer or the optimizer has into a group ``vars`` with its owner's place, in the order in which
    the owner lists it.
    """
    layers = model._flatten_layers(include_self=False)  # noqa: SLF001 - as Keras itself finds what it saves
    owners = {layer.name: layer.variables for layer in layers}
    found: list[TensorLocation] = []
    complete = True

    def look(path: str, item: Any) -> None:
        nonlocal complete
        if not isinstance(item, h5py.Dataset):
            return
        owner, _, number = path.rpartition("/vars/")
        held = model.optimizer.variables if owner == "optimizer" else owners.get(str(item.parent.attrs["name"]), [])
        offset = item.id.get_offset()  # None if its numbers do not stand in one piece
        if int(number) < len(held) and tuple(held[int(number)].shape) == item.shape and offset is not None:
            found.append(TensorLocation(held[int(number)], offset, item.dtype))
        else:
            complete = False

    with h5py.File(io.BytesIO(content), "r") as file:
        file.visititems(look)
    return found if complete and len({id(place.variable) for place in found}) == len(found) else []


def arrays(packing: Packing, vectors: Sequence[Any]) -> list[NDArray[Any]]:
    """What Keras variables of the vectors' shapes are, for each of the network's variables."""
    return packing.arrays([vector.numpy() for vector in vectors])


def variables(held: Any, count: int) -> bool:
    """Whether an attribute of an optimizer is a list of ``count`` variables."""
    return isinstance(held, list) and len(held) == count and all(isinstance(v, keras.Variable) for v in held)
