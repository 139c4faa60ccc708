"""The duiding beside the figures: on which figures a judgement was made, and what it says now."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from sia.catalogue.model import DOMAINS
from sia.duiding import Record, beside, figures_version
from sia.pipeline.run import Run
from sia.viz.judgement import full_text

_FIGURES = (
    "urgentie",
    "potentie",
    *DOMAINS,
    "gerangschikt",
    "rang",
    "rang_p05",
    "rang_p95",
    "kans_kwart",
)
_POCKET_FIGURES = ("inwoners", "score", "verschil", "q")
_DIGITS = 9


def record_path(run: Run) -> Path:
    """Return where the judgements of the run's municipality are."""
    return run.folders.record(run.gemeente.code)


def figure_versions(run: Run) -> pd.Series[str]:
    """Return the hash of the figures that a judgement on each place would rest on.

    Parameters
    ----------
    run : Run

    Returns
    -------
    Series of str, index ``gebied``
        Every buurt (its scores, rank with interval and proposed aanpak) and every deel-buurt (its
        inhabitants, score and difference). Store it as ``cijferversie`` with an entry.
    """
    scores = run.table("scores")
    figures = scores[[name for name in _FIGURES if name in scores]].copy()
    if run.has("aanpak"):
        figures["aanpak"] = run.table("aanpak")["aanpak"]
    parts = [_hashes(figures)]
    if run.has("deelbuurten"):
        pockets = run.table("deelbuurten")
        parts.append(_hashes(pockets[list(_POCKET_FIGURES)]))
    return pd.concat(parts).rename_axis("gebied")


def _hashes(figures: pd.DataFrame) -> pd.Series[str]:
    numbers = figures.select_dtypes("float").columns
    rounded = figures.assign(**{name: figures[name].round(_DIGITS) for name in numbers})
    versions = {code: figures_version(row) for code, row in rounded.astype(object).iterrows()}
    return pd.Series(versions, index=figures.index, dtype="str")


def statements(run: Run) -> pd.DataFrame:
    """Return every valid statement up to this year, in the order in which it was confirmed.

    Returns
    -------
    DataFrame
        The columns of `Record.entries`; corrected entries are left out. Empty without a record.
    """
    path = record_path(run)
    if not path.exists():
        return pd.DataFrame()
    entries = Record(path).entries(run.gemeente.code)
    return entries[~entries["vervallen"] & (entries["jaar"] <= run.jaar)].reset_index(drop=True)


def judged(run: Run) -> pd.DataFrame:
    """Put the latest valid judgement beside what the figures propose, for every place.

    Returns
    -------
    DataFrame, index ``gebied``
        As `sia.duiding.beside`: every buurt, then every deel-buurt (for which the figures propose
        the aanpak of its buurt). Empty when there is no record or no aanpak yet.
    """
    path = record_path(run)
    if not path.exists() or not run.has("aanpak"):
        return pd.DataFrame()
    proposed = run.table("aanpak")[["aanpak"]]
    if run.has("deelbuurten"):
        inside = run.table("deelbuurten")["buurtcode"].map(proposed["aanpak"]).fillna("")
        proposed = pd.concat([proposed, inside.astype("str").to_frame("aanpak")])
    proposed = proposed.rename_axis("gebied")
    return beside(proposed, Record(path).entries(run.gemeente.code), figure_versions(run), run.jaar)


def judgement_table(run: Run) -> pd.DataFrame:
    """Return the places with a judgement: what the figures propose and what people say of it."""
    table = judged(run)
    if table.empty:
        return table
    said = table[table["duiding"] != ""]
    names = run.table("gebieden")["naam"]
    if run.has("deelbuurten"):
        names = pd.concat([names, run.table("deelbuurten")["naam"]])
    return pd.DataFrame(
        {
            "gebied": names.reindex(said.index),
            "voorstel op grond van de cijfers": said["aanpak"],
            "na duiding": said["aanpak_na_duiding"],
            "duiding": [full_text(row) for _, row in said.iterrows()],
        }
    )
