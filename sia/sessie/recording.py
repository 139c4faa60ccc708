"""From what is typed in a session to an entry in the record, and back to what the room sees."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import pandas as pd

from sia.approach import NIET_GERANGSCHIKT
from sia.duiding import (
    EFFECTS,
    FOLLOW_UPS,
    KINDS,
    LIMITS,
    ROLES,
    Entry,
    Record,
    network_warning,
    personal_data_warnings,
)
from sia.duiding.chain import COLUMNS
from sia.dutch import meervoud
from sia.errors import Problem, refuse
from sia.schemas import AANPAKKEN
from sia.sessie.stand import Stand

FIELDS = tuple(name for name in COLUMNS if name not in ("gemeente", "jaar", "cijferversie"))
"""What the form sends; municipality, year and version of the figures are filled in here."""

CHANGED = "De cijfers onder deze duiding zijn sindsdien veranderd. Klopt ze nog?"
NO_LONGER_THERE = "Dit gebied komt in de cijfers van nu niet meer voor."


def options() -> dict[str, list[str]]:
    """Return the lists that the form chooses from."""
    return {
        "rollen": list(ROLES),
        "soorten": list(KINDS),
        "effecten": list(EFFECTS),
        "geldt": list(FOLLOW_UPS),
        "aanpakken": [name for name in AANPAKKEN if name != NIET_GERANGSCHIKT],
    }


def entry_of(velden: Mapping[str, Any], stand: Stand) -> Entry:
    """Make an entry of what was typed, on the figures that are on the table now.

    What is absent is empty. Refused without an id: a retry would store the same entry twice.
    """
    given = {name: str(velden.get(name) or "").strip() for name in FIELDS}
    gebied = given["gebied"]
    problems = []
    if gebied not in stand.versies.index:
        wat = "Dit gebied hoort niet bij deze gemeente en dit jaar."
        problems.append(Problem(wat=wat, oplossing="Kies een buurt of deel-buurt.", kolom="gebied"))
    if not given["id"]:
        wat = "Deze duiding heeft geen kenmerk."
        problems.append(Problem(wat=wat, oplossing="Laad de pagina opnieuw.", kolom="id"))
    refuse(problems)
    return Entry(
        gemeente=stand.run.gemeente.code,
        jaar=stand.run.jaar,
        cijferversie=str(stand.versies[gebied]),
        **given,
    )


def warnings(velden: Mapping[str, Any], places: Collection[str] = ()) -> list[str]:
    """Say which typed texts look like personal data; names of `places` are no names of people."""
    texts = [
        str(velden.get(name) or "")[: LIMITS[name] + 1] for name in ("uitspraak", "reden", "sessie")
    ]
    said = [one for text in texts for one in personal_data_warnings(text, places)]
    return list(dict.fromkeys(said))


def confirm(entry: Entry, stand: Stand) -> str:
    """Store an entry, read it back, and say so: number and time, given only when it is on disk."""
    record = stand.record()
    number = record.add(entry)
    stored = record.entries(entry.gemeente).set_index("volgnummer")
    moment = _local(str(stored.at[number, "moment"]))
    return f"Opgeslagen als duiding {number} op {moment}. Zij staat in de lijst hieronder."


def listed(stand: Stand, entries: pd.DataFrame, code: str) -> list[dict[str, Any]]:
    """Return the entries about one buurt and its deel-buurten, newest first.

    Texts of the entry, with ``plek``, ``moment`` (local time), ``vervallen``, ``let_op`` (what to
    know about it now), ``vraag`` (it is of an earlier year, and nobody said yet whether it still
    holds), ``kan`` (it may be corrected), ``aangetast`` (it is not what was confirmed) and
    ``ingevoerd`` (it was imported and counts when somebody takes it over).
    """
    if entries.empty:
        return []
    own = _about(stand, entries, code)
    own = own[own["jaar"] <= stand.run.jaar]
    answered = set(own.loc[(own["jaar"] == stand.run.jaar) & ~own["vervallen"], "vervolgt"])
    numbers = dict(zip(entries["id"], entries["volgnummer"], strict=True))
    rows = []
    for row in reversed(own.to_dict("records")):
        earlier = row["jaar"] < stand.run.jaar and not row["vervallen"]
        rows.append(
            {
                **{name: str(row[name]) for name in (*FIELDS, "cijferversie")},
                "nummer": int(row["volgnummer"]),
                "jaar": int(row["jaar"]),
                "moment": _local(str(row["moment"])),
                "plek": str(stand.namen.get(row["gebied"], row["gebied"])),
                "vervallen": bool(row["vervallen"]),
                "aangetast": bool(row["aangetast"]),
                "ingevoerd": bool(row["bron"]),
                "verbetert": _number(numbers, row["corrigeert"]),
                "antwoord_op": _number(numbers, row["vervolgt"]),
                "let_op": _remark(stand, row),
                "vraag": bool(earlier and row["id"] not in answered and _ours(stand, row)),
                "kan": bool(
                    not row["vervallen"] and row["jaar"] == stand.run.jaar and _ours(stand, row)
                ),
            }
        )
    return rows


def _about(stand: Stand, entries: pd.DataFrame, code: str) -> pd.DataFrame:
    """Return the entries about a buurt, its deel-buurten of now, and those that it had before."""
    places = stand.gebieden_van(code)
    former = entries["gebied"].str.startswith(f"{code}-")
    return entries[entries["gebied"].isin(places) | former]


def _ours(stand: Stand, row: Mapping[Any, Any]) -> bool:
    return str(row["gebied"]) in stand.versies.index


def _number(numbers: Mapping[str, int], identifier: object) -> int:
    return int(numbers.get(str(identifier), 0))


def _remark(stand: Stand, row: Mapping[Any, Any]) -> str:
    if row["aangetast"]:
        return f"{row['schade']} Zij telt niet mee."
    said = f" {row['schade']}".rstrip()
    if row["vervallen"]:
        return f"Verbeterd door een latere duiding.{said}"
    if row["bron"]:
        return (
            f"Ingevoerd uit {row['bron']} op {_local(str(row['ingevoerd']))}; het moment hierboven "
            f"komt uit dat bestand. Zij telt mee als iemand haar hier overneemt.{said}"
        )
    return f"{_of_figures(stand, row)}{said}".strip()


def _of_figures(stand: Stand, row: Mapping[Any, Any]) -> str:
    if not _ours(stand, row):
        return NO_LONGER_THERE
    if row["jaar"] < stand.run.jaar:
        return f"Gezegd bij de cijfers van {row['jaar']}."
    return CHANGED if row["cijferversie"] != stand.versies[row["gebied"]] else ""


def _local(moment: str) -> str:
    """Return a stored moment as Dutch readers write it, in the time of this computer."""
    try:
        return datetime.fromisoformat(moment).astimezone().strftime("%d-%m-%Y %H:%M")
    except (ValueError, OverflowError):
        return moment


def marks(stand: Stand, entries: pd.DataFrame) -> dict[str, str]:
    """Return per buurt what to show of its duiding in the table: count, effect, open questions."""
    found = {}
    c = stand.cijfers
    spoken = set() if entries.empty else set(entries["gebied"].map(c.buurten_van).explode())
    for code in map(str, c.gebieden.index.intersection(sorted(map(str, spoken)))):
        rows = [row for row in listed(stand, entries, code) if not row["vervallen"]]
        broken = sum(row["aangetast"] for row in rows)
        waiting = sum(row["ingevoerd"] for row in rows)
        rows = [row for row in rows if not row["aangetast"] and not row["ingevoerd"]]
        now = [row for row in rows if row["jaar"] == stand.run.jaar]
        asked = sum(row["vraag"] for row in rows)
        parts = [meervoud(len(now), "duiding", "duidingen")] if now else []
        effects = [row["effect"] for row in now if row["effect"] != "geen"]
        parts += effects[:1]
        if any(row["let_op"].startswith(CHANGED) for row in now):
            parts.append("cijfers veranderd")
        if asked:
            parts.append(f"{asked} van eerder: geldt nog?")
        parts += [f"{waiting} ingevoerd"] if waiting else []
        parts += [f"{broken} aangetast"] if broken else []
        if parts:
            found[code] = "; ".join(parts)
    return found


def state_of(record: Record) -> list[str]:
    """Return what the session says of its record: its head, and all that is wrong with it."""
    problems = [f"{one.rij} {one.wat} {one.oplossing}".strip() for one in record.check()]
    head = "" if problems else record.head()
    told = f"Kop van het logboek: {head}. Schrijf hem in het verslag van de sessie." if head else ""
    return [told, *filter(None, [network_warning(record.path)]), *problems]
