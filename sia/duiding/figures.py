"""On which figures a judgement rests, and what is said of a place beside what they propose."""

from __future__ import annotations

import hashlib

import pandas as pd

from sia.catalogue.model import DOMAINS

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


def figures_version(figures: pd.Series) -> str:
    """Return a short hash of the figures of one place, in any order.

    16 hexadecimal digits; equal exactly when names and values (to 12 digits) are equal.
    """
    digest = hashlib.sha256()
    for name in sorted(map(str, figures.index)):
        value = figures[name]
        text = "" if pd.isna(value) else f"{value:.12g}" if isinstance(value, float) else str(value)
        digest.update(f"{name}\x1f{text}\x1e".encode())
    return digest.hexdigest()[:16]


def figure_versions(
    scores: pd.DataFrame, aanpak: pd.DataFrame | None, pockets: pd.DataFrame | None
) -> pd.Series[str]:
    """Return by ``gebied`` the hash of the figures that a judgement on each place would rest on.

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
    """Return every statement that counts in a year, in the order in which it was confirmed."""
    if entries.empty:
        return pd.DataFrame()
    return counting(entries, jaar).reset_index(drop=True)


def counting(entries: pd.DataFrame, jaar: int) -> pd.DataFrame:
    """Return the entries that count in a year.

    Left out is what a later entry corrects, what is not what was confirmed, and what was imported:
    that counts when somebody in a session takes it over.
    """
    out = entries["vervallen"] | entries["aangetast"] | (entries["bron"] != "")
    return entries[~out & (entries["jaar"] <= jaar)]


def judged(
    entries: pd.DataFrame,
    aanpak: pd.DataFrame,
    pockets: pd.DataFrame,
    versions: pd.Series[str],
    jaar: int,
) -> pd.DataFrame:
    """Put the latest valid judgement beside what the figures propose, as `beside`, for every place.

    Every buurt, then every deel-buurt, for which the figures propose the aanpak of its buurt.
    """
    proposed = aanpak[["aanpak"]]
    inside = pockets["buurtcode"].map(proposed["aanpak"]).fillna("")
    proposed = pd.concat([proposed, inside.astype("str").to_frame("aanpak")]).rename_axis("gebied")
    return beside(proposed, entries, versions, jaar)


def beside(
    aanpak: pd.DataFrame, entries: pd.DataFrame, versions: pd.Series, jaar: int
) -> pd.DataFrame:
    """Put the latest valid judgement of each buurt beside its figures.

    `aanpak` (index ``buurtcode``): With a column ``aanpak``: what the figures propose. It is not
        changed.
    `entries`: From `Record.entries`, of one municipality.
    `versions` (index ``buurtcode``): `figures_version` of the present figures.
    `jaar`: SIA year that is shown.
    Returns (index ``buurtcode``): Every buurt of `aanpak`. Columns ``aanpak`` (figure),
        ``aanpak_na_duiding`` (equal unless adjusted or overruled in this very year), ``duiding``
        (statement or empty), ``rol``, ``soort``, ``effect``, ``reden``, ``duiding_jaar`` (Int64)
        and ``let_op`` (Dutch: an older year whose judgement asks for confirmation, or figures that
        changed since).
    """
    shown = pd.DataFrame({"aanpak": aanpak["aanpak"]}, index=aanpak.index)
    latest = counting(entries, jaar).sort_values(["jaar", "volgnummer"]).groupby("gebied").last()
    latest = latest.reindex(aanpak.index)
    present = latest["id"].notna()
    now = present & (latest["jaar"] == jaar)
    replaced = now & latest["effect"].isin(["bijgesteld", "overruled"])
    shown["aanpak_na_duiding"] = shown["aanpak"].mask(replaced, latest["aanpak"])
    shown["duiding"] = latest["uitspraak"].fillna("")
    for name in ("rol", "soort", "effect", "reden"):
        shown[name] = latest[name].fillna("")
    shown["duiding_jaar"] = latest["jaar"].astype("Int64")
    changed = now & (latest["cijferversie"] != versions.reindex(aanpak.index))
    older = present & ~now
    shown["let_op"] = ""
    shown.loc[changed, "let_op"] = "De cijfers zijn veranderd sinds deze duiding."
    shown.loc[older, "let_op"] = [
        f"Duiding uit {int(year)}: geldt die nog?" for year in latest.loc[older, "jaar"]
    ]
    return shown
