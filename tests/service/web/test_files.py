"""The page's files: served as what they are, complete, and closed to the outside."""

from __future__ import annotations

import re

import httpx
import pytest
from fastapi import FastAPI

from tests.service.web.source import ELEMENTS, FILES, LINKED, MODULES, STYLES, imports, read, resolved

TYPES = {
    "html": "text/html",
    "js": "text/javascript",
    "css": "text/css",
    "json": "application/json",
    "svg": "image/svg+xml",
}
LONGEST = 200  # lines of a module
# The name of SVG's language: an identifier, which nothing fetches.
NAMESPACE = "http://www.w3.org/2000/svg"


class TestServing:
    pytestmark = pytest.mark.anyio

    @pytest.fixture
    def visitor(self, app: FastAPI) -> httpx.AsyncClient:
        """A browser: what it fetches here is no operation of the API."""
        return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")

    async def test_every_file_has_its_type(self, visitor: httpx.AsyncClient) -> None:
        for name in FILES:
            response = await visitor.get(f"/{name}")
            assert response.status_code == 200, name
            assert response.headers["content-type"].partition(";")[0] == TYPES[name.rpartition(".")[2]], name

    @pytest.mark.parametrize("path", ["/", "/app.js", "/docs", "/livez", "/openapi.json", "/api/v1/jobs", "/nothing"])
    async def test_every_answer_is_closed_to_other_sites(self, visitor: httpx.AsyncClient, path: str) -> None:
        headers = (await visitor.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"] == "frame-ancestors 'none'"
        assert headers["referrer-policy"] == "same-origin"

    async def test_the_page_is_at_the_root(self, visitor: httpx.AsyncClient) -> None:
        response = await visitor.get("/")
        assert response.headers["content-type"].startswith("text/html")
        assert response.text == read("index.html")


class TestReferences:
    @pytest.mark.parametrize("module", MODULES)
    def test_imports_resolve(self, module: str) -> None:
        for target in imports(module):
            assert target.startswith("."), target
            assert resolved(module, target) in MODULES, target

    def test_links_of_the_document_resolve(self) -> None:
        assert set(LINKED) <= set(FILES)

    def test_every_style_is_used(self) -> None:
        assert set(STYLES) <= set(LINKED)

    def test_every_module_is_fetched_at_once(self) -> None:
        preloaded = {
            attributes["href"] for tag, attributes in ELEMENTS if tag == "link" and attributes["rel"] == "modulepreload"
        }
        assert preloaded == set(MODULES) - {"app.js"}

    def test_every_module_is_reached(self) -> None:
        reached: set[str] = set()
        waiting = ["app.js"]
        while waiting:
            module = waiting.pop()
            if module not in reached:
                reached.add(module)
                waiting += [resolved(module, target) for target in imports(module)]
        assert reached == set(MODULES)

    def test_every_drawing_that_a_module_names_exists(self) -> None:
        named = {name for module in MODULES for name in re.findall(r'src: "([^"]+)"', read(module))}
        assert named
        assert named <= set(FILES)


class TestIsolation:
    @pytest.mark.parametrize("name", FILES)
    def test_nothing_of_another_host_is_named(self, name: str) -> None:
        text = read(name).replace(NAMESPACE, "")
        assert not re.search(r"""["'`(=]\s*//\w""", text)
        assert "https:" not in text
        assert "http:" not in text

    @pytest.mark.parametrize("style", STYLES)
    def test_styles_fetch_nothing(self, style: str) -> None:
        assert "url(" not in read(style)
        assert "@import" not in read(style)

    @pytest.mark.parametrize("module", MODULES)
    def test_text_never_becomes_markup_or_code(self, module: str) -> None:
        text = read(module)
        for way in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "DOMParser",
            "eval(",
            "Function(",
        ):
            assert way not in text, way

    def test_the_policy_allows_only_files_of_this_page(self) -> None:
        policy = next(
            attributes["content"] or ""
            for tag, attributes in ELEMENTS
            if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
        )
        rules = dict(rule.split(maxsplit=1) for rule in policy.split("; "))
        assert rules.pop("default-src") == "'none'"
        assert set(rules.values()) <= {"'self'", "'none'"}

    def test_the_document_keeps_the_policy(self) -> None:
        assert not [attributes for _, attributes in ELEMENTS if "style" in attributes]
        assert not [key for _, attributes in ELEMENTS for key in attributes if key.startswith("on")]
        assert all("src" in attributes for tag, attributes in ELEMENTS if tag == "script")
        assert not [tag for tag, _ in ELEMENTS if tag == "style"]


@pytest.mark.parametrize("module", MODULES)
class TestModules:
    def test_is_short(self, module: str) -> None:
        assert len(read(module).splitlines()) <= LONGEST

    def test_says_what_it_is(self, module: str) -> None:
        assert read(module).startswith("/** ")
