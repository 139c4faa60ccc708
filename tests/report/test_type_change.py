"""Buurten that changed type: named only when that exceeds the noise, shown with the judgement."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from sia.report.build import Renderer
from sia.report.change import type_sentence, type_table
from sia.report.material import Materiaal, selections
from sia.viz.dataset import Cijfers


def _paths(stad: Cijfers, judged: dict[int, str]) -> pd.DataFrame:
    codes = stad.gebieden.index
    table = pd.DataFrame(
        {"eerste_jaar": 2021, "laatste_jaar": 2024, "oordeel": "zelfde type"}, codes
    )
    for side, number in (("van", 1), ("naar", 2)):
        table[side] = pd.Series(number, codes, dtype="Int64")
        table[f"{side}_naam"] = f"soort {number}"
    table["kans_anders"], table["toelichting"] = 0.3, ""
    for place, verdict in judged.items():
        table.loc[codes[place], ["oordeel", "kans_anders"]] = [verdict, 1 - place / 100]
    return table


def test_only_what_exceeds_the_noise_is_named(stad: Cijfers) -> None:
    found = _paths(stad, {2: "verandering", 5: "kan ruis zijn", 9: "niet te vergelijken"})
    zin, table = type_sentence(found, stad.naam), type_table(found, stad)
    assert zin is not None
    assert zin.tekst.startswith("2 buurten hebben een ander type dan in 2021.")
    assert zin.tekst.endswith(f"Meer dan ruis is dat in {stad.naam.iloc[2]}.")
    assert stad.naam.iloc[5] not in zin.tekst
    assert table.count("<tr>") == 3
    assert "1. soort 1" in table and "2. soort 2" in table and "kan ruis zijn" in table


def test_noise_only_none_and_unknown(stad: Cijfers) -> None:
    quiet = type_sentence(_paths(stad, {4: "kan ruis zijn"}), stad.naam)
    assert quiet is not None and quiet.tekst.endswith("duidelijk groter dan de ruis.")
    none = type_sentence(_paths(stad, {}), stad.naam)
    assert none is not None and "hetzelfde type als in 2021" in none.tekst
    assert type_table(_paths(stad, {}), stad) == ""
    assert type_sentence(pd.DataFrame(), stad.naam) is None
    lost = _paths(stad, dict.fromkeys(range(len(stad.gebieden)), "niet te vergelijken"))
    nobody = type_sentence(lost, stad.naam)
    assert nobody is not None and "geen enkele buurt" in nobody.tekst


def test_the_report_on_change_has_the_types_of_its_own_buurten(materiaal: Materiaal) -> None:
    stad = materiaal.cijfers
    stuff = replace(materiaal, trajecten=_paths(stad, {2: "verandering", 30: "verandering"}))
    made = [one for one in selections(stad) if one.soort == "verandering"]
    wijk = next(one for one in made if stad.gebieden.index[2] in one.codes and len(one.codes) < 20)
    page = Renderer(stuff).report(wijk)
    table = page[page.index("<caption>Buurten met een ander type") :].split("</table>")[0]
    assert f">{stad.naam.iloc[2]}<" in table
    assert stad.gebieden.index[30] not in wijk.codes and f">{stad.naam.iloc[30]}<" not in table
