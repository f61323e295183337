"""Gives operations the networks of their process."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from service.inference.networks import Networks
from service.inference.serving import Serving

# ``async``, because FastAPI would send a plain function to another thread, and wait for that.


async def get_networks(request: Request) -> Networks:
    """The networks that answered last."""
    networks: Networks = request.app.state.networks
    return networks


async def get_serving(request: Request) -> Serving:
    """The networks by the names of models."""
    serving: Serving = request.app.state.serving
    return serving


CurrentNetworks = Annotated[Networks, Depends(get_networks)]
CurrentServing = Annotated[Serving, Depends(get_serving)]
