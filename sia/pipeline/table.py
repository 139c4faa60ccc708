"""Stage 02: the indicator table of one municipality and year."""

from __future__ import annotations

import pandas as pd

from sia.catalogue.load import load_catalogue
from sia.catalogue.model import DOMAIN_NAMES, SCORE_NAMES, Catalogue
from sia.indicators import IndicatorTable, build_indicators, design, eligibility
from sia.pipeline.intake import read_intake
from sia.pipeline.run import Run

STAGE = "02_indicatoren"


def indicators_step(run: Run) -> IndicatorTable:
    """Build the indicator table and write its frames."""
    table = build_indicators(read_intake(run), run.gemeente, run.jaar)
    run.write(STAGE, table.frames(), besluiten=list(table.besluiten))
    return table


def load_indicators(run: Run) -> IndicatorTable:
    """Return the indicator table that the stage before wrote."""
    listed = run.gemeente.catalogus()
    return IndicatorTable(
        gemeentecode=run.gemeente.code,
        jaar=run.jaar,
        areas=run.table("gebieden"),
        values=run.table("indicatoren"),
        flags=run.table("vlaggen"),
        years=run.table("peiljaren"),
        denominators=run.table("noemers"),
        norms=run.table("normen"),
        provenance=run.table("herkomst"),
        verantwoording=run.table("verantwoording"),
        catalogue=listed,
        besluiten=tuple(decision.zin() for decision in listed.besluiten),
        lower=run.table("marges_laag"),
        upper=run.table("marges_hoog"),
    )


def catalogue() -> Catalogue:
    """Return the package's catalogue."""
    return load_catalogue()


def indicator_names() -> dict[str, str]:
    """Return the Dutch name of every indicator by its id."""
    return load_catalogue().names


def domain_names() -> dict[str, str]:
    """Return the Dutch name of each domain by its key, potentie included, context left out."""
    return SCORE_NAMES


def _years(column: pd.Series) -> str:
    known = column.dropna()
    if known.empty:
        return ""
    first, last = int(known.min()), int(known.max())
    return str(first) if first == last else f"{first}-{last}"


def indicator_summary(run: Run) -> pd.DataFrame:
    """Return per indicator its reference year, the buurten with a value and their spread."""
    table = load_indicators(run)
    plan = design(table, run.gemeente)
    rows = []
    for entry in table.catalogue:
        column = table.values[entry.id]
        rows.append(
            {
                "domein": DOMAIN_NAMES.get(entry.domein, entry.domein),
                "indicator": entry.naam,
                "eenheid": entry.eenheid,
                "peiljaar van-tot": _years(table.years[entry.id]),
                "buurten met cijfer": int(column.notna().sum()),
                "laagste": column.min(),
                "middelste": column.median(),
                "hoogste": column.max(),
                "telt mee": "ja" if entry.id in plan.indicatoren else "nee",
                "waarom niet": str(plan.vervallen["reden"].get(entry.id, ""))
                if entry.telt_mee
                else "alleen ter informatie",
            }
        )
    return pd.DataFrame(rows)


def not_ranked(run: Run) -> pd.DataFrame:
    """Return the buurten that get no rank, with the reason; nobody disappears."""
    table = load_indicators(run)
    verdict = eligibility(table, run.gemeente)
    out = verdict[~verdict["gerangschikt"]]
    return pd.DataFrame(
        {
            "buurt": table.areas["naam"].reindex(out.index),
            "inwoners": table.areas["inwoners"].reindex(out.index),
            "reden": out["reden"],
        }
    )


def check_indicators(run: Run) -> str:
    """Say how many buurten there are and how they are accounted for."""
    table = load_indicators(run)
    plan = design(table, run.gemeente)
    verdict = eligibility(table, run.gemeente)
    total, ranked = len(verdict), int(verdict["gerangschikt"].sum())
    absent = [DOMAIN_NAMES[d].lower() for d in plan.domeinen_vervallen]
    gaps = f" Zonder cijfers dit jaar: {', '.join(absent)}." if absent else ""
    return (
        f"In orde: {total} buurten, waarvan {ranked} in de rangorde en {total - ranked} in de "
        f"lijst 'niet gerangschikt'; {len(plan.indicatoren)} indicatoren tellen mee.{gaps}"
    )
