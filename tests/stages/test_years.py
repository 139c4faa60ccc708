"""Change over the years on a finished line: what stages write is what readers get."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sia.change.base_year import BaseYear, split_change
from sia.change.panel import Panel
from sia.change.since_base import Verandering
from sia.stad import Stad
from sia.stages import graph, verandering
from sia.stages.figures import change_found, entries_of, figures
from sia.stages.inputs import Inputs
from sia.store import read_manifest, sha256_file, update_manifest, write_table
from sia.weighing import URGENTIE
from tests.stages.conftest import Line


@pytest.fixture(scope="module")
def found(line: Line) -> Verandering:
    change: Verandering | None = line.last.made("verandering").result[1]
    assert change is not None
    return change


def test_there_is_nothing_to_compare_in_the_base_year(line: Line) -> None:
    first = line.runs[min(line.runs)]
    assert first.table("verandering").empty and change_found(first) is None
    stad = Stad(first)
    assert stad.verandering.lijst().empty and stad.verandering.oorzaken().empty
    assert list(stad.verandering.jaarscores) == sorted(line.runs)


def test_without_a_buurt_in_both_years_there_is_nothing_to_compare(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs = Inputs(line.last, graph.stage("verandering"))
    assert verandering.compared(inputs) is not None
    monkeypatch.setattr(BaseYear, "comparable", pd.DataFrame())
    assert verandering.compared(inputs) is None


def test_the_parts_of_the_change_sum_to_it_and_match_the_written_scores(line: Line) -> None:
    change = split_change(line.last.made("verandering").result[0])
    known = change.dropna()
    assert len(known) > 40
    parts = known[["herziening", "grenzen", "methode", "bron", "echte verandering"]].sum(axis=1)
    assert np.allclose(parts, known["verschil"])
    before = line.runs[min(line.runs)].table("scores")[URGENTIE]
    assert np.allclose(known["basisjaar"], before.loc[known.index])
    assert np.allclose(known["dit jaar"], line.last.table("scores")[URGENTIE].loc[known.index])
    assert (known["herziening"] == 0).all()
    table = Stad(line.last).verandering.oorzakenlijst()
    assert table.columns[0] == "buurt"
    assert table["verschil"].dropna().is_monotonic_decreasing


def test_years_side_by_side_end_with_the_published_urgentie(line: Line) -> None:
    panel: Panel = line.last.made("jaren").result
    first, last = panel.jaren
    published = line.last.table("scores")[URGENTIE]
    pd.testing.assert_series_equal(panel.urgentie()[last], published, check_names=False)
    assert len(panel.urgentie()[first].dropna()) > 40


def test_amounts_of_an_earlier_year_are_in_euros_of_now(line: Line) -> None:
    panel: Panel = line.last.made("jaren").result
    first = panel.jaren[0]
    laid, own = panel.resultaten[first].values, panel.tabellen[first].scored
    money = [name for name in panel.indicatoren if panel.nu.catalogue[name].geld and name in laid]
    before, after = (panel.tabellen[jaar].norms.loc[money, "p50"] for jaar in panel.jaren)
    assert money and (before != after).any()
    rows = laid.index.intersection(panel.gelijk.index[panel.gelijk[money].all(axis=1)])
    assert len(rows) > 40
    growth = laid.loc[rows, money] / own.loc[rows, money]
    assert np.allclose(growth, after / before)


def test_every_buurt_has_a_judgement_and_who_is_left_out_a_reason(
    line: Line, found: Verandering
) -> None:
    table = found.buurten
    assert list(table.index) == list(line.last.table("gebieden").index)
    out = table["oordeel"] == "niet te vergelijken"
    assert (table["echte verandering"].isna() == out).all()
    assert out.any() and (table.loc[out, "toelichting"] != "").all()
    assert len(Stad(line.last).verandering.lijst()) == len(table)


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
    years = Stad(line.last).verandering.jaarscores
    for jaar, run in line.runs.items():
        now = run.table("scores")["urgentie"].reindex(years.index)
        pd.testing.assert_series_equal(years[jaar], now, check_names=False)
    assert figures(line.last, entries_of(line.last)).verandering is None


@pytest.fixture(scope="module")
def trajecten(line: Line) -> Iterator[Stad]:
    yield Stad(line.last)


def test_every_buurt_has_a_verdict_on_its_type_or_a_reason(trajecten: Stad) -> None:
    table = trajecten.trajecten.tabel
    assert list(table.index) == list(trajecten.tabel("gebieden").index)
    out = table["oordeel"] == "niet te vergelijken"
    assert (table.loc[out, "toelichting"] != "").all()
    assert len(trajecten.trajecten.weggelaten()) == int(out.sum())
    counted = trajecten.trajecten.resultaat.overgang.to_numpy().sum()
    assert counted == int((~out).sum())
    assert "In orde" in trajecten.controle("trajecten")


def test_names_and_numbers_are_those_of_the_typology(trajecten: Stad) -> None:
    found = trajecten.trajecten.resultaat
    assert set(found.namen) <= set(trajecten.typen.namen)
    for number, name in found.namen.items():
        assert trajecten.typen.namen[number] == name


def test_one_year_gives_reasons_instead_of_changes(line: Line) -> None:
    first = Stad(line.runs[min(line.runs)])
    assert set(first.trajecten.tabel["oordeel"]) == {"niet te vergelijken"}
    assert "één vergelijkbaar jaar" in first.trajecten.zin()


def test_a_base_year_that_was_published_from_other_figures_is_told_as_revised(
    line: Line, tmp_path: Path
) -> None:
    shutil.copytree(line.last.folders.processed, tmp_path / "verwerkt")
    folders = replace(line.last.folders, processed=tmp_path / "verwerkt")
    run = replace(line.last, folders=folders, _prints={})
    base = run.of_year(run.basisjaar)
    values, points = base.table("indicatoren").copy(), base.table("bijdragen")
    name, code = points.columns[0], points.dropna().index[0]
    low, high = values[name].quantile(0.3), values[name].quantile(0.7)
    own = values.at[code, name]
    values.loc[code, name] = high if abs(own - high) > abs(own - low) else low
    target = base.folder / "indicatoren.parquet"
    write_table(target, values)
    noted = read_manifest(base.folder)["stappen"]["indicatoren"]
    noted["tabellen"]["indicatoren"] = sha256_file(target)
    update_manifest(base.folder, "indicatoren", noted | {"vingerafdruk": "van eerdere bestanden"})
    change = split_change(replace(run, _prints={}).made("verandering").result[0])
    assert abs(change.at[code, "herziening"]) > 0.01
    assert np.allclose(change.drop(index=code)["herziening"].dropna(), 0)
    one = change.loc[code]
    parts = one[["herziening", "grenzen", "methode", "echte verandering"]].sum()
    assert parts == pytest.approx(one["verschil"])
