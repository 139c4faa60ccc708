"""The rules from urgentie, potentie and corporatiebezit to an aanpak."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sia.approach import (
    AANPAKKEN,
    BASIS,
    DEELBUURT,
    INTEGRAAL,
    KOPPELKANSEN,
    NIET_GERANGSCHIKT,
    VOLGEN,
    approach_table,
    approach_text,
    decide,
    rules,
    trend_from_years,
)
from sia.methode import ApproachSettings

CODES = [f"BU9999000{i}" for i in range(8)]


def table(**changes: list[object]) -> pd.DataFrame:
    base: dict[str, list[object]] = {
        "urgentie": [80.0, 75.0, 60.0, 55.0, 45.0, 30.0, 20.0, np.nan],
        "potentie": [50.0, 40.0, 90.0, 20.0, 30.0, 10.0, 5.0, np.nan],
        "gerangschikt": [True] * 7 + [False],
        "reden": [""] * 7 + ["minder dan 100 inwoners (60)"],
        "rang": [1, 2, 3, 4, 5, 6, 7, None],
        "rang_p05": [1.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, np.nan],
        "rang_p95": [2.0, 3.0, 5.0, 6.0, 6.0, 7.0, 7.0, np.nan],
        "kans_kwart": [0.97, 0.90, 0.10, 0.40, 0.05, 0.0, 0.0, np.nan],
    }
    base.update(changes)
    frame = pd.DataFrame(base, index=pd.Index(CODES, name="buurtcode"))
    frame["rang"] = frame["rang"].astype("Int64")
    return frame


def bezit(*values: float) -> pd.Series:
    return pd.Series(values, index=CODES[: len(values)], dtype=float)


FULL = bezit(60, 20, 0, 0, 0, 0, 0, 0)
POCKETS = pd.DataFrame(
    {
        "naam": ["Deel-buurt noord in Aa"],
        "inwoners": [1250.0],
        "buurtcode": [CODES[4]],
        "buurtcodes": [f"{CODES[4]} {CODES[5]}"],
    }
)


def test_each_rule_of_the_method_gives_its_class():
    trend = pd.DataFrame({"stijging": [0, 0, 0, 0, 0, 0, 2.5, 0]}, index=CODES)
    out = decide(table(), FULL, POCKETS, trend)
    assert out["aanpak"].tolist() == [
        INTEGRAAL,
        KOPPELKANSEN,
        KOPPELKANSEN,
        VOLGEN,
        DEELBUURT,
        DEELBUURT,
        VOLGEN,
        NIET_GERANGSCHIKT,
    ]
    assert out["regel"].tolist() == ["1", "2a", "2c", "4a", "3", "3", "4b", "0"]
    assert decide(table(), FULL).loc[CODES[5], "aanpak"] == BASIS


def test_sentences_carry_the_figures_in_dutch_notation():
    text = decide(table(), bezit(41.3, 20), POCKETS)["toelichting"]
    assert "In 97\u00a0% van de doorrekeningen" in text.iloc[0]
    assert "plaats 1 tot 2 van 7" in text.iloc[0]
    assert "41,3 %" in text.iloc[0]
    assert "1.250 inwoners" in text.iloc[4]
    assert "minder dan 100 inwoners (60)" in text.iloc[7]


def test_unknown_corporatiebezit_is_said_and_never_zero():
    out = decide(table(), bezit(np.nan, 20))
    row = out.loc[CODES[0]]
    assert (row["aanpak"], row["regel"]) == (INTEGRAAL, "1b")
    assert "geldt mits het corporatiebezit ten minste 40 % is" in row["toelichting"]
    assert np.isnan(row["corporatiebezit"])


def test_without_intervals_the_rank_decides_and_the_sentence_says_so():
    scores = table(kans_kwart=[np.nan] * 8).drop(columns=["rang_p05", "rang_p95"])
    out = decide(scores, FULL)
    assert out.loc[CODES[0], "aanpak"] == INTEGRAAL
    assert out.loc[CODES[1], "aanpak"] != KOPPELKANSEN or out.loc[CODES[1], "regel"] == "2c"
    assert out["toelichting"].iloc[:7].str.contains("op de rang alleen").all()


def test_certainty_is_never_overstated():
    out = decide(table(kans_kwart=[0.999, 0.9, 0.001, 0, 0, 0, 0, np.nan]), FULL)
    assert "meer dan 99\u00a0%" in out["toelichting"].iloc[0]
    assert "100\u00a0%" not in out["toelichting"].iloc[0]
    assert "minder dan 1\u00a0%" in out["toelichting"].iloc[2]
    assert "In geen enkele doorrekening hoort" in out["toelichting"].iloc[3]


def test_pocket_in_an_unranked_buurt_is_still_named():
    pockets = POCKETS.assign(buurtcodes=CODES[7])
    row = decide(table(), FULL, pockets).loc[CODES[7]]
    assert row["aanpak"] == NIET_GERANGSCHIKT
    assert "Deel-buurt noord in Aa" in row["toelichting"]


def test_a_pocket_that_does_better_than_its_buurt_asks_for_nothing():
    out = decide(table(), FULL, POCKETS.assign(richting="gunstig"))
    assert out.loc[CODES[4], "aanpak"] == BASIS


def test_every_rule_is_documented_with_its_threshold():
    listed = rules(ApproachSettings(corporatiebezit=67.5))
    assert set(listed["aanpak"]) == set(AANPAKKEN)
    assert "67,5 %" in listed.loc["1", "voorwaarde"]


def test_trend_is_the_slope_with_its_probability():
    years = pd.DataFrame(
        {2018: [10.0, 10, np.nan], 2020: [12.0, 14, np.nan], 2022: [14.1, 9, 5]},
        index=list("abc"),
    )
    out = trend_from_years(years)
    assert out.loc["a", "stijging"] == pytest.approx(
        np.polyfit([2018, 2020, 2022], [10, 12, 14.1], 1)[0]
    )
    assert out.loc["a", "kans_stijging"] > 0.95 > out.loc["b", "kans_stijging"]
    assert np.isnan(out.loc["c", "stijging"]) and out.loc["c", "jaren"] == 1


def test_a_rise_is_told_by_its_years_and_as_no_more_than_the_chance_of_this_buurt() -> None:
    years = pd.DataFrame({2021: [np.nan, 20.0], 2022: [18.0, 22], 2024: [22.0, 26]}, CODES[5:7])
    trend = trend_from_years(years, years * 0 + 0.5)
    assert trend[["van", "tot"]].to_numpy().tolist() == [[2022, 2024], [2021, 2024]]
    out = decide(table(), FULL, trend=trend)
    assert out["regel"].tolist()[5:7] == ["4b", "4b"]
    said = out["toelichting"]
    assert (
        "Gelijk gemeten stijgt de urgentie van 2022 tot 2024 met 2 punt per jaar;" in said.iloc[5]
    )
    assert "stijgt de urgentie van 2021 tot 2024 met 2 punt per jaar;" in said.iloc[6]
    chance = "voor deze buurt op zichzelf bekeken is de kans meer dan 99\u00a0% dat dit meer is dan"
    assert chance in said.iloc[5]
    bare = decide(table(), FULL, trend=trend[["stijging"]])["toelichting"].iloc[5]
    assert "stijgt de urgentie met 2 punt per jaar; of dat meer is dan ruis is niet" in bare


def test_two_years_are_no_trend_when_noise_explains_them():
    years = pd.DataFrame({2023: [50.0, 50, 50], 2024: [52.0, 52, 52]}, index=list("abc"))
    spread = pd.DataFrame({2023: [0.3, 3, 0], 2024: [0.3, 3, 0.5]}, index=list("abc"))
    out = trend_from_years(years, spread)
    assert out.loc["a", "kans_stijging"] > 0.99
    assert out.loc["b", "kans_stijging"] == pytest.approx(stats.norm.cdf(2 / np.sqrt(18)))
    assert np.isnan(out.loc["c", "kans_stijging"]), "the noise of one year is unknown"
    assert trend_from_years(years)["kans_stijging"].isna().all()


def test_noise_speaks_where_residuals_are_small_by_luck():
    years = pd.DataFrame({2022: [50.0], 2023: [51.0], 2024: [52.01]}, index=["a"])
    spread = years * 0 + 4.0
    alone = trend_from_years(years).loc["a", "kans_stijging"]
    with_noise = trend_from_years(years, spread).loc["a", "kans_stijging"]
    assert alone > 0.99
    assert with_noise == pytest.approx(stats.norm.cdf(1.005 / (4 / np.sqrt(2))), abs=1e-6)


maybe = st.one_of(st.none(), st.floats(0, 100))
chance = st.one_of(st.none(), st.floats(0, 1))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.Series, pd.DataFrame | None, pd.DataFrame]:
    n = draw(st.integers(1, 8))
    urgentie = [draw(maybe) for _ in range(n)]
    scores = pd.DataFrame(
        {
            "urgentie": pd.Series(urgentie, dtype=float),
            "potentie": pd.Series([draw(maybe) for _ in range(n)], dtype=float),
            "gerangschikt": [draw(st.booleans()) for _ in range(n)],
            "reden": [draw(st.sampled_from(["", "te klein"])) for _ in range(n)],
            "kans_kwart": pd.Series([draw(chance) for _ in range(n)], dtype=float),
        }
    ).set_index(pd.Index(CODES[:n], name="buurtcode"))
    share = pd.Series([draw(maybe) for _ in range(n)], index=scores.index, dtype=float)
    pockets = draw(st.sampled_from([None, POCKETS]))
    trend = pd.DataFrame(
        {"stijging": pd.Series([draw(st.floats(-5, 5)) for _ in range(n)], dtype=float).to_numpy()},
        index=scores.index,
    )
    return scores, share, pockets, trend


@given(worlds())
@settings(max_examples=60, deadline=None)
def test_every_input_gives_exactly_one_class_to_every_buurt(world):
    scores, share, pockets, trend = world
    out = decide(scores, share, pockets, trend)
    assert out.index.equals(scores.index)
    assert out["aanpak"].isin(AANPAKKEN).all()
    assert (out["toelichting"].str.len() > 20).all()
    assert out["regel"].isin(rules().index).all()
    assert not out["toelichting"].str.contains("nan").any()


@given(worlds(), st.integers(0, 7), st.floats(0, 1), st.floats(0, 50))
@settings(max_examples=60, deadline=None)
def test_more_urgency_never_gives_a_lesser_class(world, which, kans, points):
    scores, share, pockets, trend = world
    code = scores.index[which % len(scores)]
    if not scores.loc[code, "gerangschikt"] or np.isnan(scores.loc[code, "urgentie"]):
        return
    more = scores.copy()
    more.loc[code, "urgentie"] += points
    if not np.isnan(scores.loc[code, "kans_kwart"]):
        more.loc[code, "kans_kwart"] = max(kans, scores.loc[code, "kans_kwart"])
    order = AANPAKKEN.index
    before = order(decide(scores, share, pockets, trend).loc[code, "aanpak"])
    after = order(decide(more, share, pockets, trend).loc[code, "aanpak"])
    assert after <= before


@given(worlds(), st.floats(0, 100))
@settings(max_examples=50, deadline=None)
def test_corporatiebezit_never_raises_urgency(world, share):
    scores, known, pockets, trend = world
    other = pd.Series(share, index=scores.index)
    urgent = {"1", "1b", "2a"}
    left = decide(scores, known, pockets, trend)["regel"].replace(dict.fromkeys(urgent, "u"))
    right = decide(scores, other, pockets, trend)["regel"].replace(dict.fromkeys(urgent, "u"))
    assert left.equals(right)


def test_table_is_sorted_by_urgency_and_counts_every_buurt() -> None:
    scores = table()
    found = decide(scores, bezit(*[40.0] * 8))
    names = pd.Series("Buurt", index=scores.index)
    shown = approach_table(found.iloc[::-1], scores, names)
    assert list(shown.index) == CODES
    assert list(shown["aanpak"]) == list(found["aanpak"])
    text = approach_text(found)
    assert text.startswith(f"In orde: alle {len(scores)} buurten hebben een voorstel: ")
    assert f"{NIET_GERANGSCHIKT} 1" in text
