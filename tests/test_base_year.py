"""The year that fixes the scale: kept from run to run, changed only when asked, never ignored."""

from __future__ import annotations

from pathlib import Path

import pytest

from sia.base_year import FILE, base_year, base_year_text, record, recorded
from sia.errors import InputError
from sia.settings import Folders
from sia.store import update_manifest

CODE = "GM9999"


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders.of(tmp_path)


def process(folders: Folders, *jaren: int, basisjaar: int) -> None:
    """Leave what a run leaves: norms, and a manifest that says on which scale."""
    for jaar in jaren:
        place = folders.year(CODE, jaar)
        update_manifest(place, "02_indicatoren", {"parameters": {"basisjaar": basisjaar}})
        (place / "normen.parquet").touch()


def test_the_first_run_takes_its_first_year(folders: Folders) -> None:
    assert recorded(folders, CODE) is None
    assert base_year(CODE, [2022, 2021], None, folders) == 2021
    assert base_year_text(CODE, [2022, 2021], None, folders) == ""


def test_later_runs_keep_it_whatever_years_they_ask(folders: Folders) -> None:
    process(folders, 2021, 2022, basisjaar=2021)
    record(folders, CODE, 2021)
    for jaren in ([2022], [2017, 2021, 2022]):
        assert base_year(CODE, jaren, None, folders) == 2021
        assert "basisjaar blijft 2021" in base_year_text(CODE, jaren, None, folders)
    assert base_year_text(CODE, [2021, 2022], None, folders) == ""


def test_another_one_is_told_with_the_years_that_stay_behind(folders: Folders) -> None:
    process(folders, 2021, 2022, 2023, basisjaar=2021)
    record(folders, CODE, 2021)
    assert base_year(CODE, [2022], 2022, folders) == 2022
    told = base_year_text(CODE, [2022], 2022, folders)
    assert "verandert van 2021 in 2022" in told
    assert "staan nog: 2021, 2023" in told
    everything = base_year_text(CODE, [2021, 2022, 2023], 2022, folders)
    assert everything.endswith("verandert van 2021 in 2022.")
    record(folders, CODE, 2022)
    assert recorded(folders, CODE) == 2022


def test_a_year_without_norms_is_refused(folders: Folders) -> None:
    process(folders, 2021, basisjaar=2021)
    with pytest.raises(InputError, match=r"optie: --basisjaar\n.*2030 is geen van .* \(2024\)"):
        base_year(CODE, [2024], 2030, folders)
    assert base_year(CODE, [2024], 2021, folders) == 2021
    record(folders, CODE, 2021)
    (folders.year(CODE, 2021) / "normen.parquet").unlink()
    with pytest.raises(InputError, match="2021 als basisjaar"):
        base_year(CODE, [2024], None, folders)


def test_what_has_no_norms_is_not_kept(folders: Folders) -> None:
    record(folders, CODE, 2021)
    assert recorded(folders, CODE) is None


def test_tables_of_before_the_record_say_it_too(folders: Folders) -> None:
    process(folders, 2021, 2022, 2023, basisjaar=2021)
    process(folders, 2024, basisjaar=2024)
    assert recorded(folders, CODE) == 2021


def test_a_record_that_cannot_be_read_is_told(folders: Folders) -> None:
    place = folders.year(CODE, 2021).parent
    place.mkdir(parents=True)
    (place / FILE).write_text("[]")
    with pytest.raises(InputError, match=FILE):
        recorded(folders, CODE)
