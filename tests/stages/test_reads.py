"""Every stage reads what the table of stages says that it needs: nothing more, nothing less."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sia.stages import graph
from sia.stages import run as runs
from sia.stages.inputs import Inputs, UndeclaredError
from sia.stages.run import Run
from tests.stages.conftest import Line

Read = tuple[str, int]

CITY_ALONE = "read for types of this city alone, when the method asks for a number of them"
NOT_READ: dict[tuple[str, str, str], str] = {
    ("rapport", "agenda", "dit"): "reads the files that the stage published: it makes no tables",
    ("typen", "indicatoren", "alle"): CITY_ALONE,
}
"""Stages that are needed and not read through `Inputs`, with the reason."""

THRESHOLDS = "the municipality's thresholds are those of the method"
ELSEWHERE: dict[tuple[str, str], str] = {
    ("weging", "drempels"): THRESHOLDS,
    ("jaren", "drempels"): THRESHOLDS,
    ("verandering", "drempels"): THRESHOLDS,
    ("intake", "gemeente"): "its code says which rows are read",
    ("audit", "gevoeligheid"): "its sample is for the analysis that is made beside the audit",
    ("agenda", "gemeente"): "its name stands in what is exported",
    ("agenda", "huisstijl"): "its colours are those of what is exported",
    ("kaart", "gemeente"): "its names and catalogue come with the tables",
}
"""Parts of the method and things from outside that are not read through `Inputs`."""


class Record:
    """What every stage read, by stage."""

    def __init__(self) -> None:
        self.tables: dict[str, set[Read]] = {one.name: set() for one in graph.STAGES}
        self.method: dict[str, set[str]] = {one.name: set() for one in graph.STAGES}
        self.outside: dict[str, set[str]] = {one.name: set() for one in graph.STAGES}

    def watch(self, patch: pytest.MonkeyPatch) -> None:
        """Note every call by which a stage reads."""

        def noted(name: str, note: Callable[..., None]) -> None:
            real = getattr(Inputs, name)

            def call(inputs: Inputs, *given: Any, **named: Any) -> Any:
                note(inputs, *given)
                return real(inputs, *given, **named)

            patch.setattr(Inputs, name, call)

        def from_stage(inputs: Inputs, stage: str, jaar: int | None = None) -> None:
            self.tables[inputs.stage.name].add((stage, jaar or inputs.jaar))

        noted("with_scores", lambda i: [from_stage(i, "weging", j) for j in i.years("weging")])
        noted("table", lambda i, name, jaar=None: from_stage(i, graph.maker(name).name, jaar))
        noted("result", from_stage)
        noted("parameters", from_stage)
        noted("indicators", lambda i, jaar=None: from_stage(i, "indicatoren", jaar))
        noted("intake", lambda i: from_stage(i, "intake"))
        noted("method", lambda i, section: self.method[i.stage.name].add(section))
        noted("outside", lambda i, name: self.outside[i.stage.name].add(name))


@pytest.fixture(scope="module")
def record(delivered: Run) -> Record:
    """Return what the stages of the newest year read when each is made anew."""
    found = Record()
    runs.forget()
    with pytest.MonkeyPatch.context() as patch:
        found.watch(patch)
        for one in graph.STAGES:
            delivered.made(one.name)
    return found


def test_what_a_stage_did_not_declare_is_refused(line: Line) -> None:
    inputs = Inputs(line.last, graph.stage("gebieden"))
    assert len(inputs.table("scores")) > 0
    refused: list[Callable[[], Any]] = [
        lambda: inputs.table("typologie"),
        lambda: inputs.table("scores", 2023),
        lambda: inputs.indicators(2023),
        lambda: inputs.result("typen"),
        lambda: inputs.parameters("deelbuurten"),
        lambda: inputs.method("weging"),
        lambda: inputs.outside("plannen"),
        inputs.intake,
    ]
    for read in refused:
        with pytest.raises(UndeclaredError, match="gebieden reads"):
            read()


@pytest.mark.parametrize("stage", graph.STAGES, ids=lambda one: one.name)
def test_what_a_stage_declares_it_reads(delivered: Run, record: Record, stage: graph.Stage) -> None:
    wanted = {
        (need.stage, jaar)
        for need in stage.needs
        if (stage.name, need.stage, need.years) not in NOT_READ
        for jaar in delivered.years(need.years)
    }
    assert wanted - record.tables[stage.name] == set()
    parts = {part for part in stage.method if (stage.name, part) not in ELSEWHERE}
    assert parts - record.method[stage.name] == set()
    outside = {part for part in stage.outside if (stage.name, part) not in ELSEWHERE}
    assert outside - record.outside[stage.name] == set()


def test_no_exception_has_become_needless(delivered: Run, record: Record) -> None:
    for stage, needed, years in NOT_READ:
        wanted = {(needed, jaar) for jaar in delivered.years(years)}
        assert wanted - record.tables[stage]
    for stage, part in ELSEWHERE:
        assert part not in record.method[stage] | record.outside[stage]


def test_a_report_computes_nothing_and_reads_each_table_once(
    delivered: Run, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert record.tables["rapport"]
    for one in graph.stage("rapport").needs:
        delivered.publish(one.stage)
    reads: Counter[Path] = Counter()

    def counted(path: Path) -> pd.DataFrame:
        reads[path] += 1
        return real(path)

    def built(*_: Any, **__: Any) -> None:
        raise AssertionError("a report builds an index")

    real = runs.read_table
    monkeypatch.setattr("sia.stages.run.read_table", counted)
    monkeypatch.setattr("sia.store.read_table", counted)
    monkeypatch.setattr("sia.index.build.build_index", built)
    monkeypatch.setattr("sia.weighing.axes.build_index", built)
    runs.forget()
    made = delivered.made("rapport")
    assert len(made.result.investeringen) > 0
    assert set(reads.values()) == {1}
    city = [path for path in reads if path.parent == delivered.folder]
    assert 15 < len(city) <= 25
    assert 0 < len(reads) - len(city) < 10
