"""What changed since the base year: the parts of the whole, the noise, and who is left out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sia import pipeline
from sia.clustering.fdr import q_values
from sia.pipeline import robustness
from sia.pipeline.changes import change_since_base, p_values
from sia.pipeline.scores import reweigh
from sia.viz.dataset import FALSE_SHARE, Verandering
from tests.pipeline.conftest import Line


@pytest.fixture(scope="module")
def found(line: Line) -> Verandering:
    change = change_since_base(line.last, draws=60)
    assert change is not None
    return change


def test_there_is_nothing_to_compare_in_the_base_year(line: Line) -> None:
    assert change_since_base(line.runs[min(line.runs)]) is None


def test_the_parts_are_those_of_the_split_and_sum_to_the_difference(
    line: Line, found: Verandering
) -> None:
    split = robustness.change_step(line.last, reweigh(line.last))
    table = found.buurten
    known = split.index[split["echte verandering"].notna()]
    for part in split.columns:
        assert np.allclose(table.loc[known, part], split.loc[known, part]), part
    parts = table[["herziening", "grenzen", "methode", "echte verandering"]].sum(axis=1)
    assert np.allclose(parts[known], table.loc[known, "verschil"])


def test_every_buurt_has_a_judgement_and_who_is_left_out_a_reason(
    line: Line, found: Verandering
) -> None:
    table = found.buurten
    assert list(table.index) == list(line.last.table("gebieden").index)
    out = table["oordeel"] == "niet te vergelijken"
    assert (table["echte verandering"].isna() == out).all()
    assert out.any() and (table.loc[out, "toelichting"] != "").all()


def test_a_judgement_follows_from_its_interval(found: Verandering) -> None:
    table = found.buurten.dropna(subset=["echte verandering"])
    assert found.ruis_bekend
    assert (table["laag"] <= table["hoog"]).all()
    real = table["echte verandering"]
    assert ((table["oordeel"] == "stijgt") == ((table["q"] <= 0.1) & (real > 0))).all()
    assert ((table["oordeel"] == "daalt") == ((table["q"] <= 0.1) & (real < 0))).all()
    # the bar for many buurten at once is never lower than that of the interval of one
    assert (table.loc[table["oordeel"] == "stijgt", "laag"] > 0).all()
    assert (table.loc[table["oordeel"] == "daalt", "hoog"] < 0).all()
    assert {"stijgt", "binnen de ruis"} & set(table["oordeel"])


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 90), st.floats(0.05, 20))
def test_a_chance_follows_the_size_of_the_noise_and_the_change(
    seed: int, number: int, size: float
) -> None:
    rng = np.random.default_rng(seed)
    noise = rng.normal(0, size, (200, number))
    change = rng.normal(0, size, number)
    p = p_values(change, noise)
    assert ((p >= 0) & (p <= 1)).all()
    assert np.allclose(p_values(7 * change, 7 * noise), p)
    assert (p_values(2 * change, noise) <= p).all()
    assert np.array_equal(np.isnan(p_values(np.where(change > 0, np.nan, 1), noise)), change > 0)
    assert (p_values(change, np.zeros_like(noise)) == 1).all()


@pytest.mark.parametrize("skew", [False, True])
def test_under_no_change_almost_nobody_is_named(skew: bool) -> None:
    rng = np.random.default_rng(11)
    sizes = rng.uniform(0.3, 3, 60)
    named, single = [], []
    for _ in range(400):
        raw = rng.gamma(8, 0.35, (201, 60)) - 2.8 if skew else rng.normal(0, 1, (201, 60))
        raw = raw * sizes
        p = p_values(raw[0], raw[1:])
        named.append((q_values(p) <= FALSE_SHARE).sum())
        single.append((p <= 0.1).mean())
    assert np.mean(np.array(named) > 0) <= (0.25 if skew else 0.13)
    assert np.mean(named) < 0.4
    # without the correction three or more of sixty would be named each time
    assert np.mean(single) > 0.05


def test_of_the_named_at_most_a_tenth_is_there_by_chance() -> None:
    rng = np.random.default_rng(12)
    real = np.where(np.arange(60) < 15, 4.0, 0.0)
    wrong, found = [], []
    for _ in range(300):
        raw = rng.normal(0, 1, (201, 60))
        called = q_values(p_values(real + raw[0], raw[1:])) <= FALSE_SHARE
        wrong.append(called[15:].sum() / max(called.sum(), 1))
        found.append(called[:15].mean())
    assert np.mean(wrong) <= FALSE_SHARE
    assert np.mean(found) > 0.85


def test_the_mean_of_an_area_is_that_of_its_buurten(line: Line, found: Verandering) -> None:
    wijken = line.last.table("gebieden")["wijkcode"]
    real = found.buurten["echte verandering"]
    for wijk, own in real.groupby(wijken):
        if not own.notna().any():
            continue
        row = found.gebieden.loc[("wijk", wijk)]
        assert row["urgentie"] == pytest.approx(own.mean())
        assert row["buurten"] == own.count()
        assert row["urgentie_laag"] <= row["urgentie_hoog"]
    city = found.gebieden.loc[("stad", line.last.gemeente.code)]
    assert city["urgentie"] == pytest.approx(real.mean())
    # the mean of many buurten is less noisy than one of them
    width = (found.buurten["hoog"] - found.buurten["laag"]).median()
    assert city["urgentie_hoog"] - city["urgentie_laag"] < width


def test_the_same_run_gives_the_same_change(line: Line, found: Verandering) -> None:
    again = change_since_base(line.last, draws=60)
    assert again is not None
    assert again.buurten.equals(found.buurten)
    assert again.gebieden.equals(found.gebieden)


def test_the_change_is_in_the_tables_of_the_reports(line: Line, found: Verandering) -> None:
    assert pipeline.cijfers(line.last, found).verandering is found
    assert pipeline.cijfers(line.last).verandering is None
