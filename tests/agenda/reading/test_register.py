from __future__ import annotations

from datetime import date

import geopandas as gpd
import pandas as pd

from sia.agenda.reading.combining import combine
from sia.agenda.reading.investments import Reading, validate
from sia.agenda.reading.register import (
    Register,
    Round,
    empty_register,
    take_in,
    visible_changes,
)


def _row(plan: str, **more: object) -> dict[str, object]:
    row: dict[str, object] = {
        "plan": plan, "partner": "A", "titel": plan, "soort": "weg", "kosten": 1000.0,
        "wkt": "LINESTRING (250100 470100, 250300 470100)", "vroegst": 2026, "laatst": 2028,
        "duur": 1, "flexibiliteit": "vrij", "status": "begroot", "vertrouwelijkheid": "openbaar",
    }  # fmt: skip
    return row | more


def _read(buurten: gpd.GeoDataFrame, *rows: dict[str, object]) -> Reading:
    return validate(pd.DataFrame(list(rows)), buurten)


def _taken(before: Register, reading: Reading, datum: str) -> tuple[Register, pd.DataFrame]:
    """Return the register after a round, and what the round added to the history."""
    after = take_in(before, reading, datum)
    return after, after.history.iloc[len(before.history) :]


def test_new_changed_withdrawn_and_rejected_with_history(buurten: gpd.GeoDataFrame) -> None:
    first = _read(buurten, _row("P1"), _row("P2"), _row("P3"), _row("P4"))
    register, changes = _taken(empty_register(first.plans), first, "2025-01-01")
    assert set(changes["wijziging"]) == {"nieuw"}

    second = _read(
        buurten,
        _row("P1"),
        _row("P2", kosten=2000.0, wkt="LINESTRING (250100 470150, 250300 470150)"),
        _row("P3", duur="lang"),
        {"plan": "P4", "partner": "A", "status": "vervallen"},
        _row("P5"),
    )
    register, changes = _taken(register, second, "2026-01-01")
    shown = visible_changes(changes).set_index("plan")
    assert shown["wijziging"].to_dict() == {
        "P2": "gewijzigd", "P3": "afgekeurd", "P4": "ingetrokken", "P5": "nieuw",
    }  # fmt: skip
    assert shown.loc["P2", "zin"] == "P2 is gewijzigd: Kosten (euro) en Geometrie (WKT)."
    assert set(register.plans.index) == {"P1", "P2", "P3", "P5"}
    assert register.plans.loc["P2", "kosten"] == 2000.0
    cost = register.history[register.history["veld"] == "kosten"].iloc[0]
    assert (cost["oud"], cost["nieuw"], cost["datum"]) == ("1000.0", "2000.0", "2026-01-01")
    assert set(changes["datum"]) == {"2026-01-01"}


def test_same_delivery_again_changes_nothing(buurten: gpd.GeoDataFrame) -> None:
    reading = _read(buurten, _row("P1"), _row("P2"))
    register, _ = _taken(empty_register(reading.plans), reading, "2025-01-01")
    with_fault = _read(buurten, _row("P1"), _row("P2", duur="lang"))
    register, changes = _taken(register, with_fault, "2025-06-01")
    assert changes["wijziging"].tolist() == ["afgekeurd"]
    again, changes = _taken(register, with_fault, "2026-01-01")
    assert changes.empty
    assert len(again.history) == len(register.history) == 3
    assert set(again.plans.index) == {"P1", "P2"}


def test_what_is_not_delivered_stays_and_is_asked_about_once(buurten: gpd.GeoDataFrame) -> None:
    both = _read(buurten, _row("P1"), _row("P2", partner="B"))
    register, _ = _taken(empty_register(both.plans), both, "2025-01-01")
    half = _read(buurten, _row("P1"))
    kept, changes = _taken(register, half, "2025-02-01")
    assert set(kept.plans.index) == {"P1", "P2"}
    assert changes["wijziging"].tolist() == ["niet geleverd"]
    assert visible_changes(changes)["zin"].tolist() == [
        "P2 staat niet in de levering en blijft zoals het was. Vervallen?"
    ]
    again, changes = _taken(kept, half, "2025-02-01")
    assert changes.empty and set(again.plans.index) == {"P1", "P2"}


def test_a_plan_has_one_owner_who_alone_changes_or_withdraws_it(buurten: gpd.GeoDataFrame) -> None:
    first = _read(buurten, _row("P1", partner="Gemeente Proefstad"))
    register, _ = _taken(empty_register(first.plans), first, "2025-01-01")
    owners = {"P1": "Gemeente Proefstad"}
    for other in (_row("P1", partner="B", kosten=5.0), _row("P1", partner="B", status="vervallen")):
        for reading in (_read(buurten, other), combine([_read(buurten, other)], owners)):
            kept, changes = _taken(register, reading, "2025-02-01")
            assert kept.plans["kosten"].to_dict() == {"P1": 1000.0}
            assert set(changes["wijziging"]) <= {"afgekeurd", "niet geleverd"}
    own = combine([_read(buurten, _row("P1", partner="gemeente proefstad", kosten=5.0))], owners)
    kept, changes = _taken(register, own, "2025-02-01")
    assert changes["veld"].tolist() == ["kosten"]
    assert "gelezen als `Gemeente Proefstad`" in own.problems[0].wat + own.problems[1].wat


def test_rounds_without_a_date_are_told_apart(buurten: gpd.GeoDataFrame) -> None:
    """The changes of a round are those of that round, also when the day is the same."""
    first = _read(buurten, _row("P1"), _row("P2"))
    register, _ = _taken(empty_register(first.plans), first, "2025-12-31")
    second = _read(buurten, _row("P1"), _row("P2", kosten=2000.0))
    register, _ = _taken(register, second, "2025-12-31")
    round_ = Round(register, date(2025, 12, 31))
    assert round_.changes["plan"].tolist() == ["P2"]


def test_the_partners_table_sees_no_internal_plans_fields_or_values(
    buurten: gpd.GeoDataFrame,
) -> None:
    first = _read(buurten, _row("P1", opmerking="stil"), _row("P2", vertrouwelijkheid="intern"))
    register, changes = _taken(empty_register(first.plans), first, "2025-01-01")
    assert visible_changes(changes)["plan"].tolist() == ["P1"]
    hidden = changes[changes["vertrouwelijkheid"] == "intern"]
    assert len(hidden) and visible_changes(hidden).empty
    second = _read(
        buurten, _row("P1", opmerking="geheim", kosten=3000.0), _row("P2", kosten=5000.0)
    )
    _, changes = _taken(register, second, "2025-02-01")
    shown = visible_changes(changes)
    # P2 was internal until now: that it was is nobody's business
    assert shown["plan"].tolist() == ["P1"]
    assert shown["velden"].tolist() == ["Kosten (euro)"]
    assert "geheim" not in shown.to_csv() and "3000" not in shown.to_csv()
