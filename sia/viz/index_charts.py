"""Charts of the index: the order of buurten, and what it is made of and rests on."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sia.catalogue.model import Catalogue
from sia.dutch import MISSING, getal, kans, meervoud, met_teken, opsomming, rang_interval
from sia.index import SkewKurtosis, kurtosis, skewness
from sia.viz.figure import (
    EDGE,
    INK,
    PLAIN,
    SOFT,
    STRONG,
    Chart,
    Names,
    canvas,
    dutch_axis,
    finish,
    folded,
    name_of,
    name_room,
    nothing,
    rows_canvas,
    shorten,
)
from sia.viz.theme import DIVERGING, NO_DATA, QUALITATIVE, URGENTIE
from sia.weighing.ranking import SURE, words

SKEW_LIMIT, KURTOSIS_LIMIT = SkewKurtosis.skew, SkewKurtosis.kurt
"""Beyond both an indicator is treated for outliers (COINr, docs/explanation/methode.md)."""
_BOUNDS = ("−1 tot −0,6", "−0,6 tot −0,2", "−0,2 tot 0,2", "0,2 tot 0,6", "0,6 tot 1", "onbekend")
PARTS = {"herziening": 3, "grenzen": 2, "methode": 1, "bron": 4, "echte verandering": 5}
"""Causes of change and the colour of each in `QUALITATIVE`."""


def shapes(table: pd.DataFrame, catalogue: Catalogue) -> Chart:
    """Draw a small histogram of every score indicator, with skewness and kurtosis.

    An indicator that the outlier rule will treat is hatched and has its title in bold.
    """
    entries = [e for e in catalogue if e.telt_mee and e.id in table and table[e.id].nunique() > 1]
    across = 5
    down = max(-(-len(entries) // across), 1)
    rows = []
    with canvas(11.0, 1.5 * down + 0.3) as figure:
        for number, entry in enumerate(entries):
            axes = figure.add_subplot(down, across, number + 1)
            values = table[entry.id].dropna().to_numpy(dtype=float)[:, None]
            skew, tail = skewness(values)[0], kurtosis(values)[0]
            treated = abs(skew) > SKEW_LIMIT and tail > KURTOSIS_LIMIT
            _histogram(axes, values[:, 0], folded(entry.naam, 33), treated)
            rows.append((entry.naam, getal(skew, 1), getal(tail, 1), "ja" if treated else "nee"))
        figure.subplots_adjust(0.02, 0.03, 0.98, 0.97, wspace=0.15, hspace=0.95)
        data = pd.DataFrame(rows, columns=["cijfer", "scheefheid", "kurtosis", "wordt behandeld"])
        return finish(figure, "De vorm van elke verdeling", _shape_text(data), data)


def _histogram(axes: Axes, values: np.ndarray, title: str, treated: bool) -> None:
    count, edges = np.histogram(values, bins=12)
    colour, pattern = (STRONG, "///") if treated else (PLAIN, "")
    axes.bar(
        edges[:-1], count, np.diff(edges), align="edge", color=colour, hatch=pattern, ec="white"
    )
    axes.set_title(title, fontsize=8.5, fontweight="bold" if treated else "normal", pad=3)
    axes.set_yticks([])
    axes.set_xticks([edges[0], edges[-1]], [getal(edges[0], 1), getal(edges[-1], 1)], fontsize=8)
    axes.tick_params(length=0)
    axes.spines["left"].set_visible(False)


def _shape_text(data: pd.DataFrame) -> str:
    if data.empty:
        return "Er is geen enkel cijfer met verschillen tussen buurten."
    treated = list(data.loc[data["wordt behandeld"] == "ja", "cijfer"])
    if not treated:
        return "Geen enkel cijfer is zo scheef dat de regel voor uitschieters het raakt."
    some = ", ".join(treated[:3]) + (" en andere" if len(treated) > 3 else "")
    return (
        f"{meervoud(len(treated), 'cijfer is', 'cijfers zijn')} scheef genoeg om behandeld te "
        f"worden (gearceerd): {some}."
    )


def correlation_map(table: pd.DataFrame, groups: Mapping[str, Mapping[str, str]]) -> Chart:
    """Draw the rank correlations of all indicators as coloured cells, ordered by domain.

    Lines separate the domains; the data lists the strongest pairs across and within domains.
    """
    flat = {k: n for names in groups.values() for k, n in names.items() if k in table}
    keys = [key for key in flat if table[key].nunique() > 1]
    title = "Samenhang van alle indicatoren"
    if len(keys) < 2:
        return nothing(title, "Er zijn geen twee cijfers die tussen buurten verschillen.")
    domain = {key: name for name, inside in groups.items() for key in inside}
    grid = table[keys].astype(float).corr(method="spearman", min_periods=5).to_numpy(dtype=float)
    labels = [shorten(flat[key], 46) for key in keys]
    left, side = name_room(labels, 0.068), max(0.145 * len(keys), 1.0)
    width, height = left + side + 1.4, side + 0.3
    with canvas(width, height) as figure:
        axes = figure.add_axes((left / width, 0.1 / height, side / width, side / height))
        classes = np.clip(np.floor((grid + 1) / 0.4), 0, 4)
        lower = np.tri(len(keys), k=-1, dtype=bool)
        for number, (colour, label) in enumerate(zip((*DIVERGING, NO_DATA), _BOUNDS, strict=True)):
            wanted, mark = (np.isnan(grid), "x") if number == 5 else (classes == number, "s")
            rows, columns = np.nonzero(wanted & lower)
            axes.scatter(columns, rows, 62, marker=mark, color=colour, linewidth=0.3, label=label)
        for place, key in enumerate(keys):
            if place == 0 or domain[key] != domain[keys[place - 1]]:
                axes.axhline(place - 0.5, color=INK, linewidth=0.8)
                axes.axvline(place - 0.5, color=INK, linewidth=0.8)
                box = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
                axes.text(place + 1.5, place, domain[key], fontsize=8, va="center", bbox=box)
        axes.set_yticks(range(len(keys)), labels, fontsize=8)
        axes.set_xticks([])
        axes.set_xlim(-0.5, len(keys) - 0.5)
        axes.set_ylim(len(keys) - 0.5, -0.5)
        axes.tick_params(length=0)
        axes.legend(frameon=False, fontsize=7, loc="upper left", bbox_to_anchor=(1, 1))
        data = _pairs(grid, keys, flat, domain)
        return finish(figure, title, _pair_text(data), data)


def _pairs(
    grid: np.ndarray, keys: list[str], names: Mapping[str, str], domain: Mapping[str, str]
) -> pd.DataFrame:
    rows, columns = np.tril_indices(len(keys), -1)
    found = pd.DataFrame(
        {
            "het ene cijfer": [names[keys[i]] for i in columns],
            "het andere cijfer": [names[keys[i]] for i in rows],
            "domein": [
                "zelfde" if domain[keys[i]] == domain[keys[j]] else "ander"
                for i, j in zip(rows, columns, strict=True)
            ],
            "waarde": grid[rows, columns],
        }
    ).dropna(subset=["waarde"])
    order = found["waarde"].abs().sort_values(ascending=False, kind="stable").index[:25]
    strongest = found.loc[order]
    return strongest.assign(samenhang=[getal(v, 2) for v in strongest.pop("waarde")])


def _pair_text(data: pd.DataFrame) -> str:
    if data.empty:
        return "Er zijn te weinig cijfers om samenhang te berekenen."
    best = data.iloc[0]
    return (
        f"{best['het ene cijfer']} en {best['het andere cijfer']} hangen het sterkst samen "
        f"({best['samenhang']}). De lijnen scheiden de domeinen."
    )


def left_out_bars(table: pd.DataFrame, meeste: int = 20) -> Chart:
    """Draw how far the ranking moves when one indicator is left out, heaviest on top."""
    mean, far = "gemiddeld verschoven (plaatsen)", "verst verschoven (plaatsen)"
    shown = table.head(meeste)
    labels = [shorten(name, 60) for name in shown.get("indicator", [])]
    height = 0.75 + 0.23 * max(len(labels), 1)
    with rows_canvas(labels, 8.0, height, right=0.4, top=0.55, size=8) as (figure, axes):
        for row, (_, one) in enumerate(shown.iterrows()):
            axes.barh(row, one[mean], 0.7, color=PLAIN)
            axes.text(one[mean], row, f" {getal(one[mean], 1)}", va="center", fontsize=8)
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel("gemiddeld aantal plaatsen dat een buurt verschuift", fontsize=9)
        dutch_axis(axes, "x", 1)
        text = "Er is maar één indicator, dus niets om weg te laten."
        if labels:
            first = shown.iloc[0]
            text = (
                f"Zonder {first['indicator']} verschuift een buurt gemiddeld "
                f"{getal(first[mean], 1)} plaatsen, en de verste {getal(first[far])}."
            )
        data = shown.map(lambda v: v if isinstance(v, str) else getal(v, 1))
        return finish(figure, "Als één indicator wegvalt", text, data)


def swap_line(curve: pd.DataFrame) -> Chart:
    """Draw how far the ranking moves on the way from equal domains to equal indicators."""
    with canvas(7.5, 3.0) as figure:
        axes = figure.add_axes((0.1, 0.2, 0.86, 0.74))
        text = "Er is niets om te verschuiven: urgentie heeft dit jaar geen score."
        data = pd.DataFrame()
        if len(curve):
            share = 100 * curve.index.to_numpy(dtype=float)
            for name, mark, colour, label in (
                ("mean_shift", "o", PLAIN, "gemiddeld"),
                ("max_shift", "D", STRONG, "verst"),
            ):
                axes.plot(share, curve[name], marker=mark, color=colour, label=label)
            axes.legend(frameon=False, fontsize=9)
            end = curve.iloc[-1]
            text = (
                "Telt elke indicator even zwaar, los van domeinen, dan verschuift een buurt "
                f"gemiddeld {getal(end['mean_shift'], 1)} plaatsen en blijft "
                f"{getal(100 * end['quartile_kept'])} % van het hoogste kwart daar staan."
            )
            data = curve.reset_index().map(lambda value: getal(value, 2))
            data.columns = pd.Index(
                ["aandeel", "gemiddeld", "verst", "rangcorrelatie", "blijft in kwart"]
            )
        axes.set_xlabel("van de gewichten van de methode (0) naar elke indicator even zwaar (100)")
        axes.set_ylabel("plaatsen")
        axes.grid(axis="y", linewidth=0.5)
        dutch_axis(axes, "y", 0)
        return finish(figure, "Van de ene weging naar de andere", text, data)


def change_bars(verandering: pd.DataFrame, names: Names, meeste: int = 24) -> Chart:
    """Draw what the change of urgentie since the base year is made of."""
    known = verandering.dropna(subset=list(PARTS)) if len(verandering) else verandering
    order = known.sort_values("verschil", ascending=False, kind="stable") if len(known) else known
    ends = pd.concat([order.head(meeste // 2), order.tail(meeste // 2)])
    shown = ends[~ends.index.duplicated()]
    labels = [shorten(name_of(names, code)) for code in shown.index]
    height = 1.2 + 0.22 * max(len(labels), 1)
    with rows_canvas(labels, 8.0, height, right=0.3, top=1.05, size=8.5) as (figure, axes):
        _stacked(axes, shown)
        axes.axvline(0, color=INK, linewidth=0.8)
        axes.set_xlabel("punten urgentie erbij (+) of eraf (−) sinds het basisjaar", fontsize=9)
        dutch_axis(axes, "x", 1)
        data = shown.map(lambda value: getal(value, 1))
        data.insert(0, "buurt", [name_of(names, code) for code in shown.index])
        return finish(
            figure, "Waar het verschil vandaan komt", _change_text(verandering, known, names), data
        )


def _stacked(axes: Axes, shown: pd.DataFrame) -> None:
    if shown.empty:
        return
    rows = np.arange(len(shown))
    up, down = np.zeros(len(shown)), np.zeros(len(shown))
    for part, number in PARTS.items():
        value = shown[part].to_numpy(dtype=float)
        start = np.where(value >= 0, up, down)
        axes.barh(
            rows,
            value,
            0.72,
            left=start,
            color=QUALITATIVE[number],
            hatch=hatch(number),
            edgecolor=EDGE,
            linewidth=0.3,
            label=part,
        )
        up, down = up + np.maximum(value, 0), down + np.minimum(value, 0)
    axes.scatter(shown["verschil"], rows, 20, marker="D", color=SOFT, zorder=3, label="samen")
    axes.legend(frameon=False, fontsize=8, ncols=5, loc="lower left", bbox_to_anchor=(0, 1))


def _change_text(all_of_them: pd.DataFrame, known: pd.DataFrame, names: Names) -> str:
    if all_of_them.empty:
        return "Dit is het basisjaar, of een van beide jaren heeft geen scores: niets te splitsen."
    if known.empty:
        return (
            "De twee jaren hebben te weinig cijfers gemeen om het verschil tussen hun scores in "
            "oorzaken te splitsen. Dat verschil zegt dus niets over de buurten."
        )
    size = known[list(PARTS)].abs().mean()
    most = str(size.idxmax())
    top = known["verschil"].abs().idxmax()
    return (
        f"De grootste oorzaak, gemiddeld over de buurten: {most} ({getal(size[most], 1)} punten). "
        f"Het grootste verschil heeft {name_of(names, str(top))} "
        f"({met_teken(known.at[top, 'verschil'], 1)})."
    )


_HATCHES = ("", "//", "..", "--", "xx", "||", "\\\\", "++")


def hatch(number: int) -> str:
    """Return Matplotlib's hatching for the `number`-th colour of `QUALITATIVE` (from 0)."""
    return _HATCHES[number % len(_HATCHES)]


def rank_intervals(scores: pd.DataFrame, names: Names) -> Chart:
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
    height = 0.9 + 0.45 * len(rows)
    with rows_canvas(labels, 7.5, height, right=0.3, top=0.85) as (figure, axes):
        _bars(axes, rows, "totaal", -0.17, PLAIN, "")
        _bars(axes, rows, "eerste", 0.17, URGENTIE[2], "//")
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
    per_domein: pd.DataFrame, names: Names, domains: Mapping[str, str]
) -> Chart:
    """Draw, per buurt, how the domains build up its urgentie."""
    table = per_domein[list(domains)].astype(float).dropna(how="all")
    table = table.loc[table.sum(axis=1).sort_values(ascending=False, kind="stable").index]
    labels = [shorten(name_of(names, code)) for code in table.index]
    height = 1.3 + 0.21 * max(len(table), 1)
    with rows_canvas(labels, 8.0, height, right=0.2, top=1.15) as (figure, axes):
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
        axes.axvline(0, color=INK, linewidth=0.8)
        axes.set_xlabel("punten urgentie boven (+) of onder (−) de vergelijking", fontsize=9)
        dutch_axis(axes, "x")
        axes.legend(frameon=False, fontsize=8, ncols=3, loc="lower left", bbox_to_anchor=(0, 1))
        data = table.map(lambda v: getal(v, 1)).rename(columns=dict(domains))
        data.insert(0, "buurt", [name_of(names, code) for code in table.index])
        return finish(
            figure, "Opbouw van de urgentie per domein", _stack_text(table, names, domains), data
        )


def _stack_text(table: pd.DataFrame, names: Names, domains: Mapping[str, str]) -> str:
    if table.empty or not table.notna().any(axis=None):
        return "Er zijn geen bijdragen berekend."
    top = table.iloc[0]
    heavy = domains[str(top.idxmax())]
    return f"Bij {name_of(names, table.index[0])}, de hoogste balk, draagt {heavy} het meest bij."
