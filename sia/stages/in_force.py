"""The method in force for a municipality and a run, and how it differs from the default."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sia.dutch import meervoud
from sia.gemeente import Gemeente
from sia.methode import Methode, flat, uitleg
from sia.stages.run import resolve

if TYPE_CHECKING:
    from rich.table import Table


def method_of(gemeente: Gemeente | None, bestand: Path | None = None) -> Methode:
    """Return the default, with the choices of a municipality and of a file laid over it.

    Raises InputError with every unknown name and wrong value of the file at once.
    """
    own = resolve(gemeente) if gemeente else Methode.standaard()
    return Methode.lees(bestand, own) if bestand else own


def method_facts(methode: Methode) -> dict[str, Any]:
    """Return label and deviations as JSON: place to the default value and the one in force."""
    differs = {place: list(pair) for place, pair in methode.afwijkingen().items()}
    return {"label": methode.label, "afwijkingen": differs}


def headline(facts: Mapping[str, Any]) -> str:
    """Say in Dutch which method it is and how many choices are other than the default."""
    count = len(facts["afwijkingen"])
    how = f"{meervoud(count, 'keuze', 'keuzes')} anders dan" if count else "gelijk aan"
    return f"Methode {facts['label']}: {how} de standaard."


def deviations(facts: Mapping[str, Any]) -> list[str]:
    """Return a line for every choice that is other than the default."""
    return [
        f"{place} = {written(here)} (standaard {written(default)})"
        for place, (default, here) in facts["afwijkingen"].items()
    ]


def method_text(methode: Methode, als_json: bool = False) -> str:
    """Return every choice, as a table as wide as the screen or as JSON."""
    if als_json:
        whole = {**method_facts(methode), "methode": methode.als_tabel()}
        return json.dumps(whole, ensure_ascii=False, indent=2)
    from rich.console import Console

    console = Console()
    with console.capture() as shown:
        console.print(method_table(methode))
    return shown.get().rstrip()


def method_table(methode: Methode) -> Table:
    """Return every choice with its value, and the default where that is another."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title=headline(method_facts(methode)), title_justify="left", highlight=False)
    for heading in ("keuze", "waarde", "standaard", "wat zij is"):
        table.add_column(heading, overflow="fold")
    differs = methode.afwijkingen()
    for place, value in flat(methode.als_tabel()):
        default = written(differs[place][0]) if place in differs else ""
        cells = map(Text, (place, written(value), default, uitleg(place)))
        table.add_row(*cells, style="bold" if place in differs else None)
    return table


def written(value: Any) -> str:
    """Return a value as a file of the method holds it; of a list of tables only its names."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return ", ".join(str(one.get("naam", "")) for one in value)
    return "" if value is None else json.dumps(value, ensure_ascii=False)
