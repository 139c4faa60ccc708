"""SIA and DIA: weigh where to invest in a city, buurt by buurt, from open data.

The package is imported without any heavy library: pandas, geopandas and scikit-learn
are loaded by the modules that use them.
"""

__version__ = "0.1.0"
