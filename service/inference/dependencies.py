"""Gives operations the networks of their process."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from service.inference.networks.cache import NetworkCache
from service.inference.serving import Serving

# ``async``, because FastAPI would send a plain function to another thread, and wait for that.


async def get_networks(request: Request) -> NetworkCache:
    """The networks that answered last."""
    networks: NetworkCache = request.app.state.networks
    return networks


async def get_serving(request: Request) -> Serving:
    """The networks by the names of models."""
    serving: Serving = request.app.state.serving
    return serving


CurrentNetworks = Annotated[NetworkCache, Depends(get_networks)]
CurrentServing = Annotated[Serving, Depends(get_serving)]
