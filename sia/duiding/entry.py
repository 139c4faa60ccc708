"""One judgement from a duidingssessie: what may be said, by which role, about which place."""

from __future__ import annotations

import re
import uuid
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

_AREA = re.compile(r"BU[0-9A-Z]{8}(-D\d+)?")
_CODE = re.compile(r"GM\d{4}")

_PERSONAL: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("een e-mailadres", re.compile(r"[\w.+-]+@[\w-]+\.\w{2,}")),
    ("een telefoonnummer", re.compile(r"(?<!\d)(?:\+31|0031|0)[\s-]?[1-9](?:[\s-]?\d){7,8}(?!\d)")),
    ("een IBAN", re.compile(r"\bNL\d{2}\s?[A-Z]{4}(?:\s?\d){10}\b")),
    (
        "een adres",
        re.compile(
            r"\b[A-Z][\w'-]*(?:straat|laan|weg|plein|hof|dijk|kade|pad|singel|steeg)\s+\d+\w?\b"
        ),
    ),
    ("een postcode", re.compile(r"\b[1-9]\d{3}\s?[A-Z]{2}\b")),
    (
        "een naam",
        re.compile(
            r"\b(?:[Mm]evrouw|[Mm]eneer|[Dd]e heer|[Mm]w\.|[Dd]hr\.|[Ff]amilie|[Ff]am\.)\s+"
            r"(?:van\s+|de\s+|der\s+|den\s+)*[A-Z]\w+"
        ),
    ),
    ("een geboortedatum", re.compile(r"\bgeboren\b.{0,20}\d{4}")),
)


@dataclass(frozen=True)
class Entry:
    """One confirmed statement; it is never changed, a correction is a new entry.

    Parameters
    ----------
    jaar : int
        SIA year whose figures were on the table.
    gebied : str
        Buurt code or deel-buurt id (``BU01530000-D1``).
    rol : str
        One of `ROLES`.
    soort : str
        One of `KINDS`.
    effect : str
        One of `EFFECTS`.
    reden : str
        Why; needed when `effect` is ``bijgesteld`` or ``overruled``.
    aanpak : str
        The aanpak that should hold instead; needed for the same two effects.
    cijferversie : str
        Hash of the figures that were judged, from `figures_version`.
    sessie : str
        Name or date of the session.
    corrigeert : str
        Id of the entry that this one corrects, or empty.
    vervolgt : str
        Id of the entry of an earlier year about the same place that this one answers, or empty.
    geldt : str
        One of `FOLLOW_UPS` when `vervolgt` is given, else empty.
    id : str
        Made when not given; the same id is stored once, so that a retry does not double it.
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

    Raises
    ------
    InputError
        With every problem of the entry, in Dutch.
    """
    needs_reason = entry.effect in ("bijgesteld", "overruled")
    tests = (
        (bool(_CODE.fullmatch(entry.gemeente)), "gemeente", "Gebruik een code als GM0153."),
        (2000 <= entry.jaar <= 2100, "jaar", "Gebruik een jaar tussen 2000 en 2100."),
        (bool(_AREA.fullmatch(entry.gebied)), "gebied", "Kies een buurt of deel-buurt."),
        (bool(entry.uitspraak.strip()), "uitspraak", "Schrijf op wat er gezegd is."),
        (len(entry.uitspraak) <= 4000, "uitspraak", "Houd het onder 4.000 tekens."),
        (entry.rol in ROLES, "rol", f"Kies uit: {', '.join(ROLES)}."),
        (entry.soort in KINDS, "soort", f"Kies uit: {', '.join(KINDS)}."),
        (entry.effect in EFFECTS, "effect", f"Kies uit: {', '.join(EFFECTS)}."),
        (bool(entry.cijferversie), "cijferversie", "Leg vast op welke cijfers dit oordeel rust."),
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
    )
    problems = [
        Problem(wat="Dit veld is leeg of heeft een waarde die niet kan.", oplossing=how, kolom=name)
        for good, name, how in tests
        if not good
    ]
    refuse(problems)


def personal_data_warnings(text: str) -> list[str]:
    """Say which parts of a text look like personal data.

    Returns
    -------
    list of str
        One Dutch warning per kind that was found; empty when nothing was. It is a warning, not
        proof: the recorder decides.
    """
    found = [what for what, pattern in _PERSONAL if pattern.search(text)]
    if _has_bsn(text):
        found.append("een burgerservicenummer")
    return [f"Dit lijkt op {what}. Leg niets vast dat naar een persoon verwijst." for what in found]


def _has_bsn(text: str) -> bool:
    """Tell whether nine digits pass the eleven test of the BSN."""
    for digits in re.findall(r"(?<!\d)\d{9}(?!\d)", text):
        weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
        if sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11 == 0:
            return True
    return False
