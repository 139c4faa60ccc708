"""Types, deel-buurten, areas and association in space, as a researcher looks at them."""

from __future__ import annotations

from functools import cached_property

import geopandas as gpd
import pandas as pd

from sia.clustering.areas import Areas, area_table, areas_text, compare_table
from sia.clustering.association import Association, moran_table, moran_text
from sia.clustering.types import Types, doubtful_table, type_table
from sia.pockets.find import Pockets as Found
from sia.pockets.find import pocket_figures, pocket_table
from sia.stages.run import Run


class Typen:
    """What kinds of buurten there are."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @cached_property
    def resultaat(self) -> Types:
        """The types with what explains them."""
        found: Types = self._run.made("typen").result
        return found

    @property
    def tabel(self) -> pd.DataFrame:
        """Type of every buurt, with how sure that is; index ``buurtcode``."""
        return self._run.table("typologie").copy()

    @property
    def profielen(self) -> pd.DataFrame:
        """Mean z-score per type and feature; index ``type``."""
        return self._run.table("typeprofielen").copy()

    @property
    def namen(self) -> dict[int, str]:
        """Name of every type by its number."""
        known = self.tabel.dropna(subset=["type"]).drop_duplicates("type")
        return dict(zip(known["type"].astype(int), known["typenaam"].astype(str), strict=True))

    @property
    def reden(self) -> str:
        """What the types rest on, and what they cannot tell apart."""
        return str(self._run.parameters("typen")["reden"])

    def buurten(self) -> pd.DataFrame:
        """Return every buurt with its type, doubtful ones last in a type."""
        return type_table(self._run.table("typologie"), self._run.table("gebieden")["naam"])

    def twijfel(self) -> pd.DataFrame:
        """Return the buurten that lie between two types, the most doubtful first."""
        return doubtful_table(self._run.table("typologie"), self._run.table("gebieden")["naam"])

    def __repr__(self) -> str:
        counts = self.tabel["typenaam"].value_counts(dropna=False)
        return f"{self.reden}\n{counts.to_string()}"


class Pockets:
    """Deel-buurten that the average of their buurt hides."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @property
    def tabel(self) -> gpd.GeoDataFrame:
        """One row per deel-buurt, with its shape; index ``deelbuurt``."""
        return gpd.GeoDataFrame(self._run.table("deelbuurten").copy())

    @property
    def toelichting(self) -> str:
        """On which figures this rests, or why there was no search."""
        return str(self._run.parameters("deelbuurten")["deelbuurten"])

    @cached_property
    def resultaat(self) -> Found:
        """The search with the figures inside and outside every deel-buurt."""
        found: Found = self._run.made("deelbuurten").result
        return found

    def lijst(self) -> pd.DataFrame:
        """Return the deel-buurten with the buurten that hide them."""
        return pocket_table(self.tabel, self._run.table("gebieden")["naam"])

    def cijfers(self) -> pd.DataFrame:
        """Return what each deel-buurt rests on: the figures inside it and in the rest."""
        return pocket_figures(self.resultaat.indicatoren, self.resultaat.tabel["naam"])

    def __repr__(self) -> str:
        return f"{len(self.tabel)} deel-buurten. {self.toelichting}"


class Gebieden:
    """Proposed DIA areas."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @cached_property
    def resultaat(self) -> Areas:
        """The areas with their inhabitants and candidates."""
        found: Areas = self._run.made("gebieden").result
        return found

    @property
    def tabel(self) -> pd.DataFrame:
        """Proposed area of every buurt; index ``buurtcode``."""
        return self._run.table("gebiedsindeling").copy()

    def lijst(self) -> pd.DataFrame:
        """Return one row per proposed area."""
        return area_table(self.resultaat.gebieden)

    def wijken(self) -> pd.DataFrame:
        """Return per proposed area over which wijken it lies, in buurten."""
        return compare_table(self.tabel["dia_gebied"], self._run.table("gebieden")["wijknaam"])

    def __repr__(self) -> str:
        return areas_text(self.resultaat.gebieden)


class Samenhang:
    """Where urgentie and its change lie together."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @cached_property
    def resultaat(self) -> Association:
        """Global and local Moran."""
        found: Association = self._run.made("samenhang").result
        return found

    @property
    def tabel(self) -> pd.DataFrame:
        """Local Moran of every buurt; index ``buurtcode``."""
        return self._run.table("ruimte").copy()

    def lijst(self) -> pd.DataFrame:
        """Return the global Moran of each variable, and the local classes as counts."""
        return moran_table(self.resultaat.globaal, self.resultaat.buurten)

    def __repr__(self) -> str:
        return moran_text(self.resultaat.globaal, self.resultaat.van_tot)
