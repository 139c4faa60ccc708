"""The indicator table: every buurt, every indicator, with flag, year and origin per cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from sia.catalogue.model import Catalogue
from sia.errors import InputError
from sia.gemeente import Gemeente
from sia.indicators.age import BY_AGE, OLD, YOUNG, by_age
from sia.indicators.cells import Column, resolve
from sia.indicators.deliveries import bound
from sia.indicators.lookup import Floats, Lookup
from sia.indicators.norms import norm_row, norms_frame
from sia.indicators.roster import Comparison, Roster, build_roster
from sia.sources.base import Intake

INHABITANTS = "inwoners"
HOUSEHOLDS = "huishoudens"
DENSITY = "bevolkingsdichtheid"

_PROVENANCE = (
    "indicator",
    "bron",
    "tabel",
    "levering",
    "peiljaar",
    "cellen",
    "methode",
    "bronvermelding",
    "bestand",
    "sha256",
)


TABLES = {
    "gebieden": "areas",
    "indicatoren": "values",
    "vlaggen": "flags",
    "peiljaren": "years",
    "noemers": "denominators",
    "normen": "norms",
    "herkomst": "provenance",
    "verantwoording": "verantwoording",
    "marges_laag": "lower",
    "marges_hoog": "upper",
}
"""File name of each table of an `IndicatorTable` -> its field."""


@dataclass(frozen=True)
class IndicatorTable:
    """What the sources say about every buurt of one municipality in one year.

    `areas` (GeoDataFrame, EPSG:28992, index ``buurtcode`` (sorted)): ``naam``, ``wijkcode``,
        ``wijknaam``, ``stadsdeel``, ``gemeentecode``, ``inwoners``, ``huishoudens``, ``water``,
        ``borders_year`` (0: no borders), ``geometry``.
    `values` (DataFrame of float, shape (n_buurten, n_indicators)): NaN where missing.
    `flags` (DataFrame of str, same shape): ``waargenomen``, ``overgenomen``, ``model`` or
        ``ontbreekt: <reden>``.
    `years` (DataFrame of Int64, same shape): reference year; NA where missing.
    `denominators` (DataFrame of float, same shape): NaN where unknown or where the indicator is no
        rate.
    `norms` (DataFrame, index ``indicator``): see `sia.indicators.norms.norm_row`.
    `provenance`: one row per indicator, table and reference year that gave values: ``indicator``,
        ``bron``, ``tabel``, ``levering``, ``peiljaar``, ``cellen``, ``methode``,
        ``bronvermelding``, ``bestand``, ``sha256``.
    `verantwoording` (DataFrame, index ``buurtcode``): where each code was found, also the codes
        that do not belong to this year.
    `besluiten`: Dutch sentences on lifted blocks; every output prints them.
    `lower`, `upper` (DataFrame of float, shape of `values`): 95 % margins that the publisher gives
        with exactly this value, in its unit; NaN where it gives none. Without rows in a table that
        was put together without them.
    """

    gemeentecode: str
    jaar: int
    areas: gpd.GeoDataFrame
    values: pd.DataFrame
    flags: pd.DataFrame
    years: pd.DataFrame
    denominators: pd.DataFrame
    norms: pd.DataFrame
    provenance: pd.DataFrame
    verantwoording: pd.DataFrame
    catalogue: Catalogue
    besluiten: tuple[str, ...] = ()
    lower: pd.DataFrame = field(default_factory=pd.DataFrame)
    upper: pd.DataFrame = field(default_factory=pd.DataFrame)

    @cached_property
    def scored(self) -> pd.DataFrame:
        """Return `values` as the score takes them: health standardised for age."""
        return by_age(self.values, self.values, self.catalogue)

    def frames(self) -> dict[str, pd.DataFrame]:
        """Return the tables by the file name that docs/reference/contracts.md gives them."""
        return {name: getattr(self, field) for name, field in TABLES.items()}


def build_indicators(
    intake: Intake, gemeente: Gemeente, jaar: int, catalogue: Catalogue | None = None
) -> IndicatorTable:
    """Return the indicator table of one municipality in one year.

    `intake`: everything read; tables of other years are used to carry values forward.
    `jaar`: year of the table; nothing with a later reference year is used.
    `catalogue`: default that of the municipality.
    Returns: holds every buurt of the borders and of the CBS tables of the year, and every
        indicator of the catalogue, also those without any value.
    Raises InputError when no source holds a buurt of the municipality, or the catalogue lacks
        ``inwoners``.
    """
    listed = catalogue or gemeente.catalogus()
    if INHABITANTS not in listed.ids:
        wat = f"De catalogus mist `{INHABITANTS}`; zonder inwonertal is geen buurt te rangschikken."
        raise InputError.one(wat=wat, oplossing="Zet die indicator terug.")
    roster = build_roster(intake, gemeente, jaar)
    lookup = Lookup(bound(intake.tables, gemeente, roster.codes), roster.codes)
    comparable = Comparison(roster, intake, lookup)
    columns = {
        entry.id: resolve(entry, lookup, jaar, len(roster.codes), comparable) for entry in listed
    }
    return _assemble(roster, columns, lookup, gemeente, jaar, listed)


def _assemble(
    roster: Roster,
    columns: dict[str, Column],
    lookup: Lookup,
    gemeente: Gemeente,
    jaar: int,
    catalogue: Catalogue,
) -> IndicatorTable:
    n, codes = len(roster.codes), roster.codes

    def table(field: str, dtype: str = "float64") -> pd.DataFrame:
        made = {name: pd.array(getattr(c, field)[:n], dtype=dtype) for name, c in columns.items()}
        return pd.DataFrame(made, index=codes)

    values, years = table("values"), table("years", "Int64")
    unknown = pd.Series(float("nan"), index=codes)
    areas = roster.frame.assign(
        inwoners=values[INHABITANTS], huishoudens=values.get(HOUSEHOLDS, unknown)
    )
    order = ["naam", "wijkcode", "wijknaam", "stadsdeel", "gemeentecode", "inwoners"]
    order += ["huishoudens", "water", "borders_year", "geometry"]
    people = columns[INHABITANTS].values
    density = columns[DENSITY].values if DENSITY in columns else np.full_like(people, np.nan)
    lived_in = populated(people, density, gemeente)
    rows = {name: norm_row(c.values, lived_in, n) for name, c in columns.items()}
    followed = [entry.id for entry in catalogue if entry.leeftijd is not None]
    if followed and {YOUNG, OLD} <= set(columns):
        country = pd.DataFrame({name: columns[name].values for name in (*followed, YOUNG, OLD)})
        standard = by_age(country, country, catalogue)
        for name in followed:
            rows[name + BY_AGE] = norm_row(standard[name].to_numpy(), lived_in, n)
    return IndicatorTable(
        gemeentecode=gemeente.code,
        jaar=jaar,
        areas=areas[order],
        values=values,
        flags=table("flags", "str"),
        years=years.mask(years == 0),
        denominators=table("denominators"),
        norms=norms_frame(rows),
        provenance=_provenance(columns),
        verantwoording=roster.verantwoording,
        catalogue=catalogue,
        besluiten=tuple(besluit.zin() for besluit in catalogue.besluiten),
        lower=table("lower"),
        upper=table("upper"),
    )


def populated(people: Floats, density: Floats, gemeente: Gemeente) -> npt.NDArray[np.bool_]:
    """Tell which buurten have the people and the density of a woonbuurt; unknown density has it.

    `people`, `density` (ndarray of float, shape (n,)): inhabitants, and how many per km² of land.
    """
    limits = gemeente.drempels
    enough: npt.NDArray[np.bool_] = (people >= limits.inwoners) & ~(density < limits.dichtheid)
    return enough


def _provenance(columns: dict[str, Column]) -> pd.DataFrame:
    rows = [
        (
            name,
            candidate.table.source,
            candidate.table.origin.table,
            candidate.table.year,
            candidate.peiljaar,
            cells,
            candidate.bron.methode,
            candidate.table.origin.attribution(),
            candidate.table.origin.path.name,
            candidate.table.origin.sha256,
        )
        for name, column in columns.items()
        for candidate, cells in column.used
    ]
    numbers = ("levering", "peiljaar", "cellen")
    types = {name: "int64" if name in numbers else "str" for name in _PROVENANCE}
    return pd.DataFrame(rows, columns=list(_PROVENANCE)).astype(types)
