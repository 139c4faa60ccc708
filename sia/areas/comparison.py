"""What became of every code between two years, by place and name and not by code alone."""

from __future__ import annotations

import difflib
import re
import unicodedata

import numpy as np
import pandas as pd

from sia.areas.outlines import (
    NAME_SIMILARITY,
    PIECE_SHARE,
    REUSED_IOU,
    WHOLE_SHARE,
    Overlay,
    percent,
)
from sia.sources.base import AreaLayer

CHANGES = SAME, RENAMED, RECODED, REDRAWN, SPLIT, MERGED, NEW, ENDED, REUSED = (
    "gelijk",
    "hernoemd",
    "hergecodeerd",
    "hertekend",
    "gesplitst",
    "samengevoegd",
    "nieuw",
    "vervallen",
    "hergebruikte code",
)
"""What can have become of an area between two years."""
_FLAG_SAME, _FLAG_REDRAWN = 1, 3
_COMPARED = ("soort", "oude_codes", "naam_oud", "naam_nieuw", "vlag", "toelichting")


def compare(old: AreaLayer, new: AreaLayer) -> pd.DataFrame:
    """Tell what became of every code between two years, by place and name, not by code alone.

    `old`, `new`: Same level.
    Returns (index ``code`` (all codes of both years, sorted)): ``soort`` (one of `CHANGES`),
        ``oude_codes`` (comma-separated areas that share surface with it), ``naam_oud``,
        ``naam_nieuw``, ``vlag`` (CBS's own 1/2/3 of the new year) and ``toelichting`` (Dutch).

    In maps drawn with full precision two outlines are the same when no strip of difference is
    wider than `SHIFT_M`. A generalised map differs from a precise one at nearly every outline;
    there the mean width of the difference is compared with the median over all outlines, most of
    which did not really change.
    """
    overlay = Overlay.of(old.frame, new.frame)
    rows = [_new_row(code, old, new, overlay) for code in new.frame.index]
    gone = old.frame.index.difference(new.frame.index)
    rows += [_ended_row(code, old, new, overlay) for code in gone]
    table = pd.DataFrame(rows, columns=["code", *_COMPARED]).set_index("code").sort_index()
    table = table.astype({"vlag": "Int64"})
    next_year = new.year - old.year == 1
    flags = zip(table["soort"], table["vlag"].fillna(0), strict=True)
    notes = [_flag_note(soort, int(flag), next_year) for soort, flag in flags]
    table["toelichting"] = table["toelichting"] + notes
    return table


def name_similarity(a: str, b: str) -> float:
    """Return how alike two area names are, 0-1; NaN when one is empty.

    Case, accents, punctuation and the order of the words do not count.
    """
    left, right = _plain(a), _plain(b)
    if not left or not right:
        return float("nan")
    return difflib.SequenceMatcher(None, left, right, autojunk=False).ratio()


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold())
    words = re.findall(r"[a-z0-9]+", "".join(c for c in letters if not unicodedata.combining(c)))
    return " ".join(sorted(words))


def _kept_row(code: str, old: AreaLayer, new: AreaLayer, overlay: Overlay) -> tuple[object, ...]:
    """Describe a code whose outline stayed the same; at most its name is new."""
    naam_oud, naam_nieuw = str(old.frame["naam"][code]), str(new.frame["naam"][code])
    alike = name_similarity(naam_oud, naam_nieuw)
    named_same = bool(np.isnan(alike) or alike >= NAME_SIMILARITY)
    soort = SAME if named_same else RENAMED
    flag = new.frame["indelingswijziging"][code]
    sentence = _explain(soort, code, overlay.pairs[:0], code, naam_oud, naam_nieuw)
    return (code, soort, code, naam_oud, naam_nieuw, flag, sentence)


def _new_row(code: str, old: AreaLayer, new: AreaLayer, overlay: Overlay) -> tuple[object, ...]:
    if code in overlay.kept:
        return _kept_row(code, old, new, overlay)
    pairs = overlay.by_new.get(code, overlay.pairs[:0])
    pieces = pairs[_counts_as_piece(pairs)]
    own = pairs[pairs["oude_code"] == code]
    known = code in old.frame.index
    twin = pairs[pairs["zelfde_grens"]].sort_values("iou").tail(1)
    partner = code if known or twin.empty else str(twin["oude_code"].iloc[0])
    naam_oud = str(old.frame["naam"].get(partner, "")) if partner in old.frame.index else ""
    naam_nieuw = str(new.frame["naam"][code])
    named_same = bool(name_similarity(naam_oud, naam_nieuw) >= NAME_SIMILARITY)
    if known and own["iou"].sum() < REUSED_IOU and not named_same:
        soort = REUSED
    elif not twin.empty and not known:
        soort = RECODED
    else:
        soort = _redrawn_kind(pieces, overlay, known)
    shown = twin if soort == RECODED else pieces
    flag = new.frame["indelingswijziging"][code]
    sentence = _explain(soort, code, shown, partner, naam_oud, naam_nieuw)
    olds = ", ".join(sorted(shown["oude_code"]))
    return (code, soort, olds, naam_oud, naam_nieuw, flag, sentence)


def _ended_row(code: str, old: AreaLayer, new: AreaLayer, overlay: Overlay) -> tuple[object, ...]:
    pairs = overlay.by_old.get(code, overlay.pairs[:0])
    pieces = pairs[_counts_as_piece(pairs)].sort_values("oud", ascending=False)
    twin = pairs[pairs["zelfde_grens"]]
    shown = twin if len(twin) else pieces
    best = str(shown["nieuwe_code"].iloc[0]) if len(shown) else ""
    naam_oud = str(old.frame["naam"][code])
    naam_nieuw = str(new.frame["naam"].get(best, "")) if best else ""
    where = _listed(shown, "nieuwe_code", "oud")
    lies = f"ligt nu in {where}" if where else "ligt buiten de nieuwe kaart"
    sentence = f"Deze code bestaat niet meer; het gebied {lies}."
    return (code, ENDED, code, naam_oud, naam_nieuw, pd.NA, sentence)


def _counts_as_piece(pairs: pd.DataFrame) -> pd.Series:
    return (pairs["oud"] >= PIECE_SHARE) | (pairs["nieuw"] >= PIECE_SHARE)


def _redrawn_kind(pieces: pd.DataFrame, overlay: Overlay, known: bool) -> str:
    """Tell split, merged, new and redrawn apart by who lies wholly inside whom."""
    if pieces["nieuw"].sum() < WHOLE_SHARE / 2:
        return NEW
    whole_old = pieces[pieces["oud"] >= WHOLE_SHARE]
    if len(whole_old) >= 2 and whole_old["nieuw"].sum() >= WHOLE_SHARE:
        return MERGED
    parent = pieces[pieces["nieuw"] >= WHOLE_SHARE]
    if len(parent) and float(parent["oud"].iloc[0]) < WHOLE_SHARE:
        siblings = overlay.by_old[str(parent["oude_code"].iloc[0])]
        inside = siblings[siblings["nieuw"] >= WHOLE_SHARE]
        if len(inside) >= 2 and inside["oud"].sum() >= WHOLE_SHARE:
            return SPLIT
    return REDRAWN if known or pieces["iou"].max() >= 1 / 2 else NEW


def _explain(
    soort: str,
    code: str,
    shown: pd.DataFrame,
    partner: str,
    naam_oud: str,
    naam_nieuw: str,
) -> str:
    """Return one Dutch sentence for the reader."""
    parts = _listed(shown.sort_values("nieuw", ascending=False), "oude_code", "nieuw")
    sentences = {
        SAME: "Zelfde code, zelfde grens.",
        RENAMED: f"Zelfde grens; de naam ging van {naam_oud} naar {naam_nieuw}.",
        RECODED: f"Zelfde grens; de code was {partner}.",
        REDRAWN: f"De grens is verlegd; het gebied bestaat nu uit delen van {parts}.",
        SPLIT: f"Afgesplitst: het gebied is een deel van {parts}.",
        MERGED: f"Samengevoegd uit {parts}.",
        NEW: f"Nieuw gebied{' uit ' + parts if parts else ''}.",
        REUSED: f"Let op: {code} hoorde eerst bij een ander gebied"
        + (f" ({naam_oud})" if naam_oud else "")
        + (f"; hier lag {parts}." if parts else "."),
    }
    return sentences[soort]


def _flag_note(soort: str, flag: int, next_year: bool) -> str:
    """Say where CBS's own flag disagrees with the drawn borders.

    The flag compares with the year before (1 the same, 2 recoded, 3 redrawn), so "the same" says
    nothing of a map that is older.
    """
    if soort in (SAME, RENAMED) and flag == _FLAG_REDRAWN:
        return " CBS meldt wel een grenswijziging in dat jaar."
    if soort in (REDRAWN, SPLIT, MERGED, NEW, REUSED) and flag == _FLAG_SAME and next_year:
        return " CBS meldt geen wijziging in dat jaar."
    return ""


def _listed(pairs: pd.DataFrame, code: str, share: str) -> str:
    """Return "BU01530000 (60 %), BU01530001 (40 %)"."""
    texts = [f"{c} ({percent(float(s))})" for c, s in zip(pairs[code], pairs[share], strict=True)]
    return ", ".join(texts)
