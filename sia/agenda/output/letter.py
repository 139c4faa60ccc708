"""The answer to each partner: every file, sheet and row that it sent, and what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape

import pandas as pd

from sia.agenda.dia import Dia
from sia.agenda.insight.area_agenda import titles_of
from sia.agenda.insight.mandates import UNKNOWN, mandates
from sia.agenda.output.workbook import plain_workbook
from sia.agenda.reading.cells import plain
from sia.agenda.reading.deliveries import Deliveries
from sia.agenda.reading.tables import Line
from sia.agenda.wording import count, day
from sia.errors import Problem

COORDINATOR = "wie de ronde leidt (rijen zonder partner)"
"""Who gets what no partner can be named for."""
_ROWS = ["Bestand", "Rij", "Nummer", "Titel", "Uitkomst", "Zo hebben wij het gelezen",
         "Wat u kunt verbeteren"]  # fmt: skip
_SHEETS = ["Bestand", "Blad", "Wat ermee gedaan is", "Rijen van u"]
_WHO = (
    "Zet op het blad Mandaten wie bij u besluit en tot welk bedrag; van een deel van uw plannen "
    "weten wij dat niet."
)
_NEXT = (
    "Een rij die niet meetelt, laat de vorige versie van het plan staan. Een vraag hoeft u alleen "
    "te beantwoorden als wij het verkeerd hebben. Gaat een plan niet door, lever het dan met de "
    "status ingetrokken. Deze brief is alleen voor u: uw interne plannen staan er ook in."
)


def decisions_of(dia: Dia) -> pd.DataFrame:
    """Return what each partner has to decide or do: ``partner`` and the columns of the letter."""
    waits = dia.waits_of
    plans = dia.linkages.kansen["plannen"].reindex(waits["kans"])
    table = pd.DataFrame(
        {
            "partner": waits["partner"].to_numpy(),
            "Wie": waits["wie"].to_numpy(),
            "Wat": waits["actie"].to_numpy(),
            "Vóór": [day(at) for at in waits["voor"]],
            "Werken": titles_of(plans, dia.plans["titel"]).to_numpy(),
            "Koppelkans": waits["kans"].to_numpy(),
        }
    )
    unknown = mandates(dia).query("wie == @UNKNOWN")
    asked = pd.DataFrame(
        {"partner": unknown["partner"], "Wie": UNKNOWN, "Wat": _WHO, "Vóór": "", "Werken": "",
         "Koppelkans": ""}
    )  # fmt: skip
    return pd.concat([asked, table], ignore_index=True)


def answers(
    delivered: Deliveries, register: pd.DataFrame, decisions: pd.DataFrame | None = None
) -> dict[str, dict[str, pd.DataFrame]]:
    """Return what each partner is told, as tables.

    `decisions`: From `decisions_of`; none when there is no programme.
    Returns (dict of partner to dict of DataFrame): ``besluiten``: what waits for it, where anything
        does; ``rijen``: every row, and every plan that was expected; ``bestanden``: every sheet of
        every file. What belongs to no partner stands under `COORDINATOR`.
    """
    of: dict[str, list[Line]] = {}
    for line in delivered.lines:
        of.setdefault(line.text("partner") or COORDINATOR, []).append(line)
    given = {line.text("plan") for line in delivered.lines}
    absent = register[~register.index.isin(given)]
    for partner in absent["partner"]:
        of.setdefault(str(partner), [])
    sheets = _sheets(delivered, list(of))
    for partner, _ in sheets:
        of.setdefault(partner, [])
    waits = pd.DataFrame(columns=["partner"]) if decisions is None else decisions
    return {
        partner: {
            "besluiten": waits[waits["partner"] == partner].drop(columns="partner"),
            "rijen": pd.DataFrame(
                [*map(_row, lines), *_absent(absent[absent["partner"] == partner])], columns=_ROWS
            ),
            "bestanden": pd.DataFrame(
                [row for who, row in sheets if who == partner], columns=_SHEETS
            ),
        }
        for partner, lines in sorted(of.items())
    }


def _row(line: Line) -> tuple[object, ...]:
    values = [line.text(name) for name in ("plan", "titel")]
    if line.tabel != "plannen":
        known = [str(v) for n, v in line.waarden.items() if n not in ("partner", "geometry") and v]
        values = [line.tabel, ", ".join(known[:2])]
    mend = [
        f"{problem.kolom}: {problem.wat} {problem.oplossing}".removeprefix(": ")
        for problem in (*line.fouten, *line.vragen)
    ]
    return (line.bestand, line.rij, *values, line.stand, "\n".join(line.begrepen), "\n".join(mend))


def _absent(plans: pd.DataFrame) -> list[tuple[object, ...]]:
    """Return a row for every plan of an earlier round that was not delivered now."""
    ask = "Stond in een eerdere levering. Vervallen? Lever het met de status ingetrokken."
    return [
        ("", "", str(plan), str(titel), "niet geleverd; blijft staan", "", ask)
        for plan, titel in plans["titel"].items()
    ]


def _sheets(delivered: Deliveries, partners: Sequence[str]) -> list[tuple[str, tuple[object, ...]]]:
    """Return per partner a row for every sheet of every file in which it has a row.

    A file of which no row could be read goes to the partner whose name stands in its path.
    """
    held: dict[str, set[str]] = {}
    rows: Counter[tuple[str, str]] = Counter()
    for table in delivered.tables:
        held.setdefault(table.sheet.bestand, set())
    for line in delivered.lines:
        who = line.text("partner") or COORDINATOR
        rows[who, line.bestand] += 1
        held[line.bestand.split(", blad ")[0]].add(who)
    listed: list[tuple[str, tuple[object, ...]]] = []
    for table in delivered.tables:
        sheet = table.sheet
        done = " ".join([table.kort, *_said(table.problems)])
        for who in sorted(held[sheet.bestand] or {_whose(sheet.bestand, partners)}):
            listed.append((who, (sheet.bestand, sheet.blad, done, rows[who, sheet.where])))
    for p in delivered.unread:
        done = f"niet gelezen: {p.wat} {p.oplossing}"
        listed.append((_whose(p.bestand, partners), (p.bestand, "", done, 0)))
    return listed


def _said(problems: Iterable[Problem]) -> list[str]:
    return [f"({p.kolom}: {p.wat})" for p in problems]


def _whose(name: str, partners: Iterable[str]) -> str:
    """Return the partner whose name stands in the path of a file that could not be read."""
    path = plain(name)
    fits = [p for p in partners if plain(p) in path or path.split()[0] == plain(p).split()[0]]
    return fits[0] if len(fits) == 1 else COORDINATOR


def letter_body(partner: str, tables: dict[str, pd.DataFrame]) -> str:
    """Return the letter to one partner as HTML, every cell of it escaped."""
    rows, sheets = tables["rijen"], tables["bestanden"]
    stands = rows["Uitkomst"].value_counts()
    files = sheets["Bestand"].nunique()
    parts = [
        f"<h1>Uw levering: {escape(partner)}</h1>",
        f"<p>Gelezen: {count(files, 'bestand', 'bestanden')} met "
        f"{count(int(sheets['Rijen van u'].sum()), 'rij', 'rijen')}. "
        + ". ".join(f"{escape(str(stand)).capitalize()}: {n}" for stand, n in stands.items())
        + f".</p><p>{_NEXT}</p>",
        _table(tables["besluiten"], "Wat u besluit of doet") if len(tables["besluiten"]) else "",
        _table(rows, "Alle rijen"),
        _table(sheets, "Alle bestanden en bladen"),
    ]
    return "".join(parts)


def _table(table: pd.DataFrame, caption: str) -> str:
    head = "".join(f'<th scope="col">{escape(str(c))}</th>' for c in table.columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{_cell(c)}</td>" for c in row) + "</tr>"
        for row in table.itertuples(index=False, name=None)
    )
    return (
        f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )


def _cell(value: object) -> str:
    return escape(str(value)).replace("\n", "<br>")


def letter_book(tables: dict[str, pd.DataFrame]) -> bytes:
    """Return the letter to one partner as a workbook."""
    shown = {name: table for name, table in tables.items() if name != "besluiten" or len(table)}
    return plain_workbook({name.capitalize(): table for name, table in shown.items()})
