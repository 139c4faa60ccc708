"""The tables side by side: order, selection, notes, and what may be shown."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
from voronoistad import city

from sia.viz.dataset import Cijfers, data_notes, period


def test_ranked_and_unranked_are_all_buurten_once(stad: Cijfers) -> None:
    codes = [*stad.gerangschikt.index, *stad.niet_gerangschikt.index]
    assert sorted(codes) == list(stad.gebieden.index)
    assert stad.gerangschikt["rang"].is_monotonic_increasing


def test_ties_go_by_name() -> None:
    stad = city(12)
    tied = replace(stad, scores=stad.scores.assign(rang=1))
    assert list(tied.naam[tied.gerangschikt.index]) == sorted(tied.naam[tied.gerangschikt.index])


def test_a_selection_keeps_the_ranks_of_the_city(stad: Cijfers) -> None:
    code = stad.gerangschikt.index[-1]
    own = stad.alleen([code])
    assert list(own.gebieden.index) == [code]
    assert own.scores.loc[code, "rang"] == stad.scores.loc[code, "rang"]
    assert set(own.deelbuurten["buurtcode"]) <= {code}


def test_notes_when_everything_is_missing(stad: Cijfers) -> None:
    gone = replace(stad, vlaggen=stad.vlaggen.map(lambda _: "ontbreekt: geheim"))
    assert set(data_notes(gone, "sociaal")) == {"Geen van de 4 cijfers is bekend (geheim)"}


def test_a_buurt_without_a_row_is_missing_and_not_observed(stad: Cijfers) -> None:
    code = stad.gebieden.index[3]
    short = replace(stad, vlaggen=stad.vlaggen.drop(index=code))
    assert "geen rij in de bron" in data_notes(short, "sociaal")[code]


def test_period() -> None:
    assert period(2022, 2024) == "2022–2024"
    assert period(2024, 2024) == "2024"
    assert period(pd.NA, 2024) == ""


def test_values_below_their_threshold_are_withheld(stad: Cijfers) -> None:
    names = list(stad.indicatoren)[:3]
    limits = pd.Series(0.0, index=stad.catalogus.index)
    limits[names[:2]] = 100.0
    people = pd.DataFrame({names[0]: stad.gebieden["inwoners"]})
    limited = replace(
        stad, catalogus=stad.catalogus.assign(publicatiedrempel=limits), noemers=people
    )
    shown = limited.toonbaar
    small = stad.gebieden["inwoners"] < 100
    assert shown.loc[small, names[0]].isna().all()
    assert shown.loc[~small, names[0]].equals(stad.indicatoren.loc[~small, names[0]])
    assert shown[names[1]].isna().all(), "a threshold without a denominator withholds all"
    assert shown[names[2]].equals(stad.indicatoren[names[2]])
