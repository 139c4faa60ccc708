"""One error for all bad input: every problem at once, as a table in the reader's language."""

from __future__ import annotations

import difflib
import errno
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

Where = TypeVar("Where")
More = ParamSpec("More")
Read = TypeVar("Read")

_HEADINGS = ("bestand", "rij", "kolom", "wat er mis is", "wat u kunt doen")


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong in one place of the input.

    `wat`: What is wrong, in Dutch, one sentence.
    `oplossing`: What the reader can do about it, in Dutch.
    `bestand`, `rij`, `kolom`: Where it is; empty where it does not apply.
    """

    wat: str
    oplossing: str
    bestand: str = ""
    rij: str = ""
    kolom: str = ""

    def cells(self) -> tuple[str, str, str, str, str]:
        """Return the five cells in the order of the table that a reader sees."""
        return (self.bestand, self.rij, self.kolom, self.wat, self.oplossing)


class InputError(ValueError):
    """Input that cannot be used; carries every `Problem` that was found.

    `problems`: At least one problem.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        if not self.problems:
            raise ValueError("InputError needs at least one Problem")
        super().__init__(render(self.problems))

    @classmethod
    def one(
        cls, wat: str, oplossing: str, bestand: str = "", rij: str = "", kolom: str = ""
    ) -> InputError:
        """Return the error with a single `Problem`."""
        return cls([Problem(wat, oplossing, bestand, rij, kolom)])

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Problem, ...]]]:
        """Make the error survive a process boundary (batch workers)."""
        return (InputError, (self.problems,))


def _named(heading: str, cell: str) -> str:
    """Return the heading of a cell: what begins with dashes is an option and no column."""
    return "optie" if heading == "kolom" and cell.startswith("--") else heading


def in_file(
    read: Callable[Concatenate[Where, More], Read],
) -> Callable[Concatenate[Where, More], Read]:
    """Let every problem that a reader finds name its file: its first argument, or the path of it.

    What a reader calls need not know which file it works for.
    """

    @wraps(read)
    def named(where: Where, /, *args: More.args, **more: More.kwargs) -> Read:
        try:
            return read(where, *args, **more)
        except InputError as error:
            file = str(getattr(where, "path", where))
            told = [replace(one, bestand=one.bestand or file) for one in error.problems]
            raise InputError(told) from error

    return named


def refuse(problems: Iterable[Problem]) -> None:
    """Raise `InputError` with the problems, when there are any."""
    listed = list(problems)
    if listed:
        raise InputError(listed)


def render(problems: Iterable[Problem]) -> str:
    """Lay problems out as readable Dutch text, one block per problem.

    A heading with the count, then per problem the filled cells.
    """
    listed = list(problems)
    count = "1 probleem" if len(listed) == 1 else f"{len(listed)} problemen"
    lines = [f"De invoer klopt niet: {count}."]
    for problem in listed:
        filled = [(_named(h, c), c) for h, c in zip(_HEADINGS, problem.cells(), strict=True) if c]
        lines.append("- " + "\n  ".join(f"{heading}: {cell}" for heading, cell in filled))
    return "\n".join(lines)


_NO_FOLDER = "Hier staat een bestand waar een map hoort, of andersom: kies een andere plaats."
ON_DISK = {
    errno.ENOSPC: "De schijf is vol: maak ruimte vrij op de schijf met data/processed en reports.",
    errno.EROFS: "Deze map is alleen te lezen: zet het project op een schijf die te schrijven is.",
    errno.EEXIST: _NO_FOLDER,
    errno.ENOTDIR: _NO_FOLDER,
    errno.EISDIR: _NO_FOLDER,
    errno.ENAMETOOLONG: "Deze naam is te lang voor de schijf: kies een kortere.",
    errno.EACCES: "Een bestand is niet leesbaar of niet schrijfbaar: pas de rechten aan.",
}
"""What a reader can do when the system refuses a file."""


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return a Dutch hint that names the nearest known word, or lists what is known."""
    options = sorted(known)
    near = difflib.get_close_matches(word, options, n=1, cutoff=0.6)
    if near:
        return f"Bedoelde u `{near[0]}`?"
    return "Kies uit: " + ", ".join(options) + "." if options else "Haal het weg."
