"""Gives operations what they need of jobs: the watcher of changes, and whoever must hear that one was deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request

from service.jobs.changes import Watch

# ``async``, because FastAPI would send a plain function to another thread, and wait for that.


async def get_watch(request: Request) -> Watch:
    """The watcher of changes that all waiting requests of this process share."""
    watch: Watch = request.app.state.watch
    return watch


async def get_job_deleted(request: Request) -> Callable[[str], None]:
    """What is to be called with the id of a job that was deleted, so that nothing answers for it any more."""
    deleted: Callable[[str], None] = request.app.state.job_deleted
    return deleted


CurrentWatch = Annotated[Watch, Depends(get_watch)]
JobDeleted = Annotated[Callable[[str], None], Depends(get_job_deleted)]
