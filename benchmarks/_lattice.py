"""Lattices with queen neighbours, as every peer can read them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from sia.clustering.contiguity import Contiguity


def lattice(rows: int, columns: int) -> Contiguity:
    """Return the queen neighbours of a lattice."""
    place = np.arange(rows * columns).reshape(rows, columns)
    steps = [(place[:, :-1], place[:, 1:]), (place[:-1], place[1:])]
    steps += [(place[:-1, :-1], place[1:, 1:]), (place[:-1, 1:], place[1:, :-1])]
    pairs = np.concatenate([np.stack([a.ravel(), b.ravel()], axis=1) for a, b in steps])
    n = rows * columns
    one, other = np.concatenate([pairs, pairs[:, ::-1]]).T
    matrix = sparse.csr_array((np.ones(len(one)), (one, other)), shape=(n, n))
    codes = pd.Index([f"BU{i:08d}" for i in range(n)], name="buurtcode")
    return Contiguity(codes, matrix, pd.DataFrame(), codes[:0])


def values(graph: Contiguity, columns: int, seed: int = 0) -> pd.DataFrame:
    """Return variables in which neighbours resemble each other."""
    x = np.random.default_rng(seed).normal(size=(len(graph.codes), columns))
    names = [f"v{number}" for number in range(columns)]
    return pd.DataFrame(x + 0.3 * (graph.matrix @ x), index=graph.codes, columns=names)
