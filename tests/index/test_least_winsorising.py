"""Winsorising no further than needed: what it promises, held against brute force."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sia.index import LeastWinsorising, SkewKurtosis, kurtosis, skewness, treat

Array = npt.NDArray[np.float64]
RULE = LeastWinsorising()
NUMBERS = st.one_of(
    st.sampled_from([0.0, 1.0, 2.0, 5.0]),
    st.floats(-10.0, 10.0, allow_subnormal=False),
    st.sampled_from([-300.0, -40.0, 40.0, 90.0, 300.0, 5000.0]),
)
VECTORS = st.lists(st.one_of(NUMBERS, st.just(float("nan"))), min_size=4, max_size=30)


def passing(x: Array) -> bool:
    g1, g2 = skewness(x[:, None])[0], kurtosis(x[:, None])[0]
    return bool(abs(g1) < 2.0 or g2 < 3.5)


def treated(rows: Array) -> Array:
    return RULE.decide(rows).apply(rows)


@settings(max_examples=60, deadline=None)
@given(others=VECTORS, steps=st.lists(st.floats(-400.0, 6000.0), min_size=2, max_size=12))
def test_raising_a_value_never_lowers_it_after_treatment(
    others: list[float], steps: list[float]
) -> None:
    known = [v for v in others if not np.isnan(v)]
    own = np.sort(np.array([*steps, *known, *(v + 0.5 for v in known)]))
    rows = np.column_stack([own, np.tile(others, (len(own), 1))])
    after = treated(rows)[:, 0]
    assert (np.diff(after) >= -1e-9).all()
    order = np.argsort(rows, axis=1)
    sorted_after = np.take_along_axis(treated(rows), order, axis=1)
    assert not (np.diff(sorted_after, axis=1) < 0).any(), "the order of units stays"


@pytest.mark.parametrize("low", [3.0, 5.0, 8.0])
def test_raising_a_value_where_kurtosis_rises_and_falls_along_the_path(low: float) -> None:
    """Skewness just above 2 beside a low outlier: there a lower bound may have more kurtosis."""
    found = 0
    for many in range(20, 60, 12):
        base = np.concatenate(
            [np.linspace(0.0, 0.02, many), np.linspace(1.0, 1.05, 4), [-low / 10]]
        )
        own = np.linspace(-1.0, 4.0, 150)
        rows = np.column_stack([own, np.tile(base, (len(own), 1))])
        decided = RULE.decide(rows)
        found += int(np.isfinite(decided.high).sum())
        assert (np.diff(decided.apply(rows)[:, 0]) >= -1e-9).all()
    assert found > 15


def test_the_rule_is_just_met_and_a_higher_bound_fails() -> None:
    rng = np.random.default_rng(5)
    clipped = 0
    for sign in (1.0, -1.0):
        for _ in range(60):
            x = sign * np.exp(rng.normal(size=int(rng.integers(12, 80))) * rng.uniform(0.6, 1.6))
            step = RULE.fit(x)
            if passing(x):
                assert step.fitted.idle
                assert step.action == "geen"
                continue
            if step.fitted.idle:
                assert step.passed is False
                assert not passing(np.clip(x, *np.sort(x)[[5, -6]])), "five points do not do"
                continue
            clipped += 1
            high, low = step.fitted.high, step.fitted.low
            assert step.passed
            assert 1 <= step.winsorised_high + step.winsorised_low <= 5
            assert passing(step.fitted.apply(x))
            wider = 1e-5 * float(np.ptp(x))
            assert not passing(np.clip(x, low - wider, high + wider))
            # never further than COINr, which goes on to the next value
            coinr = SkewKurtosis(transform=None).fit(x)
            assert coinr.fitted.high <= high
            assert coinr.fitted.low >= low
    assert clipped > 20


def test_values_at_the_border_of_the_rule_move_without_a_jump() -> None:
    base = np.arange(1.0, 21.0)
    own = np.linspace(20.0, 200.0, 2_000)
    rows = np.column_stack([np.tile(base, (len(own), 1)), own])
    after = treated(rows)[:, -1]
    assert np.diff(after).max() <= np.diff(own).max() + 1e-9
    assert after[-1] == pytest.approx(after[-2])
    assert 20.0 < after[-1] < 200.0
    assert SkewKurtosis(transform=None).fit(rows[-1]).fitted.high == 20.0


def test_more_than_outliers_is_left_alone_and_said_so() -> None:
    zeros = np.zeros(120)
    zeros[:7] = [3.0, 4.0, 5.0, 6.0, 7.0, 80.0, 90.0]
    rare = np.zeros(40)
    rare[:3] = [1.0, 2.0, 3.0]
    for x in (zeros, rare):
        step = RULE.fit(x)
        assert step.fitted.idle
        assert step.passed is False
    constant = RULE.fit(np.full(9, 2.0))
    assert constant.fitted.idle
    assert constant.passed is None


def test_unit_of_the_indicator_and_gaps_do_not_matter() -> None:
    x = np.array([*range(1, 21), 90.0, 140.0])
    plain = treated(x[None])[0]
    for gain, shift in ((1e-6, 0.0), (1e5, 1e9), (-3.0, 7.0)):
        moved = treated((gain * x + shift)[None])[0]
        assert np.allclose((moved - shift) / gain, plain, rtol=1e-6)
    holed = treated(np.insert(x, 3, np.nan)[None])[0]
    assert np.isnan(holed[3])
    assert np.allclose(np.delete(holed, 3), plain)


def test_log_names_the_unit_and_both_values() -> None:
    table = pd.DataFrame({"x": [*range(1, 11), 100.0]}, index=list("abcdefghijk"))
    done = treat(table, RULE)
    assert done.log[["unit", "action", "before"]].values.tolist() == [
        ["k", "hoog gewinsoriseerd", 100.0]
    ]
    assert 10.0 < done.log["after"].iloc[0] < 100.0
    assert done.indicators.loc["x", "winsorised_high"] == 1
    with pytest.raises(ValueError, match="winmax"):
        LeastWinsorising(winmax=0)
