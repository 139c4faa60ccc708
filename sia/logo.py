"""A municipality's logo: checked where it is named, put in the page where it is shown."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

LIMIT = 200_000
"""Bytes: a logo stands in every page of a set."""

MOST_PIXELS = 16_000_000
"""Of a PNG or JPEG: no logo needs more."""

LONGEST_NAME = 200

MOST_DRAWN = 20_000
"""Elements that a logo draws, each reference counted: 200 kB can ask for thousands of millions."""

DEEPEST = 100
"""Elements inside each other, references followed."""

_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".svg": "image/svg+xml",
}
_STARTS = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
_DRAWING = re.compile(
    "svg|g|defs|title|desc|metadata|path|rect|circle|ellipse|line|polyline|polygon|text|tspan"
    "|symbol|use|clipPath|mask|linearGradient|radialGradient|stop|pattern|style"
)
"""Elements that only draw; whatever else a file holds is refused, scripts and images first."""
_SVG = "{http://www.w3.org/2000/svg}"
_NOTES = (
    "{http://www.inkscape.org/",
    "{http://sodipodi.sourceforge.net/",
    "{http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "{http://creativecommons.org/",
    "{http://web.resource.org/cc/",
    "{http://purl.org/dc/",
)
"""Namespaces in which drawing programs leave notes; a browser does nothing with them."""
_INSIDE = re.compile(r"(?:^|url\()\s*['\"]?#([^'\")\s]+)")
_OUTSIDE = re.compile(r"url\(\s*['\"]?(?!#)|@import|javascript:|expression\(", re.I)


def problem_with(folder: Path, name: str) -> str:
    """Say in Dutch what is wrong with a logo; empty when it can be used.

    `folder`: the logo must lie in it.
    `name`: PNG, JPEG or SVG of at most 200 kB. An SVG may draw and do nothing else: no script, no
        reference to anything outside the file, no entities.
    """
    if "\0" in name or len(name) > LONGEST_NAME:
        return "heeft geen bruikbare bestandsnaam"
    path = (folder / name).resolve()
    kind = _TYPES.get(path.suffix.lower())
    if not path.is_relative_to(folder.resolve()):
        return "ligt buiten de map van de gemeente"
    if kind is None:
        return "is geen PNG, JPEG of SVG"
    if not path.is_file():
        return "bestaat niet"
    content = path.read_bytes()
    if len(content) > LIMIT:
        return "is groter dan 200 kB"
    if kind == _TYPES[".svg"]:
        return _svg_problem(content)
    if not content.startswith(_STARTS[kind]):
        return "is niet wat de bestandsnaam zegt"
    width, height = _size(content)
    # some hundred bytes can ask for an image that fills the memory of who opens the page
    return "heeft te veel beeldpunten" if width * height > MOST_PIXELS else ""


def _size(content: bytes) -> tuple[int, int]:
    """Return width and height as the head of a PNG or JPEG tells them; zeros when it does not."""
    if content.startswith(_STARTS["image/png"]):
        return int.from_bytes(content[16:20]), int.from_bytes(content[20:24])
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        mark = content[at + 1]
        if 0xC0 <= mark <= 0xCF and mark not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(content[at + 7 : at + 9]), int.from_bytes(
                content[at + 5 : at + 7]
            )
        at += 2 + int.from_bytes(content[at + 2 : at + 4])
    return 0, 0


def _svg_problem(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "is geen SVG in UTF-8"
    # before parsing: entities can make a small file fill the memory
    if re.search(r"<!(DOCTYPE|ENTITY)|<\?xml-stylesheet", text, re.I):
        return "heeft een DOCTYPE, entiteit of opmaakblad van buiten"
    try:
        root = ET.fromstring(text)  # noqa: S314 - no entities left, see above
    except ET.ParseError:
        return "is geen leesbare SVG"
    if root.tag != f"{_SVG}svg":
        return "is geen leesbare SVG"
    return next(_svg_faults(root), "") or _drawn_too_often(root)


def _drawn_too_often(root: ET.Element) -> str:
    """Say when references make a small file a large drawing, or one without an end."""
    named = {element.get("id"): element for element in root.iter()}
    known: dict[ET.Element, int] = {}

    def drawn(element: ET.Element, inside: tuple[ET.Element, ...]) -> int:
        """Return how many elements are drawn, those that are referred to counted each time."""
        if element in inside or len(inside) > DEEPEST:
            return MOST_DRAWN + 1
        if element not in known:
            names = [name for value in element.attrib.values() for name in _INSIDE.findall(value)]
            parts = [*element, *(named[name] for name in names if name in named)]
            total = 1
            for part in parts:
                total = min(total + drawn(part, (*inside, element)), MOST_DRAWN + 1)
            known[element] = total
        return known[element]

    return "verwijst te vaak naar zichzelf" if drawn(root, ()) > MOST_DRAWN else ""


def _svg_faults(root: ET.Element) -> Iterator[str]:
    for element in root.iter():
        tag = _local(element.tag)
        drawn = str(element.tag).startswith(_SVG) and bool(_DRAWING.fullmatch(tag))
        if not drawn and not str(element.tag).startswith(_NOTES):
            yield f"bevat <{tag}>; een logo mag alleen tekenen"
        if _OUTSIDE.search(element.text or "") and tag == "style":
            yield "verwijst in zijn opmaak naar iets buiten het bestand"
        for key, value in element.attrib.items():
            if _local(key).lower().startswith("on"):
                yield f"bevat een script ({_local(key)})"
            if _local(key) == "href" and not value.strip().startswith("#"):
                yield "verwijst naar iets buiten het bestand"
            if _OUTSIDE.search(value):
                yield "verwijst naar iets buiten het bestand"


def _local(name: object) -> str:
    return str(name).rpartition("}")[2]


def data_uri(path: Path) -> str:
    """Return a logo that was found good as a data URI, so that a page needs nothing beside it."""
    kind = _TYPES[path.suffix.lower()]
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode('ascii')}"
