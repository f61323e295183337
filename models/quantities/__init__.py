"""Defines every quantity that is measured while a network trains.

A definition has no opinion; what a value means is said in :mod:`models.diagnoses`.
"""

from models.quantities.layer import PER_LAYER
from models.quantities.network import OVERALL
from models.quantities.quantity import Quantity

QUANTITIES: tuple[Quantity, ...] = (*PER_LAYER, *OVERALL)

__all__ = ["OVERALL", "PER_LAYER", "QUANTITIES", "Quantity"]
