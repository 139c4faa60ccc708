"""The ranking as a reader sees it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from sia.dutch import SENSITIVE
from sia.methode import WeighingSettings
from sia.weighing import URGENTIE
from sia.weighing.ranking import domain_points, ranking, ranking_text, words
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


def test_sure_is_said_of_all_names_together_and_not_of_each() -> None:
    """Ten names of 97 % each are together right in 74 %: not one of them may be called sure."""
    scores = pd.DataFrame({"kans_kwart": [0.999, 0.97, 0.97, 0.85, 0.5, 0.15, 0.03, 0.0, np.nan]})
    alone = ["zeker"] * 3 + ["waarschijnlijk", "misschien", "waarschijnlijk niet"]
    assert list(words(scores)) == [*alone, "zeker niet", "zeker niet", ""]
    joint = scores.assign(kans_samen=[0.999, 0.94, 0.94, 0.8, 0.3, 0.7, 0.94, 1.0, np.nan])
    said = ["zeker", "waarschijnlijk", "waarschijnlijk", *alone[3:]]
    assert list(words(joint)) == [*said, "waarschijnlijk niet", "zeker niet", ""]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.data())
def test_a_joint_statement_is_never_firmer_than_each_of_its_names(chances, data) -> None:
    order = ["zeker niet", "waarschijnlijk niet", "misschien", "waarschijnlijk", "zeker"]
    samen = data.draw(st.lists(st.floats(0, 1), min_size=len(chances), max_size=len(chances)))
    alone = words(pd.DataFrame({"kans_kwart": chances}))
    together = words(pd.DataFrame({"kans_kwart": chances, "kans_samen": samen}))
    for one, all_of_them in zip(alone, together, strict=True):
        assert abs(order.index(all_of_them) - 2) <= abs(order.index(one) - 2)
        assert (order.index(all_of_them) > 2) == (order.index(one) > 2)
