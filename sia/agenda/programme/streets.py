"""Which excavating works open the same street: parts of plans grouped into places."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sia.agenda.parameters import BANDS
from sia.methode import AgendaValues


@dataclass(frozen=True)
class Places:
    """The places where the ground is opened.

    `openings`: One row per (``plek``, ``plan``): ``aandeel`` (share of the plan that lies there,
        sums to 1 per plan) and ``opening_laag`` / ``_midden`` / ``_hoog`` (euro, the part of the
        plan's stand-alone cost that is opening and closing the ground there).
    `buurten`: One row per (``plek``, ``buurtcode``).
    """

    openings: pd.DataFrame
    buurten: pd.DataFrame


def find_places(
    plans: gpd.GeoDataFrame, parameters: AgendaValues, distance: float, overlap: float
) -> Places:
    """Group the parts of excavating plans that open the same stretch of street.

    `plans` (EPSG:28992, index ``plan``): As `sia.agenda.reading.investments` returns them.
    `distance`: Metres; each part is widened by half of it.
    `overlap`: Two parts share a place when their widened shapes overlap by at least this fraction
        of the smaller one; 0.5 means parallel lines at most half of `distance` apart.
    Returns: Every part is in exactly one place. In a place every part overlaps every other one
        (complete linkage), so streets that merely meet at a crossing never chain together. Plans
        known only by buurt get a place of their own: which street they open is unknown.
    """
    digging = plans[plans["graaft"].to_numpy(dtype=bool)]
    parts = _parts(digging)
    parts["plek"] = _cluster(parts, *_overlaps(parts, distance, overlap))
    openings = parts.groupby(["plek", "plan"], sort=True)["aandeel"].sum().reset_index()
    soorten = openings["plan"].map(digging["soort"])
    factor = soorten.map({s: parameters.soort(s).opening for s in soorten.unique()})
    cost = openings["plan"].map(digging["kosten"]) * openings["aandeel"] * factor.astype(float)
    for band in BANDS:
        openings[f"opening_{band}"] = cost * parameters.shared(band)
    return Places(openings, _place_buurten(openings, digging))


def _place_buurten(openings: pd.DataFrame, digging: pd.DataFrame) -> pd.DataFrame:
    codes = openings["plan"].map(digging["buurtcodes"].str.split(";"))
    table = openings[["plek"]].assign(buurtcode=codes).explode("buurtcode")
    return table.drop_duplicates().sort_values(["plek", "buurtcode"]).reset_index(drop=True)


def _parts(digging: gpd.GeoDataFrame) -> pd.DataFrame:
    """Split multi-part geometries; a part carries its share of the plan's length or area."""
    shapes = digging.geometry.to_numpy()
    split, owner = shapely.get_parts(shapes, return_index=True)
    whole = (digging["plaats"] == "buurt").to_numpy()
    keep = ~whole[owner]
    alone = np.flatnonzero(whole)
    owner = np.concatenate([owner[keep], alone])
    split = np.concatenate([split[keep], np.full(len(alone), None, dtype=object)])
    dimension = np.nan_to_num(shapely.get_dimensions(split), nan=0)
    size = np.where(dimension == 2, shapely.area(split), shapely.length(split))
    size = np.where((dimension <= 0) | ~(size > 0), 1.0, size)
    total = np.bincount(owner, weights=size, minlength=len(digging))
    return pd.DataFrame(
        {"plan": digging.index.to_numpy()[owner], "vorm": split, "aandeel": size / total[owner]}
    )


def _overlaps(
    parts: pd.DataFrame, distance: float, overlap: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return pairs (k, 2) of part positions, best overlap first, and their overlaps."""
    shapes = parts["vorm"].to_numpy()
    known = np.flatnonzero(shapes != None)  # noqa: E711 - elementwise on an object array
    wide = shapely.buffer(shapes[known], distance / 2, quad_segs=2, cap_style="flat")
    # A flat-capped point or zero-length line has no area: give it a round surface instead.
    flat = shapely.is_empty(wide)
    wide[flat] = shapely.buffer(shapes[known][flat], distance / 2, quad_segs=2)
    left, right = shapely.STRtree(wide).query(wide, predicate="intersects")
    once = left < right
    left, right = left[once], right[once]
    area = shapely.area(wide)
    common = shapely.area(shapely.intersection(wide[left], wide[right]))
    share = common / np.minimum(area[left], area[right])
    enough = share >= overlap
    pairs = np.column_stack([known[left[enough]], known[right[enough]]])
    order = np.lexsort((pairs[:, 1], pairs[:, 0], -np.round(share[enough], 6)))
    return pairs[order], share[enough][order]


def _cluster(parts: pd.DataFrame, pairs: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Merge best overlaps first; two groups merge only when all their parts overlap mutually."""
    linked = {(int(a), int(b)) for a, b in pairs}
    group = list(range(len(parts)))
    members: dict[int, list[int]] = {i: [i] for i in range(len(parts))}
    for a, b in pairs:
        low, high = sorted((group[a], group[b]))
        if low == high or not _all_linked(members[low], members[high], linked):
            continue
        for part in members.pop(high):
            group[part] = low
            members[low].append(part)
    names = parts["plan"].to_numpy()
    label = {g: min(str(names[m]) for m in ms) for g, ms in members.items()}
    # A plan may lead several places; number them so that a place has one stable name.
    seen: dict[str, int] = {}
    named: dict[int, str] = {}
    for g in sorted(members):
        seen[label[g]] = seen.get(label[g], 0) + 1
        named[g] = f"plek {label[g]}/{seen[label[g]]}"
    return np.array([named[g] for g in group], dtype=object)


def _all_linked(one: list[int], other: list[int], linked: set[tuple[int, int]]) -> bool:
    return all((min(a, b), max(a, b)) in linked for a in one for b in other)
