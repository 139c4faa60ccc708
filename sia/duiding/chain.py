"""The chain over the judgements: each seals the one before it, so that a change shows.

Every judgement carries a hash of itself and of the seal before it. The seals also stand, a line
each, in a file beside the record (`witness_of`): what disappears from the record is missed there.
The last seal is printed in reports and sessions (`head`): who changes both files cannot change
what was printed.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sia.duiding.entry import Entry

COLUMNS = tuple(f.name for f in fields(Entry))
SEALED = ("volgnummer", "moment", *COLUMNS, "bron", "ingevoerd")
"""What the seal of a judgement covers, in this order."""

SKEW = timedelta(minutes=10)
"""How far the clocks of two computers may be apart."""

_LINE = re.compile(r"(\d{1,9}) ([0-9a-f]{64})")
_TORN = re.compile(r"(\d{1,9} ?)?[0-9a-f]{0,63}")
_SHOWN = 16
_HEAD = re.compile(rf"(\d{{1,9}})-([0-9a-f]{{{_SHOWN},64}})")


@dataclass(frozen=True)
class Found:
    """What is wrong with the judgements of a record.

    By number what is not what was confirmed (`changed`, in Dutch), which are `missing`, which were
    said before the one before them (`early`), and what to know of one that itself is whole
    (`remarks`): the one before it is gone.
    """

    changed: dict[int, str]
    missing: tuple[int, ...]
    early: dict[int, str]
    remarks: dict[int, str]


def seal(previous: str, row: Mapping[str, Any]) -> str:
    """Return the seal of a judgement: SHA-256 over the seal before it and all its fields."""
    cells = [previous, *(_plain(row[name]) for name in SEALED)]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


def _plain(value: Any) -> Any:
    return f"\x00{value.hex()}" if isinstance(value, bytes) else value


def sealed(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return rows of a record that had no chain yet, in order, each with its seal."""
    last, chain = "", []
    for row in rows:
        last = seal(last, row)
        chain.append({**row, "keten": last})
    return chain


def witness_of(path: Path) -> Path:
    """Return the file with the seals beside a record."""
    return path.with_suffix(".keten")


def read_witness(path: Path) -> tuple[dict[int, str], int]:
    """Return the seals beside a record by number, and how many lines cannot be read."""
    own = witness_of(path)
    if not own.exists():
        return {}, 0
    lines = own.read_text(encoding="ascii", errors="replace").split("\n")
    # a full disk may have cut a line short: then it is not there
    read = [_LINE.fullmatch(line) for line in lines if not _TORN.fullmatch(line)]
    return {int(match[1]): match[2] for match in read if match}, read.count(None)


def write_witness(path: Path, seals: Mapping[int, str]) -> None:
    """Add seals to the file beside a record, in one write."""
    if seals:
        with witness_of(path).open("a", encoding="ascii", newline="\n") as lines:
            lines.write("".join(f"\n{number} {one}" for number, one in seals.items()))


def inspect(rows: list[dict[str, Any]], witness: Mapping[int, str]) -> Found:
    """Hold judgements, in order, against their chain and against the seals beside the record."""
    changed, early, last, latest = {}, {}, "", ""
    for row in rows:
        number = row["volgnummer"]
        told = witness.get(number, row["keten"])
        if told not in {seal(one, row) for one in {last, witness.get(number - 1, last)}}:
            changed[number] = "Deze duiding is niet meer wat er is vastgelegd."
        elif told != row["keten"]:
            changed[number] = "Het zegel van deze duiding is veranderd."
        elif flaw := _flaw(row):
            changed[number] = flaw
        elif not row["bron"]:
            if latest and _before(row["moment"], latest):
                early[number] = f"Het moment {row['moment']} ligt vóór dat van de vorige duiding."
            latest = row["moment"]
        last = row["keten"]
    present = {row["volgnummer"] for row in rows}
    expected = range(1, max([*present, *witness], default=0) + 1)
    missing = tuple(number for number in expected if number not in present)
    return Found(changed, missing, early, {**early, **_neighbours(missing, sorted(present))})


def _before(moment: str, other: str) -> bool:
    """Tell whether a moment lies further before another than clocks differ."""
    one, two = (datetime.fromisoformat(text) for text in (moment, other))
    return (one.tzinfo is None) == (two.tzinfo is None) and one < two - SKEW


def _flaw(row: Mapping[str, Any]) -> str:
    """Say what a judgement that was stored long ago holds that cannot be used."""
    try:
        datetime.fromisoformat(row["moment"])
    except (TypeError, ValueError):
        return f"Het moment {row['moment']!r} is geen moment."
    return "" if isinstance(row["jaar"], int) else f"Het jaar {row['jaar']!r} is geen jaar."


def _neighbours(missing: Iterable[int], present: list[int]) -> dict[int, str]:
    """Say of a judgement which ones are gone before it, or after it where it is the last."""
    told: dict[tuple[int, str], list[int]] = {}
    for number in missing:
        later = next((one for one in present if one > number), None)
        beside = (later, "Vóór") if later else (present[-1] if present else 0, "Na")
        told.setdefault(beside, []).append(number)
    return {
        beside: f"{side} deze duiding is weg: {', '.join(map(str, gone))}."
        for (beside, side), gone in told.items()
    }


def head(rows: list[dict[str, Any]]) -> str:
    """Return the number and the start of the seal of the last judgement; empty without any."""
    return f"{rows[-1]['volgnummer']}-{str(rows[-1]['keten'])[:_SHOWN]}" if rows else ""


def holds(rows: list[dict[str, Any]], printed: str) -> bool | None:
    """Tell whether a head that was printed once is in this chain; None when it is no head."""
    match = _HEAD.fullmatch(printed.strip().lower())
    if match is None:
        return None
    seals = {row["volgnummer"]: str(row["keten"]) for row in rows}
    return seals.get(int(match[1]), "").startswith(match[2])
