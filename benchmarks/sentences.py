"""Every claim of the sentence rules beside the tables that it is about, and how many are false.

Voorbeeldstad, and 20 real municipalities of the national files where these are there
(``SIA_REAL_DATA``): weighed, given an aanpak, told in sentences, and every sentence counted out
anew from the tables by other code than that of the rules.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd

import voorbeeldstad
from benchmarks.clustering_real import real_data
from sia.approach import decide
from sia.country.index import COUNTRY, country_indicators
from sia.country.land import whole_intake
from sia.gemeente import load_gemeente
from sia.gemeente.model import Gemeente
from sia.indicators import IndicatorTable, build_indicators
from sia.methode import WeighingSettings
from sia.report.buurt_sentences import buurt_certainty, buurt_things
from sia.report.sentences import certainty, heaviest_domain, highest_on, three_things
from sia.sources.registry import read_folder
from sia.sources.store import open_store
from sia.viz.dataset import Cijfers
from sia.viz.theme import DOMAINS as NAMES
from sia.weighing import weigh_table

YEAR, REAL, CITIES, DRAWS = 2022, 2020, 20, 200
LEAST = 12
"""Buurten that a real municipality has at least."""
ODD = re.compile(
    r"\b1 (?:buurten|plaatsen|cijfers)\b|\b0 (?:buurten|plaatsen)\b|(?<!\d)1 buurt horen|"
    r"\b(?:[2-9]|\d\d+) buurten hoort|[Gg]een enkele buurt horen|\bnan\b|None|\.\.|  |"
    r"(?<![\d.,])0\s%\svan de doorrekeningen"
)
"""What no sentence may hold: number and verb that disagree, and places left empty."""


def figures(table: IndicatorTable, gemeente: Gemeente, draws: int) -> Cijfers:
    """Weigh a table and return what the sentences are made from."""
    scores = weigh_table(table, gemeente, WeighingSettings(draws=draws)).scores
    aanpak = decide(scores, table.values["corporatiebezit"])
    return Cijfers(
        *(gemeente.naam, gemeente.code, table.jaar, table.areas, scores),
        indicatoren=table.values,
        vlaggen=table.flags,
        catalogus=table.catalogue.frame(),
        aanpak=aanpak,
    )


def part_of(table: IndicatorTable, code: str) -> IndicatorTable:
    """Return the rows of one municipality; the scale stays that of the country."""
    own = table.areas.index[table.areas["gemeentecode"] == code]
    rows = ("areas", "values", "flags", "years", "denominators", "verantwoording", "lower", "upper")
    return replace(table, **{name: getattr(table, name).reindex(own) for name in rows})


def claims(c: Cijfers) -> Iterator[tuple[str, bool]]:
    """Yield every claim about a city, and whether the tables bear it out."""
    scores, names = c.scores, c.naam
    ranked = scores[scores["gerangschikt"].astype(bool)].sort_values("rang")
    told = [z.tekst for z in (*three_things(c), *certainty(c))]
    told += [z.tekst for k in c.domeinen for z in (highest_on(c, k),)]
    told += [
        z.tekst
        for code in scores.index
        for z in (*buurt_things(c, code), *buurt_certainty(c, code))
    ]
    told += list(c.aanpak["toelichting"])
    yield from ((f"form: {text}", not ODD.search(text)) for text in told)
    if ranked.empty:
        return
    chance, n = ranked["kans_kwart"], len(ranked)
    first, text = ranked.index[chance >= 0.8], told[0]
    if len(first) > 1:
        wrong = sum(1 - chance[first])
        said = "minder dan 0,1" if wrong < 0.1 else f"{wrong:.1f}".replace(".", ",")
        yield text, f"Van deze {len(first)} hoort er naar verwachting {said} niet" in text
        yield text, (": " + ("onder meer " if len(first) > 5 else "") + names[first[0]]) in text
    groups = {
        "Zeker": (chance >= 0.95, chance <= 0.05),
        "Waarschijnlijk": ((chance >= 0.8) & (chance < 0.95), (chance <= 0.2) & (chance > 0.05)),
        "Onzeker": ((chance > 0.2) & (chance < 0.8),),
    }
    text = certainty(c)[0].tekst
    for word, members in groups.items():
        found = re.search(rf"{word}: ([^.]*)\.", text)
        numbers = [int(k) for k in re.findall(r"\b(\d+) buurt", found[1])] if found else []
        yield text, numbers == [int(m.sum()) for m in members if m.any()]
    means = ranked[list(c.domeinen)].mean().dropna()
    text = heaviest_domain(c).tekst
    for key, mean in means.items():
        near = re.search(rf"{NAMES[key].lower()} (\d+,\d)", text)
        yield text, near is not None and abs(float(near[1].replace(",", ".")) - mean) <= 0.0501
    for key in means.index:
        text = highest_on(c, key).tekst
        top = ranked[key].dropna()
        yield text, names[top.idxmax()] in text
    for code, row in scores.iterrows():
        yield from _of_buurt(c, str(code), row, n)


def _of_buurt(c: Cijfers, code: str, row: pd.Series, n: int) -> Iterator[tuple[str, bool]]:
    place, domain, aanpak = (zin.tekst for zin in buurt_things(c, code))
    if not row["gerangschikt"]:
        yield place, str(row["reden"]) in place
        return
    p, reason = row["kans_kwart"], str(c.aanpak.at[code, "toelichting"])
    word = "zeker" if p >= 0.95 or p <= 0.05 else "misschien" if 0.2 < p < 0.8 else "waarschijnlijk"
    yield place, f"plaats {row['rang']:.0f} van {n}," in place and f"hoort {word}" in place
    yield place, (" niet bij" in place) == (p <= 0.2)
    above = row[list(c.domeinen)].astype(float) - c.scores[list(c.domeinen)].median()
    best = NAMES[str(above.idxmax())].lower() if above.max() > 0 else "geen enkel domein"
    yield domain, best in domain
    yield aanpak, str(c.aanpak.at[code, "aanpak"]) in aanpak
    share = re.match(r"In (\d+(?:,\d)?)\s%", reason)
    near = share is None or abs(float(share[1].replace(",", ".")) / 100 - p) <= 0.00501
    yield reason, near and (share is not None or p < 0.01 or p > 0.99)


def _cities(quick: bool) -> Iterator[Cijfers]:
    draws = 40 if quick else DRAWS
    with tempfile.TemporaryDirectory() as kept:
        voorbeeldstad.generate(Path(kept), jaren=(YEAR,))
        found = read_folder(Path(kept), gemeente=voorbeeldstad.GEMEENTECODE)
    gemeente = load_gemeente(voorbeeldstad.GEMEENTECODE)
    yield figures(build_indicators(found, gemeente, YEAR), gemeente, draws)
    folder = real_data()
    if folder is None or quick:
        return
    with tempfile.TemporaryDirectory() as kept:
        table, called = country_indicators(
            whole_intake(open_store([folder], Path(kept)), REAL), REAL
        )
    sizes = table.areas["gemeentecode"].value_counts().sort_index()
    codes = sizes.index[sizes >= LEAST]
    for code in codes[:: max(1, len(codes) // CITIES)][:CITIES]:
        city = replace(COUNTRY, naam=str(called[code]))
        yield figures(part_of(table, str(code)), city, draws)


def main(quick: bool) -> str:
    """Return the number of claims and of false ones per city as Markdown."""
    lines = ["| city | buurten | claims | false |", "|---|---:|---:|---:|"]
    wrong: list[str] = []
    every = 0
    for c in _cities(quick):
        found = list(claims(c))
        false = [f"{c.gemeente}: {text}" for text, right in found if not right]
        every, wrong = every + len(found), wrong + false
        lines.append(f"| {c.gemeente} | {len(c.scores)} | {len(found)} | {len(false)} |")
    lines += [f"| all | | {every} | {len(wrong)} |", "", *(f"- {text}" for text in wrong[:20])]
    return "\n".join(lines)


if __name__ == "__main__":
    print(main("--quick" in sys.argv))
