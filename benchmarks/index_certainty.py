"""How often *zeker* is wrong, and whether a list is as wrong as it says: planted cities.

A country of buurten is made up with the indicators of the catalogue, each partly one common
hardship and partly its own. A city of it is seen as a municipality sees one: not every figure is
delivered, and those that are have the error of few people or of a model. It is weighed as the
product does, and held against the quarter that all figures give when they are exact.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sia.catalogue import load_catalogue
from sia.catalogue.model import Indicator
from sia.indicators.norms import norm_row, norms_frame
from sia.methode import WeighingSettings
from sia.weighing import Weighing, weigh
from sia.weighing.ranking import words

CATALOGUE = load_catalogue()
COUNTRY, CITY, DRAWS = 1500, 60, 200
PER_DOMAIN = {"sociaal": 10, "wonen": 3, "veiligheid": 3, "voorzieningen": 3}
DELIVERED = 0.75
"""Chance that a figure is delivered; the first five of sociaal always are."""
COMMON = {"sociaal": 0.75, "wonen": 0.5, "veiligheid": 0.4, "voorzieningen": -0.2}
"""How much of an indicator is the common hardship."""
LISTS = {
    "zeker": ["zeker"],
    "zeker or waarschijnlijk": ["zeker", "waarschijnlijk"],
    "zeker niet": ["zeker niet"],
}


def indicators() -> list[Indicator]:
    """Return the indicators that the country is made of, all shares of at most 100."""
    found: list[Indicator] = []
    for domain, count in PER_DOMAIN.items():
        found += [e for e in CATALOGUE.of(domein=domain, rol="opgave") if not e.geld][:count]
    return found


def country(rng: np.random.Generator) -> pd.DataFrame:
    """Return exact figures of every buurt of a country, 0-100."""
    hardship = rng.normal(size=COUNTRY)
    columns = {}
    for entry in indicators():
        share = COMMON[entry.domein]
        own = rng.normal(size=COUNTRY) * np.sqrt(1 - share**2)
        level = entry.richting * (share * hardship + own)
        columns[entry.id] = 100 / (1 + np.exp(-(level - 1.0)))
    index = pd.Index([f"BU{n // 100:04d}{n % 100:04d}" for n in range(COUNTRY)], name="buurtcode")
    return pd.DataFrame(columns, index=index)


def seen(
    exact: pd.DataFrame, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame, tuple[pd.DataFrame, pd.DataFrame]]:
    """Return the figures of a city with their error, denominators and margins."""
    people = pd.Series(np.rint(rng.lognormal(6.9, 0.6, len(exact))).clip(250), exact.index)
    values, below = exact.copy(), exact * np.nan
    low, high = exact * np.nan, exact * np.nan
    common = rng.normal(size=len(exact))
    correlation = WeighingSettings().model_correlation
    for entry in indicators():
        true = exact[entry.id]
        if entry.gemodelleerd:
            shared = entry.richting * np.sqrt(correlation) * common
            z = shared + np.sqrt(1 - correlation) * rng.normal(size=len(exact))
            values[entry.id] = (true + 2.0 * z).clip(0, 100)
            low[entry.id], high[entry.id] = values[entry.id] - 3.92, values[entry.id] + 3.92
        else:
            count = rng.binomial(people.astype(int), true / 100)
            values[entry.id], below[entry.id] = 100 * count / people, people
    return values, below, (low, high)


def one_city(seed: int) -> tuple[Weighing, pd.Series[bool]]:
    """Return the weighing of a planted city, and who truly belongs to its most urgent quarter."""
    rng = np.random.default_rng(seed)
    land = country(rng)
    lived = np.ones(COUNTRY, dtype=bool)
    norms = norms_frame({c: norm_row(land[c].to_numpy(), lived, CITY) for c in land})
    exact = land.loc[rng.choice(land.index, CITY, replace=False)].sort_index()
    fit = pd.DataFrame({"gerangschikt": True, "reden": ""}, index=exact.index)
    names = list(exact.columns)
    truth = weigh(
        exact, fit, tuple(names), CATALOGUE, norms=norms, settings=WeighingSettings(draws=0)
    ).scores["rang"]
    kept = tuple(n for i, n in enumerate(names) if i < 5 or rng.random() < DELIVERED)
    values, below, margins = seen(exact, rng)
    found = weigh(
        values,
        fit,
        kept,
        CATALOGUE,
        norms=norms,
        denominators=below,
        margins=margins,
        settings=WeighingSettings(draws=DRAWS, seed=seed),
    )
    return found, truth <= np.ceil(CITY / 4)


def counted(seed: int) -> dict[str, float]:
    """Return of one city how many names each list has, announces as wrong, and has wrong."""
    found, inside = one_city(seed)
    chance, word = found.scores["kans_kwart"].astype(float), words(found.scores)
    row: dict[str, float] = {}
    for name, said in LISTS.items():
        named = word.isin(said)
        out = name.endswith("niet")
        row[f"{name}: names"] = int(named.sum())
        row[f"{name}: announced wrong"] = float((chance if out else 1 - chance)[named].sum())
        row[f"{name}: wrong"] = int((named & (inside == out)).sum())
    low, high = found.scores["rang_p05"], found.scores["rang_p95"]
    row["width"] = float((high - low).mean())
    return row


def main(quick: bool) -> str:
    """Return the calibration over planted cities as Markdown."""
    table = pd.DataFrame([counted(seed) for seed in range(1, 6 if quick else 41)])
    lines = [
        f"{len(table)} planted cities of {CITY} buurten, {DRAWS} draws each; "
        f"mean width of a 90 % interval {table['width'].mean():.1f} places.",
        "",
        "| list | names | announced wrong | truly wrong | lists with a wrong name |",
        "|---|---:|---:|---:|---:|",
    ]
    for name in LISTS:
        names, said, wrong = (table[f"{name}: {k}"] for k in ("names", "announced wrong", "wrong"))
        lines.append(
            f"| {name} | {names.mean():.1f} | {said.mean():.2f} | {wrong.mean():.2f} "
            f"| {(wrong > 0).mean():.0%} |"
        )
    return "\n".join(lines)
