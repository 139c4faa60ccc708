"""Fifty cities under attack: a linear programme over what is published bounds every small group.

The attacker knows every square, who lives in it, which of its figures are secret, the published
mean of every whole buurt, and every table of deel-buurten. What it does not know it bounds: a group
of too few people is derived when its mean can have one value only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pytest
import shapely
from scipy.optimize import linprog
from scipy.sparse.csgraph import connected_components

from sia.methode import PocketSettings, ScanSettings
from sia.pockets import PocketResult, find_pockets
from voorbeeldstad.worlds import pocket_world

COLUMNS = {
    "gemiddelde WOZ-waarde": "gemiddelde_woz_waarde_woning",
    "gemiddeld gasverbruik": "gemiddeld_gasverbruik_woning",
}
PEOPLE = "aantal_inwoners"
HOW = PocketSettings(scan=ScanSettings(permutations=199), fdr=0.3)
CERTAIN = 0.01
"""A range narrower than this part of its middle is an answer."""


@dataclass
class Secret:
    """One city: all figures, and what its publishers keep of them."""

    full: gpd.GeoDataFrame
    squares: gpd.GeoDataFrame
    buurten: gpd.GeoDataFrame
    home: np.ndarray


def city(seed: int) -> Secret:
    """Six buurten of 64 squares with poor blocks, two of which may lie on a border; some secret."""
    rng = np.random.default_rng([seed, 50])
    world = pocket_world(seed, buurten=6, pockets=2, strength=3.0)
    full = world.squares.copy()
    x, y = (shapely.get_coordinates(full.geometry.centroid) // 100 % 1000).astype(int).T
    home = 3 * ((y - y.min()) // 8) + (x - x.min()) // 8
    for left, low in rng.integers(2, 16, (3, 2)):
        block = (x - x.min() >= left) & (x - x.min() < left + 4)
        block &= (y - y.min() >= low) & (y - y.min() < low + 3)
        full.loc[block, COLUMNS["gemiddelde WOZ-waarde"]] *= 0.4
        full.loc[block, COLUMNS["gemiddeld gasverbruik"]] *= 2.0
    full[PEOPLE] = rng.choice([2.0, 5.0, 10.0, 20.0, 40.0, 80.0], len(full))
    squares = full.copy()
    squares.loc[full[PEOPLE] < 5, PEOPLE] = np.nan
    for column, share in zip(COLUMNS.values(), rng.uniform(0.0, 0.06, 2), strict=True):
        hidden = (full[PEOPLE] < 5) | (rng.random(len(full)) < share)
        squares.loc[hidden, column] = np.nan
    return Secret(full, squares, world.buurten, home)


def mean(group: np.ndarray, values: np.ndarray, people: np.ndarray) -> float:
    return float(np.average(values[group], weights=people[group]))


def published(found: PocketResult, made: Secret, name: str) -> Iterator[tuple[np.ndarray, float]]:
    """Yield every group of squares whose mean of one figure stands in a table or follows from one.

    ``score`` is the figure of the search itself.
    """
    inside = found.vierkanten["deelbuurt"].to_numpy()
    codes = made.buurten.index.to_numpy()[made.home]
    groups = {}
    for pocket, row in found.pockets.iterrows():
        own = inside == pocket
        groups[pocket] = own, np.isin(codes, row["buurtcodes"].split()) & ~own
    if name == "score":
        used = (found.vierkanten["buurtcode"] != "").to_numpy()
        for pocket, row in found.pockets.iterrows():
            yield groups[pocket][0], row["score"]
            yield groups[pocket][1] & used, row["score"] - row["verschil"]
        for code, row in found.buurten.iterrows():
            if row["score"] == row["score"]:
                yield (codes == code) & used, row["score"]
        return
    known = usable(found, made, name)
    table = found.indicatoren[found.indicatoren["indicator"] == name].set_index("deelbuurt")
    for pocket, (own, rest) in groups.items():
        for group, column in ((own, "deel_buurt"), (rest, "rest_van_buurt")):
            if table.at[pocket, column] == table.at[pocket, column]:
                yield group & known, table.at[pocket, column]


def usable(found: PocketResult, made: Secret, name: str) -> np.ndarray:
    """Tell which squares count in the means of one figure."""
    takes_part = (found.vierkanten["buurtcode"] != "").to_numpy()
    return np.asarray(takes_part & made.squares[COLUMNS[name]].notna().to_numpy())


def whole_buurten(made: Secret, name: str) -> Iterator[tuple[np.ndarray, float]]:
    """Yield the mean of every buurt, over everybody: what its publisher says of it."""
    values, people = made.full[COLUMNS[name]].to_numpy(), made.full[PEOPLE].to_numpy()
    for number in range(len(made.buurten)):
        yield made.home == number, mean(made.home == number, values, people)


def naive(found: PocketResult, made: Secret, name: str) -> Iterator[tuple[np.ndarray, float]]:
    """Yield the same groups when only the size of each decides."""
    inside = found.vierkanten["deelbuurt"].to_numpy()
    codes, known = made.buurten.index.to_numpy()[made.home], usable(found, made, name)
    values, people = made.full[COLUMNS[name]].to_numpy(), made.full[PEOPLE].to_numpy()
    for pocket, row in found.pockets.iterrows():
        own, hosts = inside == pocket, np.isin(codes, row["buurtcodes"].split())
        for group in (own & known, hosts & ~own & known):
            if people[group].sum() >= HOW.minimum:
                yield group, mean(group, values, people)


def solved(
    said: Iterable[tuple[np.ndarray, float]], people: np.ndarray, low: float, high: float
) -> set[tuple[int, ...]]:
    """Return the groups under the threshold, as squares, of which the mean can be one value only.

    Squares that every sentence names together are one unknown: nobody can tell them apart.
    """
    said = list(said)
    if not said:
        return set()
    cells = np.array([group for group, _ in said])
    kinds, place = np.unique(cells, axis=1, return_inverse=True)
    place = place.ravel()
    count = np.bincount(place, people, minlength=kinds.shape[1])
    left = kinds * count
    right = left.sum(axis=1) * np.array([value for _, value in said])
    together = connected_components(kinds.T.astype(float) @ kinds, directed=False)[1]
    found = set()
    for part in np.unique(together):
        members = np.flatnonzero((together == part) & kinds.any(axis=0) & (count > 0))
        about = kinds[:, members].any(axis=1)
        if not len(members):
            continue
        for group in under(members[count[members] < HOW.minimum], count):
            aim = np.where(np.isin(members, group), count[members], 0.0) / count[list(group)].sum()
            ends = [
                linprog(
                    way * aim, A_eq=left[about][:, members], b_eq=right[about], bounds=(low, high)
                )
                for way in (1, -1)
            ]
            assert all(end.success for end in ends), "what is published must be possible"
            least, most = ends[0].fun, -ends[1].fun
            if most - least < CERTAIN * max(abs(most + least) / 2, 1e-6):
                found.add(tuple(np.flatnonzero(np.isin(place, group))))
    return found


def under(small: np.ndarray, count: np.ndarray) -> Iterator[tuple[int, ...]]:
    """Yield every set of unknowns that together stay under the threshold."""
    sets: list[tuple[int, ...]] = [()]
    for one in small.tolist():
        more = [(*group, one) for group in sets]
        more = [group for group in more if count[list(group)].sum() < HOW.minimum]
        yield from more
        sets += more


@pytest.mark.parametrize("first", range(0, 50, 10))
def test_the_attacker_solves_for_no_group_under_the_threshold(first: int) -> None:
    leaks = shown = 0
    for seed in range(first, first + 10):
        made = city(seed)
        found = find_pockets(made.squares, made.buurten, HOW)
        people = made.full[PEOPLE].to_numpy()
        for name, column in COLUMNS.items():
            low, high = 0.5 * made.full[column].min(), 2 * made.full[column].max()
            before = list(whole_buurten(made, name))
            known = solved(before, people, low, high)
            tables = list(published(found, made, name))
            assert solved(before + tables, people, low, high) == known, (seed, name)
            leaks += solved(before + list(naive(found, made, name)), people, low, high) != known
            shown += len(tables)
        assert not solved(published(found, made, "score"), people, -50.0, 50.0), seed
    assert leaks >= 2, "the attacker must be able to find something"
    assert shown >= 20, "and there must be something left to read"
