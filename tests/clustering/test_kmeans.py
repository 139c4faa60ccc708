"""k-means against scikit-learn's own, and the properties of what it returns."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

from sia.clustering import kmeans
from sia.clustering.kmeans import kmeans_labels
from sia.clustering.regions import within_squares


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    """Work as the callers do: threads that wait for each other cost more than they bring."""
    with threadpool_limits(limits=1):
        yield


def _noise(n: int, width: int = 8, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, width))


@pytest.mark.parametrize(("n", "margin"), [(70, 0.0), (400, 0.0), (2000, 0.002)])
def test_no_worse_than_twenty_whole_starts_on_data_without_types(n: int, margin: float) -> None:
    z = _noise(n)
    peer = KMeans(6, n_init=20, random_state=0).fit(z).inertia_
    assert within_squares(z, kmeans_labels(z, 6, None, seed=1)) <= (1 + margin) * peer + 1e-6


def test_planted_groups_are_found_exactly() -> None:
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 5, 300)
    z = 10 * rng.normal(size=(5, 6))[truth] + rng.normal(size=(300, 6))
    assert adjusted_rand_score(truth, kmeans_labels(z, 5, 20, seed=1)) == 1.0


def test_same_seed_same_labels() -> None:
    z = _noise(150)
    assert np.array_equal(kmeans_labels(z, 4, 5, seed=9), kmeans_labels(z, 4, 5, seed=9))


@settings(max_examples=30, deadline=None)
@given(
    n=st.integers(6, 60), k=st.integers(2, 6), doubles=st.integers(1, 5), seed=st.integers(0, 99)
)
def test_every_type_has_units_and_none_lies_nearer_another(
    n: int, k: int, doubles: int, seed: int
) -> None:
    z = np.repeat(_noise(n, 3, seed), doubles, axis=0)
    labels = kmeans_labels(z, k, 2, seed)
    assert set(labels) == set(range(k))
    centres = np.stack([z[labels == one].mean(axis=0) for one in range(k)])
    distance = ((z[:, None] - centres) ** 2).sum(axis=2)
    own = distance[np.arange(len(z)), labels]
    assert (own <= distance.min(axis=1) + 1e-9).all()


def test_as_many_types_as_distinct_units() -> None:
    z = np.repeat(_noise(4, 2), 10, axis=0)
    assert within_squares(z, kmeans_labels(z, 4, 3, seed=0)) == pytest.approx(0, abs=1e-9)


def test_many_units_take_whole_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kmeans, "LARGE", 100)
    z = _noise(150)
    peer = KMeans(6, n_init=kmeans.WHOLE, random_state=3).fit(z).labels_
    assert np.array_equal(kmeans_labels(z, 6, None, seed=3), peer)
