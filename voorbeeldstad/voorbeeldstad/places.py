"""The invented place: wijken, buurt names, codes and how they change in 2021.

Voorbeeldstad (fictief) has the codes GM9999, WK9999.. and BU9999....; it lies in the middle of
the IJsselmeer, where no municipality can be. Codes and names are the same for every seed.
"""

from __future__ import annotations

from dataclasses import dataclass

GEMEENTECODE = "GM9999"
GEMEENTENAAM = "Voorbeeldstad (fictief)"
LAND_CODE = "NL00"
LAND_NAAM = "Land (fictief)"
CHANGE_YEAR = 2021
WATER_CODE = "BU99999997"
WATER_NAAM = "Veermeer (fictief)"


@dataclass(frozen=True)
class Wijk:
    """One wijk of the invented city.

    Parameters
    ----------
    nummer : int
        Two last digits of the wijk code.
    naam, stadsdeel : str
    x, y : float
        Heart of the wijk, in km from the south-west corner of the city.
    typen : tuple of int
        Planted types of its buurten, in order (see `latent.TYPES`).
    namen : tuple of str
        Names of its buurten, in order of code.
    """

    nummer: int
    naam: str
    stadsdeel: str
    x: float
    y: float
    typen: tuple[int, ...]
    namen: tuple[str, ...]

    @property
    def code(self) -> str:
        """Return the wijk code."""
        return f"WK9999{self.nummer:02d}"


WIJKEN: tuple[Wijk, ...] = (
    Wijk(
        0,
        "Binnenkern",
        "Centrum",
        6.0,
        5.1,
        (2, 2, 2, 2, 2, 2),
        (
            "Grote Kade",
            "Oude Veerhoek",
            "Waagplein en omgeving",
            "Schippershof",
            "Klokkentuin",
            "Lakenbleek",
        ),
    ),
    Wijk(
        1,
        "Noorderlanden",
        "Noord",
        4.1,
        8.1,
        (5, 5, 5, 5, 4, 6),
        (
            "Zilverreiger",
            "Wulpenveld",
            "Grutterij",
            "Kievitsmeent",
            "Tureluur",
            "Het Ruige Eiland",
        ),
    ),
    Wijk(
        2,
        "Veerkwartier",
        "Noord",
        7.8,
        8.2,
        (3, 3, 3, 3, 3, 4),
        (
            "Touwbaan",
            "Kompasbuurt",
            "Ankerpark",
            "Sextantbuurt",
            "Loodsmanshof",
            "Zeilmakers",
        ),
    ),
    Wijk(
        3,
        "Oosterwaard",
        "Oost",
        8.9,
        6.2,
        (4, 4, 4, 3, 3, 4, 4),
        (
            "Elzenpad",
            "Wilgenrijk",
            "Populierenlaan",
            "Kornoelje",
            "Meidoornbuurt",
            "Hazelaarshof",
            "Vlierbos",
        ),
    ),
    Wijk(
        4,
        "Lindenveld",
        "Oost",
        9.0,
        3.9,
        (1, 4, 4, 4, 5, 5),
        (
            "Lindenpoort",
            "Lindenbeek",
            "Lindenhof",
            "Karrewiel",
            "Boterbloem",
            "Pinksterbloem",
        ),
    ),
    Wijk(
        5,
        "De Vlonder",
        "Oost",
        10.8,
        5.0,
        (5, 5, 5, 6, 6, 6),
        (
            "Steigerland",
            "Rietkraag",
            "Waterlelie",
            "Vlonderpolder",
            "Dotterbloem",
            "Biezenveld",
        ),
    ),
    Wijk(
        6,
        "Zuiderhage",
        "Zuid",
        5.0,
        2.4,
        (1, 1, 1, 1, 1, 4, 4),
        (
            "Sterrenwacht",
            "Saturnusplein",
            "Kometenbuurt",
            "Melkwegflats",
            "Poolsterhof",
            "Grote Beer",
            "Kleine Beer",
        ),
    ),
    Wijk(
        7,
        "Molenkamp",
        "Zuid",
        7.4,
        2.0,
        (4, 4, 1, 1, 4, 5),
        (
            "Wiekslag",
            "Maalsteen",
            "Kruirad",
            "Baliekluiver",
            "Zeskanter",
            "Achtkanter",
        ),
    ),
    Wijk(
        8,
        "Westerdijk",
        "West",
        3.1,
        5.4,
        (3, 3, 4, 5, 6),
        (
            "Dijkmagazijn",
            "Kwelderplein",
            "Gemaalbuurt",
            "Schorrenhof",
            "Het Slik",
        ),
    ),
    Wijk(
        9,
        "Havenrand",
        "West",
        1.5,
        3.6,
        (6, 6, 6, 3, 1),
        (
            "Loswal (bedrijven)",
            "Kranenkade (bedrijven)",
            "Buitendijks",
            "Scheepsbouwers",
            "Havenflats",
        ),
    ),
)

#: Inhabitants of the few buurten that are nearly empty or small, whatever the seed.
SMALL: dict[str, int] = {
    "BU99990105": 0,
    "BU99990804": 14,
    "BU99990900": 46,
    "BU99990901": 84,
    "BU99990503": 145,
}

CONTEXT_GEMEENTEN: tuple[tuple[str, str], ...] = (
    ("GM9990", "Kwelderdam (fictief)"),
    ("GM9991", "Zonneveen (fictief)"),
    ("GM9992", "Oud-Biezenlo (fictief)"),
    ("GM9993", "Hoogklaver (fictief)"),
    ("GM9994", "Wiekerhaven (fictief)"),
    ("GM9995", "Sint Rietjans (fictief)"),
    ("GM9996", "Vlierstede (fictief)"),
    ("GM9997", "Molenbergen (fictief)"),
    ("GM9998", "Lage Wierde (fictief)"),
)


@dataclass(frozen=True)
class Atom:
    """A piece of land that no border ever cuts: a buurt, or the part of one that is redrawn.

    Parameters
    ----------
    wijk : Wijk
    nummer : int
        Place in the wijk; the parts of a split buurt have the same.
    type : int
        Planted type.
    oud, nieuw : tuple of (str, str)
        Code and name until 2020 and from 2021 on.
    """

    wijk: Wijk
    nummer: int
    type: int
    oud: tuple[str, str]
    nieuw: tuple[str, str]

    def buurt(self, jaar: int) -> tuple[str, str]:
        """Return the code and name of the buurt that holds this atom in a year."""
        return self.oud if jaar < CHANGE_YEAR else self.nieuw


def atoms() -> tuple[Atom, ...]:
    """List the pieces of land of Voorbeeldstad, with their codes before and after 2021.

    In 2021 one buurt is split (Lindenhof), its neighbour is recoded (Karrewiel, new code ..90),
    the code that this frees is reused for the split-off part (Lindenrand), and two buurten in
    Zuiderhage are merged.

    Returns
    -------
    tuple of Atom
        Ordered by wijk and place: one more than there are buurten in any year.
    """
    return tuple(
        piece
        for wijk in WIJKEN
        for place in range(len(wijk.namen))
        for piece in _pieces(wijk, place)
    )


def _pieces(wijk: Wijk, place: int) -> list[Atom]:
    kind, name, count = wijk.typen[place], wijk.namen[place], len(wijk.namen)
    code = f"BU9999{wijk.nummer:02d}{place:02d}"
    plain = Atom(wijk, place, kind, (code, name), (code, name))
    if wijk.nummer == 4 and place == 2:
        rest = Atom(wijk, place, kind, (code, name), ("BU99990403", "Lindenrand"))
        return [plain, rest]
    if wijk.nummer == 4 and place == 3:
        return [Atom(wijk, place, kind, (code, name), ("BU99990490", name))]
    if wijk.nummer == 6 and place >= count - 2:
        first = f"BU999906{count - 2:02d}"
        merged = f"{wijk.namen[count - 2]} en {wijk.namen[count - 1]}"
        return [Atom(wijk, place, kind, (code, name), (first, merged))]
    return [plain]
