"""Change between two years: four parts that sum to the whole."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sia.index import EqualWeights, Goalposts, IndexDesign, decompose_change

STRUCTURE = pd.DataFrame({"id": ["a", "b", "I"], "parent": ["I", "I", None], "weight": [1, 3, 1]})
OLD = IndexDesign(STRUCTURE, normalise=Goalposts(0, 10, 100))
NEW = IndexDesign(STRUCTURE, normalise=Goalposts(0, 10, 100), weigh=EqualWeights())
BEFORE = pd.DataFrame({"a": [1.0, 5.0], "b": [2.0, 6.0]}, index=["u", "v"])
PARTS = ["revision", "border", "method", "real"]


def test_each_part_alone() -> None:
    after = BEFORE + 1
    assert decompose_change(BEFORE, after, OLD)[PARTS].values.tolist() == [[0, 0, 0, 10]] * 2
    revised = BEFORE.assign(a=BEFORE["a"] + 4)
    found = decompose_change(BEFORE, revised, OLD, revised=revised)
    assert np.allclose(found[PARTS], [[10, 0, 0, 0]] * 2)
    method = decompose_change(BEFORE, BEFORE, OLD, NEW)
    assert np.allclose(method[PARTS], [[0, 0, -2.5, 0]] * 2)


def test_border_change_with_a_crosswalk() -> None:
    after = pd.DataFrame({"a": [3.0, 5.0], "b": [4.0, 6.0]}, index=["uv", "v"])
    redrawn = pd.DataFrame({"a": [2.0, 5.0], "b": [4.0, 6.0]}, index=["uv", "v"])
    share = pd.DataFrame({"u": [0.5, 0.0], "v": [0.5, 1.0]}, index=["uv", "v"])
    found = decompose_change(BEFORE, after, OLD, NEW, redrawn=redrawn, crosswalk=share)
    assert np.allclose(found[PARTS].sum(axis=1), found["change"])
    assert np.allclose(found["before"], [37.5, 57.5])
    assert found.loc["v", "border"] == 0
    assert found.loc["uv", "border"] == pytest.approx(35 - 37.5)
    assert list(found.index) == ["uv", "v"]


def test_crosswalk_must_add_up() -> None:
    share = pd.DataFrame({"u": [0.5], "v": [0.4]}, index=["uv"])
    after = BEFORE.iloc[:1].rename(index={"u": "uv"})
    with pytest.raises(ValueError, match="sum to 1"):
        decompose_change(BEFORE, after, OLD, crosswalk=share)
    with pytest.raises(ValueError, match="no row"):
        decompose_change(BEFORE, BEFORE, OLD, crosswalk=share)


def test_a_new_unit_has_no_past() -> None:
    after = pd.concat([BEFORE, pd.DataFrame({"a": [1.0], "b": [1.0]}, index=["w"])])
    found = decompose_change(BEFORE, after, OLD)
    assert found.loc["w", ["before", "change", "real"]].isna().all()
    assert found.loc["w", "after"] == 10


def test_figures_that_were_not_measured_alike_are_a_part_of_their_own() -> None:
    after = BEFORE + 1
    alike = BEFORE.assign(a=after["a"])
    found = decompose_change(BEFORE, after, OLD, alike=alike)
    assert np.allclose(found[["source", "real", "change"]], [[2.5, 7.5, 10]] * 2)
