"""Stage 04: types of buurten, deel-buurten, areas and the proposed aanpak."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import geopandas as gpd
import pandas as pd

from sia.approach import decide, rules, trend_from_years
from sia.catalogue.model import DOMAINS
from sia.change.noise import urgency_spread
from sia.change.panel import Panel
from sia.clustering import types as clustering_types
from sia.clustering.domains import known_together
from sia.clustering.types import NAMING, Types, find_types
from sia.errors import InputError
from sia.methode import ApproachSettings, ChangeSettings, PocketSettings, TypologySettings
from sia.pipeline.intake import read_intake
from sia.pipeline.panel import comparable_years
from sia.pipeline.run import Run
from sia.pipeline.table import load_indicators
from sia.pipeline.type_store import remembered_types
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
RUN_PARAMETERS = ("jaar", "jaren", "basisjaar")


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
    """Return what a type's name may speak of beside its scores, over all years of the panel."""
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
    scores = _domain_scores(run)
    context = _context(run, sorted({int(jaar) for jaar in scores.index.unique("jaar")}))
    choose = partial(remembered_types, run.folder.parent / "typen" / "-".join(map(str, run.jaren)))
    found = find_types(scores, context, run.jaar, TypologySettings(seed=zaad), choose)
    tables = {"typologie": found.buurten, "typeprofielen": found.profiles.round(9)}
    write_stage(run, tables, zaad=zaad, k=found.k)
    return found


def type_profiles(run: Run) -> pd.DataFrame:
    """Return the mean z-score per type and domain, or an empty table."""
    return run.table("typeprofielen") if run.has("typeprofielen") else pd.DataFrame()


def type_table(run: Run) -> pd.DataFrame:
    """Return every buurt with its type and how sure that is, doubtful ones last in a type."""
    return clustering_types.type_table(run.table("typologie"), run.table("gebieden")["naam"])


def doubtful_table(run: Run) -> pd.DataFrame:
    """Return the buurten that lie between two types, the most doubtful first."""
    return clustering_types.doubtful_table(run.table("typologie"), run.table("gebieden")["naam"])


def method_table(run: Run, *, zaad: int = 2024) -> pd.DataFrame:
    """Return how far other methods with as many types put this year's buurten in the same ones."""
    how = TypologySettings(n_types=len(run.table("typeprofielen")), seed=zaad)
    types, scores = run.table("typologie"), _domain_scores(run)
    return clustering_types.method_table(types, scores, run.jaar, how)


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
    return trend_from_years(panel.urgentie(), urgency_spread(panel, ChangeSettings(seed=zaad)))


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
