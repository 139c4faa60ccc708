"""Charts of types and areas on the map and over the years, and of the choice of their number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.patches import Patch
from matplotlib.path import Path

from sia.areas import has_border
from sia.clustering.doubt import doubtful
from sia.clustering.typenset import KINDS, OWNERS
from sia.dutch import kans, meervoud
from sia.viz.figure import EDGE, INK, NO_MAP, SOFT, Chart, canvas, finish, folded, nothing
from sia.viz.index_charts import hatch
from sia.viz.map_charts import height_by_width
from sia.viz.outline import map_path
from sia.viz.theme import NO_DATA, QUALITATIVE

NO_AREAS = (
    "Er is geen DIA-gebied voorgesteld: geen enkele buurt krijgt het voorstel integrale "
    "gebiedsaanpak, en de gemeente heeft zelf geen gebied genoemd."
)
_TOLERANCE = 40.0
_MOST_COLUMNS = 4
_LEGEND_LINE = 0.145
_LEGEND_SIGNS = 95
_COLOURS = QUALITATIVE[:-1]
"""Without the grey, which would read as no data."""

DWELLINGS: Mapping[str, tuple[str, str]] = {
    f"{owner}, {kind}": (colour, pattern)
    for owner, colour in zip(OWNERS, ("#7fbf7b", "#af8dc3", "#f7f7f7"), strict=True)
    for kind, pattern in zip(KINDS, ("", "xx", "//"), strict=True)
}
"""Dwellings -> colour and hatch (ColorBrewer PRGn: green is owned, purple rented)."""

MORAN_CLASSES: Mapping[str, tuple[str, str]] = {
    "hoog-hoog": ("#b2182b", ""),
    "laag-laag": ("#2166ac", ""),
    "hoog-laag": ("#f4a582", "///"),
    "laag-hoog": ("#92c5de", "\\\\\\"),
    "niet significant": ("#f2f2f2", ""),
}
"""Class -> colour and hatch (ColorBrewer RdBu; the mixed classes differ by hatch as well)."""


def type_maps(gebieden: gpd.GeoDataFrame, types: pd.DataFrame, names: Mapping[int, str]) -> Chart:
    """Draw the type of every buurt, one map per year; colour and number mean the same in all."""
    table = types.reindex(gebieden.index)
    used = sorted({int(n) for column in table for n in table[column].dropna()})
    styles = _type_styles(used)
    labels = {str(n): folded(f"{n}. {names[n]}", _LEGEND_SIGNS) for n in used}
    panels = {str(year): table[year].astype("str").fillna("") for year in table}
    data = pd.DataFrame(
        {
            str(year): [names.get(n, "") if pd.notna(n) else "geen type" for n in table[year]]
            for year in table
        },
        index=table.index,
    )
    missing = int(table[table.columns[-1]].isna().sum()) if table.shape[1] else 0
    text = (
        "Elke kleur met arcering is één type, in alle jaren hetzelfde. In het laatste jaar "
        f"{'heeft' if missing == 1 else 'hebben'} {meervoud(missing, 'buurt', 'buurten')} geen "
        "type, of is de buurt niet te vergelijken (grijs)."
    )
    data.insert(0, "buurt", gebieden["naam"].astype(str))
    return _maps(gebieden, panels, styles, labels, "Type per buurt door de jaren", text, data)


def type_map(gebieden: gpd.GeoDataFrame, typologie: pd.DataFrame) -> Chart:
    """Draw the type of every buurt in one year, with a question mark on doubtful ones."""
    rows = typologie.reindex(gebieden.index)
    known = rows.dropna(subset=["type"]).drop_duplicates("type").sort_values("type")
    names = dict(zip(known["type"].astype(int), known["typenaam"].astype(str), strict=True))
    labels = {str(n): folded(f"{n}. {name}", _LEGEND_SIGNS) for n, name in names.items()}
    unsure, untyped = doubtful(rows), int(rows["type"].isna().sum())
    points = gebieden.geometry[unsure & has_border(gebieden.geometry)].representative_point()
    text = "Elke kleur met arcering is één type. " + (
        f"Een vraagteken staat op {meervoud(len(points), 'twijfelgeval', 'twijfelgevallen')}, "
        "tussen twee typen in."
        if len(points)
        else "Geen enkele buurt is een twijfelgeval."
    )
    if untyped:
        text += f" {meervoud(untyped, 'buurt heeft', 'buurten hebben')} geen type (grijs)."
    data = pd.DataFrame(
        {
            "buurt": gebieden["naam"].astype(str),
            "type": rows["typenaam"].astype("str").fillna("geen type"),
            "zekerheid": rows["zekerheid"].map(kans),
            "twijfelgeval": unsure.map({True: "ja", False: "nee"}),
        }
    )
    panels, styles = {"": rows["type"].astype("str").fillna("")}, _type_styles(names)
    dwellings = rows["woningen"].fillna("") if "woningen" in rows else pd.Series("", rows.index)
    if dwellings.any():
        panels = {"Type": panels[""], "Woningen": dwellings.astype("str")}
        present = {name: style for name, style in DWELLINGS.items() if (dwellings == name).any()}
        styles, labels = styles | present, labels | {name: name for name in present}
        text += (
            " Rechts staat van wie de woningen zijn (kleur) en of het huizen of appartementen zijn "
            "(arcering), waar dat bekend is."
        )
        data["woningen"] = dwellings
    return _maps(
        gebieden,
        panels,
        styles,
        labels,
        "Type per buurt",
        text,
        data,
        marks=[("?", point) for point in points],
        size=6.2 if len(panels) == 1 else 4.9,
    )


def _type_styles(numbers: Iterable[int]) -> dict[str, tuple[str, str]]:
    """Return colour and hatch per type, which are those of its number in every year."""
    return {str(n): (QUALITATIVE[(n - 1) % len(QUALITATIVE)], hatch(n - 1)) for n in numbers}


def moran_maps(gebieden: gpd.GeoDataFrame, table: pd.DataFrame, titles: Mapping[str, str]) -> Chart:
    """Draw the local Moran classes of every variable."""
    rows = table.reindex(gebieden.index)
    panels = {title: rows[f"{name}_klasse"].fillna("") for name, title in titles.items()}
    labels = {klasse: klasse for klasse in MORAN_CLASSES}
    counts = []
    for title, column in panels.items():
        found = int(column.isin(list(MORAN_CLASSES)[:4]).sum())
        counts.append(f"{title.lower()}: {meervoud(found, 'buurt', 'buurten')}")
    text = (
        "Gekleurd zijn buurten die samen met hun buren hoger of lager liggen dan door toeval te "
        f"verklaren is, na correctie voor het aantal toetsen. {'; '.join(counts)}. Hoog-laag is "
        "een hoge buurt tussen lage."
    )
    data = pd.DataFrame(
        {title: column.replace("", "niet getoetst") for title, column in panels.items()}
    )
    data.insert(0, "buurt", gebieden["naam"].astype(str))
    return _maps(gebieden, panels, MORAN_CLASSES, labels, "Samenhang in de ruimte", text, data)


def area_map(gebieden: gpd.GeoDataFrame, areas: pd.DataFrame) -> Chart:
    """Draw the proposed DIA areas, with the borders of wijken over them."""
    rows = areas.reindex(gebieden.index)
    numbers = sorted({int(n) for n in rows["dia_gebied"].dropna()})
    if not numbers:
        return nothing("Voorstel voor DIA-gebieden", NO_AREAS)
    names = rows.dropna(subset=["dia_gebied"]).drop_duplicates("dia_gebied")
    named = dict(zip(names["dia_gebied"].astype(int), names["naam"].astype(str), strict=True))
    styles = {str(n): (_COLOURS[(n - 1) % len(_COLOURS)], _beyond(n)) for n in numbers}
    labels = {str(n): folded(f"{n}. {named[n]}", _LEGEND_SIGNS) for n in numbers}
    panels = {"Voorgestelde DIA-gebieden": rows["dia_gebied"].astype("str").fillna("")}
    text = (
        f"{meervoud(len(numbers), 'gebied', 'gebieden')}, elk aaneengesloten en met een nummer. De "
        "dikke lijnen zijn de grenzen van wijken. Grijs is geen gebied: dat begint bij "
        "een buurt die een integrale gebiedsaanpak vraagt, of is door de gemeente genoemd."
    )
    data = pd.DataFrame({"buurt": gebieden["naam"].astype(str), "gebied": rows["naam"].fillna("")})
    land = gebieden[~gebieden["water"]]
    lines = land.geometry.groupby(land["wijkcode"]).agg(shapely.union_all)
    inside = gebieden.geometry.groupby(rows["dia_gebied"]).agg(shapely.union_all)
    numbered = [
        (str(n), shape.representative_point()) for n, shape in inside.items() if not shape.is_empty
    ]
    return _maps(
        gebieden,
        panels,
        styles,
        labels,
        "Voorstel voor DIA-gebieden",
        text,
        data,
        lines=list(lines),
        marks=numbered,
        size=6.2,
        rest="geen DIA-gebied",
    )


def _beyond(number: int) -> str:
    """Return a hatch that tells areas apart when there are more than colours."""
    return ("", "//", "..", "xx")[(number - 1) // len(_COLOURS) % 4]


def _maps(
    gebieden: gpd.GeoDataFrame,
    panels: Mapping[str, pd.Series[str]],
    styles: Mapping[str, tuple[str, str]],
    labels: Mapping[str, str],
    title: str,
    text: str,
    data: pd.DataFrame,
    lines: Sequence[Any] = (),
    marks: Sequence[tuple[str, Any]] = (),
    size: float = 2.9,
    rest: str = "geen gegevens",
) -> Chart:
    if gebieden.geometry.is_empty.all():
        return nothing(title, NO_MAP)
    shapes = shapely.coverage_simplify(gebieden.geometry.to_numpy(), _TOLERANCE)
    paths = [map_path(shape) for shape in shapes]
    columns = min(_MOST_COLUMNS, max(len(panels), 1))
    rows = -(-max(len(panels), 1) // columns)
    lines_of_text = sum(labels[key].count("\n") + 1 for key in styles) + 1
    legend = _LEGEND_LINE * lines_of_text + 0.15
    width = max(size * columns, 6.5)
    panel, head = width / columns * height_by_width(gebieden), 0.3
    height = (panel + head) * rows + legend
    with canvas(width, height) as figure:
        grid = figure.subplots(rows, columns, squeeze=False)
        figure.subplots_adjust(0.01, legend / height, 0.99, 1 - head / height, 0.04, head / panel)
        for axes in list(grid.flat)[len(panels) :]:
            axes.set_visible(False)
        for axes, (label, values) in zip(grid.flat, panels.items(), strict=False):
            _fill(axes, paths, list(values), styles)
            axes.set_title(label, fontsize=9)
            if lines:
                _rings(axes, lines)
        for text_, point in marks:  # they belong to what the first panel shows
            box = {"boxstyle": "round,pad=0.2", "facecolor": "white", "edgecolor": SOFT}
            grid[0, 0].text(point.x, point.y, text_, ha="center", va="center", fontsize=9, bbox=box)
        handles = [
            Patch(facecolor=colour, edgecolor=SOFT, hatch=pattern)
            for colour, pattern in styles.values()
        ]
        handles.append(Patch(facecolor=NO_DATA, edgecolor=SOFT))
        figure.legend(
            handles,
            [*(labels[key] for key in styles), rest],
            loc="lower left",
            frameon=False,
            fontsize=8,
            labelspacing=0.25,
            borderaxespad=0.2,
        )
        return finish(figure, title, text, data)


def _fill(
    axes: Axes,
    paths: Sequence[Path],
    values: Sequence[str],
    styles: Mapping[str, tuple[str, str]],
) -> None:
    for key, (colour, pattern) in {**styles, "": (NO_DATA, "")}.items():
        members = [
            path
            for path, value in zip(paths, values, strict=True)
            if value == key or (key == "" and value not in styles)
        ]
        if members:
            axes.add_collection(
                PathCollection(
                    members, facecolors=colour, edgecolors=EDGE, linewidths=0.4, hatch=pattern
                )
            )
    axes.set_aspect("equal")
    axes.autoscale_view()
    axes.set_axis_off()


def _rings(axes: Axes, shapes: Sequence[Any]) -> None:
    rings = [
        np.asarray(part.exterior.simplify(_TOLERANCE).coords)[:, :2]
        for shape in shapes
        for part in shapely.get_parts(shape)
        if part.geom_type == "Polygon"
    ]
    axes.add_collection(LineCollection(rings, colors=INK, linewidths=1.6))
