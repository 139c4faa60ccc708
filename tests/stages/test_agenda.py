"""The stage of the agenda on a finished line: what it reads, writes and takes away."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from sia.agenda.dia import Dia
from sia.agenda.insight.area_agenda import area_agenda, public_investments
from sia.errors import InputError
from sia.settings import Folders
from sia.sources.registry import read_folder
from sia.stad import Stad
from sia.stages import agenda, graph
from sia.stages.agenda_round import hold
from sia.stages.run import Run
from sia.stages.templates import write_templates
from sia.store import read_manifest
from tests.stages.conftest import Line


@pytest.fixture(scope="module")
def dia(delivered: Run) -> Dia:
    made: Dia | None = delivered.publish("agenda").result
    assert made is not None
    return made


def test_without_plans_nothing_is_written_and_it_says_so(line: Line) -> None:
    run = line.last
    assert run.publish("agenda").result is None
    assert not (run.folder / "agenda").exists()
    assert public_investments(agenda.published(run)).empty
    assert "geen plannen" in Stad(run).controle("agenda")


def test_older_years_make_no_agenda(delivered: Run) -> None:
    older = delivered.of_year(min(delivered.jaren))
    assert agenda.read(older) is None


def test_a_second_run_gives_the_same_bytes_and_no_new_version(dia: Dia, delivered: Run) -> None:
    folders = [delivered.folder / "agenda", delivered.reports]
    before = {p: p.read_bytes() for f in folders for p in f.rglob("*") if p.is_file()}
    again = agenda.publish(delivered, delivered.made("agenda")).result
    assert len(before) > 15 and again.versions["versie"].nunique() == 1
    assert before == {p: p.read_bytes() for f in folders for p in f.rglob("*") if p.is_file()}


def test_a_plan_that_moves_changes_the_agenda_and_what_shows_it_alone(
    delivered: Run, tmp_path: Path
) -> None:
    other = tmp_path / "ruw"
    shutil.copytree(delivered.bron[0], other)
    table = other / "plannen" / "budgetten.csv"
    table.write_text(table.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    changed = replace(delivered, bron=(other,), _prints={})
    names = [one.name for one in graph.STAGES]
    moved = [n for n in names if changed.fingerprint(n) != delivered.fingerprint(n)]
    assert moved == ["agenda", "rapport", "atlas"]


def test_what_was_written_is_what_the_report_and_the_areas_read(dia: Dia, delivered: Run) -> None:
    tables = agenda.published(delivered)
    shown = public_investments(tables)
    assert shown["titel"].nunique() == int(dia.starts.notna().sum())
    agendas = area_agenda(tables, "partners")
    assert set(agendas) <= set(dia.gebieden)
    works = {titel for own in agendas.values() for titel in own["werken"]["titel"]}
    assert works == set(shown["titel"])


def test_the_intake_leaves_the_plans_to_the_agenda(delivered: Run) -> None:
    files = read_folder(delivered.bron[0]).files
    files = files[files["bestand"].str.contains("plannen/")]
    assert len(files) > 0
    assert set(files["status"]) == {"overgeslagen"}
    assert files["opmerking"].str.contains("notebook 07").all()


def test_templates_come_from_the_newest_year_and_overwrite_nothing(
    dia: Dia, delivered: Run, tmp_path: Path
) -> None:
    partner = "Corporatie De Linde (fictief)"
    made = write_templates("GM9999", tmp_path, delivered.folders, partner)
    assert all(path.stat().st_size for path in made) and len(made) == 6
    with pytest.raises(InputError, match="is er al"):
        write_templates("GM9999", tmp_path, delivered.folders)
    assert len(write_templates("GM9999", tmp_path / "leeg", delivered.folders)) == 6


def test_a_round_by_itself_reads_what_lies_there_and_tells_where_its_answers_are(
    dia: Dia, delivered: Run
) -> None:
    delivered.publish("gebieden")
    again = hold(delivered)
    assert again.dia is not None and again.dia.versions.equals(dia.versions)
    assert "zoals `sia run` haar nu ook zou maken" in again.tekst
    assert str(delivered.reports / "intern" / "agenda" / "antwoord") in again.tekst
    assert all(path.exists() for path in again.files) and delivered.published("agenda")
    with pytest.raises(InputError, match="nieuwste jaar"):
        hold(delivered.of_year(min(delivered.jaren)))


def test_a_round_on_an_older_sia_says_so_and_lets_a_batch_make_it_again(
    dia: Dia, delivered: Run
) -> None:
    other = replace(delivered, jaren=(delivered.jaar,), basisjaar=delivered.jaar, _prints={})
    assert not other.published("weging")
    held = hold(other)
    assert held.dia is not None and held.dia.starts.equals(dia.starts)
    assert "zoals zij er ligt" in held.tekst
    assert "agenda" not in read_manifest(delivered.folder)["stappen"]
    delivered.publish("agenda")


def test_a_round_from_plans_alone_has_no_urgency_and_says_so(
    dia: Dia, delivered: Run, tmp_path: Path
) -> None:
    folders = Folders(processed=tmp_path / "verwerkt", reports=tmp_path / "rapporten")
    held = hold(replace(delivered, folders=folders, _prints={}))
    assert held.dia is not None and set(held.dia.plans.index) == set(dia.plans.index)
    assert not held.dia.agenda.plans["urgentie_bekend"].any()
    assert "Urgentie telt niet mee" in held.tekst
    assert (folders.report("GM9999", delivered.jaar) / "intern/agenda/antwoord").is_dir()


def test_plans_that_are_gone_take_their_agenda_and_its_record_along(
    dia: Dia, delivered: Run, line: Line
) -> None:
    assert "agenda" in read_manifest(delivered.folder)["stappen"]
    gone = replace(delivered, bron=line.last.bron, _prints={})
    assert gone.publish("agenda").result is None
    assert not [p for p in delivered.reports.rglob("*") if p.is_file()]
    assert agenda.published(gone) == {}
