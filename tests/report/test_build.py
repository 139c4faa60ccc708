"""Whole reports: complete, checked, escaped, the same twice, and in time."""

from __future__ import annotations

import re
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import get_args

import pandas as pd
import pytest
from voronoistad import (
    BAD_NAMES,
    areas_of,
    change_of,
    city,
    everything,
    material,
    without_intervals,
)

from sia.report.build import (
    OutsideRequestError,
    Renderer,
    build_report,
    finished,
    write_report,
    write_set,
)
from sia.report.material import Materiaal, Soort, selections
from sia.report.numbers import UnsupportedNumbersError, numbers_in_text
from sia.report.overview import PRINTED, ranking
from sia.viz.dataset import Cijfers
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
        "duidingen",
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
        kind = (one.soort, one.gebied[0])
        if kind not in seen:
            seen.add(kind)
            assert numbers_in_text(renderer.report(one)) == {}
    assert {kind for kind, _ in seen} == set(get_args(Soort))
    changes = {"stad", "stadsdeel", "wijk"}
    assert {area for kind, area in seen if kind == "verandering"} == changes


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
    stad = everything(city(30, bad_names=True))
    stuff = replace(material(stad), uitspraken=_hostile_statements(stad))
    page = build_report(stuff, editie="intern")
    body = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    for name in BAD_NAMES[:2]:
        assert name not in page
        assert escape(name) in body or escape(name, quote=False) in body
    assert "&lt;b&gt;vraagt&lt;/b&gt;" in body


def _hostile_statements(stad: Cijfers) -> pd.DataFrame:
    fields = ("rol", "soort", "uitspraak", "effect", "aanpak", "reden")
    rows = [
        {"gebied": stad.gebieden.index[k], "jaar": 2024, **dict.fromkeys(fields, BAD_NAMES[k])}
        for k in range(len(BAD_NAMES))
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize("kind", [*get_args(Soort), "register", "start"])
def test_no_kind_of_page_lets_a_hostile_text_through(kind: str) -> None:
    stad = everything(city(30, bad_names=True))
    bad = BAD_NAMES[0]
    named = stad.gebieden.assign(stadsdeel=bad, wijknaam=BAD_NAMES[1])
    areas = stad.indeling.assign(naam=stad.indeling["naam"].where(stad.indeling["naam"] == "", bad))
    said = stad.duiding.assign(duiding=bad, rol=bad, reden=bad, let_op=bad)
    catalogue = stad.catalogus.assign(naam=bad, bron=BAD_NAMES[1], eenheid=BAD_NAMES[2])
    hostile = replace(
        stad, gebieden=named, indeling=areas, duiding=said, catalogus=catalogue, gemeente=bad
    )
    stuff = replace(
        material(hostile), uitspraken=_hostile_statements(stad), bronregels=BAD_NAMES, contact=bad
    )
    renderer, made = Renderer(stuff, "intern"), selections(hostile)
    if kind == "register":
        page = renderer.register_page() + renderer.access_page()
    elif kind == "start":
        page = renderer.start_page(made)
    else:
        page = renderer.report(next(one for one in made if one.soort == kind))
    body = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    assert bad not in page and "<img src=x" not in body and BAD_NAMES[1] not in page
    assert escape(bad) in body
    assert "script-src &#x27;sha256-" in page


def test_figure_and_judgement_stand_side_by_side_in_every_table(
    report: str, materiaal: Materiaal
) -> None:
    tables = dict(re.findall(r"<caption>([^<]*)</caption>(.*?)</table>", report, re.DOTALL))
    for caption in (
        "Gerangschikte buurten naar urgentie",
        "Score per domein",
        "Voorgestelde aanpak per buurt",
        "Deel-buurten",
    ):
        assert ">Duiding<" in tables[caption], caption
    rows = re.findall(r"<tr>.*?</tr>", tables["Voorgestelde aanpak per buurt"])
    row = next(r for r in rows if ">Buurt 05<" in r)
    cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)
    assert cells[1] == materiaal.cijfers.aanpak["aanpak"].iloc[5]
    assert cells[4] == "volgen"
    assert cells[5].startswith("2024, wijkmanager: genuanceerd; aanpak bijgesteld: volgen.")
    assert "Duiding uit 2022: geldt die nog?" in tables["Gerangschikte buurten naar urgentie"]


def test_the_map_has_the_duiding_of_buurten_and_deel_buurten(report: str) -> None:
    assert "genuanceerd; aanpak bijgesteld: volgen (2024)." in report[report.index("SiaKaart(") :]
    assert "Duiding: herkend (2024)." in report


def test_a_judgement_never_alters_a_figure(materiaal: Materiaal) -> None:
    stad = materiaal.cijfers
    with_it, without = (ranking(c) for c in (stad, replace(stad, duiding=pd.DataFrame())))
    for column in ("Urgentie", "Plaats", "Aanpak"):
        assert _column(with_it, column) == _column(without, column), column


def _column(page: str, name: str) -> list[str]:
    table = re.search(r"<caption>Gerangschikte buurten.*?</table>", page, re.DOTALL)
    assert table is not None
    heads = re.findall(r"<th scope=\"col\".*?</th>", table[0])
    place = next(k for k, head in enumerate(heads) if f">{name}<" in head)
    rows = re.findall(r"<tr>(.*?)</tr>", table[0].split("<tbody>")[1])
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)[place] for row in rows]


def test_a_dia_report_names_its_buurten_and_says_that_it_is_a_proposal(
    materiaal: Materiaal,
) -> None:
    one = next(s for s in selections(materiaal.cijfers) if s.soort == "dia")
    page = Renderer(materiaal).report(one)
    table = page[page.index("<caption>Buurten in dit gebied") :].split("</table>")[0]
    assert table.count("<tr>") == 1 + len(one.codes)
    assert "De partners stellen de grens zelf vast" in page
    assert one.bestand == "dia-1-gebied-rond-wijk-00.html"


def test_a_buurt_outside_every_dia_area_is_in_none_of_their_reports(materiaal: Materiaal) -> None:
    last = materiaal.cijfers.gebieden.index[-1]
    areas = [s for s in selections(materiaal.cijfers) if s.soort == "dia"]
    assert len(areas) == materiaal.cijfers.gebieden["wijkcode"].nunique()
    assert all(last not in one.codes for one in areas)


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


def test_a_report_says_why_there_was_no_search_for_deel_buurten(materiaal: Materiaal) -> None:
    bare = replace(materiaal.cijfers, deelbuurten=None, niet_gezocht="Er zijn geen vierkanten.")
    page = build_report(replace(materiaal, cijfers=bare))
    assert "Er is niet gezocht naar plekken binnen buurten. Er zijn geen vierkanten." in page
    assert "geen plekken gevonden" not in page


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
    assert "Ontbreekt: thema niet geleverd." in page
    table = page[page.index("<caption>Alle cijfers van deze buurt") :]
    rows = table[: table.index("</table>")]
    assert rows.count("<tr") == 1 + len(materiaal.cijfers.catalogus)
    assert rows.count('<tr class="scherm">') == len(materiaal.cijfers.catalogus) - PRINTED


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
    stuff = material(everything(city(8)))
    written = write_set(tmp_path, stuff)
    start = written[0].read_text(encoding="utf-8")
    links = re.findall(r'<a href="([\w-]+\.html)">', start)
    assert sorted(links) == sorted(p.name for p in written[1:] if p.suffix == ".html")
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(p.name for p in written)
    kinds = {name.partition("-")[0].removesuffix(".html") for name in links}
    assert kinds == {*get_args(Soort), "algoritmeregister", "toegankelijkheid"}


@pytest.mark.parametrize(
    "name", ["../../weg", "/etc/passwd", "..", "a/b\\c", "=HYPERLINK(1)", "\0", "<b>"]
)
def test_no_name_leaves_the_folder(tmp_path: Path, name: str) -> None:
    stad = city(13)
    areas = areas_of(stad)
    areas.loc[areas["dia_gebied"].notna(), "naam"] = name
    named = stad.gebieden.assign(stadsdeel=name, wijknaam=name)
    made = selections(
        replace(stad, gebieden=named, indeling=areas, verandering=change_of(stad), gemeente=name)
    )
    assert {one.soort for one in made} == set(get_args(Soort))
    for one in made:
        assert re.fullmatch(r"[a-z0-9-]+\.html", one.bestand)
        assert (tmp_path / one.bestand).resolve().parent == tmp_path.resolve()
