"""The split of change since the base year, on the demonstration line."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sia.errors import InputError
from sia.pipeline import robustness
from sia.pipeline.run import Run
from sia.pipeline.scores import reweigh, weighing_step
from sia.settings import Folders
from sia.store import read_table, write_table
from sia.weighing import URGENTIE, Weighing
from tests.pipeline.conftest import Line


@pytest.fixture(scope="module")
def weging(line: Line) -> Weighing:
    return reweigh(line.last)


def test_parts_of_the_change_sum_to_it_and_match_the_written_scores(
    line: Line, weging: Weighing
) -> None:
    change = robustness.change_step(line.last, weging)
    known = change.dropna()
    assert len(known) > 40
    parts = known[["herziening", "grenzen", "methode", "echte verandering"]].sum(axis=1)
    assert np.allclose(parts, known["verschil"])
    before = line.runs[min(line.runs)].table("scores")[URGENTIE]
    assert np.allclose(known["basisjaar"], before.loc[known.index])
    now = line.last.table("scores")[URGENTIE]
    assert np.allclose(known["dit jaar"], now.loc[known.index])
    assert (known["herziening"] == 0).all()


def test_base_year_has_nothing_to_split(line: Line) -> None:
    first = line.runs[min(line.runs)]
    assert robustness.change_step(first, reweigh(first)).empty


def copied(line: Line, root: Path) -> Run:
    """Return the last run with its own copy of the tables, which may be changed."""
    target = root / "verwerkt"
    shutil.copytree(line.last.folders.processed, target)
    folders = dataclasses.replace(line.last.folders, processed=target)
    return dataclasses.replace(line.last, folders=folders)


def test_figures_that_were_revised_since_are_told_apart(
    line: Line, weging: Weighing, tmp_path: Path
) -> None:
    run = copied(line, tmp_path)
    base = run.of_year(run.basisjaar)
    values = read_table(base.folder / "indicatoren.parquet")
    name = weging.contributions.columns[0]
    code = weging.contributions.dropna().index[0]
    column = values[name]
    low, high = column.quantile(0.3), column.quantile(0.7)
    values.loc[code, name] = high if abs(column[code] - high) > abs(column[code] - low) else low
    write_table(base.folder / "indicatoren.parquet", values)
    files = read_table(base.folder / "bestanden.parquet")
    write_table(base.folder / "bestanden.parquet", files.assign(sha256="oud"))
    change = robustness.change_step(run, weging)
    assert abs(change.at[code, "herziening"]) > 0.01
    others = change.drop(index=code)["herziening"].dropna()
    assert np.allclose(others, 0)
    one = change.loc[code]
    parts = one[["herziening", "grenzen", "methode", "echte verandering"]].sum()
    assert parts == pytest.approx(one["verschil"])


def test_table_of_change_is_named_and_sorted(line: Line, weging: Weighing) -> None:
    table = robustness.change_table(line.last, robustness.change_step(line.last, weging))
    assert table.columns[0] == "buurt"
    assert table["verschil"].dropna().is_monotonic_decreasing
    assert isinstance(table, pd.DataFrame)


def test_a_year_in_which_nobody_has_a_score_is_told(line: Line, tmp_path: Path) -> None:
    shutil.copytree(line.last.folders.processed, tmp_path / "verwerkt")
    folders = Folders(tmp_path / "verwerkt", tmp_path / "rapporten")
    run = dataclasses.replace(line.last, folders=folders)
    write_table(run.folder / "indicatoren.parquet", run.table("indicatoren") * np.nan)
    with pytest.raises(InputError, match="geen enkele buurt genoeg cijfers"):
        weighing_step(run, doorrekeningen=10)
