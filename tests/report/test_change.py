"""Sentences and tables on change: what exceeds the noise, what does not, what cannot be known."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pytest
from voronoistad import change_of

from sia.change.since_base import Verandering
from sia.report.build import Renderer
from sia.report.change import Gebied, certainty, left_out, per_area, per_buurt, per_domain, things
from sia.report.material import Materiaal, selections
from sia.viz.dataset import Cijfers


def _area(stad: Cijfers, found: Verandering) -> Gebied:
    return Gebied(stad.gemeente, ("stad", stad.gemeentecode), stad, found)


@pytest.fixture
def found(stad: Cijfers) -> Verandering:
    return change_of(stad)


def _with(found: Verandering, oordeel: str) -> Verandering:
    return replace(found, buurten=found.buurten.assign(oordeel=oordeel))


def test_rises_and_falls_are_counted_and_named(stad: Cijfers, found: Verandering) -> None:
    text = things(_area(stad, found))[0].tekst
    counts = found.buurten["oordeel"].value_counts()
    assert text.startswith(f"Sinds 2021 is de urgentie in {counts['stijgt']} buurten gestegen")
    assert f"in {counts['daalt']} buurten gedaald" in text
    most = found.buurten.loc[found.buurten["oordeel"] == "stijgt", "echte verandering"].idxmax()
    assert str(stad.naam[most]) in text


def test_only_falls(stad: Cijfers, found: Verandering) -> None:
    text = things(_area(stad, _with(found, "daalt")))[0].tekst
    assert "Van geen enkele buurt is zeker genoeg dat zij is gestegen." in text


def test_nothing_exceeds_the_noise(stad: Cijfers, found: Verandering) -> None:
    quiet = _with(found, "binnen de ruis")
    first, second, third = (zin.tekst for zin in things(_area(stad, quiet)))
    assert first == "Van geen enkele buurt is zeker genoeg dat de urgentie sinds 2021 veranderde."
    assert "niet aantoonbaar" in second
    assert third.startswith("Van geen enkel domein is zeker genoeg")
    assert "ook ruis zijn" in certainty(_area(stad, quiet))[0].tekst


def test_unknown_noise_is_not_taken_for_certainty(stad: Cijfers) -> None:
    texts = [zin.tekst for zin in things(_area(stad, change_of(stad, ruis=False)))]
    assert "niet te zeggen" in texts[0]
    assert "niet te zeggen" in texts[2]


def test_nothing_can_be_compared(stad: Cijfers, found: Verandering) -> None:
    blank = found.buurten.assign(
        **dict.fromkeys(["echte verandering", "verschil", "laag", "hoog"], float("nan")),
        oordeel="niet te vergelijken",
        toelichting="Geen score in 2021.",
    )
    g = _area(stad, replace(found, buurten=blank))
    assert [zin.tekst[:45] for zin in things(g)] == [
        "Geen enkele buurt is te vergelijken met 2021."
    ]
    text = [zin.tekst for zin in certainty(g)]
    assert any(t.startswith(f"{len(stad.gebieden)} buurten zijn niet te vergelijken") for t in text)
    assert left_out(g).count("<tr>") == 1 + len(stad.gebieden)


@pytest.mark.parametrize(("shift", "verb"), [(3.0, "steeg"), (-3.0, "daalde")])
def test_the_mean_of_an_area_rises_or_falls_with_its_margin(
    stad: Cijfers, found: Verandering, shift: float, verb: str
) -> None:
    numbers = found.gebieden.columns.difference(["buurten", "van"])
    areas = found.gebieden.assign(**{name: found.gebieden[name] + shift for name in numbers})
    areas = areas.assign(**{name: 0.01 for name in areas if name.endswith("_q")})
    g = _area(stad, replace(found, gebieden=areas))
    text = things(g)[1].tekst
    assert f"Gemiddeld {verb} de urgentie in Teststad sinds 2021" in text
    assert things(g)[2].tekst.endswith("meer opgave." if shift > 0 else "minder opgave.")


def test_a_moved_border_is_told(stad: Cijfers, found: Verandering) -> None:
    g = _area(stad, found)
    assert any("1 buurt heeft een andere grens of code" in z.tekst for z in certainty(g))
    assert "De grens schoof op." in left_out(g)


def test_the_parts_of_every_row_sum_to_its_difference(stad: Cijfers, found: Verandering) -> None:
    table = found.buurten.dropna(subset=["verschil"])
    parts = table[["herziening", "grenzen", "methode", "bron", "echte verandering"]].sum(axis=1)
    pd.testing.assert_series_equal(parts, table["verschil"], check_names=False)
    shown = per_buurt(_area(stad, found))
    assert shown.count("<tr>") == 1 + len(table)
    assert ">Herziening<" in shown and ">Duiding<" in shown


def test_areas_and_domains_have_their_margin(stad: Cijfers, found: Verandering) -> None:
    g = _area(stad, found)
    keys = [("stad", stad.gemeentecode), ("wijk", "WK999800"), ("wijk", "bestaat niet")]
    table = per_area(g, {("wijk", "WK999800"): "Wijk 00"}, keys)
    assert table.count("<tr>") == 3
    assert per_domain(g).count(" tot ") == 6


def test_the_city_reports_that_nothing_can_be_compared(
    stad: Cijfers, found: Verandering, materiaal: Materiaal
) -> None:
    numbers = found.gebieden.columns.difference(["buurten", "van"])
    areas = found.gebieden.assign(buurten=0, **dict.fromkeys(numbers, float("nan")))
    parts = ["echte verandering", "verschil", "laag", "hoog", "basisjaar", "herziening"]
    blank = found.buurten.assign(
        **dict.fromkeys(parts, float("nan")),
        oordeel="niet te vergelijken",
        toelichting="Te weinig.",
    )
    bare = replace(stad, verandering=replace(found, buurten=blank, gebieden=areas))
    made = [one for one in selections(bare) if one.soort == "verandering"]
    assert [one.gebied[0] for one in made] == ["stad"]
    page = Renderer(replace(materiaal, cijfers=bare)).report(made[0])
    assert "Geen van deze buurten is te vergelijken." in page
    shown = re.sub(r"<script.*?</script>", "", page[page.index("<main") :], flags=re.DOTALL)
    assert not re.search(r"\bnan\b", shown)
