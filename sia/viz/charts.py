"""Every chart of the project under one name: a table in, inline SVG with a message out."""

from sia.viz.buurt_charts import contribution_bars, domain_profile, trend_lines
from sia.viz.cluster_charts import transitions, type_paths, type_profiles
from sia.viz.figure import Chart
from sia.viz.index_charts import (
    rank_intervals,
    sensitivity_bars,
    stacked_contributions,
)
from sia.viz.indicator_charts import correlations, distributions, flag_matrix
from sia.viz.map_charts import static_maps, year_maps
from sia.viz.plan_charts import timeline

__all__ = [
    "Chart",
    "contribution_bars",
    "correlations",
    "distributions",
    "domain_profile",
    "flag_matrix",
    "rank_intervals",
    "sensitivity_bars",
    "stacked_contributions",
    "static_maps",
    "timeline",
    "transitions",
    "trend_lines",
    "type_paths",
    "type_profiles",
    "year_maps",
]
