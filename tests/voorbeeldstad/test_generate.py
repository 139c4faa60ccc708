from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from sia.sources.base import PRESENT, Intake, SourceTable
from voorbeeldstad import CHANGE_YEAR, GEMEENTECODE, YEARS, DemoTruth, generate, plant
from voorbeeldstad.places import WATER_CODE, atoms

if TYPE_CHECKING:
    from tests.voorbeeldstad.conftest import Demo

#: Publication thresholds of CBS (Toelichting wijk- en buurtkaart): measure, denominator, minimum.
THRESHOLDS = (
    ("percentage_koopwoningen", "woningvoorraad", 20),
    ("perc_huurwoningen_in_bezit_woningcorporaties", "woningvoorraad", 20),
    ("percentage_huishoudens_met_laag_inkomen", "aantal_huishoudens", 100),
    ("gemiddeld_inkomen_per_inwoner", "aantal_inwoners", 100),
    ("gemiddeld_gasverbruik_totaal", "woningvoorraad", 6),
    ("grote_supermarkt_gemiddelde_afstand_in_km", "aantal_inwoners", 10),
    ("bevolkingsdichtheid_inwoners_per_km2", "aantal_inwoners", 10),
)


def _hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _codes(jaar: int) -> set[str]:
    return {piece.buurt(jaar)[0] for piece in atoms()}


def _kwb(intake: Intake) -> dict[int, SourceTable]:
    return {table.year: table for table in intake.tables if table.source == "cbs.kwb"}


def test_the_same_seed_gives_the_same_bytes_whatever_other_years_are_asked(
    demo: Demo, tmp_path: Path
) -> None:
    years = (2017, 2019, 2021, 2023, 2024)
    generate(tmp_path, jaren=years)
    again, whole = _hashes(tmp_path), _hashes(demo.folder)
    of_years = {
        name: digest for name, digest in again.items() if any(str(jaar) in name for jaar in years)
    }
    assert len(of_years) > 40
    assert of_years == {name: whole[name] for name in of_years}


def test_the_same_seed_plants_the_same_truth() -> None:
    one, other = (plant(jaren=[2020], seed=7) for _ in range(2))
    for field in fields(DemoTruth):
        pd.testing.assert_frame_equal(
            getattr(one, field.name), getattr(other, field.name), check_exact=True
        )


def test_another_seed_gives_other_figures_but_the_same_codes() -> None:
    one, other = (plant(seed=seed, jaren=[2020]).buurten for seed in (1, 2))
    assert list(one.index) == list(other.index)
    assert list(one["naam"]) == list(other["naam"])
    assert not np.allclose(one["urgentie"], other["urgentie"], equal_nan=True)


def test_planting_equals_generating(demo: Demo) -> None:
    planted = plant(jaren=[2022])
    pd.testing.assert_frame_equal(planted.buurten, demo.truth.buurten.loc[[2022]])
    pd.testing.assert_frame_equal(planted.vierkanten, demo.truth.vierkanten.loc[[2022]])


def test_impossible_years_are_refused(tmp_path: Path) -> None:
    for wrong in ([], [2016], [2020, 2025]):
        with pytest.raises(ValueError, match="jaren"):
            generate(tmp_path, jaren=wrong)
    assert not list(tmp_path.iterdir())


def test_every_data_file_is_read_by_the_sources(intake: Intake) -> None:
    faults = intake.files[intake.files["status"] == "fout"]
    assert faults.empty, faults[["bestand", "opmerking"]].to_string()
    read = intake.files[intake.files["status"] == "gelezen"]
    assert set(read["bron"]) >= {
        "cbs.kwb",
        "cbs.pdok",
        "cbs.ses",
        "cbs.vierkanten",
        "eigen",
        "leefbaarometer",
        "pbl.startanalyse",
        "politie.misdrijven",
        "rivm.gezondheid",
    }
    shapes = set(read["vorm"])
    assert shapes >= {
        "odata3",
        "odata4",
        "spreadsheet",
        "statline",
        "geopackage",
        "shapefile",
        "geojson",
    }
    kwb = read[read["bron"] == "cbs.kwb"]
    assert sorted(int(jaar) for jaar in kwb["jaar"]) == list(YEARS)


def test_every_table_holds_every_buurt_of_its_year(intake: Intake) -> None:
    looked = 0
    for table in intake.tables:
        own = table.regions[
            table.regions.index.str.startswith("BU" + GEMEENTECODE[2:])
            & (table.regions.index != WATER_CODE)
        ]
        if own.empty:
            continue
        borders = max(table.year, 2020) if table.source.startswith("rivm") else table.year
        expected = _codes(borders)
        if table.source in ("leefbaarometer", "pbl.startanalyse"):
            # these exist only where there are people or dwellings
            assert set(own.index) <= expected
        else:
            assert set(own.index) == expected, (table.source, table.year)
        looked += 1
    assert looked >= 40


def test_every_map_holds_every_buurt_and_the_lake(intake: Intake) -> None:
    maps = [layer for layer in intake.areas if layer.level == "buurt"]
    assert sorted(layer.year for layer in maps) == list(YEARS)
    for layer in maps:
        assert set(layer.frame.index) == _codes(layer.year) | {WATER_CODE}
        assert list(layer.frame.index[layer.frame["water"]]) == [WATER_CODE]
        assert layer.frame.is_valid.all()


def test_the_change_of_borders_is_flagged_as_cbs_does(intake: Intake) -> None:
    flags = {
        layer.year: layer.frame["indelingswijziging"].drop(WATER_CODE)
        for layer in intake.areas
        if layer.level == "buurt"
    }
    changed = flags[CHANGE_YEAR]
    assert set(changed.index[changed == 2]) == {"BU99990490"}
    assert set(changed.index[changed == 3]) == {"BU99990402", "BU99990403", "BU99990605"}
    for jaar, flag in flags.items():
        assert jaar == CHANGE_YEAR or (flag == 1).all()


def test_the_reused_code_names_another_place(intake: Intake) -> None:
    shapes = {layer.year: layer.frame.geometry for layer in intake.areas if layer.level == "buurt"}
    before, after = shapes[2020], shapes[2022]
    assert before["BU99990403"].intersection(after["BU99990403"]).area < 1.0
    assert before["BU99990403"].symmetric_difference(after["BU99990490"]).area < 1.0
    parts = after["BU99990402"].union(after["BU99990403"])
    assert before["BU99990402"].symmetric_difference(parts).area < 1.0


def test_maps_in_degrees_lie_where_the_others_lie(intake: Intake) -> None:
    shapes = {layer.year: layer.frame.geometry for layer in intake.areas if layer.level == "buurt"}
    for code in ("BU99990000", "BU99990602", WATER_CODE):
        moved = shapes[2023][code].symmetric_difference(shapes[2022][code]).area
        assert moved < 0.002 * shapes[2022][code].area


def test_published_counts_lie_within_a_rounding_of_the_truth(demo: Demo, intake: Intake) -> None:
    deviations = []
    for jaar, table in _kwb(intake).items():
        small = table.regions.index[table.regions["niveau"].isin(["buurt", "wijk"])]
        counted = demo.truth.aantallen.loc[jaar]
        for measure in (
            "aantal_inwoners",
            "mannen",
            "aantal_personen_65_jaar_en_ouder",
            "aantal_personen_met_een_alg_bijstandsuitkering_tot",
        ):
            if measure not in table.values:
                continue
            off = (table.values.loc[small, measure] - counted.loc[small, measure]).dropna()
            assert off.abs().max() < 5
            assert (table.values.loc[small, measure].dropna() % 5 == 0).all()
            deviations.append(off)
    joined = pd.concat(deviations)
    # unbiased, and the variance r(5 - r) averages to 4 over remainders
    assert abs(joined.mean()) < 4 * 2 / np.sqrt(len(joined))
    assert 3.6 < joined.var() < 4.4


@pytest.mark.parametrize(("measure", "whole", "minimum"), THRESHOLDS)
def test_values_are_withheld_exactly_under_the_threshold(
    demo: Demo, intake: Intake, measure: str, whole: str, minimum: int
) -> None:
    hidden = 0
    for jaar, table in _kwb(intake).items():
        reasons = table.reasons[measure]
        if (reasons == "thema niet geleverd").all():
            continue
        small = demo.truth.omvang.loc[jaar, whole].reindex(reasons.index) < minimum
        assert (small == (reasons != PRESENT)).all(), jaar
        hidden += int(small.sum())
    assert hidden > 0


def test_care_figures_of_seven_people_or_fewer_are_secret(demo: Demo, intake: Intake) -> None:
    hidden = 0
    for jaar, table in _kwb(intake).items():
        if not 2018 <= jaar <= 2023:
            continue
        for measure in ("aantal_wmo_clienten", "aantal_jongeren_met_jeugdzorg_in_natura"):
            few = demo.truth.aantallen.loc[jaar, measure].reindex(table.values.index) <= 7
            assert table.values.loc[few, measure].isna().all()
            assert table.values.loc[~few, measure].notna().all()
            hidden += int(few.sum())
    assert hidden > 0


def test_themes_start_late_lag_and_stop(intake: Intake) -> None:
    tables = _kwb(intake)

    def filled(measure: str) -> list[int]:
        return [
            jaar
            for jaar, table in sorted(tables.items())
            if measure in table.values and table.values[measure].notna().any()
        ]

    assert filled("opleidingsniveau_laag") == list(range(2019, 2024))
    assert filled("mediaan_vermogen_van_particuliere_huish") == list(range(2018, 2023))
    assert filled("totaal_diefstal") == [2017, 2018]
    assert filled("percentage_huishoudens_met_laag_inkomen") == list(range(2017, 2024))
    assert filled("aantal_inwoners") == list(YEARS)


def test_margins_of_health_hold_the_estimate(intake: Intake) -> None:
    table = next(t for t in intake.tables if t.source == "rivm.gezondheid" and t.year == 2022)
    assert table.lower is not None
    assert table.upper is not None
    seen = table.values.notna()
    assert (table.lower.where(seen) <= table.values.where(seen)).where(seen, True).all(axis=None)
    assert (table.upper.where(seen) >= table.values.where(seen)).where(seen, True).all(axis=None)


def test_squares_under_five_people_show_nothing(demo: Demo, intake: Intake) -> None:
    assert len(intake.squares) == len(YEARS)
    for layer in intake.squares:
        counted = demo.truth.vierkanten.loc[layer.year]
        shown = layer.values["aantal_inwoners"].dropna()
        assert (counted.loc[shown.index, "aantal_inwoners"] >= 5).all()
        assert ((shown - counted.loc[shown.index, "aantal_inwoners"]).abs() < 5).all()
        hidden = layer.values.index[layer.values["aantal_inwoners"].isna()]
        assert (counted.loc[hidden, "aantal_inwoners"] < 5).all()


def test_the_newest_squares_lack_income_and_energy(intake: Intake) -> None:
    newest = max(intake.squares, key=lambda layer: layer.year)
    assert newest.values["percentage_laag_inkomen_huishouden"].isna().all()
    assert set(newest.reasons["gemiddeld_gasverbruik_woning"]) == {"nog niet gepubliceerd"}


def test_nobody_can_mistake_a_file_for_a_real_one(demo: Demo, intake: Intake) -> None:
    for path in demo.folder.iterdir():
        assert "fictief" in path.name
        if path.suffix in (".csv", ".json", ".geojson", ".txt"):
            assert "fictief" in path.read_text(encoding="utf-8-sig").lower(), path.name
    for path in demo.folder.glob("*.json"):
        content = json.loads(path.read_text(encoding="utf-8"))
        address = content.get("odata.metadata") or content["@odata.context"]
        assert address.startswith("https://voorbeeld.invalid/fictief/")
    for table in intake.tables:
        names = table.regions["gemeentenaam"]
        assert names[names != ""].str.endswith("(fictief)").all()
    for layer in intake.areas:
        assert set(layer.frame["gemeentenaam"]) == {"Voorbeeldstad (fictief)"}


def test_there_is_a_national_context(intake: Intake) -> None:
    for table in _kwb(intake).values():
        elsewhere = table.regions[
            (table.regions["niveau"] == "buurt") & ~table.regions.index.str.startswith("BU9999")
        ]
        assert len(elsewhere) == 400
        assert elsewhere.index.str[:6].nunique() == 9
        assert "NL00" in table.regions.index or "NL" in table.regions.index
