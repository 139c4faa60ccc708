"""The widget: what the page asks, the functions answer; what goes wrong is said."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from sia.duiding import Record
from sia.duiding.chain import witness_of
from sia.dutch import met_teken
from sia.errors import InputError
from sia.sessie import check_session, start
from sia.sessie.app import SCRIPTS, Sessie
from sia.sessie.stand import Stand, load_stand
from sia.settings import Folders
from sia.stages.run import Run
from tests.sessie.klein import CODE, EARLIER, POCKET, POCKET_IN, YEAR

FIELDS = {
    "id": "a",
    "gebied": POCKET_IN,
    "uitspraak": "Klopt.",
    "rol": "wijkagent",
    "soort": "herkend",
    "effect": "geen",
}


class Heard:
    """The page's side: sends messages and keeps the answers."""

    def __init__(self, app: Sessie) -> None:
        self.app = app
        self.answers: list[dict[str, Any]] = []
        app.send = self.answers.append  # type: ignore[method-assign]

    def ask(self, soort: str, *files: bytes, **content: Any) -> dict[str, Any]:
        checked = {"nagekeken": True} if soort == "bewaar" else {}
        self.app._message(None, {"soort": soort, "nummer": 7, **checked, **content}, files)
        return self.answers[-1]


@pytest.fixture
def app(folders: Folders, read: Stand, monkeypatch: pytest.MonkeyPatch) -> Sessie:
    """A session on tables that were read before, because reading takes longest."""

    def known(run: Run, editie: str) -> Stand:
        assert editie == "openbaar"
        return replace(read, run=run, panelen={}) if run.jaar == YEAR else load_stand(run, editie)

    monkeypatch.setattr("sia.sessie.app.load_stand", known)
    return Sessie(folders, CODE, YEAR)


def test_it_opens_with_the_most_urgent_buurt_and_equal_weights(app: Sessie) -> None:
    first = str(app.stand.cijfers.gerangschikt.index[0])
    assert (app.gekozen, app.ander) == (first, "")
    assert set(app.panelen) == {first}
    assert set(app.proef["verschuiving"]) <= {0, None}
    assert app.keuzes[0]["jaren"] == [YEAR, EARLIER]
    assert repr(app) == f"Sessie({CODE}, {YEAR})"


def test_choosing_and_comparing_show_both(app: Sessie) -> None:
    count = app.antwoord
    app.gekozen, app.ander = POCKET_IN, "BU99990605"
    assert list(app.panelen) == [POCKET_IN, "BU99990605"]
    assert all("<figure>" in html for html in app.panelen.values())
    assert [one["code"] for one in app.gebieden] == [POCKET_IN, POCKET]
    assert app.antwoord > count


def test_two_buurten_are_told_apart(app: Sessie) -> None:
    app.gekozen, app.ander = POCKET_IN, "BU99990605"
    scores, naam = app.stand.cijfers.scores, app.stand.cijfers.naam
    apart = scores.at[POCKET_IN, "urgentie"] - scores.at["BU99990605", "urgentie"]
    row = app.verschil.partition("Urgentie (punten)")[2].partition("</tr>")[0]
    assert f">{met_teken(apart, 1)}<" in row
    overlap = (
        scores.loc[[POCKET_IN, "BU99990605"], "rang_p05"].max()
        <= scores.loc[[POCKET_IN, "BU99990605"], "rang_p95"].min()
    )
    first = naam[scores.loc[[POCKET_IN, "BU99990605"], "rang"].idxmin()]
    assert ("niet zeker" if overlap else f"{first} gaat voor") in app.verschil
    app.ander = ""
    assert app.verschil == ""


def test_what_another_session_says_and_new_figures_come_by_themselves(app: Sessie) -> None:
    page, other = Heard(app), Sessie(app.folders, CODE, YEAR)
    other.gekozen = POCKET_IN
    assert Heard(other).ask("kijk") == {"goed": True, "soort": "kijk", "nummer": 7}
    page.ask("bewaar", velden=FIELDS)
    Heard(other).ask("kijk")
    assert [row["uitspraak"] for row in other.duidingen] == ["Klopt."]
    assert other.oordelen == {POCKET_IN: "1 duiding"}
    before = other.stand
    manifest = before.run.folder / "manifest.json"
    os.utime(manifest, ns=(1, 1))
    assert "opnieuw berekend" in Heard(other).ask("kijk")["tekst"]
    assert other.stand is not before
    assert other.opened == (CODE, YEAR)


def test_the_explorer_is_made_when_it_is_asked_for(app: Sessie) -> None:
    assert app.verkenner is None
    assert Heard(app).ask("verken")["goed"]
    assert app.verkenner.beeld.jaar.jaar == YEAR
    app.jaar = EARLIER
    assert app.verkenner is None


def test_facts_come_before_the_charts(app: Sessie) -> None:
    seen: list[str] = []
    app.observe(lambda change: seen.append(change["new"].get(POCKET_IN, "")), "panelen")
    app.gekozen = POCKET_IN
    assert ["<figure>" in html for html in seen] == [False, True]


def test_weights_are_answered_and_bad_ones_are_said(app: Sessie) -> None:
    app.gewichten = {"sociaal": 5.0, "wonen": 0.0}
    assert any(app.proef["verschuiving"])
    assert app.proef["gewichten"] == {"sociaal": 5.0, "wonen": 0.0}
    kept = app.proef
    app.gewichten = {"sociaal": 99.0}
    assert "kan niet" in app.fout
    assert app.proef == kept
    app.gewichten = {}
    assert app.fout == ""


def test_another_year_opens_with_the_same_buurt(app: Sessie) -> None:
    app.gekozen = POCKET_IN
    app.jaar = EARLIER
    assert (app.stad["jaar"], app.gekozen, app.opened) == (EARLIER, POCKET_IN, (CODE, EARLIER))


def test_a_year_that_cannot_be_read_leaves_the_old_one_on_the_table(app: Sessie) -> None:
    broken = app.folders.year(CODE, EARLIER) / "scores.parquet"
    broken.write_bytes(b"stuk")
    app.jaar = EARLIER
    assert "later gewijzigd" in app.fout
    assert (app.jaar, app.stad["jaar"]) == (YEAR, YEAR)


def test_figures_that_cannot_be_read_leave_an_empty_page_that_says_so(folders: Folders) -> None:
    (folders.year(CODE, YEAR) / "bijdragen.parquet").write_bytes(b"stuk")
    app = Sessie(folders, CODE, YEAR)
    assert "later gewijzigd" in app.fout
    assert app.stad == {}
    with pytest.raises(InputError, match="later gewijzigd"):
        check_session(app)
    app.jaar = EARLIER
    assert (app.fout, app.stad["jaar"]) == ("", EARLIER)


def test_storing_is_confirmed_and_shown_at_once(app: Sessie) -> None:
    app.gekozen = POCKET_IN
    page = Heard(app)
    answer = page.ask("bewaar", velden=FIELDS)
    assert answer["goed"]
    assert answer["nummer"] == 7
    assert "Opgeslagen als duiding 1" in answer["tekst"]
    assert [row["uitspraak"] for row in app.duidingen] == ["Klopt."]
    assert app.oordelen == {POCKET_IN: "1 duiding"}
    stored = Record(app.stand.run.folders.record(app.stand.run.gemeente.code)).entries()
    assert stored["cijferversie"][0] == app.stand.versies[POCKET_IN]


def test_nothing_is_stored_until_a_warning_was_looked_at(app: Sessie) -> None:
    page, risky = Heard(app), {**FIELDS, "uitspraak": "Mevrouw Jansen weet het."}
    assert "een naam" in page.ask("nakijken", velden=risky)["waarschuwingen"][0]
    for fields in (risky, FIELDS):
        answer = page.ask("bewaar", velden=fields, nagekeken=False)
        assert not answer["goed"]
        assert "openbare rapport" in answer["tekst"], "asked of every text"
    assert app.stand.duidingen().empty
    place = str(app.stand.namen[POCKET_IN])
    assert (
        page.ask("nakijken", velden={"uitspraak": f"In {place} {place}."})["waarschuwingen"] == []
    )
    assert page.ask("bewaar", velden=risky, nagekeken=True)["goed"]


def test_an_incomplete_form_says_all_that_is_wrong(app: Sessie) -> None:
    wrong = {**FIELDS, "rol": "", "soort": "", "uitspraak": ""}
    answer = Heard(app).ask("bewaar", velden=wrong, nagekeken=False)
    assert not answer["goed"]
    assert set(answer["velden"]) == {"rol", "soort", "uitspraak"}
    assert all(said in answer["tekst"] for said in answer["velden"].values())


def test_a_record_that_cannot_be_written_is_said(app: Sessie) -> None:
    app.stand.run.folders.record(app.stand.run.gemeente.code).mkdir(parents=True)
    answer = Heard(app).ask("bewaar", velden=FIELDS)
    assert not answer["goed"]
    assert "NIET opgeslagen" in answer["tekst"]


def test_export_and_import_bring_a_record_to_another_computer(app: Sessie) -> None:
    page = Heard(app)
    assert not page.ask("uitvoer")["goed"], "there is nothing yet"
    page.ask("bewaar", velden={**FIELDS, "uitspraak": "=HYPERLINK(1)"})
    sent = page.ask("uitvoer")
    assert sent["naam"] == f"duiding-{CODE}.csv"
    head = app.logboek[0]
    path = app.stand.run.folders.record(app.stand.run.gemeente.code)
    path.unlink()
    witness_of(path).unlink()
    app.gekozen = POCKET_IN
    sent = sent["inhoud"].encode()
    assert page.ask("invoer", sent, naam="d.csv")["tekst"].startswith("1 duidingen")
    [row] = app.duidingen
    assert (row["uitspraak"], row["ingevoerd"]) == ("=HYPERLINK(1)", True)
    assert "uit d.csv" in row["let_op"]
    assert app.oordelen == {POCKET_IN: "1 ingevoerd"}
    assert app.logboek[0] != head, "another record has another head"
    assert page.ask("invoer", sent, naam="d.csv")["tekst"].startswith("0 duidingen")
    half = page.ask("invoer", sent + b"1,2\n", naam="d.csv")
    assert not half["goed"]
    assert "Rij 3: Deze rij heeft te veel of te weinig cellen" in half["tekst"]
    assert not page.ask("invoer", b"a,b\n1,2\n", naam="d.csv")["goed"]


def test_a_row_that_was_tampered_with_is_shown_as_bad_and_closes_nothing(app: Sessie) -> None:
    app.gekozen = POCKET_IN
    page = Heard(app)
    page.ask("bewaar", velden={**FIELDS, "effect": "bevestigd"})
    assert app.logboek[0].startswith("Kop van het logboek: 1-")
    with closing(sqlite3.connect(app.stand.record().path)) as store:
        store.execute("DROP TRIGGER duiding_blijft")
        store.execute("UPDATE duiding SET moment = '29-11-2026 18:35'")
        store.commit()
    again = Sessie(app.folders, CODE, YEAR)
    again.gekozen = POCKET_IN
    [row] = again.duidingen
    assert (row["aangetast"], row["moment"]) == (True, "29-11-2026 18:35")
    assert "telt niet mee" in row["let_op"]
    assert again.oordelen == {POCKET_IN: "1 aangetast"}
    assert "duiding 1 " in " ".join(again.logboek)


def test_an_unknown_message_is_ignored(app: Sessie) -> None:
    page = Heard(app)
    app._message(None, {"soort": "verwijder"}, [])
    assert page.answers == []


def test_the_check_counts_what_asks_for_attention(app: Sessie) -> None:
    assert "nog geen duidingen" in check_session(app)
    page = Heard(app)
    page.ask("bewaar", velden=FIELDS)
    page.ask("bewaar", velden={**FIELDS, "id": "b", "corrigeert": "a"})
    assert check_session(app).startswith("In orde: 2 duidingen, waarvan 1 later verbeterd.")


def test_notebook_parameters_are_checked(folders: Folders) -> None:
    assert start(CODE, 0, verwerkt=str(folders.processed)).jaar == YEAR
    with pytest.raises(InputError, match="editie"):
        start(CODE, YEAR, "geheim", str(folders.processed))


def test_the_page_asks_nothing_of_another_host() -> None:
    text = Sessie._esm + Sessie._css
    assert len(SCRIPTS) == 7
    addresses = text.replace("http://www.w3.org/2000/svg", "")
    assert not any(part in addresses for part in ("http:", "https:", "//cdn", "import ", "url(//"))
