"""The audit: the checks of the OECD/JRC handbook as tables, each with a light and its rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from itertools import combinations
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from sia.index.build import IndexResult
from sia.index.checks import check_fields
from sia.index.normalisation import ZScore
from sia.index.ranking import ascending_rank, spread

Array = npt.NDArray[np.float64]

GREEN, AMBER, RED, GREY = "groen", "oranje", "rood", "grijs"


@dataclass(frozen=True)
class AuditRules:
    """Thresholds of the lights; every one is printed beside the light that it gave.

    Parameters
    ----------
    availability, availability_low : float
        Share of units with a value: green from the first, red below the second (COINr 65 %).
    imputed, imputed_high : float
        Share of a unit's cells that is estimated: green up to the first, red above the second.
    skew, kurt : float
        Treatment rule (both exceeded: red).
    low, high : float
        Correlations within a group: below `low` weak, above `high` double counting.
    alpha, alpha_low : float
        Cronbach's alpha: green from the first, red below the second.
    first_component : float
        Share of variance that the first component should explain.
    influence : float
        Largest allowed ratio between realised importance and nominal weight (and its inverse).
    proxy, proxy_high : float
        Absolute rank correlation with origin: green below the first, red from the second.
    external : float
        Rank correlation that one expects with an external index.
    """

    availability: float = 0.90
    availability_low: float = 0.65
    imputed: float = 0.10
    imputed_high: float = 1 / 3
    skew: float = 2.0
    kurt: float = 3.5
    low: float = 0.30
    high: float = 0.92
    alpha: float = 0.70
    alpha_low: float = 0.50
    first_component: float = 0.50
    influence: float = 2.0
    proxy: float = 0.50
    proxy_high: float = 0.70
    external: float = 0.50

    def __post_init__(self) -> None:
        check_fields(self, *(f.name for f in fields(self)))
        for low, high in (
            ("availability_low", "availability"),
            ("imputed", "imputed_high"),
            ("low", "high"),
            ("alpha_low", "alpha"),
            ("proxy", "proxy_high"),
        ):
            check_fields(self, low, most=getattr(self, high))


@dataclass(frozen=True, eq=False)
class Audit:
    """All tables; each has columns ``licht`` (groen/oranje/rood/grijs) and ``regel`` (Dutch).

    Parameters
    ----------
    availability : DataFrame, by indicator
        ``aanwezig``, ``niet_nul``, ``uniek`` (shares).
    units : DataFrame, by unit
        ``aanwezig``, ``geschat`` (shares), ``gescoord``.
    distribution : DataFrame, by indicator
        Skewness and kurtosis before and after treatment, ``behandeling``.
    correlations : DataFrame, by pair of children of one aggregate
        ``groep``, ``eerste``, ``tweede``, ``r``, ``n``.
    between : DataFrame, by pair of aggregates of one level
        As `correlations`.
    consistency : DataFrame, by aggregate
        ``k``, ``alfa`` (of the children as they go in, as COINr), ``alfa_gestandaardiseerd``.
    components : DataFrame, by aggregate and component
        ``eigenwaarde``, ``verklaard``, ``cumulatief``.
    parents : DataFrame, by indicator
        ``r_domein``, ``r_index`` (correlation with its aggregate and its root).
    influence : DataFrame, by child of an aggregate
        ``gewicht`` (nominal share), ``invloed`` (share of main effects), ``verhouding``.
    external : DataFrame, by external index and node
        ``spearman``, ``pearson``, ``n``; empty without external indices.
    proxy : DataFrame, by indicator or node and origin measure
        ``spearman``, ``n``; empty without origin figures. For researchers, never for publication.
    ranks : DataFrame, by unit
        ``rang``, ``rang_p05``, ``rang_p95``, ``breedte``; empty without a robustness run. A rank
        outside its own interval hangs on the method.
    summary : DataFrame, by table
        Count of each light.
    """

    availability: pd.DataFrame
    units: pd.DataFrame
    distribution: pd.DataFrame
    correlations: pd.DataFrame
    between: pd.DataFrame
    consistency: pd.DataFrame
    components: pd.DataFrame
    parents: pd.DataFrame
    influence: pd.DataFrame
    external: pd.DataFrame
    proxy: pd.DataFrame
    ranks: pd.DataFrame
    summary: pd.DataFrame


def audit(
    result: IndexResult,
    rules: AuditRules | None = None,
    external: pd.DataFrame | None = None,
    origin: pd.DataFrame | None = None,
    ranks: pd.DataFrame | None = None,
) -> Audit:
    """Check an index.

    Parameters
    ----------
    external : DataFrame, units x external indices, optional
        Leefbaarometer, SES-WOA and the like; they are never part of a score. Their sign is taken as
        it is: an index where high is good correlates negatively with an urgency.
    origin : DataFrame, units x measures of origin, optional
    ranks : DataFrame, index unit, optional
        ``rank``, ``rank_p05`` and ``rank_p95`` of `sia.index.UncertaintyResult`.
    """
    rule = rules or AuditRules()
    groups = _children(result)
    tables = {
        "availability": _availability(result, rule),
        "units": _units(result, rule),
        "distribution": _distribution(result, rule),
        "correlations": _pairs(groups.items(), rule),
        "between": _between(result, rule),
        "consistency": _consistency(groups, rule),
        "components": _components(groups, rule),
        "parents": _parents(result, rule),
        "influence": _influence(result, groups, rule),
        "external": _external(result, external, rule),
        "proxy": _proxy(result, origin, rule),
        "ranks": _ranks(ranks),
    }
    told = _told(rule)
    tables = {name: table.assign(regel=told[name]) for name, table in tables.items()}
    lights = pd.DataFrame(
        {
            name: [int((table["licht"] == light).sum()) for light in (GREEN, AMBER, RED, GREY)]
            for name, table in tables.items()
        },
        index=[GREEN, AMBER, RED, GREY],
    ).T.rename_axis("tabel")
    return Audit(**tables, summary=lights)


def cronbach_alpha(x: Array) -> float:
    """Return Cronbach's alpha of the columns, over complete rows.

    alpha = k / (k - 1) (1 - sum of the variances / variance of the sum), sample variances
    (Cronbach 1951, eq. 2; COINr ``get_cronbach``).

    NaN with fewer than two columns or three complete rows, or no variance.

    Parameters
    ----------
    x : array, shape (n, k)
    """
    complete = x[~np.isnan(x).any(axis=1)]
    k = complete.shape[1]
    if k < 2 or complete.shape[0] < 3:
        return float("nan")
    whole = float(complete.sum(axis=1).var(ddof=1))
    if whole <= 0:
        return float("nan")
    return float(k / (k - 1) * (1.0 - complete.var(axis=0, ddof=1).sum() / whole))


def main_effect(x: Array, y: Array) -> float:
    """Return the correlation ratio S = Var(E[y | x]) / Var(y).

    Paruolo, Saisana & Saltelli (2013, J. R. Statist. Soc. A 176, eq. 4). E[y | x] is estimated by
    a local linear smoother with a bandwidth chosen by leave-one-out cross-validation.

    0-1; NaN with fewer than five pairs or no variance.

    Parameters
    ----------
    x, y : array, shape (n,)
        Pairs with NaN are left out.
    """
    both = ~np.isnan(x) & ~np.isnan(y)
    a, b = x[both], y[both]
    if a.size < 5 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    place, level, count = _grouped(a, b)
    expected = _smooth(place, level, count)
    centre = np.average(expected, weights=count)
    spread = np.average((expected - centre) ** 2, weights=count)
    return float(np.clip(spread / b.var(), 0.0, 1.0))


def _grouped(x: Array, y: Array, most: int = 400) -> tuple[Array, Array, Array]:
    """Return mean standardised x, mean y and count of at most `most` groups along x."""
    z = (x - x.mean()) / x.std()
    order = np.argsort(z, kind="stable")
    parts = np.array_split(order, min(most, x.size))
    return (
        np.array([z[part].mean() for part in parts]),
        np.array([y[part].mean() for part in parts]),
        np.array([float(part.size) for part in parts]),
    )


def _smooth(a: Array, b: Array, count: Array) -> Array:
    """Return local linear fits with the bandwidth of least leave-one-out error."""
    best: tuple[float, Array] | None = None
    for width in (0.1, 0.2, 0.35, 0.6, 1.0, 2.0, 5.0):
        w = np.exp(-0.5 * ((a[:, None] - a[None, :]) / width) ** 2) * count
        s0, s1, s2 = w.sum(axis=1), w @ a, w @ a**2
        t0, t1 = w @ b, w @ (a * b)
        determinant = s0 * s2 - s1**2
        ok = determinant > 1e-12 * s0**2
        safe = np.where(ok, determinant, 1.0)
        slope = np.where(ok, (s0 * t1 - s1 * t0) / safe, 0.0)
        fitted = np.where(ok, (s2 * t0 - s1 * t1) / safe, t0 / s0) + slope * a
        # Leverage of the own group in a local linear fit at that place.
        own = np.where(ok, (s2 - 2 * a * s1 + a**2 * s0) / safe, 1.0 / s0) * count
        left_out = (b - fitted) / np.maximum(1.0 - own, 1e-3)
        error = float(np.average(left_out**2, weights=count))
        if best is None or error < best[0]:
            best = (error, fitted)
    assert best is not None  # the loop ran
    return best[1]


def _children(result: IndexResult) -> dict[str, pd.DataFrame]:
    """Return the children of every aggregate as they enter it."""
    raised = result.scores.copy()
    raised[list(result.rescaled.columns)] = result.rescaled
    up = pd.concat([result.normalised, raised], axis=1)
    return {node.id: up[list(node.children)] for node in result.design.hierarchy.nodes}


def pillar_correlations(result: IndexResult) -> pd.DataFrame:
    """Correlate every indicator with every pillar of its level, its own and the others.

    An indicator that goes with another pillar more than with its own may stand in the wrong one
    (OECD/JRC handbook, section 6.1; COINr ``get_corr_flags``).

    Returns
    -------
    DataFrame
        ``indicator``, ``pillar`` (aggregates of the level of the indicator's own), ``own`` (bool),
        ``r`` (Pearson, of the normalised indicator), ``n``.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from sia.index import IndexDesign, build_index, pillar_correlations
    >>> x = pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [4.0, 3, 2, 1]})
    >>> ids, parents = ["a", "b", "A", "B", "T"], ["A", "B", "T", "T", None]
    >>> design = IndexDesign(pd.DataFrame({"id": ids, "parent": parents}))
    >>> pillar_correlations(build_index(x, design))["r"].round(2).tolist()
    [1.0, -1.0, -1.0, 1.0]
    """
    hierarchy = result.design.hierarchy
    rows: list[dict[str, object]] = []
    for name in hierarchy.indicators:
        own = hierarchy.node(hierarchy.parent[name])
        for pillar in (node.id for node in hierarchy.nodes if node.level == own.level):
            r, n = correlation(result.normalised[name], result.scores[pillar], "pearson")
            rows.append(
                {"indicator": name, "pillar": pillar, "own": pillar == own.id, "r": r, "n": n}
            )
    return pd.DataFrame(rows)


def _light(value: float, green: bool, red: bool) -> str:
    if np.isnan(value):
        return GREY
    return GREEN if green else RED if red else AMBER


def _told(rule: AuditRules) -> dict[str, str]:
    """Return per table by which rule it gives its lights, Dutch."""
    low, high, influence = (_number(v) for v in (rule.low, rule.high, rule.influence))
    pairs = (
        f"groen van {low} tot en met {high}; rood onder 0 (ze werken elkaar tegen); oranje zwak "
        f"of, boven {high}, dubbel geteld"
    )
    return {
        "availability": f"groen vanaf {_pct(rule.availability)} aanwezig, rood onder "
        f"{_pct(rule.availability_low)} of zonder verschillen tussen eenheden",
        "units": f"groen tot en met {_pct(rule.imputed)} geschat, rood boven "
        f"{_pct(rule.imputed_high)} of zonder score",
        "distribution": f"rood als na behandeling |scheefheid| >= {_number(rule.skew)} en kurtosis "
        f">= {_number(rule.kurt)}; oranje bij één van beide",
        "correlations": pairs,
        "between": pairs,
        "consistency": "Cronbachs alfa van de genormaliseerde onderdelen: groen vanaf "
        f"{_number(rule.alpha)}, rood onder {_number(rule.alpha_low)}",
        "components": f"eerste component: groen vanaf {_pct(rule.first_component)} verklaarde "
        f"variantie, rood onder {_pct(rule.low)}; verdere componenten alleen ter informatie",
        "parents": f"groen als beide correlaties minstens {low} zijn, rood als er één negatief is",
        "influence": "invloed = aandeel in de hoofdeffecten S = Var(E[score | onderdeel]) / "
        f"Var(score) (Paruolo e.a. 2013); groen als invloed / gewicht tussen 1/{influence} en "
        f"{influence} ligt, rood als het onderdeel geen invloed heeft",
        "external": f"groen als |rangcorrelatie| minstens {_number(rule.external)} is, rood onder "
        f"{low}; een externe index zit nooit in de score",
        "proxy": f"groen als |rangcorrelatie met herkomst| onder {_number(rule.proxy)} ligt, rood "
        f"vanaf {_number(rule.proxy_high)}: de indicator kan herkomst vervangen",
        "ranks": "groen als de rang in het eigen interval van 5 tot 95 % van de doorrekeningen "
        "ligt, oranje daarbuiten: dan hangt de rang op de gekozen methode",
    }


def _availability(result: IndexResult, rule: AuditRules) -> pd.DataFrame:
    found = result.screening.indicators
    names = {"availability": "aanwezig", "nonzero": "niet_nul", "unique": "uniek"}
    lights = [
        RED if c else _light(a, a >= rule.availability, a < rule.availability_low)
        for a, c in zip(found["availability"], found["constant"], strict=True)
    ]
    return found[list(names)].rename(columns=names).assign(licht=lights)


def _units(result: IndexResult, rule: AuditRules) -> pd.DataFrame:
    estimated = (result.flags == "geschat").mean(axis=1)
    scored = result.scores[list(result.design.hierarchy.roots)].notna().all(axis=1)
    lights = [
        RED if not s else _light(e, e <= rule.imputed, e > rule.imputed_high)
        for e, s in zip(estimated, scored, strict=True)
    ]
    present = result.screening.units["availability"]
    return pd.DataFrame(
        {"aanwezig": present, "geschat": estimated, "gescoord": scored, "licht": lights}
    )


def _distribution(result: IndexResult, rule: AuditRules) -> pd.DataFrame:
    names = {
        "skewness_before": "scheefheid_voor",
        "kurtosis_before": "kurtosis_voor",
        "skewness_after": "scheefheid_na",
        "kurtosis_after": "kurtosis_na",
        "action": "behandeling",
    }
    table = result.treatment[list(names)].rename(columns=names)
    skewed = table["scheefheid_na"].abs() >= rule.skew
    peaked = table["kurtosis_na"] >= rule.kurt
    lights = [
        _light(v, not (s or p), s and p)
        for v, s, p in zip(table["scheefheid_na"], skewed, peaked, strict=True)
    ]
    return table.assign(licht=lights)


def _pairs(groups: Iterable[tuple[str, pd.DataFrame]], rule: AuditRules) -> pd.DataFrame:
    """Correlate the columns of every group with each other."""
    rows: list[tuple[object, ...]] = []
    for group, frame in groups:
        for first, second in combinations(frame, 2):
            r, n = correlation(frame[first], frame[second], "pearson")
            light = _light(r, rule.low <= r <= rule.high, r < 0)
            rows.append((group, first, second, r, n, light))
    return pd.DataFrame(rows, columns=["groep", "eerste", "tweede", "r", "n", "licht"])


def _between(result: IndexResult, rule: AuditRules) -> pd.DataFrame:
    levels: dict[int, list[str]] = {}
    for node in result.design.hierarchy.nodes:
        levels.setdefault(node.level, []).append(node.id)
    return _pairs(((f"niveau {k}", result.scores[names]) for k, names in levels.items()), rule)


def _consistency(groups: Mapping[str, pd.DataFrame], rule: AuditRules) -> pd.DataFrame:
    rows = []
    for name, frame in groups.items():
        x = frame.to_numpy(dtype=float)
        alpha, standard = (
            cronbach_alpha(y) for y in (x, ZScore().fit_transform(x, np.ones(x.shape[1])))
        )
        light = _light(alpha, alpha >= rule.alpha, alpha < rule.alpha_low)
        rows.append((name, x.shape[1], alpha, standard, light))
    columns = ["groep", "k", "alfa", "alfa_gestandaardiseerd", "licht"]
    return pd.DataFrame(rows, columns=columns).set_index("groep")


def _components(groups: Mapping[str, pd.DataFrame], rule: AuditRules) -> pd.DataFrame:
    rows: list[tuple[object, ...]] = []
    for name, frame in groups.items():
        for number, value, share, running in _eigen(frame) if frame.shape[1] > 1 else ():
            light = GREY
            if number == 1:
                light = _light(share, share >= rule.first_component, share < rule.low)
            rows.append((name, number, value, share, running, light))
    columns = ["groep", "component", "eigenwaarde", "verklaard", "cumulatief", "licht"]
    return pd.DataFrame(rows, columns=columns)


def _eigen(frame: pd.DataFrame) -> list[tuple[int, float, float, float]]:
    x = frame.to_numpy(dtype=float)
    complete = x[~np.isnan(x).any(axis=1)]
    if complete.shape[0] < 3 or (np.ptp(complete, axis=0) == 0).any():
        return []
    values = np.linalg.eigvalsh(np.corrcoef(complete, rowvar=False))[::-1]
    share = values / values.sum()
    running = np.cumsum(share)
    return [
        (i + 1, float(v), float(s), float(c))
        for i, (v, s, c) in enumerate(zip(values, share, running, strict=True))
    ]


def _parents(result: IndexResult, rule: AuditRules) -> pd.DataFrame:
    hierarchy = result.design.hierarchy
    rows = []
    for name in hierarchy.indicators:
        above = hierarchy.parent[name], hierarchy.root_of(name)
        own, index = (
            correlation(result.normalised[name], result.scores[up], "pearson")[0] for up in above
        )
        least = min(own, index)
        rows.append((name, above[0], own, index, _light(own + index, least >= rule.low, least < 0)))
    columns = ["indicator", "domein", "r_domein", "r_index", "licht"]
    return pd.DataFrame(rows, columns=columns).set_index("indicator")


def _influence(
    result: IndexResult, groups: Mapping[str, pd.DataFrame], rule: AuditRules
) -> pd.DataFrame:
    rows: list[tuple[object, ...]] = []
    for name, frame in groups.items():
        score = result.scores[name].to_numpy(dtype=float)
        effects = np.array([main_effect(x, score) for x in frame.to_numpy(dtype=float).T])
        weight = result.chain.weights[name] / result.chain.weights[name].sum()
        total = np.nansum(effects)
        share = effects / total if total > 0 else np.full(effects.shape, np.nan)
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = share / weight
        rows += [
            (name, c, w, e, s, q, _light(q, 1 / rule.influence <= q <= rule.influence, e < 0.05))
            for c, w, e, s, q in zip(frame, weight, effects, share, ratio, strict=True)
        ]
    columns = ["groep", "onderdeel", "gewicht", "S", "invloed", "verhouding", "licht"]
    return pd.DataFrame(rows, columns=columns)


def _external(result: IndexResult, external: pd.DataFrame | None, rule: AuditRules) -> pd.DataFrame:
    rows: list[tuple[object, ...]] = []
    for measure, column in () if external is None else external.items():
        other = column.reindex(result.scores.index)
        for node, score in result.scores.items():
            rank, n = correlation(score, other, "spearman")
            linear, _ = correlation(score, other, "pearson")
            light = _light(rank, abs(rank) >= rule.external, abs(rank) < rule.low)
            rows.append((measure, node, rank, linear, n, light))
    columns = ["extern", "onderdeel", "spearman", "pearson", "n", "licht"]
    return pd.DataFrame(rows, columns=columns)


def _ranks(ranks: pd.DataFrame | None) -> pd.DataFrame:
    empty = pd.DataFrame(columns=["rank", "rank_p05", "rank_p95"], dtype=float)
    known = empty if ranks is None else ranks[list(empty)].astype("Float64").astype(float).dropna()
    low, high = known["rank_p05"], known["rank_p95"]
    light = pd.Series(AMBER, index=known.index).where(~known["rank"].between(low, high), GREEN)
    return known.rename(columns=lambda name: name.replace("rank", "rang")).assign(
        breedte=high - low, licht=light
    )


def _proxy(result: IndexResult, origin: pd.DataFrame | None, rule: AuditRules) -> pd.DataFrame:
    both = pd.concat([result.normalised, result.scores], axis=1)
    rows: list[tuple[object, ...]] = []
    for measure, column in () if origin is None else origin.items():
        other = column.reindex(both.index)
        for name in both.columns:
            r, n = correlation(both[name], other, "spearman")
            light = _light(r, abs(r) < rule.proxy, abs(r) >= rule.proxy_high)
            rows.append((name, measure, r, n, light))
    return pd.DataFrame(rows, columns=["onderdeel", "herkomst", "spearman", "n", "licht"])


def correlation(
    a: pd.Series[float], b: pd.Series[float], method: Literal["pearson", "spearman"]
) -> tuple[float, int]:
    """Return the correlation of two figures of the same units, and the number of pairs."""
    if not b.index.equals(a.index):
        b = b.reindex(a.index)
    both = (a.notna() & b.notna()).to_numpy()
    pair = np.array([a.to_numpy(dtype=float)[both], b.to_numpy(dtype=float)[both]]).T
    n = pair.shape[0]
    if n < 3 or np.isnan(spread(pair.min(axis=0), pair.max(axis=0))).any():
        return float("nan"), n
    if method == "spearman":
        pair = ascending_rank(pair, "average")
    return float(np.corrcoef(pair, rowvar=False)[0, 1]), n


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".").replace(".", ",")


def _pct(share: float) -> str:
    return f"{_number(100 * share)} %"
