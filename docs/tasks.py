"""Ten tasks of a wethouder, a manager and a researcher, done in the browser from the first page.

``python docs/tasks.py reports/GM9999/2024/openbaar [address of a running session]`` prints a table
in Markdown: the steps of each task, the seconds that they take, and the answer read from the page.
A step is a click, a choice, something typed, or reading another part of the page. The seconds are
those of the machine: reading and thinking come on top.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

WAIT = 120_000


@dataclass
class Hand:
    """What a reader does on a page, counted."""

    page: Page
    steps: list[str] = field(default_factory=list)

    def click(self, selector: str, number: int = 0) -> None:
        """Click the element with this number."""
        self.steps.append("klik")
        self.page.locator(selector).nth(number).click()

    def choose(self, selector: str, **option: str | int) -> None:
        """Choose an option of a list."""
        self.steps.append("kies")
        self.page.locator(selector).select_option(**option)

    def type(self, selector: str, text: str) -> None:
        """Type in a field."""
        self.steps.append("typ")
        self.page.locator(selector).fill(text)

    def read(self, selector: str, number: int = 0) -> str:
        """Return the text of an element on one line."""
        self.steps.append("lees")
        return " ".join(self.page.locator(selector).nth(number).inner_text().split())


Task = tuple[str, str, Callable[[Hand], str]]


def first_three(hand: Hand) -> str:
    """Read the first three, and lay the fourth beside the third."""
    names = [hand.page.locator(".rij .nn").nth(k).text_content() or "" for k in range(4)]
    hand.steps.append("lees")
    hand.click(".rij", 3)
    hand.choose("#met", label=names[2].partition(",")[0])
    return (
        ", ".join(name.partition(",")[0] for name in names[:3]) + ". " + hand.read("#vergelijkzin")
    )


def next_year(hand: Hand) -> str:
    """Choose a stadsdeel and a year in the list of plans."""
    hand.click("nav a[href='#geld']")
    hand.choose("#pw", index=1)
    hand.choose("#pj", label="2027")
    return hand.read("#pt") + ": " + hand.read("#plantabel tbody tr")


def follows(hand: Hand) -> str:
    """Read the headline."""
    return hand.read("#kop")


def changed(hand: Hand) -> str:
    """Search a buurt and read what changed."""
    hand.type("#zoek", "Vlierbos")
    hand.page.locator("#zoek").press("Enter")
    return hand.read("#buurt h3:has-text('Sinds') + p")


def doubled(hand: Hand) -> str:
    """Press an example of other weights."""
    hand.click("nav a[href='#gewichten']")
    hand.click("#voor button", 2)
    return hand.read("#blijft") + " " + hand.read("#verandert")


def same_type(hand: Hand) -> str:
    """Put the types on the map."""
    hand.click("#lagen label:has-text('Type')")
    return hand.read("#legenda1")


def approach(hand: Hand) -> str:
    """Filter the table on an aanpak and open a buurt."""
    hand.click("nav a[href='#buurten']")
    hand.choose("#fa", index=1)
    hand.click("#tabel .naam")
    return hand.read("#buurt h3:has-text('Voorstel') + p")


def beside(hand: Hand) -> str:
    """Choose a buurt on the map and compare it."""
    hand.click("#kaart1 path[aria-label*='plaats']", 20)
    hand.click("#buurt a[href='#vergelijk']")
    return hand.read("#mettabel tbody tr", 8)


def taken(hand: Hand) -> str:
    """Download the table."""
    with hand.page.expect_download() as got:
        hand.click("[data-csv=buurten]")
    rows = Path(got.value.path()).read_text(encoding="utf-8-sig").splitlines()
    return f"{len(rows) - 1} rijen, {len(rows[0].split(';'))} kolommen"


def together(hand: Hand) -> str:
    """Choose two figures in the explorer."""
    hand.click("[role=tab]:has-text('Verkenner')")
    hand.page.wait_for_selector(".sia-verkenner .beeld [data-b]", timeout=WAIT)
    said = hand.page.locator(".sia-verkenner [role=status]")
    for axis, word in (("Cijfer X", "geluid"), ("Cijfer Y", "eenzaam")):
        before, picker = said.inner_text(), hand.page.get_by_label(axis)
        labels = picker.locator("option").all_inner_texts()
        hand.steps.append("kies")
        picker.select_option(label=next(one for one in labels if word in one.lower()))
        hand.page.wait_for_function(
            "([e, was]) => e.innerText !== was", arg=[said.element_handle(), before], timeout=WAIT
        )
    return hand.read(".sia-verkenner [role=status]")


TASKS: tuple[Task, ...] = (
    ("wethouder", "Welke drie buurten eerst, en waarom niet de vierde?", first_three),
    ("wethouder", "Wat gebeurt er in mijn stadsdeel in 2027, en door wie?", next_year),
    ("wethouder", "Volgen de plannen de urgentie?", follows),
    ("wethouder", "Blijft de volgorde staan als wonen dubbel telt?", doubled),
    ("manager", "Is Vlierbos echt veranderd?", changed),
    ("manager", "Waarom krijgt deze buurt een integrale aanpak?", approach),
    ("manager", "Welke buurten lijken op elkaar?", same_type),
    ("onderzoeker", "Waarin verschilt een buurt het meest van de stad en het land?", beside),
    ("onderzoeker", "Geef mij alle cijfers van de tabel.", taken),
    ("onderzoeker", "Gaat geluid samen met eenzaamheid?", together),
)


def rows(browser: Browser, folder: Path, address: str) -> Iterator[str]:
    """Yield the table."""
    yield "| wie | vraag | stappen | seconden | antwoord op de pagina |"
    yield "|---|---|---:|---:|---|"
    for who, question, do in TASKS:
        session = do is together
        if session and not address:
            continue
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.set_default_timeout(WAIT)
        begun = time.monotonic()
        page.goto(address if session else (folder / "atlas.html").as_uri())
        if session:
            page.wait_for_selector(".buurtvak figure", state="attached")
        hand = Hand(page)
        answer = do(hand).replace("|", "\\|")
        spent = f"{time.monotonic() - begun:.1f}".replace(".", ",")
        yield f"| {who} | {question} | {len(hand.steps)} | {spent} | {answer} |"
        page.close()


def main(folder: str, address: str = "") -> None:
    """Print the table."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for row in rows(browser, Path(folder).resolve(), address):
            print(row, flush=True)
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
