"""Types: recovered when they are there, doubtful where they overlap, the same in any order."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from sia.clustering.typology import Typology, hard_labels
from sia.errors import InputError
from sia.methode import TypologySettings

DOMAINS = ["sociaal", "wonen", "veiligheid", "voorzieningen", "klimaat", "energie"]


def planted(n: int = 120, k: int = 4, spread: float = 3.0, seed: int = 0):
    """Scores of `k` types, `spread` points of noise around centres at least 20 points apart."""
    rng = np.random.default_rng(seed)
    centres = 50 + 25 * np.array(
        [[1, 1, 1, 0, 0, 1], [-1, -1, -1, 1, 0, 0], [0, 0, 0, -1, 1, -1], [0, -1, 1, 0, -1, 0]]
    )
    truth = np.arange(n) % k
    scores = centres[truth] + rng.normal(0, spread, (n, 6))
    index = pd.Index([f"BU9999{i:04d}" for i in range(n)], name="buurtcode")
    return pd.DataFrame(scores, index=index, columns=DOMAINS), truth


def fitted(scores: pd.DataFrame) -> pd.DataFrame:
    return Typology(TypologySettings(n_types=4)).fit(scores).table(scores)


def test_planted_types_are_recovered():
    scores, truth = planted(spread=6)
    model = Typology(TypologySettings(n_types=4)).fit(scores)
    assert adjusted_rand_score(truth, model.table(scores)["type"]) > 0.97
    assert model.profiles().loc[1].mean() == model.profiles().mean(axis=1).max()


def test_row_order_has_no_influence():
    scores, _ = planted(spread=14)
    shuffled = scores.sample(frac=1, random_state=3)
    one = fitted(scores)
    other = fitted(shuffled)
    assert other.index.equals(shuffled.index)
    pd.testing.assert_frame_equal(one, other.loc[one.index], check_exact=True)


def test_type_is_the_most_likely_one():
    scores, _ = planted(spread=20)
    model = Typology(TypologySettings(n_types=4)).fit(scores)
    soft = model.membership(scores)
    assert np.allclose(soft.sum(axis=1), 1)
    assert (soft.idxmax(axis=1) == model.table(scores)["type"]).all()
    assert (model.table(scores)["type"] != model.table(scores)["tweede_type"]).all()


def test_a_buurt_between_two_types_is_visibly_doubtful():
    scores, truth = planted()
    between = scores[truth == 0].mean() * 0.5 + scores[truth == 1].mean() * 0.5
    scores.loc["BU99999999"] = between
    table = fitted(scores)
    assert table.loc["BU99999999", "silhouet"] < 0.1 < table["silhouet"].quantile(0.05)
    assert table.loc["BU99999999", "zekerheid"] < table["zekerheid"].quantile(0.05)


def test_missing_domains_are_placed_on_the_rest_or_kept_with_a_reason():
    scores, _ = planted()
    scores.iloc[0, 3:5] = np.nan
    scores.iloc[1, 1:] = np.nan
    table = fitted(scores)
    assert table.index.equals(scores.index)
    assert table["type"].iloc[0] == table["type"].iloc[4]
    assert table["reden"].iloc[0] == "getypeerd op 4 van de 6 kenmerken"
    assert pd.isna(table["type"].iloc[1]) and np.isnan(table["zekerheid"].iloc[1])
    assert table["reden"].iloc[1] == "te weinig kenmerken bekend: 1 van 6"


def test_partial_rows_do_not_move_the_types():
    scores, _ = planted()
    partial = scores.copy()
    partial.loc["BU99999998"] = [np.nan, 1e3, 50, 50, 50, 50]
    partial = partial.assign(wonen=partial["wonen"].clip(upper=scores["wonen"].max()))
    one = fitted(scores)["type"]
    other = fitted(partial)["type"]
    assert (one == other.loc[one.index]).all()


def test_domains_without_data_or_spread_are_left_out():
    scores, _ = planted()
    scores["klimaat"] = np.nan
    scores["energie"] = 50.0
    model = Typology(TypologySettings(n_types=4)).fit(scores)
    assert set(model.domains_) == set(DOMAINS) - {"klimaat", "energie"}
    assert (model.table(scores)["domeinen"] == 4).all()


@pytest.mark.parametrize(
    ("scores", "word"),
    [
        (pd.DataFrame({"a": [np.nan] * 9}), "bekend"),
        (pd.DataFrame(index=range(4)), "bekend"),
        (pd.DataFrame({"a": [1.0, 2, 2, 2]}), "verschillende"),
        (pd.DataFrame({"a": [1.0, 2, 3, 4]}, index=list("aabc")), "dubbel"),
    ],
)
def test_unusable_scores_are_refused_in_words(scores, word):
    with pytest.raises(InputError, match=word):
        Typology(TypologySettings(n_types=3)).fit(scores)


def test_typology_survives_json_and_types_another_year():
    scores, _ = planted(spread=8)
    model = Typology(TypologySettings(n_types=4)).fit(scores)
    again = Typology.from_dict(json.loads(json.dumps(model.to_dict())))
    pd.testing.assert_frame_equal(again.table(scores), model.table(scores))
    with pytest.raises(InputError, match="energie"):
        again.table(scores.drop(columns="energie"))


@settings(max_examples=15, deadline=None)
@given(
    n=st.integers(6, 60), k=st.integers(2, 6), doubles=st.integers(1, 5), seed=st.integers(0, 99)
)
def test_every_type_of_k_means_has_units_and_is_their_mean(n, k, doubles, seed):
    z = np.repeat(np.random.default_rng(seed).normal(size=(n, 3)), doubles, axis=0)
    labels = hard_labels(z, k, 1)
    assert set(labels) == set(range(k))
    means = np.stack([z[labels == one].mean(axis=0) for one in range(k)])
    nearest = ((z[:, None] - means[None]) ** 2).sum(axis=2).argmin(axis=1)
    assert (nearest == labels).mean() > 0.98


def test_doubles_still_give_the_number_asked():
    assert len(np.unique(hard_labels(np.repeat(np.arange(5.0), 6)[:, None], 5, 1))) == 5
