"""Stage 04: types of buurten, deel-buurten, areas and the proposed aanpak."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from sia.approach import decide, rules, trend_from_years
from sia.catalogue.model import DOMAIN_NAMES, DOMAINS
from sia.clustering.domains import known_together
from sia.clustering.doubt import doubtful
from sia.clustering.matching import match_labels
from sia.clustering.number import most_types
from sia.clustering.profiles import describe, load_names, name_types, profiles
from sia.clustering.typology import Typology
from sia.errors import InputError
from sia.methode import ApproachSettings, PocketSettings, TypeMethod, TypologySettings
from sia.pipeline.intake import read_intake
from sia.pipeline.panel import Panel, comparable_years, urgency_spread
from sia.pipeline.run import Run
from sia.pipeline.table import load_indicators
from sia.pipeline.type_store import chosen_types
from sia.pockets import find_pockets, squares_frame
from sia.sources.base import SquareLayer
from sia.store import read_manifest
from sia.viz.theme import opsomming

STAGE = "04_clustering"
CORPORATION = "corporatiebezit"
TABLES = (
    "typologie",
    "typeprofielen",
    "deelbuurten",
    "gebiedsindeling",
    "ruimte",
    "aanpak",
)
"""What the steps of this stage write."""
TOO_FEW_FOR_TYPES = "Te weinig buurten met cijfers in dezelfde domeinen om typen te onderscheiden."
RUN_PARAMETERS = ("jaar", "jaren", "basisjaar")
METHOD_NAMES: dict[TypeMethod, str] = {
    "kmeans": "k-means (deze indeling)",
    "mixture": "Gaussisch mengsel",
    "ward": "Ward",
}
NAMING = (CORPORATION, "koopwoningen", "omgevingsadressendichtheid")
"""Context columns that the rules for names in `sia/clustering/namen.toml` may use."""


@dataclass(frozen=True, eq=False)
class Types:
    """The typology of one run, for charts and tables.

    Parameters
    ----------
    k : int
    reden : str
        Why this number of types, in Dutch.
    choice_table : DataFrame, index ``k``
    profiles : DataFrame, index ``type``
        Mean z-score per domain.
    names : dict of int to str
    beschrijving : DataFrame, index ``type``
        Size and doubt in this year.
    punten, takken : DataFrame
        Points and branches of the clustergram.
    """

    k: int
    reden: str
    choice_table: pd.DataFrame
    profiles: pd.DataFrame
    names: dict[int, str]
    beschrijving: pd.DataFrame
    punten: pd.DataFrame
    takken: pd.DataFrame


def panel(run: Run) -> pd.DataFrame:
    """Return the domain scores that types rest on, of all processed years.

    Index ``(jaar, buurtcode)``; without the domains that too few buurten know beside the others.
    """
    return known_together(_domain_scores(run))


def _domain_scores(run: Run) -> pd.DataFrame:
    parts = {}
    for jaar in run.jaren:
        own = run.of_year(jaar)
        if own.has("scores"):
            scores = own.table("scores")
            parts[jaar] = scores[[d for d in DOMAINS if d in scores]]
    return pd.concat(parts, names=["jaar", "buurtcode"])


def corporation_share(run: Run) -> pd.Series[float]:
    """Return the share of dwellings owned by corporations, percent, NaN where unknown."""
    return load_indicators(run).values[CORPORATION]


def write_stage(run: Run, tables: dict[str, pd.DataFrame], **parameters: object) -> None:
    """Write tables of this stage and note them beside what its other steps wrote.

    The stage has several steps; each adds to one record in the manifest.
    """
    earlier = _noted(run)
    run.write(STAGE, tables)
    written = [run.folder / f"{name}.parquet" for name in TABLES if run.has(name)]
    own = {name: value for name, value in earlier.items() if name not in RUN_PARAMETERS}
    run.note(STAGE, written, **{**own, **parameters})


def _noted(run: Run) -> dict[str, Any]:
    """Return the parameters that this stage's steps noted in the manifest."""
    noted: dict[str, Any] = (
        read_manifest(run.folder).get("stappen", {}).get(STAGE, {}).get("parameters", {})
    )
    return noted


def _context(run: Run, years: Sequence[int]) -> pd.DataFrame:
    """Return what a type's name may speak of beside its scores, over all years of the panel.

    Names rest on all years together: a type that is called one thing in the map of 2021 and
    another in that of 2024 would look like a change of the city.
    """
    parts = {}
    for jaar in years:
        own = run.of_year(jaar)
        values = own.table("indicatoren")
        context = values[[name for name in NAMING if name in values]].copy()
        context["inwoners"] = own.table("gebieden")["inwoners"]
        parts[jaar] = context
    return pd.concat(parts, names=["jaar", "buurtcode"])


def typology_step(run: Run, *, zaad: int = 2024) -> Types:
    """Find the types over all years together, and write those of this year."""
    everything = _domain_scores(run)
    scores = known_together(everything)
    how = TypologySettings(seed=zaad)
    if most_types(scores, how) <= min(how.number.ks):
        return _no_types(run, scores, zaad)
    chosen = chosen_types(run, scores, how)
    choice = chosen.keuze
    model = Typology(TypologySettings(n_types=choice.k, seed=zaad)).fit(scores)
    now = pd.DataFrame(scores.xs(run.jaar, level="jaar"))
    table = model.table(now)
    profile = profiles(model)
    years = sorted({int(jaar) for jaar in scores.index.get_level_values("jaar")})
    pooled = describe(model, model.table_, _context(run, years).reindex(scores.index))
    names = name_types(profile, pooled, load_names())
    own = pd.DataFrame(_context(run, [run.jaar]).loc[run.jaar])
    described = describe(model, table, own.reindex(now.index))
    # matrix products differ in their last bits with the place of the data in memory
    table[["zekerheid", "silhouet"]] = table[["zekerheid", "silhouet"]].round(9)
    table["typenaam"] = table["type"].map(names)
    table["typenaam"] = table["typenaam"].astype("str").where(table["type"].notna(), None)
    tables = {"typologie": table, "typeprofielen": profile.round(9)}
    write_stage(run, tables, zaad=zaad, k=choice.k)
    return Types(
        k=choice.k,
        reden=choice.reden + _given_up(everything, scores),
        choice_table=choice.table,
        profiles=profile,
        names={int(str(number)): name for number, name in names.items()},
        beschrijving=described,
        punten=chosen.punten,
        takken=chosen.takken,
    )


def _given_up(everything: pd.DataFrame, scores: pd.DataFrame) -> str:
    """Say which domains have figures but take no part in the types."""
    given_up = everything.columns.difference(scores.columns, sort=False)
    left = [DOMAIN_NAMES[str(d)] for d in given_up if everything[d].notna().any()]
    if not left:
        return ""
    return (
        f" Niet gebruikt voor de typen: {opsomming(left)}; te weinig buurten hebben dat naast de "
        "andere domeinen."
    )


def _no_types(run: Run, scores: pd.DataFrame, zaad: int) -> Types:
    """Write that no buurt has a type: there are too few to tell types apart."""
    reason = TOO_FEW_FOR_TYPES
    now = pd.DataFrame(scores.xs(run.jaar, level="jaar"))
    absent = pd.Series(pd.NA, now.index, dtype="Int64")
    table = pd.DataFrame(
        {
            "type": absent,
            "zekerheid": np.nan,
            "tweede_type": absent,
            "silhouet": np.nan,
            "domeinen": now.notna().sum(axis=1).astype("int64"),
            "reden": reason,
            "typenaam": pd.Series(None, now.index, dtype="str"),
        }
    )
    empty = scores.iloc[:0].set_axis(pd.Index([], dtype="int64", name="type"))
    write_stage(run, {"typologie": table, "typeprofielen": empty}, zaad=zaad, k=0)
    return Types(0, reason, pd.DataFrame(), empty, {}, empty, pd.DataFrame(), pd.DataFrame())


def type_profiles(run: Run) -> pd.DataFrame:
    """Return the mean z-score per type and domain, or an empty table."""
    return run.table("typeprofielen") if run.has("typeprofielen") else pd.DataFrame()


def type_table(run: Run) -> pd.DataFrame:
    """Return every buurt with its type and how sure that is, doubtful ones last in a type."""
    table, names = run.table("typologie"), run.table("gebieden")["naam"]
    shown = table.assign(buurt=names).sort_values(
        ["type", "zekerheid"], ascending=[True, False], na_position="last"
    )
    wanted = ["buurt", "type", "typenaam", "zekerheid", "silhouet", "reden"]
    return shown[[name for name in wanted if name in shown]]


def doubtful_table(run: Run) -> pd.DataFrame:
    """Return the buurten that lie between two types, the most doubtful first."""
    table, names = run.table("typologie"), run.table("gebieden")["naam"]
    titles = table.dropna(subset=["type"]).drop_duplicates("type").set_index("type")["typenaam"]
    unsure = table[doubtful(table)]
    unsure = unsure.sort_values(["zekerheid", "silhouet"], kind="stable")
    return pd.DataFrame(
        {
            "buurt": names.reindex(unsure.index),
            "type": [f"{t}. {titles[t]}" for t in unsure["type"]],
            "lijkt ook op": [f"{t}. {titles.get(t, '')}" for t in unsure["tweede_type"]],
            "zekerheid": unsure["zekerheid"],
            "silhouet": unsure["silhouet"],
        }
    )


def method_table(run: Run, *, zaad: int = 2024) -> pd.DataFrame:
    """Return how far other methods with as many types put this year's buurten in the same ones.

    ``zelfde type`` counts after the types of the other method got the numbers that fit best.
    """
    published, scores = run.table("typologie"), panel(run)
    if published["type"].isna().all():
        return pd.DataFrame()
    now = pd.DataFrame(scores.xs(run.jaar, level="jaar"))
    count, rows = len(run.table("typeprofielen")), []
    for method, name in METHOD_NAMES.items():
        how = TypologySettings(n_types=count, method=method, seed=zaad)
        table = Typology(how).fit(scores).table(now)
        types = match_labels(published["type"], table["type"])
        both = pd.DataFrame({"een": published["type"], "ander": types}).dropna()
        rows.append(
            {
                "methode": name,
                "zelfde type": int((both["een"] == both["ander"]).sum()),
                "buurten": len(both),
                "silhouet": float(table["silhouet"].mean()),
                "twijfelgevallen": int(doubtful(table).sum()),
            }
        )
    return pd.DataFrame(rows)


def squares_of(run: Run) -> SquareLayer | None:
    """Return the newest 100 m squares that are not later than this year, or None."""
    squares = read_intake(run, tabellen=()).squares
    layers = [s for s in squares if s.size == 100 and s.year <= run.jaar]
    return max(layers, key=lambda layer: layer.year) if layers else None


def empty_pockets() -> gpd.GeoDataFrame:
    """Return the table of deel-buurten without rows."""
    table = gpd.GeoDataFrame(
        {
            "naam": pd.array([], dtype="str"),
            "buurtcode": pd.array([], dtype="str"),
            "buurtcodes": pd.array([], dtype="str"),
            "richting": pd.array([], dtype="str"),
            "inwoners": pd.array([], dtype="float64"),
            "vierkanten": pd.array([], dtype="int64"),
            "score": pd.array([], dtype="float64"),
            "verschil": pd.array([], dtype="float64"),
            "p": pd.array([], dtype="float64"),
            "q": pd.array([], dtype="float64"),
        },
        geometry=gpd.GeoSeries([], crs=28992),
        crs=28992,
    )
    table.index = pd.Index([], name="deelbuurt", dtype="str")
    return table


@dataclass(frozen=True, eq=False)
class Pockets:
    """The deel-buurten of one run, for tables.

    Parameters
    ----------
    tabel : GeoDataFrame
        As ``deelbuurten.parquet``.
    indicatoren : DataFrame
        One row per deel-buurt and indicator, in and outside it (`sia.pockets.PocketResult`).
    gemiddelden : Series of float, index ``buurtcode``
        Mean score of the squares of every buurt, in the unit of ``score``; empty without a search.
    toelichting : str
        On which figures this rests, or why there was no search.
    """

    tabel: gpd.GeoDataFrame
    indicatoren: pd.DataFrame
    gemiddelden: pd.Series[float]
    toelichting: str


def pockets_step(run: Run, *, zaad: int = 2024) -> Pockets:
    """Find the deel-buurten and write them; an empty table when there are no squares."""
    layer = squares_of(run)
    table, figures, means = empty_pockets(), pd.DataFrame(), pd.Series(dtype=float)
    explanation, searched = "Er zijn geen vierkanten van 100 meter geleverd.", False
    if layer is not None:
        try:
            found = find_pockets(
                squares_frame(layer), run.table("gebieden"), PocketSettings(seed=zaad)
            )
        except InputError as error:
            explanation = f"Niet gezocht: {error.problems[0].wat}"
        else:
            explanation, searched = f"Vierkanten van {layer.year}. {found.toelichting}", True
            table = found.pockets if len(found.pockets) else table
            figures, means = found.indicatoren, found.buurten["score"]
    write_stage(run, {"deelbuurten": table}, zaad=zaad, deelbuurten=explanation, gezocht=searched)
    return Pockets(table, figures, means, explanation)


def why_not_searched(run: Run) -> str:
    """Return why there was no search for deel-buurten; empty where there was one, or none yet."""
    noted = _noted(run)
    return "" if noted.get("gezocht", True) else str(noted["deelbuurten"])


def pocket_figures(found: Pockets) -> pd.DataFrame:
    """Return what each deel-buurt rests on: the figures inside it and in the rest of its buurt."""
    if found.indicatoren.empty:
        return found.indicatoren
    return pd.DataFrame(
        {
            "deel-buurt": found.indicatoren["deelbuurt"].map(found.tabel["naam"]),
            "cijfer": found.indicatoren["indicator"],
            "eenheid": found.indicatoren["eenheid"],
            "in de deel-buurt": found.indicatoren["deel_buurt"],
            "in de rest van de buurt": found.indicatoren["rest_van_buurt"],
        }
    )


def pocket_table(run: Run) -> pd.DataFrame:
    """Return the deel-buurten with the buurt that hides them."""
    table, names = run.table("deelbuurten"), run.table("gebieden")["naam"]
    return pd.DataFrame(
        {
            "deel-buurt": table["naam"],
            "in buurt": [
                opsomming([str(names[code]) for code in codes.split()])
                for codes in table["buurtcodes"]
            ],
            "inwoners": table["inwoners"],
            "vierkanten": table["vierkanten"],
            "verschil met de rest": table["verschil"],
            "q": table["q"],
        }
    )


def trend(panel: Panel, *, zaad: int = 2024) -> pd.DataFrame | None:
    """Return the rise of urgentie per buurt up to this year, or None when there is one year.

    On the indicators that all years share and for places whose border did not move; a buurt that
    was redrawn has no trend. The known noise in the figures says how sure a rise is, so that two
    years are not taken for a trend when their difference is noise.
    """
    if len(panel.jaren) < 2:
        return None
    return trend_from_years(panel.urgentie(), urgency_spread(panel, zaad=zaad))


def approach_step(run: Run, panel: Panel | None = None) -> pd.DataFrame:
    """Give every buurt its proposed aanpak and write it."""
    settings = ApproachSettings(**run.gemeente.aanpak)
    table = decide(
        run.table("scores"),
        corporation_share(run),
        run.table("deelbuurten") if run.has("deelbuurten") else None,
        trend(panel or comparable_years(run)),
        settings,
    )
    write_stage(run, {"aanpak": table}, drempels=dict(run.gemeente.aanpak))
    return table


def approach_table(run: Run) -> pd.DataFrame:
    """Return the proposed aanpak of every buurt with its reason, most urgent first."""
    table = run.table("aanpak")
    scores = run.table("scores").reindex(table.index)
    shown = pd.DataFrame(
        {
            "buurt": run.table("gebieden")["naam"].reindex(table.index),
            "rang": scores["rang"],
            "aanpak": table["aanpak"],
            "toelichting": table["toelichting"],
        }
    )
    return shown.sort_values("rang", na_position="last")


def rule_table(run: Run) -> pd.DataFrame:
    """Return the rules of the aanpak with the thresholds in force."""
    return rules(ApproachSettings(**run.gemeente.aanpak)).reset_index()


def check_approach(run: Run) -> str:
    """Say how many buurten got which aanpak, and that none is missing."""
    counts = run.table("aanpak")["aanpak"].value_counts()
    listed = ", ".join(f"{name} {count}" for name, count in counts.items())
    return f"In orde: alle {int(counts.sum())} buurten hebben een voorstel: {listed}."
