"""What if: other weights for the domains, one indicator less, other choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sia.catalogue.model import DOMAIN_NAMES, DOMAINS
from sia.dutch import opsomming
from sia.index import IndexResult, leave_one_out, sensitivity, weight_swap
from sia.index.aggregation import aggregate
from sia.indicators import IndicatorTable
from sia.methode import Methode, WeighingSettings
from sia.weighing.axes import (
    AGGREGATORS,
    URGENTIE,
    Weighing,
    choices_of,
    drift_of,
    known_error,
    margins_of,
    rank_of,
)

NOBODY = "geen"
FACTORS = {0.0: "telt niet mee", 2.0: "telt dubbel"}
FACTOR_NAMES = {
    "normalise": "op één schaal brengen",
    "aggregate": "optellen",
    "impute": "ontbrekende cijfers",
    "treat": "uitschieters",
    "weights": "gewichten",
    "leave_out": "een indicator weglaten",
    "data_error": "ruis in de cijfers",
}
SAMPLES = Methode.standaard().gevoeligheid.samples
"""Base sample of the sensitivity analysis; the index is computed N (d + 2) times."""


@dataclass(frozen=True, eq=False)
class Reweighed:
    """The order of the buurten under other weights, beside the order that they had.

    `tabel` (index ``buurtcode``): ``voor`` and ``na`` (Int64, rank; 1 = most urgent),
        ``verschuiving`` (Int64, places up is positive), ``urgentie`` (float, 0-100, on the other
        weights), ``binnen`` (boolean: the new rank lies within the 5-95 % interval of the old one;
        NA without an interval).
    `kwart`: Buurten in the most urgent quarter of those with both ranks, rounded up.
    `blijft`, `erbij`, `eruit`: Codes that are in that quarter before and after, that enter it, and
        that leave it; in their new order.
    """

    tabel: pd.DataFrame
    kwart: int
    blijft: tuple[str, ...]
    erbij: tuple[str, ...]
    eruit: tuple[str, ...]


def scored_domains(scores: pd.DataFrame) -> list[str]:
    """Return the domains of ``scores.parquet`` in the order in which the index adds them up."""
    return [str(name) for name in scores if name in DOMAINS]


def reweighed(
    scores: pd.DataFrame,
    factors: Mapping[str, float],
    settings: WeighingSettings | None = None,
) -> Reweighed:
    """Weigh the domains anew and rank again; the scores of the domains stay as they are.

    The ranks are those of the whole index built with these weights, because urgentie is nothing
    but the mean of the domains that a buurt has a score on.

    `scores` (index ``buurtcode``): As ``scores.parquet``.
    `factors` (mapping of domain to float): What the weight of a domain is multiplied by; 0 leaves
        it out. Who is not named keeps its weight.
    `settings`: What `scores` were made with.
    """
    domains = scored_domains(scores)
    how = settings or WeighingSettings()
    weight = np.array([factors.get(name, 1.0) * how.weights[name] for name in domains])
    values = scores[domains].to_numpy(dtype=float)
    mean = aggregate(values, weight, AGGREGATORS[how.aggregate], how.minimum_share)
    urgentie = pd.Series(mean, scores.index)
    table = pd.DataFrame({"voor": scores["rang"], "urgentie": urgentie, "na": rank_of(urgentie)})
    table["verschuiving"] = table["voor"] - table["na"]
    low, high = (scores[name].round().astype("Int64") for name in ("rang_p05", "rang_p95"))
    table["binnen"] = (table["na"] >= low) & (table["na"] <= high)
    both = table[["voor", "na"]].dropna().sort_values("na", kind="stable")
    kwart = int(np.ceil(len(both) / 4))
    before, after = both["voor"] <= kwart, both["na"] <= kwart
    groups = (before & after, after & ~before, before & ~after)
    blijft, erbij, eruit = (tuple(map(str, both.index[group])) for group in groups)
    return Reweighed(table, kwart, blijft, erbij, eruit)


def what_if_table(
    scores: pd.DataFrame, names: pd.Series[str], settings: WeighingSettings | None = None
) -> pd.DataFrame:
    """Return per domain who enters and leaves the best quarter when it weighs double or nothing."""
    domains = scored_domains(scores)
    rows = []
    for domain in domains if len(domains) > 1 else ():
        for factor, said in FACTORS.items():
            found = reweighed(scores, {domain: factor}, settings)
            shift = found.tabel["verschuiving"].dropna().abs()
            rows.append(
                {
                    "als": f"{DOMAIN_NAMES[domain]} {said}",
                    "komt in het hoogste kwart": _listed(found.erbij, names),
                    "gaat eruit": _listed(found.eruit, names),
                    "gemiddeld verschoven (plaatsen)": float(shift.mean()),
                    "verst verschoven (plaatsen)": int(shift.max()),
                }
            )
    return pd.DataFrame(rows)


def _listed(codes: tuple[str, ...], names: pd.Series[str]) -> str:
    own = names[names.index.isin(codes)]
    return opsomming(list(own.astype(str))) or NOBODY


def left_out_table(weging: Weighing) -> pd.DataFrame:
    """Return what leaving out each indicator does to the ranking, heaviest first."""
    result = weging.urgentie
    if result is None or len(result.design.hierarchy.indicators) < 2:
        return pd.DataFrame()
    found = leave_one_out(result.values, result.design, URGENTIE)
    found = found.sort_values("mean_shift", ascending=False, kind="stable")
    entries = [weging.catalogue[str(name)] for name in found.index]
    return pd.DataFrame(
        {
            "indicator": [entry.naam for entry in entries],
            "domein": [DOMAIN_NAMES[entry.domein] for entry in entries],
            "gemiddeld verschoven (plaatsen)": found["mean_shift"].to_numpy(),
            "verst verschoven (plaatsen)": found["max_shift"].astype(int).to_numpy(),
            "blijft in het hoogste kwart (%)": 100 * found["quartile_kept"].to_numpy(),
        }
    )


def swap_curve(result: IndexResult) -> pd.DataFrame:
    """Return how the ranking moves from the weights of the method to equal indicators."""
    table = result.design.structure
    parent = table.set_index("id")["parent"].dropna()
    below = dict.fromkeys(table["id"], 0.0)
    for name in result.design.hierarchy.indicators:
        while name in parent:
            below[name] += 1.0
            name = parent[name]
    other = replace(result.design, structure=table.assign(weight=table["id"].map(below)))
    return weight_swap(result.values, result.design, other).curve


def sensitivity_table(
    result: IndexResult, table: IndicatorTable, settings: WeighingSettings, samples: int = SAMPLES
) -> pd.DataFrame:
    """Return the Sobol indices of the rank shift per choice, with their intervals."""
    known, error = known_error(
        result,
        table.catalogue,
        table.denominators,
        margins_of(table),
        settings.model_correlation,
        drift_of(table, settings),
    )
    found = sensitivity(
        result.values,
        result.design,
        samples=samples,
        seed=settings.seed,
        choices=choices_of(result.design, settings),
        denominators=known,
        error=error,
    )
    parts = {"first": "eerste", "total": "totaal", "low": "laag", "high": "hoog"}
    return found.indices.rename(index=FACTOR_NAMES).rename(
        columns=lambda name: "_".join(parts[part] for part in str(name).split("_"))
    )
