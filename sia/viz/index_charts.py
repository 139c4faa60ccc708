"""Charts of what the index is made of: shapes, correlations, weights, indicators and change."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sia.catalogue.model import Catalogue
from sia.dutch import getal, meervoud, met_teken
from sia.index import SkewKurtosis, kurtosis, skewness
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
    folded,
    name_of,
    name_room,
    nothing,
    shorten,
)
from sia.viz.rank_charts import hatch
from sia.viz.theme import DIVERGING, NO_DATA, QUALITATIVE

SKEW_LIMIT, KURTOSIS_LIMIT = SkewKurtosis.skew, SkewKurtosis.kurt
"""Beyond both an indicator is treated for outliers (COINr, docs/explanation/methode.md)."""
_BOUNDS = (
    "−1 tot −0,6",
    "−0,6 tot −0,2",
    "−0,2 tot 0,2",
    "0,2 tot 0,6",
    "0,6 tot 1",
    "onbekend",
)
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
        for number, colour in enumerate((*DIVERGING, NO_DATA)):
            wanted = np.isnan(grid) if number == 5 else classes == number
            _cells(axes, wanted & lower, colour, number)
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


def _cells(axes: Axes, wanted: np.ndarray, colour: str, number: int) -> None:
    bounds = (
        "−1 tot −0,6",
        "−0,6 tot −0,2",
        "−0,2 tot 0,2",
        "0,2 tot 0,6",
        "0,6 tot 1",
        "onbekend",
    )
    marks = ("s", "s", "s", "s", "s", "x")
    rows, columns = np.nonzero(wanted)
    axes.scatter(
        columns, rows, 62, marker=marks[number], color=colour, linewidth=0.3, label=bounds[number]
    )


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
    left, width, height = name_room(labels), 8.0, 0.75 + 0.23 * max(len(labels), 1)
    with canvas(width, height) as figure:
        axes = figure.add_axes(
            (left / width, 0.5 / height, 1 - (left + 0.4) / width, 1 - 0.55 / height)
        )
        for row, (_, one) in enumerate(shown.iterrows()):
            axes.barh(row, one[mean], 0.7, color=PLAIN)
            axes.text(one[mean], row, f" {getal(one[mean], 1)}", va="center", fontsize=8)
        axes.set_yticks(range(len(labels)), labels, fontsize=8)
        axes.set_ylim(max(len(labels), 1) - 0.4, -0.6)
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


def change_bars(
    verandering: pd.DataFrame, names: Mapping[str, str] | pd.Series[str], meeste: int = 24
) -> Chart:
    """Draw what the change of urgentie since the base year is made of."""
    known = verandering.dropna(subset=list(PARTS)) if len(verandering) else verandering
    order = known.sort_values("verschil", ascending=False, kind="stable") if len(known) else known
    ends = pd.concat([order.head(meeste // 2), order.tail(meeste // 2)])
    shown = ends[~ends.index.duplicated()]
    labels = [shorten(name_of(names, code)) for code in shown.index]
    left, width, height = name_room(labels), 8.0, 1.2 + 0.22 * max(len(labels), 1)
    with canvas(width, height) as figure:
        axes = figure.add_axes(
            (left / width, 0.5 / height, 1 - (left + 0.3) / width, 1 - 1.05 / height)
        )
        _stacked(axes, shown)
        axes.set_yticks(range(len(labels)), labels, fontsize=8.5)
        axes.set_ylim(max(len(labels), 1) - 0.4, -0.6)
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


def _change_text(
    all_of_them: pd.DataFrame, known: pd.DataFrame, names: Mapping[str, str] | pd.Series[str]
) -> str:
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
