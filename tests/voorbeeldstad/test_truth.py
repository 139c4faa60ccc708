from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from voorbeeldstad import CHANGE_YEAR, DemoTruth, plant
from voorbeeldstad.measures import crime_name, measures, snake
from voorbeeldstad.truth import MIN_INHABITANTS, SCORES

if TYPE_CHECKING:
    from tests.voorbeeldstad.conftest import Demo

SEEDS = (0, 1, 2, 3)


@pytest.fixture(scope="module", params=SEEDS)
def planted(request: pytest.FixtureRequest) -> DemoTruth:
    return plant(seed=request.param, jaren=[2020, 2021])


def test_urgency_is_the_plain_mean_of_the_domains(planted: DemoTruth) -> None:
    table = planted.buurten[planted.buurten["gerangschikt"]]
    assert np.allclose(table["urgentie"], table[list(SCORES)].mean(axis=1))
    assert table["urgentie"].between(0, 100).all()


def test_ranks_follow_urgency_and_leave_small_buurten_out(planted: DemoTruth) -> None:
    for _, table in planted.buurten.groupby("jaar"):
        ranked = table[table["gerangschikt"]].sort_values("rang")
        assert list(ranked["rang"]) == list(range(1, len(ranked) + 1))
        assert ranked["urgentie"].is_monotonic_decreasing
        left = table[~table["gerangschikt"]]
        assert (left["inwoners"] < MIN_INHABITANTS).all()
        assert len(left) == 4
        assert left["rang"].isna().all()
        assert table["kwart"].sum() == np.ceil(len(ranked) / 4)


def test_aanpak_follows_the_rules(planted: DemoTruth) -> None:
    table = planted.buurten
    whole = table[table["aanpak"] == "integrale gebiedsaanpak"]
    assert (whole["kwart"] & (whole["corporatiebezit"] >= 40)).all()
    assert (table.loc[~table["gerangschikt"], "aanpak"] == "niet gerangschikt").all()
    pocket = table[table["aanpak"] == "deel-buurtaanpak"]
    assert pocket["deelbuurt"].all()
    assert not pocket["kwart"].any()
    assert set(table["aanpak"]) == {
        "integrale gebiedsaanpak",
        "gerichte koppelkansen",
        "deel-buurtaanpak",
        "volgen",
        "basis",
        "niet gerangschikt",
    }


def test_types_are_recovered_where_they_are_separable(planted: DemoTruth) -> None:
    table = planted.buurten.loc[2020]
    table = table[table["gerangschikt"]]
    scores = table[list(SCORES)]
    scores = (scores - scores.mean()) / scores.std()
    found = KMeans(6, n_init=20, random_state=0).fit_predict(scores)
    assert adjusted_rand_score(table["type"], found) >= 0.9


def test_without_separation_there_are_no_types() -> None:
    table = plant(seed=1, jaren=[2020], separation=0.0).buurten
    table = table[table["gerangschikt"]]
    scores = table[list(SCORES)]
    found = KMeans(6, n_init=20, random_state=0).fit_predict(scores / scores.std())
    assert adjusted_rand_score(table["type"], found) < 0.15


def test_rising_buurten_rise_and_falling_ones_fall() -> None:
    table = plant(seed=3, jaren=[2017, 2024]).buurten
    ranked = table["gerangschikt"]
    both = (
        table[ranked]
        .reset_index()
        .pivot(index="buurtcode", columns="jaar", values="urgentie")
        .dropna()
    )
    change = both[2024] - both[2017]
    kind = table.loc[2024, "verandering"].reindex(change.index)
    assert change[kind == "stijgt"].min() > change[kind == "stabiel"].max()
    assert change[kind == "daalt"].max() < change[kind == "stabiel"].min()


def test_pockets_are_connected_large_enough_and_one_straddles_a_border(
    planted: DemoTruth,
) -> None:
    straddling = 0
    for _, pocket in planted.deelbuurten.groupby("deelbuurt"):
        corners = {(int(code[1:5]), int(code[6:10])) for code in pocket.index}
        reached, waiting = set(), [min(corners)]
        while waiting:
            x, y = waiting.pop()
            if (x, y) in reached or (x, y) not in corners:
                continue
            reached.add((x, y))
            waiting += [(x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)]
        assert reached == corners
        per_buurt = pocket.groupby("buurtcode")["inwoners"].sum()
        assert (per_buurt >= 100).all()
        straddling += len(per_buurt) > 1
    assert planted.deelbuurten["deelbuurt"].nunique() == 6
    assert straddling == 1


def test_pockets_differ_while_their_buurt_stays_average(planted: DemoTruth) -> None:
    squares = planted.vierkanten.loc[2020]
    host = squares["buurtcode"].isin(planted.deelbuurten["buurtcode"])
    inside = squares["deelbuurt"] != ""
    hosts = squares[host]
    share = hosts["aantal_personen_met_uitkering_onder_aowlft"].groupby(inside[host]).sum()
    people = hosts["aantal_inwoners"].groupby(inside[host]).sum()
    assert share[True] / people[True] > 2.5 * share[False] / people[False]
    buurten = planted.buurten.loc[2020]
    hosts = buurten.loc[sorted(set(squares.loc[host, "buurtcode"]))]
    ranked = buurten[buurten["gerangschikt"]]
    assert hosts["sociaal"].between(*ranked["sociaal"].quantile([0.1, 0.9])).all()


def test_a_city_without_pockets_has_none() -> None:
    planted = plant(seed=5, jaren=[2020], pockets=False)
    assert planted.deelbuurten.empty
    assert not planted.buurten["deelbuurt"].any()
    assert (planted.vierkanten["deelbuurt"] == "").all()


def test_squares_add_up_to_the_buurten(planted: DemoTruth) -> None:
    squares = planted.vierkanten.groupby(["jaar", "buurtcode"])[
        ["aantal_inwoners", "aantal_woningen"]
    ].sum()
    buurten = planted.buurten.loc[squares.index, "inwoners"]
    assert (squares["aantal_inwoners"] == buurten).all()
    missing = planted.buurten.drop(squares.index)
    assert (missing["inwoners"] == 0).all()


def test_pieces_add_up_to_the_buurten_of_both_borders(planted: DemoTruth) -> None:
    for jaar, pieces in planted.delen.groupby("jaar"):
        era = "code_oud" if jaar < CHANGE_YEAR else "code_nieuw"
        total = pieces.groupby(era)["aantal_inwoners"].sum()
        buurten = planted.buurten.loc[jaar, "inwoners"]
        pd.testing.assert_series_equal(
            total.astype(float), buurten.astype(float), check_names=False
        )


def test_regions_add_up(planted: DemoTruth) -> None:
    counted = planted.aantallen.loc[2020]
    for measure in ("aantal_inwoners", "mannen", "totaal_misdrijven", "opleidingsniveau_laag"):
        per_level = [
            counted.loc[counted.index.str.startswith(level), measure].sum()
            for level in ("NL", "GM", "WK", "BU")
        ]
        assert np.allclose(per_level, per_level[0])


def test_indicators_hang_together(planted: DemoTruth) -> None:
    table = planted.indicatoren.loc[2020]
    table = table[table.index.str.startswith("BU")]
    poor = table["percentage_huishoudens_met_laag_inkomen"]
    assert poor.corr(table["moeite_met_rondkomen"]) > 0.8
    assert poor.corr(table["gemiddelde_woningwaarde"]) < -0.4
    assert table["percentage_huurwoningen"].corr(table["percentage_koopwoningen"]) < -0.9


def test_expected_and_counted_agree_within_chance(demo: Demo) -> None:
    # numbers of people with a benefit are binomial: variance at most the expected number
    expected = demo.truth.indicatoren["aantal_personen_met_een_alg_bijstandsuitkering_tot"]
    counted = demo.truth.aantallen["aantal_personen_met_een_alg_bijstandsuitkering_tot"]
    buurten = expected.index.get_level_values("code").str.startswith("BU") & (expected > 5)
    z = (counted - expected)[buurten] / np.sqrt(expected[buurten])
    assert abs(z.mean()) < 4 / np.sqrt(len(z))
    assert 0.9 < z.std() < 1.05


def test_names_follow_the_publishers() -> None:
    assert snake("HeelVeelStressInAfgelopen4Weken") == "heel_veel_stress_in_afgelopen_4_weken"
    assert crime_name("Diefstal/inbraak woning") == "diefstal_inbraak_woning"
    names = [measure.naam for measure in measures()]
    assert len(names) == len(set(names))
