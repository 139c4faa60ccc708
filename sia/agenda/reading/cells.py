"""One cell of a partner's delivery: text in any spelling in, a typed value or a complaint out."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import numpy as np
import pandas as pd

from sia.agenda.reading.fields import BY_NAME, Field
from sia.agenda.wording import MONTHS
from sia.errors import Problem
from sia.sources.numbers import read_number
from sia.spreadsheet import as_typed

Cell = str | int | float | None

_ABOUT = re.compile(
    r"^(?:ca\b\.?|circa|ongeveer|ongev\.?|±|\+/-|[~≈<>≤≥]|(?:max|min)(?:\.|imaal\b|(?=\s)))\s*",
    re.I,
)
_RAMING = re.compile(r"\s*\(?(?:raming|geraamd|schatting|geschat|indicatief|globaal)\)?$", re.I)
_CLOCK = re.compile(r"[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?$")
_TAX = re.compile(r"\s*\(?\b(?P<wel>in)?(?:excl|ex|exclusief|cl|clusief)\.?\s*btw\)?$", re.I)
_SPREAD = re.compile(
    r"(?:tussen\s+)?(?P<laag>€?\s*\d[\d.,]*)\s*(?P<een>k|ton|mln|m)?\s*"
    r"(?:-|–|tot|en|à|á|t/m)\s*(?P<hoog>€?\s*\d[\d.,]*)\s*(?P<maat>\D*)",
    re.I,
)
_ENGLISH = re.compile(r"(?:€\s*)?[1-9]\d{0,2}(?:,\d{3})+")
MERGED = " (cel over meer rijen of kolommen)"
"""Stands behind a number in a merged cell: it is of all of them together."""
_THOUSAND = re.compile(r"\s*[x×*]\s*(?:€|EUR|euro)?\s*(1[. ]?000(?:[. ]?000)?)(?:\s*euro)?$", re.I)
_UNIT = re.compile(
    r"(?<=\d)\s*(ton|mio|milj(?:oen)?|mrd|mln|m€|m|k€|k|keuro?|k\seuro?|dzd|duizend)\.?\s?(?:€|eur|euro)?$",
    re.I,
)
_UNITS = {"ton": 1e5, "mrd": 1e9, "k": 1e3, "d": 1e3, "m": 1e6}
_DUTCH_YEAR = re.compile(r"(?<!\d)(?:19|20|21)\d\d(?!\d)")
_SHORT_RANGE = re.compile(r"(?<!\d)(20)(\d\d)\s*(?:/|-|–|t/m)\s*'?(\d\d)(?![\d-])")
_SHORT_YEAR = re.compile(r"(?<![\w.])['’](\d\d)(?!\d)")
_BARE_YEARS = re.compile(r"([2-6]\d)(?:\s*[-/–]\s*([2-6]\d))?")
_OPEN = re.compile(r"vanaf|later|e\.v|voorbehoud|[?+]|\bof\b", re.I)
_MONTH = "|".join(
    sorted({w for m in MONTHS for w in (m, m[:3])} | {"mrt", "sept"}, key=len, reverse=True)
)
_MONTH_YEAR = re.compile(rf"^(?:\d{{1,2}}[-. ])?({_MONTH})[-. ']*(\d\d)$", re.I)
_AROUND_YEAR = re.compile(
    rf"\b(?:{_MONTH}|[qk][1-4]|kw\.? ?[1-4]|[1-4]e?|kwartaal|kwart|h[12]|helft|voorjaar|zomer"
    r"|najaar|herfst|winter|lente|begin|medio|half|eind|einde|start|vanaf|per|uiterlijk|t/m"
    r"|tot en met|tussen|en|of|later|ca|circa|(?:school|boek|begrotings)?jaar|seizoen|week|wk"
    r"|eerste|tweede|derde|vierde|onder voorbehoud|e\.v|\d{1,2})\b|[-–/.,()'±~?+ ]",
    re.I,
)
_LENGTH = re.compile(
    r"(?P<n>.+?)\s*(?P<unit>jaar|jaren|jr|m(?:aanden|aand|nd)|w(?:eken|eek)|k(?:wartalen|wartaal))?\.?",
    re.I,
)
_PER_YEAR = {"m": 12, "w": 52, "k": 4}
_COUNTS = {"half": "0,5", "een": "1", "één": "1", "anderhalf": "1,5", "twee": "2", "drie": "3",
           "vier": "4", "vijf": "5"}  # fmt: skip
_NOTHING_YET = frozenset(
    {"", "pm", "p m", "ntb", "n t b", "nader te bepalen", "nog te bepalen", "tbd", "volgt", "nvt",
     "n v t", "onbekend", "niet bekend", "nog niet bekend", "nb", "n b"}
)  # fmt: skip
"""What a partner writes in a cell for which it has no value."""
_SURE = {"zeker": 100, "vast": 100, "zeer hoog": 90, "hoog": 80, "middel": 50, "gemiddeld": 50,
         "laag": 20, "zeer laag": 10}  # fmt: skip
_DATES = (
    re.compile(r"(?P<y>\d{4})[-/.]?(?P<m>\d{1,2})[-/.]?(?P<d>\d{1,2})"),
    re.compile(r"(?P<d>\d{1,2})[-/. ](?P<m>\d{1,2})[-/. ](?P<y>\d{4})"),
    re.compile(rf"(?P<d>\d{{1,2}})[-. ](?P<m>{_MONTH})\.?[-. ](?P<y>\d{{4}})", re.I),
)
"""As a computer writes a date, and as a Dutch reader does."""
_IN_NAME = re.compile(r"(?P<y>20\d\d)[-_. ]?(?P<m>0[1-9]|1[0-2])(?:[-_. ]?(?P<d>[0-3]\d))?(?!\d)")
_MONTH_IN_NAME = re.compile(rf"(?<![a-z])(?P<m>{_MONTH})[-_. ]*(?P<y>20\d\d)(?!\d)", re.I)
"""A day, or a month, in the name of a file."""
_LAST_OF_SPAN = ("laatst", "middelen_tot", "tot")
"""Fields of which a span of years means its last year."""


@dataclass(frozen=True)
class Question(Problem):
    """A doubt: what it is about counts as it was understood, until its partner says otherwise."""


@dataclass(frozen=True)
class Understood:
    """What one cell came to.

    `value` (str, int, float or None): Typed value, a date as ``jjjj-mm-dd``; the empty string or
        None where the cell is empty or wrong.
    `wat`: What is wrong, in Dutch; empty when nothing is.
    `vraag`: What is doubtful about the value; empty when nothing is.
    """

    value: Cell
    wat: str = ""
    vraag: str = ""


def cell_text(value: object) -> str:
    """Return any cell as the text that a Dutch reader would have typed; empty for nothing."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):  # type: ignore[call-overload]
        return ""
    if hasattr(value, "isoformat"):
        return pd.Timestamp(value).strftime("%Y-%m-%d")  # type: ignore[arg-type]
    if isinstance(value, bool | np.bool_):
        return "ja" if value else "nee"
    if isinstance(value, float):
        # "1.125" would be eleven hundred and twenty-five to a Dutch reader
        return np.format_float_positional(value, trim="-").replace(".", ",")
    return as_typed(str(value).strip()).strip()


def plain(text: object) -> str:
    """Return a text in small letters, without accents and with single blanks between its words."""
    return _plain(str(text))


@lru_cache(maxsize=1 << 15)
def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c if c.isalnum() else " " for c in bare if not unicodedata.combining(c))
    return " ".join(letters.split())


def parse_cell(field: Field, value: object) -> tuple[Cell, str]:
    """Return the typed value of one cell, and what is wrong with it; see `understand`."""
    found = understand(field, value)
    return found.value, found.wat


def understand(field: Field, value: object, times: float = 1.0) -> Understood:
    """Read one cell.

    `value`: As the file holds it.
    `times`: What one in this column stands for: 1000 under a heading in thousands of euro.
    """
    text = cell_text(value)
    of_a_plan = BY_NAME.get(field.name) == field
    nothing = of_a_plan and field.kind != "tekst" and plain(text) in _NOTHING_YET
    if not text or nothing:
        empty = "leeg" if not text else f"nog niet ingevuld (`{text}`)"
        wat = f"Deze cel is verplicht en {empty}." if field.required else ""
        vraag = "" if wat or not text else f"`{text}` is gelezen als: niet bekend."
        return Understood(None if field.numeric else "", wat, vraag)
    if text.endswith(MERGED):
        if field.kind in ("bedrag", "getal"):
            wat = f"`{text}` is van meer rijen of kolommen samen."
            return Understood(None, wat)
        text = text.removesuffix(MERGED)
    if field.kind == "jaar":
        return _year(text, last=field.name in _LAST_OF_SPAN, one=not of_a_plan)
    if field.kind == "geheel":
        return _length(text, times)
    if field.kind == "procent":
        return _share(text, times)
    if field.numeric:
        if field.name == "fte":
            text = re.sub(r"(?<=\d)\s*fte$", "", text, flags=re.I)
        if isinstance(value, str) and times == 1 and _ENGLISH.fullmatch(text):
            # no amount in euro has three decimals
            plainly = _number(text.replace(",", ""), times)
            return replace(plainly, vraag=f"`{text}` heeft komma's tussen duizendtallen.")
        return _number(text, times, careful=field.name == "budget")
    if field.kind in ("keuze", "keuzes"):
        return _choices(field, text)
    if field.kind == "datum":
        return _day(text)
    if field.kind in ("lijst", "plaats"):
        found = parts(text)
        return Understood(";".join(p.upper() if is_code(p) else p for p in found))
    return Understood(text)


def date_in_name(name: str) -> str:
    """Return the day that the name of a file tells, ``jjjj-mm-dd``; empty when it tells none."""
    found = _IN_NAME.search(name) or _MONTH_IN_NAME.search(name)
    if found is None:
        return ""
    part = found.groupdict()
    month = part["m"] if part["m"].isdigit() else f"{_month(part['m']):02d}"
    return f"{part['y']}-{month}-{part.get('d') or '01'}"


def _month(word: str) -> int:
    return [m[:3] for m in MONTHS].index(word.lower().replace("mrt", "maa")[:3]) + 1


def parts(text: str) -> list[str]:
    """Split what semicolons, commas or line breaks separate; blanks do not count."""
    return [part for part in (p.strip() for p in re.split(r"[;,\n]", text)) if part]


def is_code(text: str) -> bool:
    """Say whether a text is the code of a buurt or wijk, in any case."""
    return re.fullmatch(r"(?:BU[0-9A-Z]{8}|WK[0-9A-Z]{6})", text, re.I) is not None


def fault(name: str, wat: str, oplossing: str) -> Problem:
    """Return what is wrong in a column of the plans; file and row are known elsewhere."""
    return Problem(wat, oplossing, kolom=BY_NAME[name].label)


def doubt(name: str, wat: str, oplossing: str) -> Problem:
    """Return what is doubtful in a column of the plans."""
    return Question(wat, oplossing, kolom=BY_NAME[name].label)


def _number(text: str, times: float, *, careful: bool = False) -> Understood:
    """Read an amount or a number; of a spread its middle counts, or its least when `careful`."""
    bare = _RAMING.sub("", _ABOUT.sub("", text))
    taxed = _TAX.search(bare)
    bare = _TAX.sub("", bare)
    value = _amount(bare, times)
    if value is not None:
        doubts = (
            (_ABOUT.match(text) or _RAMING.search(text), "is een schatting"),
            (taxed and taxed["wel"], "is met btw; geef het zonder"),
        )
        vraag = next((f"`{text}` {why}." for hit, why in doubts if hit), "")
        return Understood(value, "", vraag)
    spread = _SPREAD.fullmatch(bare)
    low, high = (None, None)
    if spread:
        unit = spread["maat"]
        low = _amount(spread["laag"] + (spread["een"] or unit), times)
        high = _amount(spread["hoog"] + unit, times)
    if low is None or high is None or low >= high:
        return Understood(None, f"`{text}` is geen getal.")
    return Understood(low if careful else (low + high) / 2, "", f"`{text}` is een bandbreedte.")


def _amount(text: str, times: float) -> float | None:
    """Return an amount; what a cell says of its unit goes before what its heading says."""
    bare = text.strip()
    if scale := _THOUSAND.search(bare):
        bare, times = bare[: scale.start()], float(re.sub(r"\D", "", scale[1]))
    elif unit := _UNIT.search(bare):
        word = unit[1].lower()
        bare, times = bare[: unit.start()], _UNITS[word if word in _UNITS else word[0]]
    number = read_number(bare)
    value = None if number is None or number.percent else number.dutch()
    return None if value is None or not math.isfinite(value * times) else value * times


def _share(text: str, times: float) -> Understood:
    """Read a percentage; an unsigned share and a word for one are percentages too."""
    if plain(text) in _SURE:
        sure = _SURE[plain(text)]
        return Understood(float(sure), "", f"`{text}` is gelezen als {sure} %.")
    bare = re.sub(r"\s*(?:%|procent|pct)\.?$", "", text, flags=re.I)
    signed = bare != text
    found = _number(bare, 1.0 if signed else times)
    value = found.value
    if not isinstance(value, float):
        return replace(found, wat=f"`{text}` is geen percentage.")
    if not signed and times == 1 and 0 < value < 1:
        return Understood(round(100 * value, 6), "", f"`{text}` is gelezen als {100 * value:g} %.")
    return replace(found, value=round(value, 6), vraag=found.vraag.replace(bare, text))


def _year(text: str, *, last: bool, one: bool) -> Understood:
    """Read a year; of a span its first or `last`, unless it has to be `one`."""
    text = _CLOCK.sub("", text)
    bare = _BARE_YEARS.fullmatch(text.strip())
    if bare:
        spelled = "/".join(f"20{year}" for year in bare.groups() if year)
    else:
        short = _MONTH_YEAR.match(text.strip())
        spelled = f"20{short[2]}" if short else _SHORT_YEAR.sub(r"20\1", text)
        spelled = _SHORT_RANGE.sub(_span, spelled)
    years = [int(year) for year in _DUTCH_YEAR.findall(spelled)]
    around = re.sub(r"[.,]0+$", "", _DUTCH_YEAR.sub(" ", spelled))
    if not 1 <= len(years) <= 2 or _AROUND_YEAR.sub("", around):
        return Understood(None, f"`{text}` is geen jaar.")
    if one and (len(set(years)) > 1 or _OPEN.search(around)):
        return Understood(None, f"`{text}` is meer dan één jaar; geef elk jaar een rij.")
    year = years[-1] if last else years[0]
    doubtful = bare is not None or _OPEN.search(around) is not None
    return Understood(year, "", f"`{text}` is gelezen als {year}." if doubtful else "")


def _span(match: re.Match[str]) -> str:
    """Write ``2027/28`` in full; what follows a dash and can be a month is one."""
    month = "-" in match[0] and int(match[3]) <= 12
    return match[0] if month or match[3] <= match[2] else f"20{match[2]}/20{match[3]}"


def _length(text: str, times: float) -> Understood:
    """Read a number of years; a part of a year counts as one."""
    match = _LENGTH.fullmatch(_ABOUT.sub("", text))
    words = match["n"].lower() if match else ""
    number = read_number(_COUNTS.get(words, words)) if match else None
    value = None if number is None else number.dutch()
    if match is None or value is None or not math.isfinite(value):
        return Understood(None, f"`{text}` is geen aantal jaren.")
    unit = (match["unit"] or "").lower()[:1]
    per = _PER_YEAR.get(unit, 1) if unit else 1 / times
    return Understood(math.ceil(round(value / per, 6)))


def _day(text: str) -> Understood:
    text = _CLOCK.sub("", text)
    for pattern in _DATES:
        if match := pattern.fullmatch(text):
            number = int(match["m"]) if match["m"].isdigit() else _month(match["m"])
            try:
                return Understood(date(int(match["y"]), number, int(match["d"])).isoformat())
            except ValueError:
                break
    return Understood("", f"`{text}` is geen datum; schrijf jjjj-mm-dd.")


def _choices(field: Field, text: str) -> Understood:
    """Read one choice, or several where the field takes more."""
    known = {plain(choice): choice for choice in field.choices}
    known |= {plain(word): choice for word, choice in field.words.items()}
    given = parts(text) if field.kind == "keuzes" else [text]
    wrong = [part for part in given if plain(part) not in known]
    if wrong:
        wat = f"Geen geldige keuze: {', '.join(wrong)}; kies uit: {', '.join(field.choices)}."
        return Understood("", wat)
    return Understood(";".join(dict.fromkeys(known[plain(part)] for part in given)))
