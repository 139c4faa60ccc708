"""Deel-buurten on the map, beside the averages of the buurten that hide them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.patches import Patch

from sia.dutch import getal, meervoud
from sia.viz.figure import EDGE, INK, NO_MAP, SOFT, Chart, canvas, finish, folded, nothing
from sia.viz.map_charts import draw_classes, quintiles
from sia.viz.outline import map_path, simplified
from sia.viz.theme import NO_DATA, URGENTIE

_TOLERANCE = 40.0
_PANEL = 4.6
_LINE = 0.155
_KEY = 0.62
_SIGNS = 110
_TITLE = "Deel-buurten naast het gemiddelde van hun buurt"
_TITLES = ("Gemiddelde per buurt", "Dezelfde kaart met de deel-buurten")


def pocket_maps(
    gebieden: gpd.GeoDataFrame, gemiddelden: pd.Series[float], deelbuurten: gpd.GeoDataFrame
) -> Chart:
    """Draw the average of every buurt, and beside it the same with the deel-buurten in it."""
    land = gebieden[~gebieden["water"].astype(bool)] if "water" in gebieden else gebieden
    if land.geometry.is_empty.all():
        return nothing(_TITLE, NO_MAP)
    means = gemiddelden.reindex(land.index).astype(float)
    edges = quintiles(means.to_numpy())
    labels = [_label(n, row) for n, (_, row) in enumerate(deelbuurten.iterrows(), start=1)]
    west, south, east, north = land.total_bounds
    panel = _PANEL * float(np.clip((north - south) / max(east - west, 1.0), 0.4, 1.4))
    legend = _KEY + _LINE * (sum(label.count("\n") + 1 for label in labels) + 0.5)
    width, height = 2 * _PANEL, panel + 0.3 + legend
    with canvas(width, height) as figure:
        grid = figure.subplots(1, 2)
        figure.subplots_adjust(0.01, legend / height, 0.99, 1 - 0.3 / height, 0.03)
        paths = [map_path(s) for s in simplified(land.geometry.to_numpy(), _TOLERANCE)]
        for axes, title in zip(grid, _TITLES, strict=True):
            draw_classes(axes, paths, means, URGENTIE, edges)
            axes.set_title(title, fontsize=10)
        _pockets(grid[1], deelbuurten, edges)
        handles = [Patch(facecolor=colour, edgecolor=SOFT) for colour in URGENTIE]
        handles.append(Patch(facecolor=NO_DATA, edgecolor=EDGE, hatch="////"))
        figure.legend(
            handles,
            ["laag", "", "midden", "", "hoog", "geen gegevens"],
            ncols=6,
            loc="lower left",
            bbox_to_anchor=(0.005, (legend - _KEY) / height),
            frameon=False,
            fontsize=8.5,
            title="Score op vierkanten van 100 meter: hoog is ongunstiger",
            title_fontsize=8.5,
            alignment="left",
        )
        for row, line in enumerate(line for label in labels for line in label.split("\n")):
            figure.text(0.012, (legend - _KEY - 0.08 - _LINE * row) / height, line, fontsize=8.5)
        return finish(
            figure,
            _TITLE,
            _text(deelbuurten, int(means.notna().sum())),
            _data(deelbuurten, land, means),
        )


def _label(number: int, row: pd.Series) -> str:
    people = getal(row["inwoners"])
    return folded(f"{number}. {row['naam']} ({people} inwoners)", _SIGNS)


def _pockets(axes: Axes, deelbuurten: gpd.GeoDataFrame, edges: np.ndarray) -> None:
    """Paint every deel-buurt in its own class, with a number beside it, away from the others."""
    if deelbuurten.empty:
        return
    place = np.searchsorted(edges, deelbuurten["score"].to_numpy(dtype=float), "left")
    axes.add_collection(
        PathCollection(
            [map_path(shape) for shape in deelbuurten.geometry],
            facecolors=[URGENTIE[k] for k in place],
            edgecolors=INK,
            linewidths=1.0,
            zorder=3,
        )
    )
    middle = shapely.get_coordinates(deelbuurten.geometry.centroid.to_numpy())
    for number, ((x, y), away) in enumerate(zip(middle, _away(middle), strict=True), start=1):
        axes.annotate(
            str(number),
            (x, y),
            tuple(22 * away),
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=9,
            zorder=5,
            bbox={"boxstyle": "round,pad=0.2", "facecolor": "white", "edgecolor": SOFT},
            arrowprops={"arrowstyle": "-", "color": INK, "linewidth": 0.8, "zorder": 4},
        )


def _away(places: np.ndarray) -> np.ndarray:
    """Return per place the direction (n, 2) away from the others; the nearest weigh most."""
    apart = places[:, None] - places[None]
    squares = (apart**2).sum(axis=2) + np.eye(len(places))
    pushed = (apart / squares[:, :, None]).sum(axis=1) + 1e-9
    return np.asarray(pushed / np.hypot(*pushed.T)[:, None])


def _text(deelbuurten: gpd.GeoDataFrame, searched: int) -> str:
    if not searched:
        return "Er is niet naar deel-buurten gezocht: er zijn geen bruikbare vierkanten."
    if deelbuurten.empty:
        return "Er is geen deel-buurt gevonden: beide kaarten zijn gelijk."
    number = meervoud(len(deelbuurten), "deel-buurt", "deel-buurten")
    return (
        f"Rechts {number} met een dikke rand en een nummer, in de kleur van hun eigen score; de "
        "kleur eromheen is het gemiddelde waarin zij verdwijnen. Beide kaarten tonen de score van "
        "het zoeken op vierkanten, verdeeld over vijf even grote groepen buurten; donker is "
        "ongunstiger. Dat is niet de urgentie: op vierkanten zijn er minder cijfers."
    )


def _data(
    deelbuurten: gpd.GeoDataFrame, gebieden: gpd.GeoDataFrame, means: pd.Series[float]
) -> pd.DataFrame:
    hosts = deelbuurten["buurtcode"]
    return pd.DataFrame(
        {
            "nummer": [str(n) for n in range(1, len(deelbuurten) + 1)],
            "deel-buurt": deelbuurten["naam"].astype(str),
            "in buurt": hosts.map(gebieden["naam"]).astype(str),
            "inwoners": deelbuurten["inwoners"].map(getal),
            "score van de deel-buurt": deelbuurten["score"].map(lambda v: getal(v, 1)),
            "gemiddelde van de buurt": hosts.map(means).map(lambda v: getal(v, 1)),
        },
        index=deelbuurten.index,
    )
