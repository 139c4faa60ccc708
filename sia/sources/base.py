"""What every source hands on: tables, areas and squares with their origin and their gaps.

A publisher's module offers ``recognise(path)``, ``read(found)`` and ``requests(...)``; what it
reads comes out as one of the three frozen records below, whatever the file format was.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

Level = Literal["buurt", "wijk", "gemeente", "land"]

PRESENT = ""
SECRET = "geheim"  # noqa: S105 - a reason, not a password
UNKNOWN = "onbekend"
LATER = "nog niet gepubliceerd"
DISCONTINUED = "niet meer gepubliceerd"
EMPTY = "leeg"
NOT_DELIVERED = "thema niet geleverd"
NO_ROW = "geen rij in de bron"
SECRET_OR_UNKNOWN = "geheim of onbekend"  # noqa: S105 - a reason, not a password

REASONS: tuple[str, ...] = (
    PRESENT,
    SECRET,
    UNKNOWN,
    SECRET_OR_UNKNOWN,
    LATER,
    DISCONTINUED,
    EMPTY,
    NOT_DELIVERED,
    NO_ROW,
)
"""Why a value is missing; the empty string where it is present."""


@dataclass(frozen=True)
class Publisher:
    """Who publishes a source and on what terms.

    `name`: as the publisher is named in a source line ("CBS").
    `licence`: SPDX-like name ("CC BY 4.0") or "onbekend".
    `attribution`: Dutch source line with a ``{table}`` and ``{year}`` placeholder.
    """

    name: str
    licence: str
    attribution: str


@dataclass(frozen=True)
class Found:
    """A file that a source module recognises, before it is read in full.

    `source`: dotted name of the source ("cbs.kwb").
    `shape`: the format variant that the module's reader dispatches on ("odata3", "shapefile",
        ...).
    `table`: publisher's table id or the file's own name.
    `level`: finest level in the file.
    `note`: Dutch remark for the intake table (for example how the year was inferred).
    """

    source: str
    path: Path
    shape: str
    table: str
    year: int
    level: Level = "buurt"
    note: str = ""


@dataclass(frozen=True)
class Origin:
    """Where a record came from, for manifest, footnote and source line."""

    path: Path
    sha256: str
    publisher: Publisher
    table: str
    year: int

    def attribution(self) -> str:
        """Return the Dutch source line of this record."""
        return self.publisher.attribution.format(table=self.table, year=self.year)


@dataclass(frozen=True)
class SourceTable:
    """One publisher's table, tidied: regions in rows, measures in columns, gaps with a reason.

    `source`: dotted name of the source ("cbs.kwb").
    `values` (DataFrame of float64, shape (n_regions, n_measures)): index ``code`` (``BU01530000``,
        ``WK015300``, ``GM0153``, ``NL``; stripped, unique, sorted); columns are canonical measure
        names, sorted. NaN where missing.
    `reasons` (DataFrame of str, shape (n_regions, n_measures)): ``PRESENT`` exactly where `values`
        has a number, else one of `REASONS`.
    `regions` (DataFrame, index ``code``): columns ``niveau`` (buurt/wijk/gemeente/land), ``naam``,
        ``gemeentecode``, ``gemeentenaam`` (empty strings where the file does not say).
    `measures` (DataFrame, index ``measure``): columns ``column`` (as in the file), ``title``,
        ``unit``, ``peiljaar`` (int, reference year), ``modelled`` (bool).
    `lower`, `upper`: published 95 % margins in the unit of `values`, same shape, where the
        publisher gives them.
    `remark`: what the intake says of it; not kept after that.
    """

    source: str
    year: int
    values: pd.DataFrame
    reasons: pd.DataFrame
    regions: pd.DataFrame
    measures: pd.DataFrame
    origin: Origin
    lower: pd.DataFrame | None = None
    upper: pd.DataFrame | None = None
    remark: str = ""


@dataclass(frozen=True)
class AreaLayer:
    """Borders of one level in one year.

    `level`: buurt, wijk or gemeente.
    `frame` (GeoDataFrame, EPSG:28992, index ``code``): columns ``naam``, ``wijkcode``,
        ``gemeentecode``, ``gemeentenaam`` (str, empty where unknown), ``water`` (bool),
        ``indelingswijziging`` (Int64, 1/2/3 or NA), ``geometry`` (valid Polygon/MultiPolygon).
    `note`: Dutch remark for the intake table, such as which areas have no outline in the file.
    """

    level: Level
    year: int
    frame: gpd.GeoDataFrame
    origin: Origin
    note: str = ""


@dataclass(frozen=True)
class SquareLayer:
    """CBS squares (100 m or 500 m), or postcode areas, of one year.

    `size`: side in metres; 0 for postcode areas (PC6).
    `frame` (GeoDataFrame, EPSG:28992, index ``vierkant`` (``E2576N4710`` or ``7511AB`` style)):
        only geometry.
    `values`, `reasons`: same index; as in `SourceTable`.
    """

    size: int
    year: int
    frame: gpd.GeoDataFrame
    values: pd.DataFrame
    reasons: pd.DataFrame
    origin: Origin


Record = SourceTable | AreaLayer | SquareLayer


@dataclass(frozen=True)
class Intake:
    """Everything that one raw-data folder holds.

    `tables`, `areas`, `squares`: what could be read.
    `files`: one row per file: ``bestand``, ``bron``, ``tabel``, ``jaar``, ``niveau``, ``vorm``,
        ``status`` (gelezen / overgeslagen / fout), ``opmerking``, ``sha256``.
    """

    tables: tuple[SourceTable, ...]
    areas: tuple[AreaLayer, ...]
    squares: tuple[SquareLayer, ...]
    files: pd.DataFrame = field(repr=False)
