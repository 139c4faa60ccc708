"""The number of types: the planted one when stable, an honest sentence when nothing is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sia.clustering.number import choose_k, clustergram
from sia.errors import InputError
from sia.methode import NumberSettings, TypologySettings

QUICK = NumberSettings(ks=(3, 4, 5, 6), n_bootstrap=12, n_reference=5)


def blobs(n: int, spread: float, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    centres = np.array([[0, 0, 0], [10, 0, 0], [0, 10, 0], [0, 0, 10], [10, 10, 10]])
    x = centres[np.arange(n) % 5] + rng.normal(0, spread, (n, 3))
    return pd.DataFrame(x, index=[f"b{i:04d}" for i in range(n)], columns=list("abc"))


@pytest.mark.parametrize("method", ["kmeans", "ward"])
def test_planted_number_is_found_with_a_reason(method):
    choice = choose_k(blobs(100, 1), TypologySettings(method=method), QUICK)
    assert choice.k == 5
    assert "Daarvan scheidt 5 typen het best" in choice.reden
    assert choice.table.loc[5, "stabiliteit"] > 0.95
    assert choice.table["gekozen"].sum() == 1
    assert choice.table.loc[5, "kleinste"] == 20


def test_noise_has_no_stable_types_and_that_is_said():
    noise = pd.DataFrame(np.random.default_rng(0).normal(size=(60, 6)))
    choice = choose_k(noise, number=QUICK)
    assert not choice.table["stabiel"].any()
    assert choice.reden.startswith("Geen enkel aantal typen")
    assert choice.k == choice.table["stabiliteit"].idxmax()


def test_choice_does_not_depend_on_row_order_and_repeats_exactly():
    data = blobs(60, 3)
    one = choose_k(data, number=QUICK)
    other = choose_k(data.sample(frac=1, random_state=1), number=QUICK)
    pd.testing.assert_frame_equal(one.table, other.table, check_exact=True)


def test_panel_resamples_buurten_with_all_their_years():
    data = blobs(60, 1)
    panel = pd.concat({2020: data, 2022: data}, names=["jaar", "buurtcode"])
    assert choose_k(panel, number=QUICK).k == 5


def test_large_input_is_sampled():
    choice = choose_k(blobs(400, 1), number=NumberSettings(ks=(4, 5), max_rows=150))
    assert choice.table["kleinste"].max() < 150
    assert choice.k == 5


def test_too_few_buurten_are_refused():
    with pytest.raises(InputError, match="te weinig"):
        choose_k(blobs(3, 1))


def test_clustergram_branches_conserve_the_units():
    points, branches = clustergram(blobs(50, 1), ks=(1, 2, 3, 4, 5))
    assert (points.groupby("k")["aantal"].sum() == 50).all()
    assert (branches.groupby("k")["aantal"].sum() == 50).all()
    assert points.loc[points["k"] == 1, "gemiddelde"].abs().max() < 1e-9
    outgoing = branches.groupby(["k", "van"])["aantal"].sum()
    sizes = points.set_index(["k", "type"])["aantal"]
    assert all(count == sizes[(k - 1, t)] for (k, t), count in outgoing.items())
