"""The wire models of Keras imports."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field, JsonValue

from models.frozen import Frozen
from models.specs.architecture import ArchitectureSpec
from models.specs.losses import LossUnion
from models.specs.metrics import MetricUnion
from models.specs.optimizers import OptimizerUnion
from models.violation import Violation
from service.http.documents import DescribedAs


class KerasImportRequest(Frozen):
    """A model as Keras writes it. It is read by a whitelist, never by Keras: nothing in it is executed."""

    architecture: Annotated[
        JsonValue,
        Field(
            description="What `model.to_json()` returns, as text or as an object: a `Sequential`, or a `Functional` "
            "that is a chain with residual blocks, of Keras 3 or of Keras 2; or TensorFlow.js's `model.json`, or an H5 "
            "file's attributes `model_config` and `training_config`."
        ),
    ]
    compile: Annotated[
        JsonValue,
        Field(
            description="What `model.get_compile_config()` returns, or an H5 file's `training_config`, as text or an "
            "object. Left out, what stands beside the layers (`compile_config`, `training_config`) is read; null "
            "leaves it out."
        ),
    ] = None


class TrainingParts(BaseModel):
    """The parts of `training` that Keras is told when a model is compiled."""

    optimizer: OptimizerUnion | None
    loss: LossUnion | None
    metrics: list[MetricUnion]


class ImportedInput(BaseModel):
    """What goes into the network."""

    n_features: Annotated[int, Field(description="The width of a row.")]


class KerasImported(BaseModel):
    """Parts of a spec; the client adds data, epochs and seed."""

    architecture: Annotated[Any, DescribedAs(ArchitectureSpec)]
    training: Annotated[TrainingParts | None, Field(description="Null where the model was not compiled.")]
    input: Annotated[ImportedInput | None, Field(description="Null where the model does not say it.")]
    warnings: Annotated[list[Violation], Field(description="What is left behind, or read in another sense.")]
