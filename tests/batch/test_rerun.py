"""What runs again after a change: exactly the notebooks whose stages rest on what changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from sia import batch
from sia.batch import run as running
from sia.batch.outcome import DONE
from sia.batch.resume import written
from sia.errors import InputError
from sia.stages import graph
from sia.store import sha256_file, update_manifest, write_text
from tests.batch.tiny import PARAMETERS, run_of, write_notebook

YEARS = (2020, 2021)
FILE = 'code = "GM9999"\nnaam = "Eendorp (fictief)"\nfictief = true\n'
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="{}"/></svg>'
ALL = set(graph.notebooks())
FIGURES = ALL - {"01_intake", "02_indicatoren"}
SHOW_PLANS, SHOW_DUIDING = {"07_agenda", "09_rapport"}, {"08_kaarten", "09_rapport"}
WEIGHT = {"weging": {"gewichten": {"wonen": 2.0}}}


def act(task: batch.Task) -> batch.Outcome:
    """Do as a notebook does: write one file per stage and note it, without a kernel."""
    write_text(task.output, "{}")
    for stage in task.stages:
        target = task.processed / f"{stage}.txt"
        write_text(target, f"{stage} {task.jaar}")
        update_manifest(task.processed, stage, {"uitvoer": {target.name: sha256_file(target)}})
    return batch.Outcome(
        task.gemeente,
        task.jaar,
        task.notebook.stem,
        DONE,
        fingerprint=task.fingerprint,
        outputs=written(task),
    )


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with notebooks of the real names, that ran once."""
    monkeypatch.setenv("SIA_HOME", str(tmp_path))
    monkeypatch.setattr(running, "run_notebook", act)
    for name in graph.notebooks():
        write_notebook(tmp_path / "notebooks" / f"{name}.ipynb", "print(jaar)")
    for name in ("gemeenten", "ruw/plannen"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "ruw" / "kwb.csv").write_text("een")
    (tmp_path / "ruw" / "plannen" / "corporatie.csv").write_text("een")
    (tmp_path / "gemeenten" / "logo.svg").write_text(LOGO.format("M0 0"))
    settings(tmp_path, "")
    assert ran(tmp_path) == {(year, name) for year in YEARS for name in ALL}
    return tmp_path


def settings(root: Path, more: str) -> None:
    text = f'{FILE}[huisstijl]\nlogo = "logo.svg"\n{more}'
    (root / "gemeenten" / "GM9999-dorp.toml").write_text(text)


def ran(root: Path, methode: dict | None = None, **extra: object) -> set[tuple[int, str]]:
    """Run the batch and return what was not skipped."""
    run = run_of(root, YEARS, methode=methode)
    tasks = batch.plan(run, root, methode=methode, extra=extra)
    result = batch.run_batch(tasks, bron=[root / "ruw"])
    assert result.exit_code() == 0
    return {(o.jaar, o.notebook) for o in result.outcomes if o.status == DONE}


def judge(root: Path) -> None:
    with closing(sqlite3.connect(root / "data/processed/GM9999/duiding.sqlite")) as store:
        store.execute("create table duiding (tekst text)")
        store.commit()


def write(name: str, text: str) -> Callable[[Path], object]:
    return lambda root: (root / name).write_text(text)


@pytest.mark.parametrize(
    ("change", "again"),
    [
        pytest.param(write("ruw/kwb.csv", "twee"), ALL, id="an open-data file"),
        pytest.param(judge, SHOW_DUIDING, id="a judgement"),
        pytest.param(
            write("gemeenten/logo.svg", LOGO.format("M1 1")), SHOW_PLANS | SHOW_DUIDING, id="logo"
        ),
        pytest.param(
            lambda root: settings(root, "[methode.weging.gewichten]\nwonen = 2.0\n"),
            FIGURES,
            id="a weight of the municipality",
        ),
        pytest.param(
            lambda root: write_notebook(root / "notebooks/03_robuustheid.ipynb", "print(1)"),
            {"03_robuustheid"},
            id="the text of a notebook",
        ),
        pytest.param(lambda root: settings(root, "# anders\n"), set(), id="a remark"),
        pytest.param(write("gemeenten/GM9998-dorp.toml", "# anders"), set(), id="another's file"),
    ],
)
def test_only_what_rests_on_a_change_runs_again(
    project: Path, change: Callable[[Path], object], again: set[str]
) -> None:
    assert ran(project) == set()
    change(project)
    assert ran(project) == {(year, name) for year in YEARS for name in again}
    assert ran(project) == set()


def test_a_plan_runs_only_the_agenda_and_the_report_of_the_newest_year_again(project: Path) -> None:
    write("ruw/plannen/corporatie.csv", "twee")(project)
    assert ran(project) == {(max(YEARS), name) for name in SHOW_PLANS}
    assert ran(project) == set()


def test_a_weight_for_one_run_is_a_change_and_so_is_its_end(project: Path) -> None:
    again = {(year, name) for year in YEARS for name in FIGURES}
    assert ran(project, WEIGHT) == again
    assert ran(project, WEIGHT) == set()
    assert ran(project) == again


def test_a_table_that_was_changed_by_hand_is_made_again_and_nothing_else(project: Path) -> None:
    target = project / "data" / "processed" / "GM9999" / "2021" / "aanpak.txt"
    target.write_text("anders")
    assert ran(project) == {(2021, "04_clustering")}
    assert target.read_text() == "aanpak 2021"


def test_a_parameter_of_one_notebook_reaches_only_that_one(project: Path) -> None:
    source = project / "notebooks" / "09_rapport.ipynb"
    write_notebook(source, "print(jaar)", parameters=f"{PARAMETERS}reeks = False\n")
    assert {name for _, name in ran(project)} == {"09_rapport"}
    assert ran(project, reeks=True) == {(year, "09_rapport") for year in YEARS}
    with pytest.raises(InputError, match="Bedoelde u `reeks`"):
        ran(project, reekss=True)


def test_the_method_reaches_the_notebooks_as_it_was_asked(project: Path) -> None:
    run = run_of(project, YEARS, methode=WEIGHT)
    tasks = batch.plan(run, project, methode=WEIGHT)
    assert {t.notebook.stem for t in tasks} == ALL
    assert all(t.parameters["methode"] == WEIGHT for t in tasks)
