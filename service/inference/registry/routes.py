"""Serves models: names for the networks that jobs have left, with versions and aliases."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Body, Path, Request, Response

from service.database.session import writing
from service.http.conditional import not_modified_response, refuse_changed
from service.http.dependencies import DatabaseEngine, Owner, Reading
from service.http.openapi import problems
from service.http.pagination import Cursor, Limit, Page, cut, decode
from service.http.routing import api_router
from service.ids import JOB
from service.inference.dependencies import CurrentServing
from service.inference.registry import operations
from service.inference.registry.queries import page, version_page
from service.inference.registry.schemas import AliasRequest, Model, ModelRequest, ModelVersion, VersionRequest
from service.inference.registry.view import (
    etag_of,
    path_of,
    path_of_version,
    version_view_of_job,
    version_views,
    view_of_job,
    views,
)
from service.inference.resolution import find_model, resolve, version_row
from service.jobs.queries import find_succeeded

router = api_router("models")

ModelName = Annotated[str, Path(description="The model's name, or a succeeded job's id.", examples=["rings"])]
NewName = Annotated[
    str,
    Path(description="Letters, digits, dots, underscores and hyphens; not like a job's id.", examples=["rings"]),
]
Version = Annotated[str, Path(description="A number or an alias.", examples=["2", "champion"])]
Alias = Annotated[str, Path(description="Lower-case letters, digits, underscores, hyphens.", examples=["champion"])]

CREATED = {
    "headers": {"Location": {"description": "Where it is.", "schema": {"type": "string"}}},
}


@router.get("/models", operation_id="list_models", response_model=Page[Model])
def list_models(session: Reading, owner: Owner, limit: Limit = 20, cursor: Cursor = None) -> Page[Model]:
    """List the named models by name. The model of every succeeded job answers too, under the job's id."""
    rows = page(session, owner, decode(cursor), limit + 1)
    shown, following = cut(rows, limit, lambda row: row.name)
    return Page.of(views(session, owner, shown), following)


@router.get(
    "/models/{name}",
    operation_id="get_model",
    response_model=Model,
    responses={304: {"description": "Not changed since the ETag in If-None-Match."}, **problems(404, 409)},
)
def get_model(name: ModelName, request: Request, response: Response, session: Reading, owner: Owner) -> Any:
    """Look at a model."""
    if JOB.fits(name):
        job = find_succeeded(session, owner, name)
        resolve(session, owner, name, None)
        return view_of_job(session, job)
    row = find_model(session, owner, name)
    [model] = views(session, owner, [row])
    return not_modified_response(request, response, etag_of(row)) or model


@router.put(
    "/models/{name}",
    operation_id="put_model",
    response_model=Model,
    responses={201: {"model": Model, "description": "Made.", **CREATED}, **problems(404, 412)},
)
def put_model(
    name: NewName,
    body: Annotated[ModelRequest, Body(examples=[{"description": "Two rings, by a deep ReLU network"}])],
    request: Request,
    response: Response,
    engine: DatabaseEngine,
    owner: Owner,
) -> Model:
    """Make a model without a version, or change its description."""
    with writing(engine) as session:
        row, new = operations.obtain(session, owner, name)
        refuse_changed(request, etag_of(row))
        operations.describe(row, body.description)
        [model] = views(session, owner, [row])
    if new:
        response.status_code = 201
        response.headers["Location"] = path_of(name)
    return model


@router.delete(
    "/models/{name}", operation_id="delete_model", status_code=204, response_model=None, responses=problems(404, 412)
)
def delete_model(
    name: ModelName, request: Request, engine: DatabaseEngine, serving: CurrentServing, owner: Owner
) -> None:
    """Delete a model with its versions and aliases; the jobs, and what they left, stay."""
    with writing(engine) as session:
        row = find_model(session, owner, name, lock=True)
        refuse_changed(request, etag_of(row))
        operations.remove(session, row)
    serving.forget()


@router.post(
    "/models/{name}/versions",
    operation_id="create_model_version",
    status_code=201,
    response_model=ModelVersion,
    responses={
        200: {"model": ModelVersion, "description": "The job is a version of the model already: that one."},
        201: {"description": "Made.", **CREATED},
        **problems(404, 409),
    },
)
def create_version(
    name: ModelName,
    body: Annotated[VersionRequest, Body(examples=[{"job_id": "job_01981d2b-7c2e-7b11-8f10-4f3a6f9d2c55"}])],
    response: Response,
    engine: DatabaseEngine,
    serving: CurrentServing,
    owner: Owner,
) -> ModelVersion:
    """Make the network of a succeeded job the next version; it is what the bare name means unless a champion is."""
    with writing(engine) as session:
        row = find_model(session, owner, name, lock=True)
        found, new = operations.add_version(session, row, body.job_id)
        [version] = version_views(session, row, [found])
        serving.load(session, found.job_id)  # before the first request asks for it
    serving.forget()
    response.headers["Location"] = path_of_version(name, version.version)
    if not new:
        response.status_code = 200
    return version


@router.get(
    "/models/{name}/versions",
    operation_id="list_model_versions",
    response_model=Page[ModelVersion],
    responses=problems(404, 409),
)
def list_versions(
    name: ModelName, session: Reading, owner: Owner, limit: Limit = 20, cursor: Cursor = None
) -> Page[ModelVersion]:
    """List the versions of a model, newest first."""
    if JOB.fits(name):
        job = find_succeeded(session, owner, name)
        resolve(session, owner, name, None)
        return Page.of([version_view_of_job(job)], None)
    row = find_model(session, owner, name)
    rows = version_page(session, row, decode(cursor), limit + 1)
    shown, following = cut(rows, limit, lambda version: str(version.number))
    return Page.of(version_views(session, row, shown), following)


@router.get(
    "/models/{name}/versions/{version}",
    operation_id="get_model_version",
    response_model=ModelVersion,
    responses=problems(404, 409),
)
def get_version(name: ModelName, version: Version, session: Reading, owner: Owner) -> ModelVersion:
    """Look at a version."""
    if JOB.fits(name):
        resolve(session, owner, name, version)
        return version_view_of_job(find_succeeded(session, owner, name))
    row = find_model(session, owner, name)
    [found] = version_views(session, row, [version_row(session, row, version)])
    return found


@router.delete(
    "/models/{name}/versions/{version}",
    operation_id="delete_model_version",
    status_code=204,
    response_model=None,
    responses=problems(404, 409),
)
def delete_version(
    name: ModelName, version: Version, engine: DatabaseEngine, serving: CurrentServing, owner: Owner
) -> None:
    """Take a version from a model, which no alias may mean; its number is not given again, the job stays."""
    with writing(engine) as session:
        operations.remove_version(session, find_model(session, owner, name, lock=True), version)
    serving.forget()


@router.put(
    "/models/{name}/aliases/{alias}",
    operation_id="put_model_alias",
    response_model=Model,
    responses=problems(404),
)
def put_alias(
    name: ModelName,
    alias: Alias,
    body: Annotated[AliasRequest, Body(examples=[{"version": "2"}])],
    engine: DatabaseEngine,
    serving: CurrentServing,
    owner: Owner,
) -> Model:
    """Let an alias mean a version, which is loaded first; no request fails while it changes.

    `champion` is what a model's bare name means.
    """
    with writing(engine) as session:
        row = find_model(session, owner, name, lock=True)
        found = operations.point(session, row, alias, body.version)
        serving.load(session, found.job_id)
        [model] = views(session, owner, [row])
    serving.forget()
    return model


@router.delete(
    "/models/{name}/aliases/{alias}",
    operation_id="delete_model_alias",
    status_code=204,
    response_model=None,
    responses=problems(404),
)
def delete_alias(name: ModelName, alias: Alias, engine: DatabaseEngine, serving: CurrentServing, owner: Owner) -> None:
    """Let an alias mean nothing any longer."""
    with writing(engine) as session:
        operations.remove_alias(session, find_model(session, owner, name, lock=True), alias)
    serving.forget()
