"""The base year beside this year: the same method on the same borders, and the change by cause."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from sia.areas import Measure, convert
from sia.change.alike import growth_between, measured_alike
from sia.change.borders import drawn_layer, same_borders
from sia.index import IndexResult, decompose_change
from sia.indicators import IndicatorTable
from sia.indicators.age import by_age
from sia.weighing import URGENTIE

BELOW = " (noemer)"
PARTS = {
    "before": "basisjaar",
    "revision": "herziening",
    "border": "grenzen",
    "method": "methode",
    "source": "bron",
    "real": "echte verandering",
    "after": "dit jaar",
    "change": "verschil",
}
"""Column of `sia.index.decompose_change` -> column for a reader."""


@dataclass(frozen=True, eq=False)
class YearFigures:
    """The figures of one year and the index that was made of them."""

    table: IndicatorTable
    index: IndexResult


@dataclass(frozen=True, eq=False)
class BaseYear:
    """The figures of the base year on the way to those of this year.

    `now`, `then`: Of this year and of the base year.
    `published` (buurten of the base year x indicators): As its tables hold it.
    `known` (same shape): As the sources say now.
    `moved`: `known` on the borders of this year; None when the borders still hold.
    `denominators`: Of the rates in `comparable`.
    `alike` (DataFrame of bool, buurten of this year x indicators): Which figures were measured in
        both years, anew and in the same way (`measured_alike`).
    `growth` (index indicator): Of every amount since the base year (`growth_between`).
    """

    now: YearFigures
    then: YearFigures
    published: pd.DataFrame
    known: pd.DataFrame
    moved: pd.DataFrame | None
    denominators: pd.DataFrame
    alike: pd.DataFrame
    growth: pd.Series[float]

    @property
    def before(self) -> pd.DataFrame:
        """Figures of the base year as its sources give them now, on the borders of this year."""
        return self.known if self.moved is None else self.moved

    @property
    def comparable(self) -> pd.DataFrame:
        """Figures of the base year in euros of this year; all not alike are those of this year."""
        after = self.now.index.values
        rows, names = after.index.intersection(self.before.index), after.columns
        same = self.alike.loc[rows, names]
        then = self.before.loc[rows].reindex(columns=names)
        return (then * self.growth.reindex(names).fillna(1.0)).where(same, after.loc[rows])

    def of_alike(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return what is known of the error of figures, of those that were measured alike."""
        same = self.alike.reindex(index=table.index, columns=table.columns).fillna(True)
        return table.where(same.astype(bool))

    @property
    def measured(self) -> pd.Series[float]:
        """Share of this year's figures by weight, per buurt, that were measured alike (0-1)."""
        weight = self.now.index.effective_weights.reindex(self.now.index.values.columns)
        known = self.now.index.values.notna() @ weight
        return (self.alike[weight.index] @ weight) / known.where(known > 0)


def base_year(now: YearFigures, then: YearFigures, known: pd.DataFrame | None = None) -> BaseYear:
    """Bring the figures of the base year to the indicators and the borders of this year.

    `known` (buurten x indicators): Figures of the base year as its sources give them now; default
        as they were published.
    """
    rows = then.index.values.index
    names = list(dict.fromkeys([*then.index.values.columns, *now.index.values.columns]))
    table = then.table
    revised = table.scored if known is None else by_age(known, table.values, table.catalogue)
    figures = revised.reindex(index=rows, columns=names)
    below = then.table.denominators.reindex(index=rows, columns=names)
    moved = None
    if not same_borders(then.table.areas, now.table.areas):
        moved, below = _on_borders(figures, below, then.table, now.table)
    before = (figures if moved is None else moved).reindex(now.index.values.index)
    alike = measured_alike(then.table, now.table, now.index.values.index, names)
    alike &= before.notna() & now.table.values.reindex(before.index)[names].notna()
    growth = growth_between(then.table, now.table).reindex(names).dropna()
    money = {entry.id for entry in now.table.catalogue if entry.geld}
    alike[[name for name in names if name in money and name not in growth]] = False
    return BaseYear(now, then, table.scored.loc[rows, names], figures, moved, below, alike, growth)


def _on_borders(
    values: pd.DataFrame, below: pd.DataFrame, then: IndicatorTable, now: IndicatorTable
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return figures and denominators of the base year on the borders of this year."""
    kinds = {
        name: Measure("aandeel", name + BELOW)
        if below[name].notna().any()
        else Measure("niet optelbaar")
        for name in values.columns
    }
    counts = {k.denominator: Measure("aantal") for k in kinds.values() if k.denominator}
    full = pd.concat([values, below.add_suffix(BELOW)[list(counts)]], axis=1)
    drawn = drawn_layer(then.areas)
    # a buurt without a border then cannot be laid on those of now
    full = full[full.index.isin(drawn.frame.index)]
    moved = convert(full, kinds | counts, drawn, drawn_layer(now.areas))
    sizes = moved.values[list(counts)].rename(columns=lambda name: name.removesuffix(BELOW))
    return moved.values[list(values.columns)], sizes


def split_change(base: BaseYear | None) -> pd.DataFrame:
    """Split the change of urgentie since the base year into its causes.

    The base year as its tables hold it is compared with what its sources say now (revision), with
    the same figures on the borders of this year (borders), with the indicators and the scale of
    this year (method), with this year's figure wherever the two were not measured alike (source),
    and with this year (real change). The parts sum to the difference.

    `base`: None when there is nothing to compare with.
    Returns (index ``buurtcode``): The columns of `PARTS`; empty when there is nothing to compare
        with.
    """
    if base is None:
        return pd.DataFrame(columns=list(PARTS.values()), dtype=float)
    split = decompose_change(
        base.published,
        base.now.index.values.reindex(columns=base.published.columns),
        base.then.index.design,
        base.now.index.design,
        revised=base.known,
        redrawn=base.moved,
        alike=base.comparable,
        growth=base.growth,
        node=URGENTIE,
    )
    return split.rename(columns=PARTS)


def split_table(split: pd.DataFrame, names: pd.Series[str]) -> pd.DataFrame:
    """Return the split change with names, the largest rise first."""
    shown = split.sort_values("verschil", ascending=False, na_position="last", kind="stable")
    shown.insert(0, "buurt", names.reindex(shown.index))
    return shown
