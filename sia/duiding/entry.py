"""One judgement from a duidingssessie: what may be said, by which role, about which place."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

from sia.errors import Problem, refuse

KINDS: tuple[str, ...] = ("herkend", "genuanceerd", "niet herkend", "ontbreekt in de data")
"""How the speaker relates to the figure."""

EFFECTS: tuple[str, ...] = ("geen", "bevestigd", "bijgesteld", "overruled")
"""What the judgement does to the proposed aanpak."""

FOLLOW_UPS: tuple[str, ...] = ("geldt nog", "geldt niet meer")
"""The answer to the question whether the judgement of an earlier year still holds."""

ROLES: tuple[str, ...] = (
    "wijkmanager",
    "gebiedsmanager",
    "onderzoeker",
    "wijkagent",
    "corporatiemedewerker",
    "welzijnswerker",
    "zorgprofessional",
    "netbeheerder",
    "waterschap",
    "bewonersvertegenwoordiger",
    "beleidsadviseur",
    "anders",
)
"""Roles, never names: the record is about places, not about people."""

_AREA = re.compile(r"BU\d{4}(?:\d\d|[A-Z]{2})\d\d(-D\d+)?")
_CODE = re.compile(r"GM\d{4}")
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Signs that change the direction of writing: what is read is then not what is stored."""

LIMITS: dict[str, int] = {
    "uitspraak": 4000,
    "reden": 2000,
    "aanpak": 200,
    "sessie": 200,
    "cijferversie": 64,
    "corrigeert": 64,
    "vervolgt": 64,
    "id": 64,
}
"""How long a text may be, in characters; the other fields are chosen from a list or are codes."""


@dataclass(frozen=True)
class Entry:
    """One confirmed statement; it is never changed, a correction is a new entry.

    `jaar`: SIA year whose figures were on the table.
    `gebied`: Buurt code or deel-buurt id (``BU01530000-D1``).
    `rol`: One of `ROLES`.
    `soort`: One of `KINDS`.
    `effect`: One of `EFFECTS`.
    `reden`: Why; needed when `effect` is ``bijgesteld`` or ``overruled``.
    `aanpak`: The aanpak that should hold instead; needed for the same two effects.
    `cijferversie`: Hash of the figures that were judged, from `figures_version`.
    `sessie`: Name or date of the session.
    `corrigeert`: Id of the entry that this one corrects, or empty.
    `vervolgt`: Id of the entry of an earlier year about the same place that this one answers, or
        empty.
    `geldt`: One of `FOLLOW_UPS` when `vervolgt` is given, else empty.
    `id`: Made when not given; the same id is stored once, so that a retry does not double it.
    """

    gemeente: str
    jaar: int
    gebied: str
    uitspraak: str
    rol: str
    soort: str
    cijferversie: str
    effect: str = "geen"
    reden: str = ""
    aanpak: str = ""
    sessie: str = ""
    corrigeert: str = ""
    vervolgt: str = ""
    geldt: str = ""
    id: str = field(default_factory=lambda: uuid.uuid4().hex)


def check_entry(entry: Entry) -> None:
    """Refuse an entry that would not be understood later.

    Raises `InputError` with every problem of the entry, in Dutch.
    """
    needs_reason = entry.effect in ("bijgesteld", "overruled")
    known = bool(_CODE.fullmatch(entry.gemeente))
    own = not known or entry.gebied.startswith(f"BU{entry.gemeente[2:]}")
    tests = (
        (known, "gemeente", "Gebruik een code als GM0153."),
        (2000 <= entry.jaar <= 2100, "jaar", "Gebruik een jaar tussen 2000 en 2100."),
        (
            bool(_AREA.fullmatch(entry.gebied)) and own,
            "gebied",
            f"Kies een buurt of deel-buurt van gemeente {entry.gemeente[:6]}.",
        ),
        (bool(entry.uitspraak.strip()), "uitspraak", "Schrijf op wat er gezegd is."),
        (entry.rol in ROLES, "rol", f"Kies uit: {', '.join(ROLES)}."),
        (entry.soort in KINDS, "soort", f"Kies uit: {', '.join(KINDS)}."),
        (entry.effect in EFFECTS, "effect", f"Kies uit: {', '.join(EFFECTS)}."),
        (bool(entry.cijferversie), "cijferversie", "Leg vast op welke cijfers dit oordeel rust."),
        (bool(entry.id), "id", "Geef de duiding een eigen kenmerk."),
        (
            bool(entry.reden.strip()) or not needs_reason,
            "reden",
            "Geef een reden als de aanpak wordt bijgesteld of overruled.",
        ),
        (
            bool(entry.aanpak.strip()) or not needs_reason,
            "aanpak",
            "Noem de aanpak die in plaats van het voorstel moet gelden.",
        ),
        (
            entry.geldt in FOLLOW_UPS if entry.vervolgt else not entry.geldt,
            "geldt",
            f"Kies bij een eerdere duiding uit: {', '.join(FOLLOW_UPS)}.",
        ),
        *_lengths(entry),
    )
    problems = [
        Problem(wat="Dit veld is leeg of heeft een waarde die niet kan.", oplossing=how, kolom=name)
        for good, name, how in tests
        if not good
    ]
    refuse(problems)


def _lengths(entry: Entry) -> Iterator[tuple[bool, str, str]]:
    """Yield of every text whether it is short enough and can be written."""
    for name, most in LIMITS.items():
        text = getattr(entry, name)
        yield len(text) <= most, name, f"Houd het onder {most + 1} tekens."
        yield _writable(text), name, "Typ de tekst opnieuw: er staat een teken in dat niet bestaat."


def _writable(text: str) -> bool:
    """Tell whether a text can be stored and shown as it was typed.

    Half of a pair of signs cannot, nor a sign that steers a machine or turns the writing around.
    """
    return all(
        sign in "\t\r\n" or (unicodedata.category(sign) not in ("Cc", "Cs") and sign not in _TURNS)
        for sign in text
    )
