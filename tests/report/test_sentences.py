"""Sentences follow from the figures, in the awkward cases too."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from voronoistad import city, without_intervals

from sia.dutch import CERTAIN, LIKELY, UNLIKELY, getal, procent
from sia.report.buurt_sentences import buurt_certainty, buurt_things
from sia.report.overview import DEFINITIONS
from sia.report.sentences import (
    Grond,
    Zin,
    approach,
    certainty,
    data_gaps,
    domain_things,
    heaviest_domain,
    one_building,
    own_scale,
    pockets,
    questions,
    three_things,
    urgency,
)
from sia.viz.dataset import Cijfers
from sia.viz.theme import DOMAINS

SMALL = city(12)


def _with(stad: Cijfers, **columns: object) -> Cijfers:
    return replace(stad, scores=stad.scores.assign(**columns))


def test_a_sentence_with_a_number_that_nothing_shows_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="without ground"):
        Zin("Er zijn 12 buurten.", Grond("buurten", "13", "Rangorde"))


@given(st.lists(st.sampled_from([0.0, 0.03, 0.1, 0.5, 0.81, 0.93, 0.96, 1.0]), min_size=1))
def test_words_follow_the_chances_and_the_expected_number_wrong_is_their_sum(
    chances: list[float],
) -> None:
    order = SMALL.gerangschikt.index
    chance = pd.Series(np.resize(chances, len(order)), order)
    text = urgency(_with(SMALL, kans_kwart=chance.reindex(SMALL.scores.index))).tekst
    sure, likely = (chance >= 0.95).sum(), ((chance >= 0.8) & (chance < 0.95)).sum()
    if sure + likely > 1:
        assert ("zeker" in text) == bool(sure)
        assert ("waarschijnlijk" in text) == bool(likely)
        wrong = (1 - chance[chance >= 0.8]).sum()
        said = "minder dan 0,1" if wrong < 0.1 else getal(wrong, 1)
        assert f"Van deze {sure + likely} hoort er naar verwachting {said} niet" in text
    elif not sure + likely:
        # that nobody belongs to it is as sure as the chances of all together
        assert ("zeker geen" in text) == bool(chance.sum() <= 0.05)


@given(st.integers(0, 10_000))
def test_a_superlative_is_what_the_table_says(seed: int) -> None:
    rng = np.random.default_rng(seed)
    figures = {name: rng.uniform(0, 100, len(SMALL.scores)).round(1) for name in SMALL.domeinen}
    changed = _with(SMALL, **figures)
    code = str(rng.choice(changed.gerangschikt.index))
    text = buurt_things(changed, code)[1].tekst
    above = (
        changed.scores.loc[code, list(figures)].astype(float)
        - changed.scores[list(figures)].astype(float).median()
    )
    if above.max() > 0:
        assert f"het urgentst op {DOMAINS[above.idxmax()].lower()}" in text
    else:
        assert "op geen enkel domein urgenter" in text


def test_a_lead_that_is_not_shown_is_none_and_no_margin_is_no_number() -> None:
    code = str(SMALL.gerangschikt.index[0])
    level = dict.fromkeys(SMALL.domeinen, 40.0)
    nearly = level | {"sociaal": np.where(SMALL.scores.index == code, 40.04, 40.0)}
    assert "op geen enkel domein urgenter" in buurt_things(_with(SMALL, **nearly), code)[1].tekst
    place = float(SMALL.scores.loc[code, "rang"])
    text = buurt_things(_with(SMALL, rang_p05=place, rang_p95=place), code)[0].tekst
    assert "in bijna elke doorrekening." in text


@pytest.mark.parametrize(
    ("chance", "word"),
    [
        (0.05, "hoort zeker niet"),
        (0.2, "hoort waarschijnlijk niet"),
        (0.5, "hoort misschien"),
        (0.8, "hoort waarschijnlijk bij"),
        (0.95, "hoort zeker bij"),
    ],
)
def test_a_bound_belongs_to_the_firmer_word(stad: Cijfers, chance: float, word: str) -> None:
    code = stad.gerangschikt.index[0]
    assert word in buurt_things(_with(stad, kans_kwart=chance), code)[0].tekst


def test_a_buurt_that_is_not_urgent_is_told_so_with_its_place(stad: Cijfers) -> None:
    code = stad.gerangschikt.index[-1]
    text = buurt_things(_with(stad, kans_kwart=0.0), code)[0].tekst
    assert "hoort zeker niet bij het meest urgente kwart: plaats" in text
    assert "0\u00a0% van de doorrekeningen" not in text


@given(st.lists(st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0]), min_size=1))
def test_an_empty_group_is_no_certainty(chances: list[float]) -> None:
    """ "Zeker: geen enkele buurt hoort erbij" would say that it is certain that none does."""
    order = SMALL.gerangschikt.index
    chance = pd.Series(np.resize(chances, len(order)), order).reindex(SMALL.scores.index)
    text = certainty(_with(SMALL, kans_kwart=chance))[0].tekst
    for word, one, other in (
        ("Zeker", 1.0, 0.0),
        ("Waarschijnlijk", 0.9, 0.1),
        ("Onzeker", 0.5, 0.5),
    ):
        assert (f"{word}: " in text) == bool(set(np.resize(chances, len(order))) & {one, other})
    assert "geen" not in text


def test_the_glossary_holds_the_bounds_that_the_sentences_keep() -> None:
    for word, least in (("Zeker", CERTAIN), ("Waarschijnlijk", LIKELY)):
        assert f"ten minste {procent(100 * least)}" in DEFINITIONS[word]
    assert f"hooguit {procent(100 * UNLIKELY)}" in DEFINITIONS["Waarschijnlijk"]


def test_the_largest_opgave_of_an_area_is_held_against_the_city(stad: Cijfers) -> None:
    assert "gemiddelde score per domein" in heaviest_domain(stad, stad).tekst
    part = stad.alleen(list(stad.gerangschikt.index[:5]))
    keys = list(stad.domeinen)
    above = part.gerangschikt[keys].mean() - stad.gerangschikt[keys].mean()
    assert f"het grootst op {DOMAINS[str(above.idxmax())].lower()}" in (
        heaviest_domain(part, stad).tekst
    )


def test_one_certain_buurt_comes_with_its_chance(stad: Cijfers) -> None:
    chance = pd.Series(0.1, index=stad.scores.index)
    chance[stad.gerangschikt.index[0]] = 0.97
    text = urgency(_with(stad, kans_kwart=chance)).tekst
    first = stad.naam[stad.gerangschikt.index[0]]
    assert text == (
        f"Alleen {first} hoort zeker bij het meest urgente kwart van de stad: "
        "in 97\u00a0% van de doorrekeningen."
    )


def test_nothing_significant_is_said(stad: Cijfers) -> None:
    assert "zeker of waarschijnlijk" in urgency(_with(stad, kans_kwart=0.5)).tekst
    certainly_not = urgency(_with(stad, kans_kwart=0.0)).tekst
    assert certainly_not.startswith("Hier hoort zeker geen enkele buurt")


def test_without_margins_the_order_is_called_uncertain(stad: Cijfers) -> None:
    bare = without_intervals(stad)
    assert "nog niet doorgerekend" in urgency(bare).tekst
    assert any("marges rond de volgorde zijn nog niet berekend" in z.tekst for z in certainty(bare))


def test_ties_on_top_are_named_together(stad: Cijfers) -> None:
    tied = without_intervals(_with(stad, rang=1))
    assert "staan samen bovenaan" in urgency(tied).tekst


def test_one_buurt_has_nothing_to_compare_with() -> None:
    whole = without_intervals(city(3))
    one = whole.alleen([whole.gerangschikt.index[0]])
    assert urgency(one).tekst.startswith("Alleen ")
    assert "niets te vergelijken" in urgency(one).tekst


def test_all_missing(stad: Cijfers) -> None:
    gone = replace(
        _with(stad, gerangschikt=False, **dict.fromkeys([*DOMAINS, "urgentie"], np.nan)),
        vlaggen=stad.vlaggen.map(lambda _: "ontbreekt: geheim"),
        aanpak=stad.aanpak.assign(aanpak="niet gerangschikt"),
    )
    assert "Geen enkele buurt heeft hier een plaats" in urgency(gone).tekst
    assert "geen enkel domein" in heaviest_domain(gone).tekst
    assert "geen enkele buurt" in approach(gone).tekst
    assert any("Alle cijfers ontbreken" in zin.tekst for zin in certainty(gone))


@pytest.mark.parametrize("without", [0, 1, 7, 12])
def test_buurten_without_a_border_are_named_and_counted(without: int) -> None:
    shapes = SMALL.gebieden.geometry.to_numpy().copy()
    shapes[:without] = shapely.Polygon()
    stad = replace(SMALL, gebieden=SMALL.gebieden.set_geometry(shapes, crs=28992))
    told = [zin.tekst for zin in certainty(stad) if "passende grens" in zin.tekst]
    names = list(SMALL.gebieden["naam"])
    if without in (0, len(names)):
        assert len(told) == bool(without)
        assert not any(name in text for text in told for name in names)
        return
    assert names[0] in told[0]
    assert ("en nog 2)" in told[0]) == (without == 7)
    # without an area nobody knows whether people live close together, unless a source says it
    ranked = not SMALL.gerangschikt.index.intersection(SMALL.gebieden.index[:without]).empty
    assert ("landelijk" in told[0]) == ranked
    known = replace(stad, indicatoren=stad.indicatoren.assign(bevolkingsdichtheid=900.0))
    assert not any("landelijk" in zin.tekst for zin in certainty(known))


def test_certainty_adds_up_to_all_buurten(stad: Cijfers) -> None:
    first = certainty(stad)[0]
    assert sum(int(ground.waarde) for ground in first.gronden) == len(stad.gerangschikt)
    assert any("niet gerangschikt" in zin.tekst for zin in certainty(stad))


def test_a_domain_hears_first_who_scores_highest_on_it(stad: Cijfers) -> None:
    first = domain_things(stad, "veiligheid")[0]
    scores = stad.gerangschikt["veiligheid"].astype(float)
    assert first.tekst.startswith("Op veiligheid is de opgave het grootst in ")
    assert f"{stad.naam[scores.idxmax()]} ({getal(scores.max(), 1)})" in first.tekst
    nothing = _with(stad, veiligheid=np.nan)
    assert "geen enkele buurt" in domain_things(nothing, "veiligheid")[0].tekst


def test_a_small_buurt_of_people_alone_is_asked_after(stad: Cijfers) -> None:
    code, other = stad.gerangschikt.index[:2]
    alone = pd.Series(40.0, stad.gebieden.index)
    alone[[code, other]] = 85.0
    people = pd.Series(5000.0, stad.gebieden.index)
    people[code] = 900.0
    made = replace(
        _with(stad, kans_kwart=0.99),
        indicatoren=stad.indicatoren.assign(eenpersoonshuishoudens=alone),
        gebieden=stad.gebieden.assign(inwoners=people),
    )
    told = one_building(made)
    assert told is not None and stad.naam[code] in told.tekst
    assert stad.naam[other] not in told.tekst
    assert one_building(made.alleen([other])) is None
    assert told in certainty(made)
    assert any("Eén gebouw" in zin.tekst for zin in buurt_certainty(made, code))
    assert one_building(replace(made, indicatoren=stad.indicatoren)) is None


def test_data_gaps_tell_figures_that_are_unknown_from_values_that_lack(stad: Cijfers) -> None:
    scored = stad.catalogus.index[stad.catalogus["rol"].isin(["opgave", "kans"])]
    flags = pd.DataFrame("waargenomen", stad.vlaggen.index, scored[:4])
    flags[scored[0]] = "ontbreekt: geen bron"
    ranked = stad.gerangschikt.index
    flags.loc[ranked[0], scored[1]] = "ontbreekt: geheim"
    # what lacks in a buurt without a place is no gap under the scores
    flags.loc[stad.niet_gerangschikt.index, scored[1]] = "ontbreekt: geheim"
    flags[scored[2]] = "overgenomen"
    gaps = data_gaps(replace(stad, vlaggen=flags))
    assert gaps is not None
    lacking = procent(100 / (3 * len(ranked)), 1)
    assert gaps.tekst == (
        "Van de 4 cijfers die de methode vraagt, zijn er hier 3 bekend. "
        f"Van de waarden daarin van gerangschikte buurten ontbreekt {lacking} en komt 33,3\u00a0% "
        "uit een eerder jaar."
    )
    assert {ground.waarde for ground in gaps.gronden} == {"4", "3", lacking, "33,3\u00a0%"}
    own = data_gaps(replace(stad, vlaggen=flags), ranked[0])
    assert own is not None and own.tekst == (
        "Van de 4 cijfers die de methode vraagt, zijn er hier 2 bekend. "
        "Van de waarden daarin komt 50,0\u00a0% uit een eerder jaar."
    )
    none = data_gaps(replace(stad, vlaggen=flags[[scored[0]]]))
    assert none is not None and none.tekst.startswith("Alle cijfers ontbreken")


def test_a_buurt_says_how_many_of_its_figures_may_not_be_shown(stad: Cijfers) -> None:
    scored = [name for name in stad.vlaggen if name in stad.indicatoren]
    scored = [name for name in scored if stad.catalogus.at[name, "rol"] in ("opgave", "kans")]
    code = stad.niet_gerangschikt.index[0]
    values = stad.indicatoren.copy()
    values.loc[code, scored] = 1.0
    flags = stad.vlaggen.copy()
    flags.loc[code, scored] = "overgenomen"
    few = pd.DataFrame(0.0, stad.noemers.index, stad.noemers.columns)
    limited = stad.catalogus.assign(publicatiedrempel=100.0)
    made = replace(stad, indicatoren=values, vlaggen=flags, noemers=few, catalogus=limited)
    told = data_gaps(made, code)
    hidden = int(made.toonbaar.loc[code, scored].isna().sum())
    assert told is not None and hidden > 1
    assert f"{hidden} daarvan worden niet getoond." in told.tekst
    assert "gerangschikte buurten" not in told.tekst


def test_the_strongest_aanpak_that_occurs_is_named(stad: Cijfers) -> None:
    assert "integrale gebiedsaanpak" in approach(stad).tekst
    weaker = stad.aanpak["aanpak"].replace("integrale gebiedsaanpak (DIA-kandidaat)", "basis")
    assert (
        "gerichte koppelkansen"
        in approach(replace(stad, aanpak=stad.aanpak.assign(aanpak=weaker))).tekst
    )
    none = replace(stad, aanpak=stad.aanpak.assign(aanpak="basis"))
    assert "geen enkele buurt" in approach(none).tekst
    unknown = replace(stad, aanpak=stad.aanpak.iloc[:0])
    assert "nog geen aanpak" in approach(unknown).tekst


def test_pockets(stad: Cijfers) -> None:
    assert "In 3 buurten ligt een plek die het duidelijk zwaarder heeft" in pockets(stad).tekst
    lower = stad.deelbuurten.assign(verschil=[-9.0, 12.0, 8.0])
    assert "duidelijk afwijkt" in pockets(replace(stad, deelbuurten=lower)).tekst
    assert "geen plekken gevonden" in pockets(replace(stad, deelbuurten=lower.iloc[:0])).tekst
    assert "nog niet gekeken" in pockets(replace(stad, deelbuurten=None)).tekst
    one = replace(stad, deelbuurten=stad.deelbuurten.iloc[:1])
    assert pockets(one).tekst.startswith("In Buurt 05 ligt een plek")


def test_questions_fit_the_reader(stad: Cijfers) -> None:
    assert "uw domein" in questions("domein", stad)[0].tekst
    assert len(questions("stad", stad)) == 3
    assert len(questions("stad", replace(stad, aanpak=stad.aanpak.iloc[:0]))) == 2


def test_every_buurt_gets_three_sentences(stad: Cijfers) -> None:
    for variant in (stad, without_intervals(stad)):
        for code in variant.gebieden.index:
            things = buurt_things(variant, code)
            assert len(things) == 3
            assert all(z.tekst.endswith((".", "?")) and "nan" not in z.tekst for z in things)


def test_a_buurt_hears_what_is_certain_and_what_is_not(stad: Cijfers) -> None:
    ranked = stad.gerangschikt["kans_kwart"]
    for code, start in (
        (ranked.idxmax(), "Zeker: deze buurt hoort bij"),
        (ranked.idxmin(), "Zeker: deze buurt hoort niet bij"),
        ((ranked - 0.5).abs().idxmin(), "Onzeker: of deze buurt"),
    ):
        said = buurt_certainty(stad, str(code))
        assert said[0].tekst.startswith(start)
        assert "in 90 % van de gevallen: " in said[0].tekst
        assert any("die de methode vraagt" in zin.tekst for zin in said)
    codes = stad.gebieden.index
    assert "is een duiding vastgelegd" in buurt_certainty(stad, codes[5])[-1].tekst
    assert buurt_certainty(stad, codes[7])[-1].tekst.endswith("geldt die nog?")
    assert "nog geen duiding" in buurt_certainty(stad, codes[6])[-1].tekst
    assert not buurt_certainty(stad, stad.niet_gerangschikt.index[0])[0].tekst.startswith("Zeker")


def test_a_city_without_a_quarter_is_told_so(stad: Cijfers) -> None:
    two = stad.gerangschikt.index[:2]
    none = stad.scores.assign(kans_kwart=0.0).loc[two]
    assert "is er geen meest urgente kwart" in urgency(replace(stad, scores=none)).tekst
    assert "meest urgente kwart van de stad" in urgency(stad).tekst
    one = replace(stad, scores=none.iloc[:1])
    assert questions("stad", one)[0].tekst.startswith("Vertel of u de gemeente herkent")
    unsure = replace(stad, scores=none.assign(rang=[5, 9]))
    assert "geen enkele buurt" in urgency(unsure).tekst


def test_a_deel_buurt_on_a_border_counts_in_both_buurten(stad: Cijfers) -> None:
    one, other = stad.gebieden.index[5], stad.gebieden.index[6]
    found = stad.deelbuurten.iloc[:1].assign(buurtcodes=f"{one} {other}")
    border = replace(stad, deelbuurten=found)
    text = pockets(border).tekst
    assert text.startswith("In 2 buurten ligt een plek")
    for code in (one, other):
        own = border.alleen([code])
        assert own.deelbuurten.index.tolist() == found.index.tolist()
        assert "Een plek in deze buurt" in buurt_things(border, code)[2].tekst
    assert border.alleen([stad.gebieden.index[8]]).deelbuurten.empty


def test_a_buurt_that_is_not_ranked_hears_why(stad: Cijfers) -> None:
    code = stad.niet_gerangschikt.index[0]
    assert (
        "is niet gerangschikt: minder dan 100 inwoners (40)." in buurt_things(stad, code)[0].tekst
    )
    reasons = stad.scores["reden"].mask(stad.scores.index == code, "Te klein.")
    assert buurt_things(_with(stad, reden=reasons), code)[0].tekst.endswith(": Te klein.")


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 30), st.integers(0, 9), st.booleans(), st.data())
def test_sentences_can_be_made_of_any_chances(
    n: int, seed: int, margins: bool, data: st.DataObject
) -> None:
    stad = city(max(n, 3), seed=seed, intervals=margins).alleen(
        [f"BU9998{k:04d}" for k in range(n)]
    )
    if margins:
        chance = data.draw(
            st.lists(st.floats(0, 1), min_size=len(stad.scores), max_size=len(stad.scores))
        )
        stad = _with(stad, kans_kwart=chance)
    for zin in (*three_things(stad), *certainty(stad)):
        assert zin.tekst[0].isupper() or zin.tekst[0].isdigit()
        assert zin.tekst.endswith(".")
        assert "nan" not in zin.tekst


HARD = ("significant", "middels ", "teneinde", "conform", "indicator", "percentiel", "betreffende")
"""What B1 readers need not know; the words that they do need stand in the glossary."""


def test_sentences_are_short_and_without_hard_words(stad: Cijfers) -> None:
    code = str(stad.gerangschikt.index[0])
    told = (*three_things(stad), *certainty(stad), *buurt_things(stad, code), heaviest_domain(stad))
    plain = [z.tekst for z in (*told, *questions("stad", stad))] + list(DEFINITIONS.values())
    for name in stad.naam:
        plain = [text.replace(str(name), "X") for text in plain]
    for sentence in (part for text in plain for part in text.split(". ")):
        assert len(sentence.split()) <= 30, sentence
        assert not any(word in sentence.lower() for word in HARD), sentence


def test_a_proposal_on_an_unknown_condition_says_so(stad: Cijfers) -> None:
    ways = stad.aanpak.assign(regel="2a")
    ranked = stad.gerangschikt.index.intersection(ways.index)
    chosen = ranked[ways.loc[ranked, "aanpak"].str.startswith("integrale gebiedsaanpak")]
    assert len(chosen) > 1
    for some in (chosen[:1], chosen, chosen[:0]):
        ways["regel"] = "1"
        ways.loc[some, "regel"] = "1b"
        told = approach(replace(stad, aanpak=ways)).tekst
        assert ("Dat is onbekend, en bepaalt of dit past." in told) == bool(len(some))
        assert ("Daarvoor is nog nodig" in told) == (len(some) == len(chosen) > 0)


def test_figures_that_are_scaled_on_the_municipality_itself_are_counted(stad: Cijfers) -> None:
    assert own_scale(stad) is None
    keys = [str(key) for key in stad.bijdragen if key in stad.vlaggen]
    domain = stad.catalogus["domein"]
    first = str(domain[keys[0]])
    every = sum(domain[key] == first for key in keys)
    told = own_scale(replace(stad, eigen_maat=(keys[0],)))
    assert told is not None
    assert f"van 1 van de {every} cijfers onder {DOMAINS[first].lower()}" in told.tekst
    assert told in certainty(replace(stad, eigen_maat=(keys[0],)))


@pytest.mark.parametrize(("equal", "named"), [(3, 5), (7, 7), (99, 5)])
def test_of_buurten_with_the_same_score_not_one_is_left_out(
    stad: Cijfers, equal: int, named: int
) -> None:
    codes = stad.gerangschikt.index
    scores = pd.Series(np.linspace(40, 20, len(codes)), codes)
    scores.iloc[:equal] = 61.2
    made = replace(
        _with(stad, veiligheid=scores.reindex(stad.scores.index)),
        gebieden=stad.gebieden.assign(naam=[f"Buurt {n} 8" for n in range(len(stad.gebieden))]),
    )
    text = domain_things(made, "veiligheid")[0].tekst
    assert len(codes) > 10 and text.count(" (") == named
    assert ("onder meer" in text) == (equal == 99)
