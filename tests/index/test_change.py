"""Change between two years: four parts that sum to the whole."""

from __future__ import annotations

import numpy as np
import pandas as pd

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


def test_borders_and_method_together_sum_to_the_change() -> None:
    after = pd.DataFrame({"a": [3.0, 5.0], "b": [4.0, 6.0]}, index=["u", "v"])
    redrawn = pd.DataFrame({"a": [2.0, 5.0], "b": [4.0, 6.0]}, index=["u", "v"])
    found = decompose_change(BEFORE, after, OLD, NEW, redrawn=redrawn)
    assert np.allclose(found[PARTS].sum(axis=1), found["change"])
    assert np.allclose(found["border"], [35 - 17.5, 0])


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
