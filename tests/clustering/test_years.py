"""The same type keeps its number; a change that noise explains is not a change."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sia.clustering.matching import match_centres, match_labels
from sia.clustering.typology import Typology
from sia.clustering.years import (
    change,
    same_places,
    transitions,
    type_shares,
)
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


def test_real_changes_exceed_noise_and_are_listed():
    data = panel()
    model = Typology(TypologySettings(n_types=3)).fit(data)
    noise = np.random.default_rng(1).normal(0, 1, (40, 120, 2))
    found = change(model, data, noise, 2020, 2022)
    assert found.gewijzigd == pytest.approx(0.1)
    assert found.door_ruis < 0.01 and found.boven_ruis > 0.9
    listed = found.buurten[found.buurten["gewijzigd"]]
    assert list(listed.index) == CODES[:6]
    assert listed["overtuigend"].all()


def test_changes_by_noise_alone_are_called_noise():
    data = panel(moved=0, noise=18)
    model = Typology(TypologySettings(n_types=3)).fit(data)
    noise = np.random.default_rng(1).normal(0, 18, (60, 120, 2))
    found = change(model, data, noise, 2020, 2022)
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


@given(st.permutations([1, 2, 3, 4, 5]))
@settings(max_examples=40, deadline=None)
def test_matching_labels_undoes_any_permutation(order):
    old = pd.Series(np.arange(50) % 5 + 1, index=range(50), dtype="Int64")
    scrambled = old.map(dict(zip(range(1, 6), order, strict=True))).astype("Int64")
    assert (match_labels(old, scrambled) == old).all()


def test_new_types_get_the_next_free_number():
    old = pd.DataFrame({"a": [0.0, 10.0]}, index=[1, 2])
    new = pd.DataFrame({"a": [9.0, 30.0, 1.0]}, index=[1, 2, 3])
    assert match_centres(old, new).tolist() == [2, 3, 1]
    fewer = match_centres(new, old)
    assert fewer.is_unique and fewer.tolist() == [3, 1]


def test_unknown_types_stay_unknown_when_matched():
    old = pd.Series([1, 1, 2, 2], dtype="Int64")
    new = pd.Series([2, 2, 1, pd.NA], dtype="Int64")
    assert match_labels(old, new).tolist()[:3] == [1, 1, 2]
    assert pd.isna(match_labels(old, new).iloc[3])


def test_places_are_followed_by_border_and_not_by_code():
    rows = {
        "BU99990000": ("gelijk", "BU99990000", "Zelfde code, zelfde grens."),
        "BU99990001": ("hergebruikte code", "BU99990002", "Let op: een ander gebied."),
        "BU99990002": ("vervallen", "BU99990002", "Deze code bestaat niet meer."),
        "BU99990009": ("hergecodeerd", "BU99990001", "Zelfde grens; de code was BU99990001."),
    }
    told = pd.DataFrame.from_dict(
        rows, orient="index", columns=["soort", "oude_codes", "toelichting"]
    )
    old = pd.Index(["BU99990000", "BU99990001", "BU99990002"])
    found = same_places(told, old)
    assert found.now.to_dict() == {
        "BU99990000": "BU99990000",
        "BU99990001": "BU99990009",
        "BU99990002": "",
    }
    assert found.reden["BU99990001"] == "" and "niet meer" in found.reden["BU99990002"]
    assert found.soort["BU99990001"] == "hergecodeerd"
