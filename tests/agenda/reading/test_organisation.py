from __future__ import annotations

from datetime import date

import pytest

from sia.agenda.programme.linkages import Linkages
from sia.agenda.reading.organisation import Action, Step, check_steps, status, waiting
from sia.errors import InputError


def _step(kans: str, fase: str, day: int, wie: str = "programmamanager") -> Step:
    return Step(kans, fase, date(2025, 3, day), wie, f"Besloten: {fase}.")


def test_phases_follow_each_other_and_may_step_back(linkages: Linkages) -> None:
    one, two = linkages.kansen.index[:2]
    steps = [
        _step(one, "afspraak", 1), _step(one, "in programma", 2), _step(one, "uitvoering", 3),
        _step(one, "klaar", 4), _step(two, "afspraak", 1), _step(two, "kans", 2),
    ]  # fmt: skip
    table = status(steps, linkages.kansen)
    assert table.loc[one, "fase"] == "klaar"
    assert table.loc[two, "fase"] == "kans"
    assert table.loc[one, "sinds"] == date(2025, 3, 4)
    assert len(table) == len(linkages.kansen)
    assert table["fase"].iloc[-1] == "klaar"


def test_all_wrong_steps_are_listed_at_once(linkages: Linkages) -> None:
    kans = linkages.kansen.index[0]
    steps = [
        _step(kans, "uitvoering", 1), _step("KK-onbekend", "afspraak", 1), _step(kans, "gedoe", 2),
        _step(kans, "afspraak", 3, wie=" "),
    ]  # fmt: skip
    with pytest.raises(InputError) as raised:
        check_steps(steps, linkages.kansen.index)
    text = str(raised.value)
    assert "4 problemen" in text
    for part in ("van kans naar uitvoering", "geen bekende", "onbekende fase", "zonder wie"):
        assert part in text


def test_nothing_follows_klaar(linkages: Linkages) -> None:
    kans = linkages.kansen.index[0]
    phases = ["afspraak", "in programma", "uitvoering", "klaar", "kans"]
    steps = [_step(kans, fase, i + 1) for i, fase in enumerate(phases)]
    with pytest.raises(InputError, match="van klaar naar kans"):
        check_steps(steps, linkages.kansen.index)


def test_list_of_what_waits_for_whom(linkages: Linkages) -> None:
    one, two = linkages.kansen.index[:2]
    steps = [_step(two, "afspraak", 1)]
    actions = [
        Action(one, "Vraag ligging op.", "werkvoorbereider", "Gemeente", date(2025, 4, 1)),
        Action(two, "Teken.", "directeur", "Corporatie", date(2025, 5, 1), date(2025, 4, 2)),
    ]
    table = waiting(steps, actions, linkages.kansen, date(2025, 4, 11))
    assert table["voor"].is_monotonic_increasing
    agreed = table[table["kans"] == two]
    assert agreed["actie"].tolist() == ["Zet de afspraak in de planning van elke partner."]
    assert set(table["kans"]) == set(linkages.kansen.index)
    late = table[table["kans"] == one].iloc[0]
    assert late["dagen"] == -10
    assert "wacht op werkvoorbereider (Gemeente)" in late["zin"]
    assert "10 dagen te laat" in late["zin"]
    decision = table[table["wie"] == "programmaoverleg"].iloc[0]
    assert decision["partner"] == linkages.kansen.loc[decision["kans"], "partners"]


def test_action_on_unknown_kans_is_refused(linkages: Linkages) -> None:
    action = Action("KK-weg", "Bel.", "secretaris", "Gemeente", date(2025, 4, 1))
    with pytest.raises(InputError, match="onbekende koppelkans"):
        waiting([], [action], linkages.kansen, date(2025, 1, 1))
