"""The country beside a buurt: only where national norms are known."""

from __future__ import annotations

import numpy as np
import pytest

from sia.indicators import design
from sia.pipeline import Run, load_indicators
from sia.sessie.choices import opened
from sia.sessie.reference import national_scores
from sia.settings import Folders
from sia.store import write_table
from sia.viz.theme import DOMAINS
from sia.weighing import WeighingSettings, goalposts
from tests.sessie.klein import CODE, YEAR


@pytest.fixture
def run(folders: Folders) -> Run:
    return opened(folders, CODE, YEAR)


def national(run: Run, names: list[str]) -> None:
    norms = run.table("normen")
    norms.loc[norms.index.isin(names), "bron"] = "land"
    write_table(run.folder / "normen.parquet", norms)


def test_without_national_norms_there_is_no_comparison(run: Run) -> None:
    assert national_scores(run) == {}


def test_the_median_of_every_indicator_on_the_scale_of_the_buurten(run: Run) -> None:
    table = load_indicators(run)
    taking_part = design(table, run.gemeente).indicatoren
    national(run, list(table.norms.index))
    found = national_scores(run)
    expected: dict[str, list[float]] = {}
    for name in taking_part:
        entry, posts = table.catalogue[name], goalposts(table.norms, name, WeighingSettings())
        if entry.rol != "opgave" or posts is None:
            continue
        value = (float(table.norms["p50"][name]) - posts.lower) / (posts.upper - posts.lower)
        value = float(np.clip(value, 0, 1))
        expected.setdefault(entry.domein, []).append(value if entry.richting > 0 else 1 - value)
    assert set(found) == set(expected) & set(DOMAINS)
    for domain, value in found.items():
        assert value == pytest.approx(100 * np.mean(expected[domain]))


def test_a_domain_with_too_few_national_figures_is_left_out(run: Run) -> None:
    table = load_indicators(run)
    listed = list(design(table, run.gemeente).indicatoren)
    social = [n for n in listed if table.catalogue[n].domein == "sociaal"]
    national(run, [n for n in listed if n not in social[2:]])
    assert "sociaal" not in national_scores(run)
    assert "wonen" in national_scores(run)
