from __future__ import annotations

import geopandas as gpd
import pandas as pd

from sia.agenda.investments import Reading, validate
from sia.agenda.register import empty_register, take_in


def _row(plan: str, **more: object) -> dict[str, object]:
    row: dict[str, object] = {
        "plan": plan, "partner": "A", "titel": plan, "soort": "weg", "kosten": 1000.0,
        "wkt": "LINESTRING (250100 470100, 250300 470100)", "vroegst": 2026, "laatst": 2028,
        "duur": 1, "flexibiliteit": "vrij", "status": "begroot", "vertrouwelijkheid": "openbaar",
    }  # fmt: skip
    return row | more


def _read(buurten: gpd.GeoDataFrame, *rows: dict[str, object]) -> Reading:
    return validate(pd.DataFrame(list(rows)), buurten)


def test_new_changed_withdrawn_and_rejected_with_history(buurten: gpd.GeoDataFrame) -> None:
    first = _read(buurten, _row("P1"), _row("P2"), _row("P3"), _row("P4"))
    register, changes, problems = take_in(empty_register(first.plans), first, "A", "2025-01-01")
    assert problems == ()
    assert set(changes["wijziging"]) == {"nieuw"}

    second = _read(
        buurten,
        _row("P1"),
        _row("P2", kosten=2000.0, wkt="LINESTRING (250100 470150, 250300 470150)"),
        _row("P3", duur="lang"),
        _row("P5"),
    )
    register, changes, _ = take_in(register, second, "A", "2026-01-01")
    assert changes["wijziging"].to_dict() == {
        "P2": "gewijzigd", "P3": "afgekeurd", "P4": "ingetrokken", "P5": "nieuw",
    }  # fmt: skip
    assert changes.loc["P2", "zin"] == "P2 is gewijzigd: Kosten (euro) en Geometrie (WKT)."
    assert set(register.plans.index) == {"P1", "P2", "P3", "P5"}
    assert register.plans.loc["P2", "kosten"] == 2000.0
    cost = register.history[register.history["veld"] == "kosten"].iloc[0]
    assert (cost["oud"], cost["nieuw"], cost["datum"]) == ("1000.0", "2000.0", "2026-01-01")


def test_same_delivery_again_changes_nothing(buurten: gpd.GeoDataFrame) -> None:
    reading = _read(buurten, _row("P1"), _row("P2"))
    register, _, _ = take_in(empty_register(reading.plans), reading, "A", "2025-01-01")
    again, changes, _ = take_in(register, reading, "A", "2026-01-01")
    assert changes.empty
    assert len(again.history) == len(register.history)


def test_nobody_touches_another_partners_plans(buurten: gpd.GeoDataFrame) -> None:
    own = _read(buurten, _row("P1"))
    register, _, _ = take_in(empty_register(own.plans), own, "A", "2025-01-01")
    foreign = _read(buurten, _row("P1", partner="B", kosten=1.0), _row("P9", partner="C"))
    after, _, problems = take_in(register, foreign, "B", "2025-02-01")
    assert {p.rij for p in problems} == {"P1", "P9"}
    assert after.plans.loc["P1", "kosten"] == 1000.0
    assert list(after.plans.index) == ["P1"]
