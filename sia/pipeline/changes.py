"""What changed since the base year: how much of it is real, and whether it exceeds the noise."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from sia.areas import RENAMED, SAME, compare
from sia.catalogue.model import DOMAINS
from sia.clustering.fdr import q_values
from sia.index import build_index
from sia.pipeline.panel import Array, drawn_scores
from sia.pipeline.robustness import BaseYear, base_year, same_borders, split_change, year_layer
from sia.pipeline.run import Run
from sia.pipeline.scores import reweigh
from sia.viz.dataset import FALLS, FALSE_SHARE, LEFT_OUT, NOISE, RISES, UNKNOWN, Verandering
from sia.viz.theme import opsomming
from sia.weighing import URGENTIE, Margins, Weighing, data_error

DRAWS = 200
LOW, HIGH = 5, 95
"""Percentiles of the draws between which a change lies in 90 % of them."""

TAILS = (1, LOW, HIGH, 99)
"""Percentiles that the size of the noise is read from."""

UNITS = {"stad": "", "stadsdeel": "stadsdeel", "wijk": "wijkcode", "dia": "dia_gebied"}
"""Kind of area -> column that says in which area a buurt lies."""


def change_since_base(
    run: Run, weging: Weighing | None = None, *, draws: int = DRAWS, zaad: int = 2024
) -> Verandering | None:
    """Lay this year beside the base year, per buurt and per area, with the noise of the figures.

    The real change is that of one method and one scale on the borders of this year, with the
    figures of the base year as its sources give them now. Its interval comes from drawing both
    years' figures anew within their known error. Among many buurten some intervals leave out zero
    by chance, so a buurt is only said to rise or fall when its q-value over all buurten of the
    city (Benjamini & Hochberg 1995) is at most `FALSE_SHARE`.

    Parameters
    ----------
    run : Run
    weging : Weighing, optional
        Of this year; made here when not given.
    draws : int
    zaad : int

    Returns
    -------
    Verandering or None
        None in the base year itself, and when one of the years has no index.
    """
    base = base_year(run, weging or reweigh(run))
    if base is None:
        return None
    borders = _borders(run, base)
    nodes = [URGENTIE, *(d for d in DOMAINS if d in base.now.scores and d in _then(base))]
    real = (base.now.scores[nodes] - _then(base)[nodes].reindex(base.now.scores.index)).astype(
        float
    )
    noise = _noise(run, base, nodes, borders, draws, zaad)
    buurten = _judged(run, base, real, noise, borders)
    areas = _area_means(run, real, noise)
    return Verandering(run.basisjaar, buurten, areas, ruis_bekend=bool(noise.any()))


def _then(base: BaseYear) -> pd.DataFrame:
    """Return the scores of the base year under the method of this year."""
    return build_index(base.comparable, base.now.design).scores


def _borders(run: Run, base: BaseYear) -> pd.DataFrame:
    """Return what became of every code since the base year; empty when all borders still hold."""
    now = run.table("gebieden")
    if base.moved is None or same_borders(base.table.areas, now):
        return pd.DataFrame(columns=["soort", "toelichting"], dtype="str")
    return compare(year_layer(base.table.areas, run), year_layer(now, run))


def _noise(
    run: Run, base: BaseYear, nodes: Sequence[str], borders: pd.DataFrame, draws: int, zaad: int
) -> Array:
    """Return draws of the error of the real change, shape (draws, buurten of this year, nodes)."""
    rows = base.now.values.index
    table = base.table
    moved = borders.index[~borders["soort"].isin([SAME, RENAMED])]
    lower, upper = table.lower.drop(index=moved, errors="ignore"), table.upper
    then = _drawn(base, base.comparable, base.denominators, (lower, upper), nodes, draws, zaad)
    own = run.table("noemers"), (run.table("marges_laag"), run.table("marges_hoog"))
    now = _drawn(base, base.now.values, own[0], own[1], nodes, draws, zaad + 1)
    place = base.comparable.index.get_indexer(rows)
    earlier = np.where((place >= 0)[None, :, None], then[:, place, :], 0.0)
    return np.asarray(now - earlier)


def _drawn(
    base: BaseYear,
    values: pd.DataFrame,
    denominators: pd.DataFrame,
    margins: Margins,
    nodes: Sequence[str],
    draws: int,
    zaad: int,
) -> Array:
    names = list(base.now.values.columns)
    own = values.reindex(columns=names)
    below = denominators.reindex(index=own.index, columns=names)
    bounds = tuple(one.reindex(index=own.index, columns=names) for one in margins)
    known = tuple(name for name in names if below[name].notna().any())
    error = data_error(base.table.catalogue, known, (bounds[0], bounds[1]))
    rng = np.random.default_rng(zaad)
    return drawn_scores(own, base.now.design, below, error, nodes, draws, rng)


def _judged(
    run: Run, base: BaseYear, real: pd.DataFrame, noise: Array, borders: pd.DataFrame
) -> pd.DataFrame:
    """Give every buurt of this year its change by cause, its interval and a judgement."""
    every = run.table("gebieden").index
    table = split_change(base).reindex(every)
    drawn = real[URGENTIE].to_numpy()[None, :] + noise[:, :, 0]
    low, high = np.percentile(drawn, [LOW, HIGH], axis=0)
    table["laag"] = pd.Series(low, real.index).reindex(every)
    table["hoog"] = pd.Series(high, real.index).reindex(every)
    chance = p_values(real[URGENTIE].to_numpy(), noise[:, :, 0])
    table["q"] = pd.Series(q_values(chance), real.index).reindex(every)
    change = table["echte verandering"]
    table["oordeel"] = NOISE
    sure = table["q"] <= FALSE_SHARE
    table.loc[sure & (change > 0), "oordeel"] = RISES
    table.loc[sure & (change < 0), "oordeel"] = FALLS
    if not noise.any():
        table["oordeel"] = UNKNOWN
    table.loc[change.isna(), "oordeel"] = LEFT_OUT
    kinds = borders["soort"].reindex(every).fillna(SAME)
    table["grens"] = kinds.astype("str")
    table["toelichting"] = [
        _why(str(code), run, base, borders, missing)
        for code, missing in zip(every, change.isna(), strict=True)
    ]
    for place, name in enumerate(real.columns):
        if place:
            table[name] = real[name].reindex(every)
    return table


def p_values(change: Array, noise: Array) -> Array:
    """Return how likely a change at least this large is when nothing changed, two-sided.

    Two hundred draws cannot show chances as small as many tests at once ask for, so the draws only
    give the size of the noise and its tails are taken as normal. The size is the largest of the
    root mean square (holds bias) and what the tails of 5 and 1 % on either side imply (hold skew
    and long tails), so it errs to the side of naming nobody.

    Parameters
    ----------
    change : ndarray, shape (n,)
        NaN where unknown.
    noise : ndarray, shape (draws, n)
        Draws of the error of the change.

    Returns
    -------
    ndarray, shape (n,)
        1 where no error is known; NaN where the change is unknown.
    """
    spread = np.sqrt((noise**2).mean(axis=0))
    tails = np.array(TAILS)
    ends = np.abs(np.percentile(noise, tails, axis=0)) / np.abs(norm.ppf(tails / 100))[:, None]
    size = np.maximum(spread, ends.max(axis=0))
    known = size > 0
    z = np.abs(np.divide(change, size, out=np.zeros_like(size), where=known))
    return np.where(np.isnan(change), np.nan, 2 * norm.sf(z))


def _why(code: str, run: Run, base: BaseYear, borders: pd.DataFrame, missing: bool) -> str:
    """Say why a buurt cannot be compared, or what happened to its border; empty when nothing."""
    told = str(borders["toelichting"].get(code, ""))
    moved = str(borders["soort"].get(code, SAME)) not in (SAME, RENAMED)
    if not missing:
        return told if moved else ""
    without = [
        str(jaar)
        for jaar, index in (
            (run.basisjaar, base.comparable.index),
            (run.jaar, base.now.scores.index),
        )
        if code not in index
    ]
    if without:
        text = f"Geen score in {opsomming(without)}."
    else:
        text = "De twee jaren hebben te weinig cijfers gemeen."
    return f"{text} {told}".strip() if moved else text


def _area_means(run: Run, real: pd.DataFrame, noise: Array) -> pd.DataFrame:
    """Return the mean real change of the comparable buurten of every area, with its interval."""
    places = run.table("gebieden").reindex(real.index).assign(stad=run.gemeente.code)
    if run.has("gebiedsindeling"):
        places["dia_gebied"] = run.table("gebiedsindeling")["dia_gebied"].reindex(real.index)
    rows = []
    for kind, column in UNITS.items():
        keys = places.get(column or "stad")
        if keys is None:
            continue
        for key, codes in real.groupby(keys.astype("str")).groups.items():
            if str(key).strip() in ("", "nan", "<NA>"):
                continue
            inside = real.index.isin(codes)
            rows.append({"soort": kind, "sleutel": str(key), **_mean(real, noise, inside)})
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


def _mean(real: pd.DataFrame, noise: Array, inside: npt.NDArray[np.bool_]) -> dict[str, float]:
    known = inside & real[URGENTIE].notna().to_numpy()
    found: dict[str, float] = {"buurten": int(known.sum()), "van": int(inside.sum())}
    for place, name in enumerate(real.columns):
        own = known & real[name].notna().to_numpy()
        mean, low, high, chance = (float("nan"),) * 4
        if own.any():
            error = noise[:, own, place].mean(axis=1)
            mean = float(real[name].to_numpy()[own].mean())
            low, high = (float(v) for v in np.percentile(mean + error, [LOW, HIGH]))
            chance = float(p_values(np.array([mean]), error[:, None])[0])
        found |= {str(name): mean, f"{name}_laag": low, f"{name}_hoog": high, f"{name}_q": chance}
    return found
