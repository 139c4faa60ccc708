"""Only what has been run can be opened."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from sia.batch.status import processed_years
from sia.errors import InputError
from sia.sessie.choices import Keuze, available, chosen, opened
from sia.settings import Folders
from tests.sessie.klein import CODE, EARLIER, YEAR


def test_years_that_were_run_can_be_chosen_newest_first(folders: Folders) -> None:
    (folders.processed / CODE / "2022").mkdir()
    (folders.processed / CODE / "intake").mkdir(exist_ok=True)
    assert available(folders) == (Keuze(CODE, "Voorbeeldstad (fictief)", (YEAR, EARLIER)),)


def test_nothing_run_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="sia demo"):
        available(Folders(tmp_path / "leeg", tmp_path))


def test_a_year_opens_with_its_years_and_without_raw_files(folders: Folders) -> None:
    run = opened(folders, CODE, YEAR)
    assert (run.jaar, run.jaren, run.basisjaar, run.bron) == (YEAR, (EARLIER, YEAR), YEAR, ())


def test_a_year_opens_with_the_method_of_its_municipality(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    choices = {"weging": {"gewichten": {"veiligheid": 3.0}}}
    own = replace(opened(folders, CODE, YEAR).gemeente, methode=choices)
    monkeypatch.setattr("sia.sessie.choices.configure_processed", lambda *given: own)
    assert opened(folders, CODE, YEAR).methode.weging.weights["veiligheid"] == 3.0


@pytest.mark.parametrize(("code", "jaar"), [(CODE, 2019), ("GM0153", YEAR)])
def test_what_was_not_run_is_refused_with_what_there_is(
    folders: Folders, code: str, jaar: int
) -> None:
    with pytest.raises(InputError, match=rf"Voorbeeldstad \(fictief\): {YEAR}, {EARLIER}"):
        opened(folders, code, jaar)


def test_an_empty_choice_takes_the_first_and_the_newest(folders: Folders) -> None:
    assert chosen(folders, "", 0) == (CODE, YEAR)
    assert chosen(folders, "voorbeeldstad", EARLIER) == (CODE, EARLIER)
    with pytest.raises(InputError):
        chosen(folders, "Enschede", 0)


def test_a_municipality_without_a_file_of_its_own_takes_no_other_down(folders: Folders) -> None:
    shutil.copytree(folders.processed / CODE, folders.processed / "GM0141")
    assert [one.naam for one in available(folders)] == ["GM0141", "Voorbeeldstad (fictief)"]
    known = folders.processed / "NL" / "intake" / "abc"
    known.mkdir(parents=True)
    named = {"GM0141": {"naam": "Almelo", "jaren": [YEAR], "andere": []}}
    (known / "gemeenten.json").write_text(json.dumps(named), encoding="utf-8")
    assert [one.naam for one in available(folders)] == ["Almelo", "Voorbeeldstad (fictief)"]
    assert chosen(folders, "almelo", 0) == ("GM0141", YEAR)
    assert opened(folders, "GM0141", YEAR).gemeente.naam == "Almelo"
    assert {row["naam"] for row in processed_years(folders, "Almelo")} == {"Almelo"}
