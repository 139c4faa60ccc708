"""Whole reports: complete, checked, escaped, the same twice, and in time."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pandas as pd
import pytest
from markupsafe import escape
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
    css_text,
    finished,
    write_report,
    write_set,
)
from sia.report.material import EDITIES, Buren, Editie, Materiaal, Soort, selections
from sia.report.overview import PRINTED, ranking
from sia.report.sentences import UnsupportedNumbersError, numbers_in_text
from sia.viz.dataset import Cijfers
from sia.viz.theme import DOMAINS, FICTIONAL


@pytest.fixture(scope="module")
def report(materiaal: Materiaal) -> str:
    return city_report(materiaal)


@pytest.fixture(scope="module")
def annex(materiaal: Materiaal) -> str:
    return Renderer(materiaal).annex()


def city_report(stuff: Materiaal, editie: Editie = "openbaar") -> str:
    return Renderer(stuff, editie).report(selections(stuff.cijfers)[0])


def _anchors(page: str) -> list[str]:
    return re.findall(r'<section id="([\w-]+)"', page)


def test_a_city_has_a_report_of_five_screens_and_the_rest_in_its_annex(
    report: str, annex: str
) -> None:
    assert _anchors(report) == ["kern", "rangorde", "waarom", "agenda", "verandering", "verder"]
    assert _anchors(annex) == [
        "rangorde",
        "niet-gerangschikt",
        "domeinen",
        "typen",
        "aanpak",
        "duidingen",
        "deelbuurten",
        "plannen",
        "jaren",
        "uitleg",
        "bronnen",
        "methode",
        "toegankelijkheid",
    ]
    assert re.findall(r'<li><a href="#([\w-]+)">', annex) == _anchors(annex)


def test_every_buurt_is_in_the_annex(annex: str, materiaal: Materiaal) -> None:
    stad = materiaal.cijfers
    ranked = annex[annex.index('id="rangorde"') : annex.index('id="niet-gerangschikt"')]
    rest = annex[annex.index('id="niet-gerangschikt"') : annex.index('id="domeinen"')]
    for code, naam in stad.naam.items():
        where = ranked if stad.scores.loc[code, "gerangschikt"] else rest
        assert f">{naam}<" in where, naam
    assert rest.count("minder dan 100 inwoners (40)") == len(stad.niet_gerangschikt)


def test_a_table_of_the_first_few_says_of_how_many(
    materiaal: Materiaal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sia.report.sections.MOST_RANKED", 1)
    page = Renderer(materiaal).report(selections(materiaal.cijfers)[0])
    told = re.search(r"misschien voorgaan \(de eerste 1 van (\d+); alles in de bijlage\)", page)
    assert told is not None and int(told[1]) > 1


def test_city_report_fits_and_is_self_contained(report: str) -> None:
    assert len(report.encode()) <= 1_000_000
    assert '<html lang="nl">' in report
    assert 'content="%POLICY%"' not in report
    assert FICTIONAL in report
    assert not re.search(r"\son\w+=", re.sub(r"<script.*?</script>", "", report, flags=re.DOTALL))


def test_sources_come_with_reference_years(report: str, annex: str) -> None:
    assert "tabel 85984NED" in report
    sources = annex[annex.index('id="bronnen"') : annex.index('id="methode"')]
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
    assert numbers_in_text(renderer.annex() + renderer.start_page()) == {}
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
    assert city_report(materiaal) == report


def test_hostile_texts_are_escaped() -> None:
    stad = everything(city(30, bad_names=True))
    stuff = replace(material(stad), uitspraken=_hostile_statements(stad))
    page = city_report(stuff, "intern") + Renderer(stuff, "intern").annex()
    body = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    for name in BAD_NAMES[:2]:
        assert name not in page
        assert escape(name) in body
    assert "&lt;b&gt;vraagt&lt;/b&gt;" in body


def _hostile_statements(stad: Cijfers) -> pd.DataFrame:
    fields = ("rol", "soort", "uitspraak", "effect", "aanpak", "reden")
    rows = [
        {"gebied": stad.gebieden.index[k], "jaar": 2024, **dict.fromkeys(fields, BAD_NAMES[k])}
        for k in range(len(BAD_NAMES))
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize("kind", [*get_args(Soort), "bijlage", "register", "start"])
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
        page = renderer.start_page()
    elif kind == "bijlage":
        page = renderer.annex()
    else:
        page = renderer.report(next(one for one in made if one.soort == kind))
    body = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    assert bad not in page and "<img src=x" not in body and BAD_NAMES[1] not in page
    assert escape(bad) in body
    assert "script-src &#x27;sha256-" in page


def test_figure_and_judgement_stand_side_by_side_in_every_table(
    annex: str, materiaal: Materiaal
) -> None:
    tables = dict(re.findall(r"<caption>([^<]*)</caption>(.*?)</table>", annex, re.DOTALL))
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


def test_the_map_has_the_duiding_of_buurten(report: str) -> None:
    titles = re.findall(r"<title>(Buurt 05[^<]*)</title>", report)
    assert titles[0].endswith("Duiding: genuanceerd; aanpak bijgesteld: volgen (2024).")


def test_a_judgement_never_alters_a_figure(materiaal: Materiaal) -> None:
    stad = materiaal.cijfers
    title = "Gerangschikte buurten"
    bare = replace(stad, duiding=pd.DataFrame())
    with_it, without = (ranking(c, Buren(), title, volledig=True) for c in (stad, bare))
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
    names = set(re.findall(r'<th scope="row"[^>]*>(Buurt \d\d)', page))
    assert names == {materiaal.cijfers.naam[code] for code in one.codes}
    assert "De partners stellen de grens zelf vast" in page
    assert one.bestand == "dia-1-gebied-rond-wijk-00.html"


def test_a_buurt_outside_every_dia_area_is_in_none_of_their_reports(materiaal: Materiaal) -> None:
    last = materiaal.cijfers.gebieden.index[-1]
    areas = [s for s in selections(materiaal.cijfers) if s.soort == "dia"]
    assert len(areas) == materiaal.cijfers.gebieden["wijkcode"].nunique()
    assert all(last not in one.codes for one in areas)


def test_editions(materiaal: Materiaal) -> None:
    public, internal = (city_report(materiaal, e) + Renderer(materiaal, e).annex() for e in EDITIES)
    for only_inside in ("Samenhang met herkomst", "Sloop portiekflat", "Interne editie: niet"):
        assert only_inside not in public
        assert only_inside in internal
    with pytest.raises(ValueError, match="editie"):
        Renderer(materiaal, "geheim")  # type: ignore[arg-type]


def test_report_without_margins_types_and_pockets(materiaal: Materiaal) -> None:
    stad = without_intervals(materiaal.cijfers)
    bare = replace(stad, typologie=stad.typologie.iloc[:0], deelbuurten=None)
    stuff = replace(materiaal, cijfers=bare, jaren=pd.DataFrame())
    page = Renderer(stuff).annex()
    assert "Marge" not in re.findall(r"<caption>Gerangschikte.*?</thead>", page, re.DOTALL)[0]
    assert not {"typen", "deelbuurten", "jaren"} & set(_anchors(page))
    assert "waarom" not in _anchors(city_report(stuff))


def test_a_report_says_why_there_was_no_search_for_deel_buurten(materiaal: Materiaal) -> None:
    bare = replace(materiaal.cijfers, deelbuurten=None, niet_gezocht="Er zijn geen vierkanten.")
    page = Renderer(replace(materiaal, cijfers=bare)).annex()
    assert "Er is niet gezocht naar plekken binnen buurten. Er zijn geen vierkanten." in page
    assert "geen plekken gevonden" not in page


def test_report_where_nothing_is_ranked(materiaal: Materiaal) -> None:
    stad = materiaal.cijfers
    blank = dict.fromkeys(
        [*DOMAINS, "urgentie", "kans_kwart", "rang_p05", "rang_p95"], float("nan")
    )
    scores = stad.scores.assign(gerangschikt=False, reden="geen cijfers", rang=pd.NA, **blank)
    scores["rang"] = scores["rang"].astype("Int64")
    stuff = replace(materiaal, cijfers=replace(stad, scores=scores))
    assert "Hier heeft geen buurt een plaats in de volgorde." in city_report(stuff)
    page = Renderer(stuff).annex()
    assert page.count("<td>geen cijfers</td>") == len(stad.gebieden)


def test_domain_report_starts_its_map_and_order_with_the_domain(materiaal: Materiaal) -> None:
    one = next(s for s in selections(materiaal.cijfers) if s.sleutel == "klimaat")
    page = Renderer(materiaal).report(one)
    assert "Waar is de opgave klimaat het grootst?" in page
    shown = re.findall(r'<th scope="row"[^>]*>(?:<a[^>]*>)?(Buurt \d\d)', page)
    highest = materiaal.cijfers.gerangschikt["klimaat"].nlargest(15).index
    assert shown[:15] == [materiaal.cijfers.naam[code] for code in highest]


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
    assert [p.name for p in write_report(target, materiaal)] == [
        "rapport.html",
        "rapport-bijlage.html",
    ]
    page, beside = (path.read_text(encoding="utf-8") for path in sorted(tmp_path.iterdir())[::-1])
    assert 'href="rapport-bijlage.html"' in page and 'href="rapport.html"' in beside


def test_full_set_links_every_report(tmp_path: Path) -> None:
    stuff = material(everything(city(8)))
    written = write_set(tmp_path, stuff, buren=Buren("../rapport.html", "../bijlage.html"))
    start = written[0].read_text(encoding="utf-8")
    assert 'href="../rapport.html"' in start and 'href="../bijlage.html"' in start
    links = set(re.findall(r'<a href="([\w-]+\.html)">', start))
    assert sorted(links) == sorted(p.name for p in written[1:] if p.suffix == ".html")
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(p.name for p in written)
    kinds = {name.partition("-")[0].removesuffix(".html") for name in links}
    assert kinds == {*get_args(Soort), "algoritmeregister", "toegankelijkheid"} - {"stad"}
    for path in written[1:]:
        if path.suffix == ".html":
            for link in re.findall(r'href="([\w-]+\.html)"', path.read_text(encoding="utf-8")):
                assert (tmp_path / link).exists(), (path.name, link)


def test_a_name_cannot_leave_the_string_of_a_style_sheet() -> None:
    assert (
        css_text('a";}</style>') == '"a\\000022 \\00003b \\00007d \\00003c \\00002f style\\00003e "'
    )


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


def test_a_city_of_two_ranked_buurten_hears_of_no_quarter(materiaal: Materiaal) -> None:
    stad = materiaal.cijfers
    out = stad.scores["rang"].isna() | (stad.scores["rang"] > 2)
    scores = stad.scores.assign(gerangschikt=~out, kans_kwart=0.0, kans_samen=float("nan"))
    scores.loc[out, ["rang", "urgentie", "kans_kwart", "rang_p05", "rang_p95"]] = pd.NA
    renderer = Renderer(replace(materiaal, cijfers=replace(stad, scores=scores)))
    code = str(scores.index[~out][0])
    city, own = (
        renderer.report(one)
        for one in selections(stad)
        if one.sleutel == code or one.soort == "stad"
    )
    for page in (city, own):
        told = re.sub(r"<(style|script)\b.*?</\1>", "", page, flags=re.DOTALL)
        assert "Bij minder dan vier gerangschikte buurten is er geen meest urgente kwart" in told
        assert "zeker niet" not in told and "Stippellijn" not in told
        assert "ans op het hoogste kwart" not in told
        assert "Welke buurten gaan voor" not in told
