"""The audit: every light follows from its printed rule."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from sia.index import (
    AuditRules,
    IndexDesign,
    MedianImputation,
    SkewKurtosis,
    audit,
    build_index,
    cronbach_alpha,
    main_effect,
    pillar_correlations,
)

STRUCTURE = pd.DataFrame(
    {
        "id": ["a", "b", "c", "d", "D", "E", "I"],
        "parent": ["D", "D", "E", "E", "I", "I", None],
    }
)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    common = rng.normal(size=200)
    x = pd.DataFrame(
        {
            "a": common + 0.7 * rng.normal(size=200),
            "b": common + 0.7 * rng.normal(size=200),
            "c": common + 0.05 * rng.normal(size=200),
            "d": -common + rng.normal(size=200),
        }
    )
    x.iloc[:90, 3] = np.nan
    return x


def test_lights(table: pd.DataFrame) -> None:
    result = build_index(table, IndexDesign(STRUCTURE, impute=MedianImputation()))
    found = audit(result)
    assert found.availability["licht"].to_dict() == {
        "a": "groen",
        "b": "groen",
        "c": "groen",
        "d": "rood",
    }
    pairs = found.correlations.set_index(["eerste", "tweede"])
    assert pairs.loc[("a", "b"), "licht"] == "groen"
    assert pairs.loc[("c", "d"), "licht"] == "rood"
    assert pairs.loc[("a", "b"), "r"] == pytest.approx(table["a"].corr(table["b"]))
    assert found.consistency.loc["D", "licht"] in ("groen", "oranje")
    assert found.units["geschat"].max() == 0.25
    assert found.components.query("groep == 'D'")["verklaard"].sum() == pytest.approx(1)
    tables = [t for t in vars(found).values() if "regel" in t.columns]
    assert len(tables) == 12
    assert all(t["regel"].str.len().gt(20).all() for t in tables)
    assert found.summary.loc["availability"].tolist() == [3, 0, 1, 0]


def test_distribution_before_and_after(table: pd.DataFrame) -> None:
    wild = table.assign(a=np.r_[table["a"].iloc[:-1], 500])
    plain = audit(build_index(wild, IndexDesign(STRUCTURE))).distribution
    treated = audit(build_index(wild, IndexDesign(STRUCTURE, treat=SkewKurtosis()))).distribution
    assert plain.loc["a", "licht"] == "rood"
    assert treated.loc["a", "licht"] == "groen"
    assert treated.loc["a", "behandeling"] == "gewinsoriseerd"


def test_external_and_proxy(table: pd.DataFrame) -> None:
    result = build_index(table, IndexDesign(STRUCTURE))
    outside = pd.DataFrame({"lbm": -(result.scores["I"] ** 3), "ruis": np.arange(200) % 7})
    origin = pd.DataFrame({"herkomst": table["a"] * 2 + 1})
    found = audit(result, external=outside, origin=origin)
    external = found.external.set_index(["extern", "onderdeel"])
    assert external.loc[("lbm", "I"), "spearman"] == pytest.approx(-1)
    assert external.loc[("lbm", "I"), "licht"] == "groen"
    assert external.loc[("ruis", "I"), "licht"] == "rood"
    proxy = found.proxy.set_index("onderdeel")
    assert proxy.loc["a", "licht"] == "rood"
    assert audit(result).proxy.empty


def test_rules_can_be_changed(table: pd.DataFrame) -> None:
    result = build_index(table, IndexDesign(STRUCTURE))
    loose = audit(result, AuditRules(availability=0.5, availability_low=0.1))
    assert (loose.availability["licht"] == "groen").all()
    assert loose.availability["regel"].str.contains("50 %").all()


def test_odd_tables_give_grey_and_no_warnings() -> None:
    values = pd.DataFrame(
        {"a": [1.0, 2, 3], "b": [5.0, 5, 5], "c": [1, np.nan, np.nan], "d": [np.nan] * 3}
    )
    result = build_index(values, IndexDesign(STRUCTURE))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = audit(result)
    assert found.availability.loc["b", "licht"] == "rood"
    assert (found.correlations["licht"] == "grijs").all()


def test_cronbach_by_hand() -> None:
    x = np.array([[1.0, 2], [2, 3], [3, 5], [4, 4]])
    k, parts = 2, x.var(axis=0, ddof=1).sum()
    assert cronbach_alpha(x) == pytest.approx(k / (k - 1) * (1 - parts / x.sum(axis=1).var(ddof=1)))
    assert cronbach_alpha(np.c_[x[:, 0], x[:, 0]]) == pytest.approx(1)
    assert np.isnan(cronbach_alpha(x[:, :1]))


def test_main_effect_of_a_linear_score() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(3000, 2))
    y = 2 * x[:, 0] + x[:, 1]
    assert main_effect(x[:, 0], y) == pytest.approx(0.8, abs=0.05)
    assert main_effect(x[:, 1], y) == pytest.approx(0.2, abs=0.05)
    assert main_effect(x[:, 0], x[:, 0] ** 2) > 0.9
    assert np.isnan(main_effect(x[:, 0], np.ones(3000)))


def test_a_rank_outside_its_interval_is_counted(table: pd.DataFrame) -> None:
    result = build_index(table, IndexDesign(STRUCTURE))
    ranks = pd.DataFrame(
        {"rank": [1, 5, pd.NA], "rank_p05": [1.0, 6, 2], "rank_p95": [3.0, 9, 4]},
        index=["u1", "u2", "u3"],
    )
    found = audit(result, ranks=ranks)
    assert found.ranks["licht"].to_dict() == {"u1": "groen", "u2": "oranje"}
    assert found.summary.loc["ranks", "oranje"] == 1
    assert audit(result).ranks.empty


def test_indicator_that_goes_with_another_pillar_is_seen() -> None:
    rng = np.random.default_rng(4)
    f, g = rng.normal(size=(2, 300, 1))
    x = pd.DataFrame(np.c_[f, f, g, g] + 0.5 * rng.normal(size=(300, 4)), columns=list("abcd"))
    tree = pd.DataFrame(
        {"id": [*"abcd", "P", "Q", "T"], "parent": ["P", "P", "P", "Q", "T", "T", None]}
    )
    table = pillar_correlations(build_index(x, IndexDesign(tree)))
    assert len(table) == 8
    assert (table["n"] == 300).all()
    wide = table.pivot(index="indicator", columns="pillar", values="r")
    own = table[table["own"]].set_index("indicator")["pillar"]
    assert own.to_dict() == {"a": "P", "b": "P", "c": "P", "d": "Q"}
    assert wide.at["c", "Q"] > wide.at["c", "P"]
    assert wide.at["a", "P"] > wide.at["a", "Q"]
