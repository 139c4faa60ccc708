"""Deel-buurten: found where planted, silent where not, never a value of too few people."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from sia.errors import InputError
from sia.methode import PocketIndicator, PocketSettings, ScanSettings
from sia.pockets import find_pockets, neighbours, position
from sia.sources import vierkanten

WOZ = "gemiddelde_woz_waarde_woning"
GAS = "gemiddeld_gasverbruik_woning"
FAST = PocketSettings(scan=ScanSettings(permutations=999))
QUICK = PocketSettings(scan=ScanSettings(permutations=499))
SIDE = 8


def city(
    seed: int,
    pockets: bool = True,
    across: int = 4,
    down: int = 3,
    effect: float = 4.0,
    people: tuple[int, int] = (20, 70),
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, np.ndarray]:
    """A fictional city of square buurten of 8 x 8 squares, with pockets of 3 x 2 and one astride.

    Returns squares, buurten and the number of the planted pocket of each square (0 = none).
    """
    rng = np.random.default_rng(seed)
    columns, rows = across * SIDE, down * SIDE
    x, y = np.meshgrid(np.arange(columns), np.arange(rows))
    x, y = x.ravel(), y.ravel()
    buurt = (y // SIDE) * across + x // SIDE
    level = rng.normal(0, 1, across * down)
    truth = np.zeros(len(x), dtype=int)
    if pockets:
        for number, host in enumerate((1, 6, 11), start=1):
            left = (host % across) * SIDE + rng.integers(1, 5)
            low = (host // across) * SIDE + rng.integers(1, 5)
            truth[(x >= left) & (x < left + 3) & (y >= low) & (y < low + 2)] = number
        truth[(x >= SIDE - 2) & (x < SIDE + 2) & (y >= SIDE + 2) & (y < SIDE + 5)] = 4
    score = level[buurt] + effect * (truth > 0)
    inhabitants = rng.integers(*people, len(x))
    squares = gpd.GeoDataFrame(
        {
            "aantal_inwoners": inhabitants.astype(float),
            WOZ: 260 - 25 * (score + rng.normal(0, 1, len(x))),
            GAS: 1200 + 60 * (score + rng.normal(0, 1, len(x))),
        },
        geometry=shapely.box(x * 100, y * 100, x * 100 + 100, y * 100 + 100),
        index=pd.Index([f"E{a:04d}N{b:04d}" for a, b in zip(x, y, strict=True)], name="vierkant"),
        crs="EPSG:28992",
    )
    a, b = np.meshgrid(np.arange(across), np.arange(down))
    a, b = a.ravel() * SIDE * 100, b.ravel() * SIDE * 100
    codes = pd.Index([f"BU9999{i:04d}" for i in range(across * down)], name="buurtcode")
    buurten = gpd.GeoDataFrame(
        {"naam": [f"Buurt {i}" for i in range(across * down)], "water": False},
        geometry=shapely.box(a, b, a + SIDE * 100, b + SIDE * 100),
        index=codes,
        crs="EPSG:28992",
    )
    return squares, buurten, truth


@pytest.fixture(scope="module")
def found():
    squares, buurten, truth = city(3)
    return squares, buurten, truth, find_pockets(squares, buurten, FAST)


def matched(result, squares, truth) -> tuple[int, int]:
    """Return how many planted pockets were found, and how many found ones are planted."""
    inside = result.vierkanten["deelbuurt"].to_numpy()
    people = squares["aantal_inwoners"].to_numpy()
    hit, right = set(), 0
    for name in result.pockets.index:
        group = inside == name
        share = {
            n: people[group & (truth == n)].sum() / people[group | (truth == n)].sum()
            for n in np.unique(truth[truth > 0])
        }
        best = max(share, key=share.get, default=None)
        if best is not None and share[best] >= 0.5:
            hit.add(best)
            right += 1
    return len(hit), right


def test_recall_and_precision_on_planted_pockets():
    hits = planted = right = given_ = 0
    for seed in range(2):
        squares, buurten, truth = city(seed)
        result = find_pockets(squares, buurten, FAST)
        n_hit, n_right = matched(result, squares, truth)
        hits, planted = hits + n_hit, planted + 4
        right, given_ = right + n_right, given_ + len(result.pockets)
    assert hits / planted >= 0.85
    assert right / given_ >= 0.85


def test_a_city_without_pockets_gives_few_alarms():
    alarms = sum(
        len(find_pockets(*city(seed, pockets=False)[:2], FAST).pockets) > 0 for seed in range(4)
    )
    assert alarms <= 1


def test_each_deel_buurt_is_a_complete_and_named_thing(found):
    squares, buurten, _, result = found
    pockets = result.pockets
    assert pockets.index.str.fullmatch(r"BU9999\d{4}-D\d").all() and pockets.index.is_unique
    assert pockets["naam"].is_unique
    assert pockets["naam"].str.startswith("Deel-buurt ").all()
    assert (pockets["verschil"] > 0).all() and (pockets["q"] <= 0.10).all()
    assert pockets.crs == squares.crs and pockets.geometry.is_valid.all()
    assert set(pockets["buurtcode"]) <= set(buurten.index)
    area = pockets["vierkanten"] * 10_000.0
    assert np.allclose(pockets.geometry.area, area)
    assert (pockets.geometry.geom_type == "Polygon").all()


def test_a_pocket_over_a_border_is_one_thing_of_two_buurten(found):
    *_, result = found
    over = result.pockets[result.pockets["buurtcodes"].str.contains(" ")]
    assert len(over) == 1
    assert over["buurtcodes"].iloc[0] == "BU99990004 BU99990005"
    assert over["naam"].iloc[0] == "Deel-buurt op de grens van Buurt 4 en Buurt 5"


def test_no_square_carries_a_value_and_both_parts_are_large_enough(found):
    squares, _, _, result = found
    assert list(result.vierkanten.columns) == ["buurtcode", "deelbuurt"]
    assert result.vierkanten.index.equals(squares.index)
    people = (
        squares["aantal_inwoners"]
        .groupby([result.vierkanten["buurtcode"], result.vierkanten["deelbuurt"] == ""])
        .sum()
    )
    assert (result.pockets["inwoners"] >= 100).all()
    assert (people.xs(True, level=1) >= 100).all()


@given(st.integers(0, 1000), st.sampled_from([100.0, 250.0, 400.0]))
@settings(max_examples=3, deadline=None)
def test_thresholds_hold_for_any_city(seed, minimum):
    squares, buurten, _ = city(seed, across=3, down=2, effect=6, people=(5, 60))
    how = PocketSettings(minimum=minimum, scan=ScanSettings(permutations=299))
    result = find_pockets(squares, buurten, how)
    assert (result.pockets["inwoners"] >= minimum).all()
    inside = result.vierkanten["deelbuurt"] != ""
    rest = squares["aantal_inwoners"][~inside].groupby(result.vierkanten["buurtcode"]).sum()
    assert (rest >= minimum).all()


def test_the_same_for_any_order_of_rows(found):
    squares, buurten, _, result = found
    again = find_pockets(
        squares.sample(frac=1, random_state=1), buurten.sample(frac=1, random_state=2), FAST
    )
    pd.testing.assert_frame_equal(again.pockets, result.pockets)


def test_an_id_says_where_so_that_a_judgement_stays_with_its_place(found):
    _, buurten, _, result = found
    winds = ["oost", "noordoost", "noord", "noordwest", "west", "zuidwest", "zuid", "zuidoost"]
    for name, row in result.pockets.iterrows():
        code, number = str(name).split("-D")
        assert code == row["buurtcode"]
        where = position(row["geometry"], buurten.geometry[code])
        assert [*winds, "midden"][int(number) - 1] == where


def test_a_figure_that_few_people_know_is_not_shown(found):
    squares, buurten, _, result = found
    few = squares.copy()
    host = result.vierkanten["deelbuurt"] == result.pockets.index[0]
    few.loc[few.index[host.to_numpy()][1:], GAS] = np.nan
    again = find_pockets(few, buurten, FAST)
    name = again.vierkanten["deelbuurt"][host].iloc[0]
    figures = again.indicatoren[again.indicatoren["deelbuurt"] == name].set_index("indicator")
    assert few[GAS][host].notna().sum() == 1 and few["aantal_inwoners"][host].iloc[0] < 100
    assert np.isnan(figures["deel_buurt"]["gemiddeld gasverbruik"])
    assert figures["deel_buurt"]["gemiddelde WOZ-waarde"] > 0


def test_it_says_what_it_rests_on(found):
    *_, result = found
    assert result.gebruikt == ("gemiddelde WOZ-waarde", "gemiddeld gasverbruik")
    assert set(result.indicatoren["indicator"]) == set(result.gebruikt)
    woz = result.indicatoren[result.indicatoren["indicator"] == "gemiddelde WOZ-waarde"]
    assert (woz["deel_buurt"] < woz["rest_van_buurt"]).all()


def test_a_mostly_secret_indicator_is_left_out():
    squares, buurten, _ = city(1)
    squares[GAS] = squares[GAS].where(squares[GAS] > squares[GAS].quantile(0.8))
    result = find_pockets(squares, buurten, FAST)
    assert result.gebruikt == ("gemiddelde WOZ-waarde",)
    assert "Niet gebruikt, want afwezig of te vaak geheim: gemiddeld gas" in result.toelichting


def test_every_buurt_is_listed_with_the_reason_when_not_tested():
    squares, buurten, _ = city(2, across=3, down=1)
    few = squares.index[squares.geometry.centroid.x < 700]
    squares.loc[few, [WOZ, GAS]] = np.nan
    table = find_pockets(squares, buurten, FAST).buurten
    assert table.index.equals(buurten.index)
    assert not table["getoetst"].iloc[0] and "8 bruikbare vierkanten" in table["reden"].iloc[0]
    assert table["getoetst"].iloc[1:].all()


def test_gunstig_finds_the_reverse():
    squares, buurten, truth = city(3)
    squares[WOZ], squares[GAS] = 520 - squares[WOZ], 2400 - squares[GAS]
    how = PocketSettings(richting="gunstig", scan=ScanSettings(permutations=799))
    result = find_pockets(squares, buurten, how)
    assert matched(result, squares, truth)[0] >= 3
    assert (result.pockets["richting"] == "gunstig").all() and (
        result.pockets["verschil"] < 0
    ).all()


def test_postcode_polygons_work_like_squares():
    squares, buurten, truth = city(3)
    skewed = squares.set_geometry(
        shapely.transform(squares.geometry.to_numpy(), lambda xy: xy + 8 * np.sin(xy[:, ::-1] / 90))
    ).set_crs(squares.crs, allow_override=True)
    result = find_pockets(skewed, buurten, FAST)
    assert matched(result, squares, truth)[0] >= 3


def test_corners_do_not_connect():
    shapes = gpd.GeoSeries([shapely.box(0, 0, 1, 1), shapely.box(1, 1, 2, 2)])
    assert len(neighbours(shapes.scale(100, 100, origin=(0, 0)))) == 0
    side = gpd.GeoSeries([shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)])
    assert neighbours(side).tolist() == [[0, 1]]


@pytest.mark.parametrize(
    ("dx", "dy", "name"),
    [(300, 0, "oost"), (-300, -300, "zuidwest"), (0, 300, "noord"), (20, 20, "midden")],
)
def test_position_in_words(dx, dy, name):
    whole = shapely.box(-500, -500, 500, 500)
    assert position(shapely.Point(dx, dy).buffer(50), whole) == name


def test_faults_of_the_input_come_together():
    squares, buurten, _ = city(0, across=2, down=1)
    squares.loc[squares.index[0], WOZ] = -99997
    with pytest.raises(InputError) as caught:
        find_pockets(squares.to_crs(4326), buurten.drop(columns="naam"), FAST)
    assert len(caught.value.problems) == 3
    with pytest.raises(InputError, match="aantal inwoners"):
        find_pockets(squares.drop(columns="aantal_inwoners"), buurten, FAST)


@pytest.mark.real
def test_real_squares_of_groningen(real_data):
    """WOZ is the only urgency in the squares of 2014; the buurten are those of 2017."""
    folder = real_data / "cbs-groningen-2014-2017-shapes"
    file = vierkanten.recognise(folder / "vierkant100m2014.zip")
    (layer,) = vierkanten.read(file)
    squares = gpd.GeoDataFrame(layer.values, geometry=layer.frame.geometry, crs=layer.frame.crs)
    areas = gpd.read_file(folder / "buurt2017.zip").to_crs(28992)
    code = next(name for name in areas.columns if name.upper() in ("BU_CODE", "BUURTCODE"))
    name = next(one for one in areas.columns if one.upper() in ("BU_NAAM", "BUURTNAAM"))
    areas = areas.set_index(code).rename(columns={name: "naam"})[["naam", "geometry"]]
    result = find_pockets(squares, areas, PocketSettings(scan=ScanSettings(permutations=999)))
    assert result.gebruikt == ("gemiddelde WOZ-waarde",)
    assert len(result.buurten) == len(areas)
    assert (result.pockets["inwoners"] >= 100).all()
    assert 0 < result.noise.rho < 1
    worth = squares[WOZ].groupby(result.vierkanten["buurtcode"]).mean().drop("", errors="ignore")
    rich = set(worth.index[worth > worth.quantile(0.75)])
    hosts = {code for codes in result.pockets["buurtcodes"] for code in codes.split()}
    assert len(rich) > 10 and not hosts & rich
    for name, own in squares[WOZ].groupby(result.vierkanten["deelbuurt"]):
        assert name == "" or own.max() < squares[WOZ].mean()


def test_an_amount_and_its_inverse_tell_the_same_story(found):
    squares, buurten, _, _ = found
    price = (PocketIndicator(kolom=WOZ, naam="WOZ-waarde", richting=-1, log=True),)
    per_price = (PocketIndicator(kolom=WOZ, naam="woningen per euro", richting=1, log=True),)
    other = squares.assign(**{WOZ: 1e4 / squares[WOZ].clip(lower=1)})
    squares = squares.assign(**{WOZ: squares[WOZ].clip(lower=1)})
    one, two = (
        find_pockets(table, buurten, PocketSettings(indicators=names, scan=FAST.scan))
        for table, names in ((squares, price), (other, per_price))
    )
    assert len(one.pockets) >= 2
    assert (one.vierkanten["deelbuurt"] == two.vierkanten["deelbuurt"]).all()
    assert np.allclose(one.pockets["verschil"], two.pockets["verschil"])


def test_a_value_without_a_logarithm_is_unknown_and_not_extreme(found):
    squares, buurten, _, _ = found
    zero = squares.assign(**{WOZ: squares[WOZ].clip(lower=1)})
    zero.loc[zero.index[:5], WOZ] = 0.0
    gone = zero.assign(**{WOZ: zero[WOZ].where(zero[WOZ] > 0)})
    results = [find_pockets(table, buurten, FAST).vierkanten["deelbuurt"] for table in (zero, gone)]
    assert (results[0] == results[1]).all()


def level_town(
    inside: np.ndarray, level: float = 180.0, effect: float = 0.45, seed: int = 1
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Buurten of one house value, the sixth of another, times an effect in some squares."""
    squares, buurten, _ = city(seed, pockets=False)
    buurt = (np.arange(len(squares)) // 32 // SIDE) * 4 + np.arange(len(squares)) % 32 // SIDE
    value = np.where(buurt == 5, level, 180.0)
    value *= np.exp(np.random.default_rng(seed).normal(0, 0.08, len(value)))
    value *= np.where(inside, effect, 1.0)
    squares = squares.assign(**{WOZ: value, GAS: np.nan, "aantal_inwoners": 30.0})
    return squares, buurten


def block(left: int, low: int, wide: int = 3, high: int = 2) -> np.ndarray:
    x, y = np.meshgrid(np.arange(32), np.arange(24))
    inside = (x >= left) & (x < left + wide) & (y >= low) & (y < low + high)
    return np.asarray(inside.ravel())


def test_a_poorer_corner_of_a_rich_buurt_is_no_deel_buurt():
    found = find_pockets(*level_town(block(9, 9), level=620.0), QUICK).pockets
    assert "BU99990005" not in set(found["buurtcode"])
    found = find_pockets(*level_town(block(9, 9)), QUICK).pockets
    assert "BU99990005" in set(found["buurtcode"])


@pytest.mark.parametrize("seed", range(10))
def test_no_cheap_corner_of_a_rich_buurt_whatever_its_size_place_or_depth(seed):
    rng = np.random.default_rng([seed, 14])
    level, wide, high = rng.uniform(450, 900), *rng.integers(2, 5, 2)
    corner = block(8 + rng.integers(0, 9 - wide), 8 + rng.integers(0, 9 - high), wide, high)
    # above the city's mean even where noise is at its lowest
    effect = rng.uniform(280, 0.8 * level) / level
    how = PocketSettings(scan=ScanSettings(permutations=299), fdr=0.3)
    squares, buurten = level_town(corner, level, effect, seed)
    found = find_pockets(squares, buurten, how)
    assert not (found.vierkanten["deelbuurt"].to_numpy()[corner] != "").any()


@pytest.mark.parametrize("other", [0.98, 2.5])
def test_a_square_that_contradicts_is_no_part(other):
    squares, buurten = level_town(block(9, 9, 4, 3))
    odd = block(10, 9, 1, 1)
    squares.loc[odd, WOZ] = other * 180.0 * 1.1
    found = find_pockets(squares, buurten, QUICK).vierkanten["deelbuurt"]
    assert (found[block(9, 9, 4, 3) & ~odd] != "").sum() >= 10
    assert (found[odd] == "").all()


def test_a_place_keeps_its_id_and_another_place_never_gets_it():
    one, two = block(4, 11, 7), block(5, 11, 7)
    first, second = (
        find_pockets(*level_town(area, effect=0.6), QUICK).pockets for area in (one, two)
    )
    assert set(first.index) == set(second.index)
    old = first.rename(index={"BU99990004-D1": "BU99990005-D77"})
    again = find_pockets(*level_town(two, effect=0.6), QUICK, [second.iloc[:0], old]).pockets
    assert "BU99990005-D77" in again.index and "BU99990004-D1" not in again.index
    gone = first.set_geometry(first.geometry.translate(50_000))
    moved = find_pockets(*level_town(two, effect=0.6), QUICK, [gone]).pockets
    assert not set(moved.index) & set(gone.index)
    assert "BU99990004-D10" in moved.index


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ((0, 0, 7, 2), True),
        ((1, 0, 7, 2), True),
        ((-1, 0, 7, 2), True),
        ((2, 0, 7, 2), True),
        ((0, 0, 5, 2), True),
        ((0, 0, 4, 2), True),
        ((3, 0, 4, 3), True),
        ((0, 0, 7, 3), True),
        ((-1, 0, 8, 2), True),
        ((4, 0, 7, 2), False),
        ((0, 3, 7, 2), False),
    ],
)
def test_a_number_stays_exactly_when_half_of_the_smaller_does(change, same):
    """Shifted, shrunk or grown over a border; what is found is held against itself of before."""
    dx, dy, wide, high = change
    then, now = block(4, 11, 7, 2), block(4 + dx, 11 + dy, wide, high)
    assert (2 * (then & now).sum() >= min(then.sum(), now.sum())) == same
    old = find_pockets(*level_town(then, effect=0.4), QUICK)
    new = find_pockets(*level_town(now, effect=0.4), QUICK, [old.pockets])
    [number] = set(old.vierkanten["deelbuurt"][then]) - {""}
    assert (number in set(new.vierkanten["deelbuurt"][now])) == same
    assert new.pockets.index.is_unique


def test_two_places_never_get_one_id():
    """A place crept along: what is now where it began is not what is now where it went."""
    row = block(4, 3, 7) | block(14, 3, 7)
    now = find_pockets(*level_town(row, effect=0.5), QUICK).pockets
    assert len(now) >= 2
    then = [now.iloc[[0]].rename(index=lambda _: "D"), now.iloc[[1]].rename(index=lambda _: "D")]
    for years, kept in ((then, 0), (then[::-1], 1)):
        again = find_pockets(*level_town(row, effect=0.5), QUICK, years).pockets
        assert again.index.is_unique and list(again.index).index("D") == kept


def test_other_seeds_find_the_same():
    table = level_town(block(9, 9))
    found = [
        set(find_pockets(*table, FAST.model_copy(update={"seed": s})).pockets.index) for s in (1, 2)
    ]
    assert found[0] == found[1] != set()


def test_the_rest_is_left_out_where_it_gives_away_who_is_unknown(found):
    squares, buurten, _, result = found
    name = result.pockets.index[~result.pockets["buurtcodes"].str.contains(" ")][0]
    host = result.pockets.at[name, "buurtcode"]
    where = result.vierkanten
    beside = squares.index[(where["buurtcode"] == host) & (where["deelbuurt"] == "")]
    secret = squares.copy()
    secret.loc[beside[:2], GAS] = np.nan
    assert secret.loc[beside[:2], "aantal_inwoners"].sum() < 2 * 70
    how = FAST.model_copy(update={"minimum": 150.0})
    table = find_pockets(secret, buurten, how).indicatoren
    own = table[table["deelbuurt"] == name].set_index("indicator")
    assert own["deel_buurt"].notna().all()
    assert np.isnan(own.at["gemiddeld gasverbruik", "rest_van_buurt"])
    assert own.at["gemiddelde WOZ-waarde", "rest_van_buurt"] > 0


@pytest.mark.parametrize(
    "kolom",
    [
        "percentage_laag_inkomen_huishouden",
        "bijstand",
        "wmo_clienten",
        "sociaal_minimum",
        "wajong",
        "werkloosheid",
        "roken",
        "overgewicht",
        "medicijngebruik",
        "ggz",
        "laaggeletterd",
        "energietoeslag",
        "verdachten",
    ],
)
def test_what_is_known_of_persons_is_no_indicator_on_squares(kolom):
    with pytest.raises(ValueError, match="alleen op buurtniveau"):
        PocketIndicator(kolom=kolom, naam="x", richting=1)
