"""What a reader can do about a notebook that failed."""

from __future__ import annotations

from sia.batch.outcome import FAILED, Outcome
from sia.errors import ON_DISK

_KNOWN = (
    *(((f"Errno {number}]",), text) for number, text in ON_DISK.items()),
    (
        ("CellTimeoutError",),
        "De cel duurde langer dan mag: geef meer tijd met --tijdslimiet (in seconden).",
    ),
    (
        ("DeadKernelError", "Kernel died"),
        "De kernel viel weg, meestal door te weinig geheugen: draai minder tegelijk met "
        "--werkers 1.",
    ),
    (
        ("WorkersLostError",),
        "Start weer werkers bij deze scheduler, of draai zonder --scheduler op deze computer.",
    ),
    (
        ("InputError",),
        "Volg wat de melding zegt.",
    ),
)
_ELSE = "Lees de melding onder die cel in de uitgevoerde kopie en herstel de oorzaak."
_AGAIN = "Start daarna dezelfde opdracht opnieuw: wat klaar is, wordt overgeslagen."


def where(outcome: Outcome) -> str:
    """Return which cell failed, as Jupyter numbers it; empty when it is not known."""
    return f"cel [{outcome.cell}]" if outcome.cell else ""


def advice(outcome: Outcome) -> str:
    """Return in Dutch what to do about a failure; empty when there is none."""
    if outcome.status != FAILED:
        return ""
    told = next(
        (text for signs, text in _KNOWN if any(sign in outcome.message for sign in signs)), _ELSE
    )
    return f"{told} {_AGAIN}"


def first_line(message: str) -> str:
    """Return the part of a message that fits on one line of a log."""
    lines = [line.strip(" -") for line in message.splitlines() if line.strip()]
    return " · ".join(lines[:3])[:300]
