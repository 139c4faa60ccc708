"""Weights by one common factor and by stated importance, verified on the outcome."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import optimize

from sia.index import (
    Arithmetic,
    FactorWeights,
    GivenWeights,
    IndexDesign,
    IndexResult,
    OptimisedWeights,
    build_index,
)
from sia.index.weights import importance_shares

C = ("a", "b", "c")
GIVEN = np.ones(3)


@pytest.fixture(scope="module")
def x() -> np.ndarray:
    rng = np.random.default_rng(0)
    common = rng.normal(size=(500, 1))
    return 50 + 10 * (0.5 * common + rng.normal(size=(500, 3)) * [0.5, 1.0, 2.0])


def test_negative_weights_are_refused() -> None:
    with pytest.raises(ValueError, match="zero or more"):
        GivenWeights({"a": -1.0})
    with pytest.raises(ValueError, match="zero or more"):
        GivenWeights({"a": float("nan")})


def through(x: np.ndarray, pillars: str, **more: object) -> tuple[IndexDesign, pd.DataFrame]:
    names = [f"i{j}" for j in range(x.shape[1])]
    rows = [*zip(names, pillars, strict=True), *((p, "T") for p in sorted(set(pillars)))]
    tree = pd.DataFrame([*rows, ("T", None)], columns=["id", "parent"])
    return IndexDesign(tree, **more), pd.DataFrame(x, columns=names)  # type: ignore[arg-type]


def shares_of(result: IndexResult) -> np.ndarray:
    return importance_shares(result.normalised.to_numpy(), result.scores["T"].to_numpy())


def test_optimised_weights_reach_what_was_asked(x: np.ndarray) -> None:
    for target in ([1, 1, 1], [2, 1, 1], [1.2, 1, 0.9]):
        asked = OptimisedWeights(dict(zip(("i0", "i1", "i2"), map(float, target), strict=True)))
        design, table = through(x, "AAA", weigh=asked)
        result = build_index(table, design)
        assert result.chain.optimised["T"].converged
        assert result.chain.weights["A"].min() >= 0
        assert shares_of(result) == pytest.approx(np.array(target) / np.sum(target), abs=1e-3)


def test_influence_is_of_the_whole_design(x: np.ndarray) -> None:
    design, table = through(x, "AAA", weigh={2: OptimisedWeights()})
    with pytest.raises(ValueError, match="whole design"):
        build_index(table, design)


def test_indicators_have_the_stated_influence_through_their_sub_indices() -> None:
    """Ask for the influence that known weights have, and find those weights."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(300, 1)) + rng.normal(size=(300, 6))
    plain, table = through(x, "AAABBB")
    by = dict(zip(table.columns, [3.0, 1.0, 2.0, 1.0, 1.0, 2.0], strict=True))
    known = build_index(table, IndexDesign(plain.structure, weigh=GivenWeights(by)))
    asked = OptimisedWeights(dict(zip(table.columns, shares_of(known), strict=True)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = build_index(table, IndexDesign(plain.structure, weigh=asked))
    assert result.chain.optimised["T"].converged
    pd.testing.assert_series_equal(result.effective_weights, known.effective_weights, atol=1e-4)


def test_influence_out_of_reach_gives_the_nearest_weights_and_says_so() -> None:
    """No start of another optimiser comes nearer."""
    rng = np.random.default_rng(5)
    base = rng.normal(size=(60, 3))
    x = base[:, rng.integers(0, 3, 8)] * rng.uniform(0.2, 1, 8) + rng.normal(size=(60, 8)) * 0.7
    design, table = through(x, "AAAAABBB", weigh=OptimisedWeights())
    with pytest.warns(UserWarning, match="cannot be reached"):
        result = build_index(table, design)
    assert not result.chain.optimised["T"].converged
    z = result.normalised.to_numpy()

    def misfit(w: np.ndarray) -> float:
        score = z[:, :5] @ w[:5] / w[:5].sum() + z[:, 5:] @ w[5:] / w[5:].sum()
        return float(((importance_shares(z, score) - 1 / 8) ** 2).sum())

    tried = [
        optimize.minimize(misfit, rng.random(8), method="L-BFGS-B", bounds=[(1e-6, None)] * 8).fun
        for _ in range(5)
    ]
    assert ((shares_of(result) - 1 / 8) ** 2).sum() <= min(tried) * 1.01


def test_influence_of_an_indicator_without_spread_is_refused() -> None:
    design, table = through(np.c_[np.arange(9.0), np.ones(9)], "AB", weigh=OptimisedWeights())
    with pytest.raises(ValueError, match="spread"):
        build_index(table, design)


def test_factor_weights_are_those_of_the_model() -> None:
    """Loading / uniqueness, scaled: Thomson's regression scores of one factor."""
    rng = np.random.default_rng(2)
    loading, n = np.array([0.9, 0.7, 0.5, 0.4]), 200_000
    x = rng.normal(size=(n, 1)) * loading + rng.normal(size=(n, 4)) * np.sqrt(1 - loading**2)
    names = ("a", "b", "c", "d")
    expected = loading / (1 - loading**2)
    weight = FactorWeights().weights(x * [1, 10, 100, 1000], np.ones(4), names, Arithmetic())
    assert weight == pytest.approx(expected / expected.sum(), abs=0.01)
    holed = x[:2000].copy()
    holed[::7, 2] = np.nan
    known = FactorWeights().weights(holed[~np.isnan(holed[:, 2])], np.ones(4), names, Arithmetic())
    assert FactorWeights().weights(holed, np.ones(4), names, Arithmetic()) == pytest.approx(known)


def test_factor_weights_that_do_not_exist_are_refused(x: np.ndarray) -> None:
    rule = Arithmetic()
    assert FactorWeights().weights(x[:, :1], GIVEN[:1], C[:1], rule).tolist() == [1]
    for table, names, reason in (
        (x[:, :2], C[:2], "three children"),
        (x * [1, -1, 1], C, "negative weights"),
        (np.c_[x[:, :2], np.ones(500)], C, "no constant"),
    ):
        with pytest.raises(ValueError, match=reason):
            FactorWeights().weights(table, np.ones(len(names)), names, rule)
