"""What was processed: as columns for people, as JSON for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sia import cli
from sia.batch import Request, begin, write_record
from sia.batch.status import processed_years, status_text
from sia.errors import InputError
from sia.settings import LAST_RUN, Folders
from sia.stages import graph
from sia.stages.opening import checked_run
from sia.stages.run import Made
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
    report = made.edition("GM0344", 2024) / "rapport.html"
    report.parent.mkdir(parents=True)
    report.touch()
    return made


def _process(place: Path, stage: str, **parameters: int) -> None:
    place.mkdir(parents=True)
    table = place / "scores.parquet"
    table.write_text("cijfers")
    entry = {"parameters": parameters, "uitvoer": {str(table): sha256_file(table)}}
    update_manifest(place, stage, entry)


def _published(root: Path) -> Path:
    """Note every stage of two years as published by a run that left its record."""
    raw = root / "ruw"
    (raw / "plannen").mkdir(parents=True)
    for name in ("kwb.csv", "plannen/corporatie.csv"):
        raw.joinpath(name).write_text("een")
    for jaar in (2023, 2024):
        run = checked_run("GM0344", jaar, raw, jaren=(2023, 2024), basisjaar=2023)
        run.folder.joinpath("manifest.json").unlink(missing_ok=True)
        for stage in graph.STAGES:
            run.note(stage, Made({}))
    asked = Request(("GM0344",), (2023, 2024), (raw,)).facts()
    write_record(begin(asked, [raw], {}), root / "reports" / "GM0344" / LAST_RUN)
    return raw


def _old(folders: Folders, jaar: int = 2024) -> list[str]:
    rows = processed_years(folders, "GM0344")
    return next(row["verouderd"] for row in rows if row["jaar"] == jaar)


def test_a_stage_that_rests_on_something_else_is_named_with_the_cause(
    folders: Folders, tmp_path: Path
) -> None:
    raw = _published(tmp_path)
    assert _old(folders) == _old(folders, 2023) == []
    raw.joinpath("plannen", "corporatie.csv").write_text("twee")
    agenda = "de stap agenda is verouderd; er veranderde iets in wat partners leverden."
    rapport = "de stap rapport is verouderd; er veranderde iets in de stap agenda."
    atlas = "de stap atlas is verouderd; er veranderde iets in de stap rapport."
    assert _old(folders) == [agenda, rapport, atlas]
    text = status_text(processed_years(folders, "GM0344"))
    assert f"Utrecht 2024, {agenda}" in text and text.count("  verouderd  ") == 1
    with (tmp_path / "gemeenten" / "GM0344.toml").open("a") as file:
        file.write("[methode.weging.gewichten]\nwonen = 2.0\n")
    found = _old(folders)
    assert found[0] == "de stap weging is verouderd; er veranderde iets in de methode."
    assert len(found) == len(graph.STAGES) - 4, "not intake, indicatoren, deelbuurten and typen"


def test_a_run_without_raw_folders_named_takes_those_of_the_last_one(
    folders: Folders, tmp_path: Path
) -> None:
    raw = _published(tmp_path)
    opened = checked_run("GM0344", 2024)
    assert opened.bron == (raw,) and opened.state("rapport") == "gepubliceerd"
    (tmp_path / "data" / "raw").mkdir(parents=True)
    raw.rename(tmp_path / "elders")
    assert checked_run("GM0344", 2024).bron == (tmp_path / "data" / "raw",)


def test_without_the_raw_files_of_the_last_run_nothing_is_called_outdated(
    folders: Folders, tmp_path: Path
) -> None:
    raw = _published(tmp_path)
    raw.rename(tmp_path / "elders")
    text = status_text(processed_years(folders, "GM0344"))
    assert text.count("in orde") == 2 and _old(folders) == []
    assert "Utrecht 2024, niet te zeggen" in text and str(raw) in text
    (tmp_path / "reports" / "GM0344" / LAST_RUN).unlink()
    text = status_text(processed_years(folders, "GM0344"))
    assert "verslag van de laatste run ontbreekt" in text


def test_every_year_is_a_row_of_columns(folders: Folders, tmp_path: Path) -> None:
    heading, *rows = status_text(processed_years(folders)).splitlines()
    assert heading.split() == ["gemeente", "jaar", "basisjaar", "stappen", "stand", "pagina"]
    assert [row.split("  ")[0] for row in rows] == ["Utrecht (GM0344)"] * 2 + ["Nederland (NL)"]
    assert {row.index(year) for row, year in zip(rows, ("2023", "2024", "2024"), strict=True)} == {
        heading.index("jaar")
    }
    assert rows[1].endswith(str(folders.edition("GM0344", 2024) / "rapport.html"))
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


def test_a_year_without_a_report_is_not_in_order(folders: Folders, tmp_path: Path) -> None:
    _published(tmp_path)
    (row, *_) = processed_years(folders, "GM0344")
    assert "niet af" not in status_text([row])
    halfway = {**row, "stappen": ["indicatoren", "intake"], "verouderd": []}
    assert "niet af" in status_text([halfway]) and "in orde" not in status_text([halfway])
