"""Deel-buurten: connected groups of squares that the average of their buurt hides."""

from sia.methode import PocketIndicator, PocketSettings
from sia.pockets.city import INDICATORS, INHABITANTS, neighbours
from sia.pockets.description import position
from sia.pockets.find import PocketResult, find_pockets, squares_frame

__all__ = [
    "INDICATORS",
    "INHABITANTS",
    "PocketIndicator",
    "PocketResult",
    "PocketSettings",
    "find_pockets",
    "neighbours",
    "position",
    "squares_frame",
]
