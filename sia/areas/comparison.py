"""What became of every code between two years, by place and name and not by code alone."""

from __future__ import annotations

import difflib
import re
import unicodedata

import numpy as np
import pandas as pd

from sia.areas.outlines import DEFAULT_THRESHOLDS, BorderThresholds, Overlay, percent
from sia.sources.base import AreaLayer

SAME = "gelijk"
RENAMED = "hernoemd"
RECODED = "hergecodeerd"
REDRAWN = "hertekend"
SPLIT = "gesplitst"
MERGED = "samengevoegd"
NEW = "nieuw"
ENDED = "vervallen"
REUSED = "hergebruikte code"
CHANGES: tuple[str, ...] = (
    SAME,
    RENAMED,
    RECODED,
    REDRAWN,
    SPLIT,
    MERGED,
    NEW,
    ENDED,
    REUSED,
)
"""What can have become of an area between two years."""
_FLAG_SAME, _FLAG_REDRAWN = 1, 3
_COMPARED = (
    "soort",
    "oude_codes",
    "nieuwe_codes",
    "naam_oud",
    "naam_nieuw",
    "overlap",
    "naamgelijkenis",
    "vlag",
    "toelichting",
)


def compare(
    old: AreaLayer, new: AreaLayer, *, thresholds: BorderThresholds = DEFAULT_THRESHOLDS
) -> pd.DataFrame:
    """Tell what became of every code between two years, by place and name, not by code alone.

    Parameters
    ----------
    old, new : AreaLayer
        Same level.

    Returns
    -------
    DataFrame, index ``code`` (all codes of both years, sorted)
        ``soort`` (one of `CHANGES`), ``oude_codes`` and ``nieuwe_codes`` (comma-separated areas
        that share surface with it), ``naam_oud``, ``naam_nieuw``, ``overlap`` (intersection over
        union with its own code, or with its best match), ``naamgelijkenis`` (0-1; NaN without
        names), ``vlag`` (CBS's own 1/2/3 of the new year) and ``toelichting`` (Dutch).

    Notes
    -----
    In maps drawn with full precision two outlines are the same when no strip of difference is
    wider than `shift_m`. A generalised map differs from a precise one at nearly every outline;
    there the mean width of the difference is compared with the median over all outlines, most of
    which did not really change.
    """
    overlay = Overlay.of(old.frame, new.frame, thresholds)
    rows = [_new_row(code, old, new, overlay, thresholds) for code in new.frame.index]
    gone = old.frame.index.difference(new.frame.index)
    rows += [_ended_row(code, old, new, overlay, thresholds) for code in gone]
    table = pd.DataFrame(rows, columns=["code", *_COMPARED]).set_index("code").sort_index()
    table = table.astype({"overlap": "float64", "naamgelijkenis": "float64", "vlag": "Int64"})
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


def _kept_row(
    code: str, old: AreaLayer, new: AreaLayer, overlay: Overlay, thresholds: BorderThresholds
) -> tuple[object, ...]:
    """Describe a code whose outline stayed the same; at most its name is new."""
    naam_oud, naam_nieuw = str(old.frame["naam"][code]), str(new.frame["naam"][code])
    alike = name_similarity(naam_oud, naam_nieuw)
    named_same = bool(np.isnan(alike) or alike >= thresholds.name_similarity)
    soort = SAME if named_same else RENAMED
    flag = new.frame["indelingswijziging"][code]
    sentence = _explain(soort, code, overlay.pairs[:0], code, naam_oud, naam_nieuw)
    iou = overlay.kept[code]
    return (code, soort, code, code, naam_oud, naam_nieuw, iou, alike, flag, sentence)


def _new_row(
    code: str, old: AreaLayer, new: AreaLayer, overlay: Overlay, thresholds: BorderThresholds
) -> tuple[object, ...]:
    if code in overlay.kept:
        return _kept_row(code, old, new, overlay, thresholds)
    pairs = overlay.by_new.get(code, overlay.pairs[:0])
    pieces = pairs[_counts_as_piece(pairs, thresholds)]
    own = pairs[pairs["oude_code"] == code]
    known = code in old.frame.index
    twin = pairs[pairs["zelfde_grens"]].sort_values("iou").tail(1)
    partner = code if known or twin.empty else str(twin["oude_code"].iloc[0])
    naam_oud = str(old.frame["naam"].get(partner, "")) if partner in old.frame.index else ""
    naam_nieuw = str(new.frame["naam"][code])
    alike = name_similarity(naam_oud, naam_nieuw)
    iou = float(own["iou"].iloc[0]) if len(own) else 0.0
    named_same = bool(alike >= thresholds.name_similarity)
    if known and iou < thresholds.reused_iou and not named_same:
        soort = REUSED
    elif not twin.empty and not known:
        soort, iou = RECODED, float(twin["iou"].iloc[0])
    else:
        soort = _redrawn_kind(code, pieces, overlay, thresholds, known)
        iou = iou if known else float(pairs["iou"].max()) if len(pairs) else 0.0
    shown = twin if soort == RECODED else pieces
    flag = new.frame["indelingswijziging"][code]
    sentence = _explain(soort, code, shown, partner, naam_oud, naam_nieuw)
    olds = ", ".join(sorted(shown["oude_code"]))
    return (code, soort, olds, code, naam_oud, naam_nieuw, iou, alike, flag, sentence)


def _ended_row(
    code: str, old: AreaLayer, new: AreaLayer, overlay: Overlay, thresholds: BorderThresholds
) -> tuple[object, ...]:
    pairs = overlay.by_old.get(code, overlay.pairs[:0])
    pieces = pairs[_counts_as_piece(pairs, thresholds)].sort_values("oud", ascending=False)
    twin = pairs[pairs["zelfde_grens"]]
    shown = twin if len(twin) else pieces
    best = str(shown["nieuwe_code"].iloc[0]) if len(shown) else ""
    naam_oud = str(old.frame["naam"][code])
    naam_nieuw = str(new.frame["naam"].get(best, "")) if best else ""
    iou = float(pairs["iou"].max()) if len(pairs) else 0.0
    where = _listed(shown, "nieuwe_code", "oud")
    sentence = (
        f"Deze code bestaat niet meer; het gebied ligt nu in {where}."
        if where
        else ("Deze code bestaat niet meer; het gebied ligt buiten de nieuwe kaart.")
    )
    alike = name_similarity(naam_oud, naam_nieuw)
    news = ", ".join(sorted(shown["nieuwe_code"]))
    return (code, ENDED, code, news, naam_oud, naam_nieuw, iou, alike, pd.NA, sentence)


def _counts_as_piece(pairs: pd.DataFrame, thresholds: BorderThresholds) -> pd.Series:
    share = thresholds.piece_share
    return (pairs["oud"] >= share) | (pairs["nieuw"] >= share)


def _redrawn_kind(
    code: str,
    pieces: pd.DataFrame,
    overlay: Overlay,
    thresholds: BorderThresholds,
    known: bool,
) -> str:
    """Tell split, merged, new and redrawn apart by who lies wholly inside whom."""
    if pieces["nieuw"].sum() < thresholds.whole_share / 2:
        return NEW
    whole_old = pieces[pieces["oud"] >= thresholds.whole_share]
    if len(whole_old) >= 2 and whole_old["nieuw"].sum() >= thresholds.whole_share:
        return MERGED
    parent = pieces[pieces["nieuw"] >= thresholds.whole_share]
    if len(parent) and float(parent["oud"].iloc[0]) < thresholds.whole_share:
        siblings = overlay.by_old[str(parent["oude_code"].iloc[0])]
        inside = siblings[siblings["nieuw"] >= thresholds.whole_share]
        if len(inside) >= 2 and inside["oud"].sum() >= thresholds.whole_share:
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
