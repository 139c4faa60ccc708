"""The country beside a buurt: only where national norms are known."""

from __future__ import annotations

import pytest

from sia.sessie.choices import opened
from sia.sessie.stand import national_scores
from sia.settings import Folders
from sia.stages.run import Run
from sia.viz.theme import DOMAINS
from tests.sessie.klein import CODE, YEAR, rewritten


@pytest.fixture
def run(folders: Folders) -> Run:
    return opened(folders, CODE, YEAR)


def taking_part(run: Run) -> tuple[str, ...]:
    return tuple(run.table("bijdragen").columns)


def national(run: Run, names: list[str]) -> None:
    norms = run.table("normen").copy()
    norms.loc[norms.index.isin(names), "bron"] = "land"
    rewritten(run, "indicatoren", "normen", norms)


def test_without_national_norms_there_is_no_comparison(run: Run) -> None:
    assert national_scores(run, taking_part(run)) == {}


def test_the_median_of_every_indicator_on_the_scale_of_the_buurten(run: Run) -> None:
    norms, catalogue = run.table("normen"), run.gemeente.catalogus()
    national(run, list(norms.index))
    found = national_scores(run, taking_part(run))
    domains = {catalogue[name].domein for name in taking_part(run)} & set(DOMAINS)
    assert set(found) == domains
    # half of the buurten are better off than the middle one; of equal figures fewer
    assert all(40 <= value <= 50.5 for value in found.values())


def test_a_domain_with_too_few_national_figures_is_left_out(run: Run) -> None:
    listed, catalogue = taking_part(run), run.gemeente.catalogus()
    social = [name for name in listed if catalogue[name].domein == "sociaal"]
    national(run, [name for name in listed if name not in social[2:]])
    found = national_scores(run, listed)
    assert "sociaal" not in found
    assert "wonen" in found
