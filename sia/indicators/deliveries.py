"""Which delivery gives which figure: own tables bound to their file, and no two that differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatch
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from sia.errors import Problem, refuse
from sia.gemeente import Gemeente
from sia.sources.base import SourceTable
from sia.sources.columns import snake
from sia.sources.own import NAME as OWN

Array = npt.NDArray[np.float64]

_ROUNDING = 0.02
"""Part by which one figure may differ between two formats of one delivery."""

_SMALL = 0.11
"""A difference that one decimal explains."""

_LEAST = 3
_NEAR, _WIDE = 0.12, 0.4
"""Buurten that tell of a jump, and how near to a power of ten (in tens) the middle one is: of the
same buurten a year earlier, and of one municipality in its country."""

_COUNTRY = 2_000
"""Regions of a table that speaks for the country."""


def bound(tables: Iterable[SourceTable], gemeente: Gemeente, codes: pd.Index) -> list[SourceTable]:
    """Return the tables as the municipality means them.

    Own tables get the names of the catalogue for the columns that the configuration gives them,
    each from the file that it names; a figure that it binds to one file comes from no other.
    """
    meant = [_named(table, gemeente) if table.source == OWN else table for table in tables]
    refuse(_contradictions(meant, codes))
    return meant


def passed_over(tables: Iterable[SourceTable], gemeente: Gemeente) -> dict[str, str]:
    """Return per own file, by its path, what the configuration leaves unread of it, in Dutch."""
    told: dict[str, str] = {}
    for table in tables:
        if table.source != OWN:
            continue
        mine = _columns(table, gemeente)
        bound_here = [
            (heading, own.bestand)
            for own in gemeente.eigen_tabellen
            for heading in own.kolommen
            if snake(heading) in table.values and heading not in mine
        ]
        if bound_here:
            heading, file = bound_here[0]
            told[str(table.origin.path)] = (
                f"kolom {heading} niet gebruikt: de gemeente noemt daarvoor {file}"
            )
    return told


def jumps(tables: Iterable[SourceTable]) -> dict[str, str]:
    """Return per file, by its path, which figures are about 10, 100 or 1,000 times last year's.

    A figure of another file than that of the country is compared with the country too: 100 or
    1,000 times. That is a question and no fault: a unit may have changed, or a sign for thousands
    was lost.
    """
    listed = sorted(tables, key=lambda one: one.year)
    country = {
        str(measure): table
        for table in sorted(listed, key=lambda one: len(one.values))
        if len(table.values) >= _COUNTRY
        for measure in table.values
    }
    before: dict[tuple[str, str], SourceTable] = {}
    found: dict[str, list[str]] = {}
    for table in listed:
        laid: dict[int, dict[str, Array]] = {}
        for measure, figures in _figures(table.values).items():
            earlier = before.get((table.source, measure))
            before[table.source, measure] = table
            times = ""
            if earlier is not None and earlier.year < table.year:
                if id(earlier) not in laid:
                    laid[id(earlier)] = _figures(earlier.values.reindex(table.values.index))
                then = laid[id(earlier)][measure]
                times = _times(figures, then, f"in {earlier.year}", 1, _NEAR)
            whole = country.get(measure)
            if not times and whole is not None and len(table.values) < _COUNTRY:
                counted = table.measures.at[measure, "unit"] in ("", "aantal")
                if not counted:
                    middle = whole.values[measure].median()
                    times = _times(figures, middle, "in het land", 2, _WIDE)
            if times:
                title = str(table.measures.at[measure, "title"])
                text = f"{title} is in {table.year} {times}"
                found.setdefault(str(table.origin.path), []).append(text)
    return {path: f"let op: {'; '.join(texts[:3])}" for path, texts in found.items()}


def _figures(values: pd.DataFrame) -> dict[str, Array]:
    return dict(zip(map(str, values), values.to_numpy(dtype=float).T, strict=True))


def _times(figures: Array, others: Array | float, than: str, least: int, near: float) -> str:
    """Say that figures are about a power of ten of others; empty when they are not."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = figures / others
    ratio = ratio[(ratio > 0) & np.isfinite(ratio)]
    if ratio.size < _LEAST:
        return ""
    power = float(np.log10(np.median(ratio)))
    step = round(power)
    if not least <= abs(step) <= 3 or abs(power - step) > near:
        return ""
    return f"ongeveer {10 ** abs(step)} keer zo {'groot' if step > 0 else 'klein'} als {than}"


def _columns(table: SourceTable, gemeente: Gemeente) -> Mapping[str, str]:
    """Return the headings of one own table with the catalogue id that each holds."""
    path = table.origin.path.as_posix().lower()
    return {
        heading: name
        for own in gemeente.eigen_tabellen
        if fnmatch(path, f"*/{own.bestand.lower()}") or fnmatch(path, own.bestand.lower())
        for heading, name in own.kolommen.items()
    }


def _measures(names: Iterable[str], gemeente: Gemeente) -> dict[str, str]:
    """Return the measure under which an own table delivers each indicator."""
    catalogue = gemeente.catalogus()
    return {
        name: source.maat or source.teller[0]
        for name in names
        for source in catalogue[name].bronnen[::-1]
        if source.naam == OWN
    }


def _named(table: SourceTable, gemeente: Gemeente) -> SourceTable:
    given = _columns(table, gemeente)
    measures = _measures(gemeente.eigen_kolommen().values(), gemeente)
    renamed = {
        snake(heading): measures[name]
        for heading, name in given.items()
        if name in measures and snake(heading) in table.values
    }
    elsewhere = {measure for name, measure in measures.items() if name not in given.values()}
    # what a column is called gives way to what the configuration says it is
    gone = (elsewhere | set(renamed.values())) - set(renamed)
    left = [column for column in table.values if column not in gone]
    if not renamed and len(left) == table.values.shape[1]:
        return table
    return replace(
        table,
        values=table.values[left].rename(columns=renamed),
        reasons=table.reasons[left].rename(columns=renamed),
        measures=table.measures.loc[left].rename(index=renamed),
    )


def _contradictions(tables: Sequence[SourceTable], codes: pd.Index) -> list[Problem]:
    """Return the problem of every two deliveries of one table that differ for a buurt."""
    groups: dict[tuple[str, int, str], list[SourceTable]] = {}
    for table in tables:
        # an own table is known by its columns, whatever its file is called
        name = "" if table.source == OWN else table.origin.table
        groups.setdefault((table.source, table.year, name), []).append(table)
    return [
        problem
        for group in groups.values()
        for one, other in combinations(group, 2)
        if (problem := _contradiction(one, other, codes)) is not None
    ]


def _contradiction(one: SourceTable, other: SourceTable, codes: pd.Index) -> Problem | None:
    rows = codes.intersection(one.values.index).intersection(other.values.index)
    columns = one.values.columns.intersection(other.values.columns)
    first, second = one.values.loc[rows, columns], other.values.loc[rows, columns]
    apart = (first - second).abs()
    size = np.maximum(first.abs(), second.abs())
    limit = 1e-9 * size if one.source == OWN else np.maximum(_SMALL, _ROUNDING * size)
    differs = (apart > limit).to_numpy()
    if not differs.any():
        return None
    row, column = (int(place) for place in np.argwhere(differs)[0])
    measure, place = str(columns[column]), str(rows[row])
    values = [float(frame.to_numpy()[row, column]) for frame in (first, second)]
    files = f"{one.origin.path.name} en {other.origin.path.name}"
    wat = (
        f"Twee bestanden geven andere cijfers voor {one.measures['title'].astype(str)[measure]} in "
        f"{one.year}: bij {place} {values[0]:g} en {values[1]:g}."
    )
    oplossing = "Laat het goede bestand staan en haal het andere uit de bronmap."
    if one.source == OWN:
        oplossing += " Of noem het goede bestand onder [[eigen_tabel]]."
    return Problem(wat, oplossing, bestand=files, kolom=measure)
