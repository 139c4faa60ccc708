"""How many types: separation and stability together, by one stated rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from sia.clustering.components import (
    Components,
    fit_components,
    silhouettes,
    squared_distances,
)
from sia.errors import InputError
from sia.methode import NumberSettings, TypologySettings

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

QUICK = 8
"""Starts for one bootstrap sample or reference set."""


@dataclass(frozen=True)
class NumberChoice:
    """The chosen number of types with all that it rests on.

    Parameters
    ----------
    reden : str
        Dutch, with the figures.
    table : DataFrame
        Index ``k``: ``silhouet``, ``gap``, ``gap_sd``, ``stabiliteit`` (mean adjusted Rand
        index), ``stabiliteit_p05``, ``kleinste`` (units in the smallest type), ``scheiding``
        (0-1), ``stabiel`` (bool), ``gekozen`` (bool).
    """

    k: int
    reden: str
    table: pd.DataFrame


def choose_k(
    scores: pd.DataFrame,
    settings: TypologySettings | None = None,
    number: NumberSettings | None = None,
) -> NumberChoice:
    """Choose the number of types.

    Rule: of the numbers whose types are stable (mean adjusted Rand index between the types and
    those of bootstrap samples at least ``stability``), take the one with the best separation:
    the mean of silhouette and gap, each scaled to 0-1 over the numbers tried. With equal
    separation the smaller number. When none is stable, the most stable is taken and the reason
    says that the types are an indication only.

    Parameters
    ----------
    scores : DataFrame, shape (n_units, n_domains)
        As for `Typology.fit`. In a panel, buurten (not buurt-years) are resampled.
    settings : TypologySettings, optional
        Its ``n_types`` is ignored.

    Raises
    ------
    InputError
        When there are too few complete rows for the smallest number.

    Notes
    -----
    Silhouette: Rousseeuw 1987. Gap: Tibshirani, Walther & Hastie 2001, with reference sets
    uniform over the box of the principal components (their option b). Stability: bootstrap with
    the adjusted Rand index of Hubert & Arabie 1985, in the manner of Hennig 2007.
    """
    how = settings or TypologySettings()
    many = number or how.number
    z, group = complete_z(scores, how)
    rng = np.random.default_rng(many.seed)
    if len(z) > many.max_rows:
        rows = np.sort(rng.choice(len(z), many.max_rows, replace=False))
        z, group = z[rows], group[rows]
    distinct = _distinct(z)
    ks = [k for k in sorted(set(many.ks)) if k < distinct]
    if not ks:
        raise InputError.one(
            wat=f"Er zijn {distinct} verschillende buurten met alle domeinen bekend; dat "
            "is te weinig om het aantal typen te kiezen.",
            oplossing="Neem meer buurten of jaren, of laat een domein met gaten weg.",
        )
    references = [_reference(z, rng) for _ in range(many.n_reference)]
    samples = [_resample(group, rng) for _ in range(many.n_bootstrap)]
    with threadpool_limits(limits=1):
        rows_ = [_diagnose(z, with_types(how, k), references, samples) for k in ks]
    table = pd.DataFrame(rows_, index=pd.Index(ks, name="k"))
    return _decide(table, many)


def with_types(settings: TypologySettings, k: int) -> TypologySettings:
    """Return the settings with a number of types."""
    return settings.model_copy(update={"n_types": k})


def most_types(scores: pd.DataFrame, settings: TypologySettings | None = None) -> int:
    """Return how many types could be told apart at most: the number of distinct complete rows."""
    return _distinct(complete_z(scores, settings or TypologySettings())[0])


def _distinct(z: Array) -> int:
    return len(np.unique(z, axis=0)) if z.size else 0


def complete_z(scores: pd.DataFrame, settings: TypologySettings) -> tuple[Array, Labels]:
    """Return z-scores of the complete rows in canonical order, and the buurt of each as a number.

    Parameters
    ----------
    scores : DataFrame, shape (n_units, n_domains)
    settings : TypologySettings
        Says which domains have too many gaps to be used.

    Returns
    -------
    z : ndarray, shape (n_complete, n_used_domains)
    group : ndarray of int, shape (n_complete,)
    """
    ordered = scores.sort_index().astype(float)
    spread = ordered.std(ddof=0)
    usable = (ordered.notna().mean() >= settings.min_domain) & (spread > 1e-9)
    used = ordered.loc[:, usable]
    rows = used.dropna()
    z = ((rows - used.mean()) / used.std(ddof=0)).to_numpy(dtype=float)
    _, group = np.unique(rows.index.get_level_values(-1).astype(str), return_inverse=True)
    return z, group.astype(np.int64)


def _reference(z: Array, rng: np.random.Generator) -> Array:
    """Draw as many rows uniformly over the box of the principal components."""
    centred = z - z.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    turned = centred @ axes.T
    low, high = turned.min(axis=0), turned.max(axis=0)
    return np.asarray(rng.uniform(low, high, size=turned.shape) @ axes)


def _resample(group: Labels, rng: np.random.Generator) -> Labels:
    """Draw buurten with replacement; return the rows of all their years."""
    n = int(group.max()) + 1
    order = np.argsort(group, kind="stable")
    start = np.searchsorted(group[order], np.arange(n + 1))
    drawn = rng.integers(0, n, n)
    return np.concatenate([order[start[g] : start[g + 1]] for g in drawn])


def _diagnose(
    z: Array, settings: TypologySettings, references: Sequence[Array], samples: Sequence[Labels]
) -> dict[str, float]:
    """Return all figures of one number of types."""
    full = fit_components(z, settings)
    labels = full.posterior(z).argmax(axis=1)
    quick = settings.model_copy(update={"n_init": min(QUICK, settings.n_init or QUICK)})
    gap, gap_sd = _gap(z, full, references, quick)
    agreement = [
        adjusted_rand_score(labels, fit_components(z[rows], quick).posterior(z).argmax(axis=1))
        for rows in samples
        if len(np.unique(z[rows], axis=0)) >= settings.n_types
    ]
    present = len(np.unique(labels))
    return {
        "silhouet": float(silhouettes(z, labels).mean()) if 1 < present < len(z) else float("nan"),
        "gap": gap,
        "gap_sd": gap_sd,
        "stabiliteit": float(np.mean(agreement)) if agreement else float("nan"),
        "stabiliteit_p05": float(np.quantile(agreement, 0.05)) if agreement else float("nan"),
        "kleinste": int(np.bincount(labels, minlength=settings.n_types).min()),
    }


def _gap(
    z: Array, full: Components, references: Sequence[Array], settings: TypologySettings
) -> tuple[float, float]:
    """Return Gap(k) and s_k (Tibshirani et al. 2001, equations 3 and 6)."""
    logs = [np.log(_within(ref, fit_components(ref, settings))) for ref in references]
    gap = float(np.mean(logs) - np.log(_within(z, full)))
    return gap, float(np.std(logs) * np.sqrt(1 + 1 / len(logs)))


def _within(z: Array, components: Components) -> float:
    squared = squared_distances(z, components.centres).min(axis=1).sum()
    return float(max(squared, 1e-12))


def _decide(table: pd.DataFrame, many: NumberSettings) -> NumberChoice:
    table = table.copy()
    table["scheiding"] = (_scaled(table["silhouet"]) + _scaled(table["gap"])) / 2
    table["stabiel"] = table["stabiliteit"] >= many.stability
    stable = table[table["stabiel"]]
    if len(stable):
        k = int(stable.index.to_numpy()[stable["scheiding"].to_numpy().argmax()])
    else:
        k = int(table.index.to_numpy()[table["stabiliteit"].fillna(-1).to_numpy().argmax()])
    table["gekozen"] = table.index == k
    return NumberChoice(k, _why(table, k, many), table)


def _scaled(column: pd.Series[float]) -> pd.Series[float]:
    low, high = column.min(), column.max()
    if not high > low:
        return pd.Series(0.0, index=column.index)
    return ((column - low) / (high - low)).fillna(0.0)


def _why(table: pd.DataFrame, k: int, many: NumberSettings) -> str:
    row = table.loc[k].astype(float).to_dict()
    tried = f"{table.index.min()} tot en met {table.index.max()}"
    stability = _nl(row["stabiliteit"])
    figures = f"silhouet {_nl(row['silhouet'])}, gap {_nl(row['gap'])}"
    if not table["stabiel"].any():
        return (
            f"Geen enkel aantal typen van {tried} is stabiel (gemiddelde aangepaste Rand-index ten "
            f"minste {_nl(many.stability)}). Gekozen is {k}, het minst instabiele "
            f"({stability}); lees de typen als een aanwijzing, niet als een vaststaande indeling."
        )
    stable = ", ".join(str(number) for number in table.index[table["stabiel"]])
    return (
        f"Van {tried} typen zijn stabiel bij hertrekken: {stable}. Daarvan scheidt {k} typen het "
        f"best ({figures}; gemiddelde aangepaste Rand-index {stability})."
    )


def _nl(value: float) -> str:
    return f"{value:.2f}".replace(".", ",")


def clustergram(
    scores: pd.DataFrame,
    settings: TypologySettings | None = None,
    ks: Sequence[int] = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the points and branches of a clustergram (Schonlau 2002).

    Parameters
    ----------
    scores : DataFrame, shape (n_units, n_domains)
    settings : TypologySettings, optional
        Its ``n_types`` is ignored.

    Returns
    -------
    points : DataFrame
        One row per number and type: ``k``, ``type`` (1 is the most urgent), ``gemiddelde``
        (mean over domains of the mean z-score: the height in the chart), ``aantal``.
    branches : DataFrame
        One row per flow to ``k`` from the number before: ``k``, ``van`` (a type of that number
        before), ``naar``, ``aantal``.
    """
    how = settings or TypologySettings()
    z, _ = complete_z(scores, how)
    distinct = _distinct(z)
    points, branches = [], []
    before: Labels | None = None
    with threadpool_limits(limits=1):
        for k in (number for number in ks if number <= distinct):
            labels = np.zeros(len(z), dtype=np.int64)
            if k > 1:
                labels = fit_components(z, with_types(how, k)).posterior(z).argmax(axis=1)
            for t in np.unique(labels):
                members = z[labels == t]
                points.append((k, int(t) + 1, float(members.mean()), len(members)))
            if before is not None:
                flows, counts = np.unique(
                    np.stack([before, labels], axis=1), axis=0, return_counts=True
                )
                branches += [
                    (k, int(old) + 1, int(new) + 1, int(count))
                    for (old, new), count in zip(flows, counts, strict=True)
                ]
            before = labels
    return (
        pd.DataFrame(points, columns=["k", "type", "gemiddelde", "aantal"]),
        pd.DataFrame(branches, columns=["k", "van", "naar", "aantal"]),
    )
