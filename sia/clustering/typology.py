"""Types of buurten on standardised figures, with soft membership so that doubt stays visible."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from sia.errors import InputError, Problem
from sia.methode import TypologySettings

Array = npt.NDArray[np.float64]

STARTS = 100
"""Starts of k-means: a few dozen buurten need many."""
LARGE, WHOLE = 6000, 10
"""Above so many units so many starts do: the deepest minimum is found sooner."""


class Typology:
    """Types of buurten with soft membership and a silhouette per buurt.

    Figures are standardised (z-scores over all rows of the fit, so over all years when the rows
    are a panel). The types are fitted by k-means on rows with every used column present. A row
    that misses some figures, but not too many, is placed by those it has; a row that misses more
    stays in the result without a type and with the reason. Nothing is imputed.

    `domains_` (tuple of str): Columns that were used.
    `mean_`, `scale_` (ndarray, shape (n_domains,)): Standardisation, in the unit of each column.
    `centres_` (ndarray, shape (n_types, n_domains)): Mean z-score per type; row ``t - 1`` belongs
        to type ``t``, the highest mean first.
    `precision_` (float): One over the spread within types, in z.

    Membership is the posterior under the model of which k-means is the limit: equal weights and
    one spherical variance, the pooled within-type variance (Celeux & Govaert 1992, CEM). So the
    type is always the one with the highest membership, for rows of the fit and for new rows alike.
    """

    def __init__(self, settings: TypologySettings | None = None) -> None:
        self.settings = settings or TypologySettings()

    def fit(self, figures: pd.DataFrame) -> Typology:
        """Find the types.

        `figures` (shape (n_units, n_domains)): Unique index (``buurtcode``, or ``(jaar,
            buurtcode)`` for a panel); NaN where missing. The order of the rows has no influence.
        Raises `InputError` when rows are double, no column is usable, or fewer distinct complete
            rows than types remain.
        """
        ordered = figures.sort_index()
        self._choose_domains(ordered)
        values = ordered[list(self.domains_)].to_numpy(dtype=float)
        self.mean_ = np.nanmean(values, axis=0)
        self.scale_ = np.nanstd(values, axis=0)
        z = (values - self.mean_) / self.scale_
        complete = z[~np.isnan(z).any(axis=1)]
        self._refuse_too_few(complete)
        labels = hard_labels(complete, self.settings.n_types, self.settings.seed)
        means = [complete[labels == t].mean(axis=0) for t in range(labels.max() + 1)]
        centres = np.asarray(np.stack(means), dtype=float)
        within = ((complete - centres[labels]) ** 2).mean()
        self.precision_ = float(1 / np.sqrt(max(within, 1e-12)))
        self.centres_ = centres[np.lexsort((*centres.T[::-1], -centres.mean(axis=1).round(9)))]
        return self

    def membership(self, figures: pd.DataFrame) -> pd.DataFrame:
        """Return the probability of every type (n_units, n_types), NaN where there is no type."""
        z = self.standardise(figures)
        squares = (z.to_numpy()[:, None] - self.centres_[None]) ** 2
        log = -0.5 * self.precision_**2 * np.nansum(squares, axis=2)
        chance = np.exp(log - log.max(axis=1, keepdims=True))
        chance /= chance.sum(axis=1, keepdims=True)
        chance[z.notna().to_numpy().mean(axis=1) < self.settings.min_share - 1e-9] = np.nan
        return pd.DataFrame(chance, figures.index, range(1, len(self.centres_) + 1))

    def table(self, figures: pd.DataFrame) -> pd.DataFrame:
        """Return type, certainty and silhouette per unit, doubtful units visible as such.

        Returns: Index as the input. ``type`` (Int64), ``zekerheid`` (membership of that type, 0-1),
            ``tweede_type`` (Int64), ``silhouet`` (0-1: how much nearer the own middle is than the
            next), ``domeinen`` (int, number present), ``reden`` (Dutch; why there is no type, or on
            which part of the figures it rests; empty otherwise).
        """
        soft, z = self.membership(figures), self.standardise(figures)
        typed = soft.notna().all(axis=1)
        order = np.argsort(-soft.to_numpy(), axis=1, kind="stable") + 1
        present = z.notna().sum(axis=1).astype("int64")
        table = pd.DataFrame(index=figures.index)
        table["type"] = pd.Series(order[:, 0], figures.index, dtype="Int64").where(typed)
        # products differ in their last bits with the place of the data in memory
        table["zekerheid"] = soft.max(axis=1).round(9)
        table["tweede_type"] = pd.Series(order[:, 1], figures.index, dtype="Int64").where(typed)
        table["silhouet"] = self._silhouettes(z).round(9).where(typed)
        table["domeinen"] = present
        rows = zip(present, typed, strict=True)
        table["reden"] = [_reason(n, len(self.domains_), ok) for n, ok in rows]
        return table

    def _silhouettes(self, z: pd.DataFrame) -> pd.Series[float]:
        """Return the simplified silhouette (Hruschka et al. 2004).

        Measured from the middles, so that it does not depend on which buurten are beside.
        """
        apart = np.ma.masked_invalid(z.to_numpy()[:, None] - self.centres_[None])
        far = np.sort(np.sqrt((apart**2).mean(axis=2)).filled(np.nan), axis=1)
        return pd.Series(1 - far[:, 0] / far[:, 1], z.index)

    def standardise(self, figures: pd.DataFrame) -> pd.DataFrame:
        """Return the z-scores (n_units, n_domains) on the scale of the fit; NaN stays NaN."""
        _refuse_doubles(figures)
        missing = [name for name in self.domains_ if name not in figures.columns]
        if missing:
            raise InputError([_absent(name) for name in missing])
        values = figures[list(self.domains_)].to_numpy(dtype=float)
        z = (values - self.mean_) / self.scale_
        return pd.DataFrame(z, index=figures.index, columns=list(self.domains_))

    def profiles(self) -> pd.DataFrame:
        """Return the mean z-score per type and column, index ``type``."""
        numbers = pd.RangeIndex(1, len(self.centres_) + 1, name="type")
        return pd.DataFrame(self.centres_, index=numbers, columns=list(self.domains_))

    def to_dict(self) -> dict[str, Any]:
        """Return everything that is needed to type other years, as JSON-serialisable values."""
        return {
            "settings": self.settings.model_dump(),
            "domains": list(self.domains_),
            "mean": self.mean_.tolist(),
            "scale": self.scale_.tolist(),
            "centres": self.centres_.tolist(),
            "precision": self.precision_,
        }

    @classmethod
    def from_dict(cls, state: Mapping[str, Any]) -> Typology:
        """Return the typology that `to_dict` described."""
        model = cls(TypologySettings(**state["settings"]))
        model.domains_ = tuple(state["domains"])
        model.mean_ = np.asarray(state["mean"], dtype=float)
        model.scale_ = np.asarray(state["scale"], dtype=float)
        model.centres_ = np.asarray(state["centres"], dtype=float)
        model.precision_ = float(state["precision"])
        return model

    def _choose_domains(self, figures: pd.DataFrame) -> None:
        _refuse_doubles(figures)
        values = figures.astype(float)
        known = values.notna().mean() >= self.settings.min_domain
        differs = values.std(ddof=0) > 1e-9 * values.abs().max().clip(lower=1.0)
        self.domains_: tuple[str, ...] = tuple(map(str, values.columns[known & differs]))
        if not self.domains_:
            raise InputError.one(
                wat="Geen enkel cijfer is voor genoeg buurten bekend en verschilt tussen buurten.",
                oplossing="Voeg bronnen toe, zoals de Kerncijfers wijken en buurten.",
            )

    def _refuse_too_few(self, complete: Array) -> None:
        if self.settings.n_types < 2:
            wat = "Het aantal typen is nog niet gekozen."
            raise InputError.one(wat=wat, oplossing="Geef `n_types`.")
        distinct = len(np.unique(complete, axis=0)) if len(complete) else 0
        if distinct < self.settings.n_types:
            raise InputError.one(
                wat=f"Er zijn {distinct} verschillende buurten met alle cijfers bekend; "
                f"daar zijn geen {self.settings.n_types} typen uit te maken.",
                oplossing="Vraag minder typen, of laat een cijfer met veel gaten weg.",
            )


def hard_labels(z: Array, count: int, seed: int) -> npt.NDArray[np.int64]:
    """Return the k-means type (0, 1, ...) of complete rows of z-scores."""
    starts = STARTS if len(z) <= LARGE else WHOLE
    with threadpool_limits(limits=1):
        labels = KMeans(count, n_init=starts, random_state=seed).fit_predict(z)
    return np.asarray(labels, dtype=np.int64)


def _reason(present: int, total: int, typed: bool) -> str:
    if not typed:
        return f"te weinig kenmerken bekend: {present} van {total}"
    if present < total:
        return f"getypeerd op {present} van de {total} kenmerken"
    return ""


def _absent(name: str) -> Problem:
    return Problem(
        kolom=str(name),
        wat=f"Het kenmerk `{name}` ontbreekt in de cijfers.",
        oplossing="Geef dezelfde kenmerken als waarop de typologie gemaakt is.",
    )


def _refuse_doubles(figures: pd.DataFrame) -> None:
    if not figures.index.is_unique:
        twice = sorted({str(code) for code in figures.index[figures.index.duplicated()]})
        raise InputError.one(
            rij=", ".join(twice[:10]),
            wat=f"{len(twice)} buurt(en) staan dubbel in de cijfers.",
            oplossing="Geef elke buurt (per jaar) één rij.",
        )
