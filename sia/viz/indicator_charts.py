"""Charts of the figures themselves: what is missing, how they are spread, how they go together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from sia.catalogue.model import Catalogue
from sia.dutch import MISSING, getal, meervoud, procent
from sia.viz.figure import (
    BAND,
    EDGE,
    PLAIN,
    SOFT,
    STRONG,
    Chart,
    Names,
    canvas,
    finish,
    name_of,
    name_room,
    rows_canvas,
    shorten,
)
from sia.viz.theme import DIVERGING, NO_DATA, QUALITATIVE, ink_on

_FLAGS: Mapping[str, tuple[str, str, str]] = {
    "overgenomen": ("^", PLAIN, "overgenomen uit een eerder jaar"),
    "geschat": ("D", QUALITATIVE[3], "geschat"),
    "model": (".", EDGE, "uit een model van de uitgever"),
    "ontbreekt": ("x", STRONG, "ontbreekt"),
}


def flag_matrix(
    vlaggen: pd.DataFrame,
    names: Names,
    indicator_names: Mapping[str, str],
) -> Chart:
    """Draw per buurt and indicator which figures are not simply observed.

    An empty place is an observed figure; every other kind has its own mark.
    """
    kinds = vlaggen.fillna("ontbreekt").map(lambda flag: str(flag).partition(":")[0])
    rows = [shorten(name_of(indicator_names, key), 60) for key in kinds.columns]
    columns = [shorten(name_of(names, code), 26) for code in kinds.index]
    left, top = name_room(rows, 0.07), name_room(columns, 0.062)
    width, height = left + 0.3 + 0.115 * len(columns), top + 0.5 + 0.15 * max(len(rows), 1)
    with canvas(width, height) as figure:
        axes = figure.add_axes(
            (left / width, 0.4 / height, 1 - (left + 0.1) / width, 1 - (top + 0.5) / height)
        )
        grid = kinds.to_numpy().T
        for kind, (mark, colour, label) in _FLAGS.items():
            places, across = np.nonzero(grid == kind)
            axes.scatter(across, places, 14, marker=mark, color=colour, linewidth=1.0, label=label)
        axes.set_yticks(range(len(rows)), rows, fontsize=8.5)
        axes.set_xticks(range(len(columns)), columns, fontsize=7.5, rotation=90)
        axes.xaxis.tick_top()
        axes.set_xlim(-0.7, len(columns) - 0.3)
        axes.set_ylim(len(rows) - 0.3, -0.7)
        axes.grid(linewidth=0.3)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        axes.legend(frameon=False, fontsize=8.5, ncols=2, loc="upper left", bbox_to_anchor=(0, 0))
        return finish(
            figure, "Herkomst van elk cijfer", _flag_text(grid), _flag_data(kinds, indicator_names)
        )


def _flag_text(grid: np.ndarray[Any, Any]) -> str:
    if not grid.size:
        return "Er zijn geen cijfers."
    missing = int((grid == "ontbreekt").sum())
    carried = int((grid == "overgenomen").sum())
    return (
        f"Van {meervoud(grid.size, 'cijfer', 'cijfers')} "
        f"{'ontbreekt' if missing == 1 else 'ontbreken'} er {getal(missing)} "
        f"({procent(100 * missing / grid.size, 1)}); {getal(carried)} zijn overgenomen uit een "
        "eerder jaar. Een lege plek is een waargenomen cijfer."
    )


def _flag_data(kinds: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    shown = pd.DataFrame({"cijfer": [name_of(names, key) for key in kinds.columns]})
    for kind in ("waargenomen", *_FLAGS):
        counts = (kinds == kind).sum()
        if counts.any():
            shown[kind] = [getal(count) for count in counts]
    return shown


def distributions(
    indicatoren: pd.DataFrame,
    names: Names,
    normen: pd.DataFrame,
    catalogue: Catalogue,
) -> Chart:
    """Draw the spread of every indicator over the buurten, on the scale of the reference."""
    keys = [entry.id for entry in catalogue if entry.id in indicatoren]
    table = indicatoren[[key for key in keys if indicatoren[key].notna().any()]].astype(float)
    entries = [catalogue[str(key)] for key in table]
    labels = [shorten(f"{entry.naam} ({entry.eenheid})", 60) for entry in entries]
    left, height = name_room(labels, 0.07), 0.8 + 0.3 * max(len(labels), 1)
    rows = []
    made = rows_canvas(labels, 10.5, height, right=1.9, top=0.6, left=left, size=8)
    with made as (figure, axes):
        for row, key in enumerate(table):
            norm = normen.loc[str(key)] if key in normen.index else None
            rows.append(_strip(axes, row, table[key].dropna(), norm, names))
        axes.set_xlim(-0.02, 1.02)
        axes.set_xticks([0, 1], ["laagste", "hoogste"], fontsize=8)
        axes.grid(axis="y", linewidth=0.4)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        axes.set_xlabel(
            "stip: buurt · balk: middelste helft van de vergelijking · ruit: uitschieter",
            fontsize=8,
        )
        data = pd.DataFrame(
            rows, columns=["laagste", "middelste", "hoogste", "uitschieters", "verst"]
        )
        data.insert(0, "cijfer", labels)
        return finish(figure, "Spreiding van de cijfers over de buurten", _spread_text(data), data)


def _strip(
    axes: Axes,
    row: int,
    values: pd.Series[float],
    norm: Any,
    names: Names,
) -> tuple[str, str, str, str, str]:
    low, high = values.min(), values.max()
    span = (high - low) or 1.0
    first, third = values.quantile(0.25), values.quantile(0.75)
    reach = 1.5 * (third - first)
    out = values[(values < first - reach) | (values > third + reach)]
    if norm is not None and "p25" in norm:
        ends = np.clip((np.array([norm["p25"], norm["p75"]], dtype=float) - low) / span, 0, 1)
        axes.add_patch(Rectangle((ends[0], row - 0.3), ends[1] - ends[0], 0.6, color=BAND))
    usual = values.drop(out.index)
    axes.scatter(
        (usual - low) / span, np.full(len(usual), row), 9, color=PLAIN, alpha=0.6, linewidth=0
    )
    axes.scatter((out - low) / span, np.full(len(out), row), 18, marker="D", color=STRONG)
    far = ""
    if len(out):
        far = name_of(names, str((out - values.median()).abs().idxmax()))
        axes.text(1.035, row, shorten(far, 26), fontsize=8, va="center", color=SOFT)
    return getal(low, 1), getal(values.median(), 1), getal(high, 1), str(len(out)), far or MISSING


def _spread_text(data: pd.DataFrame) -> str:
    if data.empty:
        return "Er is geen enkel cijfer met een waarde."
    count = data["uitschieters"].astype(int)
    if not count.sum():
        return "Geen enkel cijfer heeft een buurt die ver buiten de rest valt."
    most = data.iloc[int(count.to_numpy().argmax())]
    return (
        f"{meervoud(int((count > 0).sum()), 'cijfer heeft', 'cijfers hebben')} uitschieters; "
        f"de meeste bij {most['cijfer']} ({most['uitschieters']}). "
        "De verste uitschieter staat rechts met naam."
    )


def correlations(table: pd.DataFrame, names: Mapping[str, str]) -> Chart:
    """Draw how columns go together: Spearman's rank correlation, with the figure in each cell."""
    keys = [key for key in names if key in table]
    matrix = table[keys].astype(float).corr(method="spearman", min_periods=5)
    labels = [shorten(names[key], 60) for key in keys]
    left = name_room(labels)
    side = max(0.42 * len(keys), 1.0)
    width, height = left + side + 0.3, left * 0.8 + side + 0.3
    with canvas(width, height) as figure:
        axes = figure.add_axes((left / width, 0.1 / height, side / width, side / height))
        size = 9 if len(keys) <= 10 else 6.5
        grid = matrix.to_numpy(dtype=float)
        for row in range(len(keys)):
            for column in range(row + 1):
                _cell(axes, row, column, float(grid[row, column]), size)
        axes.set_yticks(range(len(keys)), labels, fontsize=9)
        axes.set_xticks(range(len(keys)), labels, fontsize=9, rotation=55, ha="left")
        axes.xaxis.tick_top()
        axes.set_xlim(-0.5, len(keys) - 0.5)
        axes.set_ylim(len(keys) - 0.5, -0.5)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        data = matrix.map(lambda value: getal(value, 2))
        data.columns = pd.Index(labels)
        data.insert(0, "cijfer", labels)
        return finish(figure, "Samenhang", _corr_text(matrix, names), data)


def _cell(axes: Axes, row: int, column: int, value: float, size: float) -> None:
    if np.isnan(value):
        colour, text = NO_DATA, MISSING
    else:
        colour = DIVERGING[int(np.clip(np.floor((value + 1) / 0.4), 0, 4))]
        text = getal(value, 2)
    axes.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor=colour, edgecolor="white"))
    axes.text(column, row, text, ha="center", va="center", fontsize=size, color=ink_on(colour))


def _corr_text(matrix: pd.DataFrame, names: Mapping[str, str]) -> str:
    grid = matrix.to_numpy(dtype=float)
    rows, columns = np.tril_indices(len(grid), -1)
    known = ~np.isnan(grid[rows, columns])
    pairs = grid[rows[known], columns[known]]
    if not len(pairs):
        return "Er zijn te weinig waarden om samenhang te berekenen."
    best = int(np.abs(pairs).argmax())
    one, other = (names[str(matrix.index[at[known][best]])] for at in (rows, columns))
    text = f"{one} en {other} hangen het sterkst samen ({getal(pairs[best], 2)})."
    negative = int((pairs < -0.05).sum())
    if negative:
        text += f" {meervoud(negative, 'paar gaat', 'paren gaan')} tegen elkaar in."
    return text
