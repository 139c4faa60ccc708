"""The chain as a whole: what it gives, what it refuses, and what may never matter."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sia.errors import InputError
from sia.index import (
    Arithmetic,
    Copeland,
    DomainImputation,
    EqualWeights,
    ExponentialIMD,
    FromNorms,
    GeneralisedMean,
    Geometric,
    GivenWeights,
    Goalposts,
    Harmonic,
    IndexDesign,
    MeanImputation,
    Median,
    MedianImputation,
    MinMax,
    PercentileRank,
    RankScore,
    SkewKurtosis,
    ZScore,
    build_index,
)

DEEP = pd.DataFrame(
    [
        ("a", "D1", 1, 1.0, 1),
        ("b", "D1", 1, 2.0, -1),
        ("c", "D2", 1, 1.0, 1),
        ("d", "D2", 1, 3.0, 1),
        ("e", "I", 1, 0.5, -1),
        ("D1", "P", 2, 1.0, 1),
        ("D2", "P", 2, 2.0, 1),
        ("P", "I", 3, 1.5, 1),
        ("I", None, 4, 1.0, 1),
    ],
    columns=["id", "parent", "level", "weight", "direction"],
)
NAMES = ["a", "b", "c", "d", "e"]
DIRECTION = pd.Series({"a": 1, "b": -1, "c": 1, "d": 1, "e": -1})

tables = arrays(
    float,
    st.tuples(st.integers(4, 9), st.just(5)),
    elements=st.integers(-20, 20).map(float) | st.just(np.nan),
).map(lambda x: pd.DataFrame(x, columns=NAMES, index=[f"u{i}" for i in range(len(x))]))

DESIGNS = {
    "minmax": {},
    "zscore": {"normalise": ZScore()},
    "rank": {"normalise": RankScore()},
    "percentile": {"normalise": PercentileRank(ties="average")},
    "geometric": {"normalise": MinMax(1, 100), "aggregate": Geometric()},
    "harmonic": {"normalise": MinMax(1, 100), "aggregate": {2: Harmonic(), "*": Arithmetic()}},
    "power": {"normalise": MinMax(1, 100), "aggregate": GeneralisedMean(0.5)},
    "median": {"aggregate": Median()},
    "levels": {"normalise": {"*": PercentileRank(), 2: ExponentialIMD()}},
    "mixed": {"normalise": {"*": ZScore(), "a": Goalposts(0, 85)}, "impute": MeanImputation()},
    "share": {"minimum_share": 2 / 3},
}


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    return pd.DataFrame(rng.lognormal(1, 0.7, (25, 5)), columns=NAMES)


def test_by_hand() -> None:
    """Two levels, weights, a reversed indicator and a gap, worked out on paper."""
    structure = DEEP[~DEEP["id"].isin(["c", "d", "D2", "P"])].replace({"P": "I"})
    structure = structure.drop(columns="level")
    values = pd.DataFrame({"a": [0, 5, 10], "b": [1, 3, np.nan], "e": [2.0, 1.0, 0.0]})
    result = build_index(values, IndexDesign(structure))
    assert result.normalised["a"].tolist() == [0, 50, 100]
    assert result.normalised["b"].tolist()[:2] == [100, 0]
    assert np.allclose(result.scores["D1"], [200 / 3, 50 / 3, 100])
    assert np.allclose(result.scores["I"], [(200 / 3 + 0) / 1.5, (50 / 3 + 25) / 1.5, 150 / 1.5])
    assert result.ranks["I"].tolist() == [2, 3, 1]
    assert result.effective_weights["b"] == pytest.approx(2 / 3 / 1.5)
    assert result.flags.loc[2, "b"] == "ontbreekt"


@pytest.mark.parametrize("name", DESIGNS)
def test_contributions_sum_to_the_score(name: str, table: pd.DataFrame) -> None:
    holed = table.mask(np.random.default_rng(2).random(table.shape) < 0.15)
    result = build_index(holed, IndexDesign(DEEP, **DESIGNS[name]))
    total = result.contributions.sum(axis=1, min_count=1) + result.baseline["I"]
    assert np.allclose(total, result.scores["I"], atol=1e-9, equal_nan=True)
    gap = result.normalised.isna() & result.scores["I"].notna().to_numpy()[:, None]
    assert (result.contributions.to_numpy()[gap.to_numpy()] == 0).all()


@pytest.mark.parametrize("name", [n for n in DESIGNS if n not in ("levels",)])
@settings(max_examples=15, deadline=None)
@given(values=tables, seed=st.integers(0, 99))
def test_order_of_rows_and_columns_is_irrelevant(
    name: str, values: pd.DataFrame, seed: int
) -> None:
    design = IndexDesign(DEEP, **DESIGNS[name])
    rng = np.random.default_rng(seed)
    rows = rng.permutation(values.index)
    turned = values.loc[rows, rng.permutation(NAMES)]
    first = build_index(values, design)
    second = build_index(turned, design)
    assert list(second.scores.index) == list(rows)
    assert np.allclose(first.scores.loc[rows], second.scores, rtol=1e-9, atol=1e-9, equal_nan=True)


@pytest.mark.parametrize("name", ["minmax", "zscore", "rank", "percentile", "geometric"])
@settings(max_examples=15, deadline=None)
@given(values=tables, factor=st.floats(0.01, 1000), shift=st.floats(-100, 100))
def test_units_of_measurement_are_irrelevant(
    name: str, values: pd.DataFrame, factor: float, shift: float
) -> None:
    design = IndexDesign(DEEP, **DESIGNS[name])
    first = build_index(values, design).scores
    second = build_index(values.assign(a=values["a"] * factor + shift), design).scores
    assert np.allclose(first, second, rtol=1e-6, atol=1e-6, equal_nan=True)


@pytest.mark.parametrize("name", ["minmax", "geometric", "harmonic", "power", "median"])
@settings(max_examples=15, deadline=None)
@given(values=tables, factor=st.floats(0.01, 1000))
def test_weights_are_relative(name: str, values: pd.DataFrame, factor: float) -> None:
    scaled = DEEP.assign(weight=DEEP["weight"] * factor)
    first = build_index(values, IndexDesign(DEEP, **DESIGNS[name])).scores
    second = build_index(values, IndexDesign(scaled, **DESIGNS[name])).scores
    assert np.allclose(first, second, rtol=1e-9, atol=1e-9, equal_nan=True)


@pytest.mark.parametrize(
    "name", ["minmax", "zscore", "rank", "percentile", "geometric", "harmonic", "power", "median"]
)
@settings(max_examples=15, deadline=None)
@given(values=tables, unit=st.integers(0, 3), which=st.sampled_from(NAMES))
def test_monotone_in_the_direction_of_every_indicator(
    name: str, values: pd.DataFrame, unit: int, which: str
) -> None:
    """A unit that gets worse on one indicator never falls below one it was above."""
    values = values.fillna(0.0)
    design = IndexDesign(DEEP, **DESIGNS[name])
    before = build_index(values, design).scores["I"]
    moved = values.copy()
    moved.iloc[unit, NAMES.index(which)] += 7.0 * DIRECTION[which]
    after = build_index(moved, design).scores["I"]
    if before.isna().any() or after.isna().any():
        return
    if values[which].nunique() < 2 or moved[which].nunique() < 2:
        return
    mine_before, mine_after = before.iloc[unit], after.iloc[unit]
    # Norms move along with the data, so what must hold is about order and not about level.
    others = np.delete(np.arange(len(values)), unit)
    same = (values.iloc[others] == values.iloc[unit]).drop(columns=which).all(axis=1)
    for other in others[same.to_numpy()]:
        was_above = (
            values.iloc[unit][which] * DIRECTION[which]
            >= values.iloc[other][which] * DIRECTION[which]
        )
        if was_above:
            assert mine_before >= before.iloc[other] - 1e-9
            assert mine_after >= after.iloc[other] - 1e-9


@settings(max_examples=30, deadline=None)
@given(
    values=tables,
    unit=st.integers(0, 3),
    which=st.sampled_from(NAMES),
    name=st.sampled_from(["plain", "geometric", "power", "harmonic"]),
)
def test_monotone_in_level_under_fixed_norms(
    values: pd.DataFrame, unit: int, which: str, name: str
) -> None:
    posts = Goalposts(-40, 40, 100, truncate=False)
    rule = {
        "plain": Arithmetic(),
        "geometric": Geometric(),
        "power": GeneralisedMean(0.5),
        "harmonic": Harmonic(),
    }[name]
    design = IndexDesign(DEEP, normalise=posts, aggregate=rule)
    moved = values.copy()
    moved.iloc[unit, NAMES.index(which)] += 3.0 * DIRECTION[which]
    before = build_index(values, design).scores["I"].iloc[unit]
    after = build_index(moved, design).scores["I"].iloc[unit]
    assert np.isnan(before) or after >= before - 1e-9


@pytest.mark.parametrize("name", DESIGNS)
@settings(max_examples=10, deadline=None)
@given(values=tables)
def test_equal_units_get_equal_scores(name: str, values: pd.DataFrame) -> None:
    twice = pd.concat([values, values.rename(index=lambda u: f"{u}'")])
    result = build_index(twice, IndexDesign(DEEP, **DESIGNS[name]))
    half = len(values)
    first, second = result.scores.iloc[:half], result.scores.iloc[half:]
    assert np.array_equal(first.to_numpy(), second.to_numpy(), equal_nan=True)
    assert (
        result.ranks.iloc[:half]
        .reset_index(drop=True)
        .equals(result.ranks.iloc[half:].reset_index(drop=True))
    )


@settings(max_examples=25, deadline=None)
@given(values=tables, unit=st.integers(0, 3))
def test_missing_never_counts_as_zero(values: pd.DataFrame, unit: int) -> None:
    """Dropping a value leaves the mean of the others, under norms that do not move."""
    posts = Goalposts(-20, 20, 100)
    design = IndexDesign(DEEP, normalise=posts)
    holed = values.copy()
    holed.iloc[unit, NAMES.index("c")] = np.nan
    result = build_index(holed, design)
    d = result.normalised["d"].iloc[unit]
    score = result.scores["D2"].iloc[unit]
    assert (np.isnan(d) and np.isnan(score)) or score == pytest.approx(d)


def test_a_unit_without_data_stays_without_score(table: pd.DataFrame) -> None:
    holed = table.copy()
    holed.iloc[3] = np.nan
    result = build_index(holed, IndexDesign(DEEP))
    assert len(result.scores) == len(table)
    assert result.scores.iloc[3].isna().all()
    assert pd.isna(result.ranks.iloc[3]["I"])
    assert result.contributions.iloc[3].isna().all()
    assert result.ranks["I"].max() == len(table) - 1


def test_one_unit() -> None:
    result = build_index(pd.DataFrame([[1.0] * 5], columns=NAMES), IndexDesign(DEEP))
    assert result.scores.isna().all().all()
    fixed = IndexDesign(DEEP, normalise=Goalposts(0, 2))
    assert build_index(pd.DataFrame([[1.0] * 5], columns=NAMES), fixed).ranks["I"].tolist() == [1]


def test_constant_indicator_is_flagged_and_left_out(table: pd.DataFrame) -> None:
    result = build_index(table.assign(a=0.1), IndexDesign(DEEP, normalise=ZScore()))
    assert result.normalised["a"].isna().all()
    assert (result.flags["a"] == "ontbreekt: geen spreiding").all()
    assert np.allclose(result.scores["D1"], result.normalised["b"])
    assert result.screening.indicators.loc["a", "constant"]


def test_minimum_share_counts_children(table: pd.DataFrame) -> None:
    holed = table.copy()
    holed.loc[0, "a"] = np.nan
    half = build_index(holed, IndexDesign(DEEP, minimum_share=0.5))
    most = build_index(holed, IndexDesign(DEEP, minimum_share={2: 0.51, "*": 0.0}))
    assert half.scores.loc[0].notna().all()
    assert np.isnan(most.scores.loc[0, "D1"])
    assert most.scores.loc[0, "P"] == pytest.approx(most.scores.loc[0, "D2"])


def test_frozen_reference_gives_a_unit_the_same_score_whatever_its_company(
    table: pd.DataFrame,
) -> None:
    for rule in (MinMax(), ZScore(), PercentileRank()):
        design = IndexDesign(
            DEEP, normalise=rule, reference=table, treat=SkewKurtosis(skew=1, kurt=1)
        )
        whole = build_index(table, design).scores
        part = build_index(table.iloc[:4], design).scores
        assert np.allclose(whole.iloc[:4], part)
        assert np.allclose(
            whole,
            build_index(
                table, IndexDesign(DEEP, normalise=rule, treat=SkewKurtosis(skew=1, kurt=1))
            ).scores,
        )


def test_norms_table(table: pd.DataFrame) -> None:
    norms = pd.DataFrame(
        {
            "minimum": table.min(),
            "maximum": table.max(),
            "gemiddelde": table.mean(),
            "standaardafwijking": table.std(ddof=1),
            **{f"p{i:02d}": table.quantile(i / 100) for i in range(101)},
        }
    )
    ranks = {i: FromNorms(PercentileRank(), norms, i) for i in NAMES}
    near = build_index(table, IndexDesign(DEEP, normalise=ranks)).normalised
    exact = build_index(table, IndexDesign(DEEP, normalise=PercentileRank())).normalised
    assert (near - exact).abs().max().max() < 0.011


def test_weights_by_method(table: pd.DataFrame) -> None:
    equal = build_index(table, IndexDesign(DEEP, weigh=EqualWeights()))
    assert equal.effective_weights["a"] == pytest.approx(1 / 2 / 2 / 2)
    given_ = build_index(table, IndexDesign(DEEP, weigh={"D1": GivenWeights({"a": 3, "b": 1})}))
    assert given_.effective_weights["a"] / given_.effective_weights["b"] == pytest.approx(3)
    assert equal.effective_weights[NAMES].sum() == pytest.approx(1)


def test_imputation_is_flagged_per_cell(table: pd.DataFrame) -> None:
    holed = table.copy()
    holed.loc[0, "a"] = np.nan
    both = {"a": MedianImputation(), "b": MedianImputation(), "*": DomainImputation()}
    result = build_index(holed, IndexDesign(DEEP, impute=both))
    assert result.imputed.loc[0, "a"] == table["a"].iloc[1:].median()
    assert result.flags.loc[0, "a"] == "geschat"
    assert (result.flags.drop(columns="a") == "waargenomen").all().all()
    assert result.values.isna().sum().sum() == 1


def test_equal_imputers_fill_every_column(table: pd.DataFrame) -> None:
    holed = table.mask(np.random.default_rng(3).random(table.shape) < 0.2)
    result = build_index(holed, IndexDesign(DEEP, impute={n: MeanImputation() for n in NAMES}))
    assert result.imputed.notna().all().all()


def test_several_roots() -> None:
    structure = pd.DataFrame({"id": ["a", "b", "U", "K"], "parent": ["U", "K", None, None]})
    values = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [3.0, 1.0, 2.0]})
    result = build_index(values, IndexDesign(structure))
    assert result.scores["U"].tolist() == [0, 50, 100]
    assert result.scores["K"].tolist() == [100, 0, 50]
    assert np.allclose(result.contributions.to_numpy(), result.scores[["U", "K"]].to_numpy())


def test_copeland_has_no_contributions_of_one_unit(table: pd.DataFrame) -> None:
    result = build_index(table, IndexDesign(DEEP, aggregate=Copeland()))
    assert result.scores.notna().all().all()
    assert result.contributions.isna().all().all()


def test_bad_table_lists_everything_in_dutch() -> None:
    values = pd.DataFrame(
        {"a": [1, 2, 3], "b": ["x", 1, 2], "c": [np.inf, 0, 0], "e": [1, 2, 3]},
        index=["u", "u", "v"],
    )
    with pytest.raises(InputError) as caught:
        build_index(values.loc[["v"]].assign(b="x", c=np.inf), IndexDesign(DEEP))
    text = str(caught.value)
    assert "3 problemen" in text
    assert "geen getal" in text and "oneindig" in text and "staat niet in de tabel" in text
    with pytest.raises(InputError, match="meer dan één keer"):
        build_index(values.assign(b=1.0, c=1.0, d=1.0), IndexDesign(DEEP))


def test_no_units_at_all(table: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="geen rijen"):
        build_index(table.iloc[:0], IndexDesign(DEEP))


def test_nullable_integers_and_objects_are_numbers(table: pd.DataFrame) -> None:
    whole = table.round().astype("Int64")
    whole.loc[0, "a"] = pd.NA
    plain = whole.astype(float)
    expected = build_index(plain, IndexDesign(DEEP)).scores
    for odd in (whole, plain.astype(object)):
        pd.testing.assert_frame_equal(build_index(odd, IndexDesign(DEEP)).scores, expected)


def test_geometric_refuses_zero_in_dutch(table: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="nul of negatief"):
        build_index(table, IndexDesign(DEEP, aggregate=Geometric()))
    with pytest.raises(InputError, match="nul of negatief"):
        build_index(table, IndexDesign(DEEP, aggregate=Harmonic()))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weight": [-1, *DEEP["weight"][1:]]}, "must be a number >= 0"),
        ({"direction": [0, *DEEP["direction"][1:]]}, r"\+1 or -1"),
        ({"direction": [*DEEP["direction"][:-1], -1]}, "turn its indicators"),
        ({"parent": ["X", *DEEP["parent"][1:]]}, "has no row"),
        ({"id": ["b", *DEEP["id"][1:]]}, "more than once"),
        ({"level": [2, *DEEP["level"][1:]]}, "not below that of its parent"),
        ({"parent": [*DEEP["parent"][:-1], "D1"]}, "cycle"),
        ({"weight": [0, 0, *DEEP["weight"][2:]]}, "all weights under 'D1' are zero"),
    ],
)
def test_bad_structure(change: dict[str, list[object]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        IndexDesign(DEEP.assign(**change))


def test_bad_keys() -> None:
    with pytest.raises(ValueError, match="unknown key 'z'"):
        IndexDesign(DEEP, normalise={"z": MinMax()})
    with pytest.raises(ValueError, match="unknown key 7"):
        IndexDesign(DEEP, aggregate={7: Arithmetic()})
    with pytest.raises(ValueError, match="between 0 and 1"):
        IndexDesign(DEEP, minimum_share=1.5)


def test_other_choices_on_one_structure_are_checked_too() -> None:
    plan = IndexDesign(DEEP)
    assert plan.with_choices(normalise=ZScore()).hierarchy is plan.hierarchy
    assert isinstance(plan.normalise, MinMax)
    with pytest.raises(ValueError, match="unknown key 'z'"):
        plan.with_choices(normalise={"z": MinMax()})


def test_an_index_makes_no_more_than_was_asked(table: pd.DataFrame) -> None:
    result = build_index(table, IndexDesign(DEEP))
    assert not {"contributions", "flags", "ranks", "screening"} & vars(result).keys()
