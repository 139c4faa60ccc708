"""No mean of few people follows from what is published: an attacker tries every group."""

from __future__ import annotations

from itertools import chain, combinations

import numpy as np

from sia.pockets.disclosure import may_be_shown

MINIMUM = 100.0


def derivable(published: np.ndarray, people: np.ndarray) -> list[tuple[int, ...]]:
    """Return every group of too few people whose sum is a combination of what is published."""
    places = range(len(people))
    every = chain.from_iterable(combinations(places, n) for n in range(1, len(people)))
    rank, found = np.linalg.matrix_rank(published), []
    for group in every:
        if people[list(group)].sum() < MINIMUM:
            wanted = np.isin(places, group).astype(float)
            if np.linalg.matrix_rank(np.vstack([published, wanted])) == rank:
                found.append(group)
    return found


def planted(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return means, buurten and people: two buurten with pockets, and one over their border."""
    rng = np.random.default_rng(seed)
    people = rng.choice([5.0, 15.0, 40.0, 70.0, 120.0, 400.0], 9)
    buurt, unknown = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1]), rng.random(9) < 0.25
    pockets = np.array([np.isin(range(9), rng.choice(9, 2)) for _ in range(2)])
    pockets[1] &= ~pockets[0]
    hosts = [np.isin(buurt, buurt[pocket]) for pocket in pockets]
    rest = np.array([host & ~pocket for host, pocket in zip(hosts, pockets, strict=True)])
    public = np.array([buurt == 0, buurt == 1])
    return np.concatenate([pockets, rest]) & ~unknown, public, people


def test_an_attacker_finds_no_small_group_in_fifty_cities():
    leaks = 0
    for seed in range(50):
        cells, public, people = planted(seed)
        large = cells[cells @ people >= MINIMUM]
        leaks += bool(derivable(np.concatenate([large, public]), people))
        shown = cells[may_be_shown(cells, public, people, MINIMUM)]
        left = derivable(np.concatenate([shown, public]), people)
        assert left == derivable(public, people), seed
    assert leaks >= 10, "the attacker must be able to find something"


def test_subtraction_takes_the_rest_and_leaves_the_deel_buurt():
    pocket, rest, public = [[1, 0, 0]], [[0, 1, 0]], [[1, 1, 1]]
    cells = np.array(pocket + rest, dtype=bool)
    everyone = np.array(public, dtype=bool)
    for left, shown in ((75.0, [True, False]), (0.0, [True, True]), (100.0, [True, True])):
        people = np.array([370.0, 3540.0, left])
        assert may_be_shown(cells, everyone, people, MINIMUM).tolist() == shown
