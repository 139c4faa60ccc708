"""Charts of the agenda: who works where and when, and what it costs per year."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from sia.dutch import getal, meervoud
from sia.viz.figure import EDGE, INK, RULE, Chart, canvas, finish, name_room, shorten
from sia.viz.rank_charts import hatch
from sia.viz.theme import QUALITATIVE

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
    tekst: str = "",
    jaren: range | None = None,
    breedte: float = 10.5,
) -> Chart:
    """Draw the investments as bars over the years, grouped by area, coloured by partner."""
    placed = programma.dropna(subset=["start", "eind"]).astype({"start": int, "eind": int})
    placed = placed.sort_values(["gebied", "start", "eind", "titel"], kind="stable")
    places, headings = _rows(placed["gebied"])
    signs = int(5.8 * breedte)
    labels = [shorten(name, signs) for name in placed["titel"].astype(str)]
    lines = len(labels) + len(headings)
    left, width, height = name_room(labels, 0.069), breedte, 0.6 + _LINE * max(lines, 1)
    years = jaren or _span(placed)
    with canvas(width, height) as figure:
        inside = width - left - 0.2
        axes = figure.add_axes((left / width, 0.1 / height, inside / width, 1 - 0.5 / height))
        _bars(axes, placed, places, inside / max(len(years), 1), years, partners)
        for name, place in headings.items():
            axes.axhline(place - 0.5, color=INK, linewidth=0.6)
            shown = shorten(str(name), int(10 * breedte))
            axes.text(0, place, shown, transform=axes.get_yaxis_transform(), va="center",
                      fontsize=9, fontweight="bold")  # fmt: skip
        axes.set_yticks(places, labels, fontsize=8.5)
        axes.set_ylim(max(lines, 1) - 0.4, -0.6)
        _year_axis(axes, years)
        data = placed[["gebied", "titel", "partner", "start", "eind"]].astype(str)
        return finish(figure, titel, tekst or _when_text(programma, placed), data)


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
