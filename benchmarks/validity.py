"""Urgentie against what others say: Leefbaarometer 2016, SES-WOA, the national programme.

Per figure, per domain, and with other choices of the method.

The Leefbaarometer stands outside every score; nothing is fitted to it. Its classes (1 to 9) are
known per wijk of 2016 for half of the municipalities. Scores of woonbuurten are averaged to those
wijken, weighted by inhabitants. The files are not part of this repository: they are looked for
where ``SIA_REAL_DATA`` says, or in ``../shared/data`` beside the project, with ``validation``
beside that folder. Without them there is nothing to report. The twenty areas of the national
programme (``national_programme.toml``) should stand high in their own city.
"""

from __future__ import annotations

import sys
import tempfile
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.clustering_real import real_data
from sia.catalogue.model import DOMAINS, Catalogue
from sia.country.index import COUNTRY, country_indicators
from sia.country.land import whole_intake
from sia.indicators import IndicatorTable
from sia.indicators.age import BY_AGE
from sia.indicators.eligibility import WOONBUURT, kinds
from sia.methode import WeighingSettings
from sia.sources.store import open_store
from sia.weighing import URGENTIE, Weighing, weigh_table

YEARS = (2017, 2020)
LEAST = 8
"""Wijken that a municipality has at least, to compare within it."""
PEOPLE = 1000.0
"""Inhabitants from which the class of a wijk says little by chance."""
PROGRAMME = Path(__file__).parent / "national_programme.toml"
SES = "ses_woa"
"""Column of the catalogue that stands outside every score."""
EQUAL = dict.fromkeys(DOMAINS, 1.0)
VARIANTS: dict[str, dict[str, Any]] = {
    "the method": {},
    "arithmetic mean": {"aggregate": "rekenkundig"},
    "equal weights": {"weights": EQUAL},
    "sociaal 2": {"weights": {**EQUAL, "sociaal": 2.0, "voorzieningen": 0.5, "energie": 0.5}},
    "sociaal 6": {"weights": {"sociaal": 6.0}},
    "goalposts p2-p98": {"normalise": "vaste schaal"},
    "exponential ranks (IMD)": {"normalise": "imd"},
}
"""Settings of the weighing that were tried; all are reported, none is chosen by its figure here."""


def classes(folder: Path) -> pd.Series[float]:
    """Return the class of 2016 per wijk, 9 the most liveable."""
    file = folder.parent / "validation" / "leefbaarometer-wijk-2016-half" / "wijk.csv"
    return pd.read_csv(file, index_col="wijkcode")["KL16"].astype(float)


def agreement(
    score: pd.Series[float], people: pd.Series[float], liveable: pd.Series[float]
) -> dict[str, float]:
    """Return the rank correlation of scores with the classes of their wijken.

    Parameters
    ----------
    score, people : Series, index ``buurtcode``
    liveable : Series, index ``wijkcode``

    Returns
    -------
    dict
        ``land``: Spearman over all wijken; ``binnen``: median over the municipalities with at
        least `LEAST` wijken; ``groot``: the same of wijken of at least `PEOPLE` inhabitants;
        ``wijken`` and ``gemeenten``: how many those are. Negative is right: more urgent is less
        liveable.
    """
    large = people.groupby("WK" + people.index.str[2:8]).sum() >= PEOPLE
    known = pd.DataFrame({"score": score, "people": people}).dropna().query("people > 0")
    wijk = "WK" + known.index.str[2:8]
    sums = (known["score"] * known["people"]).groupby(wijk).sum()
    mean = sums / known["people"].groupby(wijk).sum()
    both = pd.DataFrame({"score": mean, "class": liveable}).dropna()
    within, of_large = _within(both), _within(both[large.reindex(both.index)])
    return {
        "land": both["score"].corr(both["class"], method="spearman"),
        "binnen": float(np.nanmedian(within)) if within else float("nan"),
        "groot": float(np.nanmedian(of_large)) if of_large else float("nan"),
        "wijken": len(both),
        "gemeenten": len(within),
    }


def _within(both: pd.DataFrame) -> list[float]:
    return [
        part["score"].corr(part["class"], method="spearman")
        for _, part in both.groupby(both.index.str[2:6])
        if len(part) >= LEAST
    ]


def parts_of(weighed: Weighing) -> pd.DataFrame:
    """Return every column that the urgentie is built from: figures, parts, domains, the whole."""
    result = weighed.urgentie
    assert result is not None
    return pd.concat([result.normalised, result.scores], axis=1)


def _year(folder: Path, jaar: int, quick: bool) -> str:
    liveable = classes(folder)
    with tempfile.TemporaryDirectory() as kept:
        found = whole_intake(open_store([folder], Path(kept)), jaar)
    table, _ = country_indicators(found, jaar)
    people = table.areas["inwoners"]
    covered = people[kinds(table, COUNTRY) == WOONBUURT].sum() / people.sum()
    lines = [
        f"### {jaar}",
        "",
        f"Woonbuurten hold {100 * covered:.1f} % of the people.",
        "",
        "| what | country | within | within, wijken of 1,000 | wijken | municipalities |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, changed in list(VARIANTS.items())[: 1 if quick else None]:
        weighed = weigh_table(table, COUNTRY, WeighingSettings(**{"draws": 0, **changed}))
        lines.append(_row(f"urgentie, {name}", weighed.scores[URGENTIE], people, liveable))
        if not changed:
            parts = parts_of(weighed).drop(columns=URGENTIE)
            detail = [_row(str(n), column, people, liveable) for n, column in parts.items()]
            detail += _left_out(table, people, liveable) if not quick else []
            detail += ["", *programme_rows(weighed.scores[URGENTIE], table.areas)]
            detail += ["", _against_ses(weighed.scores[URGENTIE], table)]
    if not quick:
        raw = weigh_table(as_published(table), COUNTRY, WeighingSettings(draws=0))
        lines.append(_row("urgentie, health as published", raw.scores[URGENTIE], people, liveable))
    return "\n".join([*lines, *detail])


def as_published(table: IndicatorTable) -> IndicatorTable:
    """Return a table whose health figures are not standardised for age."""
    plain = Catalogue(tuple(replace(entry, leeftijd=None) for entry in table.catalogue))
    norms = table.norms[~table.norms.index.str.endswith(BY_AGE)]
    return replace(table, catalogue=plain, norms=norms)


def programme_rows(score: pd.Series[float], areas: pd.DataFrame) -> list[str]:
    """Return where the buurten of every area of the national programme stand in their city.

    A place of 100 is the most urgent woonbuurt of the municipality, 0 the least.
    """
    listed = tomllib.loads(PROGRAMME.read_text(encoding="utf-8"))["gebied"]
    rows = ["| area | buurten | median place in its city (0-100) |", "|---|---:|---:|"]
    every = []
    for one in listed:
        own = areas.index.str[2:6] == one["gemeente"][2:]
        place = 100 * (score[own].rank() - 1) / max(int(score[own].notna().sum()) - 1, 1)
        names = areas.loc[own, "wijknaam"] + " | " + areas.loc[own, "naam"]
        named = names.map(lambda name, one=one: _named(name, one))
        inside = place[named].dropna()
        every.append(inside)
        middle = f"{inside.median():.0f}" if len(inside) else "no figures"
        rows.append(f"| {one['naam']} | {len(inside)} | {middle} |")
    together = pd.concat(every)
    return [*rows, f"| all of them | {len(together)} | {together.median():.0f} |"]


def _named(name: str, area: dict[str, Any]) -> bool:
    return any(part in name for part in area["namen"]) and not any(
        part in name for part in area.get("zonder", ())
    )


def _against_ses(score: pd.Series[float], table: IndicatorTable) -> str:
    """Say how urgentie agrees with SES-WOA of CBS, where a file of it is there."""
    found = table.values.get(SES, pd.Series(float("nan"), index=table.values.index))
    both = pd.DataFrame({"score": score, "ses": found}).dropna()
    if both.empty:
        return "SES-WOA: no file."
    rho = both["score"].corr(both["ses"], method="spearman")
    return f"SES-WOA: {rho:.3f} over {len(both)} buurten."


def _left_out(table: IndicatorTable, people: pd.Series, liveable: pd.Series) -> list[str]:
    """Return urgentie without each domain in turn: what a domain adds or takes away."""
    rows = []
    for domain in DOMAINS:
        without = {e.id for e in table.catalogue if e.domein == domain}
        weighed = weigh_table(table, COUNTRY, WeighingSettings(draws=0), without=without)
        scores = weighed.scores[URGENTIE]
        if scores.notna().any():
            rows.append(_row(f"urgentie without {domain}", scores, people, liveable))
    return rows


def _row(name: str, score: pd.Series, people: pd.Series, liveable: pd.Series) -> str:
    found = agreement(score, people, liveable)
    return (
        f"| {name} | {found['land']:.3f} | {found['binnen']:.3f} "
        f"| {found['groot']:.3f} | {found['wijken']:.0f} "
        f"| {found['gemeenten']:.0f} |"
    )


def main(quick: bool) -> str:
    """Return the agreement of both years as Markdown."""
    folder = real_data()
    if folder is None:
        return "The real files are not there (set SIA_REAL_DATA)."
    return "\n\n".join(_year(folder, jaar, quick) for jaar in YEARS[: 1 if quick else None])


if __name__ == "__main__":
    print(main("--quick" in sys.argv))
