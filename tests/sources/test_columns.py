"""Names in every format: recognised by stem, title, group, short name or code."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sia.errors import InputError
from sia.sources.columns import (
    Heading,
    by_code,
    by_heading,
    by_short_name,
    dictionary,
    headings_from_keys,
    headings_from_statline,
    one_column_each,
    plain,
    snake,
    stem_of,
    suffix_of,
)

_KWB = dictionary("cbs_kwb").measures


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("ErvarenGezondheidGoedZeerGoed_4", "ervaren_gezondheid_goed_zeer_goed"),
        ("HeelVeelStressInAfgelopen4Weken_26", "heel_veel_stress_in_afgelopen_4_weken"),
        ("Diefstal/inbraak woning", "diefstal_inbraak_woning"),
        ("Diefstal van brom-, snor-, fietsen", "diefstal_van_brom_snor_fietsen"),
        ("Financiële diensten", "financiele_diensten"),
        ("p_wcorpw", "p_wcorpw"),
    ],
)
def test_keys_and_titles_become_names(key: str, name: str) -> None:
    assert snake(key) == name


@given(number=st.integers(0, 999))
def test_the_number_of_a_key_never_matters(number: int) -> None:
    key = f"k_65JaarOfOuder_{number}"
    assert stem_of(key) == plain("65 jaar of ouder")
    assert suffix_of(key) == number
    matched = by_heading(headings_from_keys([key]), _KWB, 2020)
    assert matched == {"aantal_personen_65_jaar_en_ouder": [key]}


@pytest.mark.parametrize(
    ("key", "year", "name"),
    [
        (
            "HuishOnderOfRondSociaalMinimum_88",
            2023,
            "percentage_huishoudens_onder_of_rond_sociaal_minimum",
        ),
        ("GemiddeldeWOZWaardeVanWoningen_36", 2023, "gemiddelde_woningwaarde"),
        ("BasisonderwijsVmboMbo1_70", 2023, "opleidingsniveau_laag"),
        ("HavoVwoMbo24_71", 2023, "opleidingsniveau_middelbaar"),
        ("HboWo_72", 2023, "opleidingsniveau_hoog"),
        ("BuitenEuropa_19", 2023, "aantal_met_herkomstland_buiten_europa"),
        ("NietWestersTotaal_18", 2020, "aantal_niet_westerse_migratieachtergrond"),
        ("PersonenInArmoede_81", 2024, "percentage_personen_in_armoede"),
        ("TotaalDiefstalUitWoningSchuurED_106", 2017, "totaal_diefstal"),
        ("InBezitWoningcorporatie_49", 2024, "perc_huurwoningen_in_bezit_woningcorporaties"),
        ("TweeOnderEenKapWoning_51", 2020, None),
    ],
)
def test_keys_of_every_year(key: str, year: int, name: str | None) -> None:
    matched = by_heading(headings_from_keys([key]), _KWB, year)
    assert matched == ({name: [key]} if name else {})


def test_a_slash_inside_a_title_does_not_break_it() -> None:
    column = "Criminaliteit/Totaal diefstal uit woning/schuur/e.d. (per 1 000 inwoners)"
    (heading,) = headings_from_statline([column])
    assert heading == Heading(column, "e.d.", "Criminaliteit/Totaal diefstal uit woning/schuur")
    assert by_heading([heading], _KWB, 2019) == {"totaal_diefstal": [column]}


def test_the_order_of_numbers_tells_gas_from_electricity() -> None:
    columns = [
        "GemiddeldAardgasverbruikTotaal_55",
        "Appartement_56",
        "GemiddeldElektriciteitsverbruikTotaal_47",
        "Appartement_48",
    ]
    matched = by_heading(headings_from_keys(columns), _KWB, 2020)
    assert matched["gemiddeld_gasverbruik_appartement"] == ["Appartement_56"]
    assert matched["gemiddeld_elektriciteitsverbruik_appartement"] == ["Appartement_48"]


def test_a_title_that_needs_a_group_is_not_guessed() -> None:
    assert by_heading([Heading("Appartement_3", "Appartement")], _KWB, 2020) == {}


def test_short_names_and_codes() -> None:
    assert by_short_name([" P_WCORPW ", "g_woz", "onbekend"], _KWB, 2013) == {
        "perc_huurwoningen_in_bezit_woningcorporaties": [" P_WCORPW "],
        "gemiddelde_woningwaarde": ["g_woz"],
    }
    assert by_code(["A047047 ", "X"], _KWB, 2017) == {
        "perc_huurwoningen_in_bezit_woningcorporaties": ["A047047 "]
    }


def test_two_columns_for_one_measure_are_refused() -> None:
    with pytest.raises(InputError, match="dezelfde maat"):
        one_column_each({"gemiddelde_woningwaarde": ["g_woz", "g_wozbag"]})
