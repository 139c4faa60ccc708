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


def test_a_notebook_waits_for_what_its_stages_need_and_never_for_itself() -> None:
    order = {name: number for number, name in enumerate(graph.notebooks())}
    for name in order:
        waits = graph.waits(name)
        assert (name, "dit") not in waits
        assert all(order[other] < order[name] for other, years in waits if years != "eerder")
        for one in graph.of_notebook(name):
            needed = {(graph.stage(need.stage).notebook, need.years) for need in one.needs}
            assert needed - {(name, "dit")} <= set(waits)


def test_deel_buurten_know_those_of_earlier_years() -> None:
    assert ("02_indicatoren", "eerder") in graph.waits("02_indicatoren")
