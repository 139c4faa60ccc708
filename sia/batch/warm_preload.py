"""What the warm server loads before it forks: imported for its side effect only."""

import gc

import sklearn.cluster
from matplotlib import pyplot

import sia.stad
import sia.tafel.app
import sia.viz.charts
import sia.viz.cluster_charts
import sia.viz.index_charts
import sia.viz.plan_charts
from sia.extras import extra

with extra("batch"):
    import highspy
    import icalendar
    from ipykernel import kernelapp
    from IPython.core import interactiveshell

__all__ = ["highspy", "icalendar", "interactiveshell", "kernelapp", "pyplot", "sia", "sklearn"]

# what is loaded stays: kernels then share these pages instead of copying them at their first
# collection
gc.collect()
gc.freeze()
