"""Who enters and leaves the best quarter when one part weighs more or nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from sia.index import IndexDesign, build_index, what_if

STRUCTURE = pd.DataFrame(
    {
        "id": ["a", "b", "c", "D", "E", "I"],
        "parent": ["D", "D", "E", "I", "I", None],
        "weight": [1, 1, 1, 1, 1, 1],
    }
)


def table(seed: int = 0, n: int = 12) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(rng.normal(size=(n, 3)), columns=list("abc"), index=[*"ABCDEFGHIJKL"[:n]])


def quarter(scores: pd.Series) -> set[str]:
    return set(scores.index[scores.rank(ascending=False, method="min") <= 3])


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([0.0, 0.5, 2.0, 5.0]))
def test_is_the_index_built_with_other_weights(seed: int, factor: float) -> None:
    values = table(seed)
    result = build_index(values, IndexDesign(STRUCTURE))
    found = what_if(result, (factor,))
    for part in ("D", "E"):
        other = STRUCTURE.assign(weight=np.where(STRUCTURE["id"] == part, factor, 1.0))
        anew = build_index(values, IndexDesign(other)).scores["I"]
        before, after = quarter(result.scores["I"]), quarter(anew)
        row = found.loc[(part, factor)]
        assert set(row["entered"]) == after - before
        assert set(row["left"]) == before - after
        assert len(row["entered"]) == len(row["left"])


def test_factor_one_changes_nothing() -> None:
    found = what_if(build_index(table(), IndexDesign(STRUCTURE)), (1.0,))
    assert (found["mean_shift"] == 0).all()
    assert (found["entered"].map(len) == 0).all()


def test_inner_aggregate_can_be_asked_and_an_only_child_has_no_weight_to_vary() -> None:
    result = build_index(table(), IndexDesign(STRUCTURE))
    assert list(what_if(result, node="D").index.unique("part")) == ["a", "b"]
    alone = what_if(result, node="E").reset_index()
    assert alone.empty and {"part", "factor"} <= set(alone.columns)


def test_unit_without_the_other_part_is_not_compared() -> None:
    values = table()
    values.loc["A", "c"] = np.nan
    found = what_if(build_index(values, IndexDesign(STRUCTURE)), (0.0,))
    assert "A" not in found.loc[("D", 0.0), "entered"] + found.loc[("D", 0.0), "left"]
    assert np.isfinite(found["mean_shift"]).all()
