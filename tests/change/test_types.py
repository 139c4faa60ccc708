"""A change of type that noise explains is not a change."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sia.change.types import transitions, type_change, type_shares
from sia.clustering.typology import Typology
from sia.methode import TypologySettings

CODES = [f"BU9999{i:04d}" for i in range(60)]


def panel(moved: int = 6, noise: float = 1.0, seed: int = 0) -> pd.DataFrame:
    """Two years of three far-apart types; the first `moved` buurten really change type."""
    rng = np.random.default_rng(seed)
    centres = np.array([[80.0, 80], [50, 20], [20, 20]])
    first = np.arange(60) % 3
    second = first.copy()
    second[:moved] = (first[:moved] + 1) % 3
    years = {}
    for year, types in ((2020, first), (2022, second)):
        values = centres[types] + rng.normal(0, noise, (60, 2))
        years[year] = pd.DataFrame(values, index=CODES, columns=["sociaal", "wonen"])
    return pd.concat(years, names=["jaar", "buurtcode"])


def test_transitions_count_every_buurt_once():
    data = panel()
    types = Typology(TypologySettings(n_types=3)).fit(data).table_["type"]
    types.iloc[-1] = pd.NA
    matrix = transitions(types, 2020, 2022)
    assert matrix.to_numpy().sum() == 60
    assert matrix["geen type"].sum() == 1
    off = matrix.drop(index="geen type", columns="geen type").to_numpy()
    assert off.sum() - np.trace(off) == 6


def test_real_changes_exceed_noise():
    data = panel()
    model = Typology(TypologySettings(n_types=3)).fit(data)
    noise = np.random.default_rng(1).normal(0, 1, (40, 120, 2))
    found = type_change(model, data, noise, 2020, 2022, 0.8)
    assert found.gewijzigd == pytest.approx(0.1)
    assert found.door_ruis < 0.01 and found.boven_ruis > 0.9
    sure = found.buurten["overtuigend"]
    assert list(sure.index[sure]) == CODES[:6]


def test_changes_by_noise_alone_are_called_noise():
    data = panel(moved=0, noise=18)
    model = Typology(TypologySettings(n_types=3)).fit(data)
    noise = np.random.default_rng(1).normal(0, 18, (60, 120, 2))
    found = type_change(model, data, noise, 2020, 2022, 0.8)
    assert found.gewijzigd > 0.1
    assert found.door_ruis > 0.5 * found.gewijzigd
    assert found.boven_ruis < 0.5
    assert found.buurten.loc[~found.buurten["gewijzigd"], "overtuigend"].sum() == 0


def test_shares_sum_to_one_and_need_noise_of_the_right_shape():
    data = panel()
    model = Typology(TypologySettings(n_types=3)).fit(data)
    shares = type_shares(model, data, np.zeros((2, 120, 2)))
    assert np.allclose(shares.sum(axis=1), 1)
    with pytest.raises(ValueError, match="n_draws"):
        type_shares(model, data, np.zeros((2, 3, 2)))
