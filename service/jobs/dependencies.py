"""FastAPI dependencies of jobs: the shared change watcher, and the callback for deleted jobs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request

from service.jobs.changes import ChangeWatcher

# ``async``, because FastAPI would send a plain function to another thread, and wait for that.


async def get_watcher(request: Request) -> ChangeWatcher:
    """Get the change watcher that all waiting requests of this process share."""
    watcher: ChangeWatcher = request.app.state.change_watcher
    return watcher


async def get_job_deleted(request: Request) -> Callable[[str], None]:
    """Get the callback for the id of a deleted job: its network must answer no longer."""
    deleted: Callable[[str], None] = request.app.state.job_deleted
    return deleted


CurrentWatcher = Annotated[ChangeWatcher, Depends(get_watcher)]
JobDeleted = Annotated[Callable[[str], None], Depends(get_job_deleted)]
