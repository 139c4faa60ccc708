"""Buurt, wijk and gemeente: their codes, and what becomes of them when borders change."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy import sparse

from sia.errors import InputError, Problem
from sia.sources.base import AreaLayer, Level

COUNTRY = "NL"

_PREFIX: dict[Level, str] = {"buurt": "BU", "wijk": "WK", "gemeente": "GM", "land": "NL"}
_WIDTH: dict[Level, int] = {"buurt": 8, "wijk": 6, "gemeente": 4}
_CODE = re.compile(r"GM\d{4}|WK\d{4}[0-9A-Z]{2}|BU\d{4}[0-9A-Z]{4}|NL")
_PREFIXED = re.compile(r"(GM|WK|BU)([0-9A-Z]+)")
_BARE = re.compile(r"\d{1,8}|\d{4}[0-9A-Z]{2}|\d{4}[0-9A-Z]{4}")
_COUNTRY = re.compile(r"NL\d{0,2}")
_SPREADSHEET_NUMBER = re.compile(r"(\d+)\.0+")
_ROWS_SHOWN = 5


def has_border(geometry: gpd.GeoSeries) -> pd.Series[bool]:
    """Tell per area whether the file holds a border of it; an empty shape is none.

    Parameters
    ----------
    geometry : GeoSeries
    """
    return pd.Series(~(geometry.isna() | geometry.is_empty), index=geometry.index)


def normalise_codes(
    series: pd.Series,
    *,
    level: Level | pd.Series | None = None,
    bestand: str = "",
    kolom: str = "",
) -> tuple[pd.Series, list[Problem]]:
    """Bring region codes, however a file spells them, to the CBS spelling.

    Blanks are stripped, letters upper-cased, prefixes added and leading zeros that a spreadsheet
    lost are put back: ``'WK015300  '``, ``'0153'``, ``153``, ``1530000`` and ``'gm153'`` become
    ``WK015300``, ``GM0153``, ``GM0153``, ``BU01530000`` and ``GM0153``. The last two or four
    positions may hold letters. ``NL``, ``NL00`` and ``NL01`` become ``NL``.

    Parameters
    ----------
    series : Series
        Codes as text, integers or floats.
    level : str or Series of str, optional
        Level of the codes without a prefix (one for all, or one per row). Without it, text of
        4, 6 or 8 positions is read as gemeente, wijk or buurt; a column in which zeros were lost
        is read as one level, that of its longest code.
    bestand, kolom : str
        Where the codes come from, for the problems.

    Returns
    -------
    codes : Series of str
        Same index; NaN where the cell is no code.
    problems : list of Problem
        One per distinct cell that is no code, with its rows.
    """
    text = _as_text(series)
    levels = _bare_levels(text, level)
    codes = [_spell(cell, row_level) for cell, row_level in zip(text, levels, strict=True)]
    result = pd.Series(codes, index=series.index, name=series.name, dtype="str")
    bad = text[result.isna().to_numpy()]
    return result, [_no_code(cell, rows, bestand, kolom) for cell, rows in _grouped(bad)]


def level_of(code: str) -> Level:
    """Return the level of one normalised code.

    Raises
    ------
    InputError
        When it is no region code.
    """
    if not _CODE.fullmatch(code):
        raise InputError([_no_code(code, [], "", "")])
    return {"BU": "buurt", "WK": "wijk", "GM": "gemeente", "NL": "land"}[code[:2]]  # type: ignore[return-value]


def wijk_of(code: str) -> str:
    """Return the wijkcode of a buurtcode (a wijkcode gives itself).

    Raises
    ------
    InputError
        When the code is no buurt or wijk.
    """
    if level_of(code) not in ("buurt", "wijk"):
        raise InputError([_wrong_level(code, "buurt of wijk")])
    return "WK" + code[2:8]


def gemeente_of(code: str) -> str:
    """Return the gemeentecode of a buurt-, wijk- or gemeentecode.

    Raises
    ------
    InputError
        When the code is no buurt, wijk or gemeente.
    """
    if level_of(code) == "land":
        raise InputError([_wrong_level(code, "buurt, wijk of gemeente")])
    return "GM" + code[2:6]


def _as_text(series: pd.Series) -> pd.Series:
    text = series.astype("object").where(series.notna(), "").astype(str)
    text = text.str.replace(r"\s+", "", regex=True).str.upper()
    return text.str.replace(_SPREADSHEET_NUMBER, r"\1", regex=True)


def _bare_levels(text: pd.Series, level: Level | pd.Series | None) -> list[Level | None]:
    """Return the level at which each cell without a prefix has to be read."""
    if isinstance(level, pd.Series):
        return [lev if isinstance(lev, str) else None for lev in level.reindex(text.index)]  # type: ignore[misc]
    if level is not None:
        return [level] * len(text)
    bare = text[text.map(lambda cell: bool(_BARE.fullmatch(cell)))]
    widths = bare.str.len()
    by_width: dict[int, Level] = {width: lev for lev, width in _WIDTH.items()}
    if set(widths) <= set(by_width):
        return [by_width.get(len(cell)) for cell in text]
    widest = by_width[int(widths.max() + 1) // 2 * 2 if widths.max() > 4 else 4]
    return [widest] * len(text)


def _spell(cell: str, level: Level | None) -> str | None:
    """Return the CBS spelling of one cell, or None when it is no code."""
    if _COUNTRY.fullmatch(cell):
        return COUNTRY
    prefixed = _PREFIXED.fullmatch(cell)
    if prefixed:
        prefix, rest = prefixed.groups()
        width = {"GM": 4, "WK": 6, "BU": 8}[prefix]
    elif level in _WIDTH and _BARE.fullmatch(cell):
        prefix, rest, width = _PREFIX[level], cell, _WIDTH[level]
    else:
        return None
    code = prefix + rest.zfill(width)
    return code if _CODE.fullmatch(code) else None


def _grouped(bad: pd.Series) -> Iterable[tuple[str, list[str]]]:
    rows: dict[str, list[str]] = {}
    for label, cell in bad.items():
        rows.setdefault(cell, []).append(str(label))
    return rows.items()


def _no_code(cell: str, rows: list[str], bestand: str, kolom: str) -> Problem:
    shown = ", ".join(rows[:_ROWS_SHOWN])
    more = f" en {len(rows) - _ROWS_SHOWN} andere" if len(rows) > _ROWS_SHOWN else ""
    return Problem(
        bestand=bestand,
        rij=shown + more,
        kolom=kolom,
        wat=f"`{cell}` is geen regiocode." if cell else "De regiocode is leeg.",
        oplossing=(
            "Gebruik een code als BU01530000, WK015300 of GM0153; "
            "maak de kolom in een rekenblad op als tekst, zodat nullen en letters blijven staan."
        ),
    )


def _wrong_level(code: str, wanted: str) -> Problem:
    return Problem(
        wat=f"`{code}` is geen {wanted}.", oplossing=f"Geef de code van een {wanted} op."
    )


Kind = Literal["aantal", "aandeel", "niet optelbaar"]
"""How a measure moves to other borders: a count, a rate with a denominator, or not at all."""

SAME = "gelijk"
RENAMED = "hernoemd"
RECODED = "hergecodeerd"
REDRAWN = "hertekend"
SPLIT = "gesplitst"
MERGED = "samengevoegd"
NEW = "nieuw"
ENDED = "vervallen"
REUSED = "hergebruikte code"
CHANGES: tuple[str, ...] = (
    SAME,
    RENAMED,
    RECODED,
    REDRAWN,
    SPLIT,
    MERGED,
    NEW,
    ENDED,
    REUSED,
)
"""What can have become of an area between two years."""

_FLAG_SAME, _FLAG_REDRAWN = 1, 3

MISSING_IN_SOURCE = "ontbreekt in de bron"
NOT_ADDITIVE = "niet te middelen over grenzen heen"
NO_DENOMINATOR = "noemer ontbreekt"
NO_SOURCE = "geen gebied in de bron"

BY_POPULATION = "inwoners"
BY_AREA = "oppervlakte"
ONE_TO_ONE = "zelfde grens"


@dataclass(frozen=True)
class BorderThresholds:
    """When two outlines count as the same, and when a piece counts at all.

    Parameters
    ----------
    shift_m : float
        Shifts up to this many metres are drawing, not change (CBS ignores those under about 5 m).
    generalised_from : int
        With fewer outlines than this it cannot be told whether a map is generalised.
    generalised_share : float
        A map is generalised when at most this share of the outlines is the same to `shift_m`.
    drawing_m : float
        Most that the drawn borders of a generalised map are trusted to be off, in metres.
    drawing_factor : float
        In a generalised map an outline may differ by this many times the median difference.
    same_iou : float
        Least intersection over union of "the same" outline in a generalised map.
    name_similarity : float
        From here (0-1) two names are the same name.
    reused_iou : float
        Below this, one code in two years stands for two places.
    piece_share : float
        Least share of an area's surface that counts as a piece of it.
    whole_share : float
        From this share of its surface an area lies wholly inside another.
    """

    shift_m: float = 5.0
    generalised_from: int = 10
    generalised_share: float = 0.1
    drawing_m: float = 60.0
    drawing_factor: float = 4.0
    same_iou: float = 0.6
    name_similarity: float = 0.75
    reused_iou: float = 0.1
    piece_share: float = 0.02
    whole_share: float = 0.9


DEFAULT_THRESHOLDS = BorderThresholds()


@dataclass(frozen=True)
class Measure:
    """How one measure behaves when borders change.

    Parameters
    ----------
    kind : {"aantal", "aandeel", "niet optelbaar"}
        A count is divided and added; a rate is weighted with its denominator; medians, ranks and
        means without a denominator move only where the outline stayed the same.
    denominator : str
        For a rate: the count among the values that it is a share of.
    """

    kind: Kind
    denominator: str = ""


@dataclass(frozen=True)
class Conversion:
    """Values on other borders, with what it took.

    Parameters
    ----------
    values : DataFrame of float, index new ``code``
    reasons : DataFrame of str, same shape
        Empty where there is a value, else why not.
    areas : DataFrame, index new ``code``
        ``methode``, ``uit`` (old codes with the share of the new area's weight that each brings),
        ``aandeel_grootste_bron`` (0-1), ``bronnen`` (int).
    totals : DataFrame, index measure
        ``voor``, ``na``, ``buiten_de_kaart`` (falls outside the new areas), ``door_ontbrekend``
        (brought to an area that is missing because another part of it is) - counts only, with
        ``voor = na + buiten_de_kaart + door_ontbrekend``.
    shares : DataFrame
        As `overlap_shares` returns it.
    """

    values: pd.DataFrame
    reasons: pd.DataFrame
    areas: pd.DataFrame
    totals: pd.DataFrame
    shares: pd.DataFrame


def compare(
    old: AreaLayer, new: AreaLayer, *, thresholds: BorderThresholds = DEFAULT_THRESHOLDS
) -> pd.DataFrame:
    """Tell what became of every code between two years, by place and name, not by code alone.

    Parameters
    ----------
    old, new : AreaLayer
        Same level.
    thresholds : BorderThresholds

    Returns
    -------
    DataFrame, index ``code`` (all codes of both years, sorted)
        ``soort`` (one of `CHANGES`), ``oude_codes`` and ``nieuwe_codes`` (comma-separated areas
        that share surface with it), ``naam_oud``, ``naam_nieuw``, ``overlap`` (intersection over
        union with its own code, or with its best match), ``naamgelijkenis`` (0-1; NaN without
        names), ``vlag`` (CBS's own 1/2/3 of the new year) and ``toelichting`` (Dutch).

    Notes
    -----
    In maps drawn with full precision two outlines are the same when no strip of difference is
    wider than `shift_m`. A generalised map differs from a precise one at nearly every outline;
    there the mean width of the difference is compared with the median over all outlines, most of
    which did not really change.
    """
    overlay = _Overlay.of(old.frame, new.frame, thresholds)
    rows = [_new_row(code, old, new, overlay, thresholds) for code in new.frame.index]
    gone = old.frame.index.difference(new.frame.index)
    rows += [_ended_row(code, old, new, overlay, thresholds) for code in gone]
    table = pd.DataFrame(rows, columns=["code", *_COMPARED]).set_index("code").sort_index()
    table = table.astype({"overlap": "float64", "naamgelijkenis": "float64", "vlag": "Int64"})
    next_year = new.year - old.year == 1
    flags = zip(table["soort"], table["vlag"].fillna(0), strict=True)
    notes = [_flag_note(soort, int(flag), next_year) for soort, flag in flags]
    table["toelichting"] = table["toelichting"] + notes
    return table


def convert(
    values: pd.DataFrame,
    kinds: Mapping[str, Measure],
    from_layer: AreaLayer,
    to_layer: AreaLayer,
    *,
    weights: gpd.GeoDataFrame | None = None,
    thresholds: BorderThresholds = DEFAULT_THRESHOLDS,
) -> Conversion:
    """Bring counts and rates from one year's borders to another's.

    Parameters
    ----------
    values : DataFrame of float, index old ``code``
        One column per measure; NaN stays missing, it is never counted as zero.
    kinds : mapping of str to Measure
        For every column of `values`.
    from_layer, to_layer : AreaLayer
        Every code of `values` stands in `from_layer`.
    weights : GeoDataFrame, optional
        Column ``gewicht`` (inhabitants or addresses) on 100 m squares or address points,
        EPSG:28992. Without it, and in an old area without any weight, surface decides.
    thresholds : BorderThresholds

    Returns
    -------
    Conversion

    Raises
    ------
    InputError
        A measure without a kind, a rate without its denominator, or a code without an outline.

    Notes
    -----
    Dasymetric areal interpolation (Wright 1936; Goodchild and Lam 1980): with W the share of old
    area o that falls in n, a count is sum_o(W x_o) and a rate sum_o(W r_o d_o) / sum_o(W d_o).
    """
    _check_conversion(values, kinds, from_layer)
    shares = overlap_shares(from_layer, to_layer, weights=weights, thresholds=thresholds)
    matrix = _share_matrix(shares, from_layer.frame.index, to_layer.frame.index)
    full = values.reindex(from_layer.frame.index).astype("float64")
    unchanged = _unchanged(shares, to_layer.frame.index, from_layer.frame.index)
    converted: dict[str, np.ndarray] = {}
    reasons: dict[str, np.ndarray] = {}
    for name in values.columns:
        measure, column = kinds[name], full[name].to_numpy()
        if measure.kind == "aantal":
            converted[name], reasons[name] = _counts(column, matrix)
            continue
        if measure.kind == "aandeel":
            moved = _rates(column, full[measure.denominator].to_numpy(), matrix)
        else:
            moved = _refused(matrix)
        converted[name], reasons[name] = _kept(column, unchanged, *moved)
    result = pd.DataFrame(converted, index=to_layer.frame.index, columns=values.columns)
    counts = [name for name in values.columns if kinds[name].kind == "aantal"]
    return Conversion(
        values=result,
        reasons=pd.DataFrame(reasons, index=result.index, columns=values.columns, dtype="str"),
        areas=_conversion_areas(shares, to_layer.frame.index),
        totals=_conversion_totals(full[counts], result[counts], matrix),
        shares=shares,
    )


def overlap_shares(
    from_layer: AreaLayer,
    to_layer: AreaLayer,
    *,
    weights: gpd.GeoDataFrame | None = None,
    thresholds: BorderThresholds = DEFAULT_THRESHOLDS,
) -> pd.DataFrame:
    """Return which share of each old area falls in which new area.

    Parameters
    ----------
    from_layer, to_layer, weights, thresholds
        As in `convert`.

    Returns
    -------
    DataFrame
        ``oude_code``, ``nieuwe_code``, ``aandeel`` (0-1; the shares of one old area add up to at
        most 1, what lacks lies outside the new map), ``aandeel_nieuw`` (share of what the new
        area is made of), ``methode``. Slivers that come from drawing
        are left out and their share goes to the real pieces.
    """
    overlay = _Overlay.of(from_layer.frame, to_layer.frame, thresholds)
    pairs = overlay.pieces(thresholds)
    outside = overlay.outside(pairs, thresholds)
    pairs["maat"] = shapely.area(pairs["deel"].to_numpy())
    outside["maat"] = shapely.area(outside["deel"].to_numpy())
    methods = pd.Series(BY_AREA, index=from_layer.frame.index, dtype="object")
    if weights is not None:
        inside = _weight_in(pairs["deel"].to_numpy(), weights)
        beyond = _weight_in(outside["deel"].to_numpy(), weights)
        per_old = pd.Series(
            np.concatenate([inside, beyond]),
            index=np.concatenate([pairs["oude_code"], outside["oude_code"]]),
        )
        weighted = set(per_old.index[per_old > 0])
        by_weight = pairs["oude_code"].isin(weighted).to_numpy()
        pairs["maat"] = np.where(by_weight, inside, pairs["maat"])
        by_weight = outside["oude_code"].isin(weighted).to_numpy()
        outside["maat"] = np.where(by_weight, beyond, outside["maat"])
        methods[methods.index.isin(weighted)] = BY_POPULATION
    total = pairs.groupby("oude_code")["maat"].sum()
    total = total.add(outside.groupby("oude_code")["maat"].sum(), fill_value=0.0)
    same = pairs["zelfde_grens"].to_numpy()
    pairs["aandeel"] = np.where(same, 1.0, pairs["maat"] / pairs["oude_code"].map(total))
    pairs["methode"] = np.where(same, ONE_TO_ONE, pairs["oude_code"].map(methods))
    mixed = pairs.groupby("nieuwe_code")["methode"].transform("nunique") > 1
    brought = pairs["maat"].where(~mixed, shapely.area(pairs["deel"].to_numpy()))
    together = brought.groupby(pairs["nieuwe_code"]).transform("sum")
    pairs["aandeel_nieuw"] = (brought / together).fillna(0.0)
    columns = ["oude_code", "nieuwe_code", "aandeel", "aandeel_nieuw", "methode"]
    return pairs[columns].sort_values(["oude_code", "nieuwe_code"]).reset_index(drop=True)


_COMPARED = (
    "soort",
    "oude_codes",
    "nieuwe_codes",
    "naam_oud",
    "naam_nieuw",
    "overlap",
    "naamgelijkenis",
    "vlag",
    "toelichting",
)


@dataclass(frozen=True)
class _Overlay:
    """Every pair of an old and a new area that share surface.

    ``pairs`` has ``oude_code``, ``nieuwe_code``, ``deel`` (intersection), ``oud`` and ``nieuw``
    (share of the old and of the new surface), ``iou`` and ``zelfde_grens``.
    """

    old: gpd.GeoSeries
    new: gpd.GeoSeries
    pairs: pd.DataFrame

    @classmethod
    def of(
        cls, old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, thresholds: BorderThresholds
    ) -> _Overlay:
        a, b = old.geometry.to_numpy(), new.geometry.to_numpy()
        j, i = shapely.STRtree(a).query(b, predicate="intersects")
        # Most areas did not change at all; equality is far cheaper than intersecting.
        equal = shapely.equals_exact(a[i], b[j], 0.0)
        parts = a[i].copy()
        parts[~equal] = _surface(shapely.intersection(a[i][~equal], b[j][~equal]))
        size_a, size_b, size = shapely.area(a[i]), shapely.area(b[j]), shapely.area(parts)
        pairs = pd.DataFrame(
            {
                "oude_code": old.index.to_numpy()[i],
                "nieuwe_code": new.index.to_numpy()[j],
                "deel": parts,
                "oud": size / size_a,
                "nieuw": size / size_b,
                "iou": size / (size_a + size_b - size),
            }
        )
        touching = size > 0
        pairs["zelfde_grens"] = False
        close = touching & (pairs["iou"].to_numpy() >= thresholds.same_iou)
        pairs.loc[close, "zelfde_grens"] = _same_outline(a[i][close], b[j][close], thresholds)
        pairs = pairs[touching].reset_index(drop=True)
        return cls(old.geometry, new.geometry, pairs)

    @cached_property
    def kept(self) -> dict[str, float]:
        """Return the codes whose own outline stayed the same, with its overlap."""
        same = self.pairs["zelfde_grens"] & (self.pairs["oude_code"] == self.pairs["nieuwe_code"])
        chosen = self.pairs[same]
        return dict(zip(chosen["nieuwe_code"], chosen["iou"], strict=True))

    @cached_property
    def by_new(self) -> dict[str, pd.DataFrame]:
        """Return the pairs of each new code."""
        return {str(code): rows for code, rows in self.pairs.groupby("nieuwe_code")}

    @cached_property
    def by_old(self) -> dict[str, pd.DataFrame]:
        """Return the pairs of each old code."""
        return {str(code): rows for code, rows in self.pairs.groupby("oude_code")}

    def pieces(self, thresholds: BorderThresholds) -> pd.DataFrame:
        """Return the pairs that are real pieces: no sliver, and nothing beside an equal outline."""
        real = self.pairs[self._real(self.pairs, thresholds)]
        matched_old = set(real.loc[real["zelfde_grens"], "oude_code"])
        matched_new = set(real.loc[real["zelfde_grens"], "nieuwe_code"])
        beside = real["oude_code"].isin(matched_old) | real["nieuwe_code"].isin(matched_new)
        kept = real[real["zelfde_grens"] | ~beside]
        # An area that only has slivers is not lost: then the slivers are all there is.
        orphans = self.pairs[~self.pairs["oude_code"].isin(set(kept["oude_code"]))]
        return pd.concat([kept, orphans], ignore_index=True)

    def outside(self, pieces: pd.DataFrame, thresholds: BorderThresholds) -> pd.DataFrame:
        """Return what of each old area lies outside every new area (drawing slivers left out)."""
        matched = set(pieces.loc[pieces["zelfde_grens"], "oude_code"])
        covered = self.pairs.groupby("oude_code")["oud"].sum().reindex(self.old.index).fillna(0.0)
        codes = [c for c in self.old.index if c not in matched and covered[c] < 1.0 - 1e-9]
        rests = []
        for code in codes:
            near = self.by_old.get(code, self.pairs[:0])["nieuwe_code"]
            rests.append(self.old[code].difference(self.new[near].union_all()))
        parts = _surface(np.array(rests, dtype=object))
        real = ~shapely.is_empty(shapely.buffer(parts, -thresholds.shift_m / 2))
        return pd.DataFrame({"oude_code": np.array(codes, dtype=object)[real], "deel": parts[real]})

    @staticmethod
    def _real(pairs: pd.DataFrame, thresholds: BorderThresholds) -> np.ndarray:
        large = (pairs["oud"] >= thresholds.piece_share) | (
            pairs["nieuw"] >= thresholds.piece_share
        )
        wide = ~shapely.is_empty(shapely.buffer(pairs["deel"].to_numpy(), -thresholds.shift_m / 2))
        return np.asarray(large.to_numpy() & wide)


def _surface(shapes: np.ndarray) -> np.ndarray:
    """Keep only what has a surface: touching areas share lines and points too."""
    result = np.asarray(shapes, dtype=object).copy()
    mixed = np.flatnonzero(shapely.get_type_id(result) == shapely.GeometryType.GEOMETRYCOLLECTION)
    for k in mixed:
        parts = shapely.get_parts(result[k])
        result[k] = shapely.union_all(parts[shapely.area(parts) > 0])
    return result


def _same_outline(a: np.ndarray, b: np.ndarray, thresholds: BorderThresholds) -> np.ndarray:
    """Tell per pair whether two outlines are one, given how precisely the two maps were drawn."""
    difference = shapely.symmetric_difference(a, b)
    width = 2 * shapely.area(difference) / (shapely.length(a) + shapely.length(b))
    same = shapely.is_empty(shapely.buffer(difference, -thresholds.shift_m / 2))
    if len(same) < thresholds.generalised_from or same.mean() > thresholds.generalised_share:
        return np.asarray(same)
    allowed = min(thresholds.drawing_factor * float(np.median(width)), thresholds.drawing_m)
    return np.asarray(same | (width <= allowed))


def name_similarity(a: str, b: str) -> float:
    """Return how alike two area names are, 0-1; NaN when one is empty.

    Case, accents, punctuation and the order of the words do not count.
    """
    left, right = _plain(a), _plain(b)
    if not left or not right:
        return float("nan")
    return difflib.SequenceMatcher(None, left, right, autojunk=False).ratio()


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold())
    words = re.findall(r"[a-z0-9]+", "".join(c for c in letters if not unicodedata.combining(c)))
    return " ".join(sorted(words))


def _kept_row(
    code: str, old: AreaLayer, new: AreaLayer, overlay: _Overlay, thresholds: BorderThresholds
) -> tuple[object, ...]:
    """Describe a code whose outline stayed the same; at most its name is new."""
    naam_oud, naam_nieuw = str(old.frame["naam"][code]), str(new.frame["naam"][code])
    alike = name_similarity(naam_oud, naam_nieuw)
    named_same = bool(np.isnan(alike) or alike >= thresholds.name_similarity)
    soort = SAME if named_same else RENAMED
    flag = new.frame["indelingswijziging"][code]
    sentence = _explain(soort, code, overlay.pairs[:0], code, naam_oud, naam_nieuw)
    iou = overlay.kept[code]
    return (code, soort, code, code, naam_oud, naam_nieuw, iou, alike, flag, sentence)


def _new_row(
    code: str, old: AreaLayer, new: AreaLayer, overlay: _Overlay, thresholds: BorderThresholds
) -> tuple[object, ...]:
    if code in overlay.kept:
        return _kept_row(code, old, new, overlay, thresholds)
    pairs = overlay.by_new.get(code, overlay.pairs[:0])
    pieces = pairs[_counts_as_piece(pairs, thresholds)]
    own = pairs[pairs["oude_code"] == code]
    known = code in old.frame.index
    twin = pairs[pairs["zelfde_grens"]].sort_values("iou").tail(1)
    partner = code if known or twin.empty else str(twin["oude_code"].iloc[0])
    naam_oud = str(old.frame["naam"].get(partner, "")) if partner in old.frame.index else ""
    naam_nieuw = str(new.frame["naam"][code])
    alike = name_similarity(naam_oud, naam_nieuw)
    iou = float(own["iou"].iloc[0]) if len(own) else 0.0
    named_same = bool(alike >= thresholds.name_similarity)
    if known and iou < thresholds.reused_iou and not named_same:
        soort = REUSED
    elif not twin.empty and not known:
        soort, iou = RECODED, float(twin["iou"].iloc[0])
    else:
        soort = _redrawn_kind(code, pieces, overlay, thresholds, known)
        iou = iou if known else float(pairs["iou"].max()) if len(pairs) else 0.0
    shown = twin if soort == RECODED else pieces
    flag = new.frame["indelingswijziging"][code]
    sentence = _explain(soort, code, shown, partner, naam_oud, naam_nieuw)
    olds = ", ".join(sorted(shown["oude_code"]))
    return (code, soort, olds, code, naam_oud, naam_nieuw, iou, alike, flag, sentence)


def _ended_row(
    code: str, old: AreaLayer, new: AreaLayer, overlay: _Overlay, thresholds: BorderThresholds
) -> tuple[object, ...]:
    pairs = overlay.by_old.get(code, overlay.pairs[:0])
    pieces = pairs[_counts_as_piece(pairs, thresholds)].sort_values("oud", ascending=False)
    twin = pairs[pairs["zelfde_grens"]]
    shown = twin if len(twin) else pieces
    best = str(shown["nieuwe_code"].iloc[0]) if len(shown) else ""
    naam_oud = str(old.frame["naam"][code])
    naam_nieuw = str(new.frame["naam"].get(best, "")) if best else ""
    iou = float(pairs["iou"].max()) if len(pairs) else 0.0
    where = _listed(shown, "nieuwe_code", "oud")
    sentence = (
        f"Deze code bestaat niet meer; het gebied ligt nu in {where}."
        if where
        else ("Deze code bestaat niet meer; het gebied ligt buiten de nieuwe kaart.")
    )
    alike = name_similarity(naam_oud, naam_nieuw)
    news = ", ".join(sorted(shown["nieuwe_code"]))
    return (code, ENDED, code, news, naam_oud, naam_nieuw, iou, alike, pd.NA, sentence)


def _counts_as_piece(pairs: pd.DataFrame, thresholds: BorderThresholds) -> pd.Series:
    share = thresholds.piece_share
    return (pairs["oud"] >= share) | (pairs["nieuw"] >= share)


def _redrawn_kind(
    code: str,
    pieces: pd.DataFrame,
    overlay: _Overlay,
    thresholds: BorderThresholds,
    known: bool,
) -> str:
    """Tell split, merged, new and redrawn apart by who lies wholly inside whom."""
    if pieces["nieuw"].sum() < thresholds.whole_share / 2:
        return NEW
    whole_old = pieces[pieces["oud"] >= thresholds.whole_share]
    if len(whole_old) >= 2 and whole_old["nieuw"].sum() >= thresholds.whole_share:
        return MERGED
    parent = pieces[pieces["nieuw"] >= thresholds.whole_share]
    if len(parent) and float(parent["oud"].iloc[0]) < thresholds.whole_share:
        siblings = overlay.by_old[str(parent["oude_code"].iloc[0])]
        inside = siblings[siblings["nieuw"] >= thresholds.whole_share]
        if len(inside) >= 2 and inside["oud"].sum() >= thresholds.whole_share:
            return SPLIT
    return REDRAWN if known or pieces["iou"].max() >= 1 / 2 else NEW


def _explain(
    soort: str,
    code: str,
    shown: pd.DataFrame,
    partner: str,
    naam_oud: str,
    naam_nieuw: str,
) -> str:
    """Return one Dutch sentence for the reader."""
    parts = _listed(shown.sort_values("nieuw", ascending=False), "oude_code", "nieuw")
    sentences = {
        SAME: "Zelfde code, zelfde grens.",
        RENAMED: f"Zelfde grens; de naam ging van {naam_oud} naar {naam_nieuw}.",
        RECODED: f"Zelfde grens; de code was {partner}.",
        REDRAWN: f"De grens is verlegd; het gebied bestaat nu uit delen van {parts}.",
        SPLIT: f"Afgesplitst: het gebied is een deel van {parts}.",
        MERGED: f"Samengevoegd uit {parts}.",
        NEW: f"Nieuw gebied{' uit ' + parts if parts else ''}.",
        REUSED: f"Let op: {code} hoorde eerst bij een ander gebied"
        + (f" ({naam_oud})" if naam_oud else "")
        + (f"; hier lag {parts}." if parts else "."),
    }
    return sentences[soort]


def _flag_note(soort: str, flag: int, next_year: bool) -> str:
    """Say where CBS's own flag disagrees with the drawn borders.

    The flag compares with the year before (1 the same, 2 recoded, 3 redrawn), so "the same" says
    nothing of a map that is older.
    """
    if soort in (SAME, RENAMED) and flag == _FLAG_REDRAWN:
        return " CBS meldt wel een grenswijziging in dat jaar."
    if soort in (REDRAWN, SPLIT, MERGED, NEW, REUSED) and flag == _FLAG_SAME and next_year:
        return " CBS meldt geen wijziging in dat jaar."
    return ""


def _listed(pairs: pd.DataFrame, code: str, share: str) -> str:
    """Return "BU01530000 (60 %), BU01530001 (40 %)"."""
    texts = [f"{c} ({_percent(float(s))})" for c, s in zip(pairs[code], pairs[share], strict=True)]
    return ", ".join(texts)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _weight_in(parts: np.ndarray, weights: gpd.GeoDataFrame) -> np.ndarray:
    """Return the weight inside each piece; a square on a border is divided by surface."""
    places, load = weights.geometry.to_numpy(), weights["gewicht"].to_numpy(dtype=float)
    load = np.where(np.isfinite(load), load, 0.0)
    result = np.zeros(len(parts))
    if not len(parts) or not len(places):
        return result
    k, i = shapely.STRtree(parts).query(places, predicate="intersects")
    points = shapely.get_dimensions(places[k]) == 0
    within = np.ones(len(k))
    cut = ~points & ~shapely.covers(parts[i], places[k])
    within[cut] = shapely.area(shapely.intersection(parts[i[cut]], places[k[cut]]))
    within[cut] /= shapely.area(places[k[cut]])
    np.add.at(result, i, load[k] * within)
    return result


def _positions(index: pd.Index, codes: pd.Series) -> np.ndarray:
    return np.asarray(index.get_indexer(pd.Index(codes)))


def _share_matrix(shares: pd.DataFrame, olds: pd.Index, news: pd.Index) -> sparse.csr_array:
    """Return W (new x old), the share of each old area in each new one."""
    places = (_positions(news, shares["nieuwe_code"]), _positions(olds, shares["oude_code"]))
    return sparse.csr_array((shares["aandeel"].to_numpy(), places), shape=(len(news), len(olds)))


def _unchanged(shares: pd.DataFrame, news: pd.Index, olds: pd.Index) -> np.ndarray:
    """Return per new area the position of the old one with the same outline, else -1."""
    same = shares[shares["methode"] == ONE_TO_ONE]
    result = np.full(len(news), -1)
    result[_positions(news, same["nieuwe_code"])] = _positions(olds, same["oude_code"])
    return result


def _gaps(missing: np.ndarray, matrix: sparse.csr_array) -> tuple[np.ndarray, np.ndarray]:
    """Return which new areas depend on an area with a gap, and which get nothing at all.

    A piece in which nobody lives (share 0) brings no gap, unless there is nothing but such pieces.
    """
    linked = matrix.copy()
    linked.data = np.ones_like(linked.data)
    links = np.diff(matrix.indptr)
    gap = (matrix @ missing.astype(float)) > 0
    gap |= (links > 0) & ((linked @ missing.astype(float)) == links)
    return gap, links == 0


def _counts(column: np.ndarray, matrix: sparse.csr_array) -> tuple[np.ndarray, np.ndarray]:
    gap, nothing = _gaps(np.isnan(column), matrix)
    total = matrix @ np.nan_to_num(column)
    reasons = np.where(nothing, NO_SOURCE, np.where(gap, MISSING_IN_SOURCE, ""))
    return np.where(gap | nothing, np.nan, total), reasons


def _rates(
    rate: np.ndarray, denominator: np.ndarray, matrix: sparse.csr_array
) -> tuple[np.ndarray, np.ndarray]:
    """Weigh rates with their denominators; an area without anyone in it has no say."""
    gap, nothing = _gaps(np.isnan(rate) & ~(denominator == 0), matrix)
    no_base, _ = _gaps(np.isnan(denominator), matrix)
    base = matrix @ np.nan_to_num(denominator)
    top = matrix @ np.nan_to_num(rate * denominator)
    lacking = no_base | (base <= 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        result = np.where(gap | nothing | lacking, np.nan, top / base)
    reasons = np.where(gap, MISSING_IN_SOURCE, np.where(lacking, NO_DENOMINATOR, ""))
    return result, np.where(nothing, NO_SOURCE, reasons)


def _refused(matrix: sparse.csr_array) -> tuple[np.ndarray, np.ndarray]:
    _, nothing = _gaps(np.zeros(matrix.shape[1]), matrix)
    return np.full(matrix.shape[0], np.nan), np.where(nothing, NO_SOURCE, NOT_ADDITIVE)


def _kept(
    column: np.ndarray, unchanged: np.ndarray, moved: np.ndarray, why: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Take the old value as it is where the outline stayed the same."""
    own = column[unchanged]
    values = np.where(unchanged >= 0, own, moved)
    reasons = np.where(unchanged >= 0, np.where(np.isnan(own), MISSING_IN_SOURCE, ""), why)
    return values, reasons


def _check_conversion(values: pd.DataFrame, kinds: Mapping[str, Measure], layer: AreaLayer) -> None:
    problems = []
    for name in values.columns:
        measure = kinds.get(name)
        if measure is None:
            problems.append(
                _conversion_problem(name, "Van deze maat is niet bekend of zij optelt.")
            )
        elif measure.kind == "aandeel" and measure.denominator not in values.columns:
            wat = f"De noemer `{measure.denominator}` van dit aandeel staat niet bij de waarden."
            problems.append(_conversion_problem(name, wat))
    for code in values.index.difference(layer.frame.index):
        wat = f"`{code}` heeft geen grens in de kaart van {layer.year}."
        problems.append(_conversion_problem("", wat, str(code)))
    if problems:
        raise InputError(problems)


def _conversion_problem(kolom: str, wat: str, rij: str = "") -> Problem:
    return Problem(
        rij=rij,
        kolom=kolom,
        wat=wat,
        oplossing="Geef soort en noemer van elke maat op, en de kaart van hetzelfde jaar.",
    )


def _conversion_areas(shares: pd.DataFrame, news: pd.Index) -> pd.DataFrame:
    """Describe per new area what it was made of."""
    ordered = shares.sort_values(["nieuwe_code", "aandeel_nieuw"], ascending=[True, False])
    said = ordered["oude_code"] + " (" + ordered["aandeel_nieuw"].map(_percent) + ")"
    grouped = ordered.assign(deel=said).groupby("nieuwe_code")
    table = pd.DataFrame(
        {
            "methode": grouped["methode"].agg(lambda methods: " en ".join(sorted(set(methods)))),
            "uit": grouped["deel"].agg(", ".join),
            "aandeel_grootste_bron": grouped["aandeel_nieuw"].max(),
            "bronnen": grouped.size(),
        }
    ).reindex(news)
    return table.fillna({"methode": "", "uit": "", "bronnen": 0}).astype({"bronnen": "int64"})


def _conversion_totals(
    before: pd.DataFrame, after: pd.DataFrame, matrix: sparse.csr_array
) -> pd.DataFrame:
    """Account for every unit of every count: kept, outside the map, or lost in a missing area."""
    filled = before.fillna(0.0).to_numpy()
    outside = 1.0 - matrix.sum(axis=0)
    table = pd.DataFrame(
        {
            "voor": filled.sum(axis=0),
            "na": after.sum().to_numpy(dtype=float),
            "buiten_de_kaart": outside @ filled,
        },
        index=pd.Index(before.columns, name="measure"),
    )
    arrived = matrix @ filled
    table["door_ontbrekend"] = np.where(after.isna(), arrived, 0.0).sum(axis=0)
    return table
