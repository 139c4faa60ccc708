"""Which buurten a municipality has in a year, and where each of them was found."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from sia.errors import InputError
from sia.gemeente import Gemeente
from sia.indicators.lookup import Lookup
from sia.sources.base import AreaLayer, Intake, SourceTable

ROSTER_SOURCES: tuple[str, ...] = ("cbs.kwb", "cbs.pdok")
"""Tables in the borders of their own year. RIVM and others publish old years in new borders."""

SAME_AREA = 0.5
"""Least overlap (intersection over union) for one code to mean one area in two years."""

SAME_NAME = 0.6
"""Least likeness (difflib ratio) of two spellings of one name."""

NO_BORDERS = 0
"""`borders_year` of a buurt that no border layer holds."""


@dataclass(frozen=True)
class Roster:
    """The buurten of one municipality in one year.

    Parameters
    ----------
    codes : Index of str
        Sorted; every buurt of the border layer and of the CBS tables of the year.
    layer : AreaLayer or None
        Borders of the year, else of the nearest year.
    frame : GeoDataFrame, index ``buurtcode``
        ``naam``, ``wijkcode``, ``wijknaam``, ``stadsdeel``, ``gemeentecode``, ``water``,
        ``borders_year``, ``geometry`` (empty where no layer holds the buurt).
    verantwoording : DataFrame, index ``buurtcode``
        See `account`.
    """

    codes: pd.Index
    layer: AreaLayer | None
    frame: gpd.GeoDataFrame
    verantwoording: pd.DataFrame


def of_gemeente(codes: Iterable[str], gemeentecode: str) -> list[str]:
    """Return the buurt codes that belong to a municipality, sorted."""
    start = "BU" + gemeentecode[2:]
    return sorted(code for code in codes if code.startswith(start))


def table_codes(table: SourceTable, gemeentecode: str) -> list[str]:
    """Return the buurt codes of a municipality in one table, sorted."""
    level = table.regions["niveau"]
    return of_gemeente(level.index[level == "buurt"], gemeentecode)


def build_roster(intake: Intake, gemeente: Gemeente, jaar: int) -> Roster:
    """Return every buurt of the municipality in year `jaar`.

    Raises
    ------
    InputError
        When neither borders nor any table hold a buurt of the municipality.
    """
    layer = _nearest_layer(intake.areas, gemeente.code, jaar)
    in_layer = of_gemeente(layer.frame.index, gemeente.code) if layer else []
    in_tables = _year_codes(intake.tables, gemeente.code, jaar, needed=not in_layer)
    codes = pd.Index(sorted({*in_layer, *in_tables}), name="buurtcode", dtype="str")
    if codes.empty:
        wat = f"Geen enkele bron bevat een buurt van {gemeente.naam} ({gemeente.code})."
        oplossing = "Controleer de gemeente, en of de bronbestanden haar bevatten (`sia status`)."
        raise InputError.one(wat=wat, oplossing=oplossing)
    frame = _frame(codes, layer, intake, gemeente, jaar)
    return Roster(codes, layer, frame, account(codes, layer, intake.tables, gemeente, jaar))


def _nearest_layer(layers: Iterable[AreaLayer], gemeentecode: str, jaar: int) -> AreaLayer | None:
    """Return the buurt borders nearest to the year; of two equally near, the later ones."""
    usable = []
    for layer in layers:
        if layer.level != "buurt":
            continue
        count = len(of_gemeente(layer.frame.index, gemeentecode))
        if count:
            key = (abs(layer.year - jaar), -layer.year, -count, str(layer.origin.path))
            usable.append((key, layer))
    return min(usable, key=lambda pair: pair[0])[1] if usable else None


def _year_codes(
    tables: Iterable[SourceTable], gemeentecode: str, jaar: int, *, needed: bool
) -> list[str]:
    """Return the buurten in the CBS tables of the year; `needed`: else of the nearest year."""
    by_year: dict[int, set[str]] = {}
    others: dict[int, set[str]] = {}
    for table in tables:
        target = by_year if table.source in ROSTER_SOURCES else others
        target.setdefault(table.year, set()).update(table_codes(table, gemeentecode))
    if jaar in by_year and (by_year[jaar] or not needed):
        return sorted(by_year[jaar])
    if not needed:
        return []
    for years in (by_year, others):
        filled = [year for year, codes in years.items() if codes]
        if filled:
            return sorted(years[min(filled, key=lambda year: (abs(year - jaar), -year))])
    return []


def _frame(
    codes: pd.Index, layer: AreaLayer | None, intake: Intake, gemeente: Gemeente, jaar: int
) -> gpd.GeoDataFrame:
    held = layer.frame.reindex(codes) if layer else None
    names = names_of(codes, intake, jaar, "buurt")
    wijken = pd.Index(["WK" + code[2:8] for code in codes])
    wijknamen = names_of(wijken.unique(), intake, jaar, "wijk")
    inside = codes.isin(layer.frame.index) if layer else np.zeros(len(codes), dtype=bool)
    shapes = (
        [
            shape if there and shape is not None else shapely.Polygon()
            for shape, there in zip(held.geometry, inside, strict=True)
        ]
        if held is not None
        else [shapely.Polygon()] * len(codes)
    )
    water = (
        [bool(flag) if there else False for flag, there in zip(held["water"], inside, strict=True)]
        if held is not None
        else [False] * len(codes)
    )
    return gpd.GeoDataFrame(
        {
            "naam": names.to_numpy(),
            "wijkcode": wijken.to_numpy(),
            "wijknaam": wijknamen.reindex(wijken).to_numpy(),
            "stadsdeel": [gemeente.stadsdeel(code) for code in codes],
            "gemeentecode": gemeente.code,
            "water": water,
            "borders_year": np.where(inside, layer.year if layer else NO_BORDERS, NO_BORDERS),
        },
        index=codes,
        geometry=shapes,
        crs="EPSG:28992",
    )


def names_of(codes: pd.Index, intake: Intake, jaar: int, level: str) -> pd.Series[str]:
    """Return the name of each code in the year nearest to `jaar` that has one, else the code.

    Parameters
    ----------
    level : str
        buurt or wijk.
    """
    sources: list[tuple[tuple[int, int, str], pd.Series[str]]] = []
    for table in intake.tables:
        other = int(table.source not in ROSTER_SOURCES)
        key = (abs(table.year - jaar), other, str(table.origin.path))
        sources.append((key, table.regions["naam"]))
    for layer in intake.areas:
        if layer.level == level:
            key = (abs(layer.year - jaar), 0, str(layer.origin.path))
            sources.append((key, layer.frame["naam"]))
    names = pd.Series("", index=codes, dtype="str")
    for _, own in sorted(sources, key=lambda pair: pair[0]):
        empty = names.index[names == ""]
        if empty.empty:
            break
        names.loc[empty] = own.reindex(empty).fillna("").astype("str")
    return names.where(names != "", names.index.to_series().astype("str"))


def account(
    codes: pd.Index,
    layer: AreaLayer | None,
    tables: Iterable[SourceTable],
    gemeente: Gemeente,
    jaar: int,
) -> pd.DataFrame:
    """Say of every buurt code that any source holds where it was found and where not.

    Returns
    -------
    DataFrame, index ``buurtcode``
        ``opgenomen`` (bool: in the tables of this year), ``grenzen`` (bool: in the border layer),
        ``bronnen`` and ``zonder_rij`` (tables that hold it and, of this year, that lack it, as
        ``cbs.kwb 2020``) and ``toelichting``, a Dutch sentence.
    """
    held = {f"{t.source} {t.year}": set[str]() for t in tables}
    for table in tables:
        held[f"{table.source} {table.year}"].update(table_codes(table, gemeente.code))
    held = {name: found for name, found in sorted(held.items()) if found}
    in_layer = set(of_gemeente(layer.frame.index, gemeente.code)) if layer else set()
    every = sorted({*codes, *(code for found in held.values() for code in found)})
    rows = []
    for code in every:
        there = [name for name, found in held.items() if code in found]
        lacking = [
            name for name, found in held.items() if code not in found and name.endswith(f" {jaar}")
        ]
        included = code in codes
        text = _sentence(code in in_layer, included, lacking, there, layer, jaar)
        rows.append((code, included, code in in_layer, ", ".join(there), ", ".join(lacking), text))
    columns = ["buurtcode", "opgenomen", "grenzen", "bronnen", "zonder_rij", "toelichting"]
    return pd.DataFrame(rows, columns=columns).set_index("buurtcode")


def _sentence(
    bordered: bool,
    included: bool,
    lacking: list[str],
    there: list[str],
    layer: AreaLayer | None,
    jaar: int,
) -> str:
    if not included:
        return f"Hoort niet bij de indeling van {jaar}; komt alleen voor in {', '.join(there)}."
    parts = []
    if not bordered:
        parts.append(
            f"heeft geen grens in de kaart van {layer.year}" if layer else "heeft geen grens"
        )
    elif layer is not None and layer.year != jaar:
        parts.append(f"grens van {layer.year}")
    if lacking:
        parts.append(f"heeft geen rij in {', '.join(lacking)}")
    if not there:
        parts.append("staat in geen enkele tabel")
    if not parts:
        return "In de kaart en in elke tabel van dit jaar."
    sentence = "; ".join(parts) + "."
    return sentence[0].upper() + sentence[1:]


class Comparison:
    """Tells whether the code of a roster buurt means the same area in an older table.

    Codes have been reused for other areas. The borders of both years decide where they are read;
    else the names do. Where neither is known the code is believed.
    """

    def __init__(self, roster: Roster, intake: Intake, lookup: Lookup) -> None:
        self._roster = roster
        self._layers = [layer for layer in intake.areas if layer.level == "buurt"]
        self._lookup = lookup
        self._known: dict[int, npt.NDArray[np.bool_]] = {}

    def __call__(self, table: SourceTable) -> npt.NDArray[np.bool_]:
        """Return a boolean per roster buurt."""
        if id(table) not in self._known:
            overlap = self._overlap(table)
            named = self._named(table)
            self._known[id(table)] = np.where(np.isnan(overlap), named, overlap >= SAME_AREA)
        return self._known[id(table)]

    def _overlap(self, table: SourceTable) -> npt.NDArray[np.float64]:
        unknown = np.full(len(self._roster.codes), np.nan)
        if table.source not in ROSTER_SOURCES or self._roster.layer is None:
            return unknown
        older = [layer for layer in self._layers if layer.year == table.year]
        if not older or older[0].year == self._roster.layer.year:
            return unknown
        then = older[0].frame.geometry.reindex(self._roster.codes).to_numpy()
        now = self._roster.frame.geometry.to_numpy()
        both = ~(shapely.is_missing(then) | shapely.is_empty(then) | shapely.is_empty(now))
        common = shapely.area(shapely.intersection(then[both], now[both]))
        unknown[both] = common / shapely.area(shapely.union(then[both], now[both]))
        return unknown

    def _named(self, table: SourceTable) -> npt.NDArray[np.bool_]:
        codes = self._roster.codes
        old = table.regions["naam"].reindex(codes).fillna("")
        new = self._roster.frame["naam"]
        return np.array(
            [
                code == now or same_name(str(then), str(now))
                for code, then, now in zip(codes, old, new, strict=True)
            ],
            dtype=bool,
        )


def same_name(one: str, other: str) -> bool:
    """Tell whether two names may be spellings of one; an unknown name fits every other."""
    first, second = _plain(one), _plain(other)
    if not first or not second or first in second or second in first:
        return True
    return difflib.SequenceMatcher(None, first, second).ratio() >= SAME_NAME


def _plain(name: str) -> str:
    words = re.sub(r"\((.*?)\)", " ", name.casefold())
    return re.sub(r"[^0-9a-zà-ÿ]+", "", words)
