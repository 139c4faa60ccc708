"""Every claim of the sentence rules holds in any city that can be drawn, with ties and gaps."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from benchmarks.sentences import ODD, change_claims, claims
from sia.approach import decide
from sia.change.since_base import Verandering
from sia.change.words import FALLS, LEFT_OUT, NOISE, RISES, UNKNOWN
from sia.report.change import PARTS, Gebied
from sia.viz.dataset import Cijfers
from sia.weighing.axes import SMALLEST, rank_of

DOMAINS = ("sociaal", "wonen", "veiligheid")
NAMES = ("Oost", "'t Zand", "Buurt 12", "Sint-Jan 1e deel", "Plein e.o.", "Noord & Zuid")


@st.composite
def cities(draw: st.DrawFn) -> Cijfers:
    """Return a city of some buurten, in wijken of which some have one, with ties and gaps."""
    n = draw(st.integers(1, 12))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    index = pd.Index([f"BU9998{i % 3:02d}{i:02d}" for i in range(n)], name="buurtcode")
    ranked = pd.Series(rng.random(n) < draw(st.sampled_from([0.0, 0.6, 1.0])), index)
    score = pd.Series(rng.choice([10.0, 40.0, 40.04, 55.5, 80.0], n), index).where(ranked)
    steps = draw(st.sampled_from([[0.0], [0.0, 1.0], [0.0, 0.05, 0.2, 0.5, 0.8, 0.949, 0.95, 1.0]]))
    chance = pd.Series(-np.sort(-rng.choice(steps, n)), index)
    chance = chance.iloc[score.rank(ascending=False, method="first").fillna(n).astype(int) - 1]
    few, rank = bool(ranked.sum() < SMALLEST), rank_of(score)
    # who stands before the fourth place belongs to the quarter now and then, in any larger city
    chance = pd.Series(0.0 if few else chance.to_numpy(), index).where(ranked)
    chance = chance.mask((rank < SMALLEST) & (chance == 0) & (not few), 0.002)
    order = (chance - 0.5).abs().sort_values(ascending=False).index
    sure = (
        chance.where(chance >= 0.5, 1 - chance)[order]
        .cumprod()
        .groupby(chance)
        .transform("min")
        .reindex(index)
    )
    table = pd.DataFrame(
        {"urgentie": score, "potentie": rng.choice([30.0, 50.0, np.nan], n), "kans_kwart": chance}
    )
    for name in DOMAINS:
        table[name] = pd.Series(rng.choice([0.0, 30.0, 30.0, 61.25, np.nan], n), index).where(
            ranked
        )
    table = table.assign(
        gerangschikt=ranked,
        reden=[("" if r else "Buitengebied: 80 inwoners per km² land.") for r in ranked],
        rang=rank,
        rang_p05=(rank.astype(float) - 1).clip(1),
        rang_p95=rank.astype(float) + 1,
        kans_samen=np.nan if few else sure,
    )
    areas = gpd.GeoDataFrame(
        {
            "naam": [
                f"{NAMES[i % len(NAMES)]} {i}" if i >= len(NAMES) else NAMES[i] for i in range(n)
            ],
            "wijkcode": [f"WK{code[2:8]}" for code in index],
            "inwoners": rng.choice([300.0, 4000.0, 120.0, np.nan], n),
            "water": False,
        },
        index=index,
        geometry=[box(500 * i, 0, 500 * i + 400, 400) for i in range(n)],
        crs=28992,
    )
    flags = ["waargenomen", "overgenomen", "ontbreekt: geheim"]
    seen = pd.DataFrame({name: rng.choice(flags, n) for name in ("a", "b")}, index)
    known = pd.DataFrame({"rol": "opgave", "domein": "wonen"}, index=["a", "b"])
    owned = pd.Series(rng.choice([10.0, 60.0, np.nan], n), index)
    return Cijfers(
        *("Proefstad", "GM9998", 2024, areas, table),
        vlaggen=seen,
        catalogus=known,
        aanpak=decide(table, owned),
    )


@settings(max_examples=25, deadline=None)
@given(cities())
def test_no_sentence_is_false_in_any_city(city: Cijfers) -> None:
    assert [text for text, right in claims(city) if not right] == []


@st.composite
def changes(draw: st.DrawFn) -> Gebied:
    """Return the change of a city of some buurten, with ties, gaps, noise and moved borders."""
    city = draw(cities())
    codes, n = city.gebieden.index, len(city.gebieden)
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    quiet = draw(st.booleans())
    real = pd.Series(rng.choice([-6.05, -0.04, 0.0, 0.04, 2.0, 2.0, np.nan], n), codes)
    q = pd.Series(rng.choice([0.0, 0.1, 0.1001, 0.9], n), codes).where(real.notna())
    table = pd.DataFrame({part: rng.choice([0.0, 0.04, 3.0], n) for part in PARTS}, codes)
    table = table.assign(
        **{"echte verandering": real, "basisjaar": 40.0, "q": q, "laag": real - 1},
        hoog=real + 1,
        grens=rng.choice(["gelijk", "hernoemd", "hertekend"], n),
        toelichting="",
    )
    table["verschil"] = table[list(PARTS)].sum(axis=1)
    table["dit jaar"] = table["basisjaar"] + table["verschil"]
    said = np.select([(q <= 0.1) & (real > 0), (q <= 0.1) & (real < 0)], [RISES, FALLS], NOISE)
    table["oordeel"] = np.where(real.isna(), LEFT_OUT, UNKNOWN if quiet else said)
    row = {"buurten": int(real.notna().sum()), "van": n}
    for name in ("urgentie", *DOMAINS):
        own = real if name == "urgentie" else real * rng.choice([1.0, -0.5], n)
        table = table if name == "urgentie" else table.assign(**{name: own})
        row |= {name: own.mean(), f"{name}_laag": own.mean() - 1, f"{name}_hoog": own.mean() + 1}
        row[f"{name}_q"] = rng.choice([0.0, 0.1, 0.5]) if real.notna().any() else np.nan
    areas = pd.DataFrame([row], pd.MultiIndex.from_tuples([("stad", "GM9998")]))
    return Gebied("Proefstad", ("stad", "GM9998"), city, Verandering(2021, table, areas, not quiet))


@settings(max_examples=40, deadline=None)
@given(changes())
def test_no_sentence_on_change_is_false(area: Gebied) -> None:
    assert [text for text, right in change_claims(area) if not right] == []


def test_the_check_sees_what_no_sentence_may_hold() -> None:
    for text in (
        *("1 buurten", "3 buurten hoort", "Één buurt", "Reden: zo..", "een  gat", "In 0 % van"),
        *("nan punten", "geen enkele buurt horen"),
    ):
        assert ODD.search(text), text
    for text in ("1 buurt hoort", "10 % van", "21 buurten horen", "€ 10 per inwoner", "100 % van"):
        assert not ODD.search(text), text
