"""A deel-buurt that did not move keeps its number over four years of Voorbeeldstad (fictief)."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest

import voorbeeldstad
from sia.methode import PocketSettings, ScanSettings
from sia.pockets import find_pockets, squares_frame
from sia.sources.registry import read_folder

YEARS = (2021, 2022, 2023, 2024)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [502, 733])
def test_what_did_not_move_keeps_its_number(seed: int, tmp_path: Path) -> None:
    truth = voorbeeldstad.generate(tmp_path, seed=seed, jaren=YEARS)
    intake = read_folder(tmp_path, gemeente=voorbeeldstad.GEMEENTECODE)
    how = PocketSettings(scan=ScanSettings(permutations=799))
    planted = truth.deelbuurten.reset_index().groupby("deelbuurt")["vierkant"].agg(set)
    numbers: dict[str, list[str]] = {name: [] for name in planted.index}
    earlier: list[gpd.GeoDataFrame] = []
    for jaar in YEARS:
        layer = next(s for s in intake.squares if s.size == 100 and s.year == jaar)
        areas = next(a for a in intake.areas if a.level == "buurt" and a.year == jaar).frame
        own = gpd.GeoDataFrame(areas[areas.index.str.startswith("BU9999")])
        found = find_pockets(squares_frame(layer), own, how, earlier)
        earlier.insert(0, found.pockets)
        inside = found.vierkanten["deelbuurt"]
        for name, squares in planted.items():
            for number in found.pockets.index:
                group = set(inside.index[inside == number])
                if 2 * len(group & squares) >= len(group | squares):
                    numbers[name].append(number)
    seen = [len(found) for found in numbers.values()]
    assert sum(seen) >= 20 and max(seen) == len(YEARS)
    assert all(len(set(found)) <= 1 for found in numbers.values()), numbers
