"""The draft accessibility statement: what the reports are, what was tested, how, and what not."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from sia.report.material import slug
from sia.report.parts import Blok, Sectie, table_block
from sia.toml import of_package
from sia.viz.tables import html_table

HEADS = ("Wat", "Hoe", "Uitkomst")


def statement() -> list[dict[str, list[str]]]:
    """Return the parts of ``toegankelijkheid.toml``: heading, texts, a list, a table."""
    parts: list[dict[str, list[str]]] = of_package("report/toegankelijkheid.toml")["deel"]
    return parts


def sections(**wie: str) -> Iterator[Sectie]:
    """Yield the statement of an ``organisatie``, that has a ``contact``, as parts of a page."""
    for one in statement():
        blocks = [Blok(alinea=text.format(**wie)) for text in one.get("teksten", ())]
        if "lijst" in one:
            blocks.append(Blok(lijst=tuple(one["lijst"])))
        if "tabel" in one:
            frame = pd.DataFrame(one["tabel"], columns=HEADS)
            blocks.append(
                table_block(html_table(frame, "Wat is getest, hoe, en met welke uitkomst"))
            )
        yield Sectie(slug(str(one["kop"])), str(one["kop"]), *blocks)


def markdown(**wie: str) -> str:
    """Return the statement as Markdown, for the documentation of the project."""
    parts = ["# Toegankelijkheidsverklaring (concept)"]
    for one in statement():
        parts.append(f"## {one['kop']}")
        parts += [text.format(**wie) for text in one.get("teksten", ())]
        if "lijst" in one:
            parts.append("\n".join(f"- {item}" for item in one["lijst"]))
        if "tabel" in one:
            rows = ["| wat | hoe | uitkomst |", "|---|---|---|"]
            parts.append("\n".join([*rows, *(f"| {' | '.join(row)} |" for row in one["tabel"])]))
    return "\n\n".join(parts) + "\n"
