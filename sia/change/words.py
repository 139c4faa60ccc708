"""What is said of a buurt that was followed over the years."""

from typing import Final

RISES: Final = "stijgt"
FALLS: Final = "daalt"
NOISE: Final = "binnen de ruis"
"""Of its urgentie since the base year, beside `UNKNOWN` and `LEFT_OUT`."""

OTHER_TYPE: Final = "verandering"
MAYBE_NOISE: Final = "kan ruis zijn"
SAME_TYPE: Final = "zelfde type"
"""Of its type, beside `UNKNOWN` and `LEFT_OUT`."""

UNKNOWN: Final = "ruis onbekend"
LEFT_OUT: Final = "niet te vergelijken"
