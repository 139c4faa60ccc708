"""Other weights for the domains: what changes in the order of the buurten, and what does not."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sia.dutch import getal, meervoud, opsomming, procent
from sia.errors import Problem, refuse
from sia.methode import WeighingSettings
from sia.viz.theme import DOMAINS
from sia.weighing.what_if import Reweighed, reweighed, scored_domains

MOVERS = 8
HIGHEST = 5.0
"""Largest factor; 1 leaves a domain the weight that the method gives it."""


def reordered(
    scores: pd.DataFrame,
    gewichten: Mapping[str, float],
    settings: WeighingSettings | None = None,
) -> Reweighed:
    """Weigh the domains anew and rank again; the scores themselves stay as they are.

    `gewichten` are factors on the weight of the method, 0 to `HIGHEST`; a domain that is not named
    keeps 1, one without scores is ignored.
    """
    _check([name for name in scored_domains(scores) if scores[name].notna().any()], gewichten)
    return reweighed(scores, gewichten, settings)


def _check(domains: list[str], gewichten: Mapping[str, float]) -> None:
    given = [gewichten.get(name, 1.0) for name in domains]
    good = [
        isinstance(value, int | float) and np.isfinite(value) and 0 <= value <= HIGHEST
        for value in given
    ]
    problems = [
        Problem(
            kolom=DOMAINS[name],
            wat=f"Het gewicht {value} kan niet.",
            oplossing=f"Kies een getal van 0 tot en met {getal(HIGHEST)}.",
        )
        for name, value, fits in zip(domains, given, good, strict=True)
        if not fits
    ]
    if given and not problems and not any(given):
        wat = "Alle gewichten zijn nul, dan is er geen urgentie."
        problems = [Problem(wat=wat, oplossing="Geef ten minste één domein een gewicht.")]
    refuse(problems)


def sentences(proef: Reweighed, naam: Mapping[str, str] | pd.Series) -> list[str]:
    """Say in Dutch what stays the same and what changes, the same first."""
    table = proef.tabel.dropna(subset=["voor", "na"])
    if table.empty:
        return ["Er zijn geen gerangschikte buurten om te vergelijken."]
    before = len(proef.blijft) + len(proef.eruit)
    share = procent(100 * len(proef.blijft) / before) if before else procent(0)
    quarter = meervoud(before, "buurt", "buurten")
    said = [
        f"Wat blijft gelijk: van de {quarter} in het meest urgente kwart "
        f"{'blijft' if len(proef.blijft) == 1 else 'blijven'} er {len(proef.blijft)} ({share})."
    ]
    if proef.erbij:
        said.append(f"Erbij in dat kwart: {_listed(proef.erbij, naam)}.")
    if proef.eruit:
        said.append(f"Eruit: {_listed(proef.eruit, naam)}.")
    inside = table["binnen"].dropna()
    if len(inside):
        said.append(
            f"{int(inside.sum())} van de {len(inside)} buurten blijven binnen de marge die hun "
            "plaats al had."
        )
    return [*said, _furthest(table, naam)]


def _listed(codes: tuple[str, ...], naam: Mapping[str, str] | pd.Series) -> str:
    return opsomming([str(naam[code]) for code in codes])


def _furthest(table: pd.DataFrame, naam: Mapping[str, str] | pd.Series) -> str:
    size = table["verschuiving"].abs().to_numpy(dtype=float)
    if not size.any():
        return "Geen enkele buurt verschuift."
    most = float(np.nanmax(size))
    rows = table[size == most]
    told = [f"{naam[str(code)]} ({r['voor']} → {r['na']})" for code, r in rows.iterrows()]
    if len(told) > 3:
        told = [f"{getal(len(told))} buurten"]
    verb = "verschuift" if len(rows) == 1 else "verschuiven"
    return (
        f"{opsomming(told)} {verb} het meest: {meervoud(int(most), 'plaats', 'plaatsen')}. "
        f"Gemiddeld verschuift een buurt {getal(np.nanmean(size), 1)} plaatsen."
    )


def movers(proef: Reweighed, naam: Mapping[str, str] | pd.Series) -> list[dict[str, str]]:
    """Return the buurten that move most: name, rank before, after, and the shift with its sign."""
    table = proef.tabel.dropna(subset=["voor", "na"])
    table = table[table["verschuiving"] != 0]
    order = table["verschuiving"].abs().sort_values(ascending=False, kind="stable").index
    rows = table.loc[order[:MOVERS]].reset_index(names="code").to_dict("records")
    return [
        {
            "code": str(row["code"]),
            "naam": str(naam[str(row["code"])]),
            "voor": getal(row["voor"]),
            "na": getal(row["na"]),
            "verschuiving": shift_text(int(row["verschuiving"])),
        }
        for row in rows
    ]


def shift_text(shift: int) -> str:
    """Say a shift in words: ``3 omhoog``, ``2 omlaag``, ``gelijk``."""
    if not shift:
        return "gelijk"
    return f"{abs(shift)} {'omhoog' if shift > 0 else 'omlaag'}"
