"""The whole country in one index, typology and map, and every municipality from one intake."""

from sia.country.land import Country as Country
from sia.country.land import country_step as country_step
from sia.country.land import municipalities as municipalities
from sia.country.land import municipality_step as municipality_step
