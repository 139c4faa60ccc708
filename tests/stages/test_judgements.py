"""The duiding beside the figures: never instead of them, and aware of figures that changed."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from sia.duiding import Entry, Record
from sia.duiding.figures import statements
from sia.settings import Folders
from sia.stages.figures import entries_of, judged_places, judgement_table, versions_of
from sia.stages.run import Run
from tests.stages.conftest import Line

OTHER = "anders dan elk voorstel"
HOSTILE = '<script>alert(1)</script> =HYPERLINK("x")'


@pytest.fixture(scope="module")
def run(line: Line, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a copy of the line in which people spoke."""
    root = tmp_path_factory.mktemp("duiding")
    shutil.copytree(line.last.folders.processed, root / "verwerkt")
    own = replace(line.last, folders=Folders(root / "verwerkt", root / "rapporten"))
    record = Record(own.folders.record(own.gemeente.code))
    for entry in _entries(own):
        record.add(entry)
    return own


def _entries(run: Run) -> list[Entry]:
    codes = list(run.table("aanpak").index)
    versions = versions_of(run)
    code = run.gemeente.code
    said = {"rol": "wijkmanager", "soort": "genuanceerd"}
    entries = [
        Entry(
            gemeente=code,
            jaar=2024,
            gebied=codes[0],
            uitspraak=HOSTILE,
            effect="overruled",
            reden="De flat",
            aanpak=OTHER,
            cijferversie=versions[codes[0]],
            **said,
        ),
        Entry(
            gemeente=code,
            jaar=2024,
            gebied=codes[1],
            uitspraak="Klopt nog.",
            cijferversie="andere cijfers",
            **said,
        ),
        Entry(
            gemeente=code,
            jaar=2023,
            gebied=codes[2],
            uitspraak="Toen wel.",
            cijferversie="toen",
            **said,
        ),
    ]
    pockets = run.table("deelbuurten")
    if len(pockets):
        entries.append(
            Entry(
                gemeente=code,
                jaar=2024,
                gebied=pockets.index[0],
                uitspraak="Dit is de flat.",
                cijferversie=versions[pockets.index[0]],
                **said,
            )
        )
    return entries


def test_every_place_has_a_version_that_only_its_own_figures_change(run: Run) -> None:
    versions = versions_of(run)
    places = [*run.table("scores").index, *run.table("deelbuurten").index]
    assert list(versions.index) == places
    assert versions.str.fullmatch("[0-9a-f]{16}").all()
    assert versions_of(run).equals(versions)


def test_the_text_says_when_figures_changed_or_a_year_passed(run: Run) -> None:
    table, codes = judged_places(run, entries_of(run)), list(run.table("aanpak").index)
    assert table.loc[codes[0], "let_op"] == ""
    assert table.loc[codes[0], "aanpak_na_duiding"] == OTHER
    assert table.loc[codes[0], "aanpak"] == run.table("aanpak").loc[codes[0], "aanpak"]
    assert "veranderd sinds" in table.loc[codes[1], "let_op"]
    assert "geldt die nog?" in table.loc[codes[2], "let_op"]


def test_deel_buurten_have_their_own_judgement(run: Run) -> None:
    pockets = run.table("deelbuurten").index
    if not len(pockets):
        pytest.skip("the small demonstration city has no deel-buurt")
    assert judged_places(run, entries_of(run)).loc[pockets[0], "duiding"] == "Dit is de flat."


def test_without_a_record_there_is_nothing_beside(line: Line) -> None:
    assert judged_places(line.last, entries_of(line.last)).empty
    assert statements(entries_of(line.last), line.last.jaar).empty
    assert judgement_table(line.last, entries_of(line.last)).empty


def test_notebooks_show_both(run: Run) -> None:
    table = judgement_table(run, entries_of(run))
    assert len(table) == len(statements(entries_of(run), run.jaar))
    assert table["na duiding"].iloc[0] == OTHER
    assert "Reden: De flat." in table["duiding"].iloc[0]


def test_map_report_and_open_data_show_them_escaped(run: Run) -> None:
    kaart = run.publish("kaart").result
    page = (run.edition("openbaar") / "kaart.html").read_text(encoding="utf-8")
    assert f"aanpak overruled: {OTHER} (2024)." in kaart.json
    assert "<script>alert(1)" not in page
    path = run.publish("rapport").result
    first, annex = (
        path.with_stem(name).read_text(encoding="utf-8") for name in ("rapport", "rapport-bijlage")
    )
    assert "<script>alert(1)" not in first + annex
    assert "&lt;script&gt;alert(1)" in annex
    report = first + annex
    assert "De cijfers zijn veranderd sinds deze duiding." in report
    assert "Duiding uit 2023: geldt die nog?" in report
    head = Record(run.folders.record(run.gemeente.code)).head()
    assert f"kop van het logboek van duidingen {head}" in report


def test_the_start_page_of_a_year_stays_within_its_folder(run: Run) -> None:
    made = {path.name for path in run.edition("openbaar").iterdir()}
    assert made == {"kaart.html", "rapport.html", "rapport-bijlage.html"}
