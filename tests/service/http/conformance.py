"""Holds answers against the OpenAPI document."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import httpx
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from service.app import create_app
from service.settings import Settings

DOCUMENT = "urn:openapi"


class Conformance:
    """Checks that an answer is one that its operation documents."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        resource = Resource.from_contents(document, default_specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource(DOCUMENT, resource)
        self._paths = [
            (re.compile(re.sub(r"\\{[^/]*\\}", "[^/]+", re.escape(path))), path) for path in document["paths"]
        ]

    async def check(self, response: httpx.Response) -> None:
        """Raise what is not documented; where there is no operation, errors are problems nevertheless."""
        await response.aread()
        media = response.headers.get("content-type", "").partition(";")[0]
        operation = self._operation(response.request)
        if operation is None:
            if response.is_success:  # the page, the document itself
                return
            assert media == "application/problem+json", (response.status_code, media)
            self._validate({"$ref": f"{DOCUMENT}#/components/schemas/Problem"}, response.json())
            return
        documented = operation["responses"].get(str(response.status_code))
        assert documented is not None, (operation["operationId"], response.status_code, response.text)
        content = documented.get("content", {})
        if response.status_code in {204, 304}:
            assert response.content == b""
            return
        assert media in content, (operation["operationId"], response.status_code, media, list(content))
        if media.endswith(("/json", "+json")):
            self._validate(_absolute(content[media]["schema"]), response.json())

    def _operation(self, request: httpx.Request) -> dict[str, Any] | None:
        for pattern, path in self._paths:
            if pattern.fullmatch(request.url.path):
                found: dict[str, Any] | None = self.document["paths"][path].get(request.method.lower())
                return found
        return None

    def _validate(self, schema: dict[str, Any], document: Any) -> None:
        Draft202012Validator(schema, registry=self._registry).validate(document)


@cache
def conformance() -> Conformance:
    """The check against our document, which does not depend on the settings."""
    return Conformance(create_app(Settings()).openapi())


def _absolute(schema: Any) -> Any:
    """``schema`` with references into the document made absolute."""
    if isinstance(schema, dict):
        return {name: f"{DOCUMENT}{value}" if name == "$ref" else _absolute(value) for name, value in schema.items()}
    return [_absolute(value) for value in schema] if isinstance(schema, list) else schema
