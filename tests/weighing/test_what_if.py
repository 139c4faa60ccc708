"""Other weights and one indicator less: the answer of the whole index, by a shorter way."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sia.catalogue.model import DOMAIN_NAMES, DOMAINS
from sia.methode import WeighingSettings
from sia.weighing import (
    URGENTIE,
    Weighing,
    rank_of,
)
from sia.weighing.what_if import (
    NOBODY,
    left_out_table,
    reweighed,
    scored_domains,
    swap_curve,
    what_if_table,
)
from tests.weighing.handmade import CATALOGUE, city, names, weighed

EVERY = tuple(name for domain in DOMAINS for name in names(domain, 2))
factor = st.sampled_from([0.0, 0.25, 1.0, 2.0, 5.0])
factors = st.fixed_dictionaries(dict.fromkeys(DOMAINS, factor)).filter(lambda w: any(w.values()))


def gappy(seed: int, share: float) -> pd.DataFrame:
    """Return a city in which a share of the figures, and so whole domains, is missing."""
    values = city(40, seed, EVERY)
    gaps = np.random.default_rng(seed + 1).random(values.shape) < share
    return values.mask(gaps)


def whole_index(values: pd.DataFrame, weights: dict[str, float]) -> pd.Series[int]:
    """Return the ranks of the whole weighing, with these weights of the domains."""
    return weighed(values, how=WeighingSettings(draws=0, weights=weights)).scores["rang"]


@settings(max_examples=25, deadline=None)
@given(factors, st.integers(0, 50), st.sampled_from([0.0, 0.2, 0.5]))
@example(dict.fromkeys(DOMAINS, 1.0), 0, 0.5)
@example({**dict.fromkeys(DOMAINS, 1.0), "energie": 0.0}, 3, 0.5)
def test_ranks_are_those_of_the_whole_index(
    weights: dict[str, float], seed: int, gaps: float
) -> None:
    values = gappy(seed, gaps)
    how = WeighingSettings(draws=0, weights=dict.fromkeys(DOMAINS, 1.0))
    found = reweighed(weighed(values, how=how).scores, weights, how).tabel
    pd.testing.assert_series_equal(found["na"], whole_index(values, weights), check_names=False)


@pytest.mark.parametrize("aggregate", ["rekenkundig", "mediaan", "macht 2"])
def test_other_weights_start_from_the_method_that_made_the_scores(aggregate: str) -> None:
    values, own = gappy(2, 0.2), {"veiligheid": 2.0, "energie": 0.5}
    how = {"draws": 0, "aggregate": aggregate}
    before = WeighingSettings(**how, weights=own)
    after = WeighingSettings(**how, weights={**own, "veiligheid": 4.0})
    scores = weighed(values, how=before).scores
    found = reweighed(scores, {"veiligheid": 2.0}, before).tabel
    expected = weighed(values, how=after).scores["rang"]
    pd.testing.assert_series_equal(found["na"], expected, check_names=False)
    assert reweighed(scores, {}, before).tabel["verschuiving"].dropna().eq(0).all()


def test_the_minimum_share_counts_only_domains_that_weigh() -> None:
    values = gappy(0, 0.0)
    code = values.index[0]
    for domain in ("klimaat", "energie"):
        values.loc[code, list(names(domain, 2))] = np.nan
    scores = weighed(values).scores
    assert reweighed(scores, {}).tabel["na"].notna()[code], "four of six is enough"
    short = {"sociaal": 0.0}
    assert reweighed(scores, short).tabel["na"].isna()[code], "three of five is not"
    assert pd.isna(whole_index(values, short)[code])
    less = {**short, "klimaat": 0.0}
    assert reweighed(scores, less).tabel["na"].notna()[code], "three of four is"


def test_a_domain_that_nobody_has_a_score_on_counts_as_missing() -> None:
    values = gappy(0, 0.0)
    for half, name in enumerate(names("energie", 2)):
        values.loc[values.index[half::2], name] = np.nan
    how = WeighingSettings(draws=0, minimum_share=1.0)
    scores = weighed(values, how=how).scores
    assert scores["energie"].isna().all()
    assert reweighed(scores, {}, how).tabel["na"].isna().all()
    assert reweighed(scores, {"energie": 0.0}, how).tabel["na"].notna().all()


@pytest.fixture(scope="module")
def weging() -> Weighing:
    return weighed(gappy(1, 0.1))


def test_table_has_two_rows_per_domain_and_names_who_comes_and_goes(weging: Weighing) -> None:
    called = pd.Series("Buurt " + weging.scores.index.str[-2:], index=weging.scores.index)
    table = what_if_table(weging.scores, called)
    assert len(table) == 2 * len(DOMAINS)
    double = reweighed(weging.scores, {"wonen": 2.0})
    row = table.set_index("als").loc[f"{DOMAIN_NAMES['wonen']} telt dubbel"]
    told = row["komt in het hoogste kwart"].replace(" en ", ", ").split(", ")
    assert set(told) == (set(called[list(double.erbij)]) or {NOBODY})
    moved = double.tabel["verschuiving"].dropna().abs()
    assert row["gemiddeld verschoven (plaatsen)"] == pytest.approx(moved.mean())
    assert row["verst verschoven (plaatsen)"] == moved.max()


def test_one_domain_alone_has_no_weight_to_vary() -> None:
    scores = weighed(city(12, 0, names("sociaal", 4))).scores
    assert scored_domains(scores) == ["sociaal"]
    assert what_if_table(scores, pd.Series("", index=scores.index)).empty


def test_leaving_out_lists_every_indicator_heaviest_first(weging: Weighing) -> None:
    table = left_out_table(weging)
    assert set(table["indicator"]) == {CATALOGUE[name].naam for name in EVERY}
    assert table["gemiddeld verschoven (plaatsen)"].is_monotonic_decreasing
    assert table["blijft in het hoogste kwart (%)"].between(0, 100).all()


def test_swap_starts_at_the_method_and_ends_at_equal_indicators() -> None:
    columns = (*names("sociaal", 4), *names("wonen", 1), *names("veiligheid", 2))
    how = WeighingSettings(draws=0, aggregate="rekenkundig")
    result = weighed(city(30, 2, columns), how=how).urgentie
    assert result is not None
    curve = swap_curve(result)
    flat = rank_of(result.normalised.mean(axis=1))
    assert curve.index[0] == 0
    assert curve["mean_shift"].iloc[0] == 0
    moved = (rank_of(result.scores[URGENTIE]) - flat).abs()
    assert curve["mean_shift"].iloc[-1] == pytest.approx(moved.mean())
    assert moved.mean() > 0
