"""What the table leaves behind: decisions that the next round reads, and variants that it kept."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from filelock import FileLock

from sia.agenda.reading.fields import DECISION_FIELDS
from sia.duiding import personal_data_warnings
from sia.errors import InputError, Problem, refuse
from sia.settings import PLANS
from sia.spreadsheet import neutralise
from sia.store import write_text

DECISIONS = "besluiten-tafel.csv"
"""Beside what partners deliver, in the form in which a round reads decisions."""
VARIANTS = "varianten.json"
LONGEST = 1000
_COLUMNS = [field.name for field in DECISION_FIELDS]


def decide(bron: Path, given: Mapping[str, Any], places: frozenset[str] = frozenset()) -> int:
    """Add a decision to the record, on disk when this returns; nothing in it is ever rewritten.

    `bron`: Raw folder with the plans.
    `given`: ``kans`` (of a koppelkans or a plan), ``fase``, ``wie``, ``besluit``, ``jaar`` (start
        year of a plan, else empty) and ``nagekeken`` (somebody read the text again).
    `places`: Names of buurten, which are no names of people.
    Returns: Row in the file.
    Raises `InputError` when something lacks, or a text looks like personal data and nobody read it
        again.
    """
    row = {name: " ".join(str(given.get(name) or "").split()) for name in _COLUMNS}
    row["datum"] = date.today().isoformat()
    asked = {"wie": "Wie besluit (rol)", "besluit": "Besluit en reden", "kans": "Waarover"}
    problems = [
        Problem(f"{label} is leeg of te lang.", "Vul het in, in een paar zinnen.", kolom=name)
        for name, label in asked.items()
        if not 0 < len(row[name]) <= LONGEST
    ]
    if not given.get("nagekeken"):
        said = personal_data_warnings(f"{row['wie']}. {row['besluit']}", places)
        problems += [Problem(one, "Pas het aan, of zet het vinkje.", kolom="besluit")
                     for one in said]  # fmt: skip
    refuse(problems)
    path = bron / PLANS / DECISIONS
    with FileLock(path.with_name(f".{path.name}.slot")):
        known = path.read_bytes() if path.exists() else b""
        text = io.StringIO(newline="")
        table = csv.writer(text, delimiter=";", lineterminator="\r\n")
        if not known:
            table.writerow(_COLUMNS)
        elif not known.endswith(b"\n"):
            text.write("\r\n")
        table.writerow([neutralise(row[name]) for name in _COLUMNS])
        with path.open("ab") as file:
            file.write(text.getvalue().encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        return len(path.read_text(encoding="utf-8").splitlines())


def variants(folder: Path) -> list[dict[str, Any]]:
    """Return the kept variants, each a ``naam`` and what was asked (``vraag``).

    Raises `InputError` when the file is not what was written.
    """
    path = folder / VARIANTS
    if not path.exists():
        return []
    try:
        return [{"naam": str(x["naam"]), "vraag": dict(x["vraag"])}
                for x in json.loads(path.read_text(encoding="utf-8"))]  # fmt: skip
    except (ValueError, TypeError, KeyError) as error:
        raise InputError.one(
            bestand=VARIANTS,
            wat="De bewaarde varianten zijn niet te lezen.",
            oplossing="Haal dit bestand weg; besluiten staan ergens anders en blijven staan.",
        ) from error


def keep(folder: Path, name: str, asked: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Keep a variant under a name, or with None take it away; return all."""
    naam = " ".join(name.split())[:60]
    if not naam:
        raise InputError.one(wat="De variant heeft geen naam.", oplossing="Geef haar een naam.")
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / f".{VARIANTS}.slot"):
        kept = [one for one in variants(folder) if one["naam"] != naam]
        kept += [] if asked is None else [{"naam": naam, "vraag": dict(asked)}]
        write_text(folder / VARIANTS, json.dumps(kept, ensure_ascii=False, indent=1) + "\n")
    return kept
