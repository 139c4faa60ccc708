"""Marks inside a page that show a figure at a glance: bars of margin and change, dots, links."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import ceil, isnan
from typing import Any

import pandas as pd
from markupsafe import Markup

from sia.dutch import NBSP, getal, rang_interval
from sia.report.material import Buren
from sia.viz.city_map import score_class

MAP_CLASSES = ("tot 20", "20 tot 40", "40 tot 60", "60 tot 80", "vanaf 80")
"""Texts of the legend; they share one border and follow `sia.viz.city_map.LIMITS`."""
_DOT = 6.4
"""Per cent of the axis that a dot with a number takes on a laptop."""


def drawn(cells: Sequence[Markup], table: pd.DataFrame) -> pd.Series[Any]:
    """Return cells as a column of a table that leaves them the HTML that they are."""
    return pd.Series(list(cells), table.index, dtype=object)


def link(buren: Buren, soort: str, sleutel: str, naam: str) -> Markup:
    """Return a name that leads to its report, or the name alone where there is none."""
    address = buren.van(soort, sleutel)
    if not address:
        return Markup("{}").format(naam)
    return Markup('<a href="{}">{}</a>').format(address, naam)


def rank_bar(row: Mapping[Any, Any], total: int, last: int) -> Markup:
    """Draw the place of a buurt with its margin; the text beside it says the same."""
    low, high, own = (float(row[name]) for name in ("rang_p05", "rang_p95", "rang"))
    if isnan(low):
        return Markup("")
    scale = 100 / max(last - 1, 1)
    quarter = min((ceil(total / 4) - 0.5) * scale, 100.0)
    return Markup(
        '<span class="marge"><u style="left:{}%"></u><i style="left:{}%;width:max(4px,{}%)"></i>'
        '<b class="u{}" style="left:{}%"></b></span> <small>{}</small>'
    ).format(
        *(f"{value:.1f}" for value in (quarter, (low - 1) * scale, (high - low) * scale)),
        score_class(float(row["urgentie"])),
        f"{(own - 1) * scale:.1f}",
        rang_interval(low, high, own),
    )


def change_bar(row: Mapping[Any, Any], most: float) -> Markup:
    """Draw a change with its interval around zero, `most` points at either end."""
    low, high, own = (float(row[name]) for name in ("laag", "hoog", "echte verandering"))
    place = [f"{50 + 50 * value / most:.1f}" for value in (low, high, own)]
    return Markup(
        '<span class="marge nul"><i style="left:{}%;width:{}%"></i>'
        '<b class="{}" style="left:{}%"></b></span>'
    ).format(place[0], f"{50 * (high - low) / most:.1f}", "v3" if own > 0 else "v1", place[2])


def year_bars(
    years: Mapping[int, float],
    part: Mapping[int, float] | None = None,
    what: str = "",
    *,
    minstens: Collection[int] = (),
) -> Markup:
    """Draw millions of euros per year with their values, the part that matters at the bottom."""
    most = max(years.values(), default=0.0)
    if not most > 0:
        return Markup("")
    cells = []
    for year, value in years.items():
        high, own = 100 * value / most, 0.0 if part is None else part.get(year, 0.0)
        share = 100 * own / value if value else 0.0
        told = Markup('<b style="height:{}%">{}</b>').format(
            f"{share:.0f}", getal(own / 1e6, 1) if high * share > 2500 else ""
        )
        least = "≥" + NBSP if year in minstens else ""
        text = f"{least}{getal(value / 1e6, 1)}" if value else ("?" if least else "–")
        bar = Markup('<i style="height:{}rem">{}</i>').format(f"{high * 0.06:.2f}", told)
        cells.append(Markup("<td><span>{}</span>{}</td>").format(text, bar if value else ""))
    heads = Markup("").join(Markup('<th scope="col">{}</th>').format(str(year)) for year in years)
    return Markup(
        '<table class="staven"><caption>{}</caption><thead><tr>{}</tr></thead><tbody><tr>{}</tr>'
        "</tbody></table>"
    ).format(what, heads, Markup("").join(cells))


def two_bars(pairs: Sequence[tuple[str, float, str]]) -> Markup:
    """Draw amounts beside each other: label, amount, amount as it is read."""
    most = max((value for _, value, _ in pairs), default=0.0) or 1.0
    rows = Markup("").join(
        Markup('<tr><th scope="row">{}</th><td><i style="width:{}%"></i>{}</td></tr>').format(
            label, f"{70 * value / most:.0f}", text
        )
        for label, value, text in pairs
    )
    return Markup('<table class="naast"><tbody>{}</tbody></table>').format(rows)


def dot_axis(dots: Sequence[tuple[float, str, str, str]], limit: float) -> Markup:
    """Draw dots with a number along 0 to 100 %, and the border between the two kinds."""
    levels: list[float] = []
    drawn = []
    for share, sign, kind, name in sorted(dots):
        level = next((k for k, last in enumerate(levels) if share - last >= _DOT), len(levels))
        levels[level : level + 1] = [share]
        drawn.append(
            Markup('<b class="{}" style="left:{}%;--h:{}" title="{}">{}</b>').format(
                kind, f"{share:.1f}", level, name, sign
            )
        )
    ticks = Markup("").join(
        Markup('<span style="left:{0}%">{0} %</span>').format(tick) for tick in range(0, 101, 20)
    )
    return Markup(
        '<div class="stippen" aria-hidden="true" style="--hoog:{}"><u style="left:{}%"></u>{}'
        "<p>{}</p></div>"
    ).format(max(len(levels), 2), getal(limit).replace(",", "."), Markup("").join(drawn), ticks)


def partner_grid(table: pd.DataFrame, shown: Mapping[Any, str] | None = None) -> list[list[Markup]]:
    """Return cells of a partner-by-year table: the number as text, its size as shade."""
    most = float(table.to_numpy().max()) if table.size else 1.0
    return [
        [
            Markup('<span style="--s:{}%">{}</span>').format(
                f"{100 * float(value) / most:.0f}", (shown or {}).get(value, getal(value))
            )
            if value
            else Markup('<span class="niets">–</span>')
            for value in row
        ]
        for row in table.to_numpy().tolist()
    ]


def span_bar(start: Any, end: Any, first: int, last: int) -> Markup:
    """Draw the years of a work as a bar along the years of the programme."""
    if pd.isna(start) or pd.isna(end):
        return Markup("")
    begin, stop, years = int(str(start)), int(str(end)), last - first + 1
    left, wide = 100 * (begin - first) / years, 100 * (stop - begin + 1) / years
    return Markup(
        '<span class="duur"><i style="left:{}%;width:{}%"></i></span> <small>{}</small>'
    ).format(f"{left:.1f}", f"{wide:.1f}", str(begin) if begin == stop else f"{begin}–{stop}")
