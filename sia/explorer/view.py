"""What the explorer shows, as tables: two figures of every buurt, where each comes from, and r."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy import stats

from sia.catalogue.model import DOMAIN_NAMES, DOMAINS, SCORE_NAMES
from sia.catalogue.refused import is_origin
from sia.dutch import getal, meervoud
from sia.errors import InputError, Problem, suggestion
from sia.indicators.cells import MODELLED
from sia.indicators.eligibility import WOONBUURT, kinds
from sia.stages.inputs import indicator_table
from sia.stages.own import own_indicator
from sia.stages.run import Run
from sia.viz.dataset import MISSING_PREFIX, WITHHELD, above_threshold
from sia.viz.outline import Drawn, in_units

LEAST = 10
"""Buurten with both figures, below which no r is given: its interval would say nothing."""


@dataclass(frozen=True)
class Figure:
    """One thing that can be put on an axis."""

    naam: str
    groep: str
    eenheid: str
    decimalen: int

    @property
    def keuze(self) -> str:
        """How it stands in the list of choices."""
        return f"{self.groep} · {self.naam}"


@dataclass(frozen=True)
class Samenhang:
    """Spearman's rank correlation of `n` buurten; ``r`` is None where it cannot be given."""

    n: int
    r: float | None = None
    laag: float = float("nan")
    hoog: float = float("nan")


def spearman(pairs: pd.DataFrame) -> Samenhang:
    """Return the rank correlation of two columns with its 95 % interval.

    References
    ----------
    Bonett, D.G. and Wright, T.A., *Sample size requirements for estimating Pearson, Kendall and
    Spearman correlations*, Psychometrika 65 (2000): variance (1 + r²/2) / (n - 3) of atanh(r).
    """
    known = pairs.dropna().to_numpy(dtype=float)
    if len(known) < LEAST or (known == known[0]).all(axis=0).any():
        return Samenhang(len(known))
    r = float(stats.spearmanr(known).statistic)
    middle = np.arctanh(np.clip(r, -0.9999, 0.9999))
    reach = 1.96 * np.sqrt((1 + r * r / 2) / (len(known) - 3))
    low, high = np.tanh([middle - reach, middle + reach])
    return Samenhang(len(known), r, min(float(low), r), max(float(high), r))


class Year:
    """Everything that can be chosen in one year of a city.

    `eigen` (index ``buurtcode``): Columns of the researcher; empty without.
    `openbaar`: Leave out figures of so few people that they are not published.
    """

    def __init__(self, run: Run, eigen: pd.DataFrame, openbaar: bool = False) -> None:
        table = indicator_table(run)
        values, flags = table.values, table.flags
        if openbaar:
            values = above_threshold(values, table.denominators, run.catalogue.frame())
            hidden = values.isna() & table.values.notna()
            flags = flags.mask(hidden, f"{MISSING_PREFIX}: {WITHHELD}")
        own = [
            own_indicator(
                # checked as an indicator is, but laid beside the scores: domain has no meaning here
                eigen[name],
                run,
                naam=str(name),
                domein="potentie",
                richting=1,
                eenheid="eigen cijfer",
            )
            for name in eigen
        ]
        land = table.areas[~table.areas["water"].astype(bool)]
        scores = run.table("scores").reindex(land.index)
        given = [name for name in ("urgentie", "potentie", *DOMAINS) if name in scores]
        # origin is never laid beside another figure, nor put on a map
        listed = [
            one
            for one in run.catalogue
            if one.id in values and not is_origin(one.id) and not is_origin(one.naam)
        ]
        added = {f"eigen {one.entry.naam}": one.waarden for one in own}
        self.jaar, self.gemeente, self.fictief = run.jaar, run.gemeente.naam, run.gemeente.fictief
        self.gebieden: gpd.GeoDataFrame = land
        self.woonbuurt = (kinds(table, run.gemeente) == WOONBUURT).reindex(land.index)
        self.waarden = pd.concat(
            [
                values.reindex(land.index)[[one.id for one in listed]],
                scores[given].astype(float).add_prefix("score "),
                pd.DataFrame(added, index=land.index, dtype=float),
            ],
            axis=1,
        )
        self.normen = table.norms
        self._vlaggen, self._peiljaren = flags, table.years
        self._reden = scores["reden"].fillna("").astype(str)
        self._telt = {one.id: one.domein for one in run.catalogue if one.telt_mee}
        self.cijfers: Mapping[str, Figure] = {
            **{
                f"score {name}": Figure(
                    SCORE_NAMES.get(name, name.capitalize()), "Score", "punten van 0 tot 100", 1
                )
                for name in given
            },
            **{
                one.id: Figure(one.naam, DOMAIN_NAMES[one.domein], one.eenheid, one.decimalen)
                for one in listed
            },
            **{name: Figure(name[6:], "Eigen", "eigen cijfer", 2) for name in added},
        }

    @cached_property
    def grenzen(self) -> Drawn:
        """The borders, ready to be drawn."""
        return in_units(self.gebieden)

    def kies(self, wanted: str, axis: str) -> str:
        """Return the key of what is called so: an id, a Dutch name or a domain."""
        names = {one.naam.casefold(): key for key, one in self.cijfers.items()}
        keys = (wanted, f"score {wanted}", f"eigen {wanted}", names.get(wanted.casefold(), ""))
        found = next((key for key in keys if key in self.cijfers), "")
        if not found:
            known = [*self.cijfers, *(one.naam for one in self.cijfers.values())]
            wat = f"Er is in {self.jaar} geen cijfer `{wanted}`."
            raise InputError([Problem(wat, suggestion(wanted, known), kolom=axis)])
        return found

    def herkomst(self, key: str) -> pd.DataFrame:
        """Return of every buurt what kind of figure it is, and in words where it comes from.

        Returns (index ``buurtcode``): ``soort`` (``gemeten``, ``overgenomen``, ``model``,
            ``ontbreekt``) and ``tekst``.
        """
        absent = self.waarden[key].isna()
        if key in self._vlaggen:
            flags = self._vlaggen[key].reindex(absent.index).astype(str)
            soort, _, reden = (flags.str.partition(":")[part].str.strip() for part in range(3))
            soort = soort.replace({"waargenomen": "gemeten", "geschat": MODELLED})
            year = self._peiljaren[key].reindex(absent.index).astype("string").fillna("")
            tekst = (soort.replace({MODELLED: "uit een model"}) + " " + year).str.strip()
            tekst = tekst.where(~absent, "ontbreekt: " + reden)
        else:
            score = key.startswith("score ")
            soort = pd.Series("gemeten", absent.index)
            tekst = pd.Series("berekend" if score else "eigen cijfer", absent.index)
            why = self._reden.replace("", "te weinig cijfers")
            tekst = tekst.where(~absent, "ontbreekt: " + (why if score else "niet gegeven"))
        return pd.DataFrame({"soort": soort.where(~absent, "ontbreekt"), "tekst": tekst})

    def mediaan(self, key: str) -> float:
        """Return the median of the woonbuurten of this city, the group that the country's has."""
        return float(self.waarden.loc[self.woonbuurt, key].median())

    def land(self, key: str) -> float:
        """Return the median of the woonbuurten of the country; NaN where it is not known."""
        known: pd.Series[float] = self.normen.loc[self.normen["bron"] == "land", "p50"]
        return float(known.get(key, float("nan")))

    def ingebouwd(self, x: str, y: str) -> bool:
        """Tell whether one of two figures is computed from the other."""

        def within(part: str, whole: str) -> bool:
            name = whole.removeprefix("score ")
            home = self._telt.get(part, part.removeprefix("score "))
            return whole != name and home in (DOMAINS if name == "urgentie" else (name,))

        return x == y or within(x, y) or within(y, x)


@dataclass(frozen=True, eq=False)
class View:
    """Two figures of one year, with the buurten that were chosen.

    `x`, `y`: Keys of ``jaar.cijfers``.
    `buurten`: Codes; empty is all.
    `toen`: Another year to lay beside it, on the same axes.
    """

    jaar: Year
    x: str
    y: str
    buurten: tuple[str, ...] = ()
    toen: Year | None = None

    @cached_property
    def eerder(self) -> View | None:
        """The same two figures of the other year; None without, or where it has not got both."""
        if self.toen is None or not {self.x, self.y} <= set(self.toen.cijfers):
            return None
        return View(self.toen, self.x, self.y, self.buurten)

    def figuur(self, axis: str) -> Figure:
        """Return what stands on an axis, ``x`` or ``y``."""
        return self.jaar.cijfers[self._key(axis)]

    def _key(self, axis: str) -> str:
        return self.x if axis == "x" else self.y

    @cached_property
    def alles(self) -> pd.DataFrame:
        """Every buurt: name, wijk, both figures, what kind each is, and whether it is chosen."""
        areas = self.jaar.gebieden
        found = pd.DataFrame(
            {"buurt": areas["naam"].astype(str), "wijk": areas["wijknaam"].astype(str)}
        )
        for axis in "xy":
            found[axis] = self.jaar.waarden[self._key(axis)]
            found[[f"soort_{axis}", f"herkomst_{axis}"]] = self.jaar.herkomst(self._key(axis))
            if self.eerder is not None:
                found[f"{axis}_toen"] = self.eerder.alles[axis].reindex(found.index)
                found[f"{axis}_verschil"] = found[axis] - found[f"{axis}_toen"]
        found["gekozen"] = found.index.isin(self.buurten) if self.buurten else True
        return found

    @property
    def tabel(self) -> pd.DataFrame:
        """The chosen buurten as a reader exports them; index ``buurtcode``."""
        kept = self.alles[self.alles["gekozen"]]
        names: dict[str, str] = {}
        for axis in "xy":
            tail = " (y)" if self.x == self.y and axis == "y" else ""
            column = self._column(axis) + tail
            names |= {axis: column, f"herkomst_{axis}": f"herkomst {column}"}
            if self.eerder is not None:
                names[f"{axis}_toen"] = self.eerder._column(axis) + tail
        return kept[["buurt", "wijk", *names]].rename(columns=names)

    def _column(self, axis: str) -> str:
        return f"{self.figuur(axis).naam} ({self.figuur(axis).eenheid}, {self.jaar.jaar})"

    @cached_property
    def samenhang(self) -> Samenhang:
        """How the two figures of the chosen buurten go together."""
        return spearman(self.alles.loc[self.alles["gekozen"], ["x", "y"]])

    def uitschieters(self, most: int = 8) -> Sequence[str]:
        """Return the chosen buurten that lie furthest from the others, at most `most`.

        Squared Mahalanobis distance above the 90th percentile of chi-squared with two degrees.
        """
        known = self.alles.loc[self.alles["gekozen"], ["x", "y"]].dropna().astype(float)
        if len(known) < LEAST:
            return list(known.index[:most])
        away = known - known.mean()
        inverse = np.linalg.pinv(np.cov(known.to_numpy().T))
        square = pd.Series(np.einsum("ij,jk,ik->i", away, inverse, away), known.index)
        far = square[square > stats.chi2.ppf(0.9, 2)].sort_values(ascending=False, kind="stable")
        return list(far.index[:most])

    def zin(self) -> str:
        """Say in Dutch how the two go together, now and in the other year."""
        if self.toen is None:
            return self._zin()
        if self.eerder is None:
            return f"{self._zin()} In {self.toen.jaar} is een van beide cijfers er niet."
        then = self.eerder.samenhang
        if then.r is None:
            told = f"te weinig buurten ({then.n}) voor een samenhang"
        else:
            told = f"{getal(then.r, 2)}, van {getal(then.laag, 2)} tot {getal(then.hoog, 2)}"
        return f"{self._zin()} In {self.toen.jaar}: {told}."

    def _zin(self) -> str:
        x, y, found = self.figuur("x").naam, self.figuur("y").naam, self.samenhang
        of = meervoud(found.n, "buurt", "buurten") + " met beide cijfers"
        who = (
            f"Keuze van {meervoud(len(self.buurten), 'buurt', 'buurten')}. " if self.buurten else ""
        )
        if found.r is None:
            why = "te weinig" if found.n < LEAST else "zonder verschillen"
            return f"{who}Geen samenhang te berekenen: {of}, {why}."
        numbers = (
            f"rangcorrelatie (Spearman) {getal(found.r, 2)}, marge van 95 % van "
            f"{getal(found.laag, 2)} tot {getal(found.hoog, 2)}, {of}"
        )
        if self.jaar.ingebouwd(self.x, self.y):
            return f"{who}‘{x}’ en ‘{y}’ delen cijfers, dus zij hangen vanzelf samen: {numbers}."
        if found.laag <= 0 <= found.hoog:
            said = f"Geen duidelijke samenhang tussen ‘{x}’ en ‘{y}’"
        else:
            said = f"Hoe hoger ‘{x}’, hoe {'hoger' if found.r > 0 else 'lager'} ‘{y}’"
        return (
            f"{who}{said}: {numbers}. Buurten naast elkaar lijken op elkaar, dus de echte marge is "
            "ruimer. Samenhang is nog geen oorzaak."
        )
