"""Other weights: the order moves, the figures do not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sia.errors import InputError
from sia.sessie.stand import Stand
from sia.sessie.weights import HIGHEST, movers, reordered, sentences, shift_text
from sia.viz.theme import DOMAINS

EQUAL = dict.fromkeys(DOMAINS, 1.0)
weight = st.floats(0, HIGHEST).map(lambda value: round(value * 4) / 4)
weights = st.fixed_dictionaries(dict.fromkeys(DOMAINS, weight)).filter(lambda w: any(w.values()))


def cityful(number: int = 70, seed: int = 3) -> pd.DataFrame:
    """Scores as the pipeline writes them: the mean of the domains, one buurt without a rank."""
    rng = np.random.default_rng(seed)
    names = [f"BU9999{n:04d}" for n in range(number)]
    scores = pd.DataFrame(rng.uniform(0, 100, (number, len(DOMAINS))), names, list(DOMAINS))
    scores.iloc[1, 0] = np.nan
    scores.iloc[2] = np.nan
    scores["urgentie"] = scores[list(DOMAINS)].mean(axis=1)
    scores["gerangschikt"] = scores["urgentie"].notna()
    scores["rang"] = scores["urgentie"].rank(ascending=False, method="min").astype("Int64")
    scores["rang_p05"] = (scores["rang"] - 5).clip(lower=1).astype(float)
    scores["rang_p95"] = (scores["rang"] + 5).astype(float)
    return scores


SCORES = cityful()
NAMES = pd.Series(SCORES.index, index=SCORES.index)


def test_equal_weights_give_the_order_of_the_sia(stand: Stand) -> None:
    scores = stand.cijfers.scores
    proef = reordered(scores, {})
    ranked = scores["gerangschikt"]
    assert list(proef.tabel["na"].dropna()) == list(scores.loc[ranked, "rang"])
    np.testing.assert_allclose(proef.tabel.loc[ranked, "urgentie"], scores.loc[ranked, "urgentie"])
    assert proef.erbij == proef.eruit == ()
    assert sentences(proef, stand.cijfers.naam)[-1] == "Geen enkele buurt verschuift."
    assert movers(proef, stand.cijfers.naam) == []


@settings(deadline=None, max_examples=60)
@given(weights)
def test_the_quarter_keeps_its_size_and_nobody_disappears(given: dict[str, float]) -> None:
    before = SCORES.copy()
    proef = reordered(SCORES, given)
    pd.testing.assert_frame_equal(SCORES, before)
    assert list(proef.tabel.index) == list(SCORES.index)
    assert not set(proef.blijft) & set(proef.erbij + proef.eruit)
    known = proef.tabel.dropna(subset=["voor", "na"])
    assert ((known["voor"] - known["na"]) == known["verschuiving"]).all()
    assert len(proef.blijft) + len(proef.eruit) == int((known["voor"] <= proef.kwart).sum())
    assert pd.isna(proef.tabel.loc["BU99990002", "na"]), "no rank without figures"


@given(weights, st.sampled_from([0.5, 1.0]))
@settings(deadline=None, max_examples=30)
def test_only_the_ratio_of_the_weights_counts(given: dict[str, float], factor: float) -> None:
    one = reordered(SCORES, given).tabel["na"]
    other = reordered(SCORES, {key: factor * value for key, value in given.items()}).tabel["na"]
    pd.testing.assert_series_equal(one, other)


def test_one_domain_alone_gives_the_order_of_that_domain() -> None:
    proef = reordered(SCORES, {**dict.fromkeys(DOMAINS, 0.0), "klimaat": 2.0})
    expected = SCORES["klimaat"].rank(ascending=False, method="min")
    assert list(proef.tabel["na"].dropna()) == list(expected.dropna())


def test_what_stays_is_said_first_and_names_who_moves() -> None:
    proef = reordered(SCORES, {**EQUAL, "sociaal": 5.0})
    said = sentences(proef, NAMES)
    total = len(proef.blijft) + len(proef.eruit)
    assert said[0].startswith(f"Wat blijft gelijk: van de {total} buurten")
    assert f"{len(proef.blijft)} (" in said[0]
    assert all(code in said[1] for code in proef.erbij)
    assert "binnen de marge" in said[3]
    rows = movers(proef, NAMES)
    sizes = [int(row["verschuiving"].split()[0]) for row in rows]
    assert sizes == sorted(sizes, reverse=True)
    # of those that move equally far not one is singled out
    furthest = [row for row, size in zip(rows, sizes, strict=True) if size == sizes[0]]
    assert ("verschuift het meest" in said[-1]) == (len(furthest) == 1)
    if len(furthest) <= 3:
        assert all(f"{row['naam']} ({row['voor']} → {row['na']})" in said[-1] for row in furthest)
    else:
        assert f"{len(furthest)} buurten verschuiven het meest" in said[-1]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (dict.fromkeys(DOMAINS, 0.0), "Alle gewichten zijn nul"),
        ({"sociaal": -1.0, "klimaat": 9.0}, "Klimaat"),
        ({"sociaal": float("nan")}, "kan niet"),
    ],
)
def test_weights_that_cannot_be_are_refused(given: dict[str, float], said: str) -> None:
    with pytest.raises(InputError, match=said):
        reordered(SCORES, given)


def test_a_city_without_ranks_has_nothing_to_compare() -> None:
    bare = SCORES.assign(**dict.fromkeys(DOMAINS, np.nan), rang=pd.NA)
    assert "geen gerangschikte buurten" in sentences(reordered(bare, {}), NAMES)[0]


def test_shift_in_words() -> None:
    assert [shift_text(n) for n in (3, 0, -2)] == ["3 omhoog", "gelijk", "2 omlaag"]
