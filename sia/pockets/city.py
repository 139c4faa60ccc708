"""The squares of a municipality with their score, their buurt and their neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from sia.clustering.noise import Noise, Zone, estimate_noise
from sia.methode import Methode, PocketIndicator, PocketSettings

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


MIN_SQUARES = 10
_TOLERANCE = 0.5
_REACH = 150.0
_LIMIT = 5.0
_MIN_KNOWN = 0.5


@dataclass
class City:
    """Scored squares of a municipality, with their buurt and their neighbours."""

    squares: gpd.GeoDataFrame
    buurten: gpd.GeoDataFrame
    used: tuple[PocketIndicator, ...]
    values: pd.DataFrame
    score: Array
    weight: Array
    buurt: npt.NDArray[np.object_]
    edges: Ints
    place: Array
    noise: Noise
    apart: dict[str, float]
    """People per buurt in squares that take no part: those of secret ones count as one."""
    members: dict[str, Ints]
    reasons: dict[str, str]
    p: dict[str, float]
    tests: int = 0

    @classmethod
    def of(cls, squares: gpd.GeoDataFrame, buurten: gpd.GeoDataFrame, how: PocketSettings) -> City:
        """Score the squares and divide them over the buurten."""
        used = tuple(one for one in how.indicators if has_data(squares, one))
        values = pd.DataFrame({one.naam: _value(squares, one) for one in used})
        people = squares[INHABITANTS].astype(float)
        buurt = _buurt_of(squares, buurten)
        score, share = _score(values, used, buurt)
        partakes = (people > 0) & score.notna() & (share >= how.min_share)
        keep = (partakes & (buurt != "")).to_numpy()
        chosen = squares[keep]
        city = cls(
            squares=chosen,
            buurten=buurten,
            used=used,
            values=values[keep],
            score=score[keep].to_numpy(),
            weight=people[keep].to_numpy(),
            buurt=buurt[keep].to_numpy(dtype=object),
            edges=neighbours(chosen.geometry),
            place=shapely.get_coordinates(chosen.geometry.centroid.to_numpy()),
            noise=Noise(),
            apart=people.fillna(1.0)[~keep].groupby(buurt[~keep]).sum().to_dict(),
            members={},
            reasons={},
            p={},
        )
        for code in buurten.index:
            city._admit(str(code), how)
        city.learn_noise(how, ())
        return city

    @property
    def level(self) -> float:
        """Mean score of the people of the municipality."""
        return float(np.average(self.score, weights=self.weight))

    def learn_noise(self, how: PocketSettings, without: Iterable[int]) -> None:
        """Estimate the noise of squares, leaving out those that are known to lie in a pocket."""
        zones = [self.zone(code, without) for code in sorted(self.members)]
        self.noise = estimate_noise(zones, np.random.default_rng(how.seed))

    def _admit(self, code: str, how: PocketSettings) -> None:
        """Let a buurt take part when it can hold a deel-buurt and a rest, else say why not."""
        rows = np.flatnonzero(self.buurt == code)
        people = float(self.weight[rows].sum())
        if len(rows) < MIN_SQUARES:
            self.reasons[code] = f"{len(rows)} bruikbare vierkanten, minder dan {MIN_SQUARES}"
        elif people < 2 * how.minimum:
            self.reasons[code] = (
                f"{people:.0f} inwoners in bruikbare vierkanten, minder dan {2 * how.minimum:.0f}"
            )
        else:
            self.members[code] = rows

    def zone(self, code: str, without: Iterable[int] = (), sign: int = 1) -> Zone:
        """Return the squares of a buurt as a zone, in the order of `rows`."""
        rows = self.rows(code, without)
        number = np.full(len(self.score), -1)
        number[rows] = np.arange(len(rows))
        edges = number[self.edges]
        inside = (edges >= 0).all(axis=1)
        return Zone(sign * self.score[rows], self.weight[rows], edges[inside], self.place[rows])

    def rows(self, code: str, without: Iterable[int] = ()) -> Ints:
        """Return the positions of the squares of a buurt."""
        return np.setdiff1d(self.members[code], np.fromiter(without, dtype=np.int64))

    def largest_part(self, rows: Ints) -> Ints:
        """Return the connected part of a group of squares in which most people live."""
        if not len(rows):
            return rows
        inside = np.isin(self.edges, rows).all(axis=1)
        edges, n = self.edges[inside], len(self.score)
        network = sparse.csr_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(n, n))
        label = connected_components(network, directed=False)[1][rows]
        return np.asarray(rows[label == np.bincount(label, self.weight[rows]).argmax()])

    def borders(self) -> list[tuple[str, str, Ints]]:
        """Return pairs of buurten with the neighbouring squares over their border."""
        one, other = self.buurt[self.edges[:, 0]], self.buurt[self.edges[:, 1]]
        pairs: dict[tuple[str, str], list[tuple[int, int]]] = {}
        for a, b, (i, j) in zip(one, other, self.edges, strict=True):
            if a != b and a in self.members and b in self.members:
                pair = (int(i), int(j)) if a < b else (int(j), int(i))
                pairs.setdefault((min(a, b), max(a, b)), []).append(pair)
        return [(a, b, np.array(pairs[(a, b)])) for a, b in sorted(pairs)]


def mean_over(values: Array, city: City, rows: Ints) -> float:
    """Return a mean over the people of squares; of those whose value is known."""
    known = rows[~np.isnan(values[rows])]
    return float(np.average(values[known], weights=city.weight[known]))


def has_data(squares: gpd.GeoDataFrame, one: PocketIndicator) -> bool:
    """Tell whether an indicator is known for enough squares, and differs."""
    needed = [one.kolom, *([one.per] if one.per else [])]
    if not set(needed) <= set(squares.columns):
        return False
    known = _value(squares, one)
    return bool(known.notna().mean() >= _MIN_KNOWN and known.std(ddof=0) > 0)


def _value(squares: gpd.GeoDataFrame, one: PocketIndicator) -> pd.Series[float]:
    value: pd.Series[float] = squares[one.kolom].astype(float)
    if not one.per:
        return value
    below = squares[one.per].astype(float)
    share: pd.Series[float] = 100 * value / below.where(below > 0)
    return share


def _score(
    values: pd.DataFrame, used: Sequence[PocketIndicator], buurt: pd.Series[str]
) -> tuple[pd.Series[float], pd.Series[float]]:
    """Return the score of each square and the share of the indicators that it rests on.

    Every indicator is measured in units of its robust spread *within* buurten, so that each
    brings equally much noise and none decides alone; the score is the mean of those known.
    """
    z = pd.DataFrame(index=values.index)
    for one in used:
        column = (
            np.log(values[one.naam].where(values[one.naam] > 0)) if one.log else values[one.naam]
        )
        own = column.groupby(buurt).transform("median")
        within = column - own
        unit = 1.4826 * within.abs().median()
        unit = unit if unit > 0 else column.std(ddof=0)
        level = (own - column.median()) / unit
        z[one.naam] = one.richting * (level + (within / unit).clip(-_LIMIT, _LIMIT))
    return z.mean(axis=1), z.notna().mean(axis=1)


def _buurt_of(squares: gpd.GeoDataFrame, buurten: gpd.GeoDataFrame) -> pd.Series[str]:
    """Return the buurt of the middle of each square; at the edge the nearest, else empty."""
    land = buurten
    if "water" in buurten.columns:
        land = buurten[~buurten["water"].fillna(False).astype(bool)]
    codes = land.index.to_numpy(dtype=object)
    tree = shapely.STRtree(land.geometry.to_numpy())
    middles = squares.geometry.centroid.to_numpy()
    square, area = tree.query_nearest(middles, max_distance=_REACH, all_matches=True)
    result = pd.Series("", index=squares.index, dtype=object)
    order = np.lexsort((area, square))
    first = np.unique(square[order], return_index=True)[1]
    result.iloc[square[order][first]] = codes[area[order][first]]
    return result


def neighbours(shapes: gpd.GeoSeries) -> Ints:
    """Return pairs of areas that share an edge of at least a metre; a shared corner is not enough.

    `shapes`: Squares or PC6 polygons, in metres.
    Returns (int, shape (n_pairs, 2)): Positions, each pair once, sorted.
    """
    geometry = shapes.to_numpy()
    tree = shapely.STRtree(geometry)
    one, other = tree.query(geometry, predicate="dwithin", distance=_TOLERANCE)
    once = one < other
    one, other = one[once], other[once]
    shared = shapely.area(
        shapely.intersection(shapely.buffer(geometry[one], _TOLERANCE), geometry[other])
    )
    pairs = np.stack([one, other], axis=1)[shared >= _TOLERANCE]
    return np.asarray(pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))], dtype=np.int64)


INHABITANTS = "aantal_inwoners"
INDICATORS = Methode.standaard().deelbuurten.indicators
"""Urgencies that CBS publishes per square of 100 m; a delivery may have only some of them."""
