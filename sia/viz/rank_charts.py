"""Charts of the order of buurten: ranks with intervals, sensitivity, contributions, profiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sia.viz.figure import (
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
    row_of,
    shorten,
)
from sia.viz.theme import (
    MISSING,
    PATTERNS,
    QUALITATIVE,
    getal,
    kans,
    meervoud,
    opsomming,
    rang_interval,
)

CERTAIN = 0.80
"""P(top quarter) from which a buurt is drawn as certainly urgent (method, approach rules)."""

_HATCHES = {
    "vlak": "",
    "schuin": "//",
    "stip": "..",
    "horizontaal": "--",
    "ruit": "xx",
    "verticaal": "||",
    "tegenschuin": "\\\\",
    "kruis": "++",
}


def hatch(number: int) -> str:
    """Return Matplotlib's hatching for the `number`-th colour of `QUALITATIVE` (from 0)."""
    return _HATCHES[PATTERNS[number % len(PATTERNS)]]


def rank_intervals(
    scores: pd.DataFrame,
    names: Mapping[str, str] | pd.Series[str],
    *,
    nadruk: Sequence[str] = (),
) -> Chart:
    """Draw the rank of every ranked buurt with its 5-95 % interval, most urgent on top.

    Parameters
    ----------
    scores : DataFrame, index ``buurtcode``
        ``rang``, ``gerangschikt`` and, when known, ``rang_p05``, ``rang_p95``, ``kans_kwart``.
    names : mapping or Series
        Code -> name.
    nadruk : sequence of str
        Codes whose name is drawn bold.

    Returns
    -------
    Chart
    """
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
    sure = (_column(ranked, "kans_kwart") >= CERTAIN).to_numpy()
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
    first = opsomming(list(ranked.loc[ranked["rang"] == ranked["rang"].min(), "naam"]))
    text = f"{first} staat bovenaan van {meervoud(len(ranked), 'buurt', 'buurten')}."
    if " en " in first:
        text = text.replace(" staat ", " staan ", 1)
    if not _column(ranked, "rang_p05").notna().any():
        return text + " Marges zijn nog niet berekend; kleine verschillen in plaats zeggen weinig."
    sure = int((_column(ranked, "kans_kwart") >= CERTAIN).sum())
    where = "bij ten minste 80 % van de doorrekeningen in het hoogste kwart"
    verb = "hoort" if sure <= 1 else "horen"
    whom = "Geen enkele buurt" if not sure else meervoud(sure, "buurt", "buurten")
    return (
        f"{text} {whom} {verb} {where} (ruit). De streep is de plaats in 90 % van de "
        "doorrekeningen: waar strepen elkaar overlappen, is de volgorde onzeker."
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
    """Draw which choices move the ranks most: Sobol indices with bootstrap intervals.

    Parameters
    ----------
    table : DataFrame, index choice (str)
        ``eerste`` and ``totaal`` (shares, 0-1), and when known ``eerste_laag``, ``eerste_hoog``,
        ``totaal_laag``, ``totaal_hoog``.

    Returns
    -------
    Chart
    """
    known = table if "totaal" in table else pd.DataFrame(columns=["eerste", "totaal"], dtype=float)
    rows = known.sort_values("totaal", ascending=False, kind="stable")
    labels = [str(label) for label in rows.index]
    left, width, height = name_room(labels), 7.5, 0.9 + 0.45 * len(rows)
    with canvas(width, height) as figure:
        axes = figure.add_axes(
            (left / width, 0.5 / height, 1 - (left + 0.3) / width, 1 - 0.85 / height)
        )
        _bars(axes, rows, "totaal", -0.17, PLAIN, "")
        _bars(axes, rows, "eerste", 0.17, "#e69f00", "//")
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


def contribution_bars(
    bijdragen: pd.DataFrame, code: str, naam: str, names: Mapping[str, str], *, most: int = 10
) -> Chart:
    """Draw which indicators raise and lower the urgentie of one buurt most.

    Parameters
    ----------
    bijdragen : DataFrame, index ``buurtcode``
        Points per indicator.
    code, naam : str
    names : mapping
        Indicator id -> Dutch name.
    most : int
        How many are drawn; what the rest adds up to is drawn as one bar.
    """
    row = row_of(bijdragen, code).dropna()
    order = row.index[np.argsort(-row.abs().to_numpy(), kind="stable")]
    shown = row[order[:most]]
    shown = shown.iloc[np.argsort(-shown.to_numpy(), kind="stable")]
    labels = [shorten(name_of(names, key), 44) for key in shown.index]
    if len(row) > most:
        shown = pd.concat([shown, pd.Series({"": row[order[most:]].sum()})])
        labels.append(f"{len(row) - most} andere cijfers samen")
    left, width, height = name_room(labels), 7.8, 0.65 + 0.27 * max(len(shown), 1)
    with canvas(width, height) as figure:
        axes = figure.add_axes(
            (left / width, 0.5 / height, 1 - (left + 0.5) / width, 1 - 0.55 / height)
        )
        _signed_bars(axes, shown.to_numpy())
        axes.set_yticks(range(len(shown)), labels, fontsize=9)
        axes.set_xlabel("punten urgentie boven (+) of onder (−) de vergelijking", fontsize=9)
        data = pd.DataFrame({"cijfer": labels, "punten": [getal(v, 1) for v in shown]})
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
    axes.barh(rows[~up], values[~up], 0.7, color="#56b4e9", hatch="//", edgecolor="white")
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
    if row[up] > 0:
        parts.append(f"{name_of(names, up)} verhoogt de urgentie het meest ({getal(row[up], 1)})")
    if row[down] < 0:
        parts.append(f"{name_of(names, down)} verlaagt haar het meest ({getal(row[down], 1)})")
    return (
        opsomming(parts) + "." if parts else "Geen enkel cijfer verhoogt of verlaagt de urgentie."
    )


def stacked_contributions(
    per_domein: pd.DataFrame, names: Mapping[str, str] | pd.Series[str], domains: Mapping[str, str]
) -> Chart:
    """Draw, per buurt, how the domains build up its urgentie.

    Parameters
    ----------
    per_domein : DataFrame, index ``buurtcode``, one column per domain
        Points; may be negative.
    names : mapping or Series
        Code -> name.
    domains : mapping
        Column -> Dutch name, in drawing order.
    """
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
                    edgecolor="#333",
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


def domain_profile(
    scores: pd.DataFrame,
    code: str,
    naam: str,
    domains: Mapping[str, str],
    *,
    land: Mapping[str, float] | None = None,
) -> Chart:
    """Draw the domain scores of one buurt against those of the city and, when known, the country.

    Parameters
    ----------
    scores : DataFrame, index ``buurtcode``
        All buurten of the city, one column per domain (0-100).
    code, naam : str
    domains : mapping
        Column -> Dutch name.
    land : mapping, optional
        Domain -> national score.
    """
    names = list(domains)
    labels = list(domains.values())
    left, width, height = name_room(labels), 7.2, 0.95 + 0.42 * len(names)
    with canvas(width, height) as figure:
        axes = figure.add_axes(
            (left / width, 0.5 / height, 1 - (left + 0.7) / width, 1 - 0.85 / height)
        )
        low, mid, high = (scores[names].quantile(q) for q in (0.25, 0.5, 0.75))
        quart = pd.DataFrame({"laag": low, "midden": mid, "hoog": high})
        own = row_of(scores[names], code)
        rows = np.arange(len(names))
        axes.barh(
            rows,
            high - low,
            0.5,
            left=low,
            color="#d5dde2",
            label="helft van de buurten",
        )
        axes.scatter(mid, rows, 130, marker="|", color=INK, label="middelste buurt")
        if land:
            at = [land.get(name, np.nan) for name in names]
            axes.scatter(
                at, rows, 40, marker="^", facecolor="white", edgecolor=INK, label="land", zorder=3
            )
        axes.scatter(own, rows, 60, marker="D", color=STRONG, label=shorten(naam, 30), zorder=4)
        for row, value in enumerate(own):
            axes.text(102, row, getal(value, 1), va="center", fontsize=9)
        axes.set_yticks(rows, labels, fontsize=9)
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.set_xlim(0, 100)
        axes.set_xlabel("score (hoger = urgenter)", fontsize=9)
        axes.grid(axis="x", linewidth=0.5)
        axes.legend(frameon=False, fontsize=8, ncols=4, loc="lower left", bbox_to_anchor=(-0.3, 1))
        data = _profile_data(own, quart, domains, naam)
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
        return f"{naam} ligt op elk bekend domein tussen de middelste helft van de buurten."
    return f"De urgentie van {naam} is {' en '.join(parts)}."
