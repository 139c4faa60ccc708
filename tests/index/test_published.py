"""Published figures that the engine has to give back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sia.index import (
    Arithmetic,
    ExponentialIMD,
    Geometric,
    Goalposts,
    IndexDesign,
    LogCT,
    NoNormalisation,
    PercentileRank,
    SkewKurtosis,
    WeightedSum,
    build_index,
    kurtosis,
    skewness,
    treat,
)

# UNDP (2015), Human Development Report 2015, table 1 "Human Development Index and its components",
# figures for 2014 (CC BY 3.0 IGO): HDI, life expectancy, expected years of schooling, mean years of
# schooling, gross national income per capita (2011 PPP $). Inputs are printed in one decimal.
HDI_2014 = """
Norway 0.944 81.6 17.5 12.6 64992
Australia 0.935 82.4 20.2 13.0 42261
Switzerland 0.930 83.0 15.8 12.8 56431
Denmark 0.923 80.2 18.7 12.7 44025
Netherlands 0.922 81.6 17.9 11.9 45435
Germany 0.916 80.9 16.5 13.1 43919
Ireland 0.916 80.9 18.6 12.2 39568
United_States 0.915 79.1 16.5 12.9 52947
Canada 0.913 82.0 15.9 13.0 42155
New_Zealand 0.913 81.8 19.2 12.5 32689
Singapore 0.912 83.0 15.4 10.6 76628
Hong_Kong 0.910 84.0 15.6 11.2 53959
Liechtenstein 0.908 80.0 15.0 11.8 79851
Sweden 0.907 82.2 15.8 12.1 45636
United_Kingdom 0.907 80.7 16.2 13.1 39267
Iceland 0.899 82.6 19.0 10.6 35182
Korea 0.898 81.9 16.9 11.9 33890
Israel 0.894 82.4 16.0 12.5 30676
Luxembourg 0.892 81.7 13.9 11.7 58711
Japan 0.891 83.5 15.3 11.5 36927
Belgium 0.890 80.8 16.3 11.3 41187
France 0.888 82.2 16.0 11.1 38056
Austria 0.885 81.4 15.7 10.8 43869
Finland 0.883 80.8 17.1 10.3 38695
"""

# UNDP (2015), Technical note 1: goalposts, arithmetic mean of the schooling indices, geometric mean
# of the three dimensions; income on a logarithmic scale; values beyond a goalpost are capped.
HDI_STRUCTURE = pd.DataFrame(
    [
        ("life", "HDI", 1, 1, 1),
        ("expected", "education", 1, 1, 1),
        ("mean", "education", 1, 1, 1),
        ("income", "HDI", 1, 1, 1),
        ("education", "HDI", 2, 1, 1),
        ("HDI", None, 3, 1, 1),
    ],
    columns=["id", "parent", "level", "weight", "direction"],
)
HDI_DESIGN = IndexDesign(
    HDI_STRUCTURE,
    normalise={
        "life": Goalposts(20, 85),
        "expected": Goalposts(0, 18),
        "mean": Goalposts(0, 15),
        "income": Goalposts(100, 75_000, logarithm=True),
    },
    aggregate={"education": Arithmetic(), "HDI": Geometric()},
    minimum_share=1.0,
)


@pytest.fixture(scope="module")
def hdi() -> pd.DataFrame:
    rows = [line.split() for line in HDI_2014.strip().splitlines()]
    names = ["country", "published", "life", "expected", "mean", "income"]
    return pd.DataFrame(rows, columns=names).set_index("country").astype(float)


def test_hdi_to_the_published_digits_within_what_rounded_inputs_allow(hdi: pd.DataFrame) -> None:
    """Every published value lies between the scores of the inputs at the ends of their rounding."""
    inputs = hdi.drop(columns="published")
    half = pd.Series({"life": 0.05, "expected": 0.05, "mean": 0.05, "income": 0.5})
    low = build_index(inputs - half, HDI_DESIGN).scores["HDI"].round(3)
    high = build_index(inputs + half, HDI_DESIGN).scores["HDI"].round(3)
    assert (low <= hdi["published"]).all()
    assert (hdi["published"] <= high).all()


def test_hdi_as_printed(hdi: pd.DataFrame) -> None:
    """From the printed inputs: within one unit of the third decimal, and mostly exactly."""
    score = build_index(hdi.drop(columns="published"), HDI_DESIGN).scores["HDI"].round(3)
    difference = (score - hdi["published"]).abs().round(3)
    assert difference.max() <= 0.001
    assert (difference == 0).mean() >= 0.7
    assert score["Norway"] == 0.944
    assert score["Netherlands"] == 0.922


def test_hdi_technical_note_example() -> None:
    """UNDP Technical note 1 (2020), worked example: 0.6971, 0.3447 and 3,829 dollars give 0.510."""
    structure = HDI_STRUCTURE[~HDI_STRUCTURE["id"].isin(["expected", "mean"])].copy()
    structure.loc[structure["id"] == "education", "level"] = 1
    design = IndexDesign(
        structure,
        normalise={"*": NoNormalisation(), "income": Goalposts(100, 75_000, logarithm=True)},
        aggregate=Geometric(),
    )
    table = pd.DataFrame({"life": [0.6971], "income": [3829.0], "education": [0.3447]})
    result = build_index(table, design)
    assert round(float(result.normalised["income"].iloc[0]), 4) == 0.5506
    assert round(float(result.scores["HDI"].iloc[0]), 3) == 0.510


def test_skewness_and_kurtosis_as_in_the_spreadsheet_manual() -> None:
    """Microsoft's documentation of SKEW and KURT: data 3, 4, 5, 2, 3, 4, 5, 6, 4, 7."""
    data = np.array([[3, 4, 5, 2, 3, 4, 5, 6, 4, 7]], dtype=float).T
    assert skewness(data)[0] == pytest.approx(0.359543071, abs=1e-9)
    assert kurtosis(data)[0] == pytest.approx(-0.151799637, abs=1e-9)


def test_coinr_treatment_examples() -> None:
    """COINr's own unit tests of Treat (Becker et al. 2022): one outlier, then too many."""
    one = pd.DataFrame({"x": [*range(1, 11), 100]}, dtype=float)
    done = treat(one, SkewKurtosis())
    assert done.values["x"].tolist() == [*range(1, 11), 10]
    assert done.log[["unit", "before", "after"]].values.tolist() == [[10, 100.0, 10.0]]
    two = pd.DataFrame({"x": [*range(1, 21), 100, 200]}, dtype=float)
    stuck = treat(two, SkewKurtosis(winmax=1, transform=None))
    assert not stuck.indicators.loc["x", "passed"]
    logged = treat(two, SkewKurtosis(winmax=1, transform=LogCT()))
    x = two["x"]
    expected = np.log(x - x.min() + 0.01 * (x.max() - x.min()))
    assert np.allclose(logged.values["x"], expected, atol=1e-12)


def test_svi_percentile_ranks_and_sums() -> None:
    """CDC/ATSDR SVI: percentile ranks, themes are sums, themes ranked again, overall from sums."""
    structure = pd.DataFrame(
        {
            "id": ["a", "b", "c", "T1", "T2", "SVI"],
            "parent": ["T1", "T1", "T2", "SVI", "SVI", None],
        }
    )
    design = IndexDesign(structure, normalise=PercentileRank(), aggregate=WeightedSum())
    table = pd.DataFrame({"a": [1, 2, 2, 4, 5], "b": [5, 4, 3, 2, 1], "c": [1, 1, 1, 1, 9]})
    result = build_index(table, design)
    assert result.normalised["a"].tolist() == [0, 0.25, 0.25, 0.75, 1]
    assert result.normalised["c"].tolist() == [0, 0, 0, 0, 1]
    assert result.scores["SVI"].tolist() == pytest.approx([1.0, 1.0, 0.75, 1.0, 2.0])
    assert result.ranks["SVI"].tolist() == [2, 2, 5, 2, 1]


def test_english_imd_exponential_transformation() -> None:
    """R = 1 gives 100, a tenth of the areas score above 50 (2019 technical report)."""
    x = np.arange(1000.0)[:, None]
    score = ExponentialIMD().fit_transform(x, np.ones(1))[:, 0]
    r = (np.arange(1000) + 1) / 1000
    assert np.allclose(score, -23 * np.log(1 - r * (1 - np.exp(-100 / 23))), atol=1e-12)
    assert score.max() == pytest.approx(100)
    assert (score > 50).mean() == pytest.approx(0.10, abs=0.005)


# World Bank, Statistical Performance Indicators, release with figures for 2019 (CC BY 4.0), file
# SPI_index.csv of github.com/worldbank/SPI at 03a32419: indicators in three decimals as they enter
# the index, results unrounded. Method: Cameron, Dang, Dinc, Foster & Lokshin (2021), World Bank
# Policy Research Working Paper 9570: nested plain means; pillar 3 over its sixteen goals; pillar 5
# over the ten standards of D5.2, its other dimensions having no part in this release.
SPI_PILLARS = {
    "DIM1": ("SPI.D1.5.",),
    "DIM2": ("SPI.D2.1.GDDS", "SPI.D2.2.Openness.subscore", "SPI.D2.4.NADA"),
    "DIM3": ("SPI.D3.",),
    "DIM4": ("D4.1", "SPI.D4.2.3.CRVS", "SPI.D4.3.GEO.first.admin.level"),
    "DIM5": ("SPI.D5.2.",),
}


def spi_structure(columns: list[str]) -> pd.DataFrame:
    censuses = [(c, "D4.1") for c in columns if c.startswith("SPI.D4.1.")]
    rows = [*censuses, ("D4.1", "DIM4")]
    for pillar, starts in SPI_PILLARS.items():
        rows += [(c, pillar) for c in columns if c.startswith(starts)]
        rows.append((pillar, "SPI"))
    return pd.DataFrame([*rows, ("SPI", None)], columns=["id", "parent"])


def test_statistical_performance_index_comes_back_from_its_indicators_to_every_digit() -> None:
    table = pd.read_csv(Path(__file__).parent / "spi_2019.csv", index_col="iso3c")
    design = IndexDesign(spi_structure(list(table)), normalise=Goalposts(0.0, 1.0, scale=100.0))
    result = build_index(table, design)
    assert len(result.design.hierarchy.indicators) == 5 + 3 + 16 + 10 + 10
    published = {f"DIM{i}": table[f"SPI.INDEX.DIM{i}"] for i in range(1, 6)}
    for node, figures in {**published, "SPI": table["SPI.INDEX"]}.items():
        np.testing.assert_allclose(result.scores[node], figures, rtol=0, atol=1e-10)
    assert list(result.ranks["SPI"]) == list(table["SPI.INDEX"].rank(ascending=False))
    np.testing.assert_allclose(result.contributions.sum(axis=1), table["SPI.INDEX"], atol=1e-10)


def test_scottish_transformation_divides_by_one_more() -> None:
    """SIMD 2020 technical notes: R = (N - rank + 1) / (N + 1), ties averaged."""
    x = np.array([[1.0], [2.0], [2.0], [5.0]])
    score = ExponentialIMD(ties="average", extra=1).fit_transform(x, np.ones(1))[:, 0]
    share = np.array([1, 2.5, 2.5, 4]) / 5
    assert score == pytest.approx(-23 * np.log(1 - share * (1 - np.exp(-100 / 23))))
