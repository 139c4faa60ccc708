"""Stage 03: urgentie and potentie, with the doubt about every rank."""

from __future__ import annotations

import pandas as pd

from sia.catalogue.load import load_catalogue
from sia.catalogue.refused import is_origin
from sia.errors import InputError, Problem
from sia.index import Audit, audit
from sia.index.sensitivity import sensitivity
from sia.indicators import IndicatorTable, design, eligibility
from sia.methode import WeighingSettings
from sia.pipeline.run import Run
from sia.pipeline.show import domain_names
from sia.pipeline.table import load_indicators
from sia.store import read_table
from sia.viz.theme import kans, meervoud, rang_interval
from sia.weighing import Margins, Weighing, beyond_interval, choices_of, known_error, weigh

STAGE = "03_robuustheid"
FACTOR_NAMES = {
    "normalise": "op één schaal brengen",
    "aggregate": "optellen",
    "impute": "ontbrekende cijfers",
    "treat": "uitschieters",
    "weights": "gewichten",
    "leave_out": "een indicator weglaten",
    "data_error": "ruis in de cijfers",
}
AUDIT_TITLES = {
    "availability": "Beschikbaarheid per indicator",
    "distribution": "Scheefheid voor en na behandeling",
    "correlations": "Samenhang binnen een domein",
    "between": "Samenhang tussen domeinen",
    "consistency": "Betrouwbaarheid per domein (Cronbachs alfa)",
    "components": "Hoofdcomponenten per domein",
    "parents": "Samenhang van indicator met domein en index",
    "influence": "Invloed naast gewicht",
    "external": "Samenhang met externe indexen (buiten de score)",
    "ranks": "Rang tegenover het eigen interval",
}
"""Checks that any reader may see; the test against origin is for researchers."""
AXIS_NAMES = {"urgentie": "Urgentie", "potentie": "Potentie"}
LIGHTS = ("groen", "oranje", "rood", "grijs")
SAMPLES = 256
"""Base sample of the sensitivity analysis; the index is computed N (d + 2) times."""


def norms_of_base_year(run: Run) -> pd.DataFrame | None:
    """Return the norms that fix the scale; None in the base year itself and where it has none."""
    if run.basisjaar == run.jaar:
        return None
    path = run.of_year(run.basisjaar).folder / "normen.parquet"
    return read_table(path) if path.exists() else None


def _margins(table: IndicatorTable) -> Margins | None:
    """Return the published margins, or None for a table that was put together without them."""
    return None if table.lower.empty else (table.lower, table.upper)


def _weigh(run: Run, table: IndicatorTable, settings: WeighingSettings) -> Weighing:
    plan = design(table, run.gemeente)
    return weigh(
        table.values,
        eligibility(table, run.gemeente),
        plan.indicatoren,
        table.catalogue,
        norms=table.norms,
        base_norms=norms_of_base_year(run),
        denominators=table.denominators,
        margins=_margins(table),
        dropped=plan.vervallen,
        settings=settings,
    )


def weighing_step(run: Run, *, doorrekeningen: int = 1000, zaad: int = 2024) -> Weighing:
    """Weigh the buurten, and write scores and contributions.

    Raises
    ------
    InputError
        When no buurt has enough figures for a score.
    """
    settings = WeighingSettings(draws=doorrekeningen, seed=zaad)
    result = _weigh(run, load_indicators(run), settings)
    if result.urgentie is None:
        raise InputError([nobody_scored(run.jaar)])
    run.write(
        STAGE,
        {"scores": result.scores, "bijdragen": result.contributions},
        doorrekeningen=doorrekeningen,
        zaad=zaad,
        schaal_van=run.basisjaar if norms_of_base_year(run) is not None else run.jaar,
    )
    return result


def nobody_scored(jaar: int) -> Problem:
    """Return what is wrong with a year in which no buurt has a score, and what to do."""
    return Problem(
        wat=f"In {jaar} heeft geen enkele buurt genoeg cijfers voor een score.",
        oplossing="Voeg bronnen toe, of laat dit jaar uit `jaren`.",
    )


def reweigh(run: Run, doorrekeningen: int = 0) -> Weighing:
    """Return the weighing again without writing, for the tables that explain it."""
    return _weigh(run, load_indicators(run), WeighingSettings(draws=doorrekeningen))


def ranking(run: Run) -> pd.DataFrame:
    """Return the ranked buurten, most urgent first, with interval and chances."""
    scores, names = run.table("scores"), run.table("gebieden")["naam"]
    ranked = scores[scores["gerangschikt"]].sort_values("rang")
    return pd.DataFrame(
        {
            "buurt": names.reindex(ranked.index),
            "rang": ranked["rang"],
            "rang in 90 % van de doorrekeningen": [
                rang_interval(low, high, rank)
                for rank, low, high in zip(
                    ranked["rang"], ranked["rang_p05"], ranked["rang_p95"], strict=True
                )
            ],
            "kans op hoogste kwart": [kans(value) for value in ranked["kans_kwart"]],
            "urgentie": ranked["urgentie"],
            "urgentie binnen de stad": ranked["urgentie_stad"],
            "potentie": ranked["potentie"],
        }
    )


def sensitivity_step(run: Run, *, zaad: int = 2024, weging: Weighing | None = None) -> pd.DataFrame:
    """Return the Sobol indices of the rank shift per choice; empty when there is no index."""
    table = load_indicators(run)
    settings = WeighingSettings(draws=0, seed=zaad)
    result = (weging or _weigh(run, table, settings)).urgentie
    if result is None:
        return pd.DataFrame()
    known, error = known_error(result, table.catalogue, table.denominators, _margins(table))
    found = sensitivity(
        result.values,
        result.design,
        samples=SAMPLES,
        seed=zaad,
        choices=choices_of(result.design, settings),
        denominators=known,
        error=error,
    )
    return found.indices.rename(index=FACTOR_NAMES).rename(
        columns={
            "first": "eerste",
            "first_low": "eerste_laag",
            "first_high": "eerste_hoog",
            "total": "totaal",
            "total_low": "totaal_laag",
            "total_high": "totaal_hoog",
        }
    )


def audit_step(run: Run, weging: Weighing | None = None) -> Audit | None:
    """Return every check of the index of this year, or None when there is no index."""
    table = load_indicators(run)
    result = (weging or reweigh(run)).urgentie
    if result is None:
        return None
    rows, own = result.scores.index, run.table("scores")
    names = {"rang": "rank", "rang_p05": "rank_p05", "rang_p95": "rank_p95"}
    called = own.set_axis(run.table("gebieden")["naam"].reindex(own.index).rename("buurt"))
    tests = [e.id for e in table.catalogue if e.rol == "toets" and table.values[e.id].notna().any()]
    origin = [
        e.id
        for e in table.catalogue
        if any(is_origin(m) for bron in e.bronnen for m in bron.maten())
        and table.values[e.id].notna().any()
    ]
    return audit(
        result,
        external=table.values.loc[rows, tests] if tests else None,
        origin=table.values.loc[rows, origin] if origin else None,
        ranks=called[list(names)].rename(columns=names),
    )


def audit_tables(run: Run, gevonden: Audit | None = None) -> dict[str, pd.DataFrame]:
    """Return the checks of the OECD/JRC handbook by their Dutch title, with names for readers."""
    found = gevonden or audit_step(run)
    if found is None:
        return {}
    return {
        title: _named(getattr(found, name))
        for name, title in AUDIT_TITLES.items()
        if len(getattr(found, name))
    }


def _named(table: pd.DataFrame) -> pd.DataFrame:
    """Return an audit table with Dutch names for indicators and aggregates, index first."""
    names = {**{e.id: e.naam for e in load_catalogue()}, **domain_names(), **AXIS_NAMES}
    # the engine numbers the levels of any hierarchy; in SIA's the domains are the second
    names["niveau 2"] = "Domeinen"
    flat = table.reset_index(drop=table.index.name is None)
    texts = [c for c in flat if not pd.api.types.is_numeric_dtype(flat[c].dtype)]
    for column in texts:
        flat[column] = [names.get(str(cell), cell) for cell in flat[column]]
    return flat.rename(columns=lambda name: str(name).replace("_", " "))


def audit_table(run: Run, gevonden: Audit | None = None) -> pd.DataFrame:
    """Return how many lights of each colour every check has, with the rule."""
    found = gevonden or audit_step(run)
    if found is None:
        return pd.DataFrame()
    rows = []
    for name, title in AUDIT_TITLES.items():
        table = getattr(found, name)
        if len(table):
            counts = table["licht"].value_counts()
            lights = {light: int(counts.get(light, 0)) for light in LIGHTS}
            rows.append({"controle": title, **lights, "regel": table["regel"].iloc[0]})
    return pd.DataFrame(rows)


def proxy_table(run: Run, gevonden: Audit | None = None) -> pd.DataFrame:
    """Return per score indicator its rank correlation with origin; for researchers only."""
    found = gevonden or audit_step(run)
    return pd.DataFrame() if found is None or found.proxy.empty else _named(found.proxy)


def external_table(run: Run, gevonden: Audit | None = None) -> pd.DataFrame:
    """Return the correlation of the scores with external indices, which stay outside them."""
    found = gevonden or audit_step(run)
    return pd.DataFrame() if found is None or found.external.empty else _named(found.external)


def check_scores(run: Run) -> str:
    """Say how sure the ranking is."""
    scores = run.table("scores")
    ranked = scores[scores["gerangschikt"]]
    sure = int((ranked["kans_kwart"] >= 0.8).sum())
    return (
        f"In orde: {len(ranked)} van {len(scores)} buurten gerangschikt; van {sure} is zeker "
        "genoeg (kans ten minste 80 %) dat ze bij het meest urgente kwart horen."
        + beyond_text(int(beyond_interval(ranked).sum()))
    )


def beyond_text(count: int) -> str:
    """Say how many ranks lie outside their own interval; nothing when none does."""
    if not count:
        return ""
    return (
        f" Van {meervoud(count, 'buurt', 'buurten')} ligt de rang buiten het eigen interval: die "
        "rang is gevoelig voor de methode, en dat staat erbij."
    )
