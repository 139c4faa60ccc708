"""Parameters that mean nothing are refused where they are given, with the reason."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

import sia.index as si

NAN, INF = float("nan"), float("inf")
UNITS = pd.DataFrame(np.random.default_rng(1).random((30, 2)) + 0.5, columns=["a", "b"])
TREE = pd.DataFrame({"id": ["a", "b", "T"], "parent": ["T", "T", None]})
TWO = pd.DataFrame({"id": ["a", "b", "S", "T"], "parent": ["S", "T", None, None]})
EMPTY = pd.DataFrame()

NONSENSE: list[Callable[[], object]] = [
    lambda: si.MinMax(100, 0),
    lambda: si.MinMax(1, 1),
    lambda: si.MinMax(0, INF),
    lambda: si.MinMax(NAN, 1),
    lambda: si.ZScore(sd=NAN),
    lambda: si.ZScore(mean=INF),
    lambda: si.Goalposts(1, 0),
    lambda: si.Goalposts(0, INF),
    lambda: si.Goalposts(0, 1, scale=-1),
    lambda: si.Goalposts(-1, 1, logarithm=True),
    lambda: si.RankScore("first"),  # type: ignore[arg-type]
    lambda: si.PercentileRank(scale=0),
    lambda: si.PercentileRank("first"),  # type: ignore[arg-type]
    lambda: si.ExponentialIMD(k=0),
    lambda: si.ExponentialIMD(k=NAN),
    lambda: si.GeneralisedMean(INF),
    lambda: si.GeneralisedMean(NAN),
    lambda: si.GivenWeights({"a": INF}),
    lambda: si.OptimisedWeights({"a": 0.0}),
    lambda: si.OptimisedWeights(tolerance=NAN),
    lambda: si.WeightNoise(1.0),
    lambda: si.WeightNoise(NAN),
    lambda: si.Choices(own=NAN),
    lambda: si.DataError(scale={"a": 0.0}),
    lambda: si.DataError(rounded={"a": 1}),
    lambda: si.DataError(printed={"a": NAN}),
    lambda: si.DataError(exact_below=-1),
    lambda: si.Shrinkage(EMPTY, {"a": -1.0}),
    lambda: si.LogCT(0),
    lambda: si.SkewKurtosis(winmax=-1),
    lambda: si.SkewKurtosis(winmax=1.5),  # type: ignore[arg-type]
    lambda: si.SkewKurtosis(skew=NAN),
    lambda: si.SkewKurtosis(kurt=INF),
    lambda: si.AuditRules(low=0.95),
    lambda: si.AuditRules(alpha=NAN),
    lambda: si.normalise(UNITS, si.MinMax(), pd.Series({"a": 1})),
    lambda: si.normalise(UNITS, si.MinMax(), pd.Series({"a": 1, "b": 2})),
    lambda: si.normalise(UNITS, si.MinMax(), reference=UNITS[["a"]]),
    lambda: si.treat(UNITS, {"a": si.NoTreatment()}),
    lambda: si.impute(UNITS, si.MeanImputation(), {"a": 0}),
    lambda: si.aggregate(UNITS.to_numpy(), np.array([1.0, -1.0]), si.Arithmetic()),
    lambda: si.aggregate(UNITS.to_numpy(), np.array([1.0, NAN]), si.Arithmetic()),
    lambda: si.aggregate(UNITS.to_numpy(), np.ones(2), si.Arithmetic(), NAN),
    lambda: si.aggregate(UNITS.to_numpy(), np.ones(1), si.Arithmetic()),
    lambda: si.treat(UNITS, si.SkewKurtosis(), reference=UNITS[["a"]]),
    lambda: si.rate_variance(UNITS["a"] + 1, UNITS["b"]),
    lambda: si.rate_variance(UNITS["a"] - 0.5, -UNITS["b"]),
    lambda: si.IndexDesign(TREE, minimum_share=NAN),
    lambda: si.IndexDesign(TREE, minimum_share={"*": 1.5}),
    lambda: si.IndexDesign(TREE, weigh=si.GivenWeights({"z": 1.0})),
    lambda: si.IndexDesign(TREE, weigh={2: si.OptimisedWeights({"z": 1.0})}),
    lambda: si.uncertainty(UNITS, si.IndexDesign(TREE), memory_limit=0),
    lambda: si.sensitivity(UNITS, si.IndexDesign(TREE), samples=1),
    lambda: si.sobol_indices(np.ones(3), np.ones(3), np.ones((1, 3)), confidence=95),
    lambda: si.leave_one_out(UNITS, si.IndexDesign(TWO)),
    lambda: si.leave_one_out(UNITS, si.IndexDesign(TREE), node="z"),
    lambda: si.weight_swap(UNITS, si.IndexDesign(TWO), si.IndexDesign(TWO)),
    lambda: si.decompose_change(UNITS, UNITS, si.IndexDesign(TWO)),
]


@pytest.mark.parametrize("number", range(len(NONSENSE)))
def test_nonsense_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match=r"\w+"):
        NONSENSE[number]()


@pytest.mark.parametrize(
    "call",
    [
        lambda: si.IndexDesign(TREE, normalise=si.MinMax),  # type: ignore[arg-type]
        lambda: si.IndexDesign(TREE, normalise={"a": si.MinMax}),  # type: ignore[dict-item]
        lambda: si.IndexDesign(TREE, aggregate=si.Geometric),  # type: ignore[arg-type]
        lambda: si.IndexDesign(TREE, impute=si.MeanImputation),  # type: ignore[arg-type]
        lambda: si.IndexDesign(TREE, treat={"*": si.SkewKurtosis}),  # type: ignore[dict-item]
        lambda: si.IndexDesign(TREE, weigh=si.EqualWeights),  # type: ignore[arg-type]
        lambda: si.normalise(UNITS, si.MinMax),  # type: ignore[arg-type]
        lambda: si.treat(UNITS, si.NoTreatment),  # type: ignore[arg-type]
        lambda: si.impute(UNITS, si.MeanImputation),  # type: ignore[arg-type]
        lambda: si.aggregate(UNITS.to_numpy(), np.ones(2), si.Arithmetic),  # type: ignore[arg-type]
        lambda: si.SkewKurtosis(transform=si.LogCT),  # type: ignore[arg-type]
        lambda: si.FromNorms(si.MinMax, EMPTY, "a"),  # type: ignore[arg-type]
        lambda: si.Choices(normalise=(si.MinMax,)),  # type: ignore[arg-type]
    ],
)
def test_a_class_for_an_object_is_named(call: Callable[[], object]) -> None:
    with pytest.raises(TypeError, match="instead of the class"):
        call()


def test_objects_of_another_step_are_named() -> None:
    with pytest.raises(TypeError, match="is no Normaliser"):
        si.IndexDesign(TREE, normalise=si.Arithmetic())  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="is no DataFrame"):
        si.build_index(UNITS.to_numpy(), si.IndexDesign(TREE))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="tuple of options"):
        si.Choices(normalise=si.MinMax())  # type: ignore[arg-type]


@pytest.mark.parametrize("p", [400.0, -400.0])
def test_powers_beyond_floats_are_refused(p: float) -> None:
    design = si.IndexDesign(TREE, aggregate=si.GeneralisedMean(p), normalise=si.MinMax(0.01, 100))
    with pytest.raises(ValueError, match="te groot of te klein"):
        si.build_index(UNITS, design)
    mild = si.IndexDesign(TREE, aggregate=si.GeneralisedMean(p / 4), normalise=si.MinMax(1, 100))
    assert np.isfinite(si.build_index(UNITS, mild).scores["T"]).all()


def test_turned_norms_are_refused() -> None:
    norms = pd.DataFrame(
        {f"p{i:02d}": [-float(i)] for i in range(101)},
        index=["a"],
    )
    with pytest.raises(ValueError, match="turned"):
        si.FromNorms(si.PercentileRank(), norms, "a").fit(UNITS[["a"]].to_numpy(), np.ones(1))


def test_leaving_out_keeps_weights_by_name() -> None:
    three = pd.DataFrame({"id": list("abcT"), "parent": ["T", "T", "T", None]})
    table = UNITS.assign(c=UNITS["a"] ** 2)
    design = si.IndexDesign(three, weigh=si.GivenWeights({"a": 2.0}), aggregate=si.Median())
    assert set(si.leave_one_out(table, design).index) == set("abc")
