"""A whole duidingssessie in a real browser, on a real Voilà server, with no other host to ask."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Download, Page, Route, TimeoutError

from sia.duiding import Record
from sia.sessie.serve import ADDRESS, free_port
from tests.browser.conftest import WIDTHS, Visit
from tests.sessie.klein import CODE, POCKET, POCKET_IN, YEAR, small_city

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BROKEN = """() => [...document.querySelectorAll('.naam, h3, .rol th, .verschil th')].filter((e) =>
  e.firstChild?.nodeType === 3 && e.getClientRects().length).flatMap((e) => {
    const words = [...e.firstChild.data.matchAll(/[^\\s–-]+/g)], range = document.createRange();
    return words.filter((w) => {
      range.setStart(e.firstChild, w.index);
      range.setEnd(e.firstChild, w.index + w[0].length);
      return new Set([...range.getClientRects()].map((r) => Math.round(r.top))).size > 1;
    }).map((w) => w[0]);
  })"""
"""Words in names that run over two lines."""
CHOSEN = (
    "() => [document.querySelector('path.buurt.gekozen')?.dataset.code,"
    " document.querySelector('.rangorde g.gekozen')?.dataset.code,"
    " document.querySelector('tr.gekozen')?.dataset.code,"
    " document.querySelector('.buurtvak')?.dataset.code,"
    " document.querySelector('.keuzes select[id$=buurt]').value]"
)
VERSIONS = "shared"
"""Voilà's own libraries warn of each other's versions; that is not about our page."""


@dataclass
class Server:
    """A session that is served, and its record."""

    process: subprocess.Popen[str]
    address: str
    record: Path

    def kernels(self) -> dict[str, int]:
        """Return the kernels of this server: their processes by id, of the spare one too."""
        found = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = stat.read_text().rsplit(")", 1)[1].split()[1]
                command = (stat.parent / "cmdline").read_bytes()
            except OSError:
                continue
            named = re.search(rb"kernel-([0-9a-f-]{36})", command)
            if int(parent) == self.process.pid and named:
                found[named[1].decode()] = int(stat.parent.name)
        return found

    def settle(self, count: int) -> None:
        """Wait until there are so many kernels."""
        deadline = time.monotonic() + 120
        while len(self.kernels()) != count:
            assert time.monotonic() < deadline, self.kernels()
            time.sleep(0.2)


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory,
    once: Callable[[str, Callable[[Path], None]], Path],
    repository: Path,
) -> Iterator[Server]:
    root = tmp_path_factory.mktemp("sessie") / "stad"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SIA_HOME", str(repository))
        shutil.copytree(once("kleine-stad", small_city), root)
    for name in ("gemeenten", "notebooks"):
        (root / name).symlink_to(repository / name)
    port = free_port(18866)
    command = [sys.executable, "-c", "from sia.cli import main; main()", "sessie", "-g", CODE]
    command += ["-j", str(YEAR), "--geen-browser", "--poort", str(port)]
    process = subprocess.Popen(
        command,
        env={**os.environ, "SIA_HOME": str(root), "PYTHONPATH": str(repository)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    said = process.stdout.readline()
    address = re.search(r"http://\S+", said)
    assert address is not None, said
    yield Server(process, address[0], root / "data" / "processed" / CODE / "duiding.sqlite")
    os.killpg(process.pid, signal.SIGTERM)
    process.wait(timeout=30)


@pytest.fixture(scope="module")
def session(chromium: Browser, server: Server) -> Iterator[Visit]:
    """Open the session at the width of a projector; every other host is blocked and noted."""
    size = dict(zip(("width", "height"), WIDTHS["projector"], strict=True))
    context = chromium.new_context(viewport=size)
    # a kernel starts in seconds on a free machine, and in a minute on one that runs other tests
    context.set_default_timeout(120_000)
    seen = Visit(context.new_page())

    def only_here(route: Route) -> None:
        if route.request.url.startswith(f"http://{ADDRESS}:"):
            route.continue_()
        else:
            seen.requests.append(route.request.url)
            route.abort()

    context.route(lambda url: not url.startswith(("data:", "blob:")), only_here)
    seen.page.on("console", lambda m: m.type == "error" and seen.complaints.append(m.text))
    seen.page.on("response", lambda r: r.status >= 400 and seen.complaints.append(r.url))
    seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    seen.page.on("dialog", lambda d: (seen.complaints.append(d.message), d.dismiss()))
    deadline = time.monotonic() + 120
    while True:
        try:
            seen.page.goto(server.address)
            break
        except Exception:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
    ready(seen.page)
    yield seen
    context.close()


def ready(page: Page) -> None:
    page.wait_for_selector(".buurtvak figure", state="attached")


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def everywhere(page: Page, code: str) -> None:
    """Wait until the panel follows, then see that all views agree."""
    page.wait_for_selector(f".buurtvak[data-code='{code}'] figure", state="attached")
    assert page.evaluate(CHOSEN) == [code] * 5


def fill(page: Page, text: str) -> None:
    page.get_by_label("Wat is er gezegd?").fill(text)
    page.get_by_label("Rol van de spreker").select_option("wijkmanager")
    page.get_by_role("radio", name="genuanceerd").check()


def press_confirm(page: Page, *, nagekeken: bool = True) -> str:
    """Press the button and return the answer to this press, not the one that stood there before."""
    page.locator("form .uitslag").evaluate("(said) => { said.className = 'uitslag'; }")
    page.get_by_label("Ik heb het nagekeken").set_checked(nagekeken)
    page.get_by_role("button", name="Bevestigen en opslaan").click()
    page.wait_for_selector("form .uitslag.goed, form .uitslag.slecht")
    return page.locator("form .uitslag").inner_text()


def test_a_click_anywhere_chooses_the_buurt_everywhere(session: Visit) -> None:
    page = session.page
    assert "Methode 20" in page.locator("header").inner_text()
    page.locator(f"path.buurt[data-code='{POCKET_IN}']").click()
    everywhere(page, POCKET_IN)
    page.locator(".rangorde g[data-code='BU99990605'] .baan").click()
    everywhere(page, "BU99990605")
    page.locator("tr[data-code='BU99990001'] button").click()
    everywhere(page, "BU99990001")
    page.get_by_label("Buurt", exact=True).select_option("BU99990002")
    everywhere(page, "BU99990002")


def test_the_table_sorts_with_the_unranked_last(session: Visit) -> None:
    table = session.page.locator(".tabelvak table")
    for head, column in (("Buurt", "th"), ("Plaats", "td:nth-child(2)")):
        table.get_by_role("button", name=head, exact=True).click()
        shown = table.locator(f"tbody tr > {column}").evaluate_all("l => l.map((c) => c.dataset.v)")
        known = [int(value) for value in shown if value]
        assert known == sorted(known)
        assert shown == [str(value) for value in known] + [""] * (len(shown) - len(known))


def test_by_keyboard_alone(session: Visit) -> None:
    page = session.page
    for box in (".kaart svg[role=listbox]", ".rangorde svg[role=listbox]"):
        page.locator(box).focus()
        page.keyboard.press("Home")
        page.keyboard.press("ArrowRight")
        at = page.evaluate("document.activeElement.getAttribute('aria-activedescendant')")
        page.keyboard.press("Enter")
        everywhere(page, page.evaluate(f"document.getElementById('{at}').dataset.code"))
    page.locator("tbody button[tabindex='0']").first.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    second = page.evaluate("document.activeElement.closest('tr').dataset.code")
    page.keyboard.press("Enter")
    everywhere(page, second)
    reached = []
    page.get_by_label("Gemeente").focus()
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "document.activeElement.id.replace(/^sia\\d+-/, '')"
                " || document.activeElement.getAttribute('role')"
            )
        )
    assert reached[:5] == ["jaar", "buurt", "ander", "laag", "listbox"]
    assert "tab-buurt" in reached


def test_two_buurten_stand_side_by_side(session: Visit) -> None:
    page = session.page
    page.get_by_label("Vergelijk met").select_option(POCKET_IN)
    page.wait_for_selector(f".buurtvak[data-code='{POCKET_IN}'] figure")
    boxes = page.locator(".buurtvak").evaluate_all(
        "(a) => a.map((b) => b.getBoundingClientRect().x)"
    )
    assert len(boxes) == 2
    assert boxes[0] < boxes[1]
    page.wait_for_function(
        "document.querySelector('.verschil').innerText.includes('marges overlappen')"
    )
    assert "Verschil" in page.locator(".verschil").inner_text()
    for size in ((390, 844), (1000, 700), (1366, 768), (1510, 900), (1920, 1080)):
        page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
        assert page.evaluate(BROKEN) == [], size
    page.get_by_label("Vergelijk met").select_option("")
    page.wait_for_function("document.querySelectorAll('.buurtvak').length === 1")


def test_weights_answer_at_once_and_change_no_figure(session: Visit) -> None:
    page = session.page
    tab(page, "Gewichten")
    before = page.locator("tr[data-code] td:nth-child(2)").all_inner_texts()
    slider = page.get_by_role("slider", name="Klimaat")
    slider.focus()
    for _ in range(8):
        page.keyboard.press("ArrowRight")
        page.wait_for_selector("[data-ms]")
        page.evaluate("document.querySelector('[data-ms]').removeAttribute('data-ms')")
    said = page.locator(".zinnen").inner_text()
    assert "Wat blijft gelijk" in said
    assert "het meest:" in said
    assert page.locator("tr[data-code] td:nth-child(2)").all_inner_texts() == before
    page.get_by_label("Laag", exact=True).select_option("proef")
    assert page.locator(".legenda").inner_text().count("omhoog") >= 1
    page.get_by_label("Laag", exact=True).select_option("urgentie")
    page.get_by_role("button", name="Terug naar de methode").click()
    page.wait_for_function("document.querySelector('.zinnen').innerText.includes('Geen enkele')")


def test_every_page_is_accessible_and_fits_the_projector(session: Visit) -> None:
    page = session.page
    for name in ("De buurt", "Gewichten", "Duiding", "Verkenner"):
        tab(page, name)
        if name == "Verkenner":
            page.wait_for_selector(".sia-verkenner .beeld [data-b]")
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)
            assert session.violations() == [], (name, scheme)
        for width in WIDTHS.values():
            page.set_viewport_size(dict(zip(("width", "height"), width, strict=True)))
            page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
        page.set_viewport_size({"width": 1920, "height": 1080})


def test_the_explorer_is_a_tab(session: Visit) -> None:
    page = session.page
    tab(page, "Verkenner")
    said = page.locator(".sia-verkenner [role=status]")
    before = said.inner_text()
    page.get_by_label("Cijfer Y").select_option(label="Score · Potentie")
    page.wait_for_function("([e, was]) => e.innerText !== was", arg=[said.element_handle(), before])
    assert "Potentie" in said.inner_text()
    page.locator("[data-vlak] [data-b]").first.click()
    page.wait_for_function("document.querySelectorAll('.sia-verkenner tbody tr').length === 1")


def test_no_code_is_shown(session: Visit) -> None:
    text = session.page.locator("main").inner_text()
    assert "import" not in text
    assert "sessie.start" not in session.page.content()


def test_a_judgement_is_checked_stored_and_shown_at_once(session: Visit, server: Server) -> None:
    page = session.page
    page.get_by_label("Buurt", exact=True).select_option(POCKET_IN)
    everywhere(page, POCKET_IN)
    tab(page, "Duiding")
    page.get_by_label("Over welk gebied?").select_option(POCKET)
    assert "NIET" not in press_confirm(page)
    wrong = page.locator("[aria-invalid=true]")
    assert wrong.count() == 3
    for field in wrong.all():
        beside = page.locator(f"[id='{field.get_attribute('aria-describedby')}']")
        assert beside.inner_text()
        assert abs(beside.bounding_box()["y"] - field.bounding_box()["y"]) < 200
    assert session.violations() == []
    button = page.get_by_role("button", name="Bevestigen en opslaan")
    fill(page, "<img src=x onerror=alert(1)> Mevrouw Jansen zegt het.")
    assert "Nog niet opgeslagen" in press_confirm(page, nagekeken=False)
    assert "een naam" in page.locator(".waarschuwing").inner_text()
    with_warning = button.bounding_box()
    fill(page, "<img src=x onerror=alert(1)> De hoek is donker.")
    page.get_by_label("Wat is er gezegd?").press("Tab")
    page.wait_for_selector(".waarschuwing:empty", state="attached")
    assert button.bounding_box() == with_warning
    assert "Opgeslagen als duiding 1" in press_confirm(page)
    card = page.locator(".kaartje[data-nummer='1']").inner_text()
    assert "<img src=x onerror=alert(1)> De hoek is donker." in card
    assert page.locator(f"tr[data-code='{POCKET_IN}'] td").last.inner_text() == "1 duiding"
    beside = page.locator(f".buurtvak[data-code='{POCKET_IN}'] .oordeel").text_content()
    assert "De hoek is donker." in (beside or "")
    stored = Record(server.record).entries()
    assert stored["gebied"].tolist() == [POCKET]
    assert stored["cijferversie"][0] in card


def test_another_page_sees_a_judgement_by_itself_and_frees_its_kernel(
    session: Visit, server: Server
) -> None:
    server.settle(2)
    other = session.page.context.new_page()
    other.goto(server.address)
    ready(other)
    other.get_by_label("Buurt", exact=True).select_option(POCKET_IN)
    other.wait_for_selector(f".buurtvak[data-code='{POCKET_IN}'] figure", state="attached")
    assert "1 duiding" in other.locator(f"tr[data-code='{POCKET_IN}'] td").last.inner_text()
    server.settle(3)
    page = session.page
    page.bring_to_front()
    fill(page, "Dit hoort de andere zaal ook.")
    assert "Opgeslagen als duiding 2" in press_confirm(page)
    other.bring_to_front()
    other.wait_for_function("document.querySelector('.oordeel').innerText.includes('andere zaal')")
    other.close()
    page.bring_to_front()
    server.settle(2)


def test_a_killed_kernel_loses_nothing_and_says_so(session: Visit, server: Server) -> None:
    page = session.page
    fill(page, "Wat ik typte toen de stroom wegviel.")
    mine = page.locator("#jupyter-config-data").evaluate("(e) => JSON.parse(e.text).kernelId")
    os.kill(server.kernels()[mine], signal.SIGKILL)
    assert "NIET bevestigd" in press_confirm(page)
    assert len(Record(server.record).entries()) == 2
    page.reload()
    ready(page)
    everywhere(page, POCKET_IN)
    assert page.locator(".kaartje").count() == 2
    assert page.get_by_label("Wat is er gezegd?").input_value().startswith("Wat ik typte")
    assert "Opgeslagen als duiding 3" in press_confirm(page)
    entries = Record(server.record).entries()
    assert entries["uitspraak"].str.startswith("Wat ik typte").tolist() == [False, False, True]
    assert entries["id"].is_unique


def test_a_correction_is_a_new_entry(session: Visit) -> None:
    page = session.page
    page.locator(".kaartje[data-nummer='3']").get_by_role("button", name="Verbeteren").click()
    assert "U verbetert duiding 3" in page.locator(".band").inner_text()
    fill(page, "Verbeterde tekst.")
    assert "Opgeslagen als duiding 4" in press_confirm(page)
    page.wait_for_selector(".kaartje.vervallen[data-nummer='3']")
    assert session.violations() == []


def taken_along(page: Page) -> Download:
    """Press until the file comes: a kernel that is kept waiting says so, and asks to try again."""
    for wait in (20_000, 20_000, 60_000):
        try:
            with page.expect_download(timeout=wait) as found:
                page.get_by_role("button", name="Uitvoeren als CSV").click()
            return found.value
        except TimeoutError:
            continue
    raise AssertionError(page.locator("main").inner_text()[-400:])


def brought_back(page: Page, download: Download) -> str:
    """Import a file and return the answer; a kernel that is kept waiting is asked again."""
    answer = page.locator(".uitslag[role=status]").last
    for _ in range(3):
        answer.evaluate("(said) => { said.textContent = ''; }")
        page.get_by_label("Invoeren uit een uitvoer van een ander").set_input_files(download.path())
        page.wait_for_function("(said) => said.textContent", arg=answer.element_handle())
        if "Geen antwoord" not in answer.inner_text():
            break
    return answer.inner_text()


def test_the_record_can_be_taken_along(session: Visit) -> None:
    page = session.page
    download = taken_along(page)
    text = download.path().read_text(encoding="utf-8")
    assert download.suggested_filename == f"duiding-{CODE}.csv"
    assert text.count("\n") == 5
    assert "0 duidingen ingevoerd; 4 stonden er al" in brought_back(page, download)
    assert "Kop van het logboek: 4-" in page.locator(".logboek").inner_text()


def test_without_the_key_nobody_gets_in(chromium: Browser, server: Server, session: Visit) -> None:
    page = chromium.new_page()
    page.goto(server.address.partition("?")[0])
    assert page.locator(".sia-sessie").count() == 0
    assert "Voorbeeldstad" not in page.content()
    page.close()


def test_nobody_else_was_asked_and_nothing_went_wrong(session: Visit) -> None:
    assert session.requests == []
    assert session.complaints == []
