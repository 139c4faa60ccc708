"""Shapley values: axioms, known games, and the sampled version."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sia.index import (
    Arithmetic,
    GeneralisedMean,
    Geometric,
    Harmonic,
    IndexDesign,
    Median,
    MinMax,
    build_index,
    shapley,
)

RULES = [Arithmetic(), Geometric(), Harmonic(), GeneralisedMean(-2.0), Median()]
W = np.array([1.0, 2.0, 0.5, 1.0])


def by_definition(x: np.ndarray, r: np.ndarray, rule: Arithmetic) -> np.ndarray:
    """Average marginal contribution over all orders (Shapley 1953), one unit."""
    total = np.zeros(x.size)
    orders = list(permutations(range(x.size)))
    for order in orders:
        here = r.copy()
        before = rule.combine(here[None], W)[0]
        for c in order:
            here[c] = x[c]
            after = rule.combine(here[None], W)[0]
            total[c] += after - before
            before = after
    return total / len(orders)


@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=15, deadline=None)
@given(x=arrays(float, 4, elements=st.floats(1, 100)), r=arrays(float, 4, elements=st.floats(1, 9)))
def test_definition(rule: Arithmetic, x: np.ndarray, r: np.ndarray) -> None:
    found = shapley(x[None], r[None], W, rule)
    assert np.allclose(found.value[0], by_definition(x, r, rule), atol=1e-8)
    whole = rule.combine(x[None], W) - rule.combine(r[None], W)
    assert np.allclose(found.value.sum(axis=1), whole, atol=1e-8)
    assert not found.error.any()


def test_arithmetic_is_the_weighted_difference() -> None:
    x, r = np.array([[1.0, 2.0, 3.0, 4.0]]), np.zeros((1, 4))
    assert np.allclose(shapley(x, r, W, Arithmetic()).value, x * W / W.sum())


@pytest.mark.parametrize("rule", RULES)
def test_a_child_at_the_reference_or_missing_adds_nothing(rule: Arithmetic) -> None:
    x = np.array([[2.0, np.nan, 5.0, 7.0]])
    r = np.array([[3.0, np.nan, 5.0, 4.0]])
    value = shapley(x, r, W, rule).value[0]
    assert value[1] == 0
    assert value[2] == pytest.approx(0, abs=1e-12)


def test_sampled_values_sum_exactly_and_lie_within_their_error() -> None:
    rng = np.random.default_rng(0)
    x, r, w = rng.uniform(1, 9, (3, 8)), rng.uniform(1, 9, (3, 8)), rng.uniform(0.5, 2, 8)
    exact = shapley(x, r, w, Geometric())
    sampled = shapley(x, r, w, Geometric(), exact_up_to=4, permutations=600, seed=1)
    assert np.allclose(sampled.value.sum(axis=1), exact.value.sum(axis=1), atol=1e-10)
    assert (sampled.error > 0).all()
    assert (np.abs(sampled.value - exact.value) <= 5 * sampled.error + 1e-12).all()
    again = shapley(x, r, w, Geometric(), exact_up_to=4, permutations=600, seed=1)
    assert np.array_equal(sampled.value, again.value)


def test_the_part_of_a_domain_is_the_sum_of_its_indicators() -> None:
    structure = pd.DataFrame(
        {
            "id": ["a", "b", "c", "D", "E", "I"],
            "parent": ["D", "D", "E", "I", "I", None],
        }
    )
    rng = np.random.default_rng(2)
    values = pd.DataFrame(rng.random((12, 3)), columns=list("abc"))
    design = IndexDesign(
        structure, normalise=MinMax(1, 100), aggregate={2: Arithmetic(), 3: Geometric()}
    )
    result = build_index(values, design)
    x = result.scores[["D", "E"]].to_numpy()
    reference = result.normalised.mean()
    r = np.array([[reference[["a", "b"]].mean(), reference["c"]]]).repeat(12, axis=0)
    parts = shapley(x, r, np.ones(2), Geometric()).value
    assert np.allclose(result.contributions[["a", "b"]].sum(axis=1), parts[:, 0])
    assert np.allclose(result.contributions["c"], parts[:, 1])


def test_origin_of_contributions() -> None:
    structure = pd.DataFrame({"id": ["a", "b", "I"], "parent": ["I", "I", None]})
    values = pd.DataFrame({"a": [0.0, 1.0, 5.0], "b": [2.0, 0.0, 1.0]})
    zero = build_index(values, IndexDesign(structure))
    assert np.allclose(zero.contributions.sum(axis=1), zero.scores["I"])
    assert (zero.baseline["I"] == 0).all()
    mean = build_index(values, IndexDesign(structure, origin="mean"))
    assert mean.baseline["I"].nunique() == 1
    assert mean.baseline["I"].iloc[0] == pytest.approx(mean.scores["I"].mean())
    assert np.allclose(mean.contributions.mean(), 0)
