"""Charts of the order of buurten: ranks with intervals, sensitivity, contributions, profiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sia.dutch import MISSING, getal, kans, meervoud, opsomming, rang_interval
from sia.viz.figure import (
    EDGE,
    INK,
    PLAIN,
    SOFT,
    STRONG,
    Chart,
    canvas,
    dutch_axis,
    finish,
    name_of,
    name_room,
    shorten,
)
from sia.viz.theme import QUALITATIVE, URGENTIE
from sia.weighing.ranking import SURE, words

_HATCHES = ("", "//", "..", "--", "xx", "||", "\\\\", "++")


def hatch(number: int) -> str:
    """Return Matplotlib's hatching for the `number`-th colour of `QUALITATIVE` (from 0)."""
    return _HATCHES[number % len(_HATCHES)]


def rank_intervals(
    scores: pd.DataFrame,
    names: Mapping[str, str] | pd.Series[str],
    *,
    nadruk: Sequence[str] = (),
) -> Chart:
    """Draw the rank of every ranked buurt with its 5-95 % interval, most urgent on top."""
    ranked = scores[scores["gerangschikt"].astype(bool) & scores["rang"].notna()]
    ranked = ranked.assign(naam=[name_of(names, code) for code in ranked.index])
    ranked = ranked.sort_values(["rang", "naam"], kind="stable")
    labels = [shorten(name) for name in ranked["naam"]]
    left, width, height = name_room(labels), 8.2, 0.9 + 0.2 * max(len(ranked), 2)
    with canvas(width, height) as figure:
        axes = figure.add_axes(
            (left / width, 0.05 / height, 1 - (left + 1.5) / width, 1 - 0.65 / height)
        )
        _rank_rows(axes, ranked)
        axes.set_yticks(range(len(ranked)), labels, fontsize=9)
        for tick, code in zip(axes.get_yticklabels(), ranked.index, strict=True):
            tick.set_fontweight("bold" if code in nadruk else "normal")
        return finish(figure, "Rangorde op urgentie", _rank_text(ranked), _rank_data(ranked))


def _rank_rows(axes: Axes, ranked: pd.DataFrame) -> None:
    total = len(ranked)
    rang = ranked["rang"].astype(float).to_numpy()
    rows = np.arange(total)
    sure = (words(ranked) == SURE).to_numpy()
    axes.hlines(rows, _column(ranked, "rang_p05"), _column(ranked, "rang_p95"), SOFT, linewidth=2.5)
    axes.scatter(rang[~sure], rows[~sure], 26, color=PLAIN, marker="o", zorder=3)
    axes.scatter(rang[sure], rows[sure], 42, color=STRONG, marker="D", zorder=3)
    for row, (_, buurt) in enumerate(ranked.iterrows()):
        interval = rang_interval(buurt.get("rang_p05"), buurt.get("rang_p95"), buurt["rang"])
        shown = getal(buurt["rang"]) + (f"  ({interval})" if interval != MISSING else "")
        axes.text(total + 1.5, row, shown, va="center", fontsize=9)
    if total:
        axes.axvline(total / 4 + 0.5, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
        axes.text(total / 4 + 0.8, -1.1, "hoogste kwart: links van de lijn", fontsize=8, va="top")
    axes.set_xlim(0, total + 1)
    axes.set_ylim(max(total, 1) - 0.4, -1.4)
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.set_xlabel("plaats (1 = meest urgent)", fontsize=9)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", linewidth=0.5)
    axes.spines[["left", "bottom"]].set_visible(False)


def _column(table: pd.DataFrame, name: str) -> pd.Series[float]:
    if name in table:
        return table[name].astype(float)
    return pd.Series(np.nan, index=table.index)


def _rank_text(ranked: pd.DataFrame) -> str:
    if ranked.empty:
        return "Geen enkele buurt kon worden gerangschikt."
    first = list(ranked.loc[ranked["rang"] == ranked["rang"].min(), "naam"])
    stand = "staat" if len(first) == 1 else "staan"
    whole = meervoud(len(ranked), "buurt", "buurten")
    text = f"{opsomming(first)} {stand} bovenaan van {whole}."
    if not _column(ranked, "rang_p05").notna().any():
        return text + " Marges zijn nog niet berekend; kleine verschillen in plaats zeggen weinig."
    sure = int((words(ranked) == SURE).sum())
    verb = "hoort" if sure <= 1 else "horen"
    whom = "Geen enkele buurt" if not sure else meervoud(sure, "buurt", "buurten")
    return (
        f"{text} {whom} {verb} zeker bij het hoogste kwart (ruit). De streep is de plaats in 90 % "
        "van de doorrekeningen: waar strepen elkaar overlappen, is de volgorde onzeker."
    )


def _rank_data(ranked: pd.DataFrame) -> pd.DataFrame:
    low, high = _column(ranked, "rang_p05"), _column(ranked, "rang_p95")
    return pd.DataFrame(
        {
            "buurt": ranked["naam"],
            "plaats": [getal(value) for value in ranked["rang"]],
            "plaats in 90 % van de doorrekeningen": [
                rang_interval(a, b, rank)
                for rank, a, b in zip(ranked["rang"], low, high, strict=True)
            ],
            "kans op hoogste kwart": [kans(p) for p in _column(ranked, "kans_kwart")],
        }
    )


def sensitivity_bars(table: pd.DataFrame) -> Chart:
    """Draw which choices move the ranks most: Sobol indices with bootstrap intervals."""
    known = table if "totaal" in table else pd.DataFrame(columns=["eerste", "totaal"], dtype=float)
    rows = known.sort_values("totaal", ascending=False, kind="stable")
    labels = [str(label) for label in rows.index]
    left, width, height = name_room(labels), 7.5, 0.9 + 0.45 * len(rows)
    with canvas(width, height) as figure:
        axes = figure.add_axes(
            (left / width, 0.5 / height, 1 - (left + 0.3) / width, 1 - 0.85 / height)
        )
        _bars(axes, rows, "totaal", -0.17, PLAIN, "")
        _bars(axes, rows, "eerste", 0.17, URGENTIE[2], "//")
        axes.set_yticks(range(len(rows)), labels, fontsize=9)
        axes.set_ylim(max(len(rows), 1) - 0.5, -0.5)
        axes.set_xlim(left=min(0.0, *axes.get_xlim()[:1]))
        axes.grid(axis="x", linewidth=0.5)
        dutch_axis(axes, "x", 1)
        axes.set_xlabel("aandeel in het verschuiven van plaatsen", fontsize=9)
        axes.legend(frameon=False, fontsize=9, ncols=2, loc="lower left", bbox_to_anchor=(0, 1))
        shown = rows.map(lambda value: getal(value, 2)).rename_axis("keuze").reset_index()
        return finish(figure, "Welke keuzes de rangorde verschuiven", _sens_text(rows), shown)


def _bars(
    axes: Axes, rows: pd.DataFrame, name: str, shift: float, colour: str, pattern: str
) -> None:
    value = rows[name].to_numpy(dtype=float)
    place = np.arange(len(rows)) + shift
    label = {"totaal": "met alle wisselwerking", "eerste": "op zichzelf"}[name]
    axes.barh(place, value, 0.32, color=colour, hatch=pattern, edgecolor="white", label=label)
    if f"{name}_laag" in rows:
        low = value - rows[f"{name}_laag"].to_numpy(dtype=float)
        high = rows[f"{name}_hoog"].to_numpy(dtype=float) - value
        error = np.maximum(np.vstack([low, high]), 0)
        axes.errorbar(value, place, xerr=error, fmt="none", ecolor=INK, elinewidth=1, capsize=2)


def _sens_text(rows: pd.DataFrame) -> str:
    if rows.empty or not rows["totaal"].notna().any():
        return "Er is geen keuze die de plaatsen verschuift."
    share = getal(rows["totaal"].iloc[0], 2)
    return (
        f"De keuze die de plaatsen het meest verschuift is: {rows.index[0]} "
        f"(aandeel {share}, wisselwerking meegeteld)."
    )


def stacked_contributions(
    per_domein: pd.DataFrame, names: Mapping[str, str] | pd.Series[str], domains: Mapping[str, str]
) -> Chart:
    """Draw, per buurt, how the domains build up its urgentie."""
    table = per_domein[list(domains)].astype(float).dropna(how="all")
    table = table.loc[table.sum(axis=1).sort_values(ascending=False, kind="stable").index]
    labels = [shorten(name_of(names, code)) for code in table.index]
    left, width, height = name_room(labels), 8.0, 1.3 + 0.21 * max(len(table), 1)
    with canvas(width, height) as figure:
        axes = figure.add_axes(
            (left / width, 0.5 / height, 1 - (left + 0.2) / width, 1 - 1.15 / height)
        )
        for positive in (True, False):
            start = np.zeros(len(table))
            for number, (domain, label) in enumerate(domains.items()):
                part = table[domain].fillna(0).to_numpy()
                part = np.where((part >= 0) == positive, part, 0)
                axes.barh(
                    range(len(table)),
                    part,
                    0.75,
                    left=start,
                    color=QUALITATIVE[number],
                    hatch=hatch(number),
                    edgecolor=EDGE,
                    linewidth=0.3,
                    label=label if positive else None,
                )
                start = start + part
        axes.set_yticks(range(len(table)), labels, fontsize=9)
        axes.set_ylim(len(table) - 0.4, -0.6)
        axes.axvline(0, color=INK, linewidth=0.8)
        axes.set_xlabel("punten urgentie boven (+) of onder (−) de vergelijking", fontsize=9)
        dutch_axis(axes, "x")
        axes.legend(frameon=False, fontsize=8, ncols=3, loc="lower left", bbox_to_anchor=(0, 1))
        data = table.map(lambda v: getal(v, 1)).rename(columns=dict(domains))
        data.insert(0, "buurt", [name_of(names, code) for code in table.index])
        return finish(
            figure, "Opbouw van de urgentie per domein", _stack_text(table, names, domains), data
        )


def _stack_text(
    table: pd.DataFrame, names: Mapping[str, str] | pd.Series[str], domains: Mapping[str, str]
) -> str:
    if table.empty or not table.notna().any(axis=None):
        return "Er zijn geen bijdragen berekend."
    top = table.iloc[0]
    heavy = domains[str(top.idxmax())]
    return f"Bij {name_of(names, table.index[0])}, de hoogste balk, draagt {heavy} het meest bij."
