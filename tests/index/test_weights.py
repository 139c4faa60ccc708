"""Weights by principal component and by stated importance, verified on the outcome."""

from __future__ import annotations

import numpy as np
import pytest

from sia.index import (
    Arithmetic,
    GivenWeights,
    OptimisedWeights,
    PCAWeights,
    optimise_weights,
)
from sia.index.weights import importance, varimax

C = ("a", "b", "c")
GIVEN = np.ones(3)


@pytest.fixture(scope="module")
def x() -> np.ndarray:
    rng = np.random.default_rng(0)
    common = rng.normal(size=(500, 1))
    return 50 + 10 * (0.5 * common + rng.normal(size=(500, 3)) * [0.5, 1.0, 2.0])


def test_optimised_weights_reach_what_was_asked(x: np.ndarray) -> None:
    for target in ([1, 1, 1], [2, 1, 1], [1.2, 1, 0.9]):
        found = optimise_weights(x, np.array(target, dtype=float))
        goal = np.array(target) / np.sum(target)
        realised = importance(x, found.weights, Arithmetic())
        assert found.converged
        assert found.weights.min() >= 0
        assert realised == pytest.approx(goal, abs=1e-3)


def test_impossible_importance_is_not_called_success(x: np.ndarray) -> None:
    found = optimise_weights(x, np.array([100.0, 1.0, 1.0]))
    assert not found.converged
    assert found.gap > 0.05
    with pytest.raises(ValueError, match="cannot be reached"):
        OptimisedWeights({"a": 100.0}).weights(x, GIVEN, C, Arithmetic())


def test_first_component(x: np.ndarray) -> None:
    weight = PCAWeights().weights(x, GIVEN, C, Arithmetic())
    assert weight.sum() == pytest.approx(1)
    assert weight[0] > weight[1] > weight[2] > 0
    with pytest.raises(ValueError, match="negative weights"):
        PCAWeights().weights(x * [1, -1, 1], GIVEN, C, Arithmetic())
    with pytest.raises(ValueError, match="no constant"):
        PCAWeights().weights(np.c_[x[:, :2], np.ones(500)], GIVEN, C, Arithmetic())


def test_rotated_components_find_the_groups() -> None:
    rng = np.random.default_rng(1)
    f, g = rng.normal(size=(2, 800, 1))
    x = np.c_[f + 0.3 * rng.normal(size=(800, 3)), g + 0.3 * rng.normal(size=(800, 2))]
    names = ("a", "b", "c", "d", "e")
    weight = PCAWeights("rotated").weights(x, np.ones(5), names, Arithmetic())
    assert weight.sum() == pytest.approx(1)
    assert weight == pytest.approx([0.2] * 5, abs=0.03)


def test_varimax_is_a_rotation() -> None:
    loading = np.random.default_rng(0).normal(size=(6, 2))
    turned = varimax(loading)
    assert np.allclose((turned**2).sum(axis=1), (loading**2).sum(axis=1))
    assert (turned**2).var(axis=0).sum() >= (loading**2).var(axis=0).sum()


def test_negative_weights_are_refused() -> None:
    with pytest.raises(ValueError, match="zero or more"):
        GivenWeights({"a": -1.0})
    with pytest.raises(ValueError, match="zero or more"):
        GivenWeights({"a": float("nan")})
