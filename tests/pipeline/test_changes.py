"""What changed since the base year: the parts of the whole, the noise, and who is left out."""

from __future__ import annotations

import numpy as np
import pytest

from sia import pipeline
from sia.pipeline import robustness
from sia.pipeline.changes import change_since_base
from sia.pipeline.scores import reweigh
from sia.viz.dataset import Verandering
from tests.pipeline.conftest import Line


@pytest.fixture(scope="module")
def found(line: Line) -> Verandering:
    change = change_since_base(line.last, draws=60)
    assert change is not None
    return change


def test_there_is_nothing_to_compare_in_the_base_year(line: Line) -> None:
    assert change_since_base(line.runs[min(line.runs)]) is None


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


def test_a_judgement_follows_from_its_interval(found: Verandering) -> None:
    table = found.buurten.dropna(subset=["echte verandering"])
    assert found.ruis_bekend
    assert (table["laag"] <= table["hoog"]).all()
    assert ((table["oordeel"] == "stijgt") == (table["laag"] > 0)).all()
    assert ((table["oordeel"] == "daalt") == (table["hoog"] < 0)).all()
    assert {"stijgt", "binnen de ruis"} & set(table["oordeel"])


def test_the_mean_of_an_area_is_that_of_its_buurten(line: Line, found: Verandering) -> None:
    wijken = line.last.table("gebieden")["wijkcode"]
    real = found.buurten["echte verandering"]
    for wijk, own in real.groupby(wijken):
        if not own.notna().any():
            continue
        row = found.gebieden.loc[("wijk", wijk)]
        assert row["urgentie"] == pytest.approx(own.mean())
        assert row["buurten"] == own.count()
        assert row["urgentie_laag"] <= row["urgentie_hoog"]
    city = found.gebieden.loc[("stad", line.last.gemeente.code)]
    assert city["urgentie"] == pytest.approx(real.mean())
    # the mean of many buurten is less noisy than one of them
    width = (found.buurten["hoog"] - found.buurten["laag"]).median()
    assert city["urgentie_hoog"] - city["urgentie_laag"] < width


def test_the_same_run_gives_the_same_change(line: Line, found: Verandering) -> None:
    again = change_since_base(line.last, draws=60)
    assert again is not None
    assert again.buurten.equals(found.buurten)
    assert again.gebieden.equals(found.gebieden)


def test_the_change_is_in_the_tables_of_the_reports(line: Line, found: Verandering) -> None:
    assert pipeline.cijfers(line.last, found).verandering is found
    assert pipeline.cijfers(line.last).verandering is None
