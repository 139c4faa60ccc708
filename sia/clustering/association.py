"""Where urgentie and its change lie together: Moran's I, global and local, in little memory."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse, stats

from sia.clustering.contiguity import Contiguity, contiguity
from sia.clustering.fdr import q_values
from sia.dutch import getal
from sia.methode import AssociationSettings

VARIABLES = {"urgentie": "urgentie", "verandering": "verandering van de urgentie"}
_FEWEST = 3
"""Buurten with a value that an association takes."""


@dataclass(frozen=True, eq=False)
class Association:
    """Global and local Moran of urgentie and of its change.

    `globaal` (index variable): As `sia.clustering.association.global_moran`.
    `buurten` (index ``buurtcode``): As ``ruimte.parquet``.
    `van_tot`: Years between which the change is measured; equal when there is one year.
    """

    globaal: pd.DataFrame
    buurten: pd.DataFrame
    van_tot: tuple[int, int]


def find_association(
    areas: gpd.GeoDataFrame,
    urgentie: pd.Series[float],
    years: pd.DataFrame,
    settings: AssociationSettings | None = None,
) -> Association:
    """Measure how urgentie and its change lie together, and say it per buurt.

    `areas` (index ``buurtcode``): As ``gebieden.parquet``.
    `urgentie` (index ``buurtcode``): Of this year.
    `years` (index ``buurtcode``, a column per year): Comparable urgentie; NaN for places whose
        border moved. The change is that between the first and the last year.
    """
    s = settings or AssociationSettings()
    first, last = int(years.columns[0]), int(years.columns[-1])
    values = pd.DataFrame({"urgentie": urgentie})
    values["verandering"] = (years[last] - years[first]) if last > first else float("nan")
    graph = contiguity(areas)
    used = values.loc[:, values.reindex(graph.codes).notna().sum() >= _FEWEST]
    whole = global_moran(used, graph, s.permutations, s.seed)
    local = local_moran(used, graph, s.local_permutations, s.seed, s.fdr)
    table = values[["verandering"]].round(9)
    for name in VARIABLES:
        known = name in used
        for part, column in (("statistic", "i"), ("p", "p"), ("q", "q")):
            found = getattr(local, part)[name].round(9) if known else float("nan")
            table[f"{name}_{column}"] = found
        table[f"{name}_klasse"] = (
            local.klasse[name].reindex(table.index).fillna("") if known else ""
        )
    return Association(whole, table, (first, last))


def moran_table(whole: pd.DataFrame, local: pd.DataFrame) -> pd.DataFrame:
    """Return the global Moran of each variable in words, and the local classes as counts.

    `whole` (index variable): As `sia.clustering.association.global_moran`.
    `local` (index ``buurtcode``): As ``ruimte.parquet``.
    """
    rows = []
    for name, row in whole.iterrows():
        counts = local[f"{name}_klasse"].value_counts()
        rows.append(
            {
                "maat": VARIABLES[str(name)],
                "Morans I": float(row["I"]),
                "verwacht bij toeval": float(row["verwacht"]),
                "p": float(row["p"]),
                "buurten": int(row["n"]),
                **{klasse: int(counts.get(klasse, 0)) for klasse in CLASSES[:4]},
            }
        )
    return pd.DataFrame(rows)


def moran_text(whole: pd.DataFrame, span: tuple[int, int]) -> str:
    """Say what the association amounts to, in one sentence per variable."""
    if whole.empty:
        return "Te weinig buurten hebben een score en een grens om samenhang te meten."
    sentences = []
    for name, row in whole.iterrows():
        what = f"in {VARIABLES[str(name)]}"
        size = f"(Morans I {getal(float(row['I']), 2)})"
        near = "lijken op elkaar" if row["I"] > row["verwacht"] else "verschillen juist van elkaar"
        sentences.append(
            f"Buurten naast elkaar {near} {what} {size}: meer dan toeval."
            if row["p"] < 0.05
            else f"Of buurten naast elkaar op elkaar lijken {what}, is niet te onderscheiden van "
            f"toeval {size}."
        )
    if span[0] == span[1]:
        sentences.append("Er is één vergelijkbaar jaar, dus nog geen verandering.")
    return " ".join(sentences)


Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_MOMENTS = ("I", "verwacht", "z", "p_normaal", "p", "n")

CLASSES: tuple[str, ...] = ("hoog-hoog", "hoog-laag", "laag-laag", "laag-hoog", "niet significant")
"""Own value against that of the neighbours; ``niet significant`` where q is above the level."""


@dataclass(frozen=True)
class LocalMoran:
    """Local Moran statistics (LISA) of a table of variables.

    `statistic`, `p`, `q` (shape (n_units, n_variables)): Local I (Anselin 1995), two-sided pseudo
        p-value of conditional permutation, and that p adjusted for the false discovery rate per
        variable. NaN for a missing value, for water and for a unit without neighbours.
    `klasse` (DataFrame of str): One of `CLASSES`; empty where not tested.
    """

    statistic: pd.DataFrame
    p: pd.DataFrame
    q: pd.DataFrame
    klasse: pd.DataFrame


def global_moran(
    values: pd.DataFrame, graph: Contiguity, permutations: int = 999, seed: int = 20240101
) -> pd.DataFrame:
    """Return Moran's I per variable, with its expectation and p-values.

    `values` (shape (n_units, n_variables)): Index ``buurtcode``; NaN and buurten outside `graph`
        are left out per variable.
    `graph`: Used with rows that sum to one.
    `permutations`: 0 for the analytical p-value only.
    Returns: Index variable: ``I``, ``verwacht`` (-1/(n-1)), ``z`` and ``p_normaal`` (two-sided,
        under randomisation; Cliff & Ord 1981), ``p`` (two-sided, permutation; NaN without), ``n``.
    """
    rows = {}
    for names, z, weights, _ in _blocks(values, graph):
        found = _moments(z, weights)
        chance = np.full(len(names), np.nan)
        if permutations:
            rng = np.random.default_rng(seed)
            drawn = np.stack(
                [_coefficient(z[rng.permutation(len(z))], weights) for _ in range(permutations)]
            )
            above = (drawn >= found["I"]).sum(axis=0)
            fewer = np.minimum(above, permutations - above)
            chance = np.minimum(1.0, 2 * (fewer + 1) / (permutations + 1))
        for place, name in enumerate(names):
            rows[name] = {key: column[place] for key, column in found.items()}
            rows[name] |= {"p": chance[place], "n": len(z)}
    table = pd.DataFrame(rows, index=list(_MOMENTS)).T.reindex(values.columns)
    return table.rename_axis("variabele")


def local_moran(
    values: pd.DataFrame,
    graph: Contiguity,
    permutations: int = 9999,
    seed: int = 20240101,
    fdr: float = 0.05,
) -> LocalMoran:
    """Return local Moran statistics with conditional permutation, for all variables together.

    The mean of k neighbours under permutation has the same distribution for every unit with k
    neighbours, but for the unit itself, which cannot be its own neighbour. So one set of random
    orders serves all units: sorted once per k it gives the p-values by look-up, and only for the
    few orders in which the unit itself comes up is its place given to the next in line. This is
    exactly conditional permutation, without the table of units by permutations.

    Index and columns of `values`.

    `values` (shape (n_units, n_variables)): Index ``buurtcode``; NaN allowed.
    `graph`: Used with rows that sum to one.
    `fdr`: Level (0-1) at which a class is named.
    """
    index, columns = values.index, values.columns
    statistic = pd.DataFrame(np.nan, index=index, columns=columns)
    p = statistic.copy()
    klasse = pd.DataFrame("", index=index, columns=columns, dtype="str")
    q = statistic.copy()
    for names, z, weights, codes in _blocks(values, graph):
        lag = weights @ z
        degree = np.diff(weights.indptr)
        chance = _conditional(z, lag, degree, permutations, np.random.default_rng(seed))
        local = np.where(degree[:, None] > 0, z * lag * (len(z) - 1) / (z**2).sum(axis=0), np.nan)
        adjusted = np.stack([q_values(column) for column in chance.T], axis=1)
        statistic.loc[codes, names], p.loc[codes, names] = local, chance
        q.loc[codes, names] = adjusted
        klasse.loc[codes, names] = _classes(z, lag, adjusted, fdr)
    return LocalMoran(statistic, p, q, klasse)


def _blocks(
    values: pd.DataFrame, graph: Contiguity
) -> list[tuple[list[str], Array, sparse.csr_array, pd.Index]]:
    """Group variables with the same gaps: names, deviations, row-standardised weights, codes."""
    table = values.reindex(graph.codes)
    known = table.notna().to_numpy()
    patterns, which = np.unique(known, axis=1, return_inverse=True)
    blocks = []
    for number in range(patterns.shape[1]):
        names = [c for c, w in zip(values.columns, which.ravel(), strict=True) if w == number]
        rows = np.flatnonzero(patterns[:, number] & graph.codes.isin(values.index))
        if len(rows) < 3:
            continue
        z = table[names].to_numpy(dtype=float)[rows]
        z -= z.mean(axis=0)
        matrix = sparse.csr_array(graph.matrix[rows][:, rows])
        degree = np.diff(matrix.indptr)
        matrix.data = np.repeat(1 / np.maximum(degree, 1), degree)
        blocks.append((names, z, matrix, graph.codes[rows]))
    return blocks


def _coefficient(z: Array, weights: sparse.csr_array) -> Array:
    """Return Moran's I (1950) of each column of deviations."""
    top = (z * (weights @ z)).sum(axis=0)
    return np.asarray(len(z) / weights.sum() * top / (z * z).sum(axis=0))


def _moments(z: Array, weights: sparse.csr_array) -> dict[str, Array]:
    """Return I, its expectation and the z-score under randomisation (Cliff & Ord 1981)."""
    n = len(z)
    s0 = weights.sum()
    both = weights + weights.T
    s1 = (both.multiply(both)).sum() / 2
    s2 = ((weights.sum(axis=1) + weights.sum(axis=0)) ** 2).sum()
    kurtosis = n * (z**4).sum(axis=0) / (z**2).sum(axis=0) ** 2
    expected = -1 / (n - 1)
    first = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
    second = kurtosis * ((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
    variance = (first - second) / ((n - 1) * (n - 2) * (n - 3) * s0**2) - expected**2
    found = _coefficient(z, weights)
    score = (found - expected) / np.sqrt(variance)
    return {
        "I": found,
        "verwacht": np.full(z.shape[1], expected),
        "z": score,
        "p_normaal": 2 * stats.norm.sf(np.abs(score)),
    }


def _conditional(
    z: Array, lag: Array, degree: Ints, permutations: int, rng: np.random.Generator
) -> Array:
    """Return two-sided pseudo p-values (n, n_variables); NaN for a unit without neighbours."""
    n = len(z)
    longest = int(min(degree.max(initial=0), n - 1))
    orders = np.stack(
        [rng.choice(n, min(longest + 1, n), replace=False) for _ in range(permutations)]
    )
    chance = np.full(z.shape, np.nan)
    summed = np.zeros((permutations, z.shape[1]))
    for k in range(1, longest + 1):
        summed += z[orders[:, k - 1]]
        units = np.flatnonzero(degree == k)
        if len(units):
            above = _counts(z, k * lag[units], units, summed, orders, k)
            fewer = np.minimum(above, permutations - above)
            chance[units] = np.minimum(1.0, 2 * (fewer + 1) / (permutations + 1))
    return chance


def _counts(z: Array, observed: Array, units: Ints, summed: Array, orders: Ints, k: int) -> Ints:
    """Count the permuted sums of k neighbours that are at least the observed one.

    `summed` may hold the unit itself; those few sums are replaced by the sum in which the next
    of the order takes its place.
    """
    place = np.full(len(z), -1)
    place[units] = np.arange(len(units))
    permutation, position = np.nonzero(place[orders[:, :k]] >= 0)
    own = orders[permutation, position]
    row = place[own]
    above = np.empty(observed.shape, dtype=np.int64)
    slack = 1e-10 * np.abs(z).max(axis=0)
    for column in range(z.shape[1]):
        drawn = summed[:, column]
        limit = observed[:, column] - slack[column]
        above[:, column] = len(drawn) - np.searchsorted(np.sort(drawn), limit)
        wrong = drawn[permutation]
        right = wrong - z[own, column] + z[orders[permutation, k], column]
        change = (right >= limit[row]).astype(np.int64) - (wrong >= limit[row])
        np.add.at(above[:, column], row, change)
    return above


def _classes(z: Array, lag: Array, q: Array, fdr: float) -> npt.NDArray[np.object_]:
    """Name each unit by its own side of the mean and that of its neighbours."""
    names = np.array(CLASSES, dtype=object)
    kind = np.select([(z > 0) & (lag > 0), (z > 0), (lag <= 0)], [0, 1, 2], default=3)
    found = names[np.where(q <= fdr, kind, 4)]
    found[np.isnan(q)] = ""
    return np.asarray(found)
