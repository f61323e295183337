"""The page's files as text."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

from service.app import PAGE

FILES = sorted(path.relative_to(PAGE).as_posix() for path in PAGE.rglob("*") if path.is_file())
MODULES = [name for name in FILES if name.endswith(".js")]
STYLES = [name for name in FILES if name.endswith(".css")]
LANGUAGES = ("en", "es")

IMPORT = re.compile(r'^import [^";]*\bfrom "([^"]+)";$', re.MULTILINE)


def read(name: str) -> str:
    """The text of a file of the page."""
    return (PAGE / name).read_text(encoding="utf-8")


def imports(module: str) -> list[str]:
    """What a module imports, as it is written there."""
    return IMPORT.findall(read(module))


def resolved(module: str, target: str) -> str:
    """The file of the page that ``target`` means in ``module``."""
    return (Path("/") / Path(module).parent / target).resolve().relative_to("/").as_posix()


class Elements(HTMLParser):
    """The elements of an HTML file: names with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element."""
        self.found.append((tag, dict(attrs)))


ELEMENTS = Elements(read("index.html")).found
LINKED = [value for _, attributes in ELEMENTS for key in ("href", "src") if (value := attributes.get(key))]
