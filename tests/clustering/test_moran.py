"""Moran statistics against a reference implementation, and the false discovery rate."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from sia.clustering.association import global_moran, local_moran
from sia.clustering.contiguity import Contiguity
from sia.clustering.fdr import q_values


def grid(rows: int, columns: int) -> Contiguity:
    place = np.arange(rows * columns).reshape(rows, columns)
    steps = [(place[:, :-1], place[:, 1:]), (place[:-1], place[1:])]
    steps += [(place[:-1, :-1], place[1:, 1:]), (place[:-1, 1:], place[1:, :-1])]
    pairs = np.concatenate([np.stack([a.ravel(), b.ravel()], axis=1) for a, b in steps])
    n = rows * columns
    one, other = np.concatenate([pairs, pairs[:, ::-1]]).T
    matrix = sparse.csr_array((np.ones(len(one)), (one, other)), shape=(n, n))
    codes = pd.Index([f"BU{i:08d}" for i in range(n)])
    return Contiguity(codes, matrix, pd.DataFrame(), codes[:0])


def smooth(graph: Contiguity, columns: int, seed: int = 0) -> pd.DataFrame:
    x = np.random.default_rng(seed).normal(size=(len(graph.codes), columns))
    return pd.DataFrame(x + 0.25 * (graph.matrix @ x), index=graph.codes)


def reference(graph: Contiguity):
    weights = pytest.importorskip("libpysal.weights")
    a = graph.matrix
    near = {i: a.indices[a.indptr[i] : a.indptr[i + 1]].tolist() for i in range(a.shape[0])}
    w = weights.W(near, silence_warnings=True)
    w.transform = "r"
    return w


def test_statistics_equal_esda_and_p_values_agree():
    esda = pytest.importorskip("esda")
    graph = grid(14, 15)
    values = smooth(graph, 2)
    ours = local_moran(values, graph, permutations=4999)
    whole = global_moran(values, graph, permutations=499)
    for name in values:
        theirs = esda.Moran_Local(
            values[name].to_numpy(), reference(graph), permutations=4999, seed=1
        )
        assert np.allclose(ours.statistic[name], theirs.Is, atol=1e-12)
        gap = np.abs(ours.p[name] - np.minimum(1, 2 * theirs.p_sim))
        assert gap.max() < 0.05 and gap.mean() < 0.012
        moran = esda.Moran(values[name].to_numpy(), reference(graph), permutations=0)
        assert abs(whole.loc[name, "p"] - whole.loc[name, "p_normaal"]) < 0.06
        assert whole.loc[name, "I"] == pytest.approx(moran.I)
        assert whole.loc[name, "z"] == pytest.approx(moran.z_rand)


def test_p_values_are_those_of_a_plain_loop_over_the_same_design():
    graph = grid(5, 6)
    values = smooth(graph, 1, seed=3)
    ours = local_moran(values, graph, permutations=19999)
    z = values[0].to_numpy() - values[0].mean()
    rng = np.random.default_rng(9)
    for unit in (0, 7, 14):
        near = graph.matrix[[unit]].indices
        others = np.delete(z, unit)
        drawn = np.array([rng.choice(others, len(near), replace=False).mean() for _ in range(6000)])
        above = (drawn >= z[near].mean()).mean()
        assert ours.p[0].iloc[unit] == pytest.approx(min(1, 2 * min(above, 1 - above)), abs=0.03)


def test_noise_has_no_hot_spots_and_a_hot_spot_is_found():
    graph = grid(20, 20)
    noise = pd.DataFrame({"ruis": np.random.default_rng(0).normal(size=400)}, index=graph.codes)
    hot = noise["ruis"].copy()
    rows = [r * 20 + c for r in range(5) for c in range(5)]
    hot.iloc[rows] += 4
    found = local_moran(noise.assign(warm=hot), graph)
    assert (found.klasse["ruis"] == "niet significant").mean() > 0.98
    assert (found.klasse["warm"].iloc[[22, 42, 43]] == "hoog-hoog").all()


def test_missing_values_and_lonely_units_are_not_tested_and_do_not_spoil_the_rest():
    graph = grid(8, 8)
    values = smooth(graph, 2)
    values.iloc[10, 1] = np.nan
    found = local_moran(values, graph, permutations=99)
    assert np.isnan(found.p.iloc[10, 1]) and found.klasse.iloc[10, 1] == ""
    assert found.p[0].notna().all() and found.p[1].notna().sum() == 63
    assert global_moran(values, graph, permutations=0)["n"].tolist() == [64, 63]
    alone = graph.matrix.tolil()
    alone[0, :] = 0
    alone[:, 0] = 0
    cut = Contiguity(graph.codes, sparse.csr_array(alone), graph.added, graph.water)
    cut.matrix.eliminate_zeros()
    assert np.isnan(local_moran(values, cut, permutations=99).p[0].iloc[0])


def test_same_seed_gives_the_same_numbers():
    graph = grid(8, 8)
    one, other = (local_moran(smooth(graph, 2), graph, 199, seed=5) for _ in range(2))
    pd.testing.assert_frame_equal(one.p, other.p, check_exact=True)


chances = st.lists(st.one_of(st.floats(0, 1), st.just(float("nan"))), min_size=1, max_size=40)


@given(chances)
@settings(max_examples=150, deadline=None)
def test_false_discovery_rate_is_monotone_and_never_below_p(p):
    values = np.array(p)
    q = q_values(values)
    known = ~np.isnan(values)
    assert (np.isnan(q) == ~known).all()
    assert (q[known] >= values[known] - 1e-15).all() and (q[known] <= 1).all()
    order = np.argsort(values[known], kind="stable")
    assert (np.diff(q[known][order]) >= 0).all()


@given(chances, st.integers(0, 39))
@settings(max_examples=100, deadline=None)
def test_a_smaller_p_never_raises_any_q(p, which):
    values = np.array(p)
    less = values.copy()
    less[which % len(p)] /= 2
    assert np.nan_to_num(q_values(less) - q_values(values)).max() <= 1e-15


def test_q_values_are_the_textbook_ones():
    q = q_values(np.array([0.01, 0.04, 0.03, 0.005]))
    assert np.allclose(q, [0.02, 0.04, 0.04, 0.02])
    with pytest.raises(ValueError, match="between 0 and 1"):
        q_values(np.array([1.2]))


def test_the_global_p_is_uniform_without_association():
    graph = grid(8, 9)
    noise = pd.DataFrame(np.random.default_rng(3).normal(size=(72, 60)), index=graph.codes)
    found = global_moran(noise, graph, permutations=199)
    assert 0.3 < found["p"].mean() < 0.7
    assert (found["p"] < 0.05).mean() < 0.15
    assert (found["p"] - found["p_normaal"]).abs().mean() < 0.05
