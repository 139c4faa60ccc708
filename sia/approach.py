"""Which aanpak fits a buurt: urgentie with its interval x potentie x corporatiebezit, as rules."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from sia.dutch import kans as as_kans
from sia.methode import ApproachSettings
from sia.schemas import AANPAKKEN

Array = npt.NDArray[np.float64]

INTEGRAAL, KOPPELKANSEN, DEELBUURT, VOLGEN, BASIS, NIET_GERANGSCHIKT = AANPAKKEN

CONDITIONAL = "1b"
"""Rule of a proposal that holds if corporations own enough, where no file says how much."""


def rules(settings: ApproachSettings | None = None) -> pd.DataFrame:
    """Return the rules as a table for a reader, in the order in which they are tried.

    Returns: index ``regel`` (as in the output of `decide`); columns ``aanpak`` and ``voorwaarde``
        (Dutch, with the thresholds in force).
    """
    s = settings or ApproachSettings()
    urgent, volgen = as_kans(s.kans_urgent), as_kans(s.kans_volgen)
    bezit, kwart = _number(s.corporatiebezit), as_kans(s.kwart)
    rows = [
        ("0", NIET_GERANGSCHIKT, "de buurt blijft onder een drempel; de reden staat erbij"),
        (
            "1",
            INTEGRAAL,
            f"kans op het hoogste kwart van urgentie ten minste {urgent} en corporatiebezit "
            f"ten minste {bezit} %",
        ),
        (
            CONDITIONAL,
            INTEGRAAL,
            f"kans op het hoogste kwart van urgentie ten minste {urgent} en corporatiebezit "
            f"onbekend: geldt mits het ten minste {bezit} % is",
        ),
        (
            "2a",
            KOPPELKANSEN,
            f"kans op het hoogste kwart van urgentie ten minste {urgent}, corporatiebezit onder "
            f"{bezit} %",
        ),
        (
            "2c",
            KOPPELKANSEN,
            f"potentie bij de hoogste {kwart} en urgentie boven de middelste buurt",
        ),
        ("3", DEELBUURT, "geen urgentie voor de hele buurt, wel een aangetoonde deel-buurt"),
        (
            "4a",
            VOLGEN,
            f"kans op het hoogste kwart van urgentie tussen {volgen} en {urgent}",
        ),
        (
            "4b",
            VOLGEN,
            f"urgentie stijgt met ten minste {_number(s.stijging)} punt per jaar, en de kans dat "
            f"dit meer is dan ruis is, waar zij bekend is, ten minste {as_kans(s.kans_stijging)}",
        ),
        ("5", BASIS, "geen van de regels hierboven"),
    ]
    table = pd.DataFrame(rows, columns=["regel", "aanpak", "voorwaarde"])
    return table.set_index("regel")


def trend_from_years(urgentie: pd.DataFrame, spread: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the yearly rise of urgentie per buurt, with the probability that it is a rise.

    Ordinary least squares through the years that a buurt has; the probability is the one-sided
    Student t probability of a positive slope (Draper & Smith 1998, section 1.4). Where the noise
    in the scores is known and gives a larger standard error than the residuals do, which few years
    leave small by luck, the normal probability with that error is taken. The scores must be
    comparable over the years: one method and one fixed norm.

    `urgentie` (DataFrame, shape (n_buurten, n_years)): index ``buurtcode``, columns are years
        (int); NaN where missing.
    `spread` (DataFrame, same shape): standard error of each score by the noise in its figures; 0
        or NaN where unknown.
    Returns: index as the input; ``stijging`` (points per year, NaN with fewer than two years),
        ``jaren`` (Int64, number of years used), ``van`` and ``tot`` (Int64, the first and the last
        of them), ``kans_stijging`` (0-1, NaN with fewer than three years when the noise is unknown
        too).
    """
    years = np.asarray(urgentie.columns, dtype=float)
    values = urgentie.to_numpy(dtype=float)
    present = ~np.isnan(values)
    count = present.sum(axis=1)
    t = np.where(present, years, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        t_mean = np.nansum(t, axis=1) / count
        v_mean = np.nansum(values, axis=1) / count
        dt, dv = t - t_mean[:, None], values - v_mean[:, None]
        width = np.nansum(dt**2, axis=1)
        slope = np.where(count >= 2, np.nansum(dt * dv, axis=1) / width, np.nan)
        residual = np.nansum((dv - slope[:, None] * dt) ** 2, axis=1)
        error = np.sqrt(residual / (count - 2) / width)
        chance = np.where(error > 0, stats.t.cdf(slope / error, count - 2), (slope > 0) * 1.0)
    chance = np.where(count >= 3, chance, np.nan)
    if spread is not None:
        noise = _noise_of_slope(dt, spread.reindex_like(urgentie).to_numpy(dtype=float))
        larger = (count >= 2) & (noise > 0) & ((count < 3) | (noise > np.nan_to_num(error)))
        with np.errstate(invalid="ignore", divide="ignore"):
            chance = np.where(larger, stats.norm.cdf(slope / noise), chance)
    return pd.DataFrame(
        {
            "stijging": slope,
            "jaren": pd.array(count, dtype="Int64"),
            "van": pd.DataFrame(t, urgentie.index).min(axis=1).astype("Int64"),
            "tot": pd.DataFrame(t, urgentie.index).max(axis=1).astype("Int64"),
            "kans_stijging": chance,
        },
        index=urgentie.index,
    )


def _noise_of_slope(dt: Array, spread: Array) -> Array:
    """Return the standard error of a slope by known errors; 0 where one of them is unknown."""
    used = ~np.isnan(dt)
    known = (np.nan_to_num(spread) > 0) | ~used
    with np.errstate(invalid="ignore", divide="ignore"):
        error = np.sqrt(np.nansum((dt * spread) ** 2, axis=1)) / np.nansum(dt**2, axis=1)
    noise: Array = np.where(known.all(axis=1), error, 0.0)
    return noise


def decide(
    scores: pd.DataFrame,
    corporatiebezit: pd.Series[float],
    pockets: pd.DataFrame | None = None,
    trend: pd.DataFrame | None = None,
    settings: ApproachSettings | None = None,
) -> pd.DataFrame:
    """Give every buurt one aanpak, with the rule and a sentence that carries the figures.

    Corporatiebezit only tells the first two kinds of urgent buurten apart (who can act); it
    never makes a buurt urgent. Where it is unknown the sentence says so, and says what the
    aanpak would be with enough corporatiebezit.

    `scores`: as ``scores.parquet``: index ``buurtcode``; ``urgentie``, ``potentie``,
        ``gerangschikt``, ``reden``; optional ``rang``, ``rang_p05``, ``rang_p95``, ``kans_kwart``.
        A ranked buurt without ``kans_kwart`` is judged by its rank alone, and its sentence says
        so.
    `corporatiebezit`: percent of the dwellings, index ``buurtcode``; NaN or absent is unknown.
    `pockets`: as ``deelbuurten.parquet``: columns ``naam``, ``inwoners``, ``buurtcode`` and
        optional ``buurtcodes`` (all buurten of a pocket that straddles a border, joined by a
        space) and ``richting`` (only "ongunstig" asks for an aanpak).
    `trend`: as `trend_from_years` gives it; all but ``stijging`` may be absent.
    Returns: index of `scores`; ``aanpak`` (one of `AANPAKKEN`), ``toelichting`` (Dutch), ``regel``
        (index of `rules`), ``corporatiebezit`` (percent, NaN where unknown).
    """
    s = settings or ApproachSettings()
    facts = _facts(scores, corporatiebezit, trend, s)
    found = _pockets_by_buurt(pockets)
    facts["pockets"] = pd.Series([found.get(str(code), ()) for code in facts.index], facts.index)
    rows = [_judge(buurt, s) for buurt in facts.itertuples()]
    table = pd.DataFrame(
        rows, index=scores.index, columns=["aanpak", "toelichting", "regel"], dtype="str"
    )
    table["corporatiebezit"] = facts["corporatiebezit"].astype(float)
    return table


def approach_table(
    aanpak: pd.DataFrame, scores: pd.DataFrame, names: pd.Series[str]
) -> pd.DataFrame:
    """Return the proposed aanpak of every buurt with its reason, most urgent first.

    `aanpak` (DataFrame, index ``buurtcode``): as `decide`.
    `scores` (DataFrame, index ``buurtcode``): as ``scores.parquet``.
    `names`: Series of str, index ``buurtcode``
    """
    shown = pd.DataFrame(
        {
            "buurt": names.reindex(aanpak.index),
            "rang": scores["rang"].reindex(aanpak.index),
            "aanpak": aanpak["aanpak"],
            "toelichting": aanpak["toelichting"],
        }
    )
    return shown.sort_values("rang", na_position="last")


def approach_text(aanpak: pd.DataFrame) -> str:
    """Say how many buurten got which aanpak, and that none is missing."""
    counts = aanpak["aanpak"].value_counts()
    listed = ", ".join(f"{name} {count}" for name, count in counts.items())
    return f"In orde: alle {int(counts.sum())} buurten hebben een voorstel: {listed}."


_Buurt: TypeAlias = Any
"""A row of `_facts`: the figures of one buurt that the rules look at; NaN where unknown."""


def _facts(
    scores: pd.DataFrame,
    corporatiebezit: pd.Series[float],
    trend: pd.DataFrame | None,
    s: ApproachSettings,
) -> pd.DataFrame:
    """Line up all that the rules need, one row per buurt, in the order of `scores`."""
    index = scores.index
    urgentie = scores["urgentie"].astype(float)
    potentie = scores["potentie"].astype(float)
    ranked = scores["gerangschikt"].fillna(False).astype(bool) & urgentie.notna()
    in_rank = urgentie.where(ranked)
    rang = _optional(scores, "rang").fillna(in_rank.rank(ascending=False, method="min"))
    given = _optional(scores, "kans_kwart")
    n = int(ranked.sum())
    by_rank = given.isna()
    kans = given.where(~by_rank, (rang <= s.kwart * n).astype(float))
    top = potentie.where(ranked).rank(ascending=False, method="min") <= s.kwart * n
    change = pd.DataFrame(index=index) if trend is None else trend.reindex(index)
    return pd.DataFrame(
        {
            "urgentie": urgentie,
            "potentie": potentie,
            "ranked": ranked,
            "reden": [_reason(scores, code) for code in range(len(index))],
            "rang": rang,
            "rang_p05": _optional(scores, "rang_p05"),
            "rang_p95": _optional(scores, "rang_p95"),
            "kans": kans,
            "by_rank": by_rank,
            "above_median": in_rank > in_rank.median(),
            "potentie_top": top,
            "n_ranked": n,
            "corporatiebezit": corporatiebezit.reindex(index).astype(float),
            "stijging": _optional(change, "stijging"),
            "van": _optional(change, "van"),
            "tot": _optional(change, "tot"),
            "kans_stijging": _optional(change, "kans_stijging"),
        },
        index=index,
    )


def _optional(table: pd.DataFrame, column: str) -> pd.Series[float]:
    """Return a column as float, all NaN when the table does not have it."""
    if column in table.columns:
        return table[column].astype("Float64").astype(float)
    return pd.Series(np.nan, index=table.index, dtype=float)


def _reason(scores: pd.DataFrame, position: int) -> str:
    """Return why a buurt is not ranked, in words, also when the table left it blank."""
    text = scores["reden"].iloc[position]
    if isinstance(text, str) and text.strip():
        return text.strip().rstrip(".")
    if pd.isna(scores["urgentie"].iloc[position]):
        return "er is geen urgentiescore"
    return "de reden is niet vastgelegd"


def _pockets_by_buurt(
    pockets: pd.DataFrame | None,
) -> dict[str, tuple[tuple[str, float], ...]]:
    """Return per buurtcode its pockets (name, inhabitants); a straddling one counts twice."""
    found: dict[str, tuple[tuple[str, float], ...]] = {}
    if pockets is None:
        return found
    if "richting" in pockets.columns:
        pockets = pockets[pockets["richting"] == "ongunstig"]
    everyone = pockets["buurtcodes" if "buurtcodes" in pockets.columns else "buurtcode"]
    for codes, naam, inwoners in zip(everyone, pockets["naam"], pockets["inwoners"], strict=True):
        for code in str(codes).split():
            found[code] = (*found.get(code, ()), (str(naam), float(inwoners)))
    return found


def _judge(b: _Buurt, s: ApproachSettings) -> tuple[str, str, str]:
    """Try the rules in order; return aanpak, sentence and rule of the first that holds."""
    if not b.ranked:
        return NIET_GERANGSCHIKT, _close([f"Deze buurt is niet gerangschikt: {b.reden}."], b), "0"
    if b.kans >= s.kans_urgent:
        return _urgent(b, s)
    text = [_urgency(b)]
    if b.potentie_top and b.above_median:
        text.append(
            f"De potentie ({_number(b.potentie)}) hoort bij de hoogste {as_kans(s.kwart)} en de "
            f"urgentie ({_number(b.urgentie)}) ligt boven de middelste buurt."
        )
        return KOPPELKANSEN, _close(text, b), "2c"
    if b.above_median and np.isnan(b.potentie):
        text.append("De potentie is onbekend; of hier koppelkansen liggen is dus niet bepaald.")
    if b.pockets:
        text.append("De hele buurt is niet urgent, maar er is " + _pocket_names(b) + ".")
        return DEELBUURT, " ".join(text), "3"
    if s.kans_volgen < b.kans:
        text.append("Dat is te veel om los te laten en te weinig om zeker te zijn.")
        return VOLGEN, " ".join(text), "4a"
    # a chance that is not known holds nothing back
    if b.stijging >= s.stijging and not b.kans_stijging < s.kans_stijging:
        text.append(_rise(b))
        return VOLGEN, " ".join(text), "4b"
    text.append("Geen van de andere regels is van toepassing.")
    return BASIS, " ".join(text), "5"


def _urgent(b: _Buurt, s: ApproachSettings) -> tuple[str, str, str]:
    """Tell the three kinds of urgent buurten apart by who can act there."""
    text = [_urgency(b)]
    limit = _number(s.corporatiebezit)
    if np.isnan(b.corporatiebezit):
        text.append(
            f"Dit voorstel geldt mits het corporatiebezit ten minste {limit} % is. Dat is "
            "onbekend: het staat in geen bestand. Vul het aan."
        )
        return INTEGRAAL, _close(text, b), CONDITIONAL
    bezit = f"Het corporatiebezit is {_number(b.corporatiebezit)} %"
    if b.corporatiebezit >= s.corporatiebezit:
        text.append(f"{bezit}, ten minste de drempel van {limit} %: kandidaat voor de DIA.")
        return INTEGRAAL, _close(text, b), "1"
    text.append(f"{bezit}, minder dan de drempel van {limit} %.")
    return KOPPELKANSEN, _close(text, b), "2a"


def _urgency(b: _Buurt) -> str:
    """Say how urgent the buurt is: by its interval, or by rank alone where there is none."""
    if b.by_rank:
        place = "hoort daarmee" if b.kans == 1 else "hoort daarmee niet"
        return (
            f"De buurt staat op plaats {b.rang:.0f} van {b.n_ranked} in urgentie en {place} bij "
            "het hoogste kwart; er is nog geen onzekerheidsmarge berekend, dus dit berust op de "
            "rang alleen."
        )
    every = {0.0: "geen enkele doorrekening", 1.0: "alle doorrekeningen"}
    where = every.get(b.kans, f"{as_kans(b.kans)} van de doorrekeningen")
    sentence = f"In {where} hoort deze buurt bij het hoogste kwart van urgentie"
    if np.isnan(b.rang_p05) or np.isnan(b.rang_p95):
        return sentence + "."
    return f"{sentence} (plaats {b.rang_p05:.0f} tot {b.rang_p95:.0f} van {b.n_ranked})."


def _close(text: list[str], b: _Buurt) -> str:
    """End a sentence of a heavier rule with the pockets, which it must not hide."""
    if b.pockets:
        text = [*text, "Let op: hier is ook " + _pocket_names(b) + "."]
    return " ".join(text)


def _pocket_names(b: _Buurt) -> str:
    names = [f"{naam} ({_number(inwoners)} inwoners)" for naam, inwoners in b.pockets]
    one = len(names) == 1
    kind = "een deel-buurt die" if one else f"{len(names)} deel-buurten die"
    return f"{kind} duidelijk {'afwijkt' if one else 'afwijken'}: {'; '.join(names)}"


def _rise(b: _Buurt) -> str:
    years = "" if np.isnan(b.van) else f" van {b.van:.0f} tot {b.tot:.0f}"
    sure = (
        "of dat meer is dan ruis is niet te zeggen"
        if np.isnan(b.kans_stijging)
        else f"voor deze buurt op zichzelf bekeken is de kans {as_kans(b.kans_stijging)} dat dit "
        "meer is dan ruis"
    )
    slope = _number(b.stijging)
    return f"Gelijk gemeten stijgt de urgentie{years} met {slope} punt per jaar; {sure}."


def _number(value: float) -> str:
    """Write a number as a Dutch reader expects it, with at most one decimal."""
    text = f"{value:,.1f}".translate(str.maketrans(",.", ".,"))
    return text.removesuffix(",0")
