"""One network to train and to judge."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from benchmarks.networks import Document


@dataclass(frozen=True)
class Case:
    """A network, and what is known of it before it is trained.

    Attributes:
        name: of the network; together with the seed it is unique.
        group: the row of the table to which it belongs.
        document: its spec, with its seed.
        accepted: codes of findings, or of their causes, that name what is wrong with it; empty for a healthy one.
    """

    name: str
    group: str
    document: Document
    accepted: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """The same for two cases that train the same network with the same seed."""
        return digest({name: part for name, part in self.document.items() if name not in {"name", "labels"}})


def digest(document: Document) -> str:
    """A short name for a JSON document."""
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()[:16]
