"""The types of one municipality: chosen and named over all years, told per buurt."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sia.clustering.number import NumberChoice
from sia.clustering.types import (
    METHOD_NAMES,
    TOO_FEW_FOR_TYPES,
    Chosen,
    Types,
    doubtful_table,
    find_types,
    method_table,
    type_table,
)
from sia.methode import TypologySettings

YEARS = (2021, 2022)
CODES = pd.Index([f"BU{n:08d}" for n in range(45)], name="buurtcode")
NAMES = pd.Series("Buurt " + CODES.str[-2:], index=CODES)
HOW = TypologySettings(seed=1)


def panel() -> pd.DataFrame:
    """Return two years of three planted types; the last buurt lies between two of them."""
    rng = np.random.default_rng(0)
    centres = np.repeat([[10.0, 20], [50, 60], [90, 10]], 15, axis=0)
    centres[-1] = (70.0, 35.0)
    rows = np.concatenate([centres + rng.normal(size=(45, 2)) for _ in YEARS])
    index = pd.MultiIndex.from_product([YEARS, CODES], names=["jaar", "buurtcode"])
    return pd.DataFrame(rows, index=index, columns=["sociaal", "wonen"])


def context(scores: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"corporatiebezit": 30.0, "inwoners": 1000.0}, index=scores.index)


def three(scores: pd.DataFrame, settings: TypologySettings) -> Chosen:
    """Choose the planted number, as a stage that remembers a choice would."""
    empty = pd.DataFrame()
    return Chosen(NumberChoice(3, "Reden.", empty), empty, empty)


@pytest.fixture(scope="module")
def found() -> Types:
    scores = panel()
    return find_types(scores, context(scores), 2022, HOW, three)


def test_planted_types_are_found_and_every_buurt_keeps_its_row(found: Types) -> None:
    assert list(found.buurten.index) == list(CODES)
    planted = np.repeat([0, 1, 2], 15)[:-1]
    assert pd.crosstab(planted, found.buurten["type"].to_numpy()[:-1]).to_numpy().max() == 15
    assert found.beschrijving["buurten"].sum() == len(CODES)
    assert found.beschrijving["inwoners"].sum() == 1000 * len(CODES)
    assert set(found.buurten["typenaam"]) == set(found.names.values())


def test_types_carry_the_same_names_in_every_year(found: Types) -> None:
    scores = panel()
    earlier = find_types(scores, context(scores), 2021, HOW, three)
    assert earlier.names == found.names
    pd.testing.assert_frame_equal(earlier.profiles, found.profiles)


def test_without_a_memory_the_rule_chooses_the_number() -> None:
    scores = panel().drop(index=CODES[-1], level="buurtcode")
    found = find_types(scores, context(scores), 2022, HOW)
    assert found.k == 3
    assert found.choice_table["gekozen"].idxmax() == 3
    assert "3 typen" in found.reden


def test_a_domain_that_few_know_is_given_up_and_named() -> None:
    scores = panel().assign(klimaat=np.nan)
    scores.iloc[0, -1] = 5.0
    found = find_types(scores, context(scores), 2022, HOW, three)
    assert found.reden.startswith("Reden. Niet gebruikt voor de typen: Klimaat;")
    assert list(found.profiles.columns) == ["sociaal", "wonen"]


def test_too_few_buurten_have_no_types_and_say_why() -> None:
    scores = panel().groupby("jaar").head(1)
    found = find_types(scores, context(scores), 2022, HOW)
    assert found.k == 0
    assert set(found.buurten["reden"]) == {TOO_FEW_FOR_TYPES}
    assert found.buurten["type"].isna().all()
    assert method_table(found.buurten, scores, 2022, HOW).empty
    assert doubtful_table(found.buurten, NAMES).empty


def test_doubtful_buurten_come_most_doubtful_first_and_last_within_their_type(
    found: Types,
) -> None:
    types = found.buurten.copy()
    types.loc[CODES[[3, -1]], "zekerheid"] = 0.45, 0.4
    types.loc[CODES[20], "silhouet"] = -0.1
    table = doubtful_table(types, NAMES)
    assert list(table["buurt"]) == list(NAMES[CODES[[-1, 3, 20]]])
    assert (table["type"] != table["lijkt ook op"]).all()
    whole = type_table(types, NAMES)
    assert len(whole) == len(CODES)
    assert whole["type"].is_monotonic_increasing
    assert set(NAMES[CODES[[3, -1]]]) <= set(whole.groupby("type")["buurt"].last())


def test_other_methods_find_the_planted_types_too(found: Types) -> None:
    how = HOW.model_copy(update={"n_types": found.k})
    table = method_table(found.buurten, panel(), 2022, how).set_index("methode")
    assert list(table.index) == list(METHOD_NAMES.values())
    assert table.at[METHOD_NAMES["kmeans"], "zelfde type"] == len(CODES)
    assert (table["zelfde type"] >= len(CODES) - 1).all()
