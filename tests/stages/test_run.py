"""Opening a run: every problem at once, before anything starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from sia.batch.status import processed_years, status_text
from sia.settings import Folders
from sia.stages.opening import checked_run


@pytest.fixture(autouse=True)
def _home(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIA_HOME", str(repository))


def test_the_year_itself_is_among_the_years(tmp_path: Path) -> None:
    run = checked_run("GM9999", 2022, tmp_path, jaren=[2020, 2021], verwerkt=tmp_path)
    assert run.jaren == (2020, 2021, 2022)
    assert run.basisjaar == 2020
    assert "Voorbeeldstad" in str(run)


def test_an_empty_project_has_an_empty_status(tmp_path: Path) -> None:
    assert "nog niets" in status_text(processed_years(Folders(tmp_path, tmp_path)))
