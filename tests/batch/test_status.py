"""What was processed: as columns for people, as JSON for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sia import cli
from sia.batch.status import processed_years, status_text
from sia.errors import InputError
from sia.settings import Folders
from sia.store import sha256_file, update_manifest


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folders:
    """Return a project in which two years of a municipality and the country were processed."""
    monkeypatch.setenv("SIA_HOME", str(tmp_path))
    (tmp_path / "gemeenten").mkdir()
    (tmp_path / "gemeenten" / "GM0344.toml").write_text('code = "GM0344"\nnaam = "Utrecht"\n')
    made = Folders.of(tmp_path)
    for jaar in (2023, 2024):
        _process(made.year("GM0344", jaar), "03_robuustheid", basisjaar=2023)
    _process(made.processed / "NL" / "2024", "land")
    _process(made.processed / "NL" / "gemeenten" / "GM0344" / "2024", "land")
    report = made.report("GM0344", 2024) / "rapport.html"
    report.parent.mkdir(parents=True)
    report.touch()
    return made


def _process(place: Path, stage: str, **parameters: int) -> None:
    place.mkdir(parents=True)
    table = place / "scores.parquet"
    table.write_text("cijfers")
    entry = {"parameters": parameters, "uitvoer": {str(table): sha256_file(table)}}
    update_manifest(place, stage, entry)


def test_every_year_is_a_row_of_columns(folders: Folders, tmp_path: Path) -> None:
    heading, *rows = status_text(processed_years(folders)).splitlines()
    assert heading.split() == ["gemeente", "jaar", "basisjaar", "stappen", "stand", "pagina"]
    assert [row.split("  ")[0] for row in rows] == ["Utrecht (GM0344)"] * 2 + ["Nederland (NL)"]
    assert {row.index(year) for row, year in zip(rows, ("2023", "2024", "2024"), strict=True)} == {
        heading.index("jaar")
    }
    assert rows[1].endswith(str(folders.report("GM0344", 2024) / "rapport.html"))
    assert rows[0].endswith("nog geen rapport")
    assert "1 en 1 gemeenten" in rows[2]
    assert status_text(processed_years(folders, "nl")) == status_text(processed_years(folders)[2:])


def test_what_was_changed_or_is_gone_is_named_below(folders: Folders) -> None:
    folders.year("GM0344", 2023).joinpath("scores.parquet").unlink()
    folders.year("GM0344", 2024).joinpath("scores.parquet").write_text("anders")
    text = status_text(processed_years(folders, "Utrecht"))
    assert "Utrecht 2023, 03_robuustheid: scores.parquet ontbreekt" in text
    assert "Utrecht 2024, 03_robuustheid: scores.parquet is later gewijzigd" in text
    assert text.count("1 gebrek") == 2


def test_a_program_reads_the_same_as_json(folders: Folders) -> None:
    result = CliRunner().invoke(cli.app, ["status", "--json", "-g", "GM0344"])
    first, second = json.loads(result.output)
    assert (first["jaar"], first["basisjaar"], first["pagina"]) == (2023, 2023, None)
    assert (second["code"], second["stappen"], second["gebreken"]) == (
        "GM0344",
        ["03_robuustheid"],
        [],
    )


def test_what_nobody_knows_is_refused_and_nothing_is_said_so(
    folders: Folders, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=r"Bedoelde u `Utrecht`\? Of geef de code"):
        processed_years(folders, "Utrech")
    assert "nog niets" in status_text(processed_years(Folders(tmp_path / "leeg", tmp_path)))
