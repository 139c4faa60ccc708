"""The types of one municipality: those of the country, or its own; told per buurt."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sia.clustering.typenset import FEATURES, OWN, Typenset, best_number, city_set
from sia.clustering.types import doubtful_table, enough, no_types, type_table, types_of
from sia.errors import InputError
from sia.methode import TypologySettings
from sia.schemas import validate

KNOWN = Typenset.standaard()
YEARS = (2021, 2022)
CODES = pd.Index([f"BU9999{n:04d}" for n in range(45)], name="buurtcode")
NAMES = pd.Series("Buurt " + CODES.str[-2:], index=CODES)
HOW = TypologySettings(seed=1)
LIVED_IN = pd.Series("woonbuurt", CODES)


def panel() -> pd.DataFrame:
    """Return two years of three planted kinds; the last buurt lies between two of them."""
    rng = np.random.default_rng(0)
    kinds = np.repeat(KNOWN.gemiddelden().loc[[1, 5, 7]].to_numpy(), 15, axis=0)
    kinds[-1] = (kinds[0] + kinds[-2]) / 2
    rows = np.concatenate([kinds * rng.normal(1, 0.02, kinds.shape) for _ in YEARS])
    index = pd.MultiIndex.from_product([YEARS, CODES], names=["jaar", "buurtcode"])
    return pd.DataFrame(rows, index=index, columns=list(KNOWN.kenmerken))


def test_own_types_are_the_planted_ones_the_same_in_every_year() -> None:
    figures = panel()
    own = city_set(figures, HOW)
    assert own.versie == OWN and len(own.namen) == 3
    planted = np.repeat([0, 1, 2], 15)[:-1]
    for jaar in YEARS:
        found = types_of(pd.DataFrame(figures.xs(jaar)), LIVED_IN, own)
        kinds = found.buurten["type"].to_numpy()[:-1]
        assert pd.crosstab(planted, kinds).to_numpy().max() == 15
        assert list(found.buurten.index) == list(CODES)
        assert "alleen binnen deze gemeente en deze jaren" in found.reden
        validate("typologie", found.buurten)
    assert best_number(figures, HOW) == 3


def test_a_number_that_is_asked_is_made() -> None:
    own = city_set(panel(), HOW.model_copy(update={"n_types": 5}))
    assert len(own.namen) == 5 and len(set(own.namen.values())) == 5


def test_own_types_take_the_figures_that_the_buurten_have() -> None:
    figures = panel()
    figures.loc[figures.index[::2], "leeftijd_0_14"] = np.nan
    figures.loc[figures.index[1::2], "leeftijd_15_24"] = np.nan
    own = city_set(figures, HOW)
    assert {"leeftijd_0_14", "leeftijd_15_24"} <= set(own.ontbreekt)
    assert FEATURES["leeftijd_0_14"] in own.toelichting()


def test_too_little_to_tell_types_apart_says_why() -> None:
    with pytest.raises(InputError) as refused:
        city_set(panel().iloc[:1], HOW)
    found = no_types(CODES, refused.value)
    assert found.buurten["type"].isna().all() and (found.buurten["reden"] == found.reden).all()
    assert found.reden.startswith("Geen typen: ")
    validate("typologie", found.buurten)
    assert doubtful_table(found.buurten, NAMES).empty


def test_only_woonbuurten_have_a_type_and_few_typed_ones_are_not_enough() -> None:
    values, kind = pd.DataFrame(panel().xs(2022)), LIVED_IN.copy()
    kind[CODES[0]] = "buitengebied"
    found = types_of(values, kind, KNOWN)
    assert found.buurten.at[CODES[0], "reden"] == "buitengebied, geen woonbuurt: geen type"
    assert found.buurten["type"].notna().sum() == len(CODES) - 1
    assert set(found.profiles.index) == set(found.names)
    assert enough(found, kind)
    assert not enough(types_of(values[["leeftijd_0_14"]], kind, KNOWN), kind)


def test_dwellings_are_told_where_they_are_known() -> None:
    values = pd.DataFrame(panel().xs(2022)).assign(koopwoningen=14.0, eengezinswoningen=89.0)
    values.loc[CODES[1], "koopwoningen"] = np.nan
    values.loc[CODES[2], ["koopwoningen", "eengezinswoningen"]] = 98.0, 20.0
    table = types_of(values, LIVED_IN, KNOWN).buurten
    assert table.at[CODES[0], "woningen"] == "vooral huur, eengezinshuizen"
    assert table.at[CODES[1], "woningen"] == ""
    assert table.at[CODES[2], "woningen"] == "vooral koop, vooral appartementen"
    assert "woningen" in type_table(table, NAMES)
    assert "woningen" not in type_table(table.assign(woningen=""), NAMES)


def test_doubtful_buurten_come_most_doubtful_first_and_last_within_their_type() -> None:
    types = types_of(pd.DataFrame(panel().xs(2022)), LIVED_IN, KNOWN).buurten
    types.loc[CODES[[3, -1]], "zekerheid"] = 0.45, 0.4
    types.loc[CODES[20], "silhouet"] = -0.1
    table = doubtful_table(types, NAMES)
    assert list(table["buurt"]) == list(NAMES[CODES[[-1, 3, 20]]])
    whole = type_table(types, NAMES)
    assert len(whole) == len(CODES)
    assert whole["type"].is_monotonic_increasing
    assert set(NAMES[CODES[[3, -1]]]) <= set(whole.groupby("type")["buurt"].last())
