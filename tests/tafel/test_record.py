"""Decisions of the table are read by the next round, which starts from them."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import geopandas as gpd
import pytest

from sia.agenda.dia import Dia, make_dia
from sia.agenda.output.tables import agenda_tables, kept_tables
from sia.agenda.parameters import ProgrammeSettings
from sia.agenda.reading.deliveries import read_deliveries
from sia.errors import InputError
from sia.settings import PLANS
from sia.tafel.asking import Ask, answer
from sia.tafel.record import DECISIONS, VARIANTS, decide, keep, variants
from tests.agenda.conftest import City
from tests.tafel.test_asking import movable

SAID = {"wie": "programmaoverleg", "besluit": '=SAMEN; want de straat "ligt" dan open.'}


@pytest.fixture
def again(raw: Path, tmp_path: Path) -> Path:
    shutil.copytree(raw / PLANS, tmp_path / PLANS)
    return tmp_path


def test_a_decided_year_holds_in_the_next_round_until_it_is_let_go(
    dia: Dia, again: Path, buurten: gpd.GeoDataFrame, city: City, choices: ProgrammeSettings
) -> None:
    row = movable(dia)[lambda t: ~t["verplicht"]].iloc[0]
    plan, now = str(row.name), int(row["start"])
    year = int(row["laatste"] if now != row["laatste"] else row["eerste"])
    memory = kept_tables(dia, {})

    def round_() -> Dia:
        found = read_deliveries([again], buurten)
        assert found is not None
        made = make_dia(2024, found, city, memory, choices)
        assert made is not None and made.delivered.reading.problems == ()
        return made

    decide(again, {**SAID, "kans": plan, "fase": "afspraak", "jaar": year})
    made = round_()
    assert made.starts[plan] == year != now
    assert made.agreed.problems == ()
    last = agenda_tables(made)["besluiten"].iloc[-1]
    assert (last["kans"], last["jaar"], last["besluit"]) == (plan, year, SAID["besluit"])
    assert last["datum"] == date.today()
    assert last["vertrouwelijkheid"] == dia.plans["vertrouwelijkheid"][plan]
    # the table may try another year than the decided one, and decide on it
    tried = answer(made, set(), Ask.of({"jaren": {plan: now}}))
    assert tried.starts[plan] == now
    decide(again, {**SAID, "kans": plan, "fase": "afspraak", "jaar": now})
    assert round_().starts[plan] == now and round_().agreed.problems == ()
    decide(again, {**SAID, "kans": plan, "fase": "kans", "jaar": now})
    other, outside = str(movable(dia).index[-1]), int(movable(dia)["eerste"].iloc[-1]) - 1
    at = decide(again, {**SAID, "kans": other, "fase": "afspraak", "jaar": outside})
    last_round = round_()
    assert not last_round.agenda.plans.at[plan, "verplicht"]
    (told,) = last_round.agreed.problems
    assert (told.bestand, told.rij) == (DECISIONS, str(at))
    assert f"kan niet beginnen in {outside}" in told.wat


def test_a_decision_is_whole_and_names_nobody(again: Path) -> None:
    with pytest.raises(InputError) as wrong:
        decide(again, {"kans": "KK-1", "fase": "afspraak", "wie": " "})
    assert {problem.kolom for problem in wrong.value.problems} == {"wie", "besluit"}
    named = {"kans": "KK-1", "fase": "afspraak", "wie": "overleg", "besluit": "Mevrouw Jansen wil."}
    with pytest.raises(InputError, match="een naam"):
        decide(again, named)
    path = again / PLANS / DECISIONS
    assert not path.exists()
    assert decide(again, {**named, "nagekeken": True}) == 2
    path.write_bytes(path.read_bytes().rstrip())
    assert decide(again, {**SAID, "kans": "KK-2", "fase": "afspraak"}) == 3


def test_variants_are_kept_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "agenda"
    assert variants(folder) == []
    keep(folder, " <b>Rustig</b> ", {"jaren": {"A": 2027}})
    keep(folder, "Anders", {"weg": ["B"]})
    keep(folder, "Anders", {"weg": ["C"]})
    assert [one["naam"] for one in variants(folder)] == ["<b>Rustig</b>", "Anders"]
    assert variants(folder)[1]["vraag"] == {"weg": ["C"]}
    assert len(keep(folder, "Anders", None)) == 1
    with pytest.raises(InputError, match="geen naam"):
        keep(folder, " ", {})
    (folder / VARIANTS).write_text("[{]", encoding="utf-8")
    with pytest.raises(InputError, match="niet te lezen"):
        variants(folder)
