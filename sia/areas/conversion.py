"""Counts and rates of one year on the borders of another, with what was lost on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy import sparse

from sia.areas.outlines import Overlay
from sia.errors import Problem, refuse
from sia.sources.base import AreaLayer

Kind = Literal["aantal", "aandeel", "niet optelbaar"]
"""How a measure moves to other borders: a count, a rate with a denominator, or not at all."""
MISSING_IN_SOURCE = "ontbreekt in de bron"
NOT_ADDITIVE = "niet te middelen over grenzen heen"
NO_DENOMINATOR = "noemer ontbreekt"
NO_SOURCE = "geen gebied in de bron"


@dataclass(frozen=True)
class Measure:
    """How one measure behaves when borders change.

    `kind` ({"aantal", "aandeel", "niet optelbaar"}): a count is divided and added; a rate is
        weighted with its denominator; medians, ranks and means without a denominator move only
        where the outline stayed the same.
    `denominator`: for a rate: the count among the values that it is a share of.
    """

    kind: Kind
    denominator: str = ""


@dataclass(frozen=True)
class Conversion:
    """Values on other borders, with what it took.

    `values`: DataFrame of float, index new ``code``
    `reasons` (DataFrame of str, same shape): empty where there is a value, else why not.
    `totals` (DataFrame, index measure): ``voor``, ``na``, ``buiten_de_kaart`` (falls outside the
        new areas), ``door_ontbrekend`` (brought to an area that is missing because another part of
        it is) - counts only, with ``voor = na + buiten_de_kaart + door_ontbrekend``.
    """

    values: pd.DataFrame
    reasons: pd.DataFrame
    totals: pd.DataFrame


def convert(
    values: pd.DataFrame,
    kinds: Mapping[str, Measure],
    from_layer: AreaLayer,
    to_layer: AreaLayer,
    *,
    weights: gpd.GeoDataFrame | None = None,
) -> Conversion:
    """Bring counts and rates from one year's borders to another's.

    `values` (DataFrame of float, index old ``code``): One column per measure; NaN stays missing, it
        is never counted as zero.
    `kinds`: For every column of `values`.
    `from_layer`, `to_layer`: Every code of `values` stands in `from_layer`.
    `weights`: Column ``gewicht`` (inhabitants or addresses) on 100 m squares or address points,
        EPSG:28992. Without it, and in an old area without any weight, surface decides.

    Dasymetric areal interpolation (Wright 1936; Goodchild and Lam 1980): with W the share of old
    area o that falls in n, a count is sum_o(W x_o) and a rate sum_o(W r_o d_o) / sum_o(W d_o).
    """
    _check_conversion(values, kinds, from_layer)
    shares = overlap_shares(from_layer, to_layer, weights=weights)
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
        totals=_conversion_totals(full[counts], result[counts], matrix),
    )


def overlap_shares(
    from_layer: AreaLayer,
    to_layer: AreaLayer,
    *,
    weights: gpd.GeoDataFrame | None = None,
) -> pd.DataFrame:
    """Return which share of each old area falls in which new area.

    ``oude_code``, ``nieuwe_code``, ``aandeel`` (0-1; the shares of one old area add up to at
    most 1, what lacks lies outside the new map), ``zelfde_grens``. Slivers that come from drawing
    are left out and their share goes to the real pieces.

    `from_layer`, `to_layer`, `weights`: as in `convert`.
    """
    overlay = Overlay.of(from_layer.frame, to_layer.frame)
    pairs = overlay.pieces()
    outside = overlay.outside(pairs)
    pairs["maat"] = shapely.area(pairs["deel"].to_numpy())
    outside["maat"] = shapely.area(outside["deel"].to_numpy())
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
    total = pairs.groupby("oude_code")["maat"].sum()
    total = total.add(outside.groupby("oude_code")["maat"].sum(), fill_value=0.0)
    same = pairs["zelfde_grens"].to_numpy()
    pairs["aandeel"] = np.where(same, 1.0, pairs["maat"] / pairs["oude_code"].map(total))
    columns = ["oude_code", "nieuwe_code", "aandeel", "zelfde_grens"]
    return pairs[columns].sort_values(["oude_code", "nieuwe_code"]).reset_index(drop=True)


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
    same = shares[shares["zelfde_grens"]]
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
    refuse(problems)


def _conversion_problem(kolom: str, wat: str, rij: str = "") -> Problem:
    return Problem(
        rij=rij,
        kolom=kolom,
        wat=wat,
        oplossing="Geef soort en noemer van elke maat op, en de kaart van hetzelfde jaar.",
    )


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
