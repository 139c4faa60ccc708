"""Sobol indices on a function with known answers; leaving out; swapping weights."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sia.index import (
    Arithmetic,
    Choices,
    DataError,
    EqualWeights,
    Geometric,
    GivenWeights,
    IndexDesign,
    MinMax,
    PercentileRank,
    ZScore,
    build_index,
    leave_one_out,
    sensitivity,
    sobol_indices,
    weight_swap,
)

STRUCTURE = pd.DataFrame(
    {
        "id": ["a", "b", "c", "D", "E", "I"],
        "parent": ["D", "D", "E", "I", "I", None],
        "weight": [1, 2, 1, 1, 1, 1],
        "direction": [1, -1, 1, 1, 1, 1],
    }
)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(rng.gamma(2, size=(30, 3)), columns=list("abc"))


def test_ishigami_function() -> None:
    """Ishigami & Homma (1990), a = 7, b = 0.1: the standard test of Saltelli et al. (2010)."""
    a, b, n = 7.0, 0.1, 20_000
    rng = np.random.default_rng(0)
    first, second = rng.uniform(-np.pi, np.pi, (2, n, 3))

    def y(x: np.ndarray) -> np.ndarray:
        return np.sin(x[:, 0]) + a * np.sin(x[:, 1]) ** 2 + b * x[:, 2] ** 4 * np.sin(x[:, 0])

    mixed = []
    for j in range(3):
        x = first.copy()
        x[:, j] = second[:, j]
        mixed.append(y(x))
    found = sobol_indices(y(first), y(second), np.array(mixed), bootstrap=200)
    variance = a**2 / 8 + b * np.pi**4 / 5 + b**2 * np.pi**8 / 18 + 0.5
    s1 = 0.5 * (1 + b * np.pi**4 / 5) ** 2 / variance
    s2 = a**2 / 8 / variance
    total = [1 - s2, s2, 8 * b**2 * np.pi**8 / 225 / variance]
    assert np.allclose(found["first"], [s1, s2, 0], atol=0.03)
    assert np.allclose(found["total"], total, atol=0.03)
    for name, exact in (("first", [s1, s2, 0]), ("total", total)):
        low, high = found[f"{name}_low"] - 0.01, found[f"{name}_high"] + 0.01
        assert ((low <= exact) & (exact <= high)).all()


def test_constant_output_has_no_indices() -> None:
    found = sobol_indices(np.ones(9), np.ones(9), np.ones((2, 9)), bootstrap=3)
    assert found.isna().all().all()


def test_factors_of_an_index(table: pd.DataFrame) -> None:
    choices = Choices(
        normalise=(MinMax(), ZScore(), PercentileRank()), aggregate=(), impute=(), treat=()
    )
    people = pd.DataFrame(500.0, index=table.index, columns=table.columns)
    result = sensitivity(
        table,
        IndexDesign(STRUCTURE),
        samples=64,
        choices=choices,
        denominators=people,
        error=DataError({"a": 100.0}),
        bootstrap=50,
        seed=2,
    )
    assert list(result.indices.index) == ["normalise", "weights", "leave_out", "data_error"]
    assert result.runs == 64 * 6
    assert result.indices.loc["leave_out", "total"] == result.indices["total"].max()
    assert (result.indices["total_low"] <= result.indices["total_high"]).all()
    again = sensitivity(
        table,
        IndexDesign(STRUCTURE),
        samples=64,
        choices=choices,
        denominators=people,
        error=DataError({"a": 100.0}),
        bootstrap=50,
        seed=2,
        memory_limit=10_000,
    )
    pd.testing.assert_frame_equal(result.indices, again.indices, check_exact=True)
    with pytest.raises(ValueError, match="nothing varies"):
        sensitivity(table, IndexDesign(STRUCTURE), choices=Choices.none())


def test_leaving_out_equals_rebuilding(table: pd.DataFrame) -> None:
    design = IndexDesign(STRUCTURE, normalise={"*": MinMax(), "c": ZScore()})
    found = leave_one_out(table, design)
    assert list(found.index) == ["a", "b", "c"]
    smaller = STRUCTURE[~STRUCTURE["id"].isin(["c", "E"])]
    ranks = build_index(table, IndexDesign(smaller)).ranks["I"].astype(float)
    full = build_index(table, design).ranks["I"].astype(float)
    assert found.loc["c", "mean_shift"] == pytest.approx((ranks - full).abs().mean())
    assert found.loc["c", "max_shift"] == (ranks - full).abs().max()


def test_leaving_out_by_weight_zero_equals_building_anew(table: pd.DataFrame) -> None:
    gaps = table.mask(np.random.default_rng(4).random(table.shape) < 0.15)
    for aggregation in (Arithmetic(), {"I": Geometric()}):
        design = IndexDesign(
            STRUCTURE, normalise=MinMax(1, 100), aggregate=aggregation, minimum_share=0.5
        )
        found = leave_one_out(gaps, design)
        full = build_index(gaps, design).scores["I"]
        for name, gone in (("a", ["a"]), ("b", ["b"]), ("c", ["c", "E"])):
            smaller = IndexDesign(
                STRUCTURE[~STRUCTURE["id"].isin(gone)],
                normalise=MinMax(1, 100),
                aggregate=aggregation,
                minimum_share=0.5,
            )
            anew = build_index(gaps, smaller).scores["I"]
            both = full.notna() & anew.notna()
            moved = full[both].rank(ascending=False) - anew[both].rank(ascending=False)
            assert found.loc[name, "mean_shift"] == pytest.approx(moved.abs().mean())
            assert found.loc[name, "max_shift"] == moved.abs().max()


def test_swapping_weights_ends_at_the_other_design(table: pd.DataFrame) -> None:
    first = IndexDesign(STRUCTURE)
    second = IndexDesign(
        STRUCTURE, weigh={"I": GivenWeights({"D": 9, "E": 1}), "D": EqualWeights()}
    )
    swap = weight_swap(table, first, second, steps=5)
    assert swap.curve.index.tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert swap.curve.loc[0.0, "mean_shift"] == 0
    assert swap.ranks[0.0].tolist() == build_index(table, first).ranks["I"].tolist()
    assert swap.ranks[1.0].tolist() == build_index(table, second).ranks["I"].tolist()
