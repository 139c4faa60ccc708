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

SAME_SIZE = 0.1
"""Part by which the size of an area may differ from the border of another year that is drawn."""

COARSE, COARSE_SIZE = 25.0, 0.25
"""Metres that a border may lie off all around on a coarse map, as long as the size differs by no
more than this part. Of the 2019 map half of the borders of Utrecht and Groningen lie 5.5 m off."""

ELSEWHERE, RENUMBERED = 100.0, 0.4
"""Metres all around by which a border is of another place, and the part of a wijk of which that
makes its codes codes of other places: then none of it is drawn, also what fits by chance."""

SAME_AREA = 0.5
"""Least overlap (intersection over union) for one code to mean one area in two years."""

SAME_NAME = 0.6
"""Least likeness (difflib ratio) of two spellings of one name."""

OWN = "eigen"
"""A municipality's own table may be about some of its buurten, so it decides on none."""

_HECTARES = "oppervlakte_totaal_in_ha"

NO_BORDERS = 0
"""`borders_year` of a buurt that no border layer holds."""


@dataclass(frozen=True)
class Roster:
    """The buurten of one municipality in one year.

    `codes`: sorted; see `codes_of`.
    `layer`: borders of the year, else of the nearest year.
    `frame` (GeoDataFrame, index ``buurtcode``): ``naam``, ``wijkcode``, ``wijknaam``,
        ``stadsdeel``, ``gemeentecode``, ``water``, ``borders_year``, ``geometry`` (empty where no
        layer holds the buurt).
    `verantwoording` (DataFrame, index ``buurtcode``): see `account`.
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
    """Return every buurt of the municipality in year `jaar`."""
    layer = _nearest_layer(intake.areas, gemeente.code, jaar)
    codes = pd.Index(codes_of(intake, layer, gemeente.code, jaar), name="buurtcode", dtype="str")
    if codes.empty:
        wat = f"Geen enkele bron bevat een buurt van {gemeente.naam} ({gemeente.code})."
        oplossing = "Controleer de gemeente, en of de bronbestanden haar bevatten (`sia status`)."
        raise InputError.one(wat=wat, oplossing=oplossing)
    names = names_of(codes, intake, jaar, "buurt")
    drawn = _drawn(codes, layer, intake.tables, names, jaar)
    frame = _frame(codes, layer, drawn, names, intake, gemeente, jaar)
    told = account(codes, layer, drawn, intake.tables, gemeente, jaar)
    return Roster(codes, layer, frame, told)


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


def codes_of(intake: Intake, layer: AreaLayer | None, gemeentecode: str, jaar: int) -> list[str]:
    """Return the buurten of a year: what has figures of that year, whatever the map says.

    In this order: the CBS tables and borders of the year; the other publishers' tables of the
    year; the nearest year of CBS or the map. A table without the row of the municipality itself is
    an extract, which decides on no buurt but its own. A buurt that CBS leaves out, and that both
    another table of the year and an earlier list know, is one too.
    """
    whole, extracts, others = _lists(intake.tables, layer, gemeentecode)
    now = others.get(jaar, set())
    own = extracts.get(jaar, set())
    if jaar in whole:
        earlier = set().union(*(found for year, found in whole.items() if year < jaar))
        return sorted(whole[jaar] | own | (now & earlier))
    if now:
        return sorted(own | now)
    years = whole or extracts or others
    nearest = min(years, key=lambda year: (abs(year - jaar), -year), default=None)
    return sorted(own | (years[nearest] if nearest is not None else set()))


def _lists(
    tables: Iterable[SourceTable], layer: AreaLayer | None, gemeentecode: str
) -> tuple[dict[int, set[str]], dict[int, set[str]], dict[int, set[str]]]:
    """Return per year the buurten in whole lists of CBS, in its extracts, and of the others."""
    whole: dict[int, set[str]] = {}
    extracts: dict[int, set[str]] = {}
    others: dict[int, set[str]] = {}
    if layer is not None:
        whole[layer.year] = set(of_gemeente(layer.frame.index, gemeentecode))
    for table in tables:
        if table.source == OWN or not (found := set(table_codes(table, gemeentecode))):
            continue
        kind = others
        if table.source in ROSTER_SOURCES:
            kind = whole if gemeentecode in table.regions.index else extracts
        kind.setdefault(table.year, set()).update(found)
    return whole, extracts, others


def _drawn(
    codes: pd.Index,
    layer: AreaLayer | None,
    tables: Iterable[SourceTable],
    names: pd.Series[str],
    jaar: int,
) -> npt.NDArray[np.bool_]:
    """Tell of which buurten the border is drawn.

    One of another year is drawn where it has the code, the name and the size of the buurt, and the
    codes of its wijk were not given to other places.
    """
    if layer is None:
        return np.zeros(len(codes), dtype=bool)
    there = codes.isin(layer.frame.index)
    shapes = layer.frame.geometry.reindex(codes)
    there &= ~(shapes.isna() | shapes.is_empty).to_numpy()
    if layer.year == jaar:
        return there
    then = layer.frame["naam"].reindex(codes).fillna("")
    named = [
        same_name(str(old), str(new)) or code == new
        for code, old, new in zip(codes, then, names, strict=True)
    ]
    hectares = shapes.area.to_numpy() / 10_000
    size = _sizes(codes, tables, jaar)
    around = shapes.length.to_numpy()
    with np.errstate(invalid="ignore", divide="ignore"):
        change = np.abs(hectares - size)
        metres = 10_000 * change / around
        other = (change > np.maximum(1.0, SAME_SIZE * size)) & (
            (metres > COARSE) | (change > COARSE_SIZE * size)
        )
    wijken = pd.Series(codes.str[2:8], index=codes)
    far = pd.Series(metres, index=codes).gt(ELSEWHERE).where(np.isfinite(metres))
    gone = far.astype("float64").groupby(wijken).transform("mean")
    other |= (gone >= RENUMBERED).to_numpy()
    drawn: npt.NDArray[np.bool_] = there & np.array(named, dtype=bool) & ~other
    return drawn


def _sizes(codes: pd.Index, tables: Iterable[SourceTable], jaar: int) -> npt.NDArray[np.float64]:
    """Return the hectares that CBS gives in the year, NaN where it does not."""
    found = pd.Series(np.nan, index=codes, dtype="float64")
    for table in tables:
        if table.year == jaar and table.source in ROSTER_SOURCES and _HECTARES in table.values:
            found = found.fillna(table.values[_HECTARES].reindex(codes))
    return np.asarray(found, dtype=np.float64)


def _frame(
    codes: pd.Index,
    layer: AreaLayer | None,
    drawn: npt.NDArray[np.bool_],
    names: pd.Series[str],
    intake: Intake,
    gemeente: Gemeente,
    jaar: int,
) -> gpd.GeoDataFrame:
    wijken = pd.Index(["WK" + code[2:8] for code in codes])
    wijknamen = names_of(wijken.unique(), intake, jaar, "wijk")
    shapes: list[object] = [shapely.Polygon()] * len(codes)
    water = [False] * len(codes)
    if layer is not None:
        held = layer.frame.reindex(codes)
        shapes = np.where(drawn, held.geometry.to_numpy(), shapely.Polygon()).tolist()
        water = [bool(flag) and there for flag, there in zip(held["water"], drawn, strict=True)]
    return gpd.GeoDataFrame(
        {
            "naam": names.to_numpy(),
            "wijkcode": wijken.to_numpy(),
            "wijknaam": wijknamen.reindex(wijken).to_numpy(),
            "stadsdeel": [gemeente.stadsdeel(code) for code in codes],
            "gemeentecode": gemeente.code,
            "water": water,
            "borders_year": np.where(drawn, layer.year if layer else NO_BORDERS, NO_BORDERS),
        },
        index=codes,
        geometry=shapes,
        crs="EPSG:28992",
    )


def names_of(codes: pd.Index, intake: Intake, jaar: int, level: str) -> pd.Series[str]:
    """Return the name of each code in the year nearest to `jaar` that has one, else the code.

    `level`: buurt, wijk or gemeente; of a wijk its number says more than its code.
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
    unnamed = "Wijk " + codes.str[6:] if level == "wijk" else codes
    return names.where(names != "", pd.Series(unnamed, codes, dtype="str"))


def account(
    codes: pd.Index,
    layer: AreaLayer | None,
    drawn: npt.NDArray[np.bool_],
    tables: Iterable[SourceTable],
    gemeente: Gemeente,
    jaar: int,
) -> pd.DataFrame:
    """Say of every buurt code that any source holds where it was found and where not.

    Returns DataFrame, index ``buurtcode``: ``opgenomen`` (bool: in the tables of this year),
        ``grenzen`` (bool: its border is drawn), ``bronnen`` and ``zonder_rij`` (tables that hold
        it and, of this year, that lack it, as ``cbs.kwb 2020``) and ``toelichting``, a Dutch
        sentence.
    """
    held = {f"{t.source} {t.year}": set[str]() for t in tables}
    for table in tables:
        held[f"{table.source} {table.year}"].update(table_codes(table, gemeente.code))
    held = {name: found for name, found in sorted(held.items()) if found}
    on_map = set(of_gemeente(layer.frame.index, gemeente.code)) if layer else set()
    with_border = set(codes[drawn])
    every = sorted({*codes, *on_map, *(code for found in held.values() for code in found)})
    rows = []
    for code in every:
        there = [name for name, found in held.items() if code in found]
        lacking = [
            name for name, found in held.items() if code not in found and name.endswith(f" {jaar}")
        ]
        included = code in codes
        kaart = "" if layer is None or code not in on_map else f"de kaart van {layer.year}"
        if included:
            text = _sentence(code in with_border, kaart, lacking, there, layer, jaar)
        else:
            where = " en ".join(filter(None, (kaart, ", ".join(there))))
            text = f"Hoort niet bij de indeling van {jaar}; komt alleen voor in {where}."
        rows.append(
            (code, included, code in with_border, ", ".join(there), ", ".join(lacking), text)
        )
    columns = ["buurtcode", "opgenomen", "grenzen", "bronnen", "zonder_rij", "toelichting"]
    return pd.DataFrame(rows, columns=columns).set_index("buurtcode")


def _sentence(
    bordered: bool,
    kaart: str,
    lacking: list[str],
    there: list[str],
    layer: AreaLayer | None,
    jaar: int,
) -> str:
    parts = []
    if not bordered and kaart:
        parts.append(f"wordt niet getekend: naam of oppervlakte is anders dan op {kaart}")
    elif not bordered:
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
