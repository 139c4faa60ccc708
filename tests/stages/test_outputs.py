"""Map and report of a finished line: they ask nothing of anybody and say that it is fictional."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from sia.errors import InputError
from sia.report.sentences import numbers_in_text
from sia.stad import Stad
from sia.stages.figures import entries_of, figures, told_apart
from sia.stages.rapport import write
from sia.stages.run import Run
from sia.viz.leaflet import hosts
from tests.stages.conftest import Line


@pytest.fixture(scope="module")
def written(line: Line) -> tuple[Run, Path]:
    """Return the run and its city report, after all its reports were written."""
    return line.last, line.last.publish("rapport", reeks=True).result


def test_the_map_is_one_small_page(line: Line) -> None:
    run = line.last
    run.publish("kaart")
    page = (run.edition("openbaar") / "kaart.html").read_text(encoding="utf-8")
    assert hosts(page) == ()
    assert len(page.encode()) < 1_500_000
    assert "fictief" in page
    assert "kaart.html" in Stad(run).controle("kaart")


def test_the_report_is_one_page_whose_numbers_stand_in_its_tables(
    written: tuple[Run, Path],
) -> None:
    page = written[1].read_text(encoding="utf-8")
    assert hosts(page) == ()
    assert len(page.encode()) < 1_000_000
    assert not any(numbers_in_text(page).values())
    assert "Verzonnen cijfers in de vorm van" in page
    annex = (written[1].parent / "rapport-bijlage.html").read_text(encoding="utf-8")
    assert hosts(annex) == () and not any(numbers_in_text(annex).values())
    assert "Niet gerangschikt" in annex


def test_the_set_has_a_page_per_area_that_its_start_page_links(
    written: tuple[Run, Path],
) -> None:
    run = written[0]
    folder = run.edition("openbaar") / "rapporten"
    start = (folder / "index.html").read_text(encoding="utf-8")
    pages = {path.name for path in folder.glob("*.html")} - {"index.html"}
    assert set(re.findall(r'href="([\w-]+\.html)"', start)) == pages
    beside = {"../rapport.html", "../rapport-bijlage.html", "../atlas.html"}
    for page in (folder / one for one in pages):
        links = set(re.findall(r'href="([^"#]+)', page.read_text(encoding="utf-8")))
        assert beside | {"index.html"} <= links
        assert links - beside <= pages | {"index.html"}
    city = written[1].read_text(encoding="utf-8")
    assert 'href="rapporten/index.html"' in city
    assert all(f"rapporten/{name}" in city for name in pages if name.startswith("stadsdeel"))
    kinds = Counter(name.partition("-")[0].removesuffix(".html") for name in pages)
    assert (kinds["algoritmeregister"], kinds["toegankelijkheid"]) == (1, 1)
    assert kinds["verandering"] > len(set(areas_with_scores(run)))
    areas = run.table("gebieden")
    land = areas[~areas["water"]]
    assert kinds["buurt"] == len(land)
    assert kinds["wijk"] == land["wijkcode"].nunique()
    parts = set(areas["stadsdeel"].str.strip()) - {""}
    assert (kinds["stad"], kinds["stadsdeel"]) == (0, len(parts))


def test_a_report_asked_for_by_name_is_that_of_the_set(written: tuple[Run, Path]) -> None:
    run, city = written
    city.with_name("atlas.html").touch()
    folder = city.parent / "rapporten"
    asked = {"sociaal": folder / "domein-sociaal.html", run.gemeente.naam.split(" (")[0]: city}
    for name, path in asked.items():
        before = path.read_bytes()
        path.unlink()
        assert path in write(run, [name])
        assert path.read_bytes() == before
    with pytest.raises(InputError, match=r"Sosiaal[\s\S]*Bedoelde u `Sociaal`[\s\S]*BU0"):
        write(run, ["Sosiaal", "BU0"])


def test_every_report_names_open_data_that_are_there(written: tuple[Run, Path]) -> None:
    folder = written[0].edition("openbaar") / "rapporten"
    found = {path.name for path in (folder.parent / "opendata").glob("*.zip")}
    pages = {path: path.read_text(encoding="utf-8") for path in folder.glob("*.html")}
    named = {
        name for page in pages.values() for name in re.findall(r"opendata/([\w-]+\.zip)", page)
    }
    assert named == found
    silent = {path.name for path, page in pages.items() if "zijn ook open data" not in page}
    assert silent == {"index.html", "algoritmeregister.html", "toegankelijkheid.html"}
    links = re.findall(r'href="(\.\./opendata/[^"]+)"', pages[folder / "index.html"])
    assert len(links) == 4
    assert all((folder / link).exists() for link in links)


def areas_with_scores(run: Run) -> pd.Series[str]:
    """Return the wijk of every ranked buurt."""
    scores = run.table("scores")
    return run.table("gebieden")["wijkcode"][scores["gerangschikt"]]


def test_the_atlas_is_one_small_page_that_links_what_is_there(written: tuple[Run, Path]) -> None:
    run = written[0]
    page = run.publish("atlas").result.read_text(encoding="utf-8")
    assert hosts(page) == ()
    assert len(page.encode()) < 3_000_000
    links = set(re.findall(r'"(rapporten/[\w.-]+)"', page)) | {"rapport.html"}
    assert all((run.edition("openbaar") / link).exists() for link in links)
    assert len(links) == int((~run.table("gebieden")["water"]).sum()) + 2


def test_source_lines_come_from_what_was_used(written: tuple[Run, Path]) -> None:
    run, report = written
    page = report.read_text(encoding="utf-8")
    year = int(run.table("gebieden")["borders_year"].max())
    assert (
        f"Grenzen: verzonnen, in de vorm van CBS/Kadaster via PDOK, wijk- en buurtkaart {year}"
        in page
    )
    assert "Grenzen: CBS en Kadaster" not in page


def test_open_data_withholds_what_is_below_its_threshold(
    written: tuple[Run, Path],
) -> None:
    run = written[0]
    shown = pd.read_csv(run.edition("openbaar") / "opendata" / "cijfers.csv", sep=";", decimal=",")
    limits = figures(run, entries_of(run)).catalogus["publicatiedrempel"]
    denominators = run.table("noemers").stack()
    cells = pd.MultiIndex.from_frame(shown[["buurtcode", "indicator"]])
    known = denominators.reindex(cells).to_numpy()
    limit = shown["indicator"].map(limits).to_numpy()
    below = (limit > 0) & ~(known >= limit)
    assert below.any()
    assert shown.loc[below, "waarde"].isna().all()
    assert shown.loc[~below, "waarde"].notna().any()


def test_the_public_report_holds_no_test_on_origin(line: Line) -> None:
    run = line.last
    public, internal = (
        "".join(
            path.read_text(encoding="utf-8")
            for path in run.publish("rapport", editie=editie).result.parent.glob("rapport*.html")
        )
        for editie in ("openbaar", "intern")
    )
    assert "Samenhang met herkomst" not in public
    assert "Samenhang met herkomst" in internal


def test_the_three_things_are_sentences(line: Line) -> None:
    sentences = Stad(line.last).zinnen()
    assert len(sentences) == 3
    assert all(s.endswith(".") for s in sentences)


def test_two_buurten_of_one_name_are_told_apart_by_their_wijk() -> None:
    areas = pd.DataFrame(
        {
            "naam": ["Kern-Dorp", "Kern-Dorp", "Noord"],
            "wijknaam": ["Wijk18-Streefkerk", "Wijk 03 Brandwijk", "Wijk 03 Brandwijk"],
        }
    )
    told = ["Kern-Dorp (Streefkerk)", "Kern-Dorp (Brandwijk)", "Noord"]
    assert list(told_apart(areas)) == told
