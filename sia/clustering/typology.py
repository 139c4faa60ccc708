"""Types of buurten, with soft membership and a silhouette so that doubt stays visible."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from sia.clustering.components import Components, fit_components, silhouettes
from sia.clustering.matching import match_centres
from sia.errors import InputError, Problem
from sia.methode import TypologySettings

Array = npt.NDArray[np.float64]


class Typology:
    """Types of buurten with soft membership and a silhouette per buurt.

    Domain scores are standardised (z-scores over all rows of the fit, so over all years when the
    rows are a panel). The types are fitted on rows with every used domain present. A row that
    misses some domains, but not too many, is placed by the domains it has; a row that misses
    more stays in the result without a type and with the reason. Nothing is imputed.

    Type 1 is the type with the most urgent profile (highest mean z), the last type the least.

    Attributes
    ----------
    domains_ : tuple of str
        Domains that were used.
    dropped_ : dict of str to str
        Domains that were left out, with the Dutch reason.
    mean_, scale_ : ndarray, shape (n_domains,)
        Standardisation, in points of the score.
    centres_ : ndarray, shape (n_types, n_domains)
        Mean z-score per type; row ``t - 1`` belongs to type ``t``.
    numbers_ : ndarray of int, shape (n_types,)
        Number of each type; ``1..n_types`` unless `renumbered` took over older numbers.
    table_ : DataFrame
        `table` of the rows of the fit.

    Notes
    -----
    Membership. For the mixture it is the posterior probability. For k-means and Ward it is the
    posterior under the model of which k-means is the limit: equal weights and one spherical
    variance, the pooled within-type variance (Celeux & Govaert 1992, CEM). So the type is always
    the one with the highest membership, for rows of the fit and for new rows alike; Ward gives
    the centres and each unit goes to the nearest of them.
    """

    def __init__(self, settings: TypologySettings | None = None) -> None:
        self.settings = settings or TypologySettings()

    def fit(self, scores: pd.DataFrame) -> Typology:
        """Find the types.

        Parameters
        ----------
        scores : DataFrame, shape (n_units, n_domains)
            Unique index (``buurtcode``, or ``(jaar, buurtcode)`` for a panel); treated domain
            scores, higher is more urgent; NaN where missing. The order of the rows has no
            influence.

        Returns
        -------
        Typology
            Itself.

        Raises
        ------
        InputError
            When rows are double, no domain is usable, or fewer distinct complete rows than types
            remain.
        """
        ordered = scores.sort_index()
        self._choose_domains(ordered)
        values = ordered[list(self.domains_)].to_numpy(dtype=float)
        self.mean_ = np.nanmean(values, axis=0)
        self.scale_ = np.nanstd(values, axis=0)
        z = (values - self.mean_) / self.scale_
        complete = z[~np.isnan(z).any(axis=1)]
        self._refuse_too_few(complete)
        with threadpool_limits(limits=1):
            self._components = fit_components(complete, self.settings)
        self.numbers_ = np.arange(1, self.settings.n_types + 1, dtype=np.int64)
        self.table_ = self.table(scores)
        return self

    @property
    def centres_(self) -> Array:
        """Mean z-score per type, shape (n_types, n_domains), in the order of ``numbers_``."""
        return self._components.centres

    def membership(self, scores: pd.DataFrame) -> pd.DataFrame:
        """Return the probability of every type for every unit.

        Parameters
        ----------
        scores : DataFrame, shape (n_units, >= n_domains)

        Returns
        -------
        DataFrame, shape (n_units, n_types)
            Columns are type numbers; rows sum to 1, or are NaN where a unit gets no type.
        """
        z = self.standardise(scores)
        typed = self.typed(z)
        result = np.full((len(z), len(self.numbers_)), np.nan)
        result[typed] = self._components.posterior(z.to_numpy()[typed])
        table = pd.DataFrame(result, index=scores.index, columns=self.numbers_)
        return table[sorted(table.columns)]

    def predict(self, scores: pd.DataFrame) -> pd.Series[int]:
        """Return the type of every unit (Int64; NA where a unit gets no type)."""
        z = self.standardise(scores)
        typed = self.typed(z)
        numbers = pd.Series(pd.NA, index=scores.index, dtype="Int64", name="type")
        if typed.any():
            best = self._components.posterior(z.to_numpy()[typed]).argmax(axis=1)
            numbers[typed] = self.numbers_[best]
        return numbers

    def table(self, scores: pd.DataFrame) -> pd.DataFrame:
        """Return type, certainty and silhouette per unit, doubtful units visible as such.

        Parameters
        ----------
        scores : DataFrame, shape (n_units, >= n_domains)

        Returns
        -------
        DataFrame
            Index as the input. ``type`` (Int64), ``zekerheid`` (membership of that type, 0-1),
            ``tweede_type`` (Int64), ``silhouet`` (-1 to 1; only of units with every domain, NaN
            otherwise), ``domeinen`` (int, number present), ``reden`` (Dutch; why there is no
            type, or on which part of the domains it rests; empty otherwise).
        """
        ordered = scores.sort_index()
        z = self.standardise(ordered)
        soft = self.membership(ordered)
        typed = soft.notna().all(axis=1)
        order = np.argsort(-soft.to_numpy(), axis=1, kind="stable")
        columns = soft.columns.to_numpy()
        present = z.notna().sum(axis=1)
        table = pd.DataFrame(index=ordered.index)
        table["type"] = self.predict(ordered)
        table["zekerheid"] = soft.max(axis=1)
        second = pd.Series(columns[order[:, 1]], index=ordered.index, dtype="Int64")
        table["tweede_type"] = second.where(typed)
        table["silhouet"] = self._silhouettes(z, table["type"])
        table["domeinen"] = present.astype("int64")
        table["reden"] = [
            _reason(n, len(self.domains_), ok) for n, ok in zip(present, typed, strict=True)
        ]
        return table.reindex(scores.index)

    def standardise(self, scores: pd.DataFrame) -> pd.DataFrame:
        """Return the z-scores (n_units, n_domains) on the scale of the fit; NaN stays NaN."""
        _refuse_doubles(scores)
        missing = [name for name in self.domains_ if name not in scores.columns]
        if missing:
            raise InputError([_absent(name) for name in missing])
        values = scores[list(self.domains_)].to_numpy(dtype=float)
        z = (values - self.mean_) / self.scale_
        return pd.DataFrame(z, index=scores.index, columns=list(self.domains_))

    def typed(self, z: pd.DataFrame) -> npt.NDArray[np.bool_]:
        """Return which units have enough domains for a type."""
        share = z.notna().to_numpy().mean(axis=1)
        return np.asarray(share >= self.settings.min_share - 1e-9)

    def renumbered(self, reference: Typology) -> Typology:
        """Return a copy whose types carry the numbers of the nearest types of `reference`.

        Optimal matching on the distance between profiles, in points of the score scaled by the
        reference (Kuhn 1955, Hungarian method). Types without a counterpart get the next free
        numbers.
        """
        copy = Typology(self.settings)
        copy.__dict__.update(self.__dict__)
        shared = [name for name in reference.domains_ if name in self.domains_]
        if not shared:
            raise InputError([_absent(name) for name in reference.domains_])
        old = reference.profile_points()[shared] / reference.scale_series()[shared]
        new = self.profile_points()[shared] / reference.scale_series()[shared]
        numbers = match_centres(old, new)
        renamed = dict(zip(new.index.tolist(), numbers.tolist(), strict=True))
        copy.numbers_ = np.array([renamed[int(old)] for old in self.numbers_], dtype=np.int64)
        copy.table_ = self.table_.copy()
        for column in ("type", "tweede_type"):
            copy.table_[column] = self.table_[column].map(renamed).astype("Int64")
        return copy

    def profile_points(self) -> pd.DataFrame:
        """Return the mean domain score per type, in points of the score."""
        points = self.centres_ * self.scale_ + self.mean_
        table = pd.DataFrame(points, index=self.numbers_, columns=list(self.domains_))
        return table.rename_axis("type").sort_index()

    def scale_series(self) -> pd.Series[float]:
        """Return the standard deviation per domain, in points of the score."""
        return pd.Series(self.scale_, index=list(self.domains_))

    def to_dict(self) -> dict[str, Any]:
        """Return everything that is needed to type other years, as JSON-serialisable values."""
        return {
            "settings": self.settings.model_dump(),
            "domains": list(self.domains_),
            "dropped": dict(self.dropped_),
            "mean": self.mean_.tolist(),
            "scale": self.scale_.tolist(),
            "centres": self.centres_.tolist(),
            "precision_cholesky": self._components.half.tolist(),
            "weights": self._components.weights.tolist(),
            "numbers": self.numbers_.tolist(),
        }

    @classmethod
    def from_dict(cls, state: Mapping[str, Any]) -> Typology:
        """Return the typology that `to_dict` described (without ``table_``)."""
        model = cls(TypologySettings(**state["settings"]))
        model.domains_ = tuple(state["domains"])
        model.dropped_ = dict(state["dropped"])
        model.mean_ = np.asarray(state["mean"], dtype=float)
        model.scale_ = np.asarray(state["scale"], dtype=float)
        model._components = Components(
            centres=np.asarray(state["centres"], dtype=float),
            weights=np.asarray(state["weights"], dtype=float),
            half=np.asarray(state["precision_cholesky"], dtype=float),
        )
        model.numbers_ = np.asarray(state["numbers"], dtype=np.int64)
        return model

    def _choose_domains(self, scores: pd.DataFrame) -> None:
        _refuse_doubles(scores)
        self.dropped_: dict[str, str] = {}
        for name in scores.columns:
            column = scores[name].astype(float)
            share = float(column.notna().mean())
            if share < self.settings.min_domain:
                self.dropped_[str(name)] = (
                    f"bekend voor {100 * share:.0f} % van de buurten, minder dan "
                    f"{100 * self.settings.min_domain:.0f} %"
                )
            elif column.std(ddof=0) <= 1e-9 * max(1.0, float(column.abs().max())):
                self.dropped_[str(name)] = "alle buurten hebben dezelfde waarde"
        self.domains_: tuple[str, ...] = tuple(
            str(name) for name in scores.columns if str(name) not in self.dropped_
        )
        if not self.domains_:
            raise InputError(
                [
                    Problem(
                        kolom=name,
                        wat=f"Dit domein is niet bruikbaar voor een typologie: {why}.",
                        oplossing="Voeg bronnen toe waarmee het domein gescoord kan worden.",
                    )
                    for name, why in self.dropped_.items()
                ]
                or [
                    Problem(
                        wat="De tabel met domeinscores heeft geen kolommen.",
                        oplossing="Maak eerst scores.parquet (notebook 03).",
                    )
                ]
            )

    def _refuse_too_few(self, complete: Array) -> None:
        if self.settings.n_types < 2:
            wat = "Het aantal typen is nog niet gekozen."
            oplossing = "Geef `n_types`, of kies het aantal met `choose_k`."
            raise InputError.one(wat=wat, oplossing=oplossing)
        distinct = len(np.unique(complete, axis=0)) if len(complete) else 0
        if distinct < self.settings.n_types:
            raise InputError.one(
                wat=f"Er zijn {distinct} verschillende buurten met alle domeinen bekend; "
                f"daar zijn geen {self.settings.n_types} typen uit te maken.",
                oplossing="Vraag minder typen, of laat een domein met veel gaten weg.",
            )

    def _silhouettes(self, z: pd.DataFrame, types: pd.Series[int]) -> pd.Series[float]:
        """Return the silhouette (Rousseeuw 1987) of every unit with all domains."""
        result = pd.Series(np.nan, index=z.index, dtype=float)
        complete = z.notna().all(axis=1).to_numpy() & types.notna().to_numpy()
        labels = np.asarray(types[complete], dtype=np.int64)
        if 1 < len(np.unique(labels)) < len(labels):
            with threadpool_limits(limits=1):
                result[complete] = silhouettes(z.to_numpy()[complete], labels)
        return result


def _reason(present: int, total: int, typed: bool) -> str:
    if not typed:
        return f"te weinig domeinen bekend: {present} van {total}"
    if present < total:
        return f"getypeerd op {present} van de {total} domeinen"
    return ""


def _absent(name: str) -> Problem:
    return Problem(
        kolom=str(name),
        wat=f"Het domein `{name}` ontbreekt in de scores.",
        oplossing="Geef dezelfde domeinen als waarop de typologie gemaakt is.",
    )


def _refuse_doubles(scores: pd.DataFrame) -> None:
    if not scores.index.is_unique:
        twice = sorted({str(code) for code in scores.index[scores.index.duplicated()]})
        raise InputError.one(
            rij=", ".join(twice[:10]),
            wat=f"{len(twice)} buurt(en) staan dubbel in de scores.",
            oplossing="Geef elke buurt (per jaar) één rij.",
        )
