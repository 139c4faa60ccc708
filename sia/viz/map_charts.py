"""Static maps: small multiples over domains or years, and where one buurt lies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.patches import Patch
from matplotlib.path import Path

from sia.dutch import getal
from sia.viz.figure import EDGE, Chart, canvas, finish
from sia.viz.outline import map_path, simplified
from sia.viz.theme import DOMAINS, NO_DATA, POTENTIE, URGENTIE

_TOLERANCE = 40.0


def _paths(geometry: gpd.GeoSeries) -> list[Path]:
    return [map_path(shape) for shape in simplified(geometry.to_numpy(), _TOLERANCE)]


def draw_classes(
    axes: Axes,
    paths: Sequence[Path],
    values: pd.Series[float],
    colours: Sequence[str],
    edges: np.ndarray[Any, Any],
) -> None:
    """Paint every shape in the class of its value, and hatch what has none."""
    known = values.notna().to_numpy()
    place = np.searchsorted(edges, values.fillna(0).to_numpy(dtype=float), "left")
    face = [colours[k] if ok else NO_DATA for k, ok in zip(place, known, strict=True)]
    axes.add_collection(PathCollection(paths, facecolors=face, edgecolors=EDGE, linewidths=0.4))
    blank = [path for path, ok in zip(paths, known, strict=True) if not ok]
    if blank:
        axes.add_collection(
            PathCollection(blank, facecolors="none", edgecolors=EDGE, hatch="////", linewidths=0.3)
        )
    axes.set_aspect("equal")
    axes.autoscale_view()
    axes.set_axis_off()


def _small_maps(
    gebieden: gpd.GeoDataFrame,
    panels: Mapping[str, tuple[pd.Series[float], Sequence[str], np.ndarray[Any, Any]]],
    title: str,
    text: str,
    legend: str,
) -> Chart:
    paths = _paths(gebieden.geometry)
    columns = min(4, max(len(panels), 1))
    rows = -(-max(len(panels), 1) // columns)
    width, height = 2.6 * columns, 2.55 * rows + 0.45
    with canvas(width, height) as figure:
        grid = figure.subplots(rows, columns, squeeze=False)
        figure.subplots_adjust(0.01, 0.45 / height, 0.99, 1 - 0.25 / height, 0.04, 0.14)
        for axes in list(grid.flat)[len(panels) :]:
            axes.set_visible(False)
        for axes, (label, (values, colours, edges)) in zip(grid.flat, panels.items(), strict=False):
            draw_classes(axes, paths, values.reindex(gebieden.index), colours, edges)
            axes.set_title(label, fontsize=9)
        handles = [Patch(facecolor=c, edgecolor=EDGE) for c in URGENTIE]
        handles.append(Patch(facecolor=NO_DATA, edgecolor=EDGE, hatch="////"))
        labels = ["laag", "", "midden", "", "hoog", "geen score"]
        figure.legend(
            handles,
            labels,
            ncols=6,
            loc="lower left",
            frameon=False,
            fontsize=8,
            title=legend,
            title_fontsize=8,
            alignment="left",
            borderaxespad=0.2,
        )
        data = pd.DataFrame(
            {
                label: values.reindex(gebieden.index).map(lambda v: getal(v, 1))
                for label, (values, *_) in panels.items()
            }
        )
        data.insert(0, "buurt", gebieden["naam"].astype(str))
        return finish(figure, title, text, data)


def quintiles(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return the four values (zeros without any) that divide what is known in fifths."""
    known = values[~np.isnan(values)]
    return np.quantile(known, [0.2, 0.4, 0.6, 0.8]) if len(known) else np.zeros(4)


def static_maps(gebieden: gpd.GeoDataFrame, scores: pd.DataFrame) -> Chart:
    """Draw urgentie, potentie and every domain as small maps, each in its own fifths."""
    wanted = {"urgentie": "Urgentie", "potentie": "Potentie", **DOMAINS}
    panels = {}
    for key, label in wanted.items():
        if key in scores and (values := scores[key].astype(float)).notna().any():
            colours = POTENTIE if key == "potentie" else URGENTIE
            panels[label] = (values, colours, quintiles(values.to_numpy()))
    # no count: a report shows every number of a sentence in a table too
    text = (
        "Elke kaart verdeelt de buurten in vijf even grote groepen, van laag naar hoog. "
        "Een buurt waarvoor geen urgentie is berekend, is grijs."
    )
    return _small_maps(
        gebieden, panels, "Scores per domein op de kaart", text, "Van laag naar hoog"
    )


def year_maps(gebieden: gpd.GeoDataFrame, by_year: pd.DataFrame) -> Chart:
    """Draw urgentie in several years, all on the classes of the pooled years."""
    table = by_year.astype(float)
    edges = quintiles(table.to_numpy().ravel())
    panels = {str(year): (table[year], URGENTIE, edges) for year in table}
    return _small_maps(
        gebieden, panels, "Urgentie door de jaren", _years_text(table), "Eén schaal voor alle jaren"
    )


def _years_text(table: pd.DataFrame) -> str:
    if table.shape[1] == 0:
        return "De scores van de jaren zijn nog niet naast elkaar gezet."
    if table.shape[1] == 1:
        return "Er is één jaar, dus nog geen verandering."
    first, last = table.columns[0], table.columns[-1]
    change = (table[last] - table[first]).dropna()
    if change.empty:
        return "Geen enkele buurt heeft een score in zowel het eerste als het laatste jaar."
    rose, fell = int((change > 0).sum()), int((change < 0).sum())
    more = "meer buurten hoger dan lager" if rose > fell else "meer buurten lager dan hoger"
    compared = "in evenveel buurten hoger als lager" if rose == fell else f"in {more}"
    # no counts: a report shows every number of a sentence in a table too
    return (
        f"In het laatste jaar is de score {compared} dan in het eerste. Een klein verschil kan "
        "ruis zijn; het rapport over verandering zegt wat meer is. Alle kaarten hebben dezelfde "
        "klassen."
    )
