"""The index with every step between, as a researcher looks at it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from sia.index import Audit, IndexResult
from sia.stages.inputs import indicator_table
from sia.stages.run import Run
from sia.viz.display import audit_page
from sia.weighing import Weighing
from sia.weighing.audit import audit_from, audit_table, audit_tables, named
from sia.weighing.order import order_table, order_text
from sia.weighing.ranking import domain_points, ranking_text
from sia.weighing.what_if import left_out_table, sensitivity_table, swap_curve, what_if_table

if TYPE_CHECKING:
    from IPython.display import HTML


class Weging:
    """Urgentie and potentie of one city, step by step.

    Every table has a row per ranked buurt (index ``buurtcode``) and a column per indicator.
    """

    def __init__(self, run: Run) -> None:
        self._run = run

    @cached_property
    def resultaat(self) -> Weighing:
        """Both axes as the engine gives them."""
        found: Weighing = self._run.made("weging").result
        return found

    @property
    def urgentie(self) -> IndexResult:
        """The index of urgentie: values, design, every stage, contributions."""
        found = self.resultaat.urgentie
        if found is None:
            raise AssertionError("the stage refuses a year without an index")
        return found

    @property
    def scores(self) -> pd.DataFrame:
        """Urgentie, potentie and domains, 0-100, rank and interval; every buurt."""
        return self._run.table("scores").copy()

    @property
    def ruw(self) -> pd.DataFrame:
        """The figures that go into urgentie."""
        return self.urgentie.values.copy()

    @property
    def behandeld(self) -> pd.DataFrame:
        """The same after outliers were treated and gaps were filled."""
        return self.urgentie.treated.copy()

    @property
    def genormaliseerd(self) -> pd.DataFrame:
        """The same on one scale, 0 the least and 100 the most urgent."""
        return self.urgentie.normalised.copy()

    @property
    def bijdragen(self) -> pd.DataFrame:
        """Points that each indicator adds to urgentie, above or below the mean of the city."""
        return self._run.table("bijdragen").copy()

    def per_domein(self, meeste: int = 20) -> pd.DataFrame:
        """Return points of urgentie per domain, for the buurten ranked first."""
        return domain_points(self.resultaat, meeste)

    def opbouw(self) -> pd.DataFrame:
        """Return domain, indicator, direction, nominal and effective weight."""
        return self.resultaat.design_table()

    def uitschieters(self) -> pd.DataFrame:
        """Return the cells that the treatment changed, before and after."""
        return self.resultaat.treatment_table()

    def vervallen(self) -> pd.DataFrame:
        """Return the score indicators that take no part this year, with the reason."""
        return self.resultaat.vervallen.copy()

    def wat_als(self) -> pd.DataFrame:
        """Return who enters and leaves the highest quarter when a domain weighs double, or not."""
        names = self._run.table("gebieden")["naam"]
        return what_if_table(self._run.table("scores"), names, self._run.methode.weging)

    def volgorde(self) -> pd.DataFrame:
        """Return the places that other weights allow, and the smallest that turn the quarter."""
        return order_table(self._run.table("scores"), self._run.table("gebieden")["naam"])

    def weglaten(self) -> pd.DataFrame:
        """Return what leaving out each indicator does to the ranking, heaviest first."""
        return left_out_table(self.resultaat)

    def gewichtsruil(self) -> pd.DataFrame:
        """Return how the ranking moves from equal domains to equal indicators."""
        return swap_curve(self.urgentie)

    def gevoeligheid(self) -> pd.DataFrame:
        """Return the Sobol indices of the shift of ranks per choice, with intervals."""
        table = indicator_table(self._run)
        samples = self._run.methode.gevoeligheid.samples
        return sensitivity_table(self.urgentie, table, self._run.methode.weging, samples)

    @cached_property
    def onderzoek(self) -> Audit:
        """Every check of the OECD/JRC handbook."""
        return audit_from(self._run.table("audit"))

    def audit(self) -> pd.DataFrame:
        """Return how many lights of each colour every check has, with the rule."""
        return audit_table(self.onderzoek)

    def audit_per_controle(self) -> dict[str, pd.DataFrame]:
        """Return every check by its title, with its lights."""
        return audit_tables(self.onderzoek, self._run.catalogue)

    def auditpagina(self) -> HTML:
        """Return every check on one page: its rule, its lights, and what is not green."""
        return audit_page(self.audit_per_controle())

    def herkomsttoets(self) -> pd.DataFrame:
        """Return the rank correlation of every score with origin; for researchers only."""
        return named(self.onderzoek.proxy, self._run.catalogue)

    def externe_toets(self) -> pd.DataFrame:
        """Return the correlation of the scores with indices that stay outside them."""
        return named(self.onderzoek.external, self._run.catalogue)

    def controle(self) -> str:
        """Say how sure the ranking is, and who keeps a place under other weights."""
        scores, names = self._run.table("scores"), self._run.table("gebieden")["naam"]
        proof = order_text(scores, names, self._run.methode.weging.weight_noise)
        return f"{ranking_text(scores)} {proof}".rstrip()

    def __repr__(self) -> str:
        return f"Weging van {self._run}\n{self.controle()}"
