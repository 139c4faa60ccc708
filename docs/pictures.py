"""Make the pictures and the short film of the site from the finished Voorbeeldstad.

``python docs/pictures.py reports/GM9999/2024/openbaar "http://127.0.0.1:8866/?token=..."``: the
folder with the atlas and the report, and the address of a running `sia sessie`, which may be left
out.
"""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

OUT = Path(__file__).with_name("img")
LAPTOP, PHONE = (1366, 768), (390, 844)
WIDTH, COLOURS, SHOWN = 800, 96, 2200
"""Of the film: points wide, colours, milliseconds per picture."""


def page_of(browser: Browser, address: str, size: tuple[int, int] = LAPTOP) -> Page:
    """Open an address and wait until what moves has come to rest."""
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme="light")
    page.goto(address)
    page.wait_for_timeout(600)
    return page


def keep(page: Page, name: str) -> None:
    """Write what the page shows as a picture of few colours."""
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.convert("RGB").quantize(160).save(OUT / name, optimize=True)


def atlas(browser: Browser, folder: Path) -> list[bytes]:
    """Make the pictures of the atlas; return those of the film."""
    page = page_of(browser, (folder / "atlas.html").as_uri())
    film = [page.screenshot()]
    keep(page, "atlas.png")
    steps: list[Callable[[], object]] = [
        lambda: page.locator(".rij").nth(3).click(),
        lambda: page.get_by_role("button", name="Tweede kaart ernaast").click(),
        lambda: page.locator("#buurten").scroll_into_view_if_needed(),
        lambda: page.locator("#w0").fill("0"),
        lambda: page.locator("#geld").scroll_into_view_if_needed(),
    ]
    for number, step in enumerate(steps):
        step()
        page.wait_for_timeout(500)
        if number == 1:
            page.locator("#met").select_option(index=5)
            page.evaluate("document.getElementById('drie').scrollIntoView()")
            keep(page, "atlas-buurt.png")
        if number == 3:
            page.locator("#gewichten").scroll_into_view_if_needed()
            page.evaluate("document.getElementById('gewichten').scrollIntoView()")
            page.wait_for_timeout(400)
            keep(page, "atlas-gewichten.png")
        film.append(page.screenshot())
    phone = page_of(browser, (folder / "atlas.html").as_uri(), PHONE)
    phone.locator(".rij").first.click()
    phone.wait_for_timeout(400)
    keep(phone, "atlas-telefoon.png")
    film.append(page_of(browser, (folder / "rapport.html").as_uri()).screenshot())
    return film


def session(browser: Browser, address: str) -> list[bytes]:
    """Make the pictures of the session; return those of the film."""
    page = page_of(browser, address, (1920, 1080))
    page.set_default_timeout(120_000)
    page.wait_for_selector(".buurtvak figure")
    page.get_by_label("Vergelijk met").select_option(index=4)
    page.wait_for_function("document.querySelectorAll('.buurtvak figure').length > 4")
    keep(page, "sessie-buurt.png")
    film = [page.screenshot()]
    page.get_by_label("Vergelijk met").select_option("")
    page.get_by_role("tab", name="Duiding").click()
    page.get_by_label("Wat is er gezegd?").fill("De speelplek is opgeknapt, de straat is druk.")
    page.get_by_role("radio", name="genuanceerd").check()
    page.get_by_label("Ik heb het nagekeken").check()
    page.get_by_role("button", name="Bevestigen en opslaan").click()
    page.wait_for_selector(".veldfout")
    keep(page, "sessie-duiding.png")
    page.get_by_role("tab", name="Verkenner").click()
    page.wait_for_selector(".sia-verkenner .beeld [data-b]")
    page.get_by_label("Cijfer Y").select_option(label="Score · Urgentie")
    page.get_by_label("Naast", exact=True).select_option(index=1)
    page.wait_for_timeout(4000)
    keep(page, "verkenner.png")
    return [*film, page.screenshot()]


def write_film(pictures: list[bytes]) -> None:
    """Write the pictures as one GIF with one palette."""
    frames = []
    for one in pictures:
        whole = Image.open(io.BytesIO(one)).convert("RGB")
        frames.append(whole.resize((WIDTH, round(WIDTH * whole.height / whole.width))))
    height = min(frame.height for frame in frames)
    frames = [frame.crop((0, 0, WIDTH, height)) for frame in frames]
    sheet = Image.new("RGB", (WIDTH, height * len(frames)))
    for number, frame in enumerate(frames):
        sheet.paste(frame, (0, number * height))
    palette = sheet.quantize(COLOURS)
    drawn = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    target = OUT / "voorbeeldstad.gif"
    drawn[0].save(target, save_all=True, append_images=drawn[1:], duration=SHOWN, loop=0)


def main(folder: str, address: str = "") -> None:
    """Make everything."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        film = atlas(browser, Path(folder).resolve())
        film += session(browser, address) if address else []
        browser.close()
    write_film(film)


if __name__ == "__main__":
    main(*sys.argv[1:])
