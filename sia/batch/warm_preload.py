"""What the warm server loads before it forks: imported for its side effect only."""

import gc
import sys

import pandera.backends.pandas.builtin_checks
import pyarrow.dataset
import sklearn.cluster
from matplotlib import pyplot

import sia.schemas
import sia.stad
import sia.tafel.app
import sia.viz.charts
import sia.viz.cluster_charts
import sia.viz.index_charts
import sia.viz.plan_charts
from sia.extras import extra

# nobody can attach a debugger to a kernel of a batch, and it would load one
sys.modules["debugpy"] = None  # type: ignore[assignment]
with extra("batch"):
    import highspy
    import icalendar
    from ipykernel import debugger, kernelapp
    from IPython.core import completerlib, interactiveshell

__all__ = [
    "completerlib",
    "debugger",
    "highspy",
    "icalendar",
    "interactiveshell",
    "kernelapp",
    "pandera",
    "pyarrow",
    "pyplot",
    "sia",
    "sklearn",
]

# what is loaded stays: kernels then share these pages instead of copying them at their first
# collection
gc.collect()
gc.freeze()
# a kernel lives for seconds: looking for garbage in charts that are made once takes a tenth of it
gc.set_threshold(100_000)
