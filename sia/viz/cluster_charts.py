"""Charts of types and areas: on the map and over the years, what a type is like, and moves."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.patches import Patch, PathPatch, Rectangle
from matplotlib.path import Path
from scipy.optimize import isotonic_regression

from sia.areas import has_border
from sia.clustering.doubt import doubtful
from sia.clustering.typenset import KINDS, OWNERS
from sia.dutch import getal, kans, meervoud, opsomming
from sia.viz.figure import (
    EDGE,
    INK,
    NO_MAP,
    NO_TYPES,
    SOFT,
    Chart,
    canvas,
    dutch_axis,
    finish,
    folded,
    name_room,
    nothing,
)
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


_PILES, _LINE = 4.0, 10.0
"""Height in inches of the piles of types, and points per line of their names."""


def type_profiles(
    profiles: pd.DataFrame, names: Mapping[Any, str], domain_names: Mapping[str, str]
) -> Chart:
    """Draw the mean domain scores of each type, in standard deviations from the mean buurt."""
    if profiles.empty:
        return nothing("Profiel per type buurt", NO_TYPES)
    domains = [key for key in domain_names if key in profiles]
    table = profiles[domains].astype(float)
    labels = [domain_names[key] for key in domains]
    columns = min(3, max(len(table), 1))
    rows = -(-max(len(table), 1) // columns)
    left, width = name_room(labels), 9.5
    panel, head = 0.24 * len(domains) + 0.1, 0.72
    height = rows * (panel + head) + 0.35
    reach = max(float(np.nanmax(np.abs(table.to_numpy()), initial=0.0)), 0.5) * 1.3
    with canvas(width, height) as figure:
        grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
        figure.subplots_adjust(
            left / width, 0.35 / height, 0.99, 1 - head / height, 0.08, head / panel
        )
        for place, axes in enumerate(grid.flat):
            if place >= len(table):
                axes.set_visible(False)
                continue
            number = table.index[place]
            _profile_panel(axes, table.iloc[place].to_numpy(), int(number) - 1, reach)
            title = folded(f"{number}. {names[number]}", 36, lines=3)
            axes.set_title(title, fontsize=8.5, loc="left")
            axes.set_yticks(range(len(labels)), labels, fontsize=8)
        data = table.map(lambda value: getal(value, 1)).rename(columns=dict(domain_names))
        data.insert(0, "type", [f"{number}. {names[number]}" for number in table.index])
        text = _profiles_text(table, names, domain_names)
        return finish(figure, "Profiel per type buurt", text, data)


def _profile_panel(axes: Axes, values: np.ndarray[Any, Any], number: int, reach: float) -> None:
    rows = np.arange(len(values))
    colour = QUALITATIVE[number % len(QUALITATIVE)]
    axes.barh(rows, values, 0.7, color=colour, hatch=hatch(number), edgecolor=EDGE, linewidth=0.5)
    for row, value in enumerate(values.tolist()):
        side = "left" if value >= 0 else "right"
        shift = reach * (0.03 if value >= 0 else -0.03)
        axes.text(value + shift, row, getal(value, 1), ha=side, va="center", fontsize=7.5)
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.set_xlim(-reach, reach)
    axes.set_ylim(len(values) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelsize=8)
    dutch_axis(axes, "x", 1)


def _profiles_text(
    table: pd.DataFrame, names: Mapping[Any, str], domains: Mapping[str, str]
) -> str:
    if table.empty:
        return "Er zijn geen typen bepaald."
    parts = []
    for number, row in table.iterrows():
        top = str(row.abs().idxmax())
        word = "hoog" if row[top] >= 0 else "laag"
        parts.append(f"type {number} is {word} op {domains[top].lower()} ({getal(row[top], 1)})")
    told = opsomming(parts)
    return (
        f"{told[0].upper()}{told[1:]}. Rechts van de lijn is meer dan de gemiddelde buurt; "
        "de maat is de standaardafwijking."
    )


def transitions(
    before: pd.Series[Any], after: pd.Series[Any], years: tuple[int, int], names: Mapping[Any, str]
) -> Chart:
    """Draw how many buurten moved from which type to which between two years."""
    both = pd.DataFrame({"van": before, "naar": after}).dropna().astype(int)
    flows = both.value_counts().sort_index()
    numbers = sorted(set(both["van"]) | set(both["naar"]))
    width, height = 10.0, 4.6
    with canvas(width, height) as figure:
        axes = figure.add_axes((0.28, 0.03, 0.44, _PILES / height))
        gap = 0.04 * max(len(both), 1)
        axes.set_ylim(max(len(both) + gap * (len(numbers) - 1), 1), 0)
        left = _stack(axes, both["van"], numbers, 0.0, gap, names)
        right = _stack(axes, both["naar"], numbers, 1.0, gap, names)
        for start, end, size in flows.reset_index().astype(int).to_numpy().tolist():
            _ribbon(axes, left[start], right[end], size, start - 1)
            left[start] += size
            right[end] += size
        axes.set_xlim(-0.02, 1.02)
        axes.set_axis_off()
        axes.set_title(str(years[0]), loc="left", fontsize=10, pad=13)
        axes.set_title(str(years[1]), loc="right", fontsize=10, pad=13)
        data = flows.rename("buurten").reset_index()
        data["van"] = [f"{n}. {names[n]}" for n in data["van"]]
        data["naar"] = [f"{n}. {names[n]}" for n in data["naar"]]
        data["buurten"] = data["buurten"].map(getal)
        whole = {"van": "alle typen", "naar": "alle typen", "buurten": getal(len(both))}
        moved = int((both["van"] != both["naar"]).sum())
        other = {"van": "een type", "naar": "een ander type", "buurten": getal(moved)}
        data = pd.concat([data, pd.DataFrame([other, whole])], ignore_index=True)
        return finish(
            figure, f"Van type veranderd, {years[0]} tot {years[1]}", _moves_text(both), data
        )


def type_paths(types: pd.DataFrame, buurten: pd.Series[str], names: Mapping[Any, str]) -> Chart:
    """Draw the type in every year of each buurt that did not keep one type, alike paths together.

    `types`: DataFrame of Int64, index ``buurtcode``, one column per year.
    `buurten` (index ``buurtcode``): Names.
    `names`: Type number -> name.
    """
    moved = types[types.nunique(axis=1) > 1]
    title = "De weg van buurten die van type wisselden"
    if moved.empty:
        return nothing(title, "Geen enkele buurt wisselde van type, of er is één jaar.")
    paths = moved.astype(object).where(moved.notna(), 0).astype(int)
    rows = paths.sort_values(list(paths.columns), kind="stable")[::-1]
    called = buurten.reindex(rows.index).astype(str)
    used = sorted(set(np.unique(rows.to_numpy())) - {0})
    key, cell = [folded(f"{n}. {names[n]}", 60) for n in used], 0.24
    top, left = 0.4, name_room(list(called))
    width, height = left + 0.62 * rows.shape[1] + 0.1, cell * (len(rows) + len(key)) + top + 0.2
    with canvas(max(width, 5.5), height) as figure:
        box = (left / max(width, 5.5), 1 - (top + cell * len(rows)) / height)
        shape = (0.62 * rows.shape[1] / max(width, 5.5), cell * len(rows) / height)
        axes = figure.add_axes((*box, *shape))
        for (row, column), number in np.ndenumerate(rows.to_numpy()):
            _path_cell(axes, row, column, int(number))
        axes.set_xlim(0, rows.shape[1])
        axes.set_ylim(len(rows), 0)
        axes.set_yticks(np.arange(len(rows)) + 0.5, list(called), fontsize=8)
        axes.set_xticks(np.arange(rows.shape[1]) + 0.5, [str(year) for year in rows], fontsize=8)
        axes.xaxis.tick_top()
        axes.tick_params(length=0)
        for place, line in enumerate(key):
            figure.text(0.02, (cell * (len(key) - place) - 0.1) / height, line, fontsize=8)
        told = {str(year): rows[year].map(lambda n: names.get(n, "geen type")) for year in rows}
        text = (
            f"Niet elk jaar hetzelfde type: {meervoud(len(rows), 'buurt', 'buurten')}. "
            "Elke rij is een buurt, elk vak een jaar; het nummer is het type. "
            "Een buurt die heen en weer gaat ligt waarschijnlijk tussen twee typen in."
        )
        return finish(figure, title, text, pd.DataFrame({"buurt": called, **told}))


def _path_cell(axes: Axes, row: int, column: int, number: int) -> None:
    """Draw the type of one buurt in one year; none is left white."""
    colour = QUALITATIVE[(number - 1) % len(QUALITATIVE)] if number else "white"
    axes.add_patch(Rectangle((column, row), 1, 1, facecolor=colour, edgecolor="white", linewidth=2))
    box = {"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none"}
    shown = str(number) if number else "–"
    axes.text(column + 0.5, row + 0.5, shown, ha="center", va="center", fontsize=8, bbox=box)


def _stack(
    axes: Axes,
    column: pd.Series[int],
    numbers: list[int],
    x: float,
    gap: float,
    names: Mapping[Any, str],
) -> dict[Hashable, float]:
    starts: dict[Hashable, float] = {}
    middles, labels = [], []
    at = 0.0
    for number in numbers:
        size = int((column == number).sum())
        starts[number] = at
        if size:
            axes.plot([x, x], [at, at + size], color=INK, linewidth=5, solid_capstyle="butt")
            middles.append(at + size / 2)
            labels.append(folded(f"{number}. {names[number]} ({size})", 44, lines=3).split("\n"))
        at += size + gap
    height = _PILES * 72 / max(axes.get_ylim())
    wanted = np.array(middles) * height
    places = _apart(wanted, np.array([_LINE * len(lines) for lines in labels]))
    for middle, place, lines in zip(middles, places - wanted, labels, strict=True):
        _beside(axes, x, middle, float(place), lines)
    return starts


def _apart(wanted: np.ndarray[Any, Any], heights: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Move labels of some height as little as needed for none to overlap, in their order.

    Without overlap the places less the room taken by the labels before may not fall: the nearest
    such places are those of isotonic regression (Barlow et al. 1972).
    """
    before = np.cumsum(heights) - heights / 2
    return np.asarray(isotonic_regression(wanted - before).x + before)


def _beside(axes: Axes, x: float, y: float, below: float, lines: list[str]) -> None:
    """Write a name beside a pile, so many points below its middle.

    Each line is written by itself, for a browser to line up at its end.
    """
    side, shift = ("right", -8) if x == 0 else ("left", 8)
    for row, line in enumerate(lines):
        down = _LINE * ((len(lines) - 1) / 2 - row) - below
        axes.annotate(
            line,
            (x, y),
            (shift, down),
            textcoords="offset points",
            ha=side,
            va="center",
            fontsize=8,
        )


def _ribbon(axes: Axes, start: float, end: float, size: int, number: int) -> None:
    points = [
        (0.01, start),
        (0.5, start),
        (0.5, end),
        (0.99, end),
        (0.99, end + size),
        (0.5, end + size),
        (0.5, start + size),
        (0.01, start + size),
        (0.01, start),
    ]
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    colour = QUALITATIVE[number % len(QUALITATIVE)]
    axes.add_patch(
        PathPatch(
            Path(points, codes),
            facecolor=colour,
            edgecolor=SOFT,
            linewidth=0.4,
            alpha=0.75,
            hatch=hatch(number),
        )
    )


def _moves_text(both: pd.DataFrame) -> str:
    if both.empty:
        return "Er is geen buurt met een type in beide jaren."
    moved = int((both["van"] != both["naar"]).sum())
    whole = meervoud(len(both), "buurt", "buurten")
    if not moved:
        return f"Geen van de {whole} is van type veranderd."
    return f"{getal(moved)} van {whole} {'is' if moved == 1 else 'zijn'} van type veranderd."
