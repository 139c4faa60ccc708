"""The method in force: what a municipality and a file change, told to people and to programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sia import cli
from sia.errors import InputError
from sia.gemeente import Gemeente
from sia.methode import Methode, flat, uitleg
from sia.stages import in_force

OWN = 'code = "GM9999"\nnaam = "Eendorp (fictief)"\nfictief = true\n[methode.weging]\nlaag = 5\n'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SIA_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "240")
    (tmp_path / "gemeenten").mkdir()
    (tmp_path / "gemeenten" / "GM9999-dorp.toml").write_text(OWN)
    (tmp_path / "anders.toml").write_text("[weging.gewichten]\nwonen = 2.0\n")
    (tmp_path / "fout.toml").write_text("[weging]\nlaagg = 5\nhoog = 20\n")
    return tmp_path


def asked(*arguments: str) -> str:
    result = CliRunner().invoke(cli.app, ["methode", *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_the_default_has_no_deviations(project: Path) -> None:
    facts = in_force.method_facts(Methode.standaard())
    assert in_force.headline(facts).endswith("gelijk aan de standaard.")
    assert json.loads(asked("--json"))["afwijkingen"] == {}


def test_a_file_goes_over_the_municipality_and_both_are_shown(project: Path) -> None:
    told = json.loads(
        asked("-g", "Eendorp (fictief)", "--methode", str(project / "anders.toml"), "--json")
    )
    assert told["afwijkingen"] == {"weging.laag": [2, 5], "weging.gewichten.wonen": [1.0, 2.0]}
    assert told["methode"]["weging"]["laag"] == 5
    made = Methode.standaard().met(weging={"laag": 5}, gewichten={"wonen": 2.0})
    assert told["label"] == made.label


def test_the_table_says_every_choice_and_what_is_other(project: Path) -> None:
    text = asked("-g", "GM9999")
    rows = [[cell.strip() for cell in ln.split("│")[1:-1]] for ln in text.splitlines()]
    shown = {row[0]: row for row in rows if len(row) == 4}
    assert text.startswith(f"Methode {Methode.standaard().versie} (")
    assert "1 keuze anders dan de standaard" in text
    assert shown["weging.laag"] == ["weging.laag", "5", "2", uitleg("weging.laag")]
    assert shown["weging.hoog"][1:3] == ["98", ""]
    assert {place for place, _ in flat(Methode.standaard().als_tabel())} <= set(shown)


def test_a_wrong_file_is_refused_with_all_its_faults(project: Path) -> None:
    with pytest.raises(InputError) as caught:
        in_force.method_of(Gemeente("GM9999", "Eendorp", fictief=True), project / "fout.toml")
    assert {problem.kolom for problem in caught.value.problems} == {"weging.laagg", "weging.hoog"}
    assert {problem.bestand for problem in caught.value.problems} == {"fout.toml"}


def test_every_choice_has_an_explanation() -> None:
    assert [p for p, _ in flat(Methode.standaard().als_tabel()) if not uitleg(p)] == []
