"""The rule that every number in a sentence stands in a table of the same file, and its check."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_NUMBER = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:,\d+)?")
_OPAQUE = re.compile(r"<(script|style|svg)\b.*?</\1>", re.DOTALL | re.I)
_VOID = {"br", "hr", "img", "input", "meta", "link", "wbr", "col"}


class UnsupportedNumbersError(AssertionError):
    """A sentence holds a number that no table of the same file shows: a fault in the program."""


def numbers_in(text: str) -> list[str]:
    """Return the numbers in a Dutch text, as written: ``1.234,5``, ``12``, ``0,50``.

    In order of appearance. The sign and the unit are not part of a number.
    """
    return _NUMBER.findall(text)


class _Reader(HTMLParser):
    """Collects the text of sentences (class ``zin``) and of table cells."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._stack: list[str] = []
        self.sentences: list[str] = []
        self.cells: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            return
        classes = (dict(attrs).get("class") or "").split()
        if "zin" in classes:
            self._stack.append("zin")
            self.sentences.append("")
        elif tag in ("td", "th"):
            self._stack.append("cel")
            self.cells.append("")
        else:
            self._stack.append("")

    def handle_endtag(self, tag: str) -> None:
        if self._stack and tag not in _VOID:
            self._stack.pop()

    def handle_data(self, data: str) -> None:
        if "zin" in self._stack:
            self.sentences[-1] += data
        elif "cel" in self._stack:
            self.cells[-1] += data


def numbers_in_text(page: str) -> dict[str, list[str]]:
    """Return, per sentence of a page, the numbers that no table of that page shows.

    Sentence -> numbers; empty when the page keeps the rule.
    """
    reader = _Reader()
    reader.feed(_OPAQUE.sub("", page))
    shown = {number for cell in reader.cells for number in numbers_in(cell)}
    found = {text: [n for n in numbers_in(text) if n not in shown] for text in reader.sentences}
    return {text.strip(): missing for text, missing in found.items() if missing}


def check_numbers(page: str) -> None:
    """Refuse a page that breaks the rule."""
    wrong = numbers_in_text(page)
    if wrong:
        lines = [f"{', '.join(numbers)} in: {text}" for text, numbers in wrong.items()]
        raise UnsupportedNumbersError("numbers without a table:\n" + "\n".join(lines))
