"""What changed since the base year: how much of it is real, and whether it exceeds the noise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from sia.areas import RENAMED, SAME, compare
from sia.catalogue.model import DOMAINS, Catalogue
from sia.change.base_year import PARTS, BaseYear, split_change
from sia.change.borders import compared, drawn_layer
from sia.change.noise import Array, drawn_scores
from sia.change.words import FALLS, LEFT_OUT, NOISE, RISES, UNKNOWN
from sia.clustering.fdr import q_values
from sia.dutch import opsomming, procent
from sia.index import build_index
from sia.index.choices import Noise, prepare_noise
from sia.methode import ChangeSettings
from sia.weighing import URGENTIE, data_error, margins_of

TAILS = (1, 5, 95, 99)
"""Percentiles that the size of the noise is read from."""

UNITS = {"stad": "gemeentecode", "stadsdeel": "stadsdeel", "wijk": "wijkcode", "dia": "dia_gebied"}
"""Kind of area -> column that says in which area a buurt lies."""


@dataclass(frozen=True, eq=False)
class Verandering:
    """What changed since the base year.

    `buurten` (index ``buurtcode`` of this year): Points of urgentie: ``basisjaar``, ``herziening``,
        ``grenzen``, ``methode``, ``bron``, ``echte verandering``, ``dit jaar``, ``verschil``, and
        ``laag``, ``hoog`` (between which the real change lies in 90 % of the draws); ``q`` (false
        discovery rate at which the buurt would be called changed, over all buurten); ``oordeel``
        (``stijgt``, ``daalt``, ``binnen de ruis``, ``ruis onbekend``, ``niet te vergelijken``);
        ``grens`` (what became of the border); ``toelichting``; and one column per domain with its
        real change.
    `gebieden` (index ``(soort, sleutel)``): ``buurten`` (comparable) and ``van`` (all with a
        score), and per score the mean real change with ``_laag``, ``_hoog`` and ``_q`` (urgentie:
        over the areas of that kind; a domain: over the domains of the area).
    `ruis_bekend`: Whether the error of at least one figure is known.
    `fdr`: Share of the changes named that may be there by chance.
    """

    basisjaar: int
    buurten: pd.DataFrame
    gebieden: pd.DataFrame
    ruis_bekend: bool
    fdr: float = 0.10


def change_since_base(
    base: BaseYear,
    dia_gebied: pd.Series[int] | None = None,
    settings: ChangeSettings | None = None,
    correlation: float = 0.0,
) -> Verandering:
    """Lay this year beside the base year, per buurt and per area, with the noise of the figures.

    The real change is that of one method and one scale on the borders of this year, with the
    figures of the base year as its sources give them now, and of the figures that were measured
    anew in the same way: a figure that was carried forward or came from another source or model
    says nothing of the buurt. Where these carry less than ``settings.min_share`` of the weight
    there is nothing to compare. Its interval comes from drawing both
    years' figures anew within their known error. Among many buurten some intervals leave out zero
    by chance, so a buurt is only said to rise or fall when its q-value over all buurten of the
    city (Benjamini & Hochberg 1995) is at most ``settings.fdr``.

    `dia_gebied` (Int64, index ``buurtcode``): Proposed DIA area of every buurt.
    `correlation`: Between the errors of modelled figures of one buurt.
    """
    s = settings or ChangeSettings()
    now, then = base.now.index.scores, build_index(base.comparable, base.now.index.design).scores
    nodes = [URGENTIE, *(d for d in DOMAINS if d in now and d in then)]
    real = (now[nodes] - then[nodes].reindex(now.index)).astype(float)
    real = real.where(base.measured.reindex(real.index) >= s.min_share)
    borders = _borders(base)
    noise = _noise(base, nodes, borders, s, correlation)
    places = base.now.table.areas.reindex(real.index)
    if dia_gebied is not None:
        places = places.assign(dia_gebied=dia_gebied.reindex(real.index))
    return Verandering(
        base.then.table.jaar,
        _judged(base, real, noise, borders, s),
        _area_means(places, real, noise, s),
        ruis_bekend=bool(noise.any()),
        fdr=s.fdr,
    )


def _borders(base: BaseYear) -> pd.DataFrame:
    """Return what became of every code since the base year; empty when all borders still hold."""
    if base.moved is None:
        return pd.DataFrame(columns=["soort", "toelichting"], dtype="str")
    then, now = base.then.table.areas, base.now.table.areas
    return compared(then, now, compare(drawn_layer(then), drawn_layer(now)))


def _noise(
    base: BaseYear,
    nodes: Sequence[str],
    borders: pd.DataFrame,
    settings: ChangeSettings,
    correlation: float,
) -> Array:
    """Return draws of the error of the real change, shape (draws, buurten of this year, nodes)."""
    old, new, result = base.then.table, base.now.table, base.now.index
    before, after = base.comparable, result.values
    moved = borders.index[~borders["soort"].isin([SAME, RENAMED])]
    low, high = margins_of(old) or (old.lower, old.upper)
    given = (
        (base.denominators, low.drop(index=moved, errors="ignore"), high),
        (new.denominators, *(margins_of(new) or (new.lower, new.upper))),
    )
    sources = (
        (
            values,
            _error(values, [base.of_alike(table) for table in known], old.catalogue, correlation),
        )
        for values, known in zip((before, after), given, strict=True)
    )
    then, now = (
        drawn_scores(
            values,
            result.design,
            source,
            nodes,
            settings.draws,
            np.random.default_rng(settings.seed + later),
        )
        for later, (values, source) in enumerate(sources)
    )
    place = before.index.get_indexer(after.index)
    earlier = np.where((place >= 0)[None, :, None], then[:, place, :], 0.0)
    return np.asarray(now - earlier)


def _error(
    values: pd.DataFrame, given: Sequence[pd.DataFrame], catalogue: Catalogue, correlation: float
) -> Noise | None:
    """Return the known error of figures, given what they are shares of and published margins."""
    rows, names = values.index, values.columns
    own, lower, upper = (table.reindex(index=rows, columns=names) for table in given)
    known = tuple(name for name in names if own[name].notna().any())
    error = data_error(catalogue, known, (lower, upper), correlation=correlation)
    return prepare_noise(error, values, own)


def _judged(
    base: BaseYear,
    real: pd.DataFrame,
    noise: Array,
    borders: pd.DataFrame,
    settings: ChangeSettings,
) -> pd.DataFrame:
    """Give every buurt of this year its change by cause, its interval and a judgement."""
    every = base.now.table.areas.index
    table = split_change(base).reindex(every)
    drawn = real[URGENTIE].to_numpy()[None, :] + noise[:, :, 0]
    low, high = np.percentile(drawn, [settings.low, settings.high], axis=0)
    table["laag"] = pd.Series(low, real.index).reindex(every)
    table["hoog"] = pd.Series(high, real.index).reindex(every)
    chance = p_values(real[URGENTIE].to_numpy(), noise[:, :, 0])
    table["q"] = pd.Series(q_values(chance), real.index).reindex(every)
    change = table["echte verandering"].where(real[URGENTIE].reindex(every).notna())
    table["echte verandering"] = change
    table["oordeel"] = NOISE
    sure = table["q"] <= settings.fdr
    table.loc[sure & (change > 0), "oordeel"] = RISES
    table.loc[sure & (change < 0), "oordeel"] = FALLS
    if not noise.any():
        table["oordeel"] = UNKNOWN
    table.loc[change.isna(), "oordeel"] = LEFT_OUT
    table["grens"] = borders["soort"].reindex(every).fillna(SAME).astype("str")
    table["toelichting"] = [
        _why(str(code), base, borders, missing)
        for code, missing in zip(every, change.isna(), strict=True)
    ]
    domains = real.columns.drop(URGENTIE)
    return table.join(real[domains])


def p_values(change: Array, noise: Array) -> Array:
    """Return how likely a change at least this large is when nothing changed, two-sided.

    Two hundred draws cannot show chances as small as many tests at once ask for, so the draws only
    give the size of the noise and its tails are taken as normal. The size is the largest of the
    root mean square (holds bias) and what the tails of 5 and 1 % on either side imply (hold skew
    and long tails), so it errs to the side of naming nobody.

    `change` (ndarray, shape (n,)): NaN where unknown.
    `noise` (ndarray, shape (draws, n)): Draws of the error of the change.
    Returns (ndarray, shape (n,)): 1 where no error is known; NaN where the change is unknown.
    """
    spread = np.sqrt((noise**2).mean(axis=0))
    tails = np.array(TAILS)
    ends = np.abs(np.percentile(noise, tails, axis=0)) / np.abs(norm.ppf(tails / 100))[:, None]
    size = np.maximum(spread, ends.max(axis=0))
    known = size > 0
    z = np.abs(np.divide(change, size, out=np.zeros_like(size), where=known))
    return np.where(np.isnan(change), np.nan, 2 * norm.sf(z))


def _why(code: str, base: BaseYear, borders: pd.DataFrame, missing: bool) -> str:
    """Say why a buurt cannot be compared, or what happened to its border; empty when nothing."""
    told = str(borders["toelichting"].get(code, ""))
    moved = str(borders["soort"].get(code, SAME)) not in (SAME, RENAMED)
    if not missing:
        return told if moved else ""
    scored = (
        (base.then.table.jaar, base.before.index),
        (base.now.table.jaar, base.now.index.scores.index),
    )
    without = [str(jaar) for jaar, index in scored if code not in index]
    measured = base.measured.get(code, float("nan"))
    if len(borders) and code not in borders.index:
        text = "De grens van een van beide jaren is onbekend."
    elif without:
        text = f"Geen score in {opsomming(without)}."
    elif measured < 1:
        text = (
            f"Maar {procent(100 * measured)} van de cijfers (naar gewicht) is in beide jaren op "
            "dezelfde wijze gemeten; de rest is overgenomen, komt uit een andere bron of ontbreekt "
            "in een van beide."
        )
        if measured < 0.005:
            text = (
                "Geen enkel cijfer is in beide jaren op dezelfde wijze gemeten: het is "
                "overgenomen, komt uit een andere bron of ontbreekt in een van beide."
            )
    else:
        text = "De twee jaren hebben te weinig cijfers gemeen."
    return f"{text} {told}".strip() if moved else text


def _area_means(
    places: pd.DataFrame, real: pd.DataFrame, noise: Array, settings: ChangeSettings
) -> pd.DataFrame:
    """Return the mean real change of the comparable buurten of every area, with its interval."""
    rows = []
    for kind, column in UNITS.items():
        if column not in places:
            continue
        for key, codes in real.groupby(places[column].astype("str")).groups.items():
            if str(key).strip() in ("", "nan", "<NA>"):
                continue
            mean = _mean(real, noise, real.index.isin(codes), settings)
            rows.append({"soort": kind, "sleutel": str(key), **mean})
    return _with_q(pd.DataFrame(rows).set_index(["soort", "sleutel"]), list(real.columns))


def _with_q(areas: pd.DataFrame, nodes: list[str]) -> pd.DataFrame:
    """Turn chances into q-values: of urgentie over the areas of a kind, of domains over an area."""
    first, rest = f"{nodes[0]}_q", [f"{name}_q" for name in nodes[1:]]
    made = areas.copy()
    for kind in dict.fromkeys(areas.index.get_level_values("soort")):
        own = areas.index.get_level_values("soort") == kind
        made.loc[own, first] = q_values(areas.loc[own, first].to_numpy(dtype=float))
    chances = areas[rest].to_numpy(dtype=float)
    found = np.array([q_values(row) for row in chances]).reshape(chances.shape)
    return made.assign(**{name: found[:, place] for place, name in enumerate(rest)})


def _mean(
    real: pd.DataFrame, noise: Array, inside: npt.NDArray[np.bool_], settings: ChangeSettings
) -> dict[str, float]:
    known = inside & real[URGENTIE].notna().to_numpy()
    found: dict[str, float] = {"buurten": int(known.sum()), "van": int(inside.sum())}
    for place, name in enumerate(real.columns):
        own = known & real[name].notna().to_numpy()
        mean, low, high, chance = (float("nan"),) * 4
        if own.any():
            error = noise[:, own, place].mean(axis=1)
            mean = float(real[name].to_numpy()[own].mean())
            ends = np.percentile(mean + error, [settings.low, settings.high])
            low, high = (float(v) for v in ends)
            chance = float(p_values(np.array([mean]), error[:, None])[0])
        found |= {str(name): mean, f"{name}_laag": low, f"{name}_hoog": high, f"{name}_q": chance}
    return found


def judgement_table(found: Verandering, names: pd.Series[str]) -> pd.DataFrame:
    """Return every buurt with its real change, its margin and what is said of it, in words."""
    order = found.buurten["echte verandering"].abs().sort_values(ascending=False, kind="stable")
    shown = found.buurten.loc[order.index, [*_SHOWN]].rename(columns=_SHOWN)
    shown.insert(0, "buurt", names.reindex(shown.index))
    return shown


_SHOWN = {
    "echte verandering": "echte verandering (punten)",
    "laag": "marge van",
    "hoog": "marge tot",
    "q": "q",
    "oordeel": "oordeel",
    "toelichting": "toelichting",
}


BUURTEN, GEBIEDEN, JAREN = "verandering", "verandering_gebieden", "jaarscores"
"""Names of the tables."""

FACTS: Final = ("sinds", "ruis_bekend", "fdr")
"""Columns of `GEBIEDEN` that hold what is true of the whole comparison."""

_FLOATS = (*PARTS.values(), "laag", "hoog", "q")
_TEXTS = ("oordeel", "grens", "toelichting")


def change_tables(found: Verandering | None) -> dict[str, pd.DataFrame]:
    """Return the change as tables by their name; without rows when there is nothing to compare."""
    if found is None:
        return {BUURTEN: _no_buurten(), GEBIEDEN: _no_areas()}
    facts = dict(zip(FACTS, (found.basisjaar, found.ruis_bekend, found.fdr), strict=True))
    return {BUURTEN: found.buurten, GEBIEDEN: found.gebieden.assign(**facts)}


def change_of(buurten: pd.DataFrame, gebieden: pd.DataFrame) -> Verandering | None:
    """Return the change that `change_tables` made these tables of."""
    if gebieden.empty:
        return None
    since, known, fdr = (gebieden[fact].iloc[0] for fact in FACTS)
    areas = gebieden.drop(columns=list(FACTS))
    return Verandering(int(since), buurten, areas, ruis_bekend=bool(known), fdr=float(fdr))


def _no_buurten() -> pd.DataFrame:
    index = pd.Index([], name="buurtcode", dtype="str")
    kinds = dict.fromkeys(_FLOATS, "float64") | dict.fromkeys(_TEXTS, "str")
    return pd.DataFrame(index=index, columns=list(kinds)).astype(kinds)


def _no_areas() -> pd.DataFrame:
    empty = pd.Index([], dtype="str")
    index = pd.MultiIndex.from_arrays([empty, empty], names=["soort", "sleutel"])
    means = [URGENTIE, *(f"{URGENTIE}_{part}" for part in ("laag", "hoog", "q"))]
    kinds = {"buurten": "int64", "van": "int64", **dict.fromkeys(means, "float64")}
    kinds |= {"sinds": "int64", "ruis_bekend": "bool", "fdr": "float64"}
    return pd.DataFrame(index=index, columns=list(kinds)).astype(kinds)


def year_scores(scores: Mapping[int, pd.DataFrame], buurten: pd.Index) -> pd.DataFrame:
    """Return urgentie per buurt of today in every year, on the scale of the base year.

    `scores`: ``scores`` by year.
    """
    columns = {str(jaar): table[URGENTIE] for jaar, table in scores.items()}
    return pd.DataFrame(columns).reindex(buurten)
