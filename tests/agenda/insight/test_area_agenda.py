from __future__ import annotations

from sia.agenda.dia import Dia
from sia.agenda.insight.area_agenda import area_agenda, public_investments, report_agendas
from tests.agenda.conftest import City

Output = tuple[City, dict[str, bytes]]


def test_the_report_gets_the_programmed_plans(dia: Dia, output: Output) -> None:
    table = public_investments(output[0])
    assert set(table["vertrouwelijkheid"]) == {"openbaar", "partners"}
    assert table["titel"].nunique() == int(dia.starts.notna().sum())
    assert set(table["buurtcode"]) <= set(dia.gebieden.index)
    nothing = public_investments({})
    assert nothing.empty and list(nothing.columns) == list(table.columns)


def test_the_agenda_per_area_shows_each_level_what_it_may_see(dia: Dia, output: Output) -> None:
    partners, public = (area_agenda(output[0], level) for level in ("partners", "openbaar"))
    placed = dia.plans.loc[dia.starts.dropna().index, "buurtcodes"]
    touched = {c for codes in [*placed, *dia.agreed.state["buurtcodes"]] for c in codes.split(";")}
    assert set(public) <= set(partners) == set(dia.gebieden[sorted(touched)])
    plans = dia.delivered.reading.plans
    closed = set(plans.loc[plans["vertrouwelijkheid"] != "openbaar", "titel"])
    text = "".join(t.to_csv() for tables in public.values() for t in tables.values())
    assert not [titel for titel in closed if titel in text]
    for tables in public.values():
        assert tables["wacht"].empty
        assert "fase" not in tables["koppelkansen"] and "bedrag" not in tables["geld"]
    works = sum(len(tables["werken"]) for tables in partners.values())
    assert works >= int(dia.starts.notna().sum())
    assert any(len(tables["wacht"]) for tables in partners.values())


def test_an_idea_is_not_published_with_a_year(dia: Dia, output: Output) -> None:
    plans = dia.plans
    ideas = set(plans.index[(plans["status"] == "idee") & dia.starts[plans.index].notna()])
    openly = set(plans.loc[[*ideas], "titel"][plans["vertrouwelijkheid"] == "openbaar"])
    assert openly
    public = area_agenda(output[0], "openbaar").values()
    text = "".join(t.to_csv() for tables in public for t in tables.values())
    assert not [titel for titel in openly if titel in text]
    per_buurt = public_investments(output[0]).set_index("titel")
    assert set(per_buurt.loc[sorted(openly), "vertrouwelijkheid"]) == {"partners"}
    assert ideas.isdisjoint(output[0]["publicaties"]["plan"])


def test_reports_tell_an_agenda_only_of_the_areas_it_was_made_for(
    output: Output, city: City
) -> None:
    assert set(report_agendas(output[0], city)) == {"openbaar", "intern"}
    assert report_agendas({}, city) == {}
    wijken = {name: table for name, table in city.items() if name != "gebiedsindeling"}
    assert report_agendas(output[0], wijken) == {}
    moved = city["gebiedsindeling"].assign(naam="Ander gebied")
    assert report_agendas(output[0], {**city, "gebiedsindeling": moved}) == {}
