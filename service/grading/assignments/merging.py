"""JSON Merge Patch (RFC 7396)."""

from __future__ import annotations

from typing import Any


def merged(document: Any, patch: Any) -> Any:
    """The document with the patch merged into it; neither is changed.

    Args:
        document: any JSON value.
        patch: members of objects replace those of the same name, null removes them; anything else replaces the whole.

    Example:
        >>> merged({"a": 1, "b": {"c": 2, "d": 3}}, {"a": None, "b": {"c": [4]}})
        {'b': {'c': [4], 'd': 3}}
    """
    if not isinstance(patch, dict):
        return patch
    found = dict(document) if isinstance(document, dict) else {}
    for name, value in patch.items():
        if value is None:
            found.pop(name, None)
        else:
            found[name] = merged(found.get(name), value)
    return found
