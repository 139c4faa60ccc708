"""Deel-buurten: connected groups of squares that the average of their buurt hides."""

from sia.pockets.city import neighbours as neighbours
from sia.pockets.description import position as position
from sia.pockets.find import PocketResult as PocketResult
from sia.pockets.find import find_pockets as find_pockets
from sia.pockets.find import squares_frame as squares_frame
