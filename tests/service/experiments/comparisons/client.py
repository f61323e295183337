"""Comparisons as a client asks for them."""

from __future__ import annotations

from typing import Any

import httpx

from tests.service.jobs.specs import document

COMPARISONS = "/api/v1/comparisons"


async def make(client: httpx.AsyncClient, *, specs: int = 2, seeds: int = 3) -> dict[str, Any]:
    """A fresh comparison."""
    body = {"specs": [document(name=str(number)) for number in range(specs)], "seeds": seeds}
    made: dict[str, Any] = (await client.post(COMPARISONS, json=body)).json()
    return made


async def look(client: httpx.AsyncClient, comparison: dict[str, Any]) -> dict[str, Any]:
    """The comparison as it is now."""
    response = await client.get(comparison["links"]["self"])
    assert response.status_code == 200
    seen: dict[str, Any] = response.json()
    return seen
