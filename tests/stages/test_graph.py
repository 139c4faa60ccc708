"""The one table of stages: complete, without circles, and every order follows from it."""

from __future__ import annotations

from sia.methode import Methode
from sia.schemas import NAMES
from sia.stages import graph


def test_a_stage_needs_only_stages_before_it() -> None:
    seen: set[str] = set()
    for one in graph.STAGES:
        assert {need.stage for need in one.needs if need.years == "dit"} <= seen
        assert {need.stage for need in one.needs} <= seen | {one.name}
        seen.add(one.name)


def test_every_table_is_made_once_and_has_a_contract() -> None:
    made = [name for one in graph.STAGES for name in one.makes]
    assert len(made) == len(set(made))
    assert set(made) - set(NAMES) <= {"audit"}


def test_every_section_of_the_method_is_some_stages() -> None:
    used = {section for one in graph.STAGES for section in one.method}
    named = set(Methode.model_fields) - {"versie", "nieuw"}
    assert used == named


def test_notebooks_run_in_the_order_of_their_numbers() -> None:
    names = list(graph.notebooks())
    assert names == sorted(names)


def test_phases_hold_every_notebook_once_after_what_it_needs() -> None:
    place = {
        name: level
        for level, chains in enumerate(graph.phases())
        for chain in chains
        for name in chain
    }
    assert sorted(place) == sorted(graph.notebooks())
    for one in graph.STAGES:
        for need in one.needs:
            other = graph.stage(need.stage).notebook
            later = need.years != "dit" and other != one.notebook
            assert place[other] + later <= place[one.notebook]
