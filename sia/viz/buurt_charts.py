"""Charts of one buurt, for its profile on paper and for the screen of a session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sia.change.words import FALLS, NOISE, RISES, UNKNOWN
from sia.dutch import MISSING, getal, met_teken, opsomming
from sia.viz.dataset import Cijfers
from sia.viz.figure import (
    BAND,
    INK,
    STRONG,
    Chart,
    canvas,
    dutch_axis,
    finish,
    folded,
    name_of,
    name_room,
    row_of,
    rows_canvas,
    shorten,
)
from sia.viz.theme import DOMAINS, QUALITATIVE

NARROW = 4.3
"""Inches of a chart that takes half an A4 page without its letters becoming too small."""
_LEGEND: Any = {"frameon": False, "fontsize": 8, "loc": "lower left"}
_LEGEND |= {"handletextpad": 0.4, "columnspacing": 0.9}
_AXIS = "punten urgentie boven (+) of onder (−) de vergelijking"


def buurt_charts(
    cijfers: Cijfers,
    jaren: pd.DataFrame,
    code: str,
    *,
    land: Mapping[str, float] | None = None,
    most: int = 8,
    smal: bool = False,
) -> list[Chart]:
    """Return the charts that the figures of one buurt allow: profile, contributions and trend."""
    naam, made = str(cijfers.naam[code]), []
    domains = {key: DOMAINS[key] for key in cijfers.domeinen}
    scores, given = cijfers.scores, cijfers.bijdragen
    if domains and code in scores.index and scores.loc[code, list(domains)].notna().any():
        made.append(domain_profile(scores, code, naam, domains, land=land or None, smal=smal))
    if code in given.index and given.loc[code].notna().any():
        names = {str(key): str(name) for key, name in cijfers.catalogus["naam"].items()}
        made.append(contribution_bars(given, code, naam, names, most=most, smal=smal))
    if jaren.shape[1] > 1 and code in jaren.index:
        made.append(trend_lines(jaren, code, naam, **_verdict(cijfers, code), smal=smal))
    return made


def _verdict(cijfers: Cijfers, code: str) -> dict[str, Any]:
    """Return what is said of the change of a buurt since the base year; empty when unknown."""
    found = cijfers.verandering
    if found is None or code not in found.buurten.index:
        return {}
    row = found.buurten.loc[code]
    return {"oordeel": row["oordeel"], "echt": row["echte verandering"], "sinds": found.basisjaar}


def _label_room(labels: list[str]) -> float:
    return name_room([line for label in labels for line in label.split("\n")])


def domain_profile(
    scores: pd.DataFrame,
    code: str,
    naam: str,
    domains: Mapping[str, str],
    *,
    land: Mapping[str, float] | None = None,
    smal: bool = False,
) -> Chart:
    """Draw the domain scores of one buurt against those of the city and, if known, the country."""
    names = list(domains)
    labels = [folded(name, 14) for name in domains.values()] if smal else list(domains.values())
    left, width = _label_room(labels), NARROW if smal else 7.2
    height = 0.95 + (0.33 if smal else 0.42) * len(names)
    made = rows_canvas(labels, width, height, right=0.7, top=0.85, left=left)
    with made as (figure, axes):
        low, mid, high = (scores[names].quantile(q) for q in (0.25, 0.5, 0.75))
        quart = pd.DataFrame({"laag": low, "midden": mid, "hoog": high})
        own = row_of(scores[names], code)
        rows = np.arange(len(names))
        axes.barh(
            rows,
            high - low,
            0.5,
            left=low,
            color=BAND,
            label="helft van de buurten",
        )
        axes.scatter(mid, rows, 130, marker="|", color=INK, label="middelste buurt")
        if land:
            at = [land.get(name, np.nan) for name in names]
            axes.scatter(
                at, rows, 40, marker="^", facecolor="white", edgecolor=INK, label="land", zorder=3
            )
        axes.scatter(
            own,
            rows,
            60,
            clip_on=False,
            marker="D",
            color=STRONG,
            label=shorten(naam, 18 if smal else 30),
            zorder=4,
        )
        for row, value in enumerate(own):
            axes.text(102, row, getal(value, 1), va="center", fontsize=9)
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.set_xlim(0, 100)
        axes.set_xlabel("score (hoger = urgenter)", fontsize=9)
        axes.grid(axis="x", linewidth=0.5)
        anchor = (-left / (width - left - 0.7), 1) if smal else (-0.3, 1)
        axes.legend(ncols=4, bbox_to_anchor=anchor, **_LEGEND)
        data = _profile_data(own, quart, domains, naam)
        if land:
            data["land"] = [getal(land.get(name), 1) for name in names]
        return finish(
            figure, f"{naam} vergeleken met de stad", _profile_text(own, quart, domains, naam), data
        )


def _profile_data(
    own: pd.Series[float], quart: pd.DataFrame, domains: Mapping[str, str], naam: str
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "domein": list(domains.values()),
            naam: [getal(own[name], 1) for name in domains],
            "middelste buurt": [getal(quart.at[name, "midden"], 1) for name in domains],
            "helft van de buurten": [
                f"{getal(quart.at[name, 'laag'], 1)} tot {getal(quart.at[name, 'hoog'], 1)}"
                for name in domains
            ],
        }
    )


def _profile_text(
    own: pd.Series[float], quart: pd.DataFrame, domains: Mapping[str, str], naam: str
) -> str:
    if not own.notna().any():
        return f"Voor {naam} is geen enkele domeinscore berekend."
    high = [domains[name] for name in domains if own[name] > quart["hoog"][name]]
    low = [domains[name] for name in domains if own[name] < quart["laag"][name]]
    parts = []
    if high:
        parts.append(f"hoger dan bij driekwart van de buurten op {opsomming(high)}")
    if low:
        parts.append(f"lager dan bij driekwart van de buurten op {opsomming(low)}")
    if not parts:
        return f"{naam} ligt op elk bekend domein bij de middelste helft van de buurten."
    return f"De urgentie van {naam} is {' en '.join(parts)}."


def contribution_bars(
    bijdragen: pd.DataFrame,
    code: str,
    naam: str,
    names: Mapping[str, str],
    *,
    most: int = 10,
    smal: bool = False,
) -> Chart:
    """Draw which indicators raise and lower the urgentie of one buurt most."""
    row = row_of(bijdragen, code).dropna()
    order = row.index[np.argsort(-row.abs().to_numpy(), kind="stable")]
    shown = row[order[:most]]
    shown = shown.iloc[np.argsort(-shown.to_numpy(), kind="stable")]
    full = [name_of(names, key) for key in shown.index]
    labels = [folded(name, 23) if smal else shorten(name, 44) for name in full]
    if len(row) > most:
        shown = pd.concat([shown, pd.Series({"": row[order[most:]].sum()})])
        labels.append(f"{len(row) - most} andere cijfers samen")
    left, width = _label_room(labels), NARROW if smal else 7.8
    height = 0.65 + (0.29 if smal else 0.27) * max(len(shown), 1)
    made = rows_canvas(labels, width, height, right=0.5, top=0.55, left=left)
    with made as (figure, axes):
        _signed_bars(axes, shown.to_numpy())
        axes.set_yticks(range(len(shown)), labels, fontsize=8.5 if smal else 9, linespacing=0.95)
        what = "punten boven (+) of onder (−)" if smal else _AXIS
        axes.set_xlabel(what, fontsize=9)
        whole = [label.replace("\n", " ") for label in labels]
        data = pd.DataFrame({"cijfer": whole, "punten": [getal(v, 1) for v in shown]})
        return finish(
            figure,
            f"Wat de urgentie van {naam} bepaalt",
            _why_text(dict(row[order[:most]]), names),
            data,
        )


def _signed_bars(axes: Axes, values: np.ndarray[Any, Any]) -> None:
    rows = np.arange(len(values))
    up = values >= 0
    axes.barh(rows[up], values[up], 0.7, color=STRONG)
    axes.barh(rows[~up], values[~up], 0.7, color=QUALITATIVE[1], hatch="//", edgecolor="white")
    reach = max(float(np.abs(values).max(initial=0.0)), 0.1)
    for row, value in enumerate(values.tolist()):
        side = "left" if value >= 0 else "right"
        axes.text(
            value + np.sign(value) * reach * 0.03,
            row,
            getal(value, 1),
            ha=side,
            va="center",
            fontsize=8,
        )
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.set_xlim(
        min(values.min(initial=0.0), 0) - 0.25 * reach,
        max(values.max(initial=0.0), 0) + 0.25 * reach,
    )
    axes.set_ylim(len(values) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    dutch_axis(axes, "x", 1)


def _why_text(row: Mapping[str, float], names: Mapping[str, str]) -> str:
    if not row:
        return "Voor deze buurt zijn geen bijdragen berekend."
    up, down = max(row, key=lambda key: row[key]), min(row, key=lambda key: row[key])
    parts = []

    def points(key: str) -> str:
        return getal(row[key], 1)

    if row[up] > 0:
        parts.append(f"op ‘{name_of(names, up)}’ verhoogt de urgentie het meest ({points(up)})")
    if row[down] < 0:
        parts.append(f"op ‘{name_of(names, down)}’ verlaagt de urgentie het meest ({points(down)})")
    if not parts:
        return "Geen enkel cijfer verhoogt of verlaagt de urgentie."
    # a figure of which less is worse raises urgency by being low: it is the standing that does it
    return f"Hoe deze buurt staat {', en hoe zij staat '.join(parts)}."


def trend_lines(
    by_year: pd.DataFrame,
    code: str,
    naam: str,
    *,
    oordeel: str = "",
    echt: float = np.nan,
    sinds: int = 0,
    smal: bool = False,
) -> Chart:
    """Draw the urgentie of one buurt over the years against the spread of the city.

    `oordeel`, `echt`: what is said of its real change since the year `sinds`, and the points.
    """
    table = by_year.astype(float)
    years = [int(year) for year in table.columns]
    own = row_of(table, code)
    with canvas(*((NARROW, 1.9) if smal else (6.4, 2.9))) as figure:
        axes = figure.add_axes((0.09, 0.13, 0.88, 0.72))
        low, mid, high = (table.quantile(q).to_numpy() for q in (0.25, 0.5, 0.75))
        axes.fill_between(years, low, high, color=BAND, label="helft van de buurten")
        axes.plot(years, mid, color=INK, linestyle="--", label="middelste buurt")
        if own.notna().any():
            label = shorten(naam, 14 if smal else 30)
            axes.plot(years, own, color=STRONG, marker="D", label=label)
        axes.set_xticks(years, [str(year) for year in years])
        axes.tick_params(labelsize=8)
        axes.grid(axis="y", linewidth=0.4)
        axes.legend(ncols=3, bbox_to_anchor=(-0.05, 1.0), handlelength=1.4, **_LEGEND)
        data = _trend_data(years, own, mid, naam)
        if not np.isnan(echt):
            data.loc[len(data)] = [f"echte verandering sinds {sinds}", getal(echt, 1), MISSING]
        text = _trend_text(own, naam, oordeel, echt, sinds)
        return finish(figure, f"Urgentie van {naam} door de jaren", text, data)


def _trend_data(
    years: list[int], own: pd.Series[float], mid: np.ndarray[Any, Any], naam: str
) -> pd.DataFrame:
    data = pd.DataFrame(
        {
            "jaar": [str(year) for year in years],
            naam: [getal(value, 1) for value in own],
            "middelste buurt": [getal(value, 1) for value in mid],
        }
    )
    if not np.isnan(_change(own)):
        since = f"verandering sinds {own.dropna().index[0]}"
        data.loc[len(data)] = [since, getal(_change(own), 1), MISSING]
    return data


def _change(own: pd.Series[float]) -> float:
    known = own.dropna().to_numpy()
    return float(known[-1] - known[0]) if len(known) > 1 else float("nan")


def _trend_text(own: pd.Series[float], naam: str, oordeel: str, echt: float, sinds: int) -> str:
    """Say how the first and the last score differ, and how much of that is real change."""
    known, change = own.dropna(), _change(own)
    if known.empty:
        return f"{naam} heeft in geen van deze jaren een score."
    if np.isnan(change):
        return f"Voor {naam} zijn er te weinig jaren voor een trend."
    first, last = int(known.index[0]), int(known.index[-1])
    points, word = getal(abs(change), 1), "hoger" if change > 0 else "lager"
    text = f"De score van {naam} is in {last} {points} punten {word} dan in {first}."
    if abs(change) < 0.05:
        text = f"De score van {naam} is in {last} gelijk aan die in {first}."
    if np.isnan(echt):
        return f"{text} Of de buurt zelf veranderde, is daarmee niet gezegd."
    part = f"De echte verandering sinds {sinds} is {met_teken(echt, 1)} punten"
    if first == sinds and 0.05 <= abs(echt) <= abs(change) and echt * change > 0:
        part = f"Daarvan is {getal(abs(echt), 1)} punten echte verandering"
    return f"{text} {part}, en {_SURE[oordeel]}."


_SURE = {
    RISES: "dat is meer dan ruis",
    FALLS: "dat is meer dan ruis",
    NOISE: "dat kan ruis zijn",
    UNKNOWN: "of dat meer is dan ruis, is niet bekend",
}
"""Judgement of a real change -> how a reader may take it."""
