"""FastAPI dependencies of inference: the cache of networks, and the networks by the names of models."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from service.inference.networks.cache import NetworkCache
from service.inference.serving import Serving

# ``async``, because FastAPI would send a plain function to another thread, and wait for that.


async def get_networks(request: Request) -> NetworkCache:
    """Get the networks that this process holds."""
    networks: NetworkCache = request.app.state.networks
    return networks


async def get_serving(request: Request) -> Serving:
    """Get the networks by the names of models."""
    serving: Serving = request.app.state.serving
    return serving


CurrentNetworks = Annotated[NetworkCache, Depends(get_networks)]
CurrentServing = Annotated[Serving, Depends(get_serving)]
