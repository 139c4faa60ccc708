"""Charts of what the index is made of: message, data and hard cases."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sia.catalogue import load_catalogue
from sia.viz import index_charts
from sia.viz.figure import Chart

CATALOGUE = load_catalogue()
SCORED = [e.id for e in CATALOGUE if e.telt_mee][:7]
CHANGE = ["basisjaar", "herziening", "grenzen", "methode", "bron", "echte verandering", "dit jaar"]


def city(n: int = 30) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    table = pd.DataFrame(rng.normal(50, 10, (n, len(SCORED))), columns=SCORED)
    table.index = pd.Index([f"BU9999{i:04d}" for i in range(n)], name="buurtcode")
    return table


def groups() -> dict[str, dict[str, str]]:
    return {
        "Sociaal": {key: CATALOGUE[key].naam for key in SCORED[:4]},
        "Wonen": {key: CATALOGUE[key].naam for key in SCORED[4:]},
    }


def test_only_a_skewed_indicator_is_marked_for_treatment() -> None:
    table = city()
    table.iloc[0, 2] = 1000.0
    chart = index_charts.shapes(table, CATALOGUE)
    marked = chart.data.loc[chart.data["wordt behandeld"] == "ja", "cijfer"]
    assert list(marked) == [CATALOGUE[SCORED[2]].naam]
    assert CATALOGUE[SCORED[2]].naam in chart.text
    assert "1 cijfer is" in chart.text
    assert len(index_charts.shapes(city(), CATALOGUE).data) == len(SCORED)


def test_indicator_without_spread_or_values_has_no_shape() -> None:
    table = city()
    table[SCORED[0]] = 3.0
    table[SCORED[1]] = np.nan
    assert len(index_charts.shapes(table, CATALOGUE).data) == len(SCORED) - 2


def test_strongest_pair_of_the_map_is_named_and_a_gap_is_no_correlation() -> None:
    table = city()
    table[SCORED[5]] = -table[SCORED[0]]
    table.loc[table.index[3:], SCORED[6]] = np.nan
    chart = index_charts.correlation_map(table, groups())
    first = chart.data.iloc[0]
    assert {first["het ene cijfer"], first["het andere cijfer"]} == {
        CATALOGUE[SCORED[0]].naam,
        CATALOGUE[SCORED[5]].naam,
    }
    assert first["samenhang"] == "\u22121,00"
    assert first["domein"] == "ander"
    assert CATALOGUE[SCORED[6]].naam not in set(chart.data["het ene cijfer"])
    assert "onbekend" in chart.svg()


def test_heaviest_indicator_is_in_the_sentence() -> None:
    table = pd.DataFrame(
        {
            "indicator": ["Lawaai", "Rust"],
            "gemiddeld verschoven (plaatsen)": [1.25, 0.5],
            "verst verschoven (plaatsen)": [7, 2],
        }
    )
    text = index_charts.left_out_bars(table).text
    assert text == "Zonder Lawaai verschuift een buurt gemiddeld 1,3 plaatsen, en de verste 7."


def test_swap_says_where_it_ends() -> None:
    curve = pd.DataFrame(
        {
            "mean_shift": [0.0, 2.5],
            "max_shift": [0.0, 8.0],
            "spearman": [1.0, 0.98],
            "quartile_kept": [1.0, 0.75],
        },
        index=pd.Index([0.0, 1.0], name="share"),
    )
    chart = index_charts.swap_line(curve)
    assert "gemiddeld 2,5 plaatsen" in chart.text
    assert "75 %" in chart.text.replace("\u00a0", " ")


def change() -> pd.DataFrame:
    table = pd.DataFrame(
        [[40, 0, 0, 1, 0, 5, 46], [50, 0, -2, 0, 0, -4, 44], [np.nan] * 6 + [30]],
        columns=CHANGE,
        index=["A", "B", "C"],
        dtype=float,
    )
    return table.assign(verschil=table["dit jaar"] - table["basisjaar"])


def test_cause_of_change_is_named_and_a_buurt_without_parts_is_not_drawn() -> None:
    chart = index_charts.change_bars(change(), {"A": "Aak", "B": "Boot", "C": "Cog"})
    assert "echte verandering" in chart.text
    assert "Het grootste verschil heeft Aak" in chart.text
    assert list(chart.data["buurt"]) == ["Aak", "Boot"]


def test_change_that_cannot_be_split_says_so() -> None:
    nothing = change().assign(methode=np.nan)
    assert "te weinig cijfers gemeen" in index_charts.change_bars(nothing, {}).text
    assert "basisjaar" in index_charts.change_bars(nothing.iloc[:0], {}).text


@pytest.mark.parametrize(
    "chart",
    [
        index_charts.shapes(pd.DataFrame(), CATALOGUE),
        index_charts.correlation_map(pd.DataFrame(), groups()),
        index_charts.left_out_bars(pd.DataFrame()),
        index_charts.swap_line(pd.DataFrame()),
        index_charts.change_bars(pd.DataFrame(), {}),
    ],
)
def test_empty_input_gives_a_chart_that_explains_itself(chart: Chart) -> None:
    assert chart.text.endswith(".")
    assert chart.svg().startswith("<svg")
    assert chart.data.empty
