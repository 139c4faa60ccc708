"""Charts of the typology: profiles of types, the choice of their number, moves between years."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from scipy.optimize import isotonic_regression

from sia.dutch import getal, meervoud, opsomming
from sia.viz.figure import (
    EDGE,
    INK,
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
from sia.viz.theme import QUALITATIVE

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

    Parameters
    ----------
    types : DataFrame of Int64, index ``buurtcode``, one column per year
    buurten : Series of str, index ``buurtcode``
        Names.
    names : mapping
        Type number -> name.
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
