"""What a researcher asks of the index beside its ranks: weights, indicators, and the years."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sia.catalogue.load import load_catalogue
from sia.catalogue.model import DOMAIN_NAMES
from sia.change.base_year import split_change, split_table
from sia.index import Audit
from sia.pipeline.changes import base_year
from sia.pipeline.run import Run
from sia.pipeline.scores import audit_tables
from sia.viz import display
from sia.weighing import Weighing, what_if
from sia.weighing.ranking import domain_points
from sia.weighing.what_if import left_out_table as left_out_table

if TYPE_CHECKING:
    from IPython.display import HTML


def what_if_table(run: Run, weging: Weighing) -> pd.DataFrame:
    """Return who enters and leaves the best quarter when a domain weighs double or nothing."""
    return what_if.what_if_table(weging.scores, run.table("gebieden")["naam"])


def swap_curve(weging: Weighing) -> pd.DataFrame:
    """Return how the ranking moves from equal domains to equal indicators."""
    return pd.DataFrame() if weging.urgentie is None else what_if.swap_curve(weging.urgentie)


def domain_contributions(run: Run, weging: Weighing, meeste: int = 20) -> pd.DataFrame:
    """Return points of urgentie per domain, for the buurten ranked first."""
    return domain_points(weging, meeste)


def urgency_domains(weging: Weighing) -> dict[str, str]:
    """Return the Dutch name of each domain that takes part in urgentie this year."""
    return {key: DOMAIN_NAMES[key] for key in what_if.scored_domains(weging.scores)}


def change_step(run: Run, weging: Weighing) -> pd.DataFrame:
    """Split the change of urgentie since the base year into its causes (`split_change`).

    Parameters
    ----------
    weging : Weighing
        Of this year.
    """
    return split_change(base_year(run, weging))


def change_table(run: Run, verandering: pd.DataFrame) -> pd.DataFrame:
    """Return the split change with names, the largest rise first."""
    return split_table(verandering, run.table("gebieden")["naam"])


def indicator_domains() -> dict[str, dict[str, str]]:
    """Return the Dutch names of the indicators of urgentie by id, per Dutch name of a domain."""
    return load_catalogue().by_domain()


def audit_page(run: Run, gevonden: Audit | None = None) -> HTML:
    """Return every check of the index on one page: its rule, its lights, and what is not green."""
    return display.audit_page(audit_tables(run, gevonden))
