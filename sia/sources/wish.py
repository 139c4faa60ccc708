"""What a run needs of what was read, and the words for what it gets and does not get."""

from __future__ import annotations

from dataclasses import dataclass

from sia.sources import own
from sia.sources.base import AreaLayer, Record, SourceTable, SquareLayer

YEARS_BACK = 5
"""Files older than this before the first year asked for cannot be carried forward any more."""


@dataclass(frozen=True)
class Wish:
    """What a run needs of a folder.

    `gemeente`: gemeentecode, or "" for all.
    `years`: years, or empty for all.
    `squares`: whether files with squares are read.
    """

    gemeente: str = ""
    years: tuple[int, ...] = ()
    squares: bool = True

    def wants_year(self, year: int) -> bool:
        """Tell whether figures of a year can serve the years asked for."""
        if not self.years or not year:
            return True
        return min(self.years) - YEARS_BACK <= year <= max(self.years)

    def span(self) -> str:
        """Return the years asked for as a reader writes them."""
        first, last = min(self.years), max(self.years)
        return str(first) if first == last else f"{first}-{last}"


def unwanted(source: str, year: int, borders: bool, about: bool, wish: Wish) -> str:
    """Say why a record does not serve a run, or return the empty string when it does.

    `year`: of the record.
    `borders`: whether it is a border layer: those of every year are of use.
    `about`: whether it holds anything of the municipality asked for.
    """
    if not borders and not wish.wants_year(year):
        return f"{year} niet bruikbaar voor {wish.span()}"
    if about:
        return ""
    if source == own.NAME:
        return f"geen buurten van {wish.gemeente}: codes van een andere gemeente"
    return f"bevat geen gebieden van {wish.gemeente}"


def municipalities_in(record: SourceTable | AreaLayer) -> frozenset[str]:
    """Return the codes of the municipalities that a table or border layer says it is about."""
    regions = record.frame if isinstance(record, AreaLayer) else record.regions
    return frozenset(map(str, regions["gemeentecode"].unique())) - {""}


def describe(record: Record) -> str:
    """Say in a few Dutch words what was read."""
    if isinstance(record, AreaLayer):
        said = f"{record.year}: grenzen van {len(record.frame)} gebieden ({record.level})"
        return f"{said}; {record.note}" if record.note else said
    if isinstance(record, SquareLayer):
        what = f"vierkanten van {record.size} m" if record.size else "postcodegebieden (PC6)"
        return f"{record.year}: {len(record.frame)} {what}"
    filled = int(record.values.notna().any().sum())
    empty = record.values.shape[1] - filled
    without = f", {empty} zonder cijfers" if empty else ""
    remark = f"; {record.remark}" if record.remark else ""
    return f"{record.year}: {len(record.values)} gebieden, {filled} maten{without}{remark}"
