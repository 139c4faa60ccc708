"""On which figures a judgement rests, and what is said of a place beside what they propose."""

from __future__ import annotations

import pandas as pd

from sia.catalogue.model import DOMAINS
from sia.duiding.record import beside, figures_version

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


def figure_versions(
    scores: pd.DataFrame, aanpak: pd.DataFrame | None, pockets: pd.DataFrame | None
) -> pd.Series[str]:
    """Return the hash of the figures that a judgement on each place would rest on.

    Parameters
    ----------
    scores, aanpak : DataFrame, index ``buurtcode``
    pockets : DataFrame, index ``deelbuurt``

    Returns
    -------
    Series of str, index ``gebied``
        Every buurt (its scores, rank with interval and proposed aanpak) and every deel-buurt (its
        inhabitants, score and difference). Store it as ``cijferversie`` with an entry.
    """
    figures = scores[[name for name in _FIGURES if name in scores]].copy()
    if aanpak is not None:
        figures["aanpak"] = aanpak["aanpak"]
    parts = [_hashes(figures)]
    if pockets is not None:
        parts.append(_hashes(pockets[list(_POCKET_FIGURES)]))
    return pd.concat(parts).rename_axis("gebied")


def _hashes(figures: pd.DataFrame) -> pd.Series[str]:
    numbers = figures.select_dtypes("float").columns
    rounded = figures.assign(**{name: figures[name].round(_DIGITS) for name in numbers})
    versions = {code: figures_version(row) for code, row in rounded.astype(object).iterrows()}
    return pd.Series(versions, index=figures.index, dtype="str")


def statements(entries: pd.DataFrame, jaar: int) -> pd.DataFrame:
    """Return every valid statement up to a year, in the order in which it was confirmed.

    Parameters
    ----------
    entries : DataFrame
        As `Record.entries`; corrected entries are left out.
    jaar : int
    """
    if entries.empty:
        return pd.DataFrame()
    return entries[~entries["vervallen"] & (entries["jaar"] <= jaar)].reset_index(drop=True)


def judged(
    entries: pd.DataFrame,
    aanpak: pd.DataFrame,
    pockets: pd.DataFrame,
    versions: pd.Series[str],
    jaar: int,
) -> pd.DataFrame:
    """Put the latest valid judgement beside what the figures propose, for every place.

    Parameters
    ----------
    entries : DataFrame
        As `Record.entries`.
    aanpak : DataFrame, index ``buurtcode``
    pockets : DataFrame, index ``deelbuurt``
        For a deel-buurt the figures propose the aanpak of its buurt.
    versions : Series of str, index ``gebied``
        As `figure_versions`.
    jaar : int

    Returns
    -------
    DataFrame, index ``gebied``
        As `sia.duiding.beside`: every buurt, then every deel-buurt.
    """
    proposed = aanpak[["aanpak"]]
    inside = pockets["buurtcode"].map(proposed["aanpak"]).fillna("")
    proposed = pd.concat([proposed, inside.astype("str").to_frame("aanpak")]).rename_axis("gebied")
    return beside(proposed, entries, versions, jaar)
