"""Imputation: what fills a gap, and that nothing else changes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sia.index import (
    EM,
    DomainImputation,
    GroupImputation,
    MeanImputation,
    MedianImputation,
    NearestNeighbours,
    NoImputation,
    impute,
    impute_panel,
)

GROUPS = pd.Series(["p", "p", "q", "q", None, "p"])
IMPUTERS = [
    NoImputation(),
    MeanImputation(),
    MedianImputation(),
    GroupImputation(GROUPS),
    DomainImputation(),
    DomainImputation("median"),
    NearestNeighbours(2),
]


@pytest.mark.parametrize("how", IMPUTERS)
@settings(max_examples=15, deadline=None)
@given(x=arrays(float, (6, 3), elements=st.integers(-9, 9).map(float) | st.just(np.nan)))
def test_present_values_are_untouched(how: MeanImputation, x: np.ndarray) -> None:
    filled = impute(pd.DataFrame(x, columns=list("abc")), how).to_numpy()
    known = ~np.isnan(x)
    assert np.array_equal(filled[known], x[known])
    empty = ~known.any(axis=0)
    assert np.isnan(filled[:, empty]).all()


def test_by_hand() -> None:
    table = pd.DataFrame(
        {"a": [1.0, 3.0, 10.0, np.nan, np.nan, np.nan], "b": [0.0, 4, 8, 2, 6, np.nan]}
    )
    assert impute(table, MeanImputation())["a"].tolist()[3:] == pytest.approx([14 / 3] * 3)
    assert impute(table, MedianImputation())["a"].tolist()[3:] == [3, 3, 3]
    group = impute(table, GroupImputation(GROUPS))["a"]
    assert group[3] == 10 and np.isnan(group[4]) and group[5] == 2
    falls = impute(table, GroupImputation(GROUPS, "median", fallback=MedianImputation()))["a"]
    assert falls[4] == 3
    weighted = GroupImputation(GROUPS, weights=pd.Series([3.0, 1, 1, 1, 1, 1]))
    assert impute(table, weighted)["a"][5] == 1.5


def test_domain_mean_on_a_min_max_scale_with_directions() -> None:
    """COINr: scale to 0-1 in the indicator's direction, take the row mean, scale back."""
    table = pd.DataFrame({"a": [0.0, 10, np.nan], "b": [100.0, 0, 25], "z": [1.0, 2, 3]})
    filled = impute(table, DomainImputation(), {"b": -1}, {"a": "D", "b": "D", "z": "E"})
    assert filled.loc[2, "a"] == pytest.approx(7.5)


def test_nearest_neighbours() -> None:
    table = pd.DataFrame({"a": [0.0, 0.1, 5, 5.1], "b": [1.0, 2, 9, np.nan]})
    assert impute(table, NearestNeighbours(1)).loc[3, "b"] == 9
    tied = pd.DataFrame({"a": [0.0, 2, 1], "b": [1.0, 3, np.nan]})
    assert impute(tied, NearestNeighbours(1)).loc[2, "b"] == 2


def test_em_only_fills_gaps() -> None:
    rng = np.random.default_rng(4)
    x = rng.normal(size=(60, 4))
    x[rng.random(x.shape) < 0.1] = np.nan
    filled = impute(pd.DataFrame(x), EM()).to_numpy()
    known = ~np.isnan(x)
    assert np.array_equal(filled[known], x[known])
    assert not np.isnan(filled).any()


def test_em_recovers_a_linear_relation() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=300)
    table = pd.DataFrame({"a": x, "b": 3 * x + 0.1 * rng.normal(size=300)})
    truth = table["b"].copy()
    table.loc[rng.random(300) < 0.3, "b"] = np.nan
    filled = impute(table, EM(ridge=0.0))
    gap = table["b"].isna()
    assert (filled["b"] - truth)[gap].abs().max() < 0.5
    with pytest.raises(ValueError, match="not converged"):
        impute(table, EM(iterations=1))


def test_panel() -> None:
    index = pd.MultiIndex.from_product([["u", "v"], [2020, 2021, 2024]])
    panel = pd.DataFrame({"a": [1.0, np.nan, 5, np.nan, 2, np.nan]}, index=index)
    latest = impute_panel(panel)["a"]
    assert latest.tolist()[:3] == [1, 1, 5]
    assert np.isnan(latest.iloc[3]) and latest.iloc[5] == 2
    assert np.isnan(impute_panel(panel, maximum_gap=2)["a"].iloc[5])
    assert impute_panel(panel, "linear")["a"].iloc[1] == 2
    assert np.isnan(impute_panel(panel, "linear")["a"].iloc[5])
    turned = panel.iloc[::-1]
    assert impute_panel(turned)["a"].iloc[::-1].equals(latest)


def test_panel_em_uses_the_units_own_level() -> None:
    rng = np.random.default_rng(1)
    level = rng.normal(size=60) * 10
    index = pd.MultiIndex.from_product([range(60), [2020, 2021, 2022]])
    truth = np.repeat(level, 3) + rng.normal(size=180)
    panel = pd.DataFrame({"a": truth, "b": rng.normal(size=180)}, index=index)
    panel.loc[(slice(0, 20), 2022), "a"] = np.nan
    filled = impute_panel(panel, "em", em=EM(ridge=1e-4))["a"].to_numpy()
    gap = panel["a"].isna().to_numpy()
    assert np.corrcoef(filled[gap], truth[gap])[0, 1] > 0.95
