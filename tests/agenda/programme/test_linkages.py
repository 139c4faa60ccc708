from __future__ import annotations

from datetime import date

import geopandas as gpd
import pandas as pd
import pytest

from sia.agenda.parameters import BANDS, default_parameters
from sia.agenda.programme.linkages import Linkages, find_linkages, plan_urgency
from sia.agenda.reading.investments import Reading, validate
from sia.methode import AgendaSettings

STREET = "LINESTRING (250100 470{y:03d}, 250300 470{y:03d})"


def _plan(plan: str, partner: str, soort: str, y: int = 200, **more: object) -> dict[str, object]:
    row: dict[str, object] = {
        "plan": plan, "partner": partner, "titel": plan, "soort": soort, "kosten": 1_000_000.0,
        "wkt": STREET.format(y=y), "vroegst": 2026, "voorkeur": 2027, "laatst": 2028, "duur": 1,
        "flexibiliteit": "vrij", "status": "begroot", "vertrouwelijkheid": "openbaar",
        "opgaven": "klimaat",
    }  # fmt: skip
    return row | more


def _find(
    rows: list[dict[str, object]],
    buurten: gpd.GeoDataFrame,
    scores: pd.DataFrame,
    settings: AgendaSettings | None = None,
) -> Linkages:
    reading = validate(pd.DataFrame(rows), buurten)
    assert reading.problems == ()
    return find_linkages(reading.plans, scores, settings)


def test_bundle_of_four_avoids_three_openings_not_six(
    buurten: gpd.GeoDataFrame, scores: pd.DataFrame
) -> None:
    rows = [
        _plan(f"P{i}", f"Partner {i}", soort, 200 + i)
        for i, soort in enumerate(["riolering", "weg", "waterleiding", "warmtenet"])
    ]
    kansen = _find(rows, buurten, scores).kansen
    assert len(kansen) == 1
    share = {band: default_parameters().shared(band) for band in BANDS}
    for band in ("laag", "midden", "hoog"):
        expected = 3 * share[band] * 1_000_000
        assert kansen[f"besparing_{band}"].iloc[0] == pytest.approx(expected)
    assert "3 openingen minder" in kansen["zin"].iloc[0]


def test_three_equal_works_save_the_published_share_of_their_summed_cost(
    buurten: gpd.GeoDataFrame, scores: pd.DataFrame
) -> None:
    rows = [_plan(f"P{i}", f"Q{i}", s) for i, s in enumerate(["riolering", "weg", "waterleiding"])]
    kans = _find(rows, buurten, scores).kansen.iloc[0]
    coordination = 0.005 * 2 / 3
    for band, published in (("laag", 0.05), ("midden", 0.15), ("hoog", 0.24)):
        share = kans[f"besparing_{band}"] / 3_000_000
        assert share == pytest.approx(published - coordination, abs=1e-9)


def test_pair_saves_a_share_of_the_smaller_cost(
    buurten: gpd.GeoDataFrame, scores: pd.DataFrame
) -> None:
    rows = [
        _plan("GROOT", "A", "riolering", kosten=5_000_000.0),
        _plan("KLEIN", "B", "weg", kosten=400_000.0),
    ]
    kans = _find(rows, buurten, scores).kansen.iloc[0]
    share = default_parameters().shared("midden")
    assert kans["besparing_midden"] == pytest.approx(share * 400_000)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("no common year", {"vroegst": 2030, "voorkeur": 2030, "laatst": 2031}),
        ("too far", {"wkt": STREET.format(y=300)}),
        ("same partner and kind", {"partner": "A", "soort": "riolering"}),
        ("a year apart by precedence", {"voorgangers": "P0+1"}),
        ("money gone before", {"vroegst": 2026, "middelen_tot": 2026}),
    ],
)
def test_decoys_are_no_koppelkans(
    name: str, change: dict[str, object], buurten: gpd.GeoDataFrame, scores: pd.DataFrame
) -> None:
    first = _plan("P0", "A", "riolering", vroegst=2027)
    other = _plan("P1", "B", "weg") | change
    assert _find([first, other], buurten, scores).kansen.empty, name


def test_crossing_streets_share_no_opening(buurten: gpd.GeoDataFrame, scores: pd.DataFrame) -> None:
    rows = [
        _plan("P0", "A", "riolering"),
        _plan("P1", "B", "weg", wkt="LINESTRING (250200 470050, 250200 470350)"),
    ]
    kansen = _find(rows, buurten, scores).kansen
    assert list(kansen["soort_kans"]) == ["nabij"]
    assert kansen["besparing_hoog"].sum() == 0


def test_renovation_never_saves_on_openings(
    buurten: gpd.GeoDataFrame, scores: pd.DataFrame
) -> None:
    rows = [
        _plan("P0", "A", "riolering"),
        _plan("P1", "B", "renovatie", hinder="geluid"),
    ]
    kansen = _find(rows, buurten, scores).kansen
    assert kansen["besparing_hoog"].sum() == 0


def test_moving_a_window_makes_a_kans_and_is_said(
    buurten: gpd.GeoDataFrame, scores: pd.DataFrame
) -> None:
    rows = [
        _plan("P0", "A", "riolering", laatst=2027),
        _plan("P1", "B", "weg", vroegst=2029, voorkeur=2029, laatst=2030),
    ]
    assert _find(rows, buurten, scores).kansen.empty
    kans = _find(rows, buurten, scores, AgendaSettings(schuif=1)).kansen.iloc[0]
    assert (kans["van"], kans["tot"], kans["schuif"]) == (2028, 2028, 1)
    fixed = [rows[0] | {"flexibiliteit": "vast"}, rows[1] | {"flexibiliteit": "vast"}]
    assert _find(fixed, buurten, scores, AgendaSettings(schuif=1)).kansen.empty


def test_decide_before_the_last_common_year_minus_preparation(
    buurten: gpd.GeoDataFrame, scores: pd.DataFrame
) -> None:
    rows = [_plan("P0", "A", "riolering"), _plan("P1", "B", "weg", laatst=2031)]
    kans = _find(rows, buurten, scores, AgendaSettings(voorbereiding=2)).kansen.iloc[0]
    assert kans["beslis_voor"] == date(2026, 1, 1)
    assert "Beslis vóór 1 januari 2026." in kans["zin"]


def test_plan_known_only_by_buurt_promises_no_shared_opening(
    buurten: gpd.GeoDataFrame, scores: pd.DataFrame
) -> None:
    rows = [
        _plan("P0", "A", "riolering"),
        _plan("P1", "B", "weg", wkt="", buurtcodes=buurten.index[0]),
    ]
    linkages = _find(rows, buurten, scores)
    assert linkages.kansen.empty
    assert linkages.places.openings["plek"].nunique() == 2


def test_part_of_a_district_network_shares_only_its_own_street(
    buurten: gpd.GeoDataFrame, scores: pd.DataFrame
) -> None:
    network = "MULTILINESTRING ((250100 470200, 250300 470200), (250100 470400, 250300 470400))"
    rows = [
        _plan("NET", "A", "warmtenet", wkt=network, kosten=2_000_000.0),
        _plan("RIO", "B", "riolering", kosten=3_000_000.0),
    ]
    kans = _find(rows, buurten, scores).kansen.iloc[0]
    half = default_parameters().shared("midden") * 1_000_000
    assert kans["besparing_midden"] == pytest.approx(half)


def test_urgency_is_that_of_the_served_opgave_and_missing_is_not_zero(
    buurten: gpd.GeoDataFrame, scores: pd.DataFrame
) -> None:
    rows = [
        _plan("P0", "A", "riolering", wkt="", buurtcodes=f"{buurten.index[1]};{buurten.index[2]}"),
        _plan("P1", "A", "riolering", wkt="", buurtcodes=buurten.index[0]),
        _plan("P2", "A", "riolering", wkt="", buurtcodes=";".join(buurten.index[:2])),
    ]
    urgency = plan_urgency(validate(pd.DataFrame(rows), buurten).plans, scores)["urgentie"]
    assert urgency["P0"] == pytest.approx(scores["klimaat"].iloc[[1, 2]].mean())
    assert pd.isna(urgency["P1"])
    assert urgency["P2"] == pytest.approx(scores["klimaat"].iloc[1])


def test_names_survive_a_next_run_and_order_of_rows(
    reading: Reading, linkages: Linkages, scores: pd.DataFrame
) -> None:
    again = find_linkages(reading.plans.iloc[::-1].sort_index(), scores)
    assert list(again.kansen.index) == list(linkages.kansen.index)
    assert linkages.kansen.index.is_unique


def test_every_kans_is_explained_in_a_sentence(linkages: Linkages) -> None:
    for kans in linkages.kansen.to_dict("records"):
        assert kans["zin"].endswith(".")
        assert str(kans["beslis_voor"].year) in kans["zin"]
        assert all(partner in kans["zin"] for partner in kans["partners"].split(";"))


def test_a_kans_is_as_confidential_as_its_most_confidential_member(
    reading: Reading, linkages: Linkages
) -> None:
    levels = reading.plans["vertrouwelijkheid"]
    for kans in linkages.kansen.to_dict("records"):
        members = set(levels[kans["plannen"].split(";")])
        strictest = next(v for v in ("intern", "partners", "openbaar") if v in members)
        assert kans["vertrouwelijkheid"] == strictest
