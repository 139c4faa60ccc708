"""Outlines of two years laid over each other: which are the same, and what they share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

SHIFT_M = 5.0
"""Shifts up to this many metres are drawing, not change (CBS ignores those under about 5 m)."""
GENERALISED_FROM, GENERALISED_SHARE = 10, 0.1
"""A map of so many outlines is generalised when at most this share is the same to `SHIFT_M`."""
DRAWING_M, DRAWING_FACTOR = 60.0, 4.0
"""In a generalised map an outline may differ by so many times the median difference, and by no more
metres than this."""
SAME_IOU = 0.6
"""Least intersection over union of "the same" outline in a generalised map."""
NAME_SIMILARITY = 0.75
"""From here (0-1) two names are the same name."""
REUSED_IOU = 0.1
"""Below this, one code in two years stands for two places."""
PIECE_SHARE, WHOLE_SHARE = 0.02, 0.9
"""Least share of an area's surface that counts as a piece of it, and from which it is all of it."""


def has_border(geometry: gpd.GeoSeries) -> pd.Series[bool]:
    """Tell per area whether the file holds a border of it; an empty shape is none."""
    return pd.Series(~(geometry.isna() | geometry.is_empty), index=geometry.index)


@dataclass(frozen=True)
class Overlay:
    """Every pair of an old and a new area that share surface.

    ``pairs`` has ``oude_code``, ``nieuwe_code``, ``deel`` (intersection), ``oud`` and ``nieuw``
    (share of the old and of the new surface), ``iou`` and ``zelfde_grens``.
    """

    old: gpd.GeoSeries
    new: gpd.GeoSeries
    pairs: pd.DataFrame

    @classmethod
    def of(cls, old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> Overlay:
        """Lay the areas of two years over each other."""
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
        close = touching & (pairs["iou"].to_numpy() >= SAME_IOU)
        pairs.loc[close, "zelfde_grens"] = _same_outline(a[i][close], b[j][close])
        pairs = pairs[touching].reset_index(drop=True)
        return cls(old.geometry, new.geometry, pairs)

    @cached_property
    def kept(self) -> frozenset[str]:
        """Return the codes whose own outline stayed the same."""
        same = self.pairs["zelfde_grens"] & (self.pairs["oude_code"] == self.pairs["nieuwe_code"])
        return frozenset(self.pairs.loc[same, "nieuwe_code"])

    @cached_property
    def by_new(self) -> dict[str, pd.DataFrame]:
        """Return the pairs of each new code."""
        return {str(code): rows for code, rows in self.pairs.groupby("nieuwe_code")}

    @cached_property
    def by_old(self) -> dict[str, pd.DataFrame]:
        """Return the pairs of each old code."""
        return {str(code): rows for code, rows in self.pairs.groupby("oude_code")}

    def pieces(self) -> pd.DataFrame:
        """Return the pairs that are real pieces: no sliver, and nothing beside an equal outline."""
        real = self.pairs[self._real(self.pairs)]
        matched_old = set(real.loc[real["zelfde_grens"], "oude_code"])
        matched_new = set(real.loc[real["zelfde_grens"], "nieuwe_code"])
        beside = real["oude_code"].isin(matched_old) | real["nieuwe_code"].isin(matched_new)
        kept = real[real["zelfde_grens"] | ~beside]
        # An area that only has slivers is not lost: then the slivers are all there is.
        orphans = self.pairs[~self.pairs["oude_code"].isin(set(kept["oude_code"]))]
        return pd.concat([kept, orphans], ignore_index=True)

    def outside(self, pieces: pd.DataFrame) -> pd.DataFrame:
        """Return what of each old area lies outside every new area (drawing slivers left out)."""
        matched = set(pieces.loc[pieces["zelfde_grens"], "oude_code"])
        covered = self.pairs.groupby("oude_code")["oud"].sum().reindex(self.old.index).fillna(0.0)
        codes = [c for c in self.old.index if c not in matched and covered[c] < 1.0 - 1e-9]
        rests = []
        for code in codes:
            near = self.by_old.get(code, self.pairs[:0])["nieuwe_code"]
            rests.append(self.old[code].difference(self.new[near].union_all()))
        parts = _surface(np.array(rests, dtype=object))
        real = ~shapely.is_empty(shapely.buffer(parts, -SHIFT_M / 2))
        return pd.DataFrame({"oude_code": np.array(codes, dtype=object)[real], "deel": parts[real]})

    @staticmethod
    def _real(pairs: pd.DataFrame) -> np.ndarray:
        large = (pairs["oud"] >= PIECE_SHARE) | (pairs["nieuw"] >= PIECE_SHARE)
        wide = ~shapely.is_empty(shapely.buffer(pairs["deel"].to_numpy(), -SHIFT_M / 2))
        return np.asarray(large.to_numpy() & wide)


def _surface(shapes: np.ndarray) -> np.ndarray:
    """Keep only what has a surface: touching areas share lines and points too."""
    result = np.asarray(shapes, dtype=object).copy()
    mixed = np.flatnonzero(shapely.get_type_id(result) == shapely.GeometryType.GEOMETRYCOLLECTION)
    for k in mixed:
        parts = shapely.get_parts(result[k])
        result[k] = shapely.union_all(parts[shapely.area(parts) > 0])
    return result


def _same_outline(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Tell per pair whether two outlines are one, given how precisely the two maps were drawn."""
    difference = shapely.symmetric_difference(a, b)
    width = 2 * shapely.area(difference) / (shapely.length(a) + shapely.length(b))
    same = shapely.is_empty(shapely.buffer(difference, -SHIFT_M / 2))
    if len(same) < GENERALISED_FROM or same.mean() > GENERALISED_SHARE:
        return np.asarray(same)
    allowed = min(DRAWING_FACTOR * float(np.median(width)), DRAWING_M)
    return np.asarray(same | (width <= allowed))


def percent(share: float) -> str:
    """Return a share (0-1) as readers see it."""
    return f"{100 * share:.0f} %"
