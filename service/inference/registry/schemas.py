"""The wire models of the model registry."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from models.frozen import Frozen
from service.inference.model_names import CHAMPION
from service.jobs.schemas import Metrics

Description = Annotated[str | None, Field(max_length=10_000, description="For people.")]
VersionName = Annotated[str, Field(min_length=1, max_length=64, description="A number or an alias.", examples=["2"])]


class ModelRequest(Frozen):
    """What a client says of a model."""

    description: Description = None


class VersionRequest(Frozen):
    """The succeeded job whose network is to be the next version."""

    job_id: Annotated[str, Field(max_length=100)]


class AliasRequest(Frozen):
    """The version that the alias is to mean."""

    version: VersionName


class ModelLinks(Frozen):
    """Where everything about a model is."""

    self: str
    versions: str
    predictions: str


class Model(Frozen):
    """A name under which networks answer."""

    name: str
    description: Description
    state: Annotated[
        Literal["ready", "unloaded", "empty"],
        Field(description="`unloaded`: by the model repository of the Open Inference Protocol; `empty`: no version."),
    ]
    created_at: datetime
    latest_version: str | None
    default_version: Annotated[
        str | None, Field(description=f"What the bare name means: the version of `{CHAMPION}`, or else the latest.")
    ]
    aliases: Annotated[dict[str, str], Field(description="Alias → version.")]
    links: ModelLinks


class VersionLinks(Frozen):
    """Where everything about a version is."""

    self: str
    job: str
    predictions: str


class ModelVersion(Frozen):
    """The network of a job as one version of a model."""

    model: str
    version: str
    job_id: str
    created_at: datetime
    aliases: list[str]
    metrics: Annotated[dict[str, Metrics], Field(description="The job's, by split.")]
    verdict: str | None
    weights_digest: str
    links: VersionLinks
