from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

from sia.agenda.reading.deliveries import BUDGETS, FOLDER, SUBSIDIES, read_deliveries


def test_all_faults_of_budgets_and_subsidies_are_reported_at_once(
    raw: Path, buurten: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    target = tmp_path / FOLDER
    target.mkdir()
    name = "gasnet-voorbeeld.csv"
    (target / name).write_bytes((raw / FOLDER / name).read_bytes())
    (target / BUDGETS).write_text(
        "partner;jaar;budget;fte\nGasnet Voorbeeld (fictief);2025;veel;1\n"
        "Gasnet Voorbeeld (fictief);2026;100;1\nGasnet Voorbeeld (fictief);2026;200;1\n"
        "Onbekend;2026;;2\n",
        encoding="utf-8",
    )
    (target / SUBSIDIES).write_text(
        "subsidie;naam;van;tot;plafond;eigen_aandeel;soorten;status;extra\n"
        "S1;Een;2030;2026;100;50;gasnet;toegekend;x\nS2;Twee;2025;2030;100;50;gasnet;vast;x\n",
        encoding="utf-8",
    )
    found = read_deliveries([tmp_path], buurten)
    assert found is not None
    where = {(p.bestand, p.rij, p.kolom) for p in found.reading.problems}
    assert {
        (BUDGETS, "2", "budget"), (BUDGETS, "4", "jaar"), (SUBSIDIES, "2", "tot"),
        (SUBSIDIES, "3", "status"), (SUBSIDIES, "", "extra"),
    } <= where  # fmt: skip
    # what cannot be read stops its year, of two rows the lowest counts, and the name is asked about
    budgets = found.budgets.set_index(["partner", "jaar"])["budget"]
    assert budgets.to_dict() == {
        ("Gasnet Voorbeeld (fictief)", 2025): 0.0, ("Gasnet Voorbeeld (fictief)", 2026): 100.0,
        ("Onbekend", 2026): pytest.approx(np.nan, nan_ok=True),
    }  # fmt: skip
    assert (BUDGETS, "5", "partner") in where
    assert not any("veel" in p.wat for p in found.reading.problems)


def test_nobody_delivered(buurten: gpd.GeoDataFrame, tmp_path: Path) -> None:
    assert read_deliveries([tmp_path], buurten) is None
