"""The whole line on Voorbeeldstad: nobody drops out, the same input gives the same bytes."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from sia.approach import AANPAKKEN
from sia.batch.status import processed_years, status_text
from sia.catalogue import DOMAINS
from sia.errors import InputError
from sia.indicators import build_indicators
from sia.sources.registry import read_folder as intake
from sia.stages import graph
from sia.stages.inputs import indicator_table
from sia.stages.intake import read
from sia.stages.run import forget
from sia.store import MANIFEST, read_manifest, sha256_file
from tests.stages.conftest import Line, hashes, of_another_process, open_line, run_line

PER_BUURT = (
    "indicatoren",
    "vlaggen",
    "peiljaren",
    "noemers",
    "scores",
    "bijdragen",
    "typologie",
    "aanpak",
)


def test_no_buurt_drops_out_in_any_table(line: Line) -> None:
    for run in line.runs.values():
        everybody = list(run.table("gebieden").index)
        assert len(everybody) > 50
        for name in PER_BUURT:
            assert list(run.table(name).index) == everybody, name


def test_every_buurt_is_ranked_or_has_a_reason(line: Line) -> None:
    for run in line.runs.values():
        scores = run.table("scores")
        assert (scores["rang"].notna() ^ (scores["reden"] != "")).all()
        assert scores["rang"].notna().sum() + (scores["reden"] != "").sum() == len(scores)
        assert set(run.table("aanpak")["aanpak"]) <= set(AANPAKKEN)


def test_missing_is_never_zero(line: Line) -> None:
    for run in line.runs.values():
        values, flags = run.table("indicatoren"), run.table("vlaggen")
        absent = flags.map(lambda flag: flag.startswith("ontbreekt"))
        assert values.isna().equals(absent)


def test_contributions_add_up_to_the_score(line: Line) -> None:
    run = line.last
    scores, parts = run.table("scores"), run.table("bijdragen")
    ranked = scores["gerangschikt"]
    rest = scores.loc[ranked, "urgentie"] - parts[ranked].sum(axis=1)
    assert rest.notna().all()
    domains = [d for d in DOMAINS if d in scores]
    weights = pd.Series({d: run.methode.weging.weights[d] for d in domains})
    mean = (scores.loc[ranked, domains] ** 2 * weights).sum(axis=1) / weights.sum()
    pd.testing.assert_series_equal(scores.loc[ranked, "urgentie"], mean**0.5, check_names=False)


def test_the_rank_lies_in_its_interval_as_a_rule(line: Line) -> None:
    scores = line.last.table("scores")
    ranked = scores[scores["gerangschikt"]]
    inside = ranked["rang"].between(ranked["rang_p05"], ranked["rang_p95"])
    assert inside.mean() > 0.8
    assert ranked["kans_kwart"].between(0, 1).all()


def test_origin_is_in_no_score(line: Line) -> None:
    from sia.catalogue.refused import is_origin

    table = indicator_table(line.last)
    scored = line.last.table("bijdragen").columns
    for name in scored:
        entry = table.catalogue[name]
        assert not any(is_origin(m) for bron in entry.bronnen for m in bron.maten())
        assert entry.rol == "opgave"


def test_the_manifest_knows_every_table_and_no_place_of_this_machine(line: Line) -> None:
    run = line.last
    text = (run.folder / MANIFEST).read_text(encoding="utf-8")
    assert str(line.root) not in text
    stages = read_manifest(run.folder)["stappen"]
    assert set(stages) >= {"intake", "indicatoren", "weging", "audit", "typen", "aanpak"}
    for name, noted in stages.items():
        assert noted["methode"] == run.methode.label
        assert noted["vingerafdruk"] == run.fingerprint(name)
        for place, expected in noted["uitvoer"].items():
            assert sha256_file(run.folder / place) == expected


def test_the_same_input_gives_the_same_bytes(
    line: Line,
    raw: Path,
    shared: Path,
    tmp_path: Path,
    repository: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SIA_HOME", str(repository))
    # of the line as it was made: other tests change it
    first = json.loads((shared / f"lijn-{os.getpid()}.json").read_text(encoding="utf-8"))
    again = of_another_process(shared) or hashes(run_line(tmp_path, raw))
    assert len(first) >= 12 * len(line.runs)
    assert again == first


def test_what_was_read_once_for_all_gives_the_table_of_one_municipality(
    line: Line, raw: Path
) -> None:
    run = line.last
    kept = read(run)
    fresh = intake(raw, gemeente="GM9999", jaren=run.jaren)
    assert [t.origin.sha256 for t in kept.tables] == [t.origin.sha256 for t in fresh.tables]
    assert [a.origin.sha256 for a in kept.areas] == [a.origin.sha256 for a in fresh.areas]
    assert max(len(t.reasons) for t in kept.tables) < max(len(t.reasons) for t in fresh.tables)
    pd.testing.assert_frame_equal(
        kept.files[["bestand", "status"]], fresh.files[["bestand", "status"]]
    )
    for one, other in zip(kept.squares, fresh.squares, strict=True):
        pd.testing.assert_frame_equal(one.values, other.values)
        assert one.frame.geometry.equals(other.frame.geometry)
    own, direct = (build_indicators(found, run.gemeente, run.jaar) for found in (kept, fresh))
    for name, frame in direct.frames().items():
        pd.testing.assert_frame_equal(pd.DataFrame(own.frames()[name]), pd.DataFrame(frame))


def test_the_status_names_years_and_tampering(line: Line) -> None:
    run = line.last
    assert "niet af" in status_text(processed_years(run.folders, "GM9999"))
    target = run.folder / "bestanden.parquet"
    before = target.read_bytes()
    target.write_bytes(before + b"x")
    assert "bestanden.parquet is later gewijzigd" in status_text(processed_years(run.folders))
    target.unlink()
    assert "bestanden.parquet ontbreekt" in status_text(processed_years(run.folders))
    target.write_bytes(before)


def test_a_table_that_was_changed_by_hand_is_made_anew(line: Line) -> None:
    run = line.last
    target, real = run.folder / "gebiedsindeling.parquet", run.table("gebiedsindeling")
    before = target.read_bytes()
    forget()
    real.assign(naam="verzonnen").to_parquet(target)
    assert not run.published("gebieden")
    pd.testing.assert_frame_equal(run.table("gebiedsindeling"), real)
    target.write_bytes(before)
    assert run.published("gebieden")


def test_a_table_on_disk_is_hashed_once_however_often_it_is_read(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[Path] = []

    def counted(path: Path) -> str:
        hashed.append(path)
        return sha256_file(path)

    forget()
    monkeypatch.setattr("sia.stages.run.sha256_file", counted)
    for _ in range(3):
        indicator_table(line.last)
    made_by = {path.stem for path in hashed}
    assert len(hashed) == len(made_by) and made_by == set(graph.stage("indicatoren").makes)


def test_a_stage_asked_for_out_of_order_makes_what_it_needs(line: Line, tmp_path: Path) -> None:
    (raw,) = line.last.bron
    fresh = open_line(tmp_path, raw).last
    forget()
    pd.testing.assert_frame_equal(fresh.table("scores"), line.last.table("scores"))
    assert not fresh.folder.exists()


def test_without_raw_folders_what_was_published_is_taken_as_it_is(line: Line) -> None:
    shown = replace(line.last, bron=(), _prints={})
    pd.testing.assert_frame_equal(shown.table("aanpak"), line.last.table("aanpak"))
    with pytest.raises(InputError, match="niet doorgerekend"):
        shown.made("agenda")
