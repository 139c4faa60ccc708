"""What changed since the base year, as the line writes it and the reports read it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sia import pipeline
from sia.change.since_base import Verandering
from sia.pipeline import robustness
from sia.pipeline.changes import change_found
from sia.pipeline.scores import reweigh
from sia.settings import Folders
from sia.store import write_table
from sia.viz import charts
from tests.pipeline.conftest import Line


@pytest.fixture(scope="module")
def found(line: Line) -> Verandering:
    change = pipeline.change_step(line.last)
    assert change is not None
    return change


def test_there_is_nothing_to_compare_in_the_base_year(line: Line) -> None:
    first = line.runs[min(line.runs)]
    assert pipeline.change_step(first) is None
    assert first.table("verandering").empty and change_found(first) is None
    assert pipeline.since_base_table(first).empty
    assert list(pipeline.scores_by_year(first)) == sorted(line.runs)


def test_the_parts_are_those_of_the_split_and_sum_to_the_difference(
    line: Line, found: Verandering
) -> None:
    split = robustness.change_step(line.last, reweigh(line.last))
    table = found.buurten
    known = split.index[split["echte verandering"].notna()]
    for part in split.columns:
        assert np.allclose(table.loc[known, part], split.loc[known, part]), part
    parts = table[["herziening", "grenzen", "methode", "echte verandering"]].sum(axis=1)
    assert np.allclose(parts[known], table.loc[known, "verschil"])


def test_every_buurt_has_a_judgement_and_who_is_left_out_a_reason(
    line: Line, found: Verandering
) -> None:
    table = found.buurten
    assert list(table.index) == list(line.last.table("gebieden").index)
    out = table["oordeel"] == "niet te vergelijken"
    assert (table["echte verandering"].isna() == out).all()
    assert out.any() and (table.loc[out, "toelichting"] != "").all()
    assert len(pipeline.since_base_table(line.last)) == len(table)


def test_a_judgement_follows_from_its_interval(found: Verandering) -> None:
    table = found.buurten.dropna(subset=["echte verandering"])
    assert found.ruis_bekend
    assert (table["laag"] <= table["hoog"]).all()
    real = table["echte verandering"]
    assert ((table["oordeel"] == "stijgt") == ((table["q"] <= 0.1) & (real > 0))).all()
    assert ((table["oordeel"] == "daalt") == ((table["q"] <= 0.1) & (real < 0))).all()
    # the bar for many buurten at once is never lower than that of the interval of one
    assert (table.loc[table["oordeel"] == "stijgt", "laag"] > 0).all()
    assert (table.loc[table["oordeel"] == "daalt", "hoog"] < 0).all()
    assert {"stijgt", "binnen de ruis"} & set(table["oordeel"])


def test_the_report_reads_what_was_written(line: Line, found: Verandering) -> None:
    read = change_found(line.last)
    assert read is not None
    assert (read.basisjaar, read.ruis_bekend) == (found.basisjaar, found.ruis_bekend)
    pd.testing.assert_frame_equal(read.buurten, found.buurten, check_exact=True)
    pd.testing.assert_frame_equal(read.gebieden, found.gebieden, check_exact=True)
    years = pipeline.scores_by_year(line.last)
    for jaar, run in line.runs.items():
        now = run.table("scores")["urgentie"].reindex(years.index)
        pd.testing.assert_series_equal(years[jaar], now, check_names=False)
    assert pipeline.cijfers(line.last).verandering is None


def test_before_the_step_there_is_no_change_and_that_is_told(line: Line, tmp_path: Path) -> None:
    run = replace(line.last, folders=Folders(tmp_path, tmp_path))
    write_table(run.folder / "gebieden.parquet", line.last.table("gebieden"))
    assert change_found(run) is None
    drawn = charts.year_maps(run.table("gebieden"), pipeline.scores_by_year(run))
    assert "nog niet naast elkaar" in drawn.text
