"""Read TOML tables field by field and keep every problem, in Dutch, until all have been seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sia.errors import Problem, suggestion

_NAMES: dict[type, str] = {
    str: "tekst",
    int: "een geheel getal",
    float: "een getal",
    bool: "true of false",
    list: "een lijst tussen [ ]",
    dict: "een onderdeel met eigen velden",
}


class Fields:
    """One TOML table under inspection.

    Parameters
    ----------
    content : mapping
        The table as TOML gave it.
    bestand : str
        File for the problems.
    plaats : str
        Where in the file ("indicator 3 (laag_inkomen)").
    problems : list of Problem
        Gets every problem; shared between tables of one file.
    """

    def __init__(
        self, content: Mapping[str, Any], bestand: str, plaats: str, problems: list[Problem]
    ) -> None:
        self._content = content
        self._bestand = bestand
        self._plaats = plaats
        self._problems = problems
        self._asked: set[str] = set()

    def complain(self, veld: str, wat: str, oplossing: str) -> None:
        """Keep one problem with the field `veld` of this table."""
        self._problems.append(
            Problem(
                bestand=self._bestand, rij=self._plaats, kolom=veld, wat=wat, oplossing=oplossing
            )
        )

    def _take(self, veld: str, kind: type, default: Any, needed: bool) -> Any:
        self._asked.add(veld)
        if veld not in self._content:
            if needed:
                self.complain(veld, "Dit veld ontbreekt.", f"Vul {_NAMES[kind]} in.")
            return default
        value = self._content[veld]
        accepted = (int, float) if kind is float else kind
        wrong_bool = isinstance(value, bool) and kind is not bool
        if not isinstance(value, accepted) or wrong_bool:
            self.complain(veld, f"`{value}` past hier niet.", f"Vul {_NAMES[kind]} in.")
            return default
        if kind is float and isinstance(value, (int, float)):
            return float(value)
        return value

    def raw(self, veld: str) -> object:
        """Return a field as TOML gave it, None when absent."""
        self._asked.add(veld)
        return self._content.get(veld)

    def text(self, veld: str, default: str = "", *, needed: bool = False) -> str:
        """Return a text; complain when it is needed and absent or empty."""
        value: str = self._take(veld, str, default, needed)
        if needed and veld in self._content and not str(value).strip():
            self.complain(veld, "Dit veld is leeg.", "Vul tekst in.")
        return value

    def choice(self, veld: str, options: Iterable[str], default: str = "") -> str:
        """Return one of `options`; needed unless `default` is one of them."""
        known = tuple(options)
        value = self.text(veld, default, needed=default not in known)
        if value and value not in known:
            self.complain(veld, f"`{value}` is geen geldige keuze.", suggestion(value, known))
        return value

    def whole(
        self,
        veld: str,
        default: int = 0,
        *,
        needed: bool = False,
        low: int | None = None,
        high: int | None = None,
    ) -> int:
        """Return a whole number, within ``[low, high]`` where given."""
        value: int = self._take(veld, int, default, needed)
        self._bounds(veld, value, low, high)
        return value

    def real(
        self, veld: str, default: float, *, low: float | None = None, high: float | None = None
    ) -> float:
        """Return a number, within ``[low, high]`` where given."""
        value: float = self._take(veld, float, default, needed=False)
        self._bounds(veld, value, low, high)
        return value

    def _bounds(self, veld: str, value: float, low: float | None, high: float | None) -> None:
        too_low = low is not None and value < low
        too_high = high is not None and value > high
        if veld in self._content and (too_low or too_high):
            above = f"minstens {low}" if low is not None else ""
            below = f"hoogstens {high}" if high is not None else ""
            limits = " en ".join(part for part in (above, below) if part)
            self.complain(veld, f"{value} ligt buiten de grenzen.", f"Kies {limits}.")

    def optional_year(self, veld: str) -> int | None:
        """Return a year between 1990 and 2100, or None when absent."""
        if veld not in self._content:
            self._asked.add(veld)
            return None
        return self.whole(veld, low=1990, high=2100)

    def optional_real(self, veld: str) -> float | None:
        """Return a number, or None when absent."""
        if veld not in self._content:
            self._asked.add(veld)
            return None
        return self.real(veld, 0.0)

    def flag(self, veld: str, default: bool = False) -> bool:
        """Return true or false."""
        value: bool = self._take(veld, bool, default, needed=False)
        return value

    def texts(self, veld: str, *, needed: bool = False) -> tuple[str, ...]:
        """Return a list of texts; one text counts as a list of one."""
        if isinstance(self._content.get(veld), str):
            return (self.text(veld),)
        values: list[Any] = self._take(veld, list, [], needed)
        good = [value for value in values if isinstance(value, str) and value.strip()]
        if len(good) != len(values):
            self.complain(veld, "Niet alles in deze lijst is tekst.", 'Zet elk deel tussen " ".')
        return tuple(good)

    def table(self, veld: str) -> dict[str, Any]:
        """Return a nested table, empty when absent."""
        value: dict[str, Any] = self._take(veld, dict, {}, needed=False)
        return value

    def tables(self, veld: str, *, needed: bool = False) -> list[dict[str, Any]]:
        """Return a list of nested tables (``[[veld]]`` in TOML), empty when absent."""
        values: list[Any] = self._take(veld, list, [], needed)
        good = [value for value in values if isinstance(value, dict)]
        if len(good) != len(values):
            self.complain(
                veld, "Niet elk deel is een onderdeel met velden.", f"Gebruik [[{veld}]]."
            )
        if needed and veld in self._content and not values:
            self.complain(veld, "Deze lijst is leeg.", f"Voeg minstens één [[{veld}]] toe.")
        return good

    def finish(self) -> None:
        """Complain about every field that nobody asked for."""
        for veld in sorted(set(self._content) - self._asked):
            self.complain(veld, "Dit veld is onbekend.", suggestion(veld, self._asked))
