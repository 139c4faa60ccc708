"""Whose figures and borders an output rests on, as the lines that stand under it."""

from __future__ import annotations

import pandas as pd

from sia.indicators import IndicatorTable
from sia.sources.pdok import NAME, PUBLISHER

INVENTED = "Verzonnen cijfers in de vorm van: "


def source_lines(table: IndicatorTable, *, fictief: bool) -> pd.Series[str]:
    """Return the source line behind every row of the provenance; says when it is invented."""
    lines = table.provenance["bronvermelding"].astype(str)
    return INVENTED + lines if fictief else lines


def border_line(areas: pd.DataFrame, files: pd.DataFrame | None, *, fictief: bool) -> str:
    """Return the source line of the borders that were drawn."""
    years = sorted({int(year) for year in areas["borders_year"]} - {0})
    lines = [
        PUBLISHER.attribution.format(year=year, table=_map_name(files, year)) for year in years
    ]
    shown = "; ".join(line.removeprefix("Bron: ").replace(" ()", "") for line in lines)
    if not shown:
        return ""
    return f"Grenzen: verzonnen, in de vorm van {shown}" if fictief else f"Grenzen: {shown}"


def _map_name(files: pd.DataFrame | None, year: int) -> str:
    if files is None:
        return ""
    read = files[(files["bron"] == NAME) & (files["status"] == "gelezen")]
    own = read[(read["jaar"].astype(str) == str(year)) & read["niveau"].str.contains("buurt")]
    return ", ".join(sorted(set(own["tabel"].astype(str))))


def catalogue_frame(table: IndicatorTable, *, fictief: bool) -> pd.DataFrame:
    """Return name, domain, role, unit, reference years and sources of every indicator.

    The name is that of the method that gave this year's figures.
    """
    named = table.provenance.assign(bronvermelding=source_lines(table, fictief=fictief))
    lines = named.groupby("indicator")["bronvermelding"].agg(
        lambda texts: "; ".join(sorted(set(texts)))
    )
    frame = table.catalogue.frame()
    frame["bron"] = lines.reindex(frame.index).fillna("geen cijfers dit jaar")
    used = set(zip(named["indicator"], named["methode"], strict=True))
    for entry in table.catalogue:
        for bron in entry.bronnen:
            if bron.heet and (entry.id, bron.methode) in used:
                frame.loc[entry.id, "naam"] = bron.heet
    return frame
