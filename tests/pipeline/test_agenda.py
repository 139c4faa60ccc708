"""The agenda of a finished line: its files, its versions, and what must not leave."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import icalendar
import openpyxl
import pandas as pd
import pytest

import voorbeeldstad
from sia import pipeline
from sia.agenda.insight.panel import AgendaPanel
from sia.agenda.reading.decisions import ACTIONS, DECISIONS
from sia.agenda.reading.deliveries import BUDGETS, FOLDER, SUBSIDIES, read_deliveries
from sia.agenda.reading.investments import read_plans
from sia.agenda.reading.organisation import TOGETHER
from sia.agenda.reading.register import take_in
from sia.errors import InputError
from sia.pipeline.agenda import Dia, agenda_tables
from sia.pipeline.agenda_areas import OUTSIDE
from sia.pipeline.agenda_revision import NO_SUBSIDY, scenarios_of
from sia.settings import Folders
from sia.sources.registry import read_folder
from sia.store import read_manifest, read_table
from tests.pipeline.conftest import Line


@pytest.fixture(scope="module")
def delivered(line: Line, tmp_path_factory: pytest.TempPathFactory) -> pipeline.Run:
    """Return the newest run with the partners' plans beside its raw files."""
    folder = tmp_path_factory.mktemp("geleverd")
    voorbeeldstad.write_plans(folder, voorbeeldstad.plant(jaren=[2024]))
    return replace(line.last, bron=(folder,))


@pytest.fixture(scope="module")
def dia(delivered: pipeline.Run) -> Iterator[Dia]:
    made = pipeline.agenda_step(delivered)
    assert made is not None
    yield made
    pipeline.agenda_step(replace(delivered, bron=()))


def public_texts(run: pipeline.Run) -> dict[str, str]:
    folder = run.reports / "agenda" / "openbaar"
    return {p.name: p.read_text(encoding="utf-8") for p in sorted(folder.iterdir())}


def test_without_plans_nothing_is_written_and_it_says_so(line: Line) -> None:
    run = line.last
    assert "geen plannen" in pipeline.delivery_text(run, pipeline.delivered_plans(run))
    assert pipeline.agenda_step(run) is None
    assert not list((run.folder / "agenda").glob("*")) if (run.folder / "agenda").exists() else True
    assert pipeline.public_investments(run).empty


def test_plans_that_are_gone_take_their_agenda_and_its_record_along(
    delivered: pipeline.Run, tmp_path: Path
) -> None:
    run = replace(delivered, folders=Folders(tmp_path / "verwerkt", tmp_path / "rapporten"))
    shutil.copytree(delivered.folder, run.folder)
    assert pipeline.agenda_step(run) is not None
    assert "07_agenda" in read_manifest(run.folder)["stappen"]
    assert pipeline.agenda_step(replace(run, bron=())) is None
    assert "07_agenda" not in read_manifest(run.folder)["stappen"]
    assert not [p for p in run.reports.rglob("*") if p.is_file()]


def test_plans_on_which_nothing_was_decided_still_make_an_agenda(
    delivered: pipeline.Run, tmp_path: Path
) -> None:
    plans = tmp_path / "geleverd"
    shutil.copytree(delivered.bron[0], plans)
    for path in plans.rglob("*"):
        if path.suffix == ".xlsx" or path.name in (ACTIONS, DECISIONS):
            path.unlink()
    places = Folders(tmp_path / "verwerkt", tmp_path / "rapporten")
    run = replace(delivered, bron=(plans,), folders=places)
    shutil.copytree(delivered.folder, run.folder)
    made = pipeline.agenda_step(run)
    assert made is not None and made.state["sinds"].isna().all()
    assert pipeline.status_table(made).empty
    assert pipeline.waiting_table(made)["wacht op"].str.startswith("programmaoverleg").all()
    assert pipeline.decision_problem_table(made).empty
    assert pipeline.phase_text(made).startswith("Stand van de ")


def test_older_years_make_no_agenda(delivered: pipeline.Run) -> None:
    older = delivered.of_year(min(delivered.jaren))
    assert pipeline.delivered_plans(older) is None
    assert "nieuwste SIA-jaar" in pipeline.delivery_text(older, None)


def test_every_plan_of_the_demo_is_read_without_complaint(dia: Dia) -> None:
    assert len(dia.delivered.reading.plans) == 150
    assert dia.delivered.reading.problems == ()
    assert dia.plans["partner"].str.contains("fictief").all()
    assert dia.plans["titel"].str.contains("fictief").all()


def test_a_second_run_gives_the_same_bytes_and_no_new_version(
    dia: Dia, delivered: pipeline.Run
) -> None:
    folders = [delivered.folder / "agenda", delivered.reports / "agenda"]
    before = {p: p.read_bytes() for f in folders for p in f.rglob("*") if p.is_file()}
    again = pipeline.agenda_step(delivered)
    assert again is not None and again.versions["versie"].nunique() == 1
    assert before == {p: p.read_bytes() for f in folders for p in f.rglob("*") if p.is_file()}


def test_no_public_file_holds_what_is_confidential(dia: Dia, delivered: pipeline.Run) -> None:
    plans = dia.delivered.reading.plans
    everything = "\n".join(public_texts(delivered).values())
    # calendar lines are folded after 75 bytes
    flat = re.sub(r"\r?\n ", "", everything)
    closed = plans[plans["vertrouwelijkheid"] != "openbaar"]
    assert len(closed) > 5
    for titel in closed["titel"]:
        assert titel not in flat
    for plan in [*plans.index, *dia.linkages.kansen.index]:
        assert plan not in flat
    amounts = {f"{int(v)}" for c in ("kosten", "kosten_laag", "kosten_hoog") for v in plans[c]}
    amounts |= {f"{int(v)}" for v in dia.delivered.budgets["budget"]}
    digits = set(re.findall(r"\d{5,}", re.sub(r"(\d)[.,](?=\d{3})", r"\1", flat)))
    assert digits.isdisjoint(amounts)
    assert "€" not in flat and "Intern:" not in flat and "POLYGON" not in flat
    assert "LINESTRING" not in flat


def test_public_files_hold_no_count_that_betrays_a_closed_plan(
    dia: Dia, delivered: pipeline.Run
) -> None:
    """The number on the index is that of the rows shown: nothing is left by subtraction."""
    texts = public_texts(delivered)
    shown = dict(
        re.findall(r'href="(BU\w+)\.html">[^<]*</a>: (\d+|nog niets) gepland', texts["index.html"])
    )
    assert len(shown) == len(delivered.table("gebieden"))
    for code, number in shown.items():
        rows = texts[f"{code}.html"].count("<tr ") - 1
        assert max(rows, 0) == (0 if number == "nog niets" else int(number))


def test_internal_plans_are_nowhere_in_what_partners_get(dia: Dia, delivered: pipeline.Run) -> None:
    plans = dia.delivered.reading.plans
    closed = plans.index[plans["vertrouwelijkheid"] == "intern"]
    assert len(closed) > 0
    book = pd.read_excel(delivered.reports / "agenda" / "partners" / "agenda.xlsx", sheet_name=None,
                         engine="openpyxl")  # fmt: skip
    text = "\n".join(table.to_csv() for table in book.values())
    for path in (delivered.reports / "agenda" / "partners").glob("*.csv"):
        text += path.read_text(encoding="utf-8-sig")
    assert not [plan for plan in closed if plan in text]
    assert "onderhandelingsruimte" not in text


def test_calendars_are_read_by_another_reader(dia: Dia, delivered: pipeline.Run) -> None:
    events = 0
    for path in (delivered.reports / "agenda" / "openbaar").glob("*.ics"):
        events += len(icalendar.Calendar.from_ical(path.read_bytes()).walk("VEVENT"))
    assert events > 20


def test_the_report_gets_the_programmed_plans(dia: Dia, delivered: pipeline.Run) -> None:
    table = pipeline.public_investments(delivered)
    assert set(table["vertrouwelijkheid"]) == {"openbaar", "partners"}
    assert table["titel"].nunique() == int(dia.starts.notna().sum())
    assert set(table["buurtcode"]) <= set(delivered.table("gebieden").index)


def test_tables_for_readers_have_rows(dia: Dia) -> None:
    for table in (
        pipeline.linkage_table(dia),
        pipeline.cover_table(dia),
        pipeline.gains_table(dia),
        pipeline.total_gain_table(dia),
        pipeline.waiting_table(dia),
        pipeline.version_table(dia),
        pipeline.timeline_frame(dia, per="partner", samen=True),
    ):
        assert len(table)
    assert "In orde" in pipeline.check_agenda(dia.run, dia)


def test_decisions_and_actions_of_the_demo_reach_status_list_and_exports(
    dia: Dia, delivered: pipeline.Run
) -> None:
    assert dia.problems == ()
    assert set(dia.state["fase"]) >= {"kans", "afspraak", "in programma", "vervallen"}
    # one partner keeps its actions in its own workbook, the others in acties.csv
    owners = {a.partner for a in dia.organisation.actions}
    assert "Corporatie De Linde (fictief)" in owners and len(owners) > 2
    agreed = dia.state[dia.state["fase"].isin(TOGETHER) & (dia.state["soort_kans"] == "straat")]
    assert len(agreed) == 2
    for plannen in agreed["plannen"]:
        own = dia.starts.reindex(plannen.split(";"))
        assert own.isna().all() or own.nunique() == 1
    assert "te laat" in set(pipeline.waiting_table(dia)["dagen"].str.extract("(te laat)")[0])
    book = pd.read_excel(delivered.reports / "agenda" / "partners" / "agenda.xlsx", sheet_name=None,
                         engine="openpyxl")  # fmt: skip
    assert len(book["besluiten"]) == len(dia.organisation.steps)
    assert len(book["wachtlijst"]) == len(dia.waits) and "In één zin" in book["wachtlijst"]
    assert set(book["status"]["Fase"]) == set(dia.state["fase"])
    assert "afspraak" in pipeline.phase_text(dia)


def test_a_next_round_tells_what_changed_and_a_bad_row_keeps_its_plan(
    delivered: pipeline.Run, tmp_path: Path
) -> None:
    run = replace(delivered, folders=Folders(tmp_path / "verwerkt", tmp_path / "rapporten"))
    shutil.copytree(delivered.folder, run.folder)
    first = pipeline.agenda_step(run)
    assert first is not None
    shutil.copytree(delivered.bron[0], tmp_path / "ruw")
    path = tmp_path / "ruw" / FOLDER / "gasnet-voorbeeld.csv"
    rows = pd.read_csv(path, sep=";", dtype=str, keep_default_na=False)
    rows.loc[0, "kosten"] = "geen idee"
    rows.loc[1, "titel"] = "Andere titel (fictief)"
    rows["aangeleverd_op"] = "2025-04-01"
    refused, changed, gone = rows["plan"][0], rows["plan"][1], rows["plan"].iloc[-1]
    rows.iloc[:-1].to_csv(path, sep=";", index=False)
    again = pipeline.agenda_step(replace(run, bron=(tmp_path / "ruw",)))
    assert again is not None
    assert refused in again.taken.register.plans.index
    assert gone not in again.taken.register.plans.index
    table = agenda_tables(again)["wijzigingen"].set_index("plan")["wijziging"]
    assert table[changed] == "gewijzigd" and table[gone] == "ingetrokken"
    assert table[refused] == "afgekeurd" and len(table) == 3
    assert "1 ingetrokken" in pipeline.delivery_change_text(again)
    assert again.versions["versie"].nunique() == 2
    assert any(gone in zin for zin in pipeline.version_difference_table(again)["zin"])
    history = read_table(run.folder / "agenda" / "historie.parquet")
    assert len(history) == 150 + (history["datum"] == "2025-04-01").sum()


def test_an_area_is_the_proposed_dia_area_and_else_the_wijk(
    delivered: pipeline.Run, tmp_path: Path
) -> None:
    run = replace(delivered, folders=Folders(tmp_path / "verwerkt", tmp_path / "rapporten"))
    shutil.copytree(delivered.folder, run.folder)
    (run.folder / "gebiedsindeling.parquet").unlink(missing_ok=True)
    wijken = pipeline.area_of(run)
    assert wijken.equals(pipeline.area_of(run, "wijk"))
    assert "wijk" in pipeline.division_text(run) and "notebook 04" in pipeline.division_text(run)
    pipeline.areas_step(run)
    proposed = pipeline.area_of(run)
    names = run.table("gebiedsindeling")["naam"]
    assert set(proposed) - {OUTSIDE} == set(names) - {""}
    assert not proposed.equals(wijken)
    found = pipeline.candidate_area_table(run)
    assert len(found) and found["hoogste urgentie"].is_monotonic_decreasing
    inside = pipeline.candidate_areas(run)
    assert set(pipeline.candidates(run).index) <= set(inside)


def test_the_agenda_per_area_shows_each_level_what_it_may_see(
    dia: Dia, delivered: pipeline.Run
) -> None:
    partners = pipeline.area_agenda(delivered, "partners")
    public = pipeline.area_agenda(delivered, "openbaar")
    assert set(public) <= set(partners) == set(dia.gebieden[list(_touched(dia))])
    plans = dia.delivered.reading.plans
    closed = set(plans.loc[plans["vertrouwelijkheid"] != "openbaar", "titel"])
    text = "".join(t.to_csv() for tables in public.values() for t in tables.values())
    assert not [titel for titel in closed if titel in text]
    for tables in public.values():
        assert tables["wacht"].empty
        assert "fase" not in tables["koppelkansen"] and "bedrag" not in tables["geld"]
    works = sum(len(tables["werken"]) for tables in partners.values())
    assert works >= int(dia.starts.notna().sum())
    assert any(len(tables["wacht"]) for tables in partners.values())


def _touched(dia: Dia) -> set[str]:
    """Buurten with a programmed work or a koppelkans."""
    placed = dia.plans.loc[dia.starts.dropna().index, "buurtcodes"]
    both = [*placed, *dia.state["buurtcodes"]]
    return {code for codes in both for code in codes.split(";")}


def test_templates_hold_the_partners_own_plans_and_read_back_unchanged(
    dia: Dia, delivered: pipeline.Run, tmp_path: Path
) -> None:
    partner = "Corporatie De Linde (fictief)"
    made = pipeline.write_templates("GM9999", tmp_path, delivered.folders, partner)
    assert {p.name for p in made[1:]} == {BUDGETS, SUBSIDIES, DECISIONS, ACTIONS}
    areas = gpd.GeoDataFrame(delivered.table("gebieden"))
    reading = read_plans(made[0], areas)
    mine = dia.taken.register.plans[dia.taken.register.plans["partner"] == partner]
    assert reading.problems == () and list(reading.plans.index) == list(mine.index)
    _, rows = take_in(dia.taken.register, reading, "2025-09-01")
    assert set(rows.loc[rows["wijziging"] != "ingetrokken", "partner"]) == set()
    book = openpyxl.load_workbook(made[0])
    assert book["Acties"].max_row == 2 and book["Koppelkansen"].max_row > 10
    text = "".join(str(c.value) for sheet in book for row in sheet.iter_rows() for c in row)
    others = plans_of_others(dia, partner)
    assert not [note for note in others if note in text]
    empty = pipeline.write_templates("GM9999", tmp_path / "leeg", delivered.folders)
    found = read_deliveries([_as_folder(empty[0].parent)], areas)
    assert found is not None and found.reading.rows == 0 and found.reading.problems == ()
    with pytest.raises(InputError, match="is er al"):
        pipeline.write_templates("GM9999", tmp_path, delivered.folders)
    with pytest.raises(InputError, match="niet bekend"):
        pipeline.write_templates("GM9999", tmp_path / "x", delivered.folders, "Nobody")


def plans_of_others(dia: Dia, partner: str) -> list[str]:
    """Internal notes of everybody else."""
    plans = dia.taken.register.plans
    return list(plans.loc[plans["partner"] != partner, "opmerking"])


def _as_folder(made: Path) -> Path:
    """Put what was made where deliveries are looked for."""
    root = made.with_name("ingeleverd")
    shutil.copytree(made, root / FOLDER)
    return root


def test_one_scenario_refuses_what_is_not_granted_yet(dia: Dia) -> None:
    cases = scenarios_of(dia)
    assert list(cases)[-1] == NO_SUBSIDY and len(cases) == 7
    more = cases[NO_SUBSIDY].plans["eigen"] - dia.agenda.plans["eigen"]
    unsure = dia.plans["bron_1"].isin(["SUB-WARMTE", "SUB-WIJK"])
    asked = dia.plans.loc[unsure, "bedrag_1"].reindex(more.index).fillna(0.0)
    assert more.to_numpy() == pytest.approx(asked.to_numpy())


def test_the_panel_solves_again_and_says_what_changes(dia: Dia) -> None:
    panel = AgendaPanel(dia.agenda, dia.programme, dia.plans, dia.delivered.subsidies)
    moved = dia.agenda.plans.query("eerste < laatste").index
    plan = next(p for p in moved if pd.notna(dia.starts[p]))
    panel.plan.value = plan
    other = next(y for y in panel.jaar.options if int(y) != dia.starts[plan])
    panel.jaar.value = other
    panel.vast.click()
    panel.knop.click()
    assert panel.programme.starts[plan] == int(other) or "past het niet" in panel.uitkomst.value
    panel.los.click()
    assert panel.held == {}


def test_all_faults_of_budgets_and_subsidies_are_reported_at_once(
    delivered: pipeline.Run, tmp_path: Path
) -> None:
    source = delivered.bron[0] / FOLDER
    target = tmp_path / FOLDER
    target.mkdir()
    name = "gasnet-voorbeeld.csv"
    (target / name).write_bytes((source / name).read_bytes())
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
    areas = delivered.table("gebieden")
    found = read_deliveries([tmp_path], areas)
    assert found is not None
    where = {(p.bestand, p.rij, p.kolom) for p in found.reading.problems}
    assert {
        (BUDGETS, "2", "budget"), (BUDGETS, "4", "jaar"), (SUBSIDIES, "2", "tot"),
        (SUBSIDIES, "3", "status"),
    } <= where  # fmt: skip
    assert any(p.kolom == "extra" for p in found.reading.problems)
    assert any("Onbekend" in p.wat for p in found.reading.problems)
    assert found.budgets["budget"].tolist()[0] == 100.0


def test_the_intake_leaves_the_plans_to_the_agenda(delivered: pipeline.Run) -> None:
    files = read_folder(delivered.bron[0]).files
    assert set(files["status"]) == {"overgeslagen"}
    assert files["opmerking"].str.contains("notebook 07").all()
