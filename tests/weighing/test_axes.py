"""SIA on top of the index: two axes, stated weights, a fixed scale beside the city's own."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sia.approach import INTEGRAAL, KOPPELKANSEN, decide
from sia.catalogue.model import DOMAINS
from sia.gemeente import Gemeente
from sia.index import FromNorms
from sia.indicators.norms import QUANTILES
from sia.methode import WeighingSettings
from sia.weighing import (
    CBS_ROUNDING,
    POTENTIE,
    SCORE_COLUMNS,
    URGENTIE,
    data_error,
    goalposts,
    in_euros_of,
    printed_unit,
    too_thin,
    usable_norms,
)
from tests.weighing.handmade import (
    ALL,
    CATALOGUE,
    CORPORATION,
    KANSEN,
    QUICK,
    URGENT,
    city,
    codes,
    norms_of,
    weighed,
)


def test_corporatiebezit_is_part_of_potentie_and_never_of_urgentie() -> None:
    values = city()
    assert CORPORATION in KANSEN
    before = weighed(values).scores
    values[CORPORATION] = values[CORPORATION].to_numpy()[::-1]
    after = weighed(values).scores
    pd.testing.assert_series_equal(before[URGENTIE], after[URGENTIE])
    pd.testing.assert_series_equal(before["rang"], after["rang"])
    assert not np.allclose(before[POTENTIE], after[POTENTIE])


@settings(max_examples=12, deadline=None)
@given(st.floats(0, 100), st.floats(0, 100), st.integers(0, 11))
def test_more_corporatiebezit_never_raises_urgentie_or_makes_a_buurt_urgent(
    low: float, high: float, row: int
) -> None:
    values = city()
    norms = norms_of(values)
    found = []
    for share in (low, high):
        values.iloc[row, list(values.columns).index(CORPORATION)] = share
        scores = weighed(values, norms=norms).scores
        found.append((scores, decide(scores, values[CORPORATION])))
    (first, one), (second, other) = found
    assert first[URGENTIE].equals(second[URGENTIE])
    urgent = {INTEGRAAL, KOPPELKANSEN}
    by_urgency = ("1", "1b", "2a")
    assert (one["regel"].isin(by_urgency) == other["regel"].isin(by_urgency)).all()
    assert set(one.loc[one["regel"].isin(by_urgency), "aanpak"]) <= urgent


def test_unranked_buurt_keeps_its_row_its_gap_and_its_reason() -> None:
    values = city()
    gone = {values.index[3]: "Minder dan 100 inwoners (40)."}
    scores = weighed(values, gone, WeighingSettings(draws=30)).scores
    assert list(scores.index) == list(values.index)
    row = scores.loc[values.index[3]]
    assert not row["gerangschikt"]
    assert row["reden"] == gone[values.index[3]]
    numbers = [c for c in scores if c not in ("gerangschikt", "reden")]
    assert row[numbers].isna().all()
    others = scores.drop(index=values.index[3])
    assert sorted(others["rang"]) == list(range(1, 12))
    assert (others["reden"] == "").all()


def test_unranked_buurt_does_not_move_the_others() -> None:
    values = city()
    norms = norms_of(values)
    gone = values.index[0]
    changed = values.copy()
    changed.loc[gone] = 1e6
    unranked = {gone: "Alleen water."}
    one = weighed(values, unranked, norms=norms).scores
    other = weighed(changed, unranked, norms=norms).scores
    pd.testing.assert_frame_equal(one, other)


EQUAL = WeighingSettings(draws=0, weights=dict.fromkeys(DOMAINS, 1.0))


def test_every_domain_weighs_the_same_whatever_its_number_of_indicators() -> None:
    table = weighed(city(), how=EQUAL).design_table()
    urgent = table[table["as"] == URGENTIE]
    by_domain = urgent.groupby("domein")["nominaal gewicht (%)"].sum()
    assert len(by_domain) == 3
    assert np.allclose(by_domain, 100 / 3)
    assert urgent["effectief gewicht (%)"].sum() == pytest.approx(100)
    for _, inside in urgent.groupby("domein")["nominaal gewicht (%)"]:
        assert np.allclose(inside, inside.iloc[0])


def test_urgentie_is_the_quadratic_mean_of_weighted_domains() -> None:
    scores = weighed(city()).scores
    weights = pd.Series({d: QUICK.weights[d] for d in ("sociaal", "wonen", "veiligheid")})
    squares = (scores[weights.index] ** 2 * weights).sum(axis=1) / weights.sum()
    assert np.allclose(scores[URGENTIE], np.sqrt(squares))


@pytest.mark.parametrize("name", URGENT)
def test_a_score_is_the_share_of_the_norms_that_is_better_off(name: str) -> None:
    values = city(40)
    country = norms_of(city(600, seed=9))
    alone = weighed(values[[name]], norms=country).scores[CATALOGUE[name].domein]
    quantiles = country.loc[name, list(QUANTILES)].to_numpy(dtype=float)
    share = np.interp(values[name], quantiles, np.linspace(0, 100, 101))
    assert np.allclose(alone, share if CATALOGUE[name].richting > 0 else 100 - share)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 500), st.integers(1, 11))
def test_own_figures_unchanged_is_own_score_unchanged(seed: int, fewer: int) -> None:
    values, country = city(), norms_of(city(600, seed=9))
    others = city(seed=seed)
    others.iloc[0] = values.iloc[0]
    first = weighed(values, norms=country).scores
    for changed in (others, others.iloc[: 12 - fewer], others.iloc[::-1], values[list(ALL[::-1])]):
        again = weighed(changed, norms=country).scores
        code = values.index[0]
        assert again.at[code, URGENTIE] == pytest.approx(first.at[code, URGENTIE], abs=1e-9)


@settings(max_examples=20, deadline=None)
@given(st.floats(0.5, 2.0))
def test_what_everyone_earns_more_changes_no_score(growth: float) -> None:
    values, money = city(), [name for name in URGENT if CATALOGUE[name].geld]
    base = norms_of(city(600, seed=9)).assign(bron="land")
    later_values, later = values.copy(), base.copy()
    later_values[money] *= growth
    numbers = [name for name in base if name not in ("bron", "n")]
    later.loc[money, numbers] *= growth
    first = weighed(values, norms=base, base_norms=base).scores[URGENTIE]
    second = weighed(later_values, norms=later, base_norms=base).scores[URGENTIE]
    assert np.allclose(first, second)


def test_money_without_a_known_growth_is_measured_in_its_own_year() -> None:
    columns = ("woningwaarde", *URGENT[1:4])
    base = norms_of(city(600, seed=9, columns=columns)).assign(bron="land")
    own = norms_of(city(columns=columns)).assign(bron="gemeente")
    moved = in_euros_of(base, own, ["woningwaarde"])
    assert moved.loc["woningwaarde"].equals(own.loc["woningwaarde"])
    assert moved.drop(index="woningwaarde").equals(base.drop(index="woningwaarde"))


def test_of_one_figure_no_chance_is_known() -> None:
    scores = weighed(city(21)[[URGENT[0]]], how=WeighingSettings(draws=50)).scores
    assert scores["kans_kwart"].isna().all()


@pytest.mark.parametrize(
    ("taking_part", "thin"),
    [
        (("geluidhinder_buren",), "1 over wonen en fysieke leefomgeving"),
        (URGENT[:4], "4 over sociaal"),
        (URGENT[4:], "over wonen en fysieke leefomgeving, veiligheid"),
        ((), "0 over geen enkel domein"),
        (URGENT, ""),
    ],
)
def test_one_figure_carries_no_rank(taking_part: tuple[str, ...], thin: str) -> None:
    said = too_thin((*taking_part, *KANSEN), CATALOGUE, Gemeente("GM9999", "Proef"))
    assert thin in said and bool(said) == bool(thin)


def test_an_indicator_without_norms_is_left_out_for_that_reason() -> None:
    values = city()
    dropped = weighed(values, norms=norms_of(values).drop(index=URGENT[0])).vervallen
    assert dropped.at[URGENT[0], "reden"] == "Er zijn geen normen voor dit cijfer, dus geen schaal."


def test_contributions_sum_to_the_distance_from_the_mean_unit() -> None:
    result = weighed(city())
    assert result.urgentie is not None
    total = result.contributions.sum(axis=1)
    expected = result.scores[URGENTIE] - result.urgentie.baseline[URGENTIE]
    assert np.allclose(total, expected)


def test_score_on_the_base_year_tells_a_worse_year_and_the_city_view_does_not() -> None:
    first = city()
    worse = first.copy()
    for name in URGENT:
        worse[name] = first[name] + 5.0 * CATALOGUE[name].richting
    base = norms_of(first)
    then = weighed(first, norms=base).scores
    now = weighed(worse, norms=norms_of(worse), base_norms=base).scores
    own = weighed(worse, norms=norms_of(worse)).scores
    assert (now[URGENTIE] >= then[URGENTIE]).all()
    assert now[URGENTIE].mean() > then[URGENTIE].mean() + 3
    assert np.allclose(now["urgentie_stad"], then["urgentie_stad"]), "relative to the city"
    assert np.allclose(own[URGENTIE], then[URGENTIE]), "its own norms hide the change"


def test_city_view_runs_from_least_to_most_urgent_value_of_this_city() -> None:
    values = city(columns=URGENT[:1])
    scores = weighed(values).scores["urgentie_stad"]
    assert scores.min() == 0
    assert scores.max() == 100


def test_without_data_on_potentie_it_is_missing_and_urgentie_is_not() -> None:
    result = weighed(city(columns=URGENT))
    assert result.potentie is None
    assert result.scores[POTENTIE].isna().all()
    assert result.scores[URGENTIE].notna().all()
    assert set(SCORE_COLUMNS) <= set(result.scores.columns)


def test_without_data_on_urgentie_nothing_is_ranked_and_the_reason_is_given() -> None:
    scores = weighed(city(columns=KANSEN)).scores
    assert scores[POTENTIE].notna().all()
    assert not scores["gerangschikt"].any()
    assert set(scores["reden"]) == {"Te weinig cijfers voor een score."}


def test_buurt_without_any_figure_gets_the_reason_and_no_rank() -> None:
    values = city()
    values.iloc[2] = np.nan
    row = weighed(values).scores.iloc[2]
    assert not row["gerangschikt"]
    assert row["reden"] == "Te weinig cijfers voor een score."
    assert np.isnan(row[URGENTIE])


def test_missing_figure_is_neither_zero_nor_the_worst() -> None:
    values = city()
    name = URGENT[0]
    gap, norms = values.copy(), norms_of(values)
    gap.iloc[4, list(values.columns).index(name)] = np.nan
    with_gap = weighed(gap, norms=norms).scores["sociaal"].iloc[4]
    others = [weighed(values[[n]], norms=norms).scores["sociaal"].iloc[4] for n in URGENT[1:4]]
    assert with_gap == pytest.approx(np.mean(others))


def test_one_buurt_is_first_and_has_no_city_to_be_compared_with() -> None:
    norms = norms_of(city())
    result = weighed(city(1), norms=norms, how=WeighingSettings(draws=20))
    row = result.scores.iloc[0]
    assert row["rang"] == 1
    assert (row["rang_p05"], row["rang_p95"], row["kans_kwart"]) == (1, 1, 0)
    assert np.isnan(row["urgentie_stad"])


@pytest.mark.parametrize(("buurten", "someone"), [(2, False), (3, False), (4, True)])
def test_fewer_than_four_buurten_have_no_most_urgent_quarter(buurten: int, someone: bool) -> None:
    norms = norms_of(city(12))
    scores = weighed(city(buurten), norms=norms, how=WeighingSettings(draws=20)).scores
    assert scores["kans_kwart"].notna().all()
    assert bool(scores["kans_kwart"].any()) is someone


def test_nobody_ranked_gives_a_table_with_all_buurten_and_their_reasons() -> None:
    values = city(3)
    reasons = dict.fromkeys(values.index, "Alleen water.")
    result = weighed(values, reasons, WeighingSettings(draws=20))
    assert list(result.scores.index) == list(values.index)
    assert result.scores["rang"].isna().all()
    assert (result.scores["reden"] == "Alleen water.").all()
    assert result.urgentie is None
    assert result.design_table().empty
    assert result.treatment_table().empty


def test_empty_city_gives_an_empty_table() -> None:
    result = weighed(city(3).iloc[:0], norms=norms_of(city(3)))
    assert result.scores.empty
    assert set(SCORE_COLUMNS) <= set(result.scores.columns)


def test_indicator_without_spread_is_dropped_and_named() -> None:
    values = city()
    values[URGENT[0]] = 7.0
    result = weighed(values)
    assert result.vervallen.at[URGENT[0], "reden"] == "Alle buurten hebben dezelfde waarde."
    assert URGENT[0] not in result.contributions


@settings(max_examples=15, deadline=None)
@given(st.permutations(range(12)), st.permutations(range(len(ALL))))
def test_order_of_rows_and_columns_is_irrelevant(rows: list[int], columns: list[int]) -> None:
    values, norms = city(), norms_of(city())
    plain = weighed(values, norms=norms).scores
    mixed = weighed(values.iloc[rows, columns], norms=norms).scores.loc[values.index]
    pd.testing.assert_frame_equal(plain, mixed[plain.columns], check_exact=False)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 11), st.sampled_from(URGENT), st.floats(0.1, 50))
def test_worse_figure_never_lowers_urgentie(row: int, name: str, step: float) -> None:
    values, norms = city(), norms_of(city())
    worse = values.copy()
    worse.iloc[row, list(values.columns).index(name)] += step * CATALOGUE[name].richting
    before = weighed(values, norms=norms).scores[URGENTIE].iloc[row]
    after = weighed(worse, norms=norms).scores[URGENTIE].iloc[row]
    assert after >= before - 1e-9


def test_same_seed_same_intervals_and_intervals_hold_the_median() -> None:
    how = WeighingSettings(draws=60, seed=3)
    one, other = weighed(city(), how=how).scores, weighed(city(), how=how).scores
    pd.testing.assert_frame_equal(one, other)
    assert (one["rang_p05"] <= one["rang_p50"]).all()
    assert (one["rang_p50"] <= one["rang_p95"]).all()
    assert one["kans_kwart"].between(0, 1).all()
    assert one["kans_kwart"].sum() == pytest.approx(3, abs=0.2), "a quarter of twelve buurten"


def test_margins_widen_the_intervals_also_without_denominators() -> None:
    values = city(30)
    wide = (values - 40.0, values + 40.0)
    how = WeighingSettings(draws=100)
    plain, doubtful = weighed(values, how=how).scores, weighed(values, how=how, margins=wide).scores

    def width(scores: pd.DataFrame) -> float:
        return float((scores["rang_p95"] - scores["rang_p05"]).mean())

    assert width(doubtful) > width(plain) + 2
    pd.testing.assert_series_equal(plain[URGENTIE], doubtful[URGENTIE])


def test_figures_of_an_earlier_year_make_an_order_less_sure() -> None:
    values = city(30)
    how = WeighingSettings(draws=200, redeliver=False)
    moved = pd.DataFrame(8.0, index=values.index, columns=values.columns)
    plain, older = weighed(values, how=how).scores, weighed(values, how=how, drift=moved).scores
    widths = [(scores["rang_p95"] - scores["rang_p05"]).mean() for scores in (plain, older)]
    assert widths[1] > widths[0] + 2
    pd.testing.assert_series_equal(plain["rang"], older["rang"])
    none = weighed(values, how=how, drift=moved * 0.0).scores
    pd.testing.assert_frame_equal(none, plain)


def test_figure_with_margins_gets_no_sampling_noise_beside_them() -> None:
    rates = tuple(e.id for e in CATALOGUE if e.schaal > 0 and e.telt_mee)[:3]
    lower = pd.DataFrame(np.nan, index=codes(2), columns=list(rates))
    lower[rates[0]] = 10.0
    error = data_error(CATALOGUE, rates, (lower, lower + 5.0))
    assert set(error.scale) == set(rates[1:])
    assert rates[0] not in error.rounded
    lower.loc[codes(2)[1], rates[0]] = np.nan
    assert set(data_error(CATALOGUE, rates, (lower, lower + 5.0)).scale) == set(rates)
    assert set(data_error(CATALOGUE, rates).scale) == set(rates)
    assert set(error.rounded.values()) <= {CBS_ROUNDING}


def test_scale_comes_from_the_base_year_and_else_from_this_year() -> None:
    values = city()
    base, own = norms_of(values[list(URGENT[1:])]), norms_of(values + 1.0)
    posts, scale = usable_norms(own, base, URGENT, QUICK)
    assert scale.at[URGENT[0], "schaal"] == "dit jaar"
    assert scale.at[URGENT[1], "schaal"] == "basisjaar"
    found = posts[URGENT[1]]
    assert isinstance(found, FromNorms) and found.indicator == URGENT[1]
    assert found.norms.equals(base)
    fixed = WeighingSettings(draws=0, normalise="vaste schaal")
    assert usable_norms(own, base, URGENT, fixed)[0][URGENT[1]] == goalposts(base, URGENT[1], fixed)


def test_scale_falls_back_on_the_whole_range_when_the_middle_is_flat() -> None:
    column = np.r_[np.full(98, 5.0), 5.0, 30.0]
    norms = norms_of(pd.DataFrame({URGENT[0]: column}))
    narrow = WeighingSettings(draws=0, laag=10, hoog=90)
    posts = goalposts(norms, URGENT[0], narrow)
    assert posts is not None
    assert (posts.lower, posts.upper) == (5.0, 30.0)
    assert goalposts(norms, "onbekend", QUICK) is None


@pytest.mark.parametrize(
    ("values", "unit"),
    [
        (np.arange(30) * 0.1, 0.1),
        (np.arange(30) * 10.0, 10.0),
        (np.arange(30) * 1000.0 + 500.0, 100.0),
        (np.arange(30) / 7.0, 0.0),
        (np.arange(5) * 0.1, 0.0),
        (np.zeros(30), 0.0),
    ],
)
def test_printed_unit_is_read_from_the_figures(values: np.ndarray, unit: float) -> None:
    column = pd.Series([*values, np.nan])
    assert printed_unit(column) == pytest.approx(unit)


def test_only_figures_without_another_error_get_that_of_printing() -> None:
    rates = tuple(CATALOGUE[n].id for n in ("laag_inkomen",))
    values = pd.DataFrame(
        {"laag_inkomen": np.arange(40) * 0.1, "afstand_park": np.arange(40) * 0.1}
    )
    error = data_error(CATALOGUE, rates, values=values)
    assert error.printed == {"afstand_park": pytest.approx(0.1)}


def test_stapeling_counts_domains_in_the_worst_fifth_whatever_scale_and_weights() -> None:
    values = city(60, seed=3)
    worst = values.index[0]
    for name in URGENT:
        up = CATALOGUE[name].richting > 0
        values.loc[worst, name] = 70.0 if up else 5.0
    gone = values.index[1]
    plain = weighed(values, {gone: "Alleen water."}).scores
    domains = plain[[d for d in DOMAINS if d in plain]]
    assert plain.at[worst, "stapeling"] == domains.shape[1] == 3
    assert pd.isna(plain.at[gone, "stapeling"])
    counted = (domains.drop(gone) >= 80).sum(axis=1)
    assert list(plain["stapeling"].drop(gone)) == list(counted)
    assert 0 < counted.sum() < counted.size
    for other in ({"normalise": "vaste schaal"}, {"weights": {"sociaal": 1.0}}):
        how = WeighingSettings(draws=0, **other)
        again = weighed(values, {gone: "Alleen water."}, how).scores
        pd.testing.assert_series_equal(again["stapeling"], plain["stapeling"])
