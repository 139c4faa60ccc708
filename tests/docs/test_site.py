"""The site: built strictly, nothing dead in it, nothing forgotten, nothing asked of a host."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml

from sia import cli
from sia.methode import Methode, flat
from sia.schemas import NAMES, schema
from sia.stages.graph import STAGES

COMMAND = re.compile(r"(?:^|`|\.venv/bin/) *sia ([a-z]+)(?=[ `\n])", re.MULTILINE)
TARGET = re.compile(r"(?:^|`)make ([a-z]+)", re.MULTILINE)
PAGE = re.compile(r"docs/[\w/.-]+\.md")
ELSEWHERE = {"sia/report/register.py", "sia/pipeline/outputs.py"}
"""What they say of the method stands in finished reports, under the path of 0.1.0."""


class Page(HTMLParser):
    """What a page refers to, what it loads, and which anchors it has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        if "href" in given:
            (self.links if tag == "a" else self.loads).append(given["href"])
        if "src" in given:
            self.loads.append(given["src"])


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    found = sorted(site.rglob("*.html"))
    return {path.resolve(): Page(path.read_text(encoding="utf-8")) for path in found}


def dead(pages: dict[Path, Page], root: Path) -> Iterator[str]:
    """Yield every reference within the site that leads nowhere."""
    for path, page in pages.items():
        # The page for an unknown address is served at any depth, hence its links from the root.
        base = root if path.name == "404.html" else path.parent
        for link in (*page.links, *page.loads):
            parts = urlsplit(link)
            if parts.scheme or link in ("", "#"):
                continue
            target = base / unquote(parts.path).lstrip("/") if parts.path else path
            target = (target / "index.html" if target.is_dir() else target).resolve()
            if not target.exists():
                yield f"{path.name}: {link}"
            elif target in pages and parts.fragment:
                gone = unquote(parts.fragment) not in pages[target].anchors
                yield from [f"{path.name}: {link}"] * gone


@pytest.mark.slow
def test_no_link_or_anchor_is_dead(pages: dict[Path, Page], site: Path) -> None:
    assert sum(len(page.links) for page in pages.values()) > 1000
    assert list(dead(pages, site.resolve())) == []


@pytest.mark.slow
def test_a_dead_link_and_a_dead_anchor_are_found(tmp_path: Path) -> None:
    root = tmp_path.resolve()
    text = '<a href="weg.html">x</a><a href="b.html#nee">y</a><a href="b.html#ja">z</a>'
    made = {root / "a.html": Page(text), root / "b.html": Page('<h1 id="ja">B</h1>')}
    for path in made:
        path.touch()
    assert list(dead(made, root)) == ["a.html: weg.html", "a.html: b.html#nee"]


@pytest.mark.slow
def test_a_page_loads_nothing_from_elsewhere(pages: dict[Path, Page]) -> None:
    loads = {link for page in pages.values() for link in page.loads}
    assert [link for link in loads if urlsplit(link).scheme not in ("", "data")] == []


@pytest.mark.slow
def test_reference_names_every_command_choice_stage_and_column(site: Path) -> None:
    shown = {path.stem: path.read_text("utf-8") for path in (site / "reference").glob("*.html")}
    for command in cli.app.registered_commands:
        name = command.name or command.callback.__name__
        assert f"sia {name}" in shown["opdrachten"], name
    for place, _ in flat(Methode.standaard().als_tabel()):
        # of a choice per name the names stand in its default
        per_name = place.startswith(("weging.gewichten.", "agenda.waarden.hinder."))
        if place not in ("versie", "nieuw") and not per_name:
            assert f"<code>{place.rsplit('.', 1)[1]}</code>" in shown["methode-toml"], place
    for stage in STAGES:
        assert stage.what in shown["stappen"], stage.name
    for name in NAMES:
        assert f'id="{name}parquet"' in shown["stappen"], name
        for column, told in schema(name).columns.items():
            quantile = re.fullmatch(r"p(?!00)\d\d", column)
            assert told.regex or quantile or f"<code>{column}</code>" in shown["stappen"], column


def test_every_page_is_in_the_menu(repository: Path) -> None:
    text = (repository / "mkdocs.yml").read_text(encoding="utf-8").replace("!ENV", "")
    named = set(re.findall(r"[\w/-]+\.md", text[text.index("\nnav:") :]))
    docs = repository / "docs"
    written = {path.relative_to(docs).as_posix() for path in docs.rglob("*.md")}
    decisions = {name for name in written if name.startswith("decisions/20")}
    assert decisions  # these the menu takes from the folder
    assert named == written - decisions
    assert yaml.safe_load(text)["theme"]["font"] is False


def test_commands_in_texts_exist(repository: Path) -> None:
    known = {c.name or c.callback.__name__ for c in cli.app.registered_commands}
    targets = set(re.findall(r"^([a-z]+):", (repository / "Makefile").read_text("utf-8"), re.M))
    texts = [*repository.glob("*.md"), *(repository / "docs").rglob("*.md")]
    found = {path: path.read_text(encoding="utf-8") for path in texts}
    assert {
        (p.name, c) for p, t in found.items() for c in COMMAND.findall(t) if c not in known
    } == set()
    assert {
        (p.name, m) for p, t in found.items() for m in TARGET.findall(t) if m not in targets
    } == set()
    assert sum(len(COMMAND.findall(text)) for text in found.values()) > 30


def test_a_page_that_code_or_a_notebook_names_exists(repository: Path) -> None:
    places = (
        "sia/**/*.py",
        "notebooks/*.ipynb",
        "gemeenten/*.toml",
        "voorbeeldstad/**/*.py",
        "*.md",
    )
    files = [path for place in places for path in repository.glob(place)]
    missing = {
        (path.relative_to(repository).as_posix(), name)
        for path in files
        for name in PAGE.findall(path.read_text(encoding="utf-8"))
        if not (repository / name).exists()
    }
    assert {(path, name) for path, name in missing if path not in ELSEWHERE} == set()
