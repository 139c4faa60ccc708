"""The batch: parameters are checked before a kernel starts, one failure takes nobody down."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from sia import batch
from sia.errors import InputError
from sia.stages.graph import Need, Stage
from tests.batch.tiny import KERNEL, PARAMETERS, plan_of, use_stages, write_project


@pytest.fixture
def project(home: Path) -> Path:
    """A project of two notebooks, of which the first fails in 2021."""
    return write_project(home, "assert jaar != 2021, 'kapot jaar'", "print(jaar)")


def test_misspelt_parameter_is_an_error_with_a_suggestion(project: Path) -> None:
    with pytest.raises(InputError, match="Bedoelde u `jaar`"):
        batch.check_parameters(project / "notebooks" / "01_a.ipynb", {"jaarr": 2020})


def test_parameter_of_another_type_is_an_error(project: Path) -> None:
    with pytest.raises(InputError, match="van het soort int"):
        batch.check_parameters(project / "notebooks" / "01_a.ipynb", {"jaar": "2020"})


def test_every_bad_parameter_is_reported_at_once(project: Path) -> None:
    with pytest.raises(InputError) as caught:
        batch.check_parameters(project / "notebooks" / "01_a.ipynb", {"jaarr": 1, "bron": 3})
    assert len(caught.value.problems) == 2


def test_plan_refuses_before_any_kernel_starts(project: Path) -> None:
    with pytest.raises(InputError, match="Geen enkel notebook"):
        plan_of(project, [2020], extra={"zaadje": 3})


def test_notebook_without_tagged_cell_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "no_parameters.ipynb"
    cells = [nbformat.v4.new_code_cell(PARAMETERS)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=KERNEL), path)
    with pytest.raises(InputError, match="tag `parameters`"):
        batch.notebook_parameters(path)


def test_absent_notebook_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="bestaat niet"):
        batch.notebook_parameters(tmp_path / "99_weg.ipynb")


def test_a_failed_year_takes_no_other_down(project: Path) -> None:
    result = batch.run_batch(plan_of(project, [2020, 2021]), workers=2)
    status = {(o.jaar, o.notebook): o.status for o in result.outcomes}
    assert status == {
        (2020, "01_a"): "klaar",
        (2020, "02_b"): "klaar",
        (2021, "01_a"): "mislukt",
        (2021, "02_b"): "overgeslagen",
    }
    failure = result.failed[0]
    assert (failure.cell, failure.message) == (3, "AssertionError: kapot jaar")
    assert result.exit_code() == 1
    copy = project / "reports" / "GM9999" / "2021" / "intern" / "notebooks" / "01_a.ipynb"
    assert "kapot jaar" in copy.read_text(encoding="utf-8")


def test_a_failure_skips_what_needs_it_and_nothing_else(home: Path) -> None:
    project = write_project(home, "print(jaar)", "assert False", "print(jaar)", "print(jaar)")
    use_stages(
        [
            Stage("intake", "", "01_a"),
            Stage("weging", "", "02_b", needs=(Need("intake"),)),
            Stage("typen", "", "03_c", needs=(Need("intake"),)),
            Stage("rapport", "", "04_d", needs=(Need("weging"), Need("typen"))),
        ]
    )
    result = batch.run_batch(plan_of(project, [2020]), workers=1)
    assert [o.status for o in result.outcomes] == ["klaar", "mislukt", "klaar", "overgeslagen"]


def test_years_follow_each_other_where_a_stage_needs_its_own_past(home: Path) -> None:
    project = write_project(home, "print(jaar)")
    use_stages([Stage("intake", "", "01_a", needs=(Need("intake", "eerder"),))])
    seen: list[int] = []
    batch.run_batch(
        plan_of(project, [2022, 2020, 2021]), workers=3, progress=lambda o: seen.append(o.jaar)
    )
    assert seen == [2020, 2021, 2022]
