"""The whole country in one index, typology and map, and every municipality from one intake."""

from sia.country.index import COUNTRY
from sia.country.land import Country, Yardstick, country_step, municipalities, municipality_step

__all__ = [
    "COUNTRY",
    "Country",
    "Yardstick",
    "country_step",
    "municipalities",
    "municipality_step",
]
