"""Which indicators take part in a year, and which buurten can be ranked."""

from __future__ import annotations

import dataclasses

import geopandas as gpd
import handmade as hm
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from sia.catalogue import Bron
from sia.indicators import (
    IndicatorTable,
    build_indicators,
    design,
    eligibility,
)
from sia.indicators.eligibility import (
    BUITENGEBIED,
    PROXIES_ALONE,
    WERKGEBIED,
    WOONBUURT,
    kinds,
)
from sia.methode import Drempels

A, B, C, D = hm.CODES
NAN = hm.NAN


def build(columns: dict[str, list[float]], *entries, people=(500, 500, 500, 500), **layer):
    records = [hm.people(2020, *people), hm.table(2020, columns)]
    if layer:
        records.append(hm.layer(2020, **layer))
    return build_indicators(hm.intake(*records), hm.GEMEENTE, 2020, hm.catalogue(*entries))


def three(domein: str = "sociaal") -> list:
    return [hm.indicator(f"{domein}_{n}", domein=domein) for n in range(3)]


def test_theme_that_was_not_delivered_drops_out_and_unranks_nobody() -> None:
    made = build({"x": [1, 2, 3, 4]}, hm.indicator("x"), hm.indicator("y", domein="energie"))
    plan = design(made, hm.GEMEENTE)
    assert plan.indicatoren == ("x",)
    assert plan.domeinen == ("sociaal",)
    assert "energie" in plan.domeinen_vervallen
    assert "in geen enkele buurt bekend (thema niet geleverd)" in plan.vervallen.at["y", "reden"]
    assert eligibility(made, hm.GEMEENTE)["gerangschikt"].all()


def test_theme_known_in_too_few_buurten_drops_out_with_its_share() -> None:
    made = build({"x": [1, 2, 3, 4], "y": [1, NAN, NAN, NAN]}, hm.indicator("x"), hm.indicator("y"))
    plan = design(made, hm.GEMEENTE)
    assert plan.indicatoren == ("x",)
    assert plan.vervallen.at["y", "dekking"] == 0.25
    assert "25 %" in plan.vervallen.at["y", "reden"]
    assert made.values.at[A, "y"] == 1, "dropped from the score, kept in the table"


def test_small_buurten_do_not_count_for_coverage() -> None:
    made = build({"x": [1, 1, NAN, NAN]}, hm.indicator("x"), people=(500, 500, 20, NAN))
    assert design(made, hm.GEMEENTE).indicatoren == ("x",)


@pytest.mark.parametrize(("present", "ranked"), [(3, True), (2, True), (1, False)])
def test_two_thirds_of_a_domain_is_needed(present: int, ranked: bool) -> None:
    columns = {f"sociaal_{n}": [1 if n < present else NAN, 2, 3, 4] for n in range(3)}
    made = build(columns, *three())
    frame = eligibility(made, hm.GEMEENTE)
    assert bool(frame.at[A, "gerangschikt"]) == ranked
    if not ranked:
        assert frame.at[A, "reden"] == "Te weinig cijfers: sociaal 1 van 3."


def test_two_thirds_written_with_four_decimals_means_two_thirds() -> None:
    gemeente = dataclasses.replace(hm.GEMEENTE, drempels=Drempels(aandeel_domein=0.6667))
    columns = {f"sociaal_{n}": [1 if n < 2 else NAN, 2, 3, 4] for n in range(3)}
    assert eligibility(build(columns, *three()), gemeente).at[A, "gerangschikt"]


def test_inhabitants_decide_with_a_reason_each() -> None:
    made = build({"x": [1, 2, 3, 4]}, hm.indicator("x"), people=(249, 250, NAN, 0))
    frame = eligibility(made, hm.GEMEENTE)
    assert frame["gerangschikt"].tolist() == [False, True, False, False]
    assert frame.at[A, "reden"] == "Te weinig inwoners: 249, minder dan 250."
    assert frame.at[C, "reden"] == "Het inwonertal is onbekend (geheim)."


def test_a_place_hears_the_bound_that_it_passes_and_no_other() -> None:
    density = {"bevolkingsdichtheid": [60.0, 60.0, 3000.0, 3000.0]}
    figures = {**density, "adressendichtheid": [200, 900, 900, 900],
               "bedrijfsvestigingen": [10, NAN, 1500, 10]}  # fmt: skip
    entries = [hm.indicator(name, domein="context", rol="context") for name in figures]
    made = build({"x": [1, 2, 3, 4], **figures}, hm.indicator("x"), *entries, people=(900,) * 4)
    assert eligibility(made, hm.GEMEENTE)["reden"].tolist() == [
        "Dun bewoond in buitengebied: minder dan 250 inwoners per km² (900 inwoners).",
        "Dun bewoond: minder dan 250 inwoners per km² (900 inwoners).",
        "Werkgebied met 900 inwoners, geen woonbuurt: meer dan 1.000 bedrijven per 1.000 inwoners.",
        "",
    ]


def place(**figures: list[float]) -> pd.Series:
    """Return the kind of each of four buurten, of which these figures are known."""
    entries = [hm.indicator(name, domein="context", rol="context") for name in figures]
    made = build({"x": [1, 2, 3, 4], **figures}, hm.indicator("x"), *entries, people=(900,) * 4)
    return kinds(made, hm.GEMEENTE)


def test_farmland_and_estates_are_no_woonbuurten() -> None:
    density = {"bevolkingsdichtheid": [60, 60, 3000, 260]}
    found = place(**density, adressendichtheid=[200, 900, 900, 90])
    assert found.tolist() == [BUITENGEBIED, WERKGEBIED, WOONBUURT, WOONBUURT]
    busy = place(bevolkingsdichtheid=[3000] * 4, bedrijfsvestigingen=[1500, 999, NAN, 0])
    assert busy.tolist() == [WERKGEBIED, WOONBUURT, WOONBUURT, WOONBUURT]


def test_a_density_that_no_source_gives_follows_from_the_map() -> None:
    made = build({"x": [1, 2, 3, 4]}, hm.indicator("x"), people=(900,) * 4)
    square = shapely.box(0, 0, 2000, 2000)
    shapes = [square, shapely.box(0, 0, 500, 500), None, shapely.Polygon()]
    areas = made.areas.set_geometry(gpd.GeoSeries(shapes, index=made.areas.index, crs=28992))
    found = kinds(dataclasses.replace(made, areas=areas), hm.GEMEENTE)
    assert found.tolist() == [BUITENGEBIED, WOONBUURT, WOONBUURT, WOONBUURT]


def test_the_municipality_overrules_what_a_buurt_is() -> None:
    limits = Drempels(woonbuurten=(A,), geen_woonbuurten=(B,))
    gemeente = dataclasses.replace(hm.GEMEENTE, drempels=limits)
    made = build({"x": [1, 2, 3, 4]}, hm.indicator("x"), people=(20, 900, 900, 900))
    frame = eligibility(made, gemeente)
    assert frame["gerangschikt"].tolist() == [True, False, True, True]
    assert frame.at[B, "reden"] == "Geen woonbuurt volgens de gemeente (900 inwoners)."


def test_water_is_not_ranked() -> None:
    made = build({"x": [1, 2, 3, 4]}, hm.indicator("x"), water=[True, False, False, False])
    assert eligibility(made, hm.GEMEENTE).at[A, "reden"] == "Alleen water."


def test_potentie_does_not_decide_on_rank() -> None:
    kans = hm.indicator("k", domein="potentie", rol="kans")
    made = build({"x": [1, 2, 3, 4], "k": [NAN, 1, 1, 1]}, hm.indicator("x"), kans)
    assert eligibility(made, hm.GEMEENTE)["gerangschikt"].all()


def test_without_any_figure_nobody_is_ranked_and_everybody_is_listed() -> None:
    made = build({"z": [1, 2, 3, 4]}, hm.indicator("x"))
    frame = eligibility(made, hm.GEMEENTE)
    assert set(frame["reden"]) == {"Geen enkel domein heeft cijfers voor dit jaar."}
    assert list(frame.index) == list(hm.CODES)


CELLS = st.lists(st.one_of(st.just(NAN), st.floats(0, 9)), min_size=4, max_size=4)


@settings(max_examples=25, deadline=None)
@given(CELLS, CELLS, CELLS, CELLS)
def test_ranked_means_enough_of_everything(people, x, y, z) -> None:
    entries = (
        hm.indicator("x", Bron("cbs.kwb", maat="x")),
        hm.indicator("y"),
        hm.indicator("z", domein="klimaat"),
    )
    numbers = [value * 100 for value in people]
    made: IndicatorTable = build({"x": x, "y": y, "z": z}, *entries, people=numbers)
    frame = eligibility(made, hm.GEMEENTE)
    assert list(frame.index) == list(made.areas.index)
    assert ((frame["reden"] == "") == frame["gerangschikt"]).all()
    ranked = frame.index[frame["gerangschikt"]]
    assert (made.areas.loc[ranked, "inwoners"] >= 100).all()
    plan, present = design(made, hm.GEMEENTE), made.values.loc[ranked].notna()
    for domain in plan.domeinen:
        own = [name for name in plan.indicatoren if made.catalogue[name].domein == domain]
        assert (present[own].mean(axis=1) >= 2 / 3 - 0.0005).all()


def proxy(name: str, domein: str = "klimaat"):
    return dataclasses.replace(hm.indicator(name, domein=domein), benadering=True)


def test_domain_of_proxies_alone_drops_out_with_the_reason() -> None:
    columns = {name: [1, 2, 3, 4] for name in ("x", "p", "q")}
    made = build(columns, hm.indicator("x"), proxy("p"), proxy("q"))
    plan = design(made, hm.GEMEENTE)
    assert plan.indicatoren == ("x",)
    assert "klimaat" in plan.domeinen_vervallen
    assert set(plan.vervallen["reden"]) == {PROXIES_ALONE}
    assert plan.vervallen.at["p", "dekking"] == 1.0, "they were there; that is not the reason"
    assert eligibility(made, hm.GEMEENTE)["gerangschikt"].all()


def test_proxy_supports_a_domain_that_has_a_direct_measure() -> None:
    made = build({"x": [1, 2, 3, 4], "p": [4, 3, 2, 1]}, hm.indicator("x"), proxy("p", "sociaal"))
    assert design(made, hm.GEMEENTE).indicatoren == ("x", "p")


def test_direct_measure_that_drops_out_takes_its_proxies_along() -> None:
    columns = {"x": [1, 2, 3, 4], "y": [1, NAN, NAN, NAN], "p": [1, 2, 3, 4]}
    entries = (hm.indicator("x"), hm.indicator("y", domein="klimaat"), proxy("p"))
    plan = design(build(columns, *entries), hm.GEMEENTE)
    assert plan.indicatoren == ("x",)
    assert "25 %" in plan.vervallen.at["y", "reden"]
    assert plan.vervallen.at["p", "reden"] == PROXIES_ALONE
