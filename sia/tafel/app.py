"""The table's page: one widget; every answer comes from the functions of this package."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import geopandas as gpd

from sia.agenda.dia import Dia
from sia.agenda.insight.gaps import unserved
from sia.errors import InputError
from sia.sessie.choices import chosen, opened
from sia.sessie.messages import Answering, folders_of
from sia.settings import PLANS, Folders
from sia.stages.agenda import CITY, FOLDER, assembled, delivered_now
from sia.stages.opening import raw_folder, usual_folders
from sia.stages.run import Run
from sia.tafel.asking import Answer, Ask, answer, closed_partners
from sia.tafel.record import DECISIONS, decide, keep, variants
from sia.tafel.showing import city, compared, decided, lacking, shown
from sia.viz.theme import FICTIONAL, static_text, theme_of, widget_tokens

ALL = "alle"
"""Who leads the round has the budgets of all partners."""
_KEPT = 40


class Tafel(Answering):
    """The agenda of one municipality on the table, in JupyterLab and as an app.

    `folders`: Of the tables that were published.
    `gemeente`, `jaar`, `bron`, `samen`: As `start` takes them.

    Nothing is opened or computed before a browser shows the page, and nothing of the agenda stands
    in the state that a notebook keeps: everything goes by message, with an answer to each.
    """

    acts: ClassVar[Mapping[str, str]] = {
        "open": "_open",
        "reken": "_answer",
        "bewaar": "_keep",
        "vergelijk": "_compare",
        "besluit": "_decide",
    }
    _esm = static_text(
        "viz/samen.js",
        "sessie/basis.js",
        *(f"tafel/{name}.js" for name in ("kaart", "tijdlijn", "tafel")),
    )
    _css = widget_tokens() + static_text("sessie/sessie.css", "tafel/tafel.css")

    def __init__(
        self,
        folders: Folders,
        gemeente: str,
        jaar: int,
        bron: Sequence[str | Path] = (),
        samen: Sequence[str] = (),
    ) -> None:
        super().__init__()
        self.folders, self.given, self.samen = folders, tuple(bron), tuple(samen)
        self.gemeente, self.jaar = gemeente, jaar
        self._dia: Dia | None = None
        self._known: dict[str, Answer] = {}
        self.on_msg(self._message)

    def __repr__(self) -> str:
        """Return the same text for the same table."""
        return f"Tafel({self.gemeente}, {self.jaar})"

    @cached_property
    def run(self) -> Run:
        """The city as it was published."""
        return opened(self.folders, *chosen(self.folders, self.gemeente, self.jaar))

    @cached_property
    def areas(self) -> gpd.GeoDataFrame:
        """The borders of the buurten."""
        return gpd.GeoDataFrame(self.run.table("gebieden"))

    @cached_property
    def bron(self) -> list[Path]:
        """Raw folders with plans: those that were given, else those of the last run."""
        usual = usual_folders(self.run.gemeente.code, self.folders)
        listed = [raw_folder(one) for one in self.given or usual]
        return [one for one in listed if (one / PLANS).is_dir()]

    @property
    def dia(self) -> Dia:
        """The agenda as plans and decisions lie on disk; made when it is first asked for.

        Raises `InputError` when no partner delivered a plan that can be used, or the year makes no
            agenda.
        """
        if self._dia is None:
            city = {name: self.run.table(name) for name in CITY}
            made = assembled(self.run, delivered_now(self.run, bron=self.bron), city)
            if made is None:
                raise InputError.one(
                    wat="Geen enkel plan is te gebruiken.",
                    oplossing="`sia agenda` schrijft elke partner wat er te verbeteren valt.",
                )
            self._dia = made
            self._known.clear()
        return self._dia

    @property
    def closed(self) -> set[str]:
        """Partners whose budget plays no part at this table."""
        return set() if ALL in self.samen else closed_partners(self.dia, self.samen)

    def asked(self, given: Mapping[str, Any]) -> tuple[Ask, Answer]:
        """Return what a page asked and its answer; one that was given before is kept."""
        ask, key = Ask.of(given), json.dumps(given, sort_keys=True)
        dia = self.dia
        if key not in self._known:
            while len(self._known) >= _KEPT:
                self._known.pop(next(iter(self._known)))
            self._known[key] = answer(dia, self.closed, ask)
        return ask, self._known[key]

    def _open(self, content: Mapping[str, Any]) -> dict[str, Any]:
        theme = theme_of(self.run.gemeente)
        head = {
            "gemeente": self.run.gemeente.naam,
            "jaar": self.run.jaar,
            "kleur": theme.primair,
            "fictief": FICTIONAL if theme.fictief else "",
        }
        stad = {**head, **city(self.dia, self.areas, self.closed)}
        kept = {"varianten": variants(self.run.folder / FOLDER), "besluiten": decided(self.dia)}
        kept["levering"] = lacking(
            self.dia, unserved(self.dia, self.run.table("scores")), self.closed
        )
        return {"stad": stad, **kept, **self._answer({"vraag": {}})}

    def _answer(self, content: Mapping[str, Any]) -> dict[str, Any]:
        ask, given = self.asked(content["vraag"])
        return {"antwoord": shown(self.dia, given, ask, self.closed)}

    def _keep(self, content: Mapping[str, Any]) -> dict[str, Any]:
        folder = self.run.folder / FOLDER
        return {"varianten": keep(folder, str(content["naam"]), content.get("vraag"))}

    def _compare(self, content: Mapping[str, Any]) -> dict[str, Any]:
        columns: dict[str, Answer | str] = {"Programma": self.asked({})[1]}
        for one in [{"naam": "Nu op tafel", "vraag": content["vraag"]},
                    *variants(self.run.folder / FOLDER)]:  # fmt: skip
            try:
                columns[one["naam"]] = self.asked(one["vraag"])[1]
            except InputError as error:
                columns[one["naam"]] = f"Past niet meer: {error.problems[0].wat}"
        return {"html": compared(self.dia, columns, self.closed)}

    def _decide(self, content: Mapping[str, Any]) -> dict[str, Any]:
        listed = content["besluiten"]
        places = frozenset(self.areas["naam"].astype(str))
        known = {*self.dia.linkages.kansen.index, *self.dia.agenda.plans.index}
        strange = [str(one.get("kans")) for one in listed if one.get("kans") not in known]
        if strange or not listed:
            raise InputError.one(
                wat="Kies waarover u besluit.", oplossing="Laad de pagina opnieuw."
            )
        rows = [decide(self.bron[0], one, places) for one in listed]
        self._dia = None
        dia = self.dia
        found = (*dia.delivered.reading.problems, *dia.agreed.problems)
        wrong = [p.wat for p in found if p.bestand == DECISIONS and p.rij in map(str, rows)]
        stood = f"Vastgelegd in {PLANS}/{DECISIONS}: {len(rows) - len(wrong)} van {len(rows)}."
        told = " ".join([stood, *(wrong or ["Het volgende programma begint ermee."])])
        return {**self._open({}), "goed": not wrong, "tekst": told}


def start(
    gemeente: str,
    jaar: int,
    bron: Sequence[str | Path] = (),
    samen: Sequence[str] = (),
    verwerkt: str | Path = "",
) -> Tafel:
    """Open the table, as notebook and app show it.

    `gemeente`: Name or code; empty for the first that there is.
    `jaar`: 0 for the newest that there is.
    `bron`: Raw folders with a folder ``plannen``; default those of the last run, else the folder in
        ``data/raw`` that has the name of the municipality, else ``data/raw``.
    `samen`: Partners whose budget is computed with and shown at this table; ``alle`` is for who
        leads the round, on a screen that nobody else sees.
    `verwerkt`: Folder with the tables; default that of the project.
    """
    return Tafel(folders_of(verwerkt), gemeente, jaar, bron, samen)
