"""What changed since the base year: its causes, its noise, and who is named."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sia.change.base_year import YearFigures, base_year, split_change, split_table
from sia.change.since_base import change_since_base, judgement_table, p_values
from sia.clustering.fdr import q_values
from sia.indicators.norms import norm_row, norms_frame
from sia.methode import ChangeSettings
from tests.change.conftest import CATALOGUE, CODES, NAMES, worsened, year_of

FEW = ChangeSettings(draws=60)
CAUSES = ["herziening", "grenzen", "methode", "bron", "echte verandering"]


def test_equal_years_show_no_change_and_name_nobody(
    values: pd.DataFrame, scale: pd.DataFrame, then: YearFigures
) -> None:
    now = year_of(2024, values, scale)
    found = change_since_base(base_year(now, then), settings=FEW)
    assert found.basisjaar == 2020 and found.ruis_bekend
    assert set(found.buurten["oordeel"]) == {"binnen de ruis"}
    assert (found.buurten[[*CAUSES, "verschil"]] == 0).all(axis=None)
    assert (found.buurten["laag"] < 0).all() and (found.buurten["hoog"] > 0).all()


@pytest.mark.parametrize(("by", "word"), [(25.0, "stijgt"), (-25.0, "daalt")])
def test_a_change_far_beyond_the_noise_is_named_and_only_that_one(
    values: pd.DataFrame, scale: pd.DataFrame, then: YearFigures, by: float, word: str
) -> None:
    code = (values.mean(axis=1) - 35).abs().idxmin()
    now = year_of(2024, worsened(values, code, by), scale)
    found = change_since_base(base_year(now, then), settings=FEW)
    assert list(found.buurten.index[found.buurten["oordeel"] == word]) == [code]
    assert found.buurten["oordeel"].isin([word, "binnen de ruis"]).all()
    shown = judgement_table(found, now.table.areas["naam"])
    assert shown.index[0] == code
    wijk = found.gebieden.loc[("wijk", f"WK{code[2:8]}")]
    assert wijk["urgentie"] == pytest.approx(found.buurten.at[code, "echte verandering"] / 10)
    # the mean of ten buurten is less noisy than one of them
    one = found.buurten.loc[code]
    assert wijk["urgentie_hoog"] - wijk["urgentie_laag"] < one["hoog"] - one["laag"]


def test_a_revised_figure_is_no_real_change(
    values: pd.DataFrame, scale: pd.DataFrame, then: YearFigures
) -> None:
    now = year_of(2024, values, scale)
    known = worsened(values, CODES[5], 8.0)
    split = split_change(base_year(now, then, known))
    assert split.at[CODES[5], "herziening"] > 1
    assert split.at[CODES[5], "echte verandering"] == -split.at[CODES[5], "herziening"]
    others = split.drop(index=CODES[5])
    assert (others[CAUSES] == 0).all(axis=None)
    assert split_table(split, now.table.areas["naam"])["verschil"].is_monotonic_decreasing


@pytest.mark.parametrize("edge", [100.0, 90.0])
def test_what_everyone_earns_more_is_no_change_of_any_kind(
    values: pd.DataFrame, scale: pd.DataFrame, edge: float
) -> None:
    money = "inkomen_per_inwoner"
    assert CATALOGUE[money].geld
    before = values.assign(**{money: np.linspace(20.0, 40.0, 30)})
    norms = norms_frame({c: norm_row(before[c].to_numpy(), np.full(30, True), 30) for c in before})
    then = year_of(2020, before, norms)
    after = before.assign(**{money: before[money] * 1.25})
    grown = norms.copy()
    grown.loc[money, [c for c in norms if c not in ("bron", "n")]] *= 1.25
    laid = base_year(year_of(2024, after, grown, edge, base=norms), then)
    assert laid.growth[money] == pytest.approx(1.25)
    split = split_change(laid).drop(index=CODES[:2] if edge < 100 else [])
    assert split[[*CAUSES, "verschil"]].abs().max(axis=None) < 1e-9
    # of another publisher's norms the growth is not known, and no change can be seen in it
    other = base_year(year_of(2024, after, grown.assign(bron="elders"), edge, base=norms), then)
    assert not other.alike[money].any() and other.alike[list(NAMES)].all(axis=None)


def test_a_figure_that_was_carried_forward_or_modelled_anew_is_no_change_of_a_buurt(
    values: pd.DataFrame, scale: pd.DataFrame, then: YearFigures
) -> None:
    now = year_of(2024, worsened(values, CODES[2], 25.0), scale)
    carried, modelled = str(values.columns[3]), str(values.columns[4])
    years = now.table.years.assign(**{carried: 2020})
    flags = now.table.flags.assign(**{modelled: "model"})
    moved = replace(now, table=replace(now.table, years=years, flags=flags))
    base = base_year(moved, then)
    assert base.alike.all().to_dict() == {n: n not in (carried, modelled) for n in values.columns}
    whole, part = (
        change_since_base(base_year(y, then), settings=FEW).buurten.loc[CODES[2]]
        for y in (now, moved)
    )
    assert part["bron"] > 0 and part["echte verandering"] > 0
    assert part["bron"] + part["echte verandering"] == pytest.approx(whole["echte verandering"])
    assert whole["bron"] == 0


def test_with_too_little_measured_twice_nothing_is_said_of_any_buurt(
    values: pd.DataFrame, scale: pd.DataFrame, then: YearFigures
) -> None:
    now = year_of(2024, worsened(values, CODES[2], 25.0), scale)
    still = replace(now, table=replace(now.table, years=then.table.years))
    found = change_since_base(base_year(still, then), settings=FEW)
    assert set(found.buurten["oordeel"]) == {"niet te vergelijken"}
    assert found.buurten["echte verandering"].isna().all()
    assert (
        found.buurten["toelichting"]
        .str.startswith("Geen enkel cijfer is in beide jaren op dezelfde wijze gemeten")
        .all()
    )
    assert found.gebieden.at[("stad", "GM0001"), "buurten"] == 0


def test_a_border_that_moved_is_told_and_its_part_is_apart(
    values: pd.DataFrame, scale: pd.DataFrame, then: YearFigures
) -> None:
    now = year_of(2024, values, scale, edge=160.0)
    found = change_since_base(base_year(now, then), settings=FEW).buurten
    moved = found["grens"] != "gelijk"
    assert moved[CODES[:2]].all() and not moved[CODES[3:]].any()
    assert (found.loc[moved, "toelichting"] != "").all()
    known = found.dropna(subset=["verschil"])
    assert np.allclose(known[CAUSES].sum(axis=1), known["verschil"])
    assert (known.loc[~moved, "grenzen"] == 0).all()


def test_who_has_no_score_in_one_year_is_left_out_with_the_reason(
    values: pd.DataFrame, scale: pd.DataFrame, then: YearFigures
) -> None:
    full = year_of(2024, values, scale)
    part = year_of(2024, values.drop(index=CODES[7]), scale)
    found = change_since_base(base_year(YearFigures(full.table, part.index), then), settings=FEW)
    row = found.buurten.loc[CODES[7]]
    assert row["oordeel"] == "niet te vergelijken" and row["toelichting"] == "Geen score in 2024."
    assert found.gebieden.at[("stad", "GM0001"), "buurten"] == 29


def test_areas_of_a_dia_are_there_when_they_are_proposed(
    values: pd.DataFrame, scale: pd.DataFrame, then: YearFigures
) -> None:
    now = year_of(2024, values, scale)
    dia = pd.Series([1] * 12 + [2] * 17 + [pd.NA], CODES, dtype="Int64")
    found = change_since_base(base_year(now, then), dia, FEW).gebieden
    assert found.loc["dia", "van"].to_dict() == {"1": 12, "2": 17}
    assert found.loc["wijk", "van"].tolist() == [10, 10, 10]
    assert "stadsdeel" not in found.index.get_level_values("soort")


def test_without_known_error_nothing_is_called_change(
    values: pd.DataFrame, scale: pd.DataFrame, then: YearFigures
) -> None:
    bare = pd.DataFrame(np.nan, CODES, values.columns)
    now = year_of(2024, worsened(values, CODES[2], 25.0), scale)
    years = [replace(y, table=replace(y.table, denominators=bare)) for y in (now, then)]
    found = change_since_base(base_year(*years), settings=FEW)
    assert not found.ruis_bekend
    assert set(found.buurten["oordeel"]) == {"ruis onbekend"}


def test_errors_of_one_model_go_together_and_widen_what_is_said_of_a_change(
    values: pd.DataFrame, scale: pd.DataFrame, then: YearFigures
) -> None:
    years = [
        replace(y, table=replace(y.table, lower=y.table.values - 4, upper=y.table.values + 4))
        for y in (year_of(2024, values, scale), then)
    ]

    def width(correlation: float) -> float:
        base = base_year(*years)
        found = change_since_base(base, settings=FEW, correlation=correlation).buurten
        return float((found["hoog"] - found["laag"]).mean())

    assert width(0.9) > 1.3 * width(0.0) > 0


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
        named.append((q_values(p) <= ChangeSettings().fdr).sum())
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
        called = q_values(p_values(real + raw[0], raw[1:])) <= ChangeSettings().fdr
        wrong.append(called[15:].sum() / max(called.sum(), 1))
        found.append(called[:15].mean())
    assert np.mean(wrong) <= ChangeSettings().fdr
    assert np.mean(found) > 0.85


def test_a_buurt_without_a_border_in_the_base_year_is_left_out_and_says_so(
    values: pd.DataFrame, scale: pd.DataFrame, then: YearFigures
) -> None:
    before = then.table.areas.copy()
    before.loc[before.index == CODES[4], "geometry"] = None
    bare = replace(then, table=replace(then.table, areas=before))
    now = year_of(2024, worsened(values, CODES[2], 25.0), scale, edge=90.0)
    found = change_since_base(base_year(now, bare), settings=FEW).buurten
    assert found.at[CODES[4], "oordeel"] == "niet te vergelijken"
    assert "De grens van een van beide jaren is onbekend." in found.at[CODES[4], "toelichting"]
    assert found["oordeel"].drop([*CODES[:2], CODES[4]]).ne("niet te vergelijken").all()
