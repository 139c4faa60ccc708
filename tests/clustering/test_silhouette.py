"""Silhouettes against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import silhouette_samples

from sia.clustering.silhouette import BLOCK, silhouettes


@pytest.mark.parametrize("n", [8, BLOCK, BLOCK + 1, 3 * BLOCK + 17])
def test_equal_to_scikit_learn_across_blocks(n: int) -> None:
    rng = np.random.default_rng(n)
    z, labels = rng.normal(size=(n, 5)), np.arange(n) % 3 * 4
    np.testing.assert_allclose(silhouettes(z, labels), silhouette_samples(z, labels), atol=1e-12)


def test_alone_in_its_type_and_doubles_are_zero() -> None:
    z = np.array([[0.0, 0], [1, 0], [5, 5], [1, 0]])
    found = silhouettes(z, np.array([0, 0, 1, 0]))
    assert found[2] == 0
    np.testing.assert_allclose(found, silhouette_samples(z, [0, 0, 1, 0]), atol=1e-7)
    assert (silhouettes(np.zeros((4, 2)), np.array([0, 0, 1, 1])) == 0).all()
