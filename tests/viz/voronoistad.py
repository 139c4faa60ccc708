"""A small made-up city for tests: Voronoi buurten and tables with every awkward thing in them."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sia.change.since_base import Verandering
from sia.report.material import Materiaal
from sia.viz.dataset import Cijfers
from sia.viz.theme import DOMAINS, Theme

BAD_NAMES = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(2)>',
    '=HYPERLINK("http://x")',
)
PER_DOMAIN = 4


def city(
    n: int = 66,
    *,
    seed: int = 7,
    intervals: bool = True,
    vertices: int = 1,
    bad_names: bool = False,
) -> Cijfers:
    """Return all tables of a city with `n` buurten; about one in twelve is not ranked."""
    rng = np.random.default_rng(seed)
    gebieden = _areas(n, rng, vertices)
    if bad_names:
        gebieden.iloc[: len(BAD_NAMES), gebieden.columns.get_loc("naam")] = BAD_NAMES
    catalogus = _catalogue()
    indicatoren, vlaggen, peiljaren = _indicators(gebieden.index, catalogus, rng)
    scores = _scores(gebieden, rng, intervals)
    typologie = _types(scores)
    return Cijfers(
        gemeente="Teststad",
        gemeentecode="GM9998",
        jaar=2024,
        gebieden=gebieden,
        scores=scores,
        indicatoren=indicatoren,
        vlaggen=vlaggen,
        peiljaren=peiljaren,
        bijdragen=_contributions(scores, catalogus, rng),
        typologie=typologie,
        aanpak=_approach(scores, rng),
        deelbuurten=_pockets(gebieden),
        catalogus=catalogus,
    )


def without_intervals(cijfers: Cijfers) -> Cijfers:
    """Return the same city before the robustness stage has run."""
    names = ["rang_p05", "rang_p50", "rang_p95", "kans_top10", "kans_kwart"]
    return replace(cijfers, scores=cijfers.scores.assign(**dict.fromkeys(names, np.nan)))


def _areas(n: int, rng: np.random.Generator, vertices: int) -> gpd.GeoDataFrame:
    points = rng.uniform((252_000, 466_000), (262_000, 476_000), (n, 2))
    box = shapely.box(252_000, 466_000, 262_000, 476_000)
    cells = shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=box, ordered=True)
    shapes = [shapely.intersection(cell, box) for cell in shapely.get_parts(cells)]
    if vertices > 1:
        shapes = [shapely.segmentize(shape, 40_000 / n**0.5 / vertices) for shape in shapes]
    # Neighbours cut a shared edge from opposite ends; rounding makes their points equal again.
    shapes = list(shapely.transform(np.array(shapes), lambda xy: np.round(xy, 2)))
    place = np.clip(((points - (252_000, 466_000)) // (5_000, 2_000)).astype(int), 0, (1, 4))
    wijk = place[:, 0] + 2 * place[:, 1]
    inwoners = np.round(rng.lognormal(7.5, 0.7, n) / 5) * 5
    inwoners[::12] = 40
    return gpd.GeoDataFrame(
        {
            "naam": [f"Buurt {number:02d}" for number in range(n)],
            "wijkcode": [f"WK9998{number:02d}" for number in wijk],
            "wijknaam": [f"Wijk {number:02d}" for number in wijk],
            "stadsdeel": [("Centrum", "Noord", "Oost", "Zuid", "West")[k] for k in wijk // 2],
            "gemeentecode": "GM9998",
            "inwoners": inwoners,
            "huishoudens": np.round(inwoners / 2),
            "water": False,
            "borders_year": 2024,
        },
        index=pd.Index([f"BU9998{k:04d}" for k in range(n)], name="buurtcode"),
        geometry=shapes,
        crs=28992,
    )


def _catalogue() -> pd.DataFrame:
    domains = [*DOMAINS, "potentie"]
    rows = [
        {
            "indicator": f"{domain}_{number}",
            "naam": f"Maat {number} van {domain}",
            "domein": domain,
            "rol": "kans" if domain == "potentie" else "opgave",
            "eenheid": "%" if number % 2 else "per 1.000 inwoners",
            "bron": "CBS" if number < 3 else "RIVM",
        }
        for domain in domains
        for number in range(1, PER_DOMAIN + 1)
    ]
    return pd.DataFrame(rows).set_index("indicator")


def _indicators(
    index: pd.Index, catalogus: pd.DataFrame, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    shape = (len(index), len(catalogus))
    values = pd.DataFrame(rng.gamma(4, 5, shape), index=index, columns=catalogus.index)
    flags = pd.DataFrame("waargenomen", index=index, columns=catalogus.index)
    draw = rng.random(shape)
    flags = flags.mask(draw < 0.10, "overgenomen").mask(draw < 0.05, "ontbreekt: geheim")
    flags["energie_4"] = "ontbreekt: thema niet geleverd"
    missing = flags.apply(lambda column: column.str.startswith("ontbreekt"))
    years = pd.DataFrame(2024, index=index, columns=catalogus.index).mask(
        flags == "overgenomen", 2022
    )
    return values.mask(missing), flags, years.astype("Int64").mask(missing)


def _scores(gebieden: gpd.GeoDataFrame, rng: np.random.Generator, intervals: bool) -> pd.DataFrame:
    n = len(gebieden)
    common = rng.normal(0, 1, n)
    scores = pd.DataFrame(index=gebieden.index)
    for domain in DOMAINS:
        scores[domain] = np.clip(50 + 12 * (0.7 * common + 0.7 * rng.normal(0, 1, n)), 0, 100)
    scores["urgentie"] = scores[list(DOMAINS)].mean(axis=1)
    scores["potentie"] = np.clip(rng.normal(50, 15, n), 0, 100)
    scores["gerangschikt"] = gebieden["inwoners"] >= 100
    scores["reden"] = np.where(scores["gerangschikt"], "", "minder dan 100 inwoners (40)")
    ranked = scores["urgentie"].where(scores["gerangschikt"])
    scores["rang"] = ranked.rank(ascending=False, method="min").astype("Int64")
    scores.loc[~scores["gerangschikt"], ["urgentie", "sociaal"]] = np.nan
    total = int(scores["gerangschikt"].sum())
    rang = scores["rang"].astype(float)
    spread = 1 + 6 * np.sqrt(np.minimum(rang, total - rang) / total + 0.05)
    scores["rang_p05"] = np.maximum(1, np.floor(rang - spread))
    scores["rang_p50"] = rang
    scores["rang_p95"] = np.minimum(total, np.ceil(rang + spread))
    scores["kans_top10"] = 1 / (1 + np.exp((rang - 10) / 2))
    scores["kans_kwart"] = 1 / (1 + np.exp((rang - total / 4) / 2))
    scores["plaats_best"] = np.maximum(1, rang - 1)
    scores["plaats_slechtst"] = np.minimum(total, rang + 1)
    border = int(np.ceil(total / 4))
    near = {border: border + 1, border + 1: border}
    place = pd.Series(scores.index, index=rang)
    scores["omslag"] = np.where(rang.isin(list(near)), 0.1, np.nan)
    scores["ruilt_met"] = [str(place[near[r]]) if r in near else "" for r in rang]
    if not intervals:
        scores[["rang_p05", "rang_p50", "rang_p95", "kans_top10", "kans_kwart"]] = np.nan
    return scores


def _types(scores: pd.DataFrame) -> pd.DataFrame:
    names = ("Stabiel en ruim", "Jong en stedelijk", "Zwaar belast", "Oud en stil")
    number = pd.cut(scores["urgentie"], 4, labels=False)
    return pd.DataFrame(
        {
            "type": (number + 1).astype("Int64"),
            "typenaam": number.map(dict(enumerate(names))),
            "silhouet": 0.3,
            "zekerheid": 0.9,
            "tweede_type": (4 - number).astype("Int64"),
        },
        index=scores.index,
    )


def _approach(scores: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    owned = pd.Series(rng.uniform(0, 90, len(scores)), index=scores.index)
    top = scores["kans_kwart"].fillna(0) >= 0.8
    name = pd.Series("basis", index=scores.index)
    name[scores["rang"].between(18, 30)] = "volgen (monitor)"
    name[scores["potentie"].rank(ascending=False) <= 8] = "deel-buurtaanpak"
    name[top] = "gerichte koppelkansen"
    name[top & (owned >= 40)] = "integrale gebiedsaanpak (DIA-kandidaat)"
    name[~scores["gerangschikt"]] = "niet gerangschikt"
    return pd.DataFrame(
        {
            "aanpak": name,
            "toelichting": "Urgentie en corporatiebezit bepalen dit voorstel.",
            "corporatiebezit": owned,
        }
    )


def _contributions(
    scores: pd.DataFrame, catalogus: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    names = catalogus.index[catalogus["rol"] == "opgave"]
    raw = pd.DataFrame(rng.normal(0, 1, (len(scores), len(names))), scores.index, names)
    target = scores["urgentie"] - 50
    return raw.add((target - raw.sum(axis=1)) / len(names), axis=0)


def _pockets(gebieden: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    chosen = gebieden.iloc[[5 % len(gebieden), 17 % len(gebieden), 40 % len(gebieden)]]
    return gpd.GeoDataFrame(
        {
            "naam": [f"Deel van {naam}" for naam in chosen["naam"]],
            "buurtcode": chosen.index,
            "buurtcodes": chosen.index,
            "inwoners": [210.0, 340.0, 160.0],
            "vierkanten": [3, 4, 2],
            "score": [71.0, 68.5, 80.2],
            "verschil": [18.0, 15.5, 22.1],
            "q": [0.01, 0.03, 0.08],
        },
        index=pd.Index([f"{code}-1" for code in chosen.index], name="deelbuurt"),
        geometry=[
            shape.representative_point().buffer(150, cap_style="square")
            for shape in chosen.geometry
        ],
        crs=28992,
    )


SAID = "De straat aan het spoor <b>vraagt</b> meer."


def judged(cijfers: Cijfers) -> pd.DataFrame:
    """Return the duiding beside the figures: one of this year, one older, one on a deel-buurt."""
    proposed = cijfers.aanpak[["aanpak"]]
    if cijfers.deelbuurten is not None:
        inside = cijfers.deelbuurten["buurtcode"].map(proposed["aanpak"])
        proposed = pd.concat([proposed, inside.to_frame("aanpak")])
    quiet = dict.fromkeys(("duiding", "rol", "soort", "effect", "reden", "let_op"), "")
    table = proposed.assign(aanpak_na_duiding=proposed["aanpak"], duiding_jaar=pd.NA, **quiet)
    table["duiding_jaar"] = table["duiding_jaar"].astype("Int64")
    codes = list(cijfers.gebieden.index)
    rows = {
        codes[5]: ("volgen", SAID, "genuanceerd", "bijgesteld", "Het spoor ligt er.", 2024, ""),
        codes[7]: (
            "",
            "Klopt.",
            "herkend",
            "bevestigd",
            "",
            2022,
            "Duiding uit 2022: geldt die nog?",
        ),
    }
    if cijfers.deelbuurten is not None:
        rows[cijfers.deelbuurten.index[0]] = (
            "",
            "Dit is de flat.",
            "herkend",
            "geen",
            "",
            2024,
            "",
        )
    for code, (after, said, kind, effect, why, year, note) in rows.items():
        names = ["duiding", "rol", "soort", "effect", "reden", "duiding_jaar", "let_op"]
        table.loc[code, names] = [said, "wijkmanager", kind, effect, why, year, note]
        if after:
            table.loc[code, "aanpak_na_duiding"] = after
    return table.rename_axis("gebied")


def _statements(codes: list[str]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "gebied": codes[5],
                "jaar": 2024,
                "rol": "wijkmanager",
                "soort": "genuanceerd",
                "uitspraak": SAID,
                "effect": "bijgesteld",
                "aanpak": "volgen",
                "reden": "Het spoor ligt er.",
            },
            {
                "gebied": codes[7],
                "jaar": 2022,
                "rol": "wijkmanager",
                "soort": "herkend",
                "uitspraak": "Klopt.",
                "effect": "bevestigd",
                "aanpak": "",
                "reden": "",
            },
        ]
    )


def areas_of(cijfers: Cijfers) -> pd.DataFrame:
    """Return a proposal of DIA areas: each wijk one, the last buurt in none."""
    wijken = cijfers.gebieden["wijkcode"]
    number = pd.Series(pd.factorize(wijken, sort=True)[0] + 1, wijken.index).astype("Int64")
    number.iloc[-1] = pd.NA
    names = ("Gebied rond " + cijfers.gebieden["wijknaam"]).where(number.notna(), "")
    return pd.DataFrame({"dia_gebied": number, "naam": names})


def change_of(cijfers: Cijfers, *, ruis: bool = True) -> Verandering:
    """Return what changed since 2021: a few rises and falls, much noise, one buurt left out."""
    codes = cijfers.gebieden.index
    rng = np.random.default_rng(5)
    real = pd.Series(rng.normal(0, 2, len(codes)), codes)
    real[cijfers.scores["urgentie"].isna()] = np.nan
    table = pd.DataFrame({"basisjaar": cijfers.scores["urgentie"] - real - 0.4}, codes)
    table["herziening"], table["grenzen"], table["methode"], table["bron"] = 0.1, 0.0, 0.2, 0.1
    table["echte verandering"] = real
    table["dit jaar"] = cijfers.scores["urgentie"]
    table["verschil"] = real + 0.4
    table["laag"], table["hoog"] = real - 2, real + 2
    table["q"] = (0.2 / real.abs()).clip(upper=1)
    sure = table["q"] <= 0.1
    table["oordeel"] = np.select([sure & (real > 0), sure & (real < 0)], ["stijgt", "daalt"], "")
    table["oordeel"] = table["oordeel"].replace("", "binnen de ruis" if ruis else "ruis onbekend")
    table.loc[real.isna(), "oordeel"] = "niet te vergelijken"
    table["grens"] = "gelijk"
    table["toelichting"] = np.where(real.isna(), "Geen score in 2021 en 2024.", "")
    table.loc[codes[3], ["grens", "toelichting"]] = ["hertekend", "De grens schoof op."]
    for domain in DOMAINS:
        table[domain] = real
    return Verandering(2021, table, _area_change(cijfers, real), ruis_bekend=ruis, fdr=0.10)


def _area_change(cijfers: Cijfers, real: pd.Series[float]) -> pd.DataFrame:
    rows = []
    columns = {"stad": None, "stadsdeel": "stadsdeel", "wijk": "wijkcode"}
    for kind, column in columns.items():
        keys = cijfers.gebieden[column] if column else pd.Series(cijfers.gemeentecode, real.index)
        for key, own in real.groupby(keys):
            row = {"soort": kind, "sleutel": key, "buurten": own.count(), "van": len(own)}
            for name in ("urgentie", *DOMAINS):
                row |= {name: own.mean(), f"{name}_laag": own.mean() - 1}
                row |= {f"{name}_hoog": own.mean() + 1}
                row |= {f"{name}_q": 0.1 if abs(own.mean()) > 1 else 0.9}
            rows.append(row)
    return pd.DataFrame(rows).set_index(["soort", "sleutel"])


def everything(cijfers: Cijfers) -> Cijfers:
    """Return the same city with duiding, DIA areas and change."""
    return replace(
        cijfers,
        duiding=judged(cijfers),
        indeling=areas_of(cijfers),
        verandering=change_of(cijfers),
        bron_grenzen="Grenzen: getekend voor een test",
    )


def material(cijfers: Cijfers) -> Materiaal:
    """Return everything that a report can show of a city, with plans, duiding and audit."""
    rng = np.random.default_rng(3)
    codes = list(cijfers.gebieden.index)
    years = {
        year: cijfers.scores["urgentie"] + rng.normal(0, 3, len(codes))
        for year in (2021, 2023, 2024)
    }
    standard = (cijfers.scores[list(DOMAINS)] - 50) / 12
    return Materiaal(
        cijfers,
        Theme("Teststad", fictief=True),
        bronregels=("Bron: CBS, tabel 85984NED (indeling 2024), CC BY 4.0.",),
        jaren=pd.DataFrame(years),
        profielen=standard.groupby(cijfers.typologie["type"]).mean(),
        audit={
            "Samenhang binnen domeinen": pd.DataFrame(
                {"alfa": [0.712, 0.81]}, index=["sociaal", "wonen"]
            )
        },
        intern={"Samenhang met herkomst": pd.DataFrame({"cijfer": ["Maat 1"], "rho": [0.42]})},
        uitspraken=_statements(codes),
        investeringen=pd.DataFrame(
            {
                "buurtcode": [codes[5], codes[5]],
                "titel": ["Riolering Spoorstraat", "Sloop portiekflat"],
                "partner": ["Gemeente", "Corporatie"],
                "start": [2026, 2027],
                "eind": [2027, 2028],
                "status": ["begroot", "idee"],
                "vertrouwelijkheid": ["openbaar", "partners"],
            }
        ),
        besluiten=("Er is geen blokkade opgeheven.",),
        drempels={"Minimum aantal inwoners": "100"},
        versie="0.1.0",
    )
