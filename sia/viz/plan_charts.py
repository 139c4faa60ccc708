"""Charts of the agenda: where plans lie, who works where and when, and what it costs per year."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sia.dutch import getal, meervoud
from sia.viz.figure import EDGE, INK, RULE, STRONG, Chart, canvas, finish, name_room, shorten
from sia.viz.index_charts import hatch
from sia.viz.theme import NO_DATA, QUALITATIVE, URGENTIE

_MARKS = "osD^vPX*<>hp8d"
_DIA, _OTHER = URGENTIE[0], NO_DATA


def plan_map(
    gebieden: gpd.GeoDataFrame,
    plannen: gpd.GeoDataFrame,
    dia: pd.Index,
    namen: pd.Series | None = None,
) -> Chart:
    """Draw every plan as a mark at its place, by partner, over the buurten."""
    inside = gebieden.index.isin(dia)
    with canvas(8.6, 6.4) as figure:
        axes = figure.add_axes((0.01, 0.2, 0.98, 0.79))
        gebieden.plot(
            ax=axes,
            color=[_DIA if yes else _OTHER for yes in inside],
            edgecolor=EDGE,
            linewidth=0.4,
        )
        middles = plannen.geometry.representative_point()
        handles: list[Artist] = [
            Patch(facecolor=_DIA, edgecolor=EDGE, label="gebied met gezamenlijke aanpak")
        ]
        for number, partner in enumerate(sorted(set(plannen["partner"]))):
            own = middles[plannen["partner"] == partner]
            mark = _MARKS[number % len(_MARKS)]
            colour = QUALITATIVE[number % len(QUALITATIVE)]
            axes.plot(own.x, own.y, mark, color=colour, markeredgecolor=EDGE, markersize=5,
                      markeredgewidth=0.4, linestyle="none")  # fmt: skip
            handles.append(Line2D([], [], marker=mark, color=colour, markeredgecolor=EDGE,
                                  linestyle="none", label=partner))  # fmt: skip
        if namen is not None:
            _name_areas(axes, gebieden.loc[inside], namen)
        axes.set_aspect("equal")
        axes.set_axis_off()
        figure.legend(handles=handles, ncols=3, loc="lower left", frameon=False, fontsize=8)
        return finish(figure, "Plannen van partners op de kaart", _text(plannen, dia),
                      _counts(plannen))  # fmt: skip


def _name_areas(axes: Axes, dia: gpd.GeoDataFrame, namen: pd.Series) -> None:
    """Draw a line around each area and write its name in it, on a light ground."""
    whole = dia[["geometry"]].assign(gebied=namen.reindex(dia.index)).dissolve("gebied")
    whole.boundary.plot(ax=axes, color=STRONG, linewidth=1.4)
    for name, point in whole.representative_point().items():
        axes.annotate(str(name), (point.x, point.y), ha="center", va="center", fontsize=8,
                      fontweight="bold", zorder=5,
                      bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.5},
                      )  # fmt: skip


def _counts(plannen: pd.DataFrame) -> pd.DataFrame:
    counts = plannen["partner"].value_counts().sort_index()
    return pd.DataFrame({"partner": counts.index.astype(str), "plannen": counts.astype(str)})


def _text(plannen: pd.DataFrame, dia: pd.Index) -> str:
    wanted = set(dia)
    touching = sum(bool(wanted.intersection(codes.split(";"))) for codes in plannen["buurtcodes"])
    total = meervoud(len(plannen), "plan", "plannen")
    lie = "ligt" if touching == 1 else "liggen"
    return f"Van {total} {lie} er {getal(touching)} in een gemarkeerd gebied."


_LINE = 0.23
"""Inches of a line of the timeline."""


def _look(number: int) -> dict[str, Any]:
    """Return colour and hatching of the `number`-th partner; no two of the first 64 are alike."""
    turn = number // len(QUALITATIVE)
    return {
        "color": QUALITATIVE[number % len(QUALITATIVE)],
        "hatch": hatch(number + turn),
        "edgecolor": EDGE,
        "linewidth": 0.5,
    }


def timeline(
    programma: pd.DataFrame,
    partners: Iterable[str] = (),
    *,
    titel: str = "Agenda per gebied en partner",
) -> Chart:
    """Draw the investments as bars over the years, grouped by area, coloured by partner."""
    placed = programma.dropna(subset=["start", "eind"]).astype({"start": int, "eind": int})
    placed = placed.sort_values(["gebied", "start", "eind", "titel"], kind="stable")
    places, headings = _rows(placed["gebied"])
    labels = [shorten(name, 60) for name in placed["titel"].astype(str)]
    lines = len(labels) + len(headings)
    left, width, height = name_room(labels, 0.069), 10.5, 0.6 + _LINE * max(lines, 1)
    years = _span(placed)
    with canvas(width, height) as figure:
        inside = width - left - 0.2
        axes = figure.add_axes((left / width, 0.1 / height, inside / width, 1 - 0.5 / height))
        _bars(axes, placed, places, inside / max(len(years), 1), years, partners)
        for name, place in headings.items():
            axes.axhline(place - 0.5, color=INK, linewidth=0.6)
            shown = shorten(str(name), 105)
            axes.text(0, place, shown, transform=axes.get_yaxis_transform(), va="center",
                      fontsize=9, fontweight="bold")  # fmt: skip
        axes.set_yticks(places, labels, fontsize=8.5)
        axes.set_ylim(max(lines, 1) - 0.4, -0.6)
        _year_axis(axes, years)
        data = placed[["gebied", "titel", "partner", "start", "eind"]].astype(str)
        return finish(figure, titel, _when_text(programma, placed), data)


def _rows(groups: pd.Series[str]) -> tuple[list[int], dict[str, int]]:
    """Give every bar a row, and every group a row above its bars for its name."""
    places: list[int] = []
    headings: dict[str, int] = {}
    for name in groups.astype(str):
        if name not in headings:
            headings[name] = len(places) + len(headings)
        places.append(len(places) + len(headings))
    return places, headings


def _span(placed: pd.DataFrame) -> range:
    if placed.empty:
        return range(0)
    return range(int(placed["start"].min()), int(placed["eind"].max()) + 1)


def _bars(
    axes: Axes,
    placed: pd.DataFrame,
    places: list[int],
    year: float,
    years: range,
    partners: Iterable[str],
) -> None:
    """Draw the bars with the partner's name beside each, on the side where there is room.

    A year is `year` inches wide.
    """
    numbers = {name: number for number, name in enumerate(sorted({*placed["partner"], *partners}))}
    for place, row in zip(places, placed.to_dict("records"), strict=True):
        begin, end = row["start"], row["eind"] + 1
        axes.barh(place, end - begin, 0.72, left=begin, **_look(numbers[row["partner"]]))
        if row["partner"] == row["gebied"]:
            continue
        right = (years.stop - end) * year >= name_room([str(row["partner"])], 0.062)
        axes.annotate(
            str(row["partner"]),
            (end if right else begin, place),
            (3 if right else -3, 0),
            textcoords="offset points",
            ha="left" if right else "right",
            va="center",
            fontsize=8,
        )


def _year_axis(axes: Axes, years: range) -> None:
    if not years:
        return
    axes.set_xticks([year + 0.5 for year in years], [str(year) for year in years], fontsize=8.5)
    axes.set_xticks([*years, years.stop], minor=True)
    axes.grid(axis="x", which="minor", color=RULE, linewidth=0.5)
    axes.tick_params(axis="both", which="both", length=0)
    axes.xaxis.tick_top()
    axes.set_xlim(years.start, years.stop)


def _when_text(programma: pd.DataFrame, placed: pd.DataFrame) -> str:
    if placed.empty:
        return "Er is nog geen enkele investering ingepland."
    starts = placed["start"].value_counts().sort_index()
    busy = int(starts.index[int(starts.to_numpy().argmax())])
    text = (
        f"{meervoud(len(placed), 'investering is', 'investeringen zijn')} ingepland; in {busy} "
        f"beginnen er de meeste ({getal(starts.max())})."
    )
    left = len(programma) - len(placed)
    return text + (f" {meervoud(left, 'staat', 'staan')} niet in de agenda." if left else "")
