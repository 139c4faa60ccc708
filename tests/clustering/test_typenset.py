"""National types: frozen, the same everywhere, of structure and never of how bad it is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sia.catalogue import load_catalogue
from sia.clustering.typenset import FEATURES, Typenset, compare_years, lacking_somewhere, make_set
from sia.country.typen import woonbuurten
from sia.errors import InputError
from sia.methode import TypologySettings
from sia.settings import Folders

KNOWN = Typenset.standaard()
PLACES = pd.DataFrame(
    {
        "leeftijd_0_14": [2.0, 27.0, 7.0, 14.0, 11.0],
        "leeftijd_15_24": [55.0, 12.0, 7.0, 11.0, 13.0],
        "leeftijd_65_plus": [4.0, 6.0, 46.0, 23.0, 15.0],
        "huishoudensgrootte": [1.2, 3.0, 1.7, 2.3, 1.7],
        "huishoudens_met_kinderen": [3.0, 60.0, 16.0, 36.0, 19.0],
        "bevolkingsdichtheid": [6000.0, 3200.0, 3000.0, 1100.0, 9000.0],
        "stedelijkheid": [1.0, 3.0, 3.0, 5.0, 1.0],
    },
    index=pd.Index(["campus", "nieuwbouw", "zorg", "dorp", "stad"], name="buurtcode"),
)


def test_a_resident_recognises_the_kinds_of_places() -> None:
    names = KNOWN.typeer(PLACES)["typenaam"]
    assert names["campus"] == "studentenbuurt of binnenstad"
    assert names["nieuwbouw"] == "jonge gezinswijk"
    assert names["zorg"] == "buurt met vooral ouderen"
    assert names["dorp"].startswith("dorp of ruime buitenwijk")
    assert names["stad"] == "stadsbuurt met kleine huishoudens"
    assert len(set(KNOWN.namen.values())) == len(KNOWN.namen)


def test_a_type_depends_on_the_buurt_alone() -> None:
    whole = KNOWN.typeer(PLACES)
    for code in PLACES.index:
        alone = KNOWN.typeer(PLACES.loc[[code]])
        pd.testing.assert_frame_equal(alone, whole.loc[[code]])


def test_it_rests_on_structure_that_the_catalogue_keeps_out_of_every_score() -> None:
    listed = {one.id: one for one in load_catalogue().indicators}
    for name in KNOWN.kenmerken:
        assert listed[name].rol == "context"
    origin = ("herkomst", "achtergrond", "inkomen", "woz", "woningwaarde")
    assert not any(word in name for name in FEATURES for word in origin)


def test_it_says_what_it_rests_on_and_what_it_cannot_tell_apart() -> None:
    text = KNOWN.toelichting()
    assert KNOWN.versie in text and "CC BY 4.0" in text
    assert "koopwoningen" in text and "houdt deze indeling niet uit elkaar" in text


def test_a_set_is_the_same_after_writing(tmp_path) -> None:
    again = Typenset.uit_json(KNOWN.als_json())
    pd.testing.assert_frame_equal(again.typeer(PLACES), KNOWN.typeer(PLACES))
    (tmp_path / "kapot.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="geen typenset"):
        Typenset.lees(tmp_path / "kapot.json")


def test_making_a_set_leaves_out_what_the_country_lacks() -> None:
    rng = np.random.default_rng(4)
    keys = pd.MultiIndex.from_product([[2020, 2024], range(300)], names=["jaar", "buurtcode"])
    rows = rng.integers(0, 5, 300)
    panel = pd.concat([PLACES.iloc[rows]] * 2).set_axis(keys)
    panel *= rng.normal(1, 0.03, panel.shape)
    panel["koopwoningen"] = np.nan
    made = make_set(panel, TypologySettings(n_types=5), "proef", "CBS")
    assert "koopwoningen" in made.ontbreekt and len(made.namen) == 5
    years = [pd.DataFrame(panel.xs(jaar)) for jaar in (2020, 2024)]
    assert compare_years(*years, made.model)["zelfde"] >= 0.95


def test_years_are_compared_on_the_figures_that_both_have() -> None:
    later = PLACES.loc[["stad", "dorp"]]
    earlier = later.drop(columns="leeftijd_15_24")
    lacking = lacking_somewhere([earlier, later], KNOWN.model)
    assert lacking == ("leeftijd_15_24",)
    assert lacking_somewhere([later, later], KNOWN.model) == ()
    found = compare_years(earlier, later, KNOWN.model)
    assert found["zelfde"] == 1.0 and found["onveranderd"] == 1.0


def test_a_word_of_a_name_holds_for_most_of_its_buurten(real_data, tmp_path) -> None:
    panel = woonbuurten(
        [real_data / "cbs-kwb-2020-84799NED-odata3"], [2020], Folders(tmp_path, tmp_path)
    )
    values = pd.DataFrame(panel.xs(2020)).astype(float)
    named = KNOWN.typeer(values)["typenaam"].astype(str)
    half = values.median()
    holds = {
        "ouder": values["leeftijd_65_plus"] > half["leeftijd_65_plus"],
        "gezin": values["huishoudens_met_kinderen"] > half["huishoudens_met_kinderen"],
        "dorp": values["stedelijkheid"] >= 3.5,
        "studenten": values["leeftijd_15_24"] > half["leeftijd_15_24"],
        "kleine huishoudens": values["huishoudensgrootte"] < half["huishoudensgrootte"],
    }
    for name in KNOWN.namen.values():
        told = [word for word in holds if word in name]
        assert told, name
        for word in told:
            assert holds[word][named == name].mean() >= 0.85, (name, word)
