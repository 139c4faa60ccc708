"""Silhouettes in pieces."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import silhouette_samples

from sia.clustering import components


def test_in_pieces_as_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    z, labels = rng.normal(size=(600, 5)), np.arange(600) % 3 * 4
    monkeypatch.setattr(components, "MEGABYTES", 1)
    found = components.silhouettes(z, labels)
    np.testing.assert_allclose(found, silhouette_samples(z, labels), atol=1e-12)


def test_alone_in_its_type_and_doubles_are_zero() -> None:
    z = np.array([[0.0, 0], [1, 0], [5, 5], [1, 0]])
    assert components.silhouettes(z, np.array([0, 0, 1, 0]))[2] == 0
    assert (components.silhouettes(np.zeros((4, 2)), np.array([0, 0, 1, 1])) == 0).all()
