"""The ranking as a reader sees it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sia.dutch import SENSITIVE
from sia.methode import WeighingSettings
from sia.weighing import URGENTIE
from sia.weighing.ranking import domain_points, ranking, ranking_text
from tests.weighing.handmade import city, weighed


def test_most_urgent_first_and_a_rank_outside_its_interval_says_so() -> None:
    values = city()
    gone = values.index[3]
    how = WeighingSettings(draws=30)
    scores = weighed(values, {gone: "Alleen water."}, how).scores
    first = scores["rang"].idxmin()
    scores.loc[first, ["rang_p05", "rang_p95"]] = 2.0, 4.0
    table = ranking(scores, pd.Series("Buurt", index=values.index))
    assert list(table["rang"]) == list(range(1, len(values)))
    assert gone not in table.index
    assert table["stapeling"].between(0, 3).all()
    said = table["rang in 90 % van de doorrekeningen"]
    assert said[first] == f"2–4, {SENSITIVE}"
    text = ranking_text(scores)
    assert text.startswith(f"In orde: {len(values) - 1} van {len(values)} buurten")
    assert "ligt de rang buiten het eigen interval" in text


def test_points_per_domain_sum_to_the_distance_from_the_mean() -> None:
    weging = weighed(city(30))
    points = domain_points(weging, 10)
    assert list(points.index) == list(weging.scores["rang"].sort_values().index[:10])
    assert weging.urgentie is not None
    away = weging.scores[URGENTIE] - weging.urgentie.baseline[URGENTIE]
    assert np.allclose(points.sum(axis=1), away.loc[points.index])
