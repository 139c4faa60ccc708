"""Opening a run: every problem at once, before anything starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from sia import pipeline
from sia.errors import InputError


@pytest.fixture(autouse=True)
def _home(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIA_HOME", str(repository))


def test_all_problems_of_a_request_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        pipeline.check_request("Enschedee", [2001, 2020], [tmp_path / "weg"])
    text = str(caught.value)
    assert len(caught.value.problems) == 3
    assert "Enschedee" in text
    assert "2001" in text
    assert "weg" in text


def test_a_misspelt_folder_gets_a_suggestion(tmp_path: Path) -> None:
    (tmp_path / "voorbeeldstad").mkdir()
    with pytest.raises(InputError, match="Bedoelde u"):
        pipeline.check_request("GM9999", [2020], [tmp_path / "voorbeeldstd"])


def test_the_name_and_the_code_are_the_same_municipality(tmp_path: Path) -> None:
    assert pipeline.check_request("Enschede", [2020], [tmp_path]) == "GM0153"
    assert pipeline.check_request("GM0153", [2020], [tmp_path]) == "GM0153"


def test_the_year_itself_is_among_the_years(tmp_path: Path) -> None:
    run = pipeline.open_run("GM9999", 2022, [str(tmp_path)], [2020, 2021])
    assert run.jaren == (2020, 2021, 2022)
    assert run.basisjaar == 2020
    assert "Voorbeeldstad" in str(run)


def test_an_empty_project_has_an_empty_status(tmp_path: Path) -> None:
    from sia.settings import Folders

    assert "nog niets" in pipeline.status_text(Folders(tmp_path, tmp_path))
