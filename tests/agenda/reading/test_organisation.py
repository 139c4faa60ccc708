from __future__ import annotations

from datetime import date

import pandas as pd

from sia.agenda.programme.linkages import Linkages
from sia.agenda.reading.investments import Reading
from sia.agenda.reading.organisation import deciders, sift_steps, status, waiting
from tests.agenda.rows import actions_of, steps_of


def test_phases_follow_each_other_and_may_step_back(linkages: Linkages) -> None:
    one, two = linkages.kansen.index[:2]
    steps = steps_of(
        (one, "afspraak", 1), (one, "in programma", 2), (one, "uitvoering", 3),
        (one, "klaar", 4), (two, "afspraak", 1), (two, "kans", 2),
    )  # fmt: skip
    kept, problems = sift_steps(steps, linkages.kansen.index)
    assert problems == []
    table = status(kept, linkages.kansen)
    assert table.loc[one, "fase"] == "klaar"
    assert table.loc[two, "fase"] == "kans"
    assert table.loc[one, "sinds"] == date(2025, 3, 4)
    assert len(table) == len(linkages.kansen)
    assert table["fase"].iloc[-1] == "klaar"


def test_all_wrong_steps_are_listed_at_once(linkages: Linkages) -> None:
    kans = linkages.kansen.index[0]
    steps = steps_of((kans, "uitvoering", 1), ("KK-onbekend", "afspraak", 1), (kans, "klaar", 2))
    kept, problems = sift_steps(steps, linkages.kansen.index)
    assert kept.empty and len(problems) == 3
    text = " ".join(problem.wat for problem in problems)
    for part in ("van kans naar uitvoering", "geen bekende", "van kans naar klaar"):
        assert part in text


def test_nothing_follows_klaar(linkages: Linkages) -> None:
    kans = linkages.kansen.index[0]
    phases = ["afspraak", "in programma", "uitvoering", "klaar", "kans"]
    steps = steps_of(*((kans, fase, i + 1) for i, fase in enumerate(phases)))
    kept, problems = sift_steps(steps, linkages.kansen.index)
    assert kept["fase"].tolist() == phases[:-1]
    assert "van klaar naar kans" in problems[0].wat


def test_list_of_what_waits_for_whom(linkages: Linkages, reading: Reading) -> None:
    one, two = linkages.kansen.index[:2]
    steps = steps_of((two, "afspraak", 1))
    actions = actions_of(
        (one, "Vraag ligging op.", date(2025, 4, 1), None),
        (two, "Teken.", date(2025, 5, 1), date(2025, 4, 2)),
    )
    nobody = pd.DataFrame(reading.plans[["partner"]].assign(wie=""))
    table = waiting(actions, status(steps, linkages.kansen), date(2025, 4, 11), nobody)
    assert table["voor"].is_monotonic_increasing
    agreed = table[table["kans"] == two]
    assert agreed["actie"].tolist() == ["Zet de afspraak in de planning van elke partner."]
    assert set(table["kans"]) == set(linkages.kansen.index)
    late = table[table["kans"] == one].iloc[0]
    assert late["dagen"] == -10
    assert "wacht op secretaris (Gemeente)" in late["zin"]
    assert "10 dagen te laat" in late["zin"]
    decision = table[table["wie"] == "programmaoverleg"].iloc[0]
    assert decision["partner"] == linkages.kansen.loc[decision["kans"], "partners"]


def test_the_smallest_mandate_that_holds_a_plan_decides() -> None:
    mandates = pd.DataFrame(
        [
            ("A", "wethouder", "", None), ("A", "hoofd", "riolering;weg", 5e5),
            ("A", "directeur", "riolering", 1e6), ("B", "bestuur", "zorg", None),
        ],
        columns=["partner", "wie", "soorten", "tot"],
    )  # fmt: skip
    rows = [("A", "riolering", 5e5), ("A", "riolering", 6e5), ("A", "weg", 6e5), ("B", "weg", 1.0),
            ("C", "zorg", 1.0)]  # fmt: skip
    plans = pd.DataFrame(rows, columns=["partner", "soort", "kosten"], index=list("abcde"))
    assert deciders(mandates, plans).tolist() == ["hoofd", "directeur", "wethouder", "", ""]


def test_every_role_that_decides_on_a_koppelkans_is_waited_for(
    linkages: Linkages, reading: Reading
) -> None:
    state = status(steps_of(), linkages.kansen)
    kans, row = next((k, r) for k, r in state.iterrows() if ";" in r["partners"])
    one, *others = row["partners"].split(";")
    roles = pd.DataFrame(reading.plans[["partner"]])
    roles["wie"] = roles["partner"].map(lambda name: "wethouder" if name == one else "")
    table = waiting(actions_of(), state, date(2025, 4, 11), roles)
    found = table[table["kans"] == kans]
    assert dict(zip(found["wie"], found["partner"], strict=True)) == {
        "wethouder": one, "programmaoverleg": ";".join(others),
    }  # fmt: skip
