"""The first screen of the city: the buurten that go first, drawn and named, and the money."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sia.report.build import Renderer
from sia.report.first_screen import Eerste, first_screen, urgency_class
from sia.report.material import Editie, Materiaal, selections
from sia.report.parts import Onderwerp
from sia.viz.dataset import Cijfers


@pytest.fixture(scope="module")
def clear(stad: Cijfers, materiaal: Materiaal) -> Materiaal:
    """Return material of a city in which eight buurten are sure, with money that is partly shut."""
    place = stad.scores["rang"].astype(float)
    chance = pd.Series(np.where(place <= 8, 0.99, 0.1), place.index).where(place.notna())
    money = {
        "openbaar": pd.DataFrame(
            {"jaar": [2025, 2027], "totaal": [2e6, np.nan], "reden": ["", "te weinig plannen"]}
        ),
        "intern": pd.DataFrame({"jaar": [2025, 2027], "partner": "W", "bedrag": [2e6, 5e5]}),
    }
    scores = stad.scores.assign(kans_kwart=chance)
    return replace(
        materiaal,
        cijfers=replace(stad, scores=scores),
        agenda={edition: {"Zuid": {"geld": table}} for edition, table in money.items()},
    )


def screen(stuff: Materiaal, editie: Editie = "openbaar", soort: str = "stad") -> Eerste | None:
    one = next(one for one in selections(stuff.cijfers) if one.soort == soort)
    return first_screen(Onderwerp(stuff, one, editie, stuff.cijfers))


def test_it_names_and_draws_exactly_those_that_go_first(clear: Materiaal) -> None:
    made = screen(clear)
    assert made is not None
    assert made.zinnen[0].tekst.startswith("8 van de ")
    assert made.zinnen[1].tekst.endswith("hooguit 8\u00a0%.")
    assert [row["plaats"] for row in made.rij] == [str(n) for n in range(1, 9)]
    assert made.kaart.count(' voor"') == made.kaart.count("<text") == 8


def test_money_that_may_not_be_shown_makes_a_sum_a_least(clear: Materiaal) -> None:
    public, internal = (screen(clear, edition) for edition in ("openbaar", "intern"))
    assert public is not None and internal is not None
    assert public.zinnen[-1].tekst.startswith("Ten minste €\u00a02,0\u00a0mln in 2025–2027.")
    assert internal.zinnen[-1].tekst == "€\u00a02,5\u00a0mln in 2025–2027."
    assert [amount for _, amount, _ in public.geld] == ["2,0", "–", "–"]
    assert "en daar ligt geen van de 1 openbare plannen" in public.zinnen[2].tekst


def test_other_reports_and_a_city_without_margins_have_none(clear: Materiaal) -> None:
    assert screen(clear, soort="wijk") is None
    bare = clear.cijfers.scores.assign(rang_p05=np.nan, kans_kwart=np.nan)
    assert screen(replace(clear, cijfers=replace(clear.cijfers, scores=bare))) is None


def test_the_page_accounts_for_its_numbers_and_escapes_names(clear: Materiaal) -> None:
    names = clear.cijfers.gebieden["naam"].where(clear.cijfers.scores["rang"] != 1, "<b>A & B</b>")
    areas = clear.cijfers.gebieden.assign(naam=names)
    stuff = replace(clear, cijfers=replace(clear.cijfers, gebieden=areas))
    page = Renderer(stuff).report(selections(stuff.cijfers)[0])
    assert 'class="zin groot"><b>8</b>' in page
    assert "<title>&lt;b&gt;A &amp; B&lt;/b&gt;</title>" in page


@pytest.mark.parametrize(("value", "group"), [(0, 1), (19.99, 1), (20, 2), (79.9, 4), (80, 5)])
def test_a_limit_belongs_to_the_class_above_it(value: float, group: int) -> None:
    assert urgency_class(value) == group
