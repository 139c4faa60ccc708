"""What in a text looks like personal data: a warning, never proof."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BETWEEN = _words("van de den der 't ter ten te op in el al ben bin von di da du la le mac")
"""Small words inside a family name."""

_TITLES = _words(
    "mevrouw mevr mw meneer mijnheer dhr hr heer familie fam mr drs dr ing ir prof juf buurman "
    "dokter buurvrouw oom ome tante zuster broeder dominee imam pastoor huisarts wijkagent agent"
)
"""Words before a name."""

_NO_NAME = _words(
    "de het een er in op bij aan uit over door naar met voor na volgens ook en of maar want als "
    "dan dit dat die deze wij zij hij ze we ik u men tot om te van daar hier nu toen sinds tussen "
    "oud oude nieuw nieuwe noord oost zuid west groot grote klein kleine hoog hoge laag lage lang "
    "lange centrum binnen buiten boven beneden achter sint koning koningin prins prinses graaf "
    "januari februari maart april mei juni juli augustus september oktober november december "
    "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag "
    "eerste tweede kerstdag paasdag pinksterdag koningsdag hemelvaartsdag"
)
"""Words that begin a sentence, and words that are part of the name of a place."""

_ORGANISATION = _words(
    "corporatie woningcorporatie stichting school basisschool vereniging gemeente provincie wijk "
    "buurt stadsdeel park winkelcentrum supermarkt kerk moskee bedrijf vve waterschap netbeheerder "
    "universiteit hogeschool regio project nationaal programma schouwburg theater museum stadion "
    "ziekenhuis court markt plein gracht ggd politie buurthuis wijkcentrum station leger raad "
    "arena sporthal zwembad bibliotheek heijn kruis veilig het een"
)
"""A word after which, or with which, capitals name an organisation or a place."""

_PLACE = re.compile(
    r".{2,}(?:straat|laan|weg|plein|hof|dijk|kade|pad|singel|steeg|dreef|gracht|markt|wijk|buurt|"
    r"veld|park|dorp|school|wonen|zorg|groep|fonds|college|kerk|huis)"
)
_STREET = (
    r"straat|laan|(?<!\bonder)(?<!\bom)(?<!\bsnel)(?<!\bspoor)weg|plein|hof|dijk|kade|pad|singel"
    r"|steeg|dreef|gracht|markt|ring|baan|erf|akker|park|brink|hoeve|str\."
)
_TWO_LETTERS = _words(
    "al af as ca cm de dd en er eu ga go ha ik in is ja je kg km la me mm na nl nu of om op st te "
    "to tv uw wc we ze zo"
)
"""Words of two letters that follow a number and are no part of a postcode."""

_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "een e-mailadres",
        re.compile(r"[\w.+-]@[\w-]{1,63}\.\w{2,}|\bapenstaart|\(at\)", re.IGNORECASE),
    ),
    (
        "een telefoonnummer",
        re.compile(r"(?<!\d)(?:\+31|0031|0)[\s.-]?[1-9](?:[\s.-]{0,3}\d){7,8}(?!\d)"),
    ),
    ("een IBAN", re.compile(r"\b[A-Z]{2}\d{2}\s?[A-Z]{4}(?:\s?\d){7,12}\b", re.IGNORECASE)),
    (
        "een kenteken",
        re.compile(
            r"\b(?=(?:\w-?){6}\b)(?=[\d-]{0,8}[A-Z])(?=[A-Z-]{0,8}\d)"
            r"(?:[A-Z]{1,3}|\d{1,3})(?:-(?:[A-Z]{1,3}|\d{1,3})){2}\b"
        ),
    ),
    (
        "een adres",
        re.compile(
            rf"(?<=[\w'-])(?:{_STREET})\s{{1,3}}(?:nr\.?\s|nummer\s)?\d{{1,4}}(?:-\d{{1,3}})?[a-z]?\b"
            rf"|\b(?:nr\.?|nummer)\s\d{{1,4}}[a-z]?\s(?:van|aan|in|op)\s(?:de|het)\s"
            rf"[\w'-]{{2,30}}(?:{_STREET})\b",
            re.IGNORECASE,
        ),
    ),
    ("een account", re.compile(r"(?<![\w.])@\w{3,}")),
    (
        "een geboortedatum",
        re.compile(
            r"\bgeb(?:oren|oortedatum|oortejaar)?\b.{0,20}(?:\d{4}|['\u2019]\d\d)|\d{4}.{0,5}\bgeboren"
            r"|\b\d{1,2}[-/. ]\d{1,2}[-/. ](?:19\d\d|200\d)\b",
            re.IGNORECASE,
        ),
    ),
)
_POSTCODE = re.compile(r"\b[1-9]\d{3}[\s-]?([A-Za-z]{2})\b")
_NINE = re.compile(r"(?<![\d.])\d(?:[ .]?\d){8}(?!\d)")
_INITIALS = re.compile(
    r"(?<![\w.])(?:[A-Z]\.\s?){1,5}(?:[a-z']{1,4}\s){0,3}[A-Z][^\W\d_]{2,}", re.UNICODE
)
_TITLED = re.compile(r"\b(?:dhr|mw|mevr)\.?\s+[^\W\d_]{2,}", re.IGNORECASE)
"""What writes mw. for mevrouw goes on with a name, also without a capital."""
_ADDRESSED = re.compile(r"\b(?:mevrouw|mevr|mw|meneer|dhr|heer|familie|fam)\b", re.IGNORECASE)
_SHORTENED = re.compile(r"\bv\.? ?d\.(?= )", re.IGNORECASE)
"""v.d. for van der, before a family name."""
_WORD = re.compile(r"\b[^\W\d_]+(?:['\u2019-][^\W\d_]+)*\b|'t\b")


def personal_data_warnings(text: str, places: Collection[str] = ()) -> list[str]:
    """Say which parts of a text look like personal data; takes time in proportion to the text.

    `places`: Names of buurten and wijken, which are no names of people.
    Returns: One Dutch warning per kind that was found; empty when nothing was. It is a warning, not
        proof: the recorder decides.
    """
    found = [what for what, pattern in _PATTERNS if pattern.search(text)]
    others: tuple[tuple[str, Callable[[], bool]], ...] = (
        ("een postcode", lambda: any(map(_is_postcode, _POSTCODE.finditer(text)))),
        ("een naam", lambda: _has_name(text, places)),
        ("een burgerservicenummer", lambda: any(map(_is_bsn, _NINE.findall(text)))),
    )
    found += [what for what, tells in others if tells()]
    return [f"Dit lijkt op {what}. Leg niets vast dat naar een persoon verwijst." for what in found]


def names_a_person(title: str) -> bool:
    """Tell whether the title of a work looks like one about a person.

    An address and the name of a building are ordinary there; a name counts after a form of address.
    """
    ordinary = ["een adres.", "een postcode.", "een kenteken."]
    ordinary += [] if _ADDRESSED.search(title) else ["een naam."]
    found = personal_data_warnings(title)
    return any(not any(f"op {what}" in one for what in ordinary) for one in found)


def _is_postcode(match: re.Match[str]) -> bool:
    letters = match[1]
    return letters.isupper() or letters.lower() not in _TWO_LETTERS


def _is_bsn(text: str) -> bool:
    """Tell whether nine digits pass the eleven test of the BSN."""
    digits = [int(sign) for sign in text if sign.isdigit()]
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return sum(d * w for d, w in zip(digits, weights, strict=True)) % 11 == 0


def _has_name(text: str, places: Collection[str]) -> bool:
    text = _SHORTENED.sub("van der", text)
    known = {word for name in places for word in _WORD.findall(name.lower())}
    plain = bool(_INITIALS.search(text) or _TITLED.search(text))
    return plain or any(_is_name(words, known) for words in _capitals(text))


def _capitals(text: str) -> Iterator[list[str]]:
    """Yield runs of words with a capital, each after the word before it.

    The small words of a family name are left out. The word before a run may say what it is: a
    title, an organisation.
    """
    run: list[str] = [""]
    end = 0
    for match in _WORD.finditer(text):
        word, lower, gap = match[0], match[0].lower(), text[end : match.start()].strip(" \u00a0")
        end = match.end()
        if gap and not (gap == "." and run[-1] in _TITLES):
            yield run
            run = [""]
        inside = len(run) > 1 or run[0] in _TITLES
        if lower in _BETWEEN and inside:
            continue
        family = inside and text[max(0, match.start() - 5) : match.start()].lower().endswith(
            (" de ", " der ", " den ")
        )
        if word[0].isupper() and lower not in _TITLES and (family or lower not in _NO_NAME):
            run.append(word)
        else:
            yield run
            run = [lower]
    yield run


def _is_name(run: list[str], known: Collection[str]) -> bool:
    """Tell whether a run of capitals is a name: two words, or one after a title."""
    before, *words = run
    if before in _ORGANISATION or any(
        word.lower() in _ORGANISATION or word.lower() in known or _PLACE.fullmatch(word)
        for word in words
    ):
        return False
    return len(words) >= (1 if before in _TITLES else 2)
