"""From a Matplotlib figure to inline SVG with real text, a message and the data behind it."""

from __future__ import annotations

import hashlib
import html
import io
import re
import textwrap
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from sia.dutch import getal
from sia.viz.theme import tokens

Names: TypeAlias = "Mapping[Any, str] | pd.Series[str]"
"""Code -> name as readers know it."""
INK, SOFT, EDGE, RULE = (tokens()[name] for name in ("inkt", "inkt-2", "lijn-2", "lijn"))
STRONG, PLAIN, BAND = (tokens()[name] for name in ("urg-5", "accent", "zacht"))

_STYLE: Any = {
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.size": 10,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": False,
    "grid.color": RULE,
    "xtick.color": INK,
    "ytick.color": INK,
    "text.color": INK,
    "hatch.linewidth": 0.6,
    "path.simplify": True,
}
_FONTS = "'Segoe UI', Roboto, 'Liberation Sans', Arial, sans-serif"
_TAG = re.compile(r"<[^>]+>")
_LONG = re.compile(r"(\d\.\d{2})\d+")
_COLOUR = re.compile(r'(?<=: |=")#[0-9a-f]{6}(?=[";])')
_PATTERN = re.compile(r"(<pattern\b[^>]*>\s*<rect\b[^>]*/>\s*<path)")
_GROUP_ID = re.compile(r'(<g) id="[A-Za-z0-9_.]+"')


@dataclass(frozen=True)
class Chart:
    """A drawn chart; shows itself in a notebook.

    `markup`: The ``<svg>`` element.
    `title`: What the chart shows, in Dutch.
    `text`: What there is to see in it, in Dutch, in one or two sentences.
    `data`: The figures that are drawn, for the table beside the chart.
    `figure`: The Matplotlib figure, to restyle.
    """

    markup: str
    title: str
    text: str
    data: pd.DataFrame = field(repr=False)
    figure: Figure | None = field(default=None, repr=False, compare=False)

    def opslaan(self, pad: str | Path) -> Path:
        """Write the chart as a file; the suffix says how: svg, png or pdf.

        What was changed on ``figure`` (a Matplotlib figure: titles, colours, size) is in it.
        """
        target = Path(pad)
        if self.figure is None:
            target.write_text(self.markup, encoding="utf-8")
        else:
            with mpl.rc_context(_STYLE):
                self.figure.savefig(target, bbox_inches="tight")
        return target

    def svg(self) -> str:
        """Return the ``<svg>`` element with its title and description."""
        return self.markup

    def on_page(self) -> str:
        """Return the drawing for a page with ``tokens.css``: it follows light, dark and print."""
        return _PATTERN.sub(r'\1 class="arcering"', _COLOUR.sub(lambda c: role(c[0]), self.markup))

    def _repr_html_(self) -> str:
        """Show the chart in JupyterLab with its title above and its message below."""
        return (
            f'<figure style="margin:0"><p><strong>{html.escape(self.title)}</strong></p>'
            f"{self.markup}"
            f"<figcaption>{html.escape(self.text)}</figcaption></figure>"
        )


@cache
def _roles() -> Mapping[str, str]:
    named = {"#ffffff": "papier"}
    for name, colour in tokens().items():
        named.setdefault(colour, name)
    return named


def role(colour: str) -> str:
    """Return a colour of the light theme as a style sheet with the tokens follows it."""
    name = _roles().get(colour)
    return f"var(--{name})" if name else colour


@contextmanager
def canvas(width: float, height: float) -> Iterator[Figure]:
    """Give an empty figure of `width` by `height` inches in the style of the project."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(width, height))
        FigureCanvasSVG(figure)
        yield figure


@contextmanager
def rows_canvas(
    labels: Sequence[str],
    width: float,
    height: float,
    *,
    right: float,
    top: float,
    left: float | None = None,
    size: float = 9,
) -> Iterator[tuple[Figure, Axes]]:
    """Give a figure with a row per label, the first on top; all but `size` in inches."""
    left = name_room(labels) if left is None else left
    with canvas(width, height) as figure:
        axes = figure.add_axes(
            (left / width, 0.5 / height, 1 - (left + right) / width, 1 - top / height)
        )
        axes.set_yticks(range(len(labels)), labels, fontsize=size)
        axes.set_ylim(max(len(labels), 1) - 0.4, -0.6)
        yield figure, axes


def finish(figure: Figure, title: str, text: str, data: pd.DataFrame) -> Chart:
    """Turn a figure into a `Chart`; to be called inside `canvas`.

    `title`, `text`: Become the ``<title>`` and ``<desc>`` that a screen reader speaks.
    Returns: The same figure gives the same bytes: no date, and identifiers from the content.
    """
    buffer = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": title}):
        figure.savefig(buffer, format="svg", metadata={"Date": None}, transparent=True)
    raw = buffer.getvalue()
    body = raw[raw.index(">", raw.index("<svg")) + 1 : raw.rindex("</svg>")]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = _GROUP_ID.sub(r"\1", body).replace("'DejaVu Sans', sans-serif", _FONTS)
    body = _TAG.sub(lambda tag: _LONG.sub(r"\1", tag[0]), body.replace("'DejaVu Sans'", _FONTS))
    body = re.sub(r">\s*\n\s*<", "><", body)
    width, height = (72 * side for side in figure.get_size_inches())
    key = "g" + hashlib.sha256((title + text + body).encode("utf-8")).hexdigest()[:10]
    markup = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="0 0 {width:g} {height:g}" role="img" aria-labelledby="{key}-t {key}-d" '
        f'style="width:100%;max-width:{1.25 * width:.0f}px;height:auto;display:block">'
        f'<title id="{key}-t">{html.escape(title)}</title>'
        f'<desc id="{key}-d">{html.escape(text)}</desc>{body.strip()}</svg>'
    )
    return Chart(markup, title, text, data, figure)


NO_MAP = "Geen enkele buurt heeft een grens van dit jaar, dus er is geen kaart te tekenen."

NO_TYPES = "Er zijn te weinig buurten met cijfers in dezelfde domeinen om typen te maken."


def nothing(title: str, text: str) -> Chart:
    """Return an empty chart that says why there is nothing to draw."""
    with canvas(7.5, 0.5) as figure:
        figure.text(0.01, 0.4, text, fontsize=9)
        return finish(figure, title, text, pd.DataFrame())


def dutch_axis(axes: Axes, which: str = "x", decimalen: int = 0) -> None:
    """Write the numbers along an axis as Dutch readers do."""
    formatter = FuncFormatter(lambda value, _: getal(value, decimalen))
    getattr(axes, f"{which}axis").set_major_formatter(formatter)


def row_of(table: pd.DataFrame, key: str) -> pd.Series[float]:
    """Return one row as a Series; a table between the stages has one row per code."""
    row = table.loc[key]
    assert isinstance(row, pd.Series)
    return row.astype(float)


def name_of(names: Names, key: Hashable) -> str:
    """Return the name of a code, or the code itself when it has none."""
    return str(names.get(key, key))


def name_room(names: Iterable[str], per_sign: float = 0.078) -> float:
    """Return the inches that the longest of some names takes at size 9."""
    return 0.15 + per_sign * max((len(name) for name in names), default=0)


def folded(name: str, signs: int, lines: int = 2) -> str:
    """Break a name over lines at its spaces; what does not fit in them is cut."""
    parts = textwrap.wrap(name, signs, break_long_words=False)
    if len(parts) > lines:
        rest = " ".join(parts[lines - 1 :])
        parts = [*parts[: lines - 1], shorten(rest, signs)]
    return "\n".join(parts)


def shorten(name: str, signs: int = 40) -> str:
    """Cut a name that would push a chart off the page; the table has it whole."""
    return name if len(name) <= signs else name[: signs - 1].rstrip() + "…"
