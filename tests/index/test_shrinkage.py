"""Shrinkage: small areas move, large ones hardly, and the limits are right."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sia.index import IndexDesign, Shrinkage, build_index, rate_variance, shrink
from sia.index.shrinkage import between_variance


def test_between_variance_by_hand() -> None:
    """DerSimonian & Laird: Q = 2, k - 1 = 1, c = 2 - 1 = 1 give tau2 = 1."""
    tau2, mean, variance = between_variance(np.array([0.0, 2.0]), np.array([1.0, 1.0]))
    assert (tau2, mean, variance) == pytest.approx((1.0, 1.0, 1.0))
    assert between_variance(np.array([0.0, 0.1]), np.array([1.0, 1.0]))[0] == 0


def test_weight_is_tau2_over_tau2_plus_s2() -> None:
    m, s2 = pd.Series([0.0, 2.0, 4.0]), pd.Series([1.0, 1.0, 0.25])
    found = shrink(m, s2)
    tau2 = found.tau2["geheel"]
    assert np.allclose(found.weight, tau2 / (tau2 + s2))
    assert np.allclose(found.value, found.weight * m + (1 - found.weight) * found.target)


def test_groups_lie_between_their_own_mean_and_the_whole() -> None:
    rng = np.random.default_rng(0)
    group = pd.Series(np.repeat(list("pqr"), 8))
    m = pd.Series(np.repeat([0.0, 1.0, 2.0], 8) + 0.2 * rng.normal(size=24))
    found = shrink(m, pd.Series(0.04, index=m.index), group)
    own = m.groupby(group).mean()
    for name in "pqr":
        target = found.target[group == name].iloc[0]
        low, high = sorted([own[name], m.mean()])
        assert low - 0.05 <= target <= high + 0.05
    alone = shrink(m, pd.Series(0.04, index=m.index), group.where(group.index > 0))
    assert alone.value.notna().all()


def test_exact_values_and_gaps_stay() -> None:
    m = pd.Series([0.0, 1.0, np.nan, 5.0])
    found = shrink(m, pd.Series([0.5, 0.0, np.nan, 0.5]))
    assert found.value[1] == 1.0
    assert np.isnan(found.value[2])
    with pytest.raises(ValueError, match="needs a variance"):
        shrink(m, pd.Series([np.nan] * 4))


def test_rate_variance_is_never_zero_at_the_ends() -> None:
    variance = rate_variance(pd.Series([0.0, 1.0, 0.5]), pd.Series([10.0, 10.0, 1e6]))
    assert (variance > 0).all()
    assert variance[2] == pytest.approx(0.25 / 1e6, rel=1e-3)
    assert np.isnan(rate_variance(pd.Series([0.1]), pd.Series([0.0]))[0])


def test_in_the_chain_small_areas_move_most() -> None:
    rng = np.random.default_rng(3)
    truth = rng.normal(20, 3, 40)
    people = np.where(np.arange(40) % 2, 60.0, 6000.0)
    rate = 100 * rng.binomial(people.astype(int), truth / 100) / people
    values = pd.DataFrame({"a": rate, "b": rng.random(40)})
    structure = pd.DataFrame({"id": ["a", "b", "I"], "parent": ["I", "I", None]})
    how = Shrinkage(pd.DataFrame({"a": people}), {"a": 100.0})
    result = build_index(values, IndexDesign(structure, shrink=how))
    moved = (result.imputed["a"] - values["a"]).abs()
    assert moved[1::2].mean() > 10 * moved[::2].mean()
    small = np.arange(40) % 2 == 1
    before = np.abs(values["a"] - truth)[small].mean()
    assert np.abs(result.imputed["a"] - truth)[small].mean() < before
    with pytest.raises(ValueError, match="outside"):
        Shrinkage(pd.DataFrame({"a": people}), {"a": 10.0}).apply(values)
