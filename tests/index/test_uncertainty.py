"""Robustness runs: against a plain loop, and independent of blocks, threads and order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sia.errors import InputError
from sia.index import (
    Arithmetic,
    Choices,
    DataError,
    Geometric,
    GivenWeights,
    IndexDesign,
    Median,
    MedianImputation,
    MinMax,
    NoImputation,
    PercentileRank,
    RecordedDraws,
    SkewKurtosis,
    WeightNoise,
    ZScore,
    build_index,
    sensitivity,
    uncertainty,
)
from sia.index.choices import prepare_noise
from sia.index.uncertainty_analysis import joint_share, prepare, random_plan

STRUCTURE = pd.DataFrame(
    [
        ("a", "D", 1, 1.0, 1),
        ("b", "D", 1, 2.0, -1),
        ("c", "E", 1, 1.0, 1),
        ("d", "E", 1, 3.0, 1),
        ("e", "E", 1, 1.0, 1),
        ("D", "I", 2, 1.0, 1),
        ("E", "I", 2, 2.0, 1),
        ("I", None, 3, 1.0, 1),
    ],
    columns=["id", "parent", "level", "weight", "direction"],
)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    x = rng.lognormal(2, 1, (24, 5))
    x[rng.random(x.shape) < 0.08] = np.nan
    return pd.DataFrame(x, columns=list("abcde"), index=[f"u{i}" for i in range(24)])


@pytest.mark.parametrize("gaps", [True, False])
@pytest.mark.parametrize("rule", [Arithmetic(), Geometric(), Median()])
def test_every_draw_equals_building_that_index(
    table: pd.DataFrame, gaps: bool, rule: Arithmetic
) -> None:
    """Rebuild each draw with build_index: options, weights and the indicator left out."""
    values = table if gaps else table.fillna(table.median())
    choices = Choices(
        normalise=(MinMax(1, 100), PercentileRank()),
        aggregate=(rule,),
        impute=(NoImputation(), MedianImputation()),
        treat=(SkewKurtosis(),),
        weights=WeightNoise(0.3),
        leave_out=True,
    )
    design = IndexDesign(STRUCTURE, minimum_share={2: 0.4, "*": 0.0})
    if isinstance(rule, Geometric):
        choices = replace(choices, normalise=(MinMax(1, 100),))
    result = uncertainty(values, design, draws=25, seed=4, choices=choices)
    rng = np.random.default_rng([4, 0])
    engine = prepare(values, design, choices, None, None, 10**9, None, 4, 25, rng)
    plan = random_plan(engine, choices, 25, rng)
    nominal = build_index(values, design).ranks["I"]
    for draw in range(25):
        weights = {}
        for node in design.hierarchy.nodes:
            drawn = dict(zip(node.children, engine.tables[node.id][draw], strict=True))
            left = plan.left_out[draw]
            if left >= 0:
                drawn.pop(design.hierarchy.indicators[left], None)
            full = {c: drawn.get(c, 0.0) for c in node.children}
            weights[node.id] = GivenWeights(full)
        one = replace(
            design,
            normalise=choices.normalise[plan.step["normalise"][draw]],
            aggregate=rule,
            impute=choices.impute[plan.step["impute"][draw]],
            treat=choices.treat[0],
            weigh=weights,
        )
        ranks = build_index(values, one).ranks["I"]
        shift = (ranks - nominal).abs().astype(float).mean()
        assert result.draws.loc[draw, "shift"] == pytest.approx(shift)


def test_blocks_threads_and_repeats_do_not_matter(
    table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    design = IndexDesign(STRUCTURE, impute=MedianImputation())
    people = pd.DataFrame(300.0, index=table.index, columns=table.columns)
    error = DataError({"a": 1000.0, "c": 1000.0}, {"a": 5, "d": 5})
    more = {"draws": 60, "seed": 3, "denominators": people, "error": error}
    first = uncertainty(table, design, **more)
    small = uncertainty(table, design, **more, memory_limit=100_000)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    single = uncertainty(table, design, **more)
    for other in (small, single):
        pd.testing.assert_frame_equal(first.units, other.units, check_exact=True)
        pd.testing.assert_frame_equal(first.draws, other.draws, check_exact=True)


def test_summary_by_hand(table: pd.DataFrame) -> None:
    design = IndexDesign(STRUCTURE, impute=MedianImputation())
    result = uncertainty(table, design, draws=200, choices=Choices.weights_only(), seed=1)
    units = result.units
    assert list(units.index) == list(table.index)
    assert (units["rank_p05"] <= units["rank_p50"]).all()
    assert (units["rank_p50"] <= units["rank_p95"]).all()
    assert units["rank"].tolist() == build_index(table, design).ranks["I"].tolist()
    assert units["p_top10"].sum() == pytest.approx(10, abs=0.01)
    assert units["p_top_quartile"].sum() == pytest.approx(6, abs=0.01)
    assert units["rank_mean"].mean() == pytest.approx(12.5, abs=0.01)


@given(st.integers(1, 8), st.integers(1, 30), st.integers(0, 2**16))
def test_the_joint_share_counts_the_draws_in_which_nobody_before_fails(
    n: int, draws: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    fails, order = rng.random((draws, n)) < 0.2, rng.integers(0, 3, n).astype(float)
    order[rng.random(n) < 0.1] = np.nan
    found = joint_share(fails, order)
    for unit in range(n):
        before = order <= order[unit]
        right = (~fails[:, before].any(axis=1)).mean() if before.any() else np.nan
        assert found[unit] == pytest.approx(right, nan_ok=True)


def test_the_surest_units_lie_in_the_quarter_together(table: pd.DataFrame) -> None:
    units = uncertainty(table.dropna(), IndexDesign(STRUCTURE), draws=200).units
    inside = units[units["p_top_quartile"] >= 0.5].sort_values("p_top_quartile", ascending=False)
    assert (inside["p_joint"] <= inside["p_top_quartile"] + 1e-12).all()
    assert inside["p_joint"].is_monotonic_decreasing


def test_nothing_varies_nothing_moves(table: pd.DataFrame) -> None:
    result = uncertainty(table, IndexDesign(STRUCTURE), draws=5, choices=Choices.none())
    assert (result.draws["shift"] == 0).all()
    assert (result.units["rank_p05"] == result.units["rank_p95"]).all()


def test_units_without_a_score_stay(table: pd.DataFrame) -> None:
    holed = table.copy()
    holed.iloc[2] = np.nan
    choices = Choices(impute=(NoImputation(),))
    result = uncertainty(holed, IndexDesign(STRUCTURE), draws=40, choices=choices)
    assert result.units.loc["u2"].drop("p_scored").isna().all()
    assert result.units.loc["u2", "p_scored"] == 0
    assert result.units.drop(index="u2").notna().all().all()
    assert result.draws["shift"].notna().all()


def test_frozen_reference_holds_in_every_draw(table: pd.DataFrame) -> None:
    design = IndexDesign(STRUCTURE, reference=table, normalise=ZScore())
    whole = uncertainty(table, design, draws=20, choices=Choices.weights_only())
    assert (whole.draws["shift"] >= 0).all()
    part = uncertainty(table.iloc[:5], design, draws=20, choices=Choices.weights_only())
    assert part.units["rank"].max() <= 5


def test_binomial_noise_has_the_binomial_spread() -> None:
    values = pd.DataFrame({"a": [20.0, 2.0], "b": [50.0, 0.0]})
    people = pd.DataFrame({"a": [400.0, 30.0], "b": [1000.0, 20.0]})
    noise = prepare_noise(DataError({"a": 100, "b": 100}), values, people)
    assert noise is not None
    rng = np.random.default_rng(0)
    drawn = np.stack([noise.draw(rng) for _ in range(6000)])
    p = values.to_numpy() / 100
    expected = 100 * np.sqrt(p * (1 - p) / people.to_numpy())
    assert np.allclose(drawn.mean(axis=0), values, atol=4 * expected.max() / np.sqrt(6000))
    assert np.allclose(drawn.std(axis=0), expected, rtol=0.06)
    assert drawn.min() >= 0 and drawn.max() <= 100


def test_rounding_to_five_has_variance_four() -> None:
    values = pd.DataFrame({"n": [100.0, np.nan, 500.0]})
    noise = prepare_noise(DataError(rounded={"n": 5}), values, None)
    assert noise is not None
    rng = np.random.default_rng(0)
    drawn = np.stack([noise.draw(rng)[:, 0] for _ in range(20_000)])
    assert np.isnan(drawn[:, 1]).all()
    assert np.abs(drawn[:, 0] - 100).max() == 4
    assert drawn[:, 0].var() == pytest.approx(4, rel=0.05)
    assert drawn[:, 2].mean() == pytest.approx(500, abs=0.1)


def test_published_margins_become_standard_errors() -> None:
    values = pd.DataFrame({"a": [10.0, 20.0]})
    error = DataError(lower=values - 1.959964, upper=values + 1.959964)
    noise = prepare_noise(error, values, None)
    assert noise is not None
    rng = np.random.default_rng(0)
    drawn = np.stack([noise.draw(rng)[:, 0] for _ in range(8000)])
    assert np.allclose(drawn.std(axis=0), 1.0, rtol=0.04)


def drawn_from(error: DataError, values: pd.DataFrame, n: pd.DataFrame | None = None) -> np.ndarray:
    noise = prepare_noise(error, values, n)
    assert noise is not None
    rng = np.random.default_rng(0)
    return np.stack([noise.draw(rng)[:, 0] for _ in range(8000)])


def test_margins_of_unequal_length_are_given_back() -> None:
    """The published margins are the 2.5 and 97.5 % points, the figure is the median."""
    values = pd.DataFrame({"a": [10.0, 50.0, 50.0]})
    lower, upper = values.sub([1.0, 9.0, 0.0], axis=0), values.add([9.0, 1.0, 4.0], axis=0)
    drawn = drawn_from(DataError(lower=lower, upper=upper), values)
    found = np.quantile(drawn, [0.025, 0.5, 0.975], axis=0)
    assert found[0] == pytest.approx(lower["a"], abs=0.6)
    assert found[1] == pytest.approx(values["a"], abs=0.2)
    assert found[2] == pytest.approx(upper["a"], abs=0.6)


def test_a_unit_without_margins_has_the_binomial_error() -> None:
    values = pd.DataFrame({"a": [20.0, 20.0, 20.0]})
    lower = values.sub([1.96, np.nan, 1.96], axis=0)
    upper = values.add([1.96, 1.96, np.nan], axis=0)
    below = pd.DataFrame({"a": [100.0, 100.0, np.nan]})
    drawn = drawn_from(DataError({"a": 100}, lower=lower, upper=upper), values, below)
    assert drawn.std(axis=0) == pytest.approx([1.0, 4.0, 0.0], rel=0.04)
    assert np.unique(drawn[:, 2]).tolist() == [20.0]
    rounded = DataError({"a": 100}, {"a": 5}, lower=lower, upper=upper)
    assert drawn_from(rounded, values, below)[:, 0].std() == pytest.approx(1.0, rel=0.04)


def test_a_figure_outside_its_margins_is_named() -> None:
    values = pd.DataFrame({"a": [10.0, 20.0], "b": [1.0, 2.0]}, index=["u0", "u1"])
    for shift in ({"u1": (3.0, 9.0)}, {"u1": (-9.0, -3.0)}):
        lower, upper = values - 1.0, values + 1.0
        lower.loc["u1", "a"] = 20.0 + shift["u1"][0]
        upper.loc["u1", "a"] = 20.0 + shift["u1"][1]
        with pytest.raises(InputError, match="buiten haar eigen marges") as caught:
            prepare_noise(DataError(lower=lower, upper=upper), values, None)
        assert [(p.rij, p.kolom) for p in caught.value.problems] == [("u1", "a")]
    with pytest.raises(ValueError, match="below lower"):
        prepare_noise(DataError(lower=values + 1, upper=values - 1), values, None)


def test_refusals(table: pd.DataFrame) -> None:
    design = IndexDesign(STRUCTURE)
    with pytest.raises(ValueError, match="needs denominators"):
        uncertainty(table, design, error=DataError({"a": 100}))
    with pytest.raises(ValueError, match="unknown indicators"):
        uncertainty(table, design, error=DataError(rounded={"z": 5}))
    with pytest.raises(ValueError, match="not an aggregate"):
        uncertainty(table, design, node="a")
    with pytest.raises(ValueError, match="at least 1"):
        uncertainty(table, design, draws=0)


def test_own_choices_have_their_share_of_the_draws(table: pd.DataFrame) -> None:
    design = IndexDesign(STRUCTURE)
    choices = Choices(own=0.5)
    draws = uncertainty(table, design, draws=4000, choices=choices, seed=2).draws
    for step in ("normalise", "aggregate", "impute", "treat"):
        share = draws[step].value_counts(normalize=True).sort_index()
        assert share[0] == pytest.approx(0.5, abs=0.03)
        assert np.allclose(share[1:], 0.5 / (len(share) - 1), atol=0.03)
    assert (draws["left_out"] == "").mean() == pytest.approx(0.5, abs=0.03)
    with pytest.raises(ValueError, match="between 0 and 1"):
        Choices(own=1.5)


@given(st.floats(0, 1, exclude_max=True), st.integers(1, 6), st.none() | st.floats(0, 1))
def test_every_uniform_number_is_an_option(u: float, count: int, own: float | None) -> None:
    picked = Choices(own=own).pick(np.array([u]), count)
    assert 0 <= picked[0] < count


def test_printing_leaves_half_a_unit_open() -> None:
    values = pd.DataFrame({"km": [0.5, 1.2, np.nan], "other": [1.0, 2.0, 3.0]})
    noise = prepare_noise(DataError(printed={"km": 0.1}), values, None)
    assert noise is not None
    rng = np.random.default_rng(0)
    drawn = np.stack([noise.draw(rng) for _ in range(4000)])
    away = drawn[:, :2, 0] - values["km"].to_numpy()[:2]
    assert np.abs(away).max() <= 0.05
    assert away.std() == pytest.approx(0.1 / np.sqrt(12), rel=0.05)
    assert np.isnan(drawn[:, 2, 0]).all()
    assert (drawn[:, :, 1] == values["other"].to_numpy()).all()
    assert prepare_noise(DataError(), values, None) is None
    with pytest.raises(ValueError, match="above 0"):
        DataError(printed={"km": 0.0})


def test_recorded_draws_are_used_in_turn(table: pd.DataFrame) -> None:
    """Each draw is the index of that version of the figures; other indicators stay."""
    rng = np.random.default_rng(8)
    versions = [table[["a", "c"]] * rng.uniform(0.5, 2, (24, 2)) for _ in range(5)]
    draws = pd.concat({d: v.sample(frac=1, random_state=d) for d, v in enumerate(versions)})
    design = IndexDesign(STRUCTURE)
    found = uncertainty(
        table, design, draws=10, choices=Choices.none(), error=RecordedDraws(draws), node="I"
    )
    ranks = pd.concat([build_index(table.assign(**v), design).ranks["I"] for v in versions], axis=1)
    expected = ranks.astype(float).mean(axis=1)
    assert found.units["rank_mean"].to_numpy() == pytest.approx(expected, nan_ok=True)
    shares = sensitivity(
        table, design, samples=8, choices=Choices.none(), error=RecordedDraws(draws), bootstrap=2
    )
    assert shares.indices.index.tolist() == ["data_error"]


def test_recorded_draws_that_do_not_fit_are_refused(table: pd.DataFrame) -> None:
    whole = pd.concat({0: table, 1: table})
    for wrong, reason in (
        (table, "two levels"),
        (whole.iloc[:0], "have rows"),
        (pd.concat([whole, whole]), "twice"),
        (whole.fillna(np.inf), "infinite"),
    ):
        with pytest.raises(ValueError, match=reason):
            RecordedDraws(wrong)
    with pytest.raises(ValueError, match="unknown indicators"):
        RecordedDraws(whole.assign(z=1.0)).prepare(table)
    with pytest.raises(ValueError, match="no row"):
        RecordedDraws(whole.iloc[:-1]).prepare(table)
