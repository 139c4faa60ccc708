"""The explorer's pictures as one SVG, and its table as HTML; every text is escaped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape

import numpy as np
import pandas as pd

from sia.dutch import MISSING, getal, meervoud, met_teken
from sia.explorer.view import View
from sia.viz.figure import INK, PLAIN, RULE, SOFT, STRONG, Chart, shorten
from sia.viz.layers import Klasse, score_layer
from sia.viz.outline import WIDTH
from sia.viz.tables import html_table
from sia.viz.theme import DIVERGING, FICTIONAL, NO_DATA, POTENTIE, URGENTIE

WIDE, HIGH = 1200, 640
_FONT = "'Segoe UI', Roboto, 'Liberation Sans', Arial, sans-serif"
_BOLD = ' font-weight="700"'
_HALO = ' paint-order="stroke" stroke="#ffffff" stroke-width="3" pointer-events="none"'
_HATCH = (
    '<pattern id="sia-geen" width="6" height="6" patternUnits="userSpaceOnUse" '
    f'patternTransform="rotate(45)"><rect width="6" height="6" fill="{NO_DATA}"/>'
    f'<path d="M0 0V6" stroke="{SOFT}"/></pattern>'
    '<pattern id="sia-geen-kaart" href="#sia-geen" patternTransform="rotate(45) scale(5)"/>'
)


class _Scale:
    """From figures to places along an axis, with round ticks."""

    def __init__(self, values: list[float], start: float, end: float) -> None:
        known = np.array([value for value in values if np.isfinite(value)] or [0.0, 1.0])
        low, high = float(known.min()), float(known.max())
        room = (high - low) * 0.05 or abs(high) * 0.1 or 1.0
        self.low, self.high, self.start, self.end = low - room, high + room, start, end

    def __call__(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)

    def ticks(self) -> Iterator[tuple[float, str]]:
        rough = (self.high - self.low) / 5
        power = 10.0 ** np.floor(np.log10(rough))
        step = next(k * power for k in (1, 2, 2.5, 5, 10) if k * power >= rough)
        decimals = int(max(0, -np.floor(np.log10(step) + 1e-9) + (step / power == 2.5)))
        for number in range(int(np.ceil(self.low / step)), int(self.high // step) + 1):
            yield self(number * step), getal(number * step, decimals)


def picture(view: View) -> Chart:
    """Draw two maps with their histograms, and the scatter between them, as one SVG.

    What was chosen stands out in all of them; hollow is carried forward, a diamond is a model,
    and a stroke along an axis is a buurt without the other figure. With another year: both
    scatters on the same axes, the way that each chosen buurt went, and maps of the difference.
    """
    high, then, years = HIGH, view.eerder, str(view.jaar.jaar)
    if then is None:
        parts = [_panel(view, "x", 0), _panel(view, "y", 880), _scatter(view, (view,), 385, 850)]
    else:
        high, years = 1110, f"{then.jaar.jaar} en {years}"
        below = "".join(_difference(view, axis, left) for axis, left in (("x", 140), ("y", 760)))
        parts = [
            _scatter(then, (then, view), 70, 580),
            _scatter(view, (then, view), 680, 1190, _traces),
            f'<g transform="translate(0 630)">{below}</g>',
        ]
    if view.jaar.fictief:
        parts.append(_text(WIDE / 2, high - 6, FICTIONAL, "middle", size=12))
    both = " en ".join(view.figuur(axis).naam for axis in "xy")
    title, said = f"{view.jaar.gemeente} {years}: {both}", view.zin()
    markup = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {high}" role="img" '
        f'font-family="{_FONT}" font-size="13" fill="{INK}" '
        f'aria-label="{escape(f"{title}. {said}")}">'
        f'<rect width="{WIDE}" height="{high}" fill="#ffffff"/>{_HATCH}{"".join(parts)}</svg>'
    )
    return Chart(markup, title, said, view.tabel)


def _text(
    x: float, y: float, text: str, anchor: str = "start", *, size: int = 13, more: str = ""
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}"{more}>'
        f"{escape(text)}</text>"
    )


def _line(x1: float, y1: float, x2: float, y2: float, colour: str = RULE, more: str = "") -> str:
    return f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="{colour}"{more}/>'


def _said(view: View, axis: str, row: pd.Series) -> str:
    one, then = view.figuur(axis), f"{axis}_toen"
    known = f"{getal(row[axis], one.decimalen)}, {row[f'herkomst_{axis}']}"
    before = f" (eerder {getal(row[then], one.decimalen)})" if then in row else ""
    return f"{one.naam}: {known}{before}"


def _panel(view: View, axis: str, left: int) -> str:
    """Draw the map of one figure with its legend, and its histogram below."""
    one = view.figuur(axis)
    colours = POTENTIE if "potentie" in (view.x if axis == "x" else view.y) else URGENTIE
    values = view.alles[axis]
    laag = score_layer(axis, one.naam, "", values, colours=colours, decimalen=one.decimalen)
    return _map(view, axis, left, laag.klassen, laag.klasse, one.eenheid) + _histogram(
        view, axis, left
    )


def _difference(view: View, axis: str, left: int) -> str:
    """Draw the map of what changed since the other year: class limits lie even around zero."""
    one, change = view.figuur(axis), view.alles[f"{axis}_verschil"].astype(float)
    sizes = change.abs().dropna()
    steps = [round(float(size), one.decimalen) for size in sizes.quantile([0.4, 0.8])]
    small, large = steps if len(sizes) else (0.0, 0.0)
    edges = [-large, -small, small, large]
    shown = [getal(step, one.decimalen) for step in (small, large)]
    labels = (
        f"daalde {shown[1]} of meer",
        f"daalde {shown[0]} tot {shown[1]}",
        f"veranderde minder dan {shown[0]}",
        f"steeg {shown[0]} tot {shown[1]}",
        f"steeg {shown[1]} of meer",
    )
    # a change that is as large as a limit belongs to the outer class, on both sides
    place = np.where(change < 0, np.digitize(change, edges, right=True), np.digitize(change, edges))
    place = np.where(change.isna(), -1, np.where(change == 0, 2, place))
    klassen = tuple(Klasse(*both) for both in zip(labels, DIVERGING, strict=True))
    kept = pd.Series(place.astype(int), index=change.index)
    since = f"verschil met {view.toen.jaar if view.toen else ''}, {one.eenheid}"
    return _map(view, axis, left, klassen, kept, since)


def _map(
    view: View,
    axis: str,
    left: int,
    klassen: tuple[Klasse, ...],
    klasse: pd.Series[int],
    unit_text: str,
) -> str:
    """Draw one map under its title, with its legend."""
    one, table = view.figuur(axis), view.alles
    scale = 300 / WIDTH
    shapes = []
    for (code, row), kind in zip(table.iterrows(), klasse, strict=True):
        fill = "url(#sia-geen-kaart)" if kind < 0 else klassen[kind].kleur
        chosen = f' stroke="{INK}" stroke-width="7"' if view.buurten and row["gekozen"] else ""
        faded = "" if row["gekozen"] else ' opacity="0.3"'
        shapes.append(
            f'<path data-b="{escape(str(code))}" d="{view.jaar.grenzen.path(str(code))}" '
            f'fill="{fill}"{chosen}{faded}>'
            f"<title>{escape(row['buurt'])}. {escape(_said(view, axis, row))}</title></path>"
        )
    missing = int((klasse < 0).sum())
    legend = [(one.kleur, one.label) for one in klassen]
    legend += [("url(#sia-geen)", f"ontbreekt ({missing})")] if missing else []
    keys = "".join(
        f'<rect x="{left + 10}" y="{352 + 17 * n}" width="22" height="12" fill="{colour}" '
        f'stroke="{SOFT}"/>' + _text(left + 40, 362 + 17 * n, label, size=12)
        for n, (colour, label) in enumerate(legend)
    )
    head = _text(left + 10, 20, f"{axis.upper()}: {shorten(one.naam, 36)}", more=_BOLD)
    unit = _text(left + 10, 36, shorten(unit_text, 44), size=12)
    return (
        f'{head}{unit}<g transform="translate({left + 10} 44) scale({scale})" '
        f'stroke="{SOFT}" stroke-width="2">{"".join(shapes)}</g>'
        f"{keys}"
    )


def _histogram(view: View, axis: str, left: int) -> str:
    table, one, key = view.alles, view.figuur(axis), view.x if axis == "x" else view.y
    lines = {"stad": view.jaar.mediaan(key), "land": view.jaar.land(key)}
    known = table[axis].dropna().astype(float)
    across = _Scale([*known, *lines.values()], left + 10, left + 310)
    counts, edges = np.histogram(known, 16, (across.low, across.high))
    mine, _ = np.histogram(known[table["gekozen"]], edges)
    bars, floor, tall = [], 590, 78 / max(counts.max(), 1)
    for colour, heights in ((RULE, counts), (PLAIN, mine)):
        bars += [
            f'<rect x="{across(low):.1f}" y="{floor - n * tall:.1f}" width="17.5" '
            f'height="{n * tall:.1f}" fill="{colour}"/>'
            for low, n in zip(edges, heights, strict=False)
            if n
        ]
    bars += [_text(place, floor + 15, text, "middle", size=11) for place, text in across.ticks()]
    for number, (name, value) in enumerate(lines.items()):
        if np.isfinite(value):
            dash = ' stroke-width="2"' + (' stroke-dasharray="5 3"' if name == "land" else "")
            said = f"mediaan {name} {getal(value, one.decimalen)}"
            side = "end" if across(value) > left + 170 else "start"
            up = 500 - 14 * number
            bars.append(_line(across(value), floor, across(value), up + 3, STRONG, dash))
            bars.append(_text(across(value), up, said, side, size=12))
    return "".join(bars) + _line(left + 10, floor, left + 310, floor, SOFT)


def _scatter(
    view: View,
    views: tuple[View, ...],
    left: int,
    right: int,
    more: Callable[[View, _Scale, _Scale], str] | None = None,
) -> str:
    """Draw the scatter: names of those far off, the medians, and who misses one of the two.

    The axes hold all `views`.
    """
    table, top, floor = view.alles, 44, 540
    keys = {"x": view.x, "y": view.y}
    norms = {axis: (view.jaar.mediaan(key), view.jaar.land(key)) for axis, key in keys.items()}
    held = {axis: [v for one in views for v in one.alles[axis].dropna()] for axis in keys}
    across = _Scale([*held["x"], *norms["x"]], left, right)
    upward = _Scale([*held["y"], *norms["y"]], floor, top)
    parts = [_line(left, floor, right, floor, SOFT), _line(left, top, left, floor, SOFT)]
    parts += [_text(place, floor + 16, text, "middle", size=12) for place, text in across.ticks()]
    parts += [_text(left - 6, place + 4, text, "end", size=12) for place, text in upward.ticks()]
    for dash, mean_x, mean_y in zip(("", ' stroke-dasharray="5 3"'), *norms.values(), strict=True):
        if np.isfinite(mean_x):
            parts.append(_line(across(mean_x), top, across(mean_x), floor, STRONG, dash))
        if np.isfinite(mean_y):
            parts.append(_line(left, upward(mean_y), right, upward(mean_y), STRONG, dash))
    for code, row in table.sort_values("gekozen", kind="stable").iterrows():
        parts.append(_mark(view, str(code), row, across, upward))
    parts.append(more(view, across, upward) if more else "")
    parts += _names(view, across, upward)
    kinds = table[["soort_x", "soort_y"]]
    older, modelled = ((kinds == kind).any(axis=1).sum() for kind in ("overgenomen", "model"))
    alone = (table[["x", "y"]].isna().sum(axis=1) == 1).sum()
    legend = (
        f"● gemeten  ○ uit een eerder jaar ({older})  ◆ uit een model ({modelled})  "
        f"│ mist een van beide ({alone})"
    )
    norm = "Lijn: mediaan van de woonbuurten van de stad; streepjes: die van het land."
    year = f"{view.jaar.jaar} · " if len(views) > 1 else ""
    parts.append(_text(left, 20, f"{year}Y: {shorten(view.figuur('y').naam, 60)} ↑", more=_BOLD))
    parts.append(_text(right, floor + 36, f"X: {shorten(view.figuur('x').naam, 60)} →", "end"))
    parts += [_text(left, floor + 56, legend, size=12), _text(left, floor + 73, norm, size=12)]
    return f'<g data-vlak="1">{"".join(parts)}</g>'


def _traces(view: View, across: _Scale, upward: _Scale) -> str:
    """Draw the way of the buurten that were chosen, or else of those that moved furthest."""
    table = view.alles.dropna(subset=["x", "y", "x_toen", "y_toen"])
    sizes = (across.high - across.low, upward.high - upward.low)
    moved = table[["x_verschil", "y_verschil"]].to_numpy(dtype=float) / sizes
    went = pd.Series(np.hypot(moved[:, 0], moved[:, 1]), table.index)
    shown = table[table["gekozen"]] if view.buurten else table.loc[went.nlargest(8).index]
    points = shown[["x_toen", "y_toen", "x", "y"]].to_numpy(dtype=float)
    return "".join(
        _line(across(a), upward(b), across(c), upward(d), STRONG, ' stroke-width="1.5"')
        for a, b, c, d in points
    )


def _mark(view: View, code: str, row: pd.Series, across: _Scale, upward: _Scale) -> str:
    x, y, kinds = row["x"], row["y"], (row["soort_x"], row["soort_y"])
    if pd.isna(x) and pd.isna(y):
        return ""
    colour = STRONG if view.buurten and row["gekozen"] else PLAIN
    place_x, place_y = across(x), upward(y)
    dot = f"M{place_x - 5} {place_y}a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z"
    if pd.isna(y):
        drawn = f"M{place_x} {upward.start}v-10"
    elif pd.isna(x):
        drawn = f"M{across.start} {place_y}h10"
    elif "model" in kinds and "overgenomen" not in kinds:
        drawn = f"M{place_x} {place_y - 6}l6 6l-6 6l-6 -6z"
    else:
        drawn = dot
    fill = "#ffffff" if "overgenomen" in kinds else colour
    faded = "" if row["gekozen"] else ' opacity="0.25"'
    said = f"{row['buurt']}. {_said(view, 'x', row)}. {_said(view, 'y', row)}"
    return (
        f'<path d="{drawn}" fill="{fill}" stroke="{colour}" stroke-width="2" '
        f'data-b="{escape(code)}"{faded}><title>{escape(said)}</title></path>'
    )


def _names(view: View, across: _Scale, upward: _Scale) -> list[str]:
    """Write names beside their marks; one that would touch another is left to the tooltip."""
    taken: list[tuple[float, float, float]] = []
    parts = []
    far = view.alles.loc[list(view.uitschieters())]
    places = far[["x", "y"]].to_numpy(dtype=float)
    for whole, (figure_x, figure_y) in zip(far["buurt"], places, strict=True):
        name, x, y = shorten(str(whole), 26), across(figure_x), upward(figure_y) + 4
        side, room = (1, x + 9) if x < 690 else (-1, x - 9 - 7 * len(name))
        past, anchor = room + 7 * len(name), "start" if side > 0 else "end"
        if all(abs(y - at) > 14 or room > end or past < begin for at, begin, end in taken):
            taken.append((y, room, past))
            parts.append(_text(x + 9 * side, y, name, anchor, size=12, more=_HALO))
    return parts


def table_html(view: View) -> str:
    """Return the chosen buurten as an HTML table that sorts by its headings."""
    names = {"buurt": "Buurt", "wijk": "Wijk"}
    for axis in "xy":
        one, year = view.figuur(axis), f", {view.jaar.jaar}" if view.eerder else ""
        names |= {axis: one.naam + year, f"herkomst_{axis}": f"Herkomst {axis.upper()}"}
        if view.eerder is not None:
            names[f"{axis}_toen"] = f"{one.naam}, {view.eerder.jaar.jaar}"
            names[f"{axis}_verschil"] = f"Verschil {axis.upper()}"
    chosen = view.alles[view.alles["gekozen"]].sort_values("buurt", kind="stable")
    shown = {key: [_cell(view, key, value) for value in chosen[key]] for key in names}
    table = pd.DataFrame(shown).set_axis(list(names.values()), axis=1)
    raw = {names[k]: list(chosen[k].astype(float)) if k[0] in "xy" else () for k in names}
    title = f"{meervoud(len(chosen), 'buurt', 'buurten')}; ‘{MISSING}’ is onbekend"
    return html_table(table, title, sorteer=raw, codes=list(chosen.index))


def _cell(view: View, key: str, value: object) -> str:
    if key.endswith("_verschil"):
        return met_teken(value, view.figuur(key[0]).decimalen)
    figure = key in ("x", "y") or key.endswith("_toen")
    return getal(value, view.figuur(key[0]).decimalen) if figure else str(value)
