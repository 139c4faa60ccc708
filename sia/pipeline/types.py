"""Stage 04: types of buurten, deel-buurten, areas and the proposed aanpak."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from sia.approach import ApproachSettings, decide, rules, trend_from_years
from sia.catalogue.model import DOMAINS
from sia.clustering.components import TypologySettings
from sia.clustering.number import choose_k
from sia.clustering.profiles import describe, load_names, name_types, profiles
from sia.clustering.typology import Typology
from sia.errors import InputError
from sia.pipeline.intake import read_intake
from sia.pipeline.run import Run
from sia.pipeline.table import load_indicators
from sia.pockets import PocketSettings, find_pockets, squares_frame
from sia.sources.base import SquareLayer

STAGE = "04_clustering"
CORPORATION = "corporatiebezit"
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
    """

    k: int
    reden: str
    choice_table: pd.DataFrame
    profiles: pd.DataFrame
    names: dict[int, str]
    beschrijving: pd.DataFrame


def panel(run: Run) -> pd.DataFrame:
    """Return the domain scores of all processed years, index ``(jaar, buurtcode)``."""
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


def _context(run: Run) -> pd.DataFrame:
    """Return what a type's name may speak of beside its scores: ownership, density, size."""
    values = load_indicators(run).values
    context = values[[name for name in NAMING if name in values]].copy()
    context["inwoners"] = run.table("gebieden")["inwoners"]
    return context


def typology_step(run: Run, *, zaad: int = 2024) -> Types:
    """Find the types over all years together, and write those of this year."""
    scores = panel(run)
    how = TypologySettings(seed=zaad)
    choice = choose_k(scores, how)
    model = Typology(TypologySettings(n_types=choice.k, seed=zaad)).fit(scores)
    now = pd.DataFrame(scores.xs(run.jaar, level="jaar"))
    table = model.table(now)
    context = _context(run).reindex(now.index)
    profile = profiles(model)
    described = describe(model, table, context)
    names = name_types(profile, described, load_names())
    # matrix products differ in their last bits with the place of the data in memory
    table[["zekerheid", "silhouet"]] = table[["zekerheid", "silhouet"]].round(9)
    table["typenaam"] = table["type"].map(names)
    table["typenaam"] = table["typenaam"].astype("str").where(table["type"].notna(), None)
    run.write(STAGE, {"typologie": table, "typeprofielen": profile.round(9)}, zaad=zaad, k=choice.k)
    return Types(
        k=choice.k,
        reden=choice.reden,
        choice_table=choice.table,
        profiles=profile,
        names={int(str(number)): name for number, name in names.items()},
        beschrijving=described,
    )


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


def squares_of(run: Run) -> SquareLayer | None:
    """Return the newest 100 m squares that are not later than this year, or None."""
    layers = [s for s in read_intake(run).squares if s.size == 100 and s.year <= run.jaar]
    return max(layers, key=lambda layer: layer.year) if layers else None


def empty_pockets() -> gpd.GeoDataFrame:
    """Return the table of deel-buurten without rows."""
    table = gpd.GeoDataFrame(
        {
            "naam": pd.array([], dtype="str"),
            "buurtcode": pd.array([], dtype="str"),
            "inwoners": pd.array([], dtype="float64"),
            "vierkanten": pd.array([], dtype="int64"),
            "score": pd.array([], dtype="float64"),
            "verschil": pd.array([], dtype="float64"),
            "q": pd.array([], dtype="float64"),
        },
        geometry=gpd.GeoSeries([], crs=28992),
        crs=28992,
    )
    table.index = pd.Index([], name="deelbuurt", dtype="str")
    return table


def pockets_step(run: Run, *, zaad: int = 2024) -> gpd.GeoDataFrame:
    """Find the deel-buurten and write them; an empty table when there are no squares."""
    layer = squares_of(run)
    table = empty_pockets()
    explanation = "Er zijn geen vierkanten van 100 meter geleverd."
    if layer is not None:
        try:
            found = find_pockets(
                squares_frame(layer), run.table("gebieden"), PocketSettings(seed=zaad)
            )
        except InputError as error:
            explanation = f"Niet gezocht: {error.problems[0].wat}"
        else:
            explanation = found.toelichting
            table = found.pockets if len(found.pockets) else table
    run.write(STAGE, {"deelbuurten": table}, zaad=zaad, deelbuurten=explanation)
    return table


def pocket_table(run: Run) -> pd.DataFrame:
    """Return the deel-buurten with the buurt that hides them."""
    table, names = run.table("deelbuurten"), run.table("gebieden")["naam"]
    return pd.DataFrame(
        {
            "deel-buurt": table["naam"],
            "in buurt": table["buurtcode"].map(names),
            "inwoners": table["inwoners"],
            "vierkanten": table["vierkanten"],
            "verschil met de rest": table["verschil"],
            "q": table["q"],
        }
    )


def trend(run: Run) -> pd.DataFrame | None:
    """Return the rise of urgentie per buurt up to this year, or None when there is one year."""
    years = [j for j in run.jaren if j <= run.jaar and run.of_year(j).has("scores")]
    if len(years) < 2:
        return None
    columns = {j: run.of_year(j).table("scores")["urgentie"] for j in years}
    here = run.table("scores").index
    return trend_from_years(pd.DataFrame(columns).reindex(here))


def approach_step(run: Run) -> pd.DataFrame:
    """Give every buurt its proposed aanpak and write it."""
    settings = ApproachSettings(**run.gemeente.aanpak)
    table = decide(
        run.table("scores"),
        corporation_share(run),
        run.table("deelbuurten") if run.has("deelbuurten") else None,
        trend(run),
        settings,
    )
    run.write(STAGE, {"aanpak": table}, drempels=dict(run.gemeente.aanpak))
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
