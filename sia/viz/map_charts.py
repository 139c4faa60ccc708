"""Static maps: small multiples over domains or years, and deel-buurten beside the averages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.path import Path

from sia.dutch import getal, meervoud
from sia.viz.figure import EDGE, INK, NO_MAP, SOFT, Chart, canvas, finish, folded, nothing
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
        _legend(figure, legend, "geen score", EDGE, 8, borderaxespad=0.2)
        data = pd.DataFrame(
            {
                label: values.reindex(gebieden.index).map(lambda v: getal(v, 1))
                for label, (values, *_) in panels.items()
            }
        )
        data.insert(0, "buurt", gebieden["naam"].astype(str))
        return finish(figure, title, text, data)


def _legend(figure: Figure, title: str, rest: str, edge: str, size: float, **more: Any) -> None:
    """Say below the maps which colours are low and high."""
    handles = [Patch(facecolor=colour, edgecolor=edge) for colour in URGENTIE]
    handles.append(Patch(facecolor=NO_DATA, edgecolor=EDGE, hatch="////"))
    figure.legend(
        handles,
        ["laag", "", "midden", "", "hoog", rest],
        ncols=6,
        loc="lower left",
        frameon=False,
        fontsize=size,
        title=title,
        title_fontsize=size,
        alignment="left",
        **more,
    )


def height_by_width(gebieden: gpd.GeoDataFrame) -> float:
    """Return the shape of the map, so that its panels leave no white."""
    west, south, east, north = gebieden.total_bounds
    if np.isnan(west):
        return 1.0
    return float(np.clip((north - south) / max(east - west, 1.0), 0.4, 1.4))


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
        "Elke kaart verdeelt de buurten in vijf even grote groepen, van laag naar hoog; "
        "die van potentie heeft eigen kleuren, ook van licht naar donker. "
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
    labels = [_pocket_label(n, row) for n, (_, row) in enumerate(deelbuurten.iterrows(), start=1)]
    panel = _PANEL * height_by_width(land)
    legend = _KEY + _LINE * (sum(label.count("\n") + 1 for label in labels) + 0.5)
    width, height = 2 * _PANEL, panel + 0.3 + legend
    with canvas(width, height) as figure:
        grid = figure.subplots(1, 2)
        figure.subplots_adjust(0.01, legend / height, 0.99, 1 - 0.3 / height, 0.03)
        paths = _paths(land.geometry)
        for axes, title in zip(grid, _TITLES, strict=True):
            draw_classes(axes, paths, means, URGENTIE, edges)
            axes.set_title(title, fontsize=10)
        _draw_pockets(grid[1], deelbuurten, edges)
        key = "Score op vierkanten van 100 meter: hoog is ongunstiger"
        place = (0.005, (legend - _KEY) / height)
        _legend(figure, key, "geen gegevens", SOFT, 8.5, bbox_to_anchor=place)
        for row, line in enumerate(line for label in labels for line in label.split("\n")):
            figure.text(0.012, (legend - _KEY - 0.08 - _LINE * row) / height, line, fontsize=8.5)
        return finish(
            figure,
            _TITLE,
            _pocket_text(deelbuurten, int(means.notna().sum())),
            _pocket_data(deelbuurten, land, means),
        )


def _pocket_label(number: int, row: pd.Series) -> str:
    people = getal(row["inwoners"])
    return folded(f"{number}. {row['naam']} ({people} inwoners)", _SIGNS)


def _draw_pockets(axes: Axes, deelbuurten: gpd.GeoDataFrame, edges: np.ndarray) -> None:
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


def _pocket_text(deelbuurten: gpd.GeoDataFrame, searched: int) -> str:
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


def _pocket_data(
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
