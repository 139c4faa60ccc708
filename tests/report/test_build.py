"""Whole reports: complete, checked, escaped, the same twice, and in time."""

from __future__ import annotations

import re
from dataclasses import replace
from html import escape
from pathlib import Path

import pandas as pd
import pytest
from voronoistad import BAD_NAMES, city, material, without_intervals

from sia.report.build import (
    OutsideRequestError,
    Renderer,
    build_report,
    finished,
    write_report,
    write_set,
)
from sia.report.material import Materiaal, selections
from sia.report.numbers import UnsupportedNumbersError, numbers_in_text
from sia.viz.theme import DOMAINS, FICTIONAL


@pytest.fixture(scope="module")
def report(materiaal: Materiaal) -> str:
    return build_report(materiaal)


def _anchors(page: str) -> list[str]:
    return re.findall(r'<section id="([\w-]+)"', page)


def test_city_report_has_every_section_once_and_in_order(report: str) -> None:
    assert _anchors(report) == [
        "kern",
        "kaart",
        "rangorde",
        "niet-gerangschikt",
        "domeinen",
        "typen",
        "aanpak",
        "deelbuurten",
        "plannen",
        "verandering",
        "uitleg",
        "bronnen",
        "methode",
        "toegankelijkheid",
    ]
    assert re.findall(r'<li><a href="#([\w-]+)">', report) == _anchors(report)


def test_every_buurt_is_in_the_city_report(report: str, materiaal: Materiaal) -> None:
    stad = materiaal.cijfers
    ranked = report[report.index('id="rangorde"') : report.index('id="niet-gerangschikt"')]
    rest = report[report.index('id="niet-gerangschikt"') : report.index('id="domeinen"')]
    for code, naam in stad.naam.items():
        where = ranked if stad.scores.loc[code, "gerangschikt"] else rest
        assert f">{naam}<" in where, naam
    assert rest.count("minder dan 100 inwoners (40)") == len(stad.niet_gerangschikt)


def test_city_report_fits_and_is_self_contained(report: str) -> None:
    assert len(report.encode()) <= 5_000_000
    assert '<html lang="nl">' in report
    assert 'content="%POLICY%"' not in report
    assert FICTIONAL in report
    assert not re.search(r"\son\w+=", re.sub(r"<script.*?</script>", "", report, flags=re.DOTALL))


def test_sources_come_with_reference_years(report: str) -> None:
    sources = report[report.index('id="bronnen"') : report.index('id="methode"')]
    assert "2022–2024" in sources
    assert "tabel 85984NED" in sources
    assert "0 van 66" in sources


def test_every_kind_keeps_the_rule_of_numbers(materiaal: Materiaal) -> None:
    renderer = Renderer(materiaal, "intern")
    seen = set()
    for one in selections(materiaal.cijfers):
        if one.soort not in seen or (one.soort == "buurt" and len(seen) == 5):
            seen.add(one.soort)
            assert numbers_in_text(renderer.report(one)) == {}
    assert len(seen) == 5


def test_a_wrong_number_is_stopped(report: str) -> None:
    wrong = report.replace('<li class="zin">', '<li class="zin">Er zijn 98.765 buurten. ', 1)
    with pytest.raises(UnsupportedNumbersError, match=r"98\.765"):
        finished(wrong)


def test_an_outside_request_is_stopped(report: str) -> None:
    wrong = report.replace("</main>", '<img src="https://elders.example/x.png"></main>')
    with pytest.raises(OutsideRequestError, match="elders"):
        finished(wrong)


def test_the_same_material_gives_the_same_bytes(materiaal: Materiaal, report: str) -> None:
    assert build_report(materiaal) == report


def test_hostile_texts_are_escaped() -> None:
    stad = city(30, bad_names=True)
    page = build_report(material(stad), editie="intern")
    body = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    for name in BAD_NAMES[:2]:
        assert name not in page
        assert escape(name) in body or escape(name, quote=False) in body
    assert "&lt;b&gt;vraagt&lt;/b&gt;" in body


def test_figure_and_judgement_stand_side_by_side(report: str) -> None:
    row = next(r for r in re.findall(r"<tr>.*?</tr>", report) if "wijkmanager" in r)
    assert ">Buurt 05<" in row
    assert "2024-11-05, wijkmanager: genuanceerd, bijgesteld." in row


def test_editions(materiaal: Materiaal) -> None:
    public, internal = (build_report(materiaal, editie=e) for e in ("openbaar", "intern"))
    for only_inside in ("Samenhang met herkomst", "Sloop portiekflat", "Interne editie: niet"):
        assert only_inside not in public
        assert only_inside in internal
    with pytest.raises(ValueError, match="editie"):
        Renderer(materiaal, "geheim")  # type: ignore[arg-type]


def test_report_without_margins_types_and_pockets(materiaal: Materiaal) -> None:
    stad = without_intervals(materiaal.cijfers)
    bare = replace(stad, typologie=stad.typologie.iloc[:0], deelbuurten=None)
    page = build_report(replace(materiaal, cijfers=bare, jaren=pd.DataFrame()))
    assert "Marge" not in re.findall(r"<caption>Gerangschikte.*?</thead>", page, re.DOTALL)[0]
    assert not {"typen", "deelbuurten", "verandering"} & set(_anchors(page))


def test_report_where_nothing_is_ranked(materiaal: Materiaal) -> None:
    stad = materiaal.cijfers
    blank = dict.fromkeys(
        [*DOMAINS, "urgentie", "kans_kwart", "rang_p05", "rang_p95"], float("nan")
    )
    scores = stad.scores.assign(gerangschikt=False, reden="geen cijfers", rang=pd.NA, **blank)
    scores["rang"] = scores["rang"].astype("Int64")
    page = build_report(replace(materiaal, cijfers=replace(stad, scores=scores)))
    assert "Geen enkele buurt kon worden gerangschikt" in page
    assert page.count("<td>geen cijfers</td>") == len(stad.gebieden)


def test_domain_report_starts_its_map_and_order_with_the_domain(materiaal: Materiaal) -> None:
    one = next(s for s in selections(materiaal.cijfers) if s.sleutel == "klimaat")
    page = Renderer(materiaal).report(one)
    assert '"start":"klimaat"' in page
    assert "Gerangschikte buurten naar klimaat" in page


def test_area_report_holds_its_own_buurten_only(materiaal: Materiaal) -> None:
    one = next(s for s in selections(materiaal.cijfers) if s.soort == "wijk")
    page = Renderer(materiaal).report(one)
    names = set(re.findall(r'<th scope="row"[^>]*>(Buurt \d\d)', page))
    assert names == {materiaal.cijfers.naam[code] for code in one.codes}


def test_buurt_profile_shows_every_figure_with_year_and_reason(materiaal: Materiaal) -> None:
    code = materiaal.cijfers.gebieden.index[5]
    one = next(s for s in selections(materiaal.cijfers) if s.sleutel == code)
    page = Renderer(materiaal).report(one)
    assert "– (thema niet geleverd)" in page
    table = page[page.index("<caption>Alle cijfers van deze buurt") :]
    assert table[: table.index("</table>")].count("<tr>") == 1 + len(materiaal.cijfers.catalogus)


def test_written_whole_or_not_at_all(materiaal: Materiaal, tmp_path: Path) -> None:
    target = tmp_path / "rapport.html"
    target.write_text("vorige")
    broken = replace(materiaal, cijfers=replace(materiaal.cijfers, scores=pd.DataFrame()))
    with pytest.raises(KeyError):
        write_report(target, broken)
    assert target.read_text() == "vorige"
    assert [p.name for p in tmp_path.iterdir()] == ["rapport.html"]
    write_report(target, materiaal)
    assert target.read_text(encoding="utf-8") == build_report(materiaal)


def test_full_set_links_every_report(tmp_path: Path) -> None:
    stad = city(12)
    written = write_set(tmp_path, material(stad))
    start = written[0].read_text(encoding="utf-8")
    links = re.findall(r'<a href="([\w-]+\.html)">', start)
    assert sorted(links) == sorted(p.name for p in written[1:])
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(p.name for p in written)
