"""Squares: where people live, and the deel-buurten hidden in average buurten."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from voorbeeldstad.geography import Geography, squares
from voorbeeldstad.latent import MIDDLE_YEAR, Latent
from voorbeeldstad.measures import FACTORS

_PER_SQUARE = 42.0
_EFFECT = 2.4
"""How much more vulnerable a pocket is than its buurt was, in units of the latent factor K."""
_NOISE = 0.18
_PULL = 0.6
_INSIDE, _STRADDLING = 5, 1
_TARGET = (170, 330)


@dataclass(frozen=True)
class SquareWorld:
    """The inhabited squares of the city.

    Parameters
    ----------
    grid : GeoDataFrame, index ``vierkant``
        Inhabited squares: ``atom``, ``x``, ``y``, ``aandeel`` (share of the inhabitants of its
        atom), ``deelbuurt`` (name of its pocket or empty), ``verschil`` (its K minus that of its
        atom), ``geometry``.
    """

    grid: gpd.GeoDataFrame

    def inhabitants(self, per_atom: NDArray[np.int64]) -> NDArray[np.int64]:
        """Divide the inhabitants of each atom over its squares, whole people, nobody lost."""
        wanted = self.grid["aandeel"].to_numpy() * per_atom[self.grid["atom"].to_numpy()]
        floor = np.floor(wanted).astype(np.int64)
        frame = pd.DataFrame({"atom": self.grid["atom"].to_numpy(), "rest": wanted - floor})
        order = frame.sort_values(["atom", "rest"], ascending=[True, False], kind="stable")
        rank = order.groupby("atom").cumcount().sort_index().to_numpy()
        short = per_atom - np.bincount(frame["atom"], floor, len(per_atom)).astype(np.int64)
        extra = (rank < short[frame["atom"].to_numpy()]).astype(np.int64)
        return np.asarray(floor + extra, dtype=np.int64)


def build(
    geography: Geography, latent: Latent, rng: np.random.Generator, *, pockets: bool
) -> SquareWorld:
    """Settle the inhabitants on squares and hide the pockets.

    Parameters
    ----------
    geography : Geography
    latent : Latent
    rng : numpy.random.Generator
    pockets : bool
        False for a city without deel-buurten.

    Returns
    -------
    SquareWorld
    """
    grid = _settle(squares(geography), geography, latent, rng)
    grid["deelbuurt"] = ""
    noise = rng.normal(0.0, _NOISE, len(grid))
    if pockets:
        _hide(grid, geography, latent, rng)
    effect = np.where(grid["deelbuurt"] != "", _EFFECT, 0.0)
    grid["verschil"] = _centred(noise + effect, grid)
    return SquareWorld(grid)


def _settle(
    grid: gpd.GeoDataFrame, geography: Geography, latent: Latent, rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """Keep the squares nearest to the heart of each piece, as many as its people need.

    The heart of the city pulls too, so that built-up buurten grow together.
    """
    people = latent.inhabitants(MIDDLE_YEAR)
    middles = shapely.get_coordinates(geography.atoms.geometry.centroid.to_numpy())
    atom = grid["atom"].to_numpy()
    spot = np.column_stack([grid["x"] + 50.0, grid["y"] + 50.0])
    distance = np.hypot(*(spot - middles[atom]).T)
    distance += _PULL * np.hypot(*(spot - middles.mean(axis=0)).T)
    distance += rng.normal(0.0, 60.0, len(grid))
    ranked = pd.Series(distance).groupby(atom).rank(method="first").to_numpy()
    kept = grid[ranked <= np.ceil(people / _PER_SQUARE)[atom]].copy()
    weight = pd.Series(rng.gamma(6.0, 1.0, len(kept)), index=kept.index)
    kept["aandeel"] = weight / weight.groupby(kept["atom"].to_numpy()).transform("sum")
    return kept


def _centred(value: NDArray[np.float64], grid: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Subtract the mean over the people of each piece, so that its average stays average."""
    atom = grid["atom"].to_numpy()
    weighted = np.bincount(atom, value * grid["aandeel"].to_numpy(), atom.max() + 1)
    return np.asarray(value - weighted[atom])


def _hide(
    grid: gpd.GeoDataFrame, geography: Geography, latent: Latent, rng: np.random.Generator
) -> None:
    """Mark the squares of each pocket, first the one that straddles a border."""
    people = _people(grid, latent)
    hosts = _average(geography, latent)
    rng.shuffle(hosts)
    neighbours = _neighbours(grid)
    used: set[int] = set()
    straddling = 0
    for first, second in _pairs(hosts, geography):
        if straddling == _STRADDLING:
            break
        group = _grow_over_border(grid, people, neighbours, first, second, rng)
        if group:
            grid.loc[grid.index[group], "deelbuurt"] = f"deel-buurt {straddling + 1} (fictief)"
            used |= {first, second}
            straddling += 1
    name = straddling
    for host in hosts:
        if name == straddling + _INSIDE:
            break
        group = [] if host in used else _grow_inside(grid, people, neighbours, host, rng)
        if group:
            name += 1
            grid.loc[grid.index[group], "deelbuurt"] = f"deel-buurt {name} (fictief)"
            used.add(host)


def _people(grid: gpd.GeoDataFrame, latent: Latent) -> NDArray[np.float64]:
    per_atom = latent.inhabitants(MIDDLE_YEAR)
    return np.asarray(grid["aandeel"].to_numpy() * per_atom[grid["atom"].to_numpy()])


def _average(geography: Geography, latent: Latent) -> list[int]:
    """Return pieces with an average level and enough people to hide a pocket in."""
    count = len(geography.atoms)
    level = latent.factors[MIDDLE_YEAR - 2016, :count, FACTORS.index("K")]
    people = latent.inhabitants(MIDDLE_YEAR)[:count]
    stable = (geography.atoms["code_oud"] == geography.atoms["code_nieuw"]).to_numpy()
    calm = (latent.units["verandering"][:count] == "stabiel").to_numpy()
    average = (np.abs(level) < 0.8) & (people >= 1500) & stable & calm
    average &= np.isin(geography.atoms["type"].to_numpy(), (3, 4))
    return [int(row) for row in np.flatnonzero(average)]


def _pairs(hosts: list[int], geography: Geography) -> list[tuple[int, int]]:
    shapes = geography.atoms.geometry
    return [
        (a, b)
        for a in hosts
        for b in hosts
        if a < b and shapes[a].intersection(shapes[b]).length > 300
    ]


def _neighbours(grid: gpd.GeoDataFrame) -> list[list[int]]:
    place = {(x, y): row for row, (x, y) in enumerate(zip(grid["x"], grid["y"], strict=True))}
    steps = ((100, 0), (-100, 0), (0, 100), (0, -100))
    return [
        [place[(x + dx, y + dy)] for dx, dy in steps if (x + dx, y + dy) in place]
        for x, y in zip(grid["x"], grid["y"], strict=True)
    ]


def _grow_inside(
    grid: gpd.GeoDataFrame,
    people: NDArray[np.float64],
    neighbours: list[list[int]],
    host: int,
    rng: np.random.Generator,
) -> list[int]:
    allowed = set(np.flatnonzero(grid["atom"].to_numpy() == host).tolist())
    start = int(rng.choice(sorted(allowed)))
    spots = grid[["x", "y"]].to_numpy()
    group = _grow([start], allowed, people, neighbours, spots, rng)
    share = people[group].sum() / people[sorted(allowed)].sum()
    return group if people[group].sum() >= _TARGET[0] and share < 0.25 else []


def _grow_over_border(
    grid: gpd.GeoDataFrame,
    people: NDArray[np.float64],
    neighbours: list[list[int]],
    first: int,
    second: int,
    rng: np.random.Generator,
) -> list[int]:
    """Grow from two squares on both sides of a border, evenly, so that both sides hold people."""
    atom = grid["atom"].to_numpy()
    seeds = [
        (row, other)
        for row in np.flatnonzero(atom == first)
        for other in neighbours[row]
        if atom[other] == second
    ]
    if not seeds:
        return []
    left, right = seeds[int(rng.integers(len(seeds)))]
    spots = grid[["x", "y"]].to_numpy()
    sides = [
        _grow(
            [int(seed)], set(np.flatnonzero(atom == side).tolist()), people, neighbours, spots, rng
        )
        for seed, side in ((left, first), (right, second))
    ]
    fits = all(people[side].sum() >= 110 for side in sides)
    return sides[0] + sides[1] if fits else []


def _distance(row: int, group: list[int], spots: NDArray[np.float64]) -> float:
    """Return how far a square lies from the middle of a group: near ones keep it compact."""
    return float(np.hypot(*(spots[row] - spots[group].mean(axis=0))))


def _grow(
    group: list[int],
    allowed: set[int],
    people: NDArray[np.float64],
    neighbours: list[list[int]],
    spots: NDArray[np.float64],
    rng: np.random.Generator,
) -> list[int]:
    target = rng.integers(*_TARGET)
    while people[group].sum() < target:
        edge = {n for row in group for n in neighbours[row]} & allowed - set(group)
        if not edge:
            break
        group = [*group, min(edge, key=lambda n: (_distance(n, group, spots), n))]
    return group
