"""Deel-buurten beside the averages of their buurten: all are numbered, named and in the data."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from sia.viz.dataset import Cijfers
from sia.viz.map_charts import pocket_maps


def _pockets(stad: Cijfers) -> gpd.GeoDataFrame:
    assert stad.deelbuurten is not None
    return stad.deelbuurten.assign(score=5.0)


def test_every_deel_buurt_is_drawn_beside_the_average_that_hides_it(stad: Cijfers) -> None:
    means = pd.Series(np.linspace(-1, 1, len(stad.gebieden)), index=stad.gebieden.index)
    pockets = _pockets(stad)
    chart = pocket_maps(stad.gebieden, means, pockets)
    for number, name in enumerate(pockets["naam"], start=1):
        assert f">{number}<" in chart.svg()
        assert f"{number}. {name} (" in chart.svg()
    assert f"{len(pockets)} deel-buurten" in chart.text
    assert list(chart.data.index) == list(pockets.index)
    assert (chart.data["score van de deel-buurt"] == "5,0").all()


def test_without_squares_or_finds_it_says_so(stad: Cijfers) -> None:
    none = _pockets(stad).iloc[:0]
    nothing = pocket_maps(stad.gebieden, pd.Series(dtype=float), none)
    assert nothing.text.startswith("Er is niet naar deel-buurten gezocht")
    means = pd.Series(0.0, index=stad.gebieden.index)
    assert pocket_maps(stad.gebieden, means, none).text.startswith("Er is geen deel-buurt gevonden")
