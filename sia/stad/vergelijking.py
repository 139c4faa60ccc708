"""Two cities that differ in a choice: what it changed, and for whom."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sia.errors import InputError, Problem

if TYPE_CHECKING:
    from sia.stad import Stad


class Vergelijking:
    """The order of a city beside that of the same city with another choice.

    Parameters
    ----------
    een, ander : Stad
        Of one municipality and year.
    """

    def __init__(self, een: Stad, ander: Stad) -> None:
        if (een.run.gemeente.code, een.jaar) != (ander.run.gemeente.code, ander.jaar):
            wat = f"{een.naam} {een.jaar} en {ander.naam} {ander.jaar} zijn niet te vergelijken."
            oplossing = "Vergelijk dezelfde gemeente in hetzelfde jaar, met een andere keuze."
            raise InputError([Problem(wat, oplossing)])
        self.een, self.ander = een, ander

    @property
    def keuzes(self) -> pd.DataFrame:
        """What was chosen otherwise: ``keuze``, ``eerst``, ``nu``."""
        found = self.ander.methode.afwijkingen(self.een.methode)
        rows = [(place, there, here) for place, (there, here) in found.items()]
        had = {own.entry.naam for own in self.een.run.eigen}
        rows += [
            (f"indicator {own.entry.naam}", "", f"{own.entry.domein}, {own.entry.eenheid}")
            for own in self.ander.run.eigen
            if own.entry.naam not in had
        ]
        return pd.DataFrame(rows, columns=["keuze", "eerst", "nu"])

    @property
    def tabel(self) -> pd.DataFrame:
        """Every buurt with its rank before and after, the largest shift first.

        Returns
        -------
        DataFrame, index ``buurtcode``
            ``buurt``, ``rang_eerst``, ``rang_nu``, ``verschuiving`` (places up is positive),
            ``binnen_marge`` (the new rank lies in the 90 % interval of the old one; NA without
            one), ``urgentie_eerst``, ``urgentie_nu``.
        """
        before, after = self.een.tabel("scores"), self.ander.tabel("scores")
        low, high = before["rang_p05"].round(), before["rang_p95"].round()
        inside = (after["rang"] >= low) & (after["rang"] <= high)
        known = low.notna() & after["rang"].notna()
        table = pd.DataFrame(
            {
                "buurt": self.een.namen,
                "rang_eerst": before["rang"],
                "rang_nu": after["rang"],
                "verschuiving": before["rang"] - after["rang"],
                "binnen_marge": inside.astype("boolean").where(known),
                "urgentie_eerst": before["urgentie"],
                "urgentie_nu": after["urgentie"],
            }
        )
        size = table["verschuiving"].abs().astype(float).fillna(-1.0)
        return table.iloc[np.argsort(-size.to_numpy(), kind="stable")]

    @property
    def erbij(self) -> list[str]:
        """Names of the buurten that enter the highest quarter."""
        return self._names(self._quarter("rang_nu") - self._quarter("rang_eerst"))

    @property
    def eruit(self) -> list[str]:
        """Names of the buurten that leave the highest quarter."""
        return self._names(self._quarter("rang_eerst") - self._quarter("rang_nu"))

    def _quarter(self, column: str) -> set[str]:
        ranks = self.tabel[column].dropna()
        return set(ranks.index[ranks <= int(np.ceil(len(ranks) / 4))])

    def _names(self, codes: set[str]) -> list[str]:
        return [str(name) for name in self.een.namen[self.een.namen.index.isin(codes)]]

    def zin(self) -> str:
        """Say in one or two sentences what the choice changed."""
        table = self.tabel.dropna(subset=["verschuiving"])
        moved = table[table["verschuiving"] != 0]
        if moved.empty:
            return "Geen enkele buurt verschuift."
        first = moved.iloc[0]
        text = (
            f"{len(moved)} van {len(table)} buurten verschuiven; {first['buurt']} het meest, van "
            f"plaats {first['rang_eerst']} naar {first['rang_nu']}."
        )
        if self.erbij:
            text += f" Erbij in het hoogste kwart: {', '.join(self.erbij)}."
        if self.eruit:
            text += f" Eruit: {', '.join(self.eruit)}."
        return text

    def __repr__(self) -> str:
        return f"{self.zin()}\n{self.keuzes.to_string(index=False)}\n{self.tabel.head(10)}"

    def _repr_html_(self) -> str:
        parts = self.keuzes.to_html(index=False), self.tabel.head(20).to_html()
        return f"<p>{escape(self.zin())}</p>{''.join(parts)}"
