"""The draft for the Algoritmeregister keeps to the standard and to what is known."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from voronoistad import city, material

from sia.report.build import Renderer, write_register
from sia.report.material import Materiaal
from sia.report.register import (
    FIELDS,
    TO_FILL,
    open_fields,
    register_entry,
    register_frame,
    used_indicators,
)
from sia.viz.theme import Theme


def test_every_field_of_the_standard_is_there_in_its_order(materiaal: Materiaal) -> None:
    entry = register_entry(materiaal)
    assert list(entry) == [field.naam for field in FIELDS]
    for field in FIELDS:
        value = entry[field.naam]
        assert not field.verplicht or value, field.naam
        if field.lengte and isinstance(value, str):
            assert len(value) <= field.lengte, field.naam


def test_what_only_the_municipality_knows_is_left_open(materiaal: Materiaal) -> None:
    entry = register_entry(materiaal)
    assert entry["contact_email"] == TO_FILL
    assert {"Contactgegevens", "Begindatum", "Impacttoetsen"} <= set(open_fields(entry))
    assert "Naam" not in open_fields(entry)


def test_only_figures_with_a_value_are_counted(materiaal: Materiaal) -> None:
    used = used_indicators(materiaal)
    assert "energie_4" not in used.index
    assert f"In de scores: {len(used)} cijfers." in str(register_entry(materiaal)["source_data"])


def test_a_real_municipality_gets_links_to_its_tables(materiaal: Materiaal) -> None:
    assert register_entry(materiaal)["source_data_grouping"] == []
    real = replace(materiaal, theme=Theme("Teststad"))
    links = register_entry(real)["source_data_grouping"]
    assert isinstance(links, list)
    assert "85984NED" in links[0]["link"]


def test_a_long_list_of_sources_is_cut_and_says_so(materiaal: Materiaal) -> None:
    many = tuple(f"Bron: CBS, tabel {n}NED, met een lange naam." for n in range(10000, 10100))
    text = str(register_entry(replace(materiaal, bronregels=many))["source_data"])
    assert len(text) <= 2500
    assert text.endswith("(vervolg in het rapport)")


@pytest.mark.parametrize("bad", ["=HYPERLINK(1)", "<script>alert(1)</script>"])
def test_files_are_harmless_and_whole(tmp_path: Path, bad: str) -> None:
    stuff = replace(material(city(12)), besluiten=(bad,))
    written = [*write_register(tmp_path, stuff)]
    assert sorted(tmp_path.iterdir()) == sorted(written)
    entry = json.loads((tmp_path / "algoritmeregister.json").read_text(encoding="utf-8"))
    assert bad in entry["proportionality"]
    row = pd.read_csv(tmp_path / "algoritmeregister.csv", sep=";", encoding="utf-8-sig").iloc[0]
    assert set(row.index) == set(entry)
    page = Renderer(stuff).register_page()
    assert "<script>alert" not in page
    frame = register_frame({**entry, "name": "=1+1"})
    assert frame["name"].iloc[0] == "=1+1"


def test_it_claims_no_test_that_this_year_could_not_be_made(materiaal: Materiaal) -> None:
    told = register_entry(materiaal)
    assert "niet te toetsen, want cijfers over herkomst zijn niet geleverd" in str(told["risks"])
    stad = materiaal.cijfers
    searched = replace(materiaal, cijfers=replace(stad, deelbuurten=None))
    assert "is dit jaar niet gezocht" in str(register_entry(searched)["proportionality"])
    key = str(used_indicators(materiaal).index[0])
    named = {key: "herkomst_buiten_europa"}
    origin = replace(
        stad,
        catalogus=stad.catalogus.rename(index=named),
        vlaggen=stad.vlaggen.rename(columns=named),
    )
    tested = register_entry(replace(materiaal, cijfers=origin))
    assert "onderzoekers zien de uitkomst" in str(tested["risks"])
