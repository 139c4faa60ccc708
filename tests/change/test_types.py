"""A change of type that doubt explains is not a change."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sia.change.trajectories import judged_change, transitions, yearly_shares

CODES = [f"BU9999{i:04d}" for i in range(60)]


def types(moved: int = 6) -> pd.Series:
    """Return types of two years; the first `moved` buurten have another one in the second."""
    first = np.arange(60) % 3 + 1
    second = first.copy()
    second[:moved] = first[:moved] % 3 + 1
    years = {jaar: pd.Series(kind, CODES) for jaar, kind in ((2020, first), (2022, second))}
    return pd.concat(years, names=["jaar", "buurtcode"]).astype("Int64")


def sure_of(kinds: pd.Series, certainty: float) -> pd.DataFrame:
    """Return the chance of every type: the certainty for its own, the rest for the others."""
    own = np.eye(3)[kinds.to_numpy(dtype=int) - 1]
    return pd.DataFrame(own * certainty + (1 - own) * (1 - certainty) / 2, kinds.index, [1, 2, 3])


def test_transitions_count_every_buurt_once():
    kinds = types()
    kinds.iloc[-1] = pd.NA
    matrix = transitions(kinds, 2020, 2022)
    assert matrix.to_numpy().sum() == 60
    assert matrix["geen type"].sum() == 1
    off = matrix.drop(index="geen type", columns="geen type").to_numpy()
    assert off.sum() - np.trace(off) == 6


def test_changes_of_sure_buurten_exceed_doubt():
    found = judged_change(types(), sure_of(types(), 0.99), 2020, 2022, 0.8)
    assert found.gewijzigd == pytest.approx(0.1)
    assert found.door_ruis < 0.03 and found.boven_ruis > 0.7
    sure = found.buurten["overtuigend"]
    assert list(sure.index[sure]) == CODES[:6]


def test_changes_of_doubtful_buurten_are_not_convincing():
    found = judged_change(types(), sure_of(types(), 0.5), 2020, 2022, 0.8)
    assert found.door_ruis > found.gewijzigd and found.boven_ruis == 0
    assert not found.buurten["overtuigend"].any()


def test_chances_of_going_on_rest_on_every_pair_of_years():
    kinds = pd.DataFrame({2020: [1, 1, 2], 2021: [1, 2, 2], 2022: [1, 2, pd.NA]}, CODES[:3])
    found = SimpleNamespace(
        typen=kinds.astype("Int64"),
        namen={1: "dorp", 2: "stad"},
        panel=SimpleNamespace(jaren=(2020, 2021, 2022)),
    )
    table = yearly_shares(found).set_index("type")
    assert table["buurt-jaren"].to_dict() == {"1. dorp": 3, "2. stad": 2}
    assert table["naar 2 (%)"].round(1).to_dict() == {"1. dorp": 33.3, "2. stad": 100.0}
    found.panel.jaren = (2020,)
    assert yearly_shares(found).empty
