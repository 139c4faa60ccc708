"""What a change makes again: exactly the stages that rest on it, and nothing before them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from sia.fingerprint import RawHash, hand_down
from sia.stages import graph
from sia.stages.opening import checked_run
from sia.stages.run import Run
from sia.store import update_manifest

FILE = 'code = "GM9999"\nnaam = "Eendorp (fictief)"\nfictief = true\n'
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="{}"/></svg>'
SHOWS = {"kaart", "rapport", "atlas"}
PLANS = {"agenda", "rapport", "atlas"}
FIGURES = {one.name for one in graph.STAGES} - {"intake", "indicatoren", "deelbuurten", "typen"}
ALL = {one.name for one in graph.STAGES}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SIA_HOME", str(tmp_path))
    for name in ("gemeenten", "ruw/plannen", "data/processed/GM9999"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "ruw" / "kwb.csv").write_text("een")
    (tmp_path / "ruw" / "plannen" / "corporatie.csv").write_text("een")
    (tmp_path / "gemeenten" / "logo.svg").write_text(LOGO.format("M0 0"))
    _settings(tmp_path, '[huisstijl]\nlogo = "logo.svg"\n')
    return tmp_path


def _settings(root: Path, text: str) -> None:
    (root / "gemeenten" / "GM9999-dorp.toml").write_text(FILE + text)


def _judge(root: Path) -> None:
    with closing(sqlite3.connect(root / "data/processed/GM9999/duiding.sqlite")) as store:
        store.execute("create table duiding (tekst text)")
        store.commit()


def opened(root: Path, jaar: int = 2021, **options: object) -> Run:
    asked = {"jaren": (2020, 2021), "basisjaar": 2020, **options}
    return checked_run("GM9999", jaar, root / "ruw", **asked)


def prints(run: Run) -> dict[str, str]:
    return {one.name: run.fingerprint(one.name) for one in graph.STAGES}


def changed(before: Run, after: Run) -> set[str]:
    old, new = prints(before), prints(after)
    return {name for name in old if old[name] != new[name]}


def _write(name: str, text: str) -> Callable[[Path], object]:
    return lambda root: (root / name).write_text(text)


def _style(text: str) -> Callable[[Path], object]:
    return lambda root: _settings(root, f'[huisstijl]\nlogo = "logo.svg"\n{text}')


@pytest.mark.parametrize(
    ("change", "again"),
    [
        pytest.param(_write("ruw/plannen/corporatie.csv", "twee"), PLANS, id="a plan"),
        pytest.param(_write("ruw/kwb.csv", "twee"), ALL, id="a raw file"),
        pytest.param(_judge, SHOWS, id="a judgement"),
        pytest.param(_write("gemeenten/logo.svg", LOGO.format("M1 1")), SHOWS | PLANS, id="logo"),
        pytest.param(_style('hoofdkleur = "#000000"\n'), SHOWS | PLANS, id="a colour"),
        pytest.param(_style("[methode.weging.gewichten]\nwonen = 2.0\n"), FIGURES, id="a weight"),
        pytest.param(_style("[methode.agenda]\ngraafrust = 6\n"), PLANS, id="a rule of the agenda"),
        pytest.param(
            _style("[aanpak]\nkans_urgent = 0.9\n"),
            {"aanpak", "gebieden", "verandering", "agenda", *SHOWS},
            id="the aanpak",
        ),
        pytest.param(_style('[[partner]]\nnaam = "W"\nsoort = "corporatie"\n'), ALL, id="partner"),
        pytest.param(
            _style("[methode.gevoeligheid]\nsteekproef = 128\n"),
            {"audit", "rapport", "atlas"},
            id="sample",
        ),
        pytest.param(_style("# anders\n"), set(), id="a remark in the municipality's file"),
        pytest.param(_write("gemeenten/GM9998-dorp.toml", "#"), set(), id="another municipality"),
        pytest.param(_write("ruw/.slot", ""), set(), id="a hidden file"),
    ],
)
def test_a_change_reaches_what_rests_on_it(
    project: Path, change: Callable[[Path], object], again: set[str]
) -> None:
    before = prints(opened(project))
    change(project)
    after = prints(opened(project))
    assert {name for name in before if before[name] != after[name]} == again


def test_the_method_of_one_run_counts_as_that_of_the_file(project: Path) -> None:
    weights = {"weging": {"gewichten": {"wonen": 2.0}}}
    other = opened(project, methode=weights)
    assert changed(opened(project), other) == FIGURES
    _style("[methode.weging.gewichten]\nwonen = 2.0\n")(project)
    assert changed(other, opened(project)) == set()


def test_another_base_year_leaves_what_stands_before_the_scale(project: Path) -> None:
    assert changed(opened(project), opened(project, basisjaar=2021)) == FIGURES


def test_every_year_has_its_own_and_the_pooled_ones_need_all(project: Path) -> None:
    first, last = prints(opened(project, 2020)), prints(opened(project, 2021))
    assert {name for name in first if first[name] == last[name]} == {"intake"}


def test_the_same_city_in_another_folder_is_the_same(
    project: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = tmp_path_factory.mktemp("elders") / "project"
    before = opened(project)
    known = prints(before)
    project.rename(moved)
    monkeypatch.setenv("SIA_HOME", str(moved))
    assert prints(opened(moved)) == known


def test_within_a_batch_the_raw_files_are_those_of_its_start(project: Path) -> None:
    bron = [project / "ruw"]
    with hand_down(bron, RawHash("a", "b")):
        before = opened(project)
        known = prints(before)
        (project / "ruw" / "kwb.csv").write_text("twee")
        assert prints(opened(project)) == known
    with hand_down(bron, RawHash("a", "c")):
        assert changed(before, opened(project)) == PLANS


def test_a_base_year_that_was_published_meanwhile_makes_nothing_again(project: Path) -> None:
    before, base = opened(project), opened(project, 2020)
    was = prints(before)
    noted = {"vingerafdruk": base.fingerprint("indicatoren")}
    update_manifest(base.folder, "indicatoren", noted)
    assert prints(opened(project)) == was
    update_manifest(base.folder, "indicatoren", {"vingerafdruk": "van vorig jaar"})
    assert changed(before, opened(project)) == {"verandering", "rapport", "atlas"}


def test_own_thresholds_are_an_own_method_and_never_published(project: Path) -> None:
    assert opened(project).is_own_method()
    for choice in ({"drempels": {"inwoners": 300}}, {"weging": {"gewichten": {"wonen": 2.0}}}):
        assert not opened(project, methode=choice).is_own_method()
