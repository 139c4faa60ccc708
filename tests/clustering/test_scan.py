"""The scan: honest p-values without a pocket, power with one, whatever neighbours share."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse import linalg

from sia.clustering.noise import Noise, Zone, estimate_noise, neighbour_mean
from sia.clustering.scan import is_connected, refine, scan, scan_border
from sia.methode import ScanSettings

FAST = ScanSettings(permutations=399)
NO_EDGES = np.zeros((0, 2), dtype=np.int64)


def zone(rows: int, columns: int, rng: np.random.Generator, rho: float = 0.0) -> Zone:
    place = np.arange(rows * columns).reshape(rows, columns)
    edges = np.concatenate(
        [
            np.stack([place[:, :-1].ravel(), place[:, 1:].ravel()], axis=1),
            np.stack([place[:-1].ravel(), place[1:].ravel()], axis=1),
        ]
    )
    n = rows * columns
    system = sparse.csc_array(sparse.eye_array(n) - rho * neighbour_mean(edges, n))
    score = linalg.spsolve(system, rng.normal(size=n))
    middle = np.stack([np.arange(n) % columns, np.arange(n) // columns], axis=1) * 100.0
    return Zone(score, rng.uniform(20, 70, n), edges, middle)


def planted(rng: np.random.Generator, effect: float) -> tuple[Zone, np.ndarray]:
    base = zone(8, 8, rng)
    members = np.zeros(64, dtype=bool)
    members[[18, 19, 20, 26, 27, 28]] = True
    return Zone(base.score + effect * members, base.weight, base.edges, base.place), members


@pytest.mark.parametrize("rho", [0.0, 0.6])
def test_without_a_pocket_p_values_are_not_too_small(rho):
    rng = np.random.default_rng(11)
    zones = [zone(int(rng.integers(6, 9)), int(rng.integers(6, 9)), rng, rho) for _ in range(40)]
    noise = estimate_noise(zones, rng)
    assert noise.rho == pytest.approx(rho, abs=0.15)
    p = np.array([scan(one, noise, ScanSettings(permutations=199), rng).p for one in zones])
    assert (p <= 0.05).mean() <= 0.12
    assert (p <= 0.2).mean() <= 0.32


def test_resemblance_of_neighbours_ignored_would_give_false_alarms():
    rng = np.random.default_rng(2)
    zones = [zone(8, 8, rng, 0.8) for _ in range(40)]
    noise = estimate_noise(zones, rng)
    naive = Noise(0.0, noise.floor, noise.per_weight, noise.unequal, rng.normal(size=2000))
    fast = ScanSettings(permutations=99)
    honest = np.mean([scan(one, noise, fast, rng).p <= 0.05 for one in zones])
    wrong = np.mean([scan(one, naive, fast, rng).p <= 0.05 for one in zones])
    assert honest <= 0.15 < wrong


def test_a_strong_pocket_is_found_and_its_border_refined():
    rng = np.random.default_rng(4)
    others = [zone(8, 8, rng) for _ in range(30)]
    noise = estimate_noise(others, rng)
    hits, overlap = 0, []
    for _ in range(10):
        here, truth = planted(rng, 3.5)
        found = scan(here, noise, FAST, rng)
        hits += found.p < 0.01
        members = refine([here], NO_EDGES, found.members, noise, FAST)
        assert is_connected(members, here.edges)
        overlap.append((members & truth).sum() / (members | truth).sum())
    assert hits >= 9
    assert np.mean(overlap) > 0.7


def test_a_pocket_on_one_side_does_not_make_a_border_pocket():
    rng = np.random.default_rng(6)
    noise = estimate_noise([zone(8, 8, rng) for _ in range(30)], rng)
    crossing = np.stack([np.arange(7, 64, 8), np.arange(0, 64, 8)], axis=1)
    shift = np.array([800.0, 0.0])
    one_sided, both = [], []
    for _ in range(10):
        left, right = zone(8, 8, rng), zone(8, 8, rng)
        right = Zone(right.score, right.weight, right.edges, right.place + shift)
        lift = np.zeros(64)
        lift[[22, 23, 30, 31, 38, 39]] = 4
        raised = Zone(left.score + lift, left.weight, left.edges, left.place)
        one_sided.append(scan_border(raised, right, crossing, noise, FAST, rng).p)
        mirror = lift.reshape(8, 8)[:, ::-1].ravel()
        other = Zone(right.score + mirror, right.weight, right.edges, right.place)
        both.append(scan_border(raised, other, crossing, noise, FAST, rng).p)
    assert np.mean(np.array(one_sided) < 0.05) <= 0.2
    assert np.mean(np.array(both) < 0.01) >= 0.9


def test_bounds_on_weight_are_kept_by_scan_and_refinement():
    rng = np.random.default_rng(8)
    noise = estimate_noise([zone(8, 8, rng) for _ in range(5)], rng)
    strict = ScanSettings(minimum=400, permutations=49)
    here, _ = planted(rng, 3)
    found = scan(here, noise, strict, rng)
    members = refine([here], NO_EDGES, found.members, noise, strict)
    for group in (found.members, members):
        assert 400 <= here.weight[group].sum() <= here.weight.sum() / 3
    impossible = scan(here, noise, ScanSettings(minimum=1e6), rng)
    assert impossible.p == 1 and not impossible.members.any()
