"""Colours and house style: one theme that every chart, map and report follows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from sia.dutch import getal
from sia.errors import Problem, refuse
from sia.gemeente import Gemeente
from sia.logo import data_uri

FICTIONAL = "FICTIEF: deze gemeente bestaat niet. Alle cijfers zijn verzonnen om mee te oefenen."

_TOKEN = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), ")


@cache
def static_text(*names: str) -> str:
    """Return style sheets or scripts of the package, each ``room/file``, one after another."""
    paths = (files("sia").joinpath(*name.replace("/", "/static/").split("/")) for name in names)
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


@cache
def tokens() -> Mapping[str, str]:
    """Return the colours of readers' pages in the light theme: name in ``tokens.css`` -> hex."""
    return dict(_TOKEN.findall(static_text("viz/tokens.css")))


@cache
def widget_tokens() -> str:
    """Return ``tokens.css`` for a widget in a page of others: it holds inside ``.sia-thema`` only.

    Light or dark is inherited from the page; JupyterLab says it in an attribute.
    """
    body = static_text("viz/tokens.css").partition(":root {")[2].partition("\n}")[0]
    body = body.replace("color-scheme: light dark;", "")
    lab = '[data-jp-theme-light="false"] .sia-thema { color-scheme: dark; }'
    return f".sia-thema {{{body}\n}}\n{lab}\n"


def _ramp(name: str, steps: int = 5) -> tuple[str, ...]:
    return tuple(tokens()[f"{name}-{step}"] for step in range(1, steps + 1))


URGENTIE = _ramp("urg")
"""Five classes, light to dark."""

POTENTIE = _ramp("pot")
"""Five classes, light to dark."""

DIVERGING = _ramp("div")
"""Below to above a reference (ColorBrewer RdBu; colour-blind safe)."""

CHANGE = _ramp("ver", 3)
"""Falls, within the noise, rises."""

QUALITATIVE = _ramp("type", 8)
"""Types, partners and other names; always with a number or a name."""

APPROACH = _ramp("aanpak")
"""The five kinds of aanpak, from the most that is asked to the least."""

NO_DATA = tokens()["geen"]

DOMAINS: Mapping[str, str] = {
    "sociaal": "Sociaal",
    "wonen": "Wonen en leefomgeving",
    "veiligheid": "Veiligheid",
    "voorzieningen": "Voorzieningen en economie",
    "klimaat": "Klimaat",
    "energie": "Energie",
}
"""Column of ``scores`` -> name for readers."""

_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_COLOUR_KEYS = ("primair", "accent", "tekst", "achtergrond")


@dataclass(frozen=True)
class Theme:
    """House style of one municipality.

    `gemeente`: Name as readers know it.
    `primair`: ``#rrggbb`` of headings and buttons; at least 4.5:1 against `achtergrond`.
    `accent`: ``#rrggbb`` of rules and highlights; at least 3:1 against `achtergrond`.
    `tekst`, `achtergrond`: ``#rrggbb``; at least 7:1 against each other.
    `logo`: Data URI, or empty.
    `logo_tekst`: What a screen reader says in place of the logo.
    `fictief`: Puts a banner on every page that says that the municipality does not exist.
    """

    gemeente: str = ""
    primair: str = "#0b4a6f"
    accent: str = "#b3541e"
    tekst: str = "#1a1a1a"
    achtergrond: str = "#ffffff"
    logo: str = ""
    logo_tekst: str = ""
    fictief: bool = False


def checked(theme: Theme, bestand: str) -> Theme:
    """Return `theme` when its colours are colours and can be read; refuse it otherwise."""
    problems = _colour_problems({key: getattr(theme, key) for key in _COLOUR_KEYS}, bestand)
    problems = problems or _contrast_problems(theme, bestand)
    refuse(problems)
    return theme


def _colour_problems(colours: Mapping[str, str], bestand: str) -> list[Problem]:
    return [
        Problem(
            bestand=bestand,
            kolom=f"huisstijl.{key}",
            wat=f"`{value}` is geen kleur.",
            oplossing="Schrijf een kleur als #rrggbb, bijvoorbeeld #0b4a6f.",
        )
        for key, value in colours.items()
        if not _HEX.fullmatch(value)
    ]


def _contrast_problems(theme: Theme, bestand: str) -> list[Problem]:
    needed = (("tekst", 7.0), ("primair", 4.5), ("accent", 3.0))
    return [
        Problem(
            bestand=bestand,
            kolom=f"huisstijl.{key}",
            wat=(
                f"De kleur {getattr(theme, key)} is op {theme.achtergrond} slecht leesbaar: "
                f"contrast {getal(found, 1)} waar {getal(minimum, 1)} nodig is."
            ),
            oplossing="Kies een donkerder kleur.",
        )
        for key, minimum in needed
        if (found := contrast(getattr(theme, key), theme.achtergrond)) < minimum
    ]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21.

    `one`, `other`: ``#rrggbb``.

    References
    ----------
    W3C, WCAG 2.2 (2023), definitions "relative luminance" and "contrast ratio".
    """
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ink_on(colour: str) -> str:
    """Return the text colour, near-black or white, that reads best on `colour`."""
    return max((tokens()["inkt"], "#ffffff"), key=lambda ink: contrast(ink, colour))


def theme_of(gemeente: Gemeente) -> Theme:
    """Return the house style of a municipality."""
    style = gemeente.huisstijl
    theme = Theme(
        gemeente=gemeente.naam,
        primair=style.hoofdkleur,
        accent=style.steunkleur,
        logo=data_uri(style.logo) if style.logo else "",
        logo_tekst=style.logo_tekst,
        fictief=gemeente.fictief,
    )
    return checked(theme, gemeente.bestand)
