"""Made-up worlds whose difficulty is a dial: how far types lie apart, how strong pockets are."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy import ndimage

FEATURES = 7
"""Columns of a world of types."""
SIDE = 8
"""Squares along a side of a buurt in a world of pockets."""


def types_world(
    seed: int,
    *,
    buurten: int = 60,
    types: int = 5,
    separation: float = 2.0,
    noise: float = 0.0,
    gaps: float = 0.0,
    unequal: bool = False,
) -> tuple[pd.DataFrame, pd.Series[int]]:
    """Return figures of buurten of some types, and the type of each.

    Parameters
    ----------
    separation : float
        Spread of the middles of the types, in spreads within a type (per column).
    noise : float
        Spread of what measuring adds, in the same unit.
    gaps : float
        Share (0-1) of the figures that is missing, by lot.
    unequal : bool
        Each type has half as many buurten as the one before; else all have as many.
    """
    rng = np.random.default_rng([seed, 1])
    share = 0.5 ** np.arange(types) if unequal else np.ones(types)
    kind = np.repeat(np.arange(types), _divided(share, buurten))
    middles = rng.normal(0.0, separation, (types, FEATURES))
    figures = middles[kind] + rng.normal(0.0, np.hypot(1.0, noise), (buurten, FEATURES))
    figures[rng.random(figures.shape) < gaps] = np.nan
    index = pd.Index([f"BU9999{n:04d}" for n in range(buurten)], name="buurtcode")
    columns = [f"kenmerk_{n}" for n in range(1, FEATURES + 1)]
    return pd.DataFrame(figures, index, columns), pd.Series(kind, index)


def _divided(share: np.ndarray, total: int) -> np.ndarray:
    """Return whole numbers, each at least two, in about these proportions."""
    counts = np.maximum(np.floor(share / share.sum() * total), 2).astype(int)
    counts[0] += total - counts.sum()
    return np.asarray(counts)


@dataclass(frozen=True, eq=False)
class PocketWorld:
    """Squares of a city of equal buurten, and what was planted in it.

    Parameters
    ----------
    squares : GeoDataFrame, EPSG:28992, index ``vierkant``
        ``aantal_inwoners``, ``gemiddelde_woz_waarde_woning``, ``gemiddeld_gasverbruik_woning``.
    buurten : GeoDataFrame, EPSG:28992, index ``buurtcode``
        ``naam``.
    planted : Series of str, index ``vierkant``
        Name of the pocket that a square lies in; empty outside.
    """

    squares: gpd.GeoDataFrame
    buurten: gpd.GeoDataFrame
    planted: pd.Series[str]


def pocket_world(
    seed: int,
    *,
    buurten: int = 30,
    pockets: int = 6,
    size: int = 8,
    strength: float = 2.0,
    noise: float = 0.0,
    resemblance: float = 0.0,
) -> PocketWorld:
    """Return a city of square buurten in some of which lies a pocket.

    Parameters
    ----------
    size : int
        Squares of a pocket.
    strength : float
        How much lower the WOZ-waarde and higher the use of gas are in a pocket, in spreads within
        a buurt.
    noise : float
        Spread of what is wrong with each figure of a square, in the same unit.
    resemblance : float
        Share (0-1) of the variance within a buurt that neighbouring squares have in common.
    """
    rng = np.random.default_rng([seed, 2])
    across = int(np.ceil(np.sqrt(buurten)))
    n = across * SIDE
    row, column = np.divmod(np.arange(n * n), n)
    home = (row // SIDE) * across + column // SIDE
    planted = np.full(n * n, -1)
    for number, where in enumerate(rng.choice(buurten, pockets, replace=False)):
        planted[_blob(np.flatnonzero(home == where), n, size, rng)] = number
    figures = [
        mean
        * np.exp(
            spread
            * (
                rng.normal(0, 0.6, across**2)[home]
                + _field(n, resemblance, rng)
                + rng.normal(0, noise, n * n)
                + side * strength * (planted >= 0)
            )
        )
        for mean, spread, side in ((300.0, 0.35, -1), (1100.0, 0.25, 1))
    ]
    inside = home < buurten
    x, y = 140_000.0 + 100 * column[inside], 520_000.0 + 100 * row[inside]
    codes = pd.Index(
        [f"E{int(a) // 100:04d}N{int(b) // 100:04d}" for a, b in zip(x, y, strict=True)],
        name="vierkant",
    )
    people = 5.0 * np.maximum(1, rng.poisson(9, int(inside.sum())))
    squares = gpd.GeoDataFrame(
        {
            "aantal_inwoners": people,
            "gemiddelde_woz_waarde_woning": figures[0][inside].round(),
            "gemiddeld_gasverbruik_woning": figures[1][inside].round(-1),
        },
        geometry=shapely.box(x, y, x + 100, y + 100),
        index=codes,
        crs="EPSG:28992",
    )
    corner, step = np.divmod(np.arange(buurten), across), 100 * SIDE
    west, south = 140_000.0 + step * corner[1], 520_000.0 + step * corner[0]
    areas = gpd.GeoDataFrame(
        {"naam": [f"Buurt {number:03d}" for number in range(buurten)]},
        geometry=shapely.box(west, south, west + step, south + step),
        index=pd.Index([f"BU9999{n:04d}" for n in range(buurten)], name="buurtcode"),
        crs="EPSG:28992",
    )
    names = np.where(planted >= 0, [f"plek {p}" for p in planted], "")[inside]
    return PocketWorld(squares, areas, pd.Series(names, codes))


def _blob(own: np.ndarray, n: int, size: int, rng: np.random.Generator) -> list[int]:
    """Return a connected group of squares of one buurt, grown from a square by lot."""
    free, group = set(own.tolist()), [int(rng.choice(own))]
    while len(group) < size:
        beside = {g + step for g in group for step in (-1, 1, -n, n)} & free - set(group)
        # the most neighbours in the group first, so that it stays compact
        touching = {b: sum(b + s in group for s in (-1, 1, -n, n)) for b in sorted(beside)}
        most = [b for b, count in touching.items() if count == max(touching.values())]
        group.append(int(rng.choice(most)))
    return group


def _field(n: int, resemblance: float, rng: np.random.Generator) -> np.ndarray:
    """Return values of spread one of squares that resemble their neighbours."""
    smooth = ndimage.gaussian_filter(rng.normal(size=(n, n)), 1.2, mode="wrap").ravel()
    own = rng.normal(size=n * n)
    together = np.sqrt(resemblance) * smooth / smooth.std() + np.sqrt(1 - resemblance) * own
    return np.asarray(together)
