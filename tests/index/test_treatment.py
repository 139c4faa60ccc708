"""Outlier treatment: what is done, how it is logged, and that it can be applied elsewhere."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sia.index import (
    NoTreatment,
    SkewKurtosis,
    kurtosis,
    skewness,
    treat,
)


def column(*values: float) -> pd.DataFrame:
    return pd.DataFrame({"x": np.array(values, dtype=float)})


def test_moments_against_scipy() -> None:
    rng = np.random.default_rng(0)
    x = rng.gamma(1.0, size=(40, 3))
    x[3, 1] = np.nan
    for j in range(3):
        seen = x[~np.isnan(x[:, j]), j]
        assert skewness(x)[j] == pytest.approx(stats.skew(seen, bias=False))
        assert kurtosis(x)[j] == pytest.approx(stats.kurtosis(seen, bias=False))
    assert np.isnan(skewness(np.full((9, 1), 0.1)))[0]
    assert np.isnan(kurtosis(x[:3]))[0]


def test_low_outlier_is_winsorised_upward() -> None:
    done = treat(column(*range(1, 11), -100), SkewKurtosis())
    assert done.values["x"].iloc[-1] == 1
    assert done.log["action"].tolist() == ["laag gewinsoriseerd"]
    assert done.indicators.loc["x", "winsorised_low"] == 1


def test_points_go_one_by_one_to_the_next_value() -> None:
    done = treat(column(*range(1, 21), 90, 100), SkewKurtosis())
    assert done.values["x"].tolist()[-2:] == [20, 20]
    assert done.indicators.loc["x", "winsorised_high"] == 2
    assert done.indicators.loc["x", "passed"]


def test_winmax_stops_and_the_transform_starts_from_the_original() -> None:
    values = column(*np.linspace(1, 2, 60), *(1e3 * 2.0 ** np.arange(8)))
    done = treat(values, SkewKurtosis(winmax=5))
    x = values["x"]
    assert np.allclose(done.values["x"], np.log(x - x.min() + 0.01 * (x.max() - x.min())))
    assert treat(values, SkewKurtosis(winmax=None)).indicators.loc["x", "passed"]


def test_ties_move_together() -> None:
    done = treat(column(*range(1, 31), 500, 500), SkewKurtosis())
    assert done.values["x"].max() == 30


def test_gaps_and_untestable_columns_are_left_alone() -> None:
    for values in (column(1, 1, 1, 1, 1), column(1, np.nan, 3), column(np.nan, np.nan)):
        done = treat(values, SkewKurtosis())
        assert done.values.equals(values)
        assert done.log.empty
        assert done.indicators["passed"].isna().all()
    holed = column(*range(1, 11), 100, np.nan)
    assert np.isnan(treat(holed, SkewKurtosis()).values["x"].iloc[-1])


def test_a_logarithm_alone() -> None:
    x = np.array([1.0, 1.5, 2.0, 2.5, 3.0, 900.0])
    done = treat(column(*x), SkewKurtosis(winmax=0))
    assert np.allclose(done.values["x"], np.log(x - 1 + 8.99))
    assert len(done.log) == 6


def test_applied_to_other_units() -> None:
    base = column(*range(1, 11), 100)
    new = column(0, 5, 1000)
    assert treat(new, SkewKurtosis(), base).values["x"].tolist() == [0, 5, 10]
    assert treat(new, NoTreatment(), base).values.equals(new)
