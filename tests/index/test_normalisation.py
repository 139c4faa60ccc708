"""Normalisers against their formulas, on ties, gaps and other units."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from sia.index import (
    ExponentialIMD,
    Goalposts,
    IndexDesign,
    MinMax,
    NoNormalisation,
    NormalScores,
    PercentileRank,
    RankScore,
    ZScore,
    build_index,
    normalise,
)

X = np.array([[4.0], [1.0], [np.nan], [4.0], [10.0]])
UP, DOWN = np.array([1.0]), np.array([-1.0])
RULES = [
    MinMax(),
    ZScore(),
    PercentileRank(),
    RankScore(),
    Goalposts(0, 8),
    ExponentialIMD(),
    ExponentialIMD(extra=1),
    NormalScores(),
    NoNormalisation(),
]


def run(rule: object, direction: np.ndarray = UP, **more: object) -> list[float]:
    return rule.fit(X, direction, **more).transform(X)[:, 0].tolist()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("rule", "up", "down"),
    [
        (MinMax(), [100 / 3, 0, np.nan, 100 / 3, 100], [200 / 3, 100, np.nan, 200 / 3, 0]),
        (MinMax(1, 10), [4, 1, np.nan, 4, 10], [7, 10, np.nan, 7, 1]),
        (PercentileRank(), [1 / 3, 0, np.nan, 1 / 3, 1], [1 / 3, 1, np.nan, 1 / 3, 0]),
        (
            PercentileRank(ties="average", scale=100),
            [50, 0, np.nan, 50, 100],
            [50, 100, np.nan, 50, 0],
        ),
        (RankScore(), [2, 1, np.nan, 2, 4], [2, 4, np.nan, 2, 1]),
        (RankScore(ties="max"), [3, 1, np.nan, 3, 4], [3, 4, np.nan, 3, 1]),
        (Goalposts(0, 8), [0.5, 0.125, np.nan, 0.5, 1], [0.5, 0.875, np.nan, 0.5, 0]),
        (
            Goalposts(0, 8, 100, truncate=False),
            [50, 12.5, np.nan, 50, 125],
            [50, 87.5, np.nan, 50, -25],
        ),
        (NoNormalisation(), [4, 1, np.nan, 4, 10], [-4, -1, np.nan, -4, -10]),
    ],
)
def test_formula(rule: object, up: list[float], down: list[float]) -> None:
    assert run(rule) == pytest.approx(up, nan_ok=True)
    assert run(rule, DOWN) == pytest.approx(down, nan_ok=True)


def test_zscore_uses_the_sample_standard_deviation() -> None:
    values = np.array([4.0, 1.0, 4.0, 10.0])
    expected = (values - values.mean()) / values.std(ddof=1)
    assert np.delete(run(ZScore()), 2) == pytest.approx(expected)


LEARNT = [rule for rule in RULES if not isinstance(rule, Goalposts | NoNormalisation)]


@pytest.mark.parametrize("rule", LEARNT)
@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize(
    "column", [[5.0] * 5, [0.1 + 0.2, 0.3, 0.3, np.nan, 0.3], [np.nan, 2.0, np.nan]]
)
def test_constant_gives_missing(rule: MinMax, sign: float, column: list[float]) -> None:
    """Nothing that is learnt from units without differences gives a score, whatever the rule."""
    x = np.array(column)[:, None]
    fitted = rule.fit(x, np.array([sign]))
    assert np.isnan(fitted.transform(x)).all()
    assert np.isnan(fitted.transform(x + 1.0)).all()


@pytest.mark.parametrize("rule", LEARNT)
def test_constant_is_flagged(rule: MinMax) -> None:
    x = pd.DataFrame({"x": [5.0] * 10, "y": np.arange(1.0, 11.0)})
    tree = pd.DataFrame({"id": ["x", "y", "T"], "parent": ["T", "T", None]})
    result = build_index(x, IndexDesign(tree, normalise=rule))
    assert (result.flags["x"] == "ontbreekt: geen spreiding").all()
    assert result.scores["T"].notna().all()


@pytest.mark.parametrize("rule", RULES)
def test_batches_equal_one_by_one(rule: MinMax) -> None:
    rng = np.random.default_rng(0)
    x = np.round(rng.random((3, 8, 2)) * 9 + 1)
    x[1, 2, 1] = np.nan
    sign = np.array([1.0, -1.0])
    together = rule.fit_transform(x, sign)
    for draw in range(3):
        assert np.allclose(together[draw], rule.fit_transform(x[draw], sign), equal_nan=True)


@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=20, deadline=None)
@given(
    x=arrays(float, (7, 1), elements=st.integers(1, 9).map(float) | st.just(np.nan)),
    sign=st.sampled_from([1.0, -1.0]),
)
def test_never_against_the_direction(rule: MinMax, x: np.ndarray, sign: float) -> None:
    y = rule.fit_transform(x, np.array([sign]))[:, 0]
    both = ~np.isnan(y)
    order = np.argsort(sign * x[both, 0], kind="stable")
    assert (np.diff(y[both][order]) >= -1e-12).all()
    assert np.isnan(y[np.isnan(x[:, 0])]).all()


@pytest.mark.parametrize("rule", RULES)
def test_fitted_on_others(rule: MinMax) -> None:
    """The fitted units themselves get the same score through the frozen norms."""
    table = pd.DataFrame({"a": [3.0, 1.0, 2.0, 2.0, 8.0]})
    whole = normalise(table, rule)
    part = normalise(table.iloc[1:3], rule, reference=table)
    assert np.allclose(whole.iloc[1:3], part)


def test_beyond_a_frozen_reference() -> None:
    base = pd.DataFrame({"a": [1.0, 2.0, 3.0]})
    new = pd.DataFrame({"a": [0.0, 2.5, 9.0]})
    assert normalise(new, PercentileRank(), reference=base)["a"].tolist() == [0, 1, 1]
    assert normalise(new, MinMax(), reference=base)["a"].tolist() == [-50, 75, 400]


def test_logarithmic_goalposts() -> None:
    post = Goalposts(100, 75_000, logarithm=True)
    y = post.fit_transform(np.array([[100.0], [75_000.0], [2738.6127875258], [1.0]]), UP)
    assert y[:, 0] == pytest.approx([0, 1, 0.5, 0])
    with pytest.raises(ValueError, match="above 0"):
        Goalposts(0, 1, logarithm=True)


def test_normal_scores_are_quantiles_of_ranks() -> None:
    expected = stats.norm.ppf(np.array([2.5, 1, np.nan, 2.5, 4]) / 5)
    assert run(NormalScores()) == pytest.approx(expected, nan_ok=True)
    assert run(NormalScores(), DOWN) == pytest.approx(-expected, nan_ok=True)
    base = pd.DataFrame({"a": [1.0, 2.0, 3.0]})
    beyond = normalise(pd.DataFrame({"a": [0.0, 9.0]}), NormalScores(), reference=base)["a"]
    assert beyond.tolist() == pytest.approx(stats.norm.ppf([0.25, 0.75]))
