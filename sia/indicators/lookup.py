"""Find a measure in the read tables, for every buurt of the country at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from sia.catalogue.model import Bron
from sia.sources.base import SourceTable

Floats = npt.NDArray[np.float64]

NATIONAL = 1000
"""Fewest buurten for a table, or a distribution, to be called national."""

DENOMINATOR_REACH = 2
"""Years that a denominator may lie from the reference year of what it divides."""

DENOMINATOR_SOURCES: tuple[str, ...] = ("cbs.kwb", "cbs.pdok", "woonikveilig", "pbl.startanalyse")
"""Where a denominator is looked for after the own table, in order."""


class Lookup:
    """Measures of many tables on one list of buurten, each read once.

    `tables`: Rows of other levels than buurt are left out, and so are tables that neither hold a
        buurt of the municipality nor are national (`NATIONAL` buurten or more).
    `roster` (str): Buurten of the municipality; they come first.
    `codes` (str): `roster` followed by every other buurt in the tables, sorted.
    """

    def __init__(self, tables: Iterable[SourceTable], roster: pd.Index) -> None:
        levels = [(table, table.regions["niveau"].to_numpy()) for table in tables]
        listed = [(table, table.regions.index[level == "buurt"]) for table, level in levels]
        kept = [
            (table, own)
            for table, own in listed
            if len(own) >= NATIONAL or bool(own.isin(roster).any())
        ]
        kept.sort(key=lambda pair: _order(pair[0]))
        self.tables: tuple[SourceTable, ...] = tuple(table for table, _ in kept)
        self._rows = {id(table): own for table, own in kept}
        everything: set[str] = set()
        for rows in self._rows.values():
            everything.update(rows)
        rest = sorted(everything - set(roster))
        self.codes = pd.Index([*roster, *rest], name="buurtcode")
        self._positions = {key: rows.get_indexer(self.codes) for key, rows in self._rows.items()}
        self._columns: dict[tuple[int, str], Floats] = {}
        self._years = [dict(table.measures["peiljaar"].items()) for table in self.tables]
        self._holders: dict[tuple[str, ...], tuple[tuple[SourceTable, int], ...]] = {}

    def has_row(self, table: SourceTable) -> npt.NDArray[np.bool_]:
        """Tell per code of `codes` whether a table has a row for it."""
        found: npt.NDArray[np.bool_] = self._positions[id(table)] >= 0
        return found

    def holders(self, measures: Sequence[str]) -> tuple[tuple[SourceTable, int], ...]:
        """Return every table that has all these measures, with their latest reference year.

        In the order of `tables`.
        """
        key = tuple(measures)
        if key not in self._holders:
            self._holders[key] = tuple(
                (table, max(int(years[measure]) for measure in key))
                for table, years in zip(self.tables, self._years, strict=True)
                if all(measure in years for measure in key)
            )
        return self._holders[key]

    def column(self, table: SourceTable, measure: str) -> Floats:
        """Return one measure on `codes`, NaN where there is no row or no number."""
        key = (id(table), measure)
        if key not in self._columns:
            own = table.values[measure].reindex(self._rows[id(table)]).to_numpy(dtype=float)
            positions = self._positions[id(table)]
            found = np.full(len(self.codes), np.nan)
            found[positions >= 0] = own[positions[positions >= 0]]
            self._columns[key] = found
        return self._columns[key]

    def total(self, table: SourceTable, measures: Sequence[str]) -> Floats:
        """Return the sum of measures on `codes`; NaN where any of them is missing."""
        total = np.zeros(len(self.codes))
        for measure in measures:
            total = total + self.column(table, measure)
        return total

    def denominator(
        self,
        own: SourceTable,
        measures: Sequence[str],
        peiljaar: int,
        *,
        sources: Sequence[str] = DENOMINATOR_SOURCES,
        share_of: str = "",
    ) -> Floats:
        """Return a denominator on `codes`, per buurt from the first table that has it.

        `own`: table of the numerator; looked in first.
        `measures`: summed.
        `peiljaar`: reference year wanted; at most `DENOMINATOR_REACH` years away is accepted,
            nearest first, then in the order of `sources`.
        `sources`: other sources to look in.
        `share_of`: when set, `measures` are percentages of this count.
        Returns ndarray of float, shape (n_codes,): NaN where no table knows it.
        """
        found = np.full(len(self.codes), np.nan)
        if not measures:
            return found
        wanted = [*measures, share_of] if share_of else list(measures)
        for table in self._nearest(own, wanted, peiljaar, sources):
            total = self.total(table, measures)
            if share_of:
                total = total / 100 * self.column(table, share_of)
            found = np.where(np.isnan(found), total, found)
        return found

    def _nearest(
        self, own: SourceTable, measures: Sequence[str], peiljaar: int, sources: Sequence[str]
    ) -> list[SourceTable]:
        order = {name: number for number, name in enumerate(sources)}
        usable = []
        for table, year in self.holders(measures):
            if table is not own and table.source not in order:
                continue
            distance = abs(year - peiljaar)
            if distance <= DENOMINATOR_REACH:
                rank = -1 if table is own else order[table.source]
                usable.append((distance, rank, -table.year, table))
        usable.sort(key=lambda entry: entry[:3])
        return [table for *_, table in usable]

    def value(self, table: SourceTable, bron: Bron, peiljaar: int) -> tuple[Floats, Floats]:
        """Return value and denominator of one catalogue source on `codes`.

        The denominator is all NaN for a published value; what it then is, the catalogue entry
        says.
        """
        unknown = np.full(len(self.codes), np.nan)
        if not bron.berekend:
            return self.column(table, bron.maat) * bron.schaal, unknown
        top = self.total(table, bron.teller)
        bottom = self.denominator(
            table,
            bron.noemer,
            peiljaar,
            sources=bron.noemer_bronnen,
            share_of=bron.noemer_deel_van,
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            rate = np.where(bottom > 0, top / bottom * bron.schaal, np.nan)
        return rate, np.where(np.isnan(top), np.nan, bottom)


def _order(table: SourceTable) -> tuple[str, int, str, str]:
    return (table.source, table.year, table.origin.table, str(table.origin.path))
