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
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

import sia
import voorbeeldstad
from benchmarks.clustering_real import real_data
from sia.approach import decide
from sia.areas import RENAMED, SAME
from sia.country.index import COUNTRY, country_indicators
from sia.country.land import whole_intake
from sia.errors import InputError
from sia.gemeente import load_gemeente
from sia.gemeente.model import Gemeente
from sia.indicators import IndicatorTable, build_indicators
from sia.methode import WeighingSettings
from sia.report import change, first_screen
from sia.report.buurt_sentences import buurt_certainty, buurt_things
from sia.report.material import selections
from sia.report.sentences import certainty, heaviest_domain, highest_on, three_things
from sia.sources.registry import read_folder
from sia.sources.store import open_store
from sia.viz.dataset import Cijfers
from sia.viz.theme import DOMAINS as NAMES
from sia.weighing import weigh_table

YEAR, REAL, BEFORE, DRAWS = 2022, 2020, 2017, 200
CITIES = (
    *("GM0153", "GM0164", "GM0344", "GM0014", "GM0363"),  # Enschede, Hengelo, three large cities
    *("GM0599", "GM0917", "GM0935", "GM0855", "GM0796"),  # Rotterdam, Heerlen, Maastricht, ...
    *("GM0995", "GM0080", "GM0718", "GM0687", "GM0106"),  # Lelystad, Leeuwarden, ports, Assen
    *("GM0448", "GM0088", "GM0060", "GM0093", "GM0744"),  # islands, and a small one in Brabant
)
"""Large and small, islands, Limburg, the Randstad, villages; all that the files of 2020 hold."""
ODD = re.compile(
    r"\b1 (?:buurten|plaatsen|cijfers|inwoners|duidingen)\b|\b0 (?:buurten|plaatsen)\b|"
    r"(?<!\d)1 buurt horen|Één|één buurten|(?<![\d.,])0\s%|"
    r"\b(?:[2-9]|\d\d+) buurten hoort|[Gg]een enkele buurt horen|\bnan\b|None|\.\.|  "
)
"""What no sentence may hold: number and verb that disagree, and places left empty."""
RATE = re.compile(r"(minder dan )?(?:€\s)?(\d[\d.]*(?:,\d+)?)(?= per inw| openb|\.(?: Dat|$))")


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
    told = [z.tekst for z in (*three_things(c), *certainty(c))]
    told += [highest_on(c, key).tekst for key in c.domeinen]
    for code in c.scores.index:
        told += [z.tekst for z in (*buurt_things(c, code), *buurt_certainty(c, code))]
    told += list(c.aanpak["toelichting"])
    yield from ((f"form: {text}", not ODD.search(text)) for text in told)
    for code, row in c.scores.iterrows():
        yield from _of_buurt(c, str(code), row)
    yield from _of_area(c, c)
    yield from _of_first_screen(c, c, "stad")
    for _, rows in c.gebieden.groupby("wijkcode"):
        part = c.alleen(list(rows.index))
        yield from _of_area(part, c)
        yield from _of_first_screen(part, c, "wijk")


def word_of(row: pd.Series) -> str:
    """Return what may be said of a buurt: zeker only of all that are surer with it."""
    p = row["kans_kwart"]
    joint = row.get("kans_samen", np.nan)
    sure = (p >= 0.95 or p <= 0.05) and not joint < 0.95
    if 0.2 < p < 0.8:
        return "misschien"
    return ("zeker" if sure else "waarschijnlijk") + (" niet" if p <= 0.2 else "")


def _numbers(text: str, word: str) -> list[int]:
    found = re.search(rf"{word}: ([^.]*)\.", text)
    return [int(k) for k in re.findall(r"\b(\d+) buurt", found[1])] if found else []


def _of_area(part: Cijfers, c: Cijfers) -> Iterator[tuple[str, bool]]:
    """Yield the claims about the city, or about a wijk of it."""
    ranked = part.scores[part.scores["gerangschikt"].astype(bool)].sort_values("rang")
    texts = [z.tekst for z in (*three_things(part, c), *certainty(part))]
    yield from ((f"form: {text}", not ODD.search(text)) for text in texts)
    if ranked.empty or len(c.gerangschikt) < 4 or not c.heeft_intervallen:
        return
    text, said = texts[0], ranked.apply(word_of, axis=1)
    chance = ranked["kans_kwart"]
    first = ranked.index[chance >= 0.8]
    if len(first) > 1:
        wrong = sum(1 - chance[first])
        said_wrong = re.search(rf"Van deze {len(first)} hoort er naar verwachting (.*?) niet", text)
        shown = said_wrong[1] if said_wrong else "nan"
        low = shown == "minder dan 0,1"
        yield text, wrong < 0.1 if low else abs(_number(shown) - wrong) <= 0.0501
        best = first[(ranked.loc[first, "rang"] == ranked.loc[first, "rang"].min()).to_numpy()]
        start = ": onder meer " if len(first) > 5 else ": "
        yield text, any(f"{start}{name}" in text for name in part.naam[best])
        counts = [int((said == word).sum()) for word in ("zeker", "waarschijnlijk")]
        found = re.findall(r"(\d+) buurt(?:en)? ho(?:ort|ren) (zeker|waarschijnlijk)", text)
        words = ("zeker", "waarschijnlijk")
        kept = [(str(n), w) for n, w in zip(counts, words, strict=True) if n]
        # the verb stands once when both words are told: "2 buurten horen zeker en 1 buurt hoort .."
        yield text, found == kept
    elif len(first) == 1:
        yield text, f"Alleen {part.naam[first[0]]} hoort {said[first[0]]} bij" in text
    elif "zeker geen enkele" in text:
        yield text, chance.sum() <= 0.05
    elif "waarschijnlijk geen enkele" in text:
        yield text, chance.sum() <= 0.2
    elif "niet waarschijnlijk" in text:
        yield text, bool((chance <= 0.2).all())
    else:
        yield text, bool((chance > 0.2).any())
    sure = next(t for t in texts[3:] if re.match("Zeker|Waarschijnlijk|Onzeker", t))
    groups = {"Zeker": ("zeker", "zeker niet"), "Onzeker": ("misschien",)}
    groups["Waarschijnlijk"] = ("waarschijnlijk", "waarschijnlijk niet")
    for title, members in groups.items():
        counts = [int((said == word).sum()) for word in members]
        yield sure, _numbers(sure, title) == [n for n in counts if n]
    yield from _of_domains(part, c, ranked)


def _of_domains(part: Cijfers, c: Cijfers, ranked: pd.DataFrame) -> Iterator[tuple[str, bool]]:
    keys = list(part.domeinen)
    means = ranked[keys].astype(float).mean().dropna()
    text = heaviest_domain(part, c).tekst
    if len(ranked) == len(c.gerangschikt):
        for key, mean in means.items():
            near = re.search(rf"{NAMES[str(key)].lower()} ([\d.]+,\d)", text)
            yield text, near is not None and abs(_number(near[1]) - mean) <= 0.0501
    elif len(means):
        above = means - c.gerangschikt[keys].astype(float).mean()
        claimed = [k for k in means.index if f"op {NAMES[str(k)].lower()}:" in text]
        yield text, above.max() <= 0 if not claimed else above[claimed[0]] == above.max() > 0
    for key in means.index:
        text = highest_on(part, str(key)).tekst
        top = ranked[key].dropna().astype(float)
        best = part.naam[top.index[top == top.max()]]
        yield text, any(name in text for name in best)


def _of_first_screen(part: Cijfers, c: Cijfers, kind: str) -> Iterator[tuple[str, bool]]:
    """Yield the claims of headline, first figures and money, with amounts made up per buurt."""
    people = c.gebieden["inwoners"].astype(float).fillna(0.0)
    rng = np.random.default_rng(len(people))
    plans = pd.DataFrame(
        {
            "buurtcode": people.index,
            **{name: [f"P{n}" for n in range(len(people))] for name in first_screen.PLAN},
            "kosten": np.rint(people.to_numpy() * rng.choice([0, 0.4, 3, 80, 900], len(people))),
        }
    )
    chance = part.gerangschikt.get("kans_kwart", pd.Series(dtype=float)).astype(float)
    first = part.gerangschikt.index[chance >= 0.8]
    inside = people.index.isin(first if kind == "stad" else part.gebieden.index)
    for edition in ("intern", "openbaar"):
        o: Any = SimpleNamespace(
            selectie=SimpleNamespace(soort=kind, naam="Proef", sleutel="", titel="Proef"),
            cijfers=part,
            stad=c,
            materiaal=SimpleNamespace(bedragen=plans),
            plannen=plans,
            editie=edition,
        )
        follows = first_screen.planned(o)
        head = first_screen.headline(o, follows).tekst
        yield head, not ODD.search(head)
        if len(part.gerangschikt) and c.heeft_intervallen:
            said = first_screen.WORDS[len(first)] if len(first) < 13 else str(len(first))
            said = {"één": "[Eé]én"}.get(said, said)
            total = len(part.gerangschikt)
            none = "een buurt gaat"
            if kind == "stad" and total < 4 and not chance.any():
                none = "te weinig buurten voor een volgorde"
            if kind != "stad" and total == len(first):
                said = {
                    1: r"de (enige )?buurt (met een plaats )?gaat voor",
                    2: "beide buurten",
                }.get(total, said)
            yield head, bool(re.search(said if len(first) else none, head, re.IGNORECASE))
            out = kind != "stad" and len(first) > 0 and total < len(part.gebieden)
            yield head, ("met een plaats" in head) == out
        if follows is None:
            continue
        what = plans["kosten"] if edition == "intern" else pd.Series(1.0, plans.index)
        rates = [what[m].sum() / people[m].sum() for m in (inside, ~inside)]
        text = follows.zin.tekst
        yield text, not ODD.search(text)
        euros = edition == "intern"
        shown = RATE.findall(text)
        yield (
            text,
            len(shown) == 2
            and all(
                _near(r if euros else 10_000 * r, _number(n), bool(less), euros)
                for r, (less, n) in zip(rates, shown, strict=True)
            ),
        )
        ratio = rates[0] / rates[1] if rates[1] else np.inf
        verdict = "elders" if ratio < 0.8 else "nog niet" if ratio < 1.25 else "volg"
        yield (
            follows.kort,
            verdict in follows.kort and ("nog" in follows.kort) == (verdict == "nog niet"),
        )


def _near(rate: float, printed: float, less: bool, euros: bool) -> bool:
    """Tell whether a rate is printed as it is: from 100 euros in tens, plans in one decimal."""
    off = (5.01 if rate >= 100 else 0.501) if euros else 0.0501
    if less or printed == 0:
        return 0 < rate < printed if less else rate == 0
    return abs(rate - printed) <= off


def change_claims(g: change.Gebied) -> Iterator[tuple[str, bool]]:
    """Yield every claim about the change of an area, and whether the tables bear it out."""
    first, *rest = (z.tekst for z in change.things(g))
    sure = [z.tekst for z in change.certainty(g)]
    yield from ((f"form: {text}", not ODD.search(text)) for text in (first, *rest, *sure))
    own = g.verandering.buurten.loc[g.cijfers.gebieden.index]
    real, q = (own[name].astype(float) for name in ("echte verandering", "q"))
    known, limit = real.notna(), g.verandering.fdr
    yield first, ("geen enkele buurt is te vergelijken" in first.lower()) == (not known.any())
    yield from _of_causes(own, g, sure)
    if not known.any():
        return
    fixed = g.verandering.ruis_bekend
    for word, moved in (("gestegen", real > 0), ("gedaald", real < 0)):
        codes = real.index[moved & (q <= limit) & fixed]
        found = re.search(rf"in (\d+) buurt(?:en)? {word}: ([^;]*)", first)
        yield first, int(found[1] if found else 0) == len(codes)
        if found:
            most = codes[real[codes].abs() == real[codes].abs().max()]
            told = found[2].removeprefix("onder meer ")
            yield first, any(told.startswith(str(n)) for n in g.cijfers.naam[most])
    mean, average = real[known].mean(), rest[0]
    shown = re.search(r"([+−-]?\d[\d.]*,\d) punten", average)
    yield average, shown is not None and abs(_signed(shown[1]) - mean) <= 0.0501
    certain = fixed and g.gemiddeld["urgentie_q"] <= limit
    verb = re.search(r"Gemiddeld (steeg|daalde) de", average)
    yield average, (verb is not None and verb[1] == ("steeg" if mean > 0 else "daalde")) == certain
    means = {key: own[key].astype(float)[known].mean() for key in NAMES if key in own}
    moved = {k: m for k, m in means.items() if fixed and g.gemiddeld[f"{k}_q"] <= limit}
    most = re.search(r"sterkst veranderde ([\w ]+): .* dus (meer|minder) opgave", rest[1])
    yield rest[1], (most is not None) == bool(moved)
    if most is not None:
        top = max(map(abs, moved.values()))
        names = {NAMES[k].lower(): m for k, m in moved.items() if abs(abs(m) - top) < 1e-9}
        yield rest[1], most[1] in names and (names[most[1]] > 0) == (most[2] == "meer")


def _of_causes(own: pd.DataFrame, g: change.Gebied, sure: list[str]) -> Iterator[tuple[str, bool]]:
    """Yield what is said of noise, other causes, borders and who is left out."""
    told, real = " ".join(sure), own["echte verandering"].astype(float)
    parts = own[list(change.PARTS)].astype(float)
    whole = (own["basisjaar"] + parts.sum(axis=1) - own["dit jaar"])[real.notna()].abs()
    yield "the causes together are the difference", bool((whole.dropna() < 1e-6).all())
    noise = re.search(r"Voor (\d+) buurt\w* kan de verandering ook ruis", told)
    quiet = real.notna() & ~(own["q"].astype(float) <= g.verandering.fdr)
    quiet |= (real == 0) & real.notna()
    yield told, int(noise[1] if noise else 0) == int(quiet.sum() * g.verandering.ruis_bekend)
    out = re.search(r"(\d+) buurt\w* (?:is|zijn) niet te vergelijken", told)
    yield told, int(out[1] if out else 0) == int(real.isna().sum())
    yield told, ("Alle buurten hier zijn te vergelijken" in told) == bool(real.notna().all())
    border = re.search(r"(\d+) buurt\w* (?:heeft|hebben) een andere grens", told)
    yield told, int(border[1] if border else 0) == int((~own["grens"].isin([SAME, RENAMED])).sum())
    sizes = parts.dropna().abs().mean()
    for name, size in sizes.items():
        size_told = re.search(rf"[ :]{name} (\d+,\d)", told)
        if size_told is not None:
            yield told, abs(_number(size_told[1]) - size) <= 0.0501
    if "hebben hier geen invloed" in told:
        yield told, bool((sizes.drop("echte verandering") < 0.0501).all())


def _signed(text: str) -> float:
    return _number(text.replace("−", "-"))


def _number(text: str) -> float:
    return float(text.replace(".", "").replace(",", "."))


def _of_buurt(c: Cijfers, code: str, row: pd.Series) -> Iterator[tuple[str, bool]]:
    place, domain, aanpak = (zin.tekst for zin in buurt_things(c, code))
    if not row["gerangschikt"]:
        yield place, str(row["reden"]).rstrip(".") in place
        return
    p, reason = row["kans_kwart"], str(c.aanpak.at[code, "toelichting"])
    yield place, bool(re.search(rf"plaats {row['rang']:.0f} van {len(c.gerangschikt)}[,.]", place))
    if len(c.gerangschikt) < 4 and not c.gerangschikt["kans_kwart"].any():
        yield place, "geen meest urgente kwart" in place and "hoort" not in place
    else:
        yield place, f"hoort {word_of(row)} bij" in place
    above = row[list(c.domeinen)].astype(float) - c.scores[list(c.domeinen)].median()
    best = NAMES[str(above.idxmax())].lower() if above.max() > 0 else "geen enkel"
    yield domain, best in domain
    yield aanpak, str(c.aanpak.at[code, "aanpak"]) in aanpak
    share = re.match(r"In (\d+(?:,\d)?)\s%", reason)
    near = share is None or abs(_number(share[1]) / 100 - p) <= 0.00501
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
    for code in CITIES:
        city = replace(COUNTRY, naam=str(called[code]))
        yield figures(part_of(table, str(code)), city, draws)


def _changes(quick: bool) -> Iterator[list[change.Gebied]]:
    """Yield the areas of every city with two years, as its report has them."""
    with tempfile.TemporaryDirectory() as kept:
        raw, folder = Path(kept) / "ruw", real_data()
        voorbeeldstad.generate(raw, jaren=(YEAR, YEAR + 2))
        yield _areas(voorbeeldstad.GEMEENTECODE, (YEAR, YEAR + 2), raw, Path(kept))
        if folder is None or quick:
            return
        for code in CITIES:
            try:
                yield _areas(code, (BEFORE, REAL), folder, Path(kept))
            except InputError as error:
                print(f"{code}: {error.problems[0].wat}", file=sys.stderr)


def _areas(code: str, years: tuple[int, int], raw: Path, kept: Path) -> list[change.Gebied]:
    stad = sia.open(
        *(code, years[-1], [raw]),
        jaren=years,
        basisjaar=years[0],
        verwerkt=kept / "verwerkt",
        rapporten=kept / "rapporten",
    )
    city = stad.run.made("rapport").result.cijfers
    if city.verandering is None:
        return []
    return [
        change.Gebied(one.naam, one.gebied, city.alleen(list(one.codes)), city.verandering)
        for one in selections(city)
        if one.soort == "verandering"
    ]


def main(quick: bool) -> str:
    """Return the number of claims and of false ones per city as Markdown."""
    lines = ["| city | buurten | claims | false |", "|---|---:|---:|---:|"]
    wrong: list[str] = []
    every = 0
    for areas in _changes(quick):
        found = [claim for area in areas for claim in change_claims(area)]
        if areas:
            name, size = areas[0].cijfers.gemeente, len(areas[0].buurten)
            false = [f"{name}, change: {text}" for text, right in found if not right]
            every, wrong = every + len(found), wrong + false
            lines.append(f"| {name}, change | {size} | {len(found)} | {len(false)} |")
    for c in _cities(quick):
        found = list(claims(c))
        false = [f"{c.gemeente}: {text}" for text, right in found if not right]
        every, wrong = every + len(found), wrong + false
        lines.append(f"| {c.gemeente} | {len(c.scores)} | {len(found)} | {len(false)} |")
    lines += [f"| all | | {every} | {len(wrong)} |", "", *(f"- {text}" for text in wrong[:20])]
    return "\n".join(lines)


if __name__ == "__main__":
    print(main("--quick" in sys.argv))
