"""What the warm server loads before it forks: imported for its side effect only."""

import geopandas
import matplotlib
import pandas
import pyarrow.parquet
import scipy.stats
import sklearn.cluster
from ipykernel import kernelapp
from IPython.core import interactiveshell
from matplotlib import pyplot

import sia.cli

__all__ = [
    "geopandas",
    "interactiveshell",
    "kernelapp",
    "matplotlib",
    "pandas",
    "pyarrow",
    "pyplot",
    "scipy",
    "sia",
    "sklearn",
]
