"""Defines the members of a quantity's definition: name, symbol, unit, formula, reference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from models.text import LocalizedText


@dataclass(frozen=True)
class Quantity:
    """A number measured in every recorded epoch, of each layer with a kernel or of the whole network.

    All are measured on the probe batch: N training rows that stay the same from the first epoch to the last, with the
    network in inference mode. The loss L is the mean data loss over these rows, without penalties.

    Attributes:
        name: its key in the trace.
        scope: ``layer``: one value a layer with a kernel; ``network``: one value.
        symbol: LaTeX.
        unit: of its values; ``1`` for a ratio or a share.
        formula: LaTeX; layer l has kernel W (n_in, n_out), pre-activation z (N, n_out), activated output a (N, n_out)
            and activation φ.
        first_epoch: the first epoch that has a value: 0, or 1 for what needs an update of the weights.
        text: what it tells.
        reference: where it comes from.
    """

    name: str
    scope: Literal["layer", "network"]
    symbol: str
    unit: str
    formula: str
    first_epoch: Literal[0, 1]
    text: LocalizedText
    reference: str
