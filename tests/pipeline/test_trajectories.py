"""Years side by side: like with like, every buurt with a judgement or a reason."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import voorbeeldstad
from sia import pipeline
from sia.areas import RECODED, REUSED
from sia.change.border_history import MEASURES
from sia.change.noise import score_noise
from sia.methode import ChangeSettings
from sia.settings import Folders
from sia.store import read_manifest
from sia.viz import charts, cluster_charts
from tests.pipeline.conftest import Line


@pytest.fixture(scope="module")
def found(line: Line) -> pipeline.Trajectories:
    return pipeline.trajectories_step(line.last)


def test_every_buurt_has_a_judgement_or_a_reason(line: Line, found: pipeline.Trajectories) -> None:
    table = line.last.table("trajecten")
    assert list(table.index) == list(line.last.table("gebieden").index)
    told = table["oordeel"] == "niet te vergelijken"
    assert ((table["toelichting"] != "") == told).all()
    assert (table.loc[~told, ["van", "naar"]].notna()).all(axis=None)
    same = table["van"] == table["naar"]
    assert (table.loc[~told & same.fillna(False), "oordeel"] == "zelfde type").all()
    assert f"alle {len(table)} buurten" in pipeline.check_trajectories(found)


def test_the_matrix_counts_the_comparable_buurten(found: pipeline.Trajectories) -> None:
    first, last = found.panel.jaren[0], found.panel.jaren[-1]
    both = found.typen[[first, last]].dropna()
    inner = found.overgang.drop(index="geen type", columns="geen type")
    assert inner.to_numpy().sum() == len(both)
    assert pipeline.transition_table(found).shape[0] == len(found.overgang)


def test_names_and_numbers_are_those_of_the_typology(
    line: Line, found: pipeline.Trajectories
) -> None:
    published = line.last.table("typologie")
    own = found.typen[line.last.jaar]
    both = published["type"].notna() & own.notna()
    assert (published["type"][both] == own[both]).mean() > 0.9
    titles = published.dropna(subset=["type"]).drop_duplicates("type").set_index("type")["typenaam"]
    assert {n: found.namen[n] for n in titles.index} == titles.to_dict()


def test_noise_has_the_shape_of_the_scores_and_no_bias(found: pipeline.Trajectories) -> None:
    scores = found.panel.scores
    noise = score_noise(found.panel, ChangeSettings(draws=30))
    assert noise.shape == (30, len(scores), scores.shape[1] - 1)
    spread = noise.std(axis=0)
    assert 0.1 < spread.max() < 20
    assert np.abs(noise.mean(axis=(0, 1))).max() < 1
    again = score_noise(found.panel, ChangeSettings(draws=30))
    assert np.array_equal(noise, again)


def test_one_year_gives_reasons_instead_of_changes(line: Line) -> None:
    first = line.runs[min(line.runs)]
    alone = pipeline.trajectories_step(first)
    assert alone.verandering is None
    assert set(alone.buurten["oordeel"]) == {"niet te vergelijken"}
    assert "één vergelijkbaar jaar" in pipeline.change_text(alone)
    assert pipeline.changed_table(alone).empty


def test_borders_tell_recoded_from_reused_and_account_for_every_person(
    tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIA_HOME", str(repository))
    voorbeeldstad.generate(tmp_path / "ruw", jaren=(2020, 2021))
    run = pipeline.open_run(
        "GM9999", 2021, [str(tmp_path / "ruw")], [2020, 2021], 2020, str(tmp_path / "v")
    )
    for jaar in run.jaren:
        pipeline.indicators_step(run.of_year(jaar))
    history = pipeline.border_history(run)
    kinds = history.vergeleken[2020]["soort"]
    assert {RECODED, REUSED} <= set(kinds)
    listed = pipeline.border_table(history)
    assert set(listed["code"]) == set(kinds.index[kinds != "gelijk"])
    done = pipeline.conversion_table(history)
    lost = done["buiten de kaart"] + done["door ontbrekende delen"]
    assert np.allclose(done["vóór"], done["op de nieuwe grenzen"] + lost)
    assert set(done["verdeeld naar"]) == {"inwoners"}
    assert len(pipeline.loss_table(history)) <= len(MEASURES)
    for jaar in run.jaren:
        pipeline.weighing_step(run.of_year(jaar), doorrekeningen=0)
    panel = pipeline.comparable_years(run)
    reused = kinds.index[kinds == REUSED]
    recoded = kinds.index[kinds == RECODED]
    urgentie = panel.urgentie()
    assert urgentie.loc[reused, 2020].isna().all()
    old = history.vergeleken[2020].loc[recoded[0], "oude_codes"]
    assert panel.plaatsen[2020].now[old] == recoded[0]


def test_the_stage_lists_all_that_its_steps_wrote(line: Line) -> None:
    run = line.last
    pipeline.areas_step(run)
    pipeline.association_step(run)
    stage = read_manifest(run.folder)["stappen"]["04_clustering"]
    written = {Path(name).stem for name in stage["uitvoer"]}
    assert {"typologie", "deelbuurten", "aanpak", "gebiedsindeling", "ruimte"} <= written
    assert {"zaad", "k", "moran", "gebied_minimum"} <= set(stage["parameters"])
    areas = run.table("gebiedsindeling")
    assert areas["dia_gebied"].notna().sum() == (~run.table("gebieden")["water"]).sum()
    people = run.table("gebieden")["inwoners"].groupby(areas["dia_gebied"]).sum()
    assert people.max() <= 25_000
    assert isinstance(run.table("ruimte"), pd.DataFrame)


def test_too_few_buurten_for_types_stop_nothing(
    line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(line.last.folders.processed, tmp_path / "verwerkt")
    run = replace(line.last, folders=Folders(tmp_path / "verwerkt", tmp_path / "rapporten"))
    monkeypatch.setattr("sia.clustering.types.most_types", lambda *_: 3)
    found = pipeline.typology_step(run)
    assert found.k == 0 and "Te weinig buurten" in found.reden
    assert run.table("typologie")["type"].isna().all()
    assert pipeline.method_table(run).empty and pipeline.doubtful_table(run).empty
    for chart in (
        charts.k_choice(found.choice_table, found.k),
        charts.type_profiles(found.profiles, found.names, pipeline.domain_names()),
        cluster_charts.clustergram(found.punten, found.takken, found.k),
    ):
        assert "te weinig buurten" in chart.text
    over_time = pipeline.trajectories_step(run)
    assert set(over_time.buurten["oordeel"]) == {"niet te vergelijken"}
    assert "Te weinig buurten" in pipeline.change_text(over_time)
    assert over_time.panel.urgentie().notna().any(axis=None)
