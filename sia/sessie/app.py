"""The session's page: one widget, whose answers all come from the functions of this package."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from sia.duiding.entry import check_entry
from sia.errors import InputError
from sia.extras import extra
from sia.sessie.choices import available, chosen, opened
from sia.sessie.drawing import drawing
from sia.sessie.messages import Answering, folders_of, spoken
from sia.sessie.panels import difference, facts, panel
from sia.sessie.recording import (
    CHANGED,
    confirm,
    entry_of,
    listed,
    marks,
    options,
    state_of,
    warnings,
)
from sia.sessie.stand import Stand, load_stand
from sia.sessie.weights import movers, reordered, sentences
from sia.settings import Folders
from sia.sources.tabular import decode
from sia.viz.theme import static_text, widget_tokens
from sia.weighing.order import order_text

with extra("sessie"):
    import ipywidgets as widgets
    import traitlets

EDITIES = ("openbaar", "partners")
UNCHECKED = (
    "Nog niet opgeslagen. Lees de tekst na: zij komt in het openbare rapport. Pas haar aan, of zet "
    "hieronder het vinkje."
)
RENEWED = "De cijfers zijn intussen opnieuw berekend. U ziet nu de nieuwe."
SCRIPTS = ("basis", "kaart", "rangorde", "tabel", "gewichten", "duiding", "sessie")
"""Parts of the page's script, in the order in which they need each other."""

_LOG = logging.getLogger(__name__)


class Sessie(Answering):
    """The duidingssessie of one municipality and year, in JupyterLab and as an app.

    `folders`: What can be chosen is what stands in them.
    `gemeente`: Code that it opens with.
    `jaar`: Year that it opens with.
    `editie`: ``openbaar`` shows public plans only, ``partners`` those for the partners' table too.
    `stand` (Stand): The figures that are on the table; absent while nothing could be opened.
    `opened` ((str, int) or None): Municipality and year that `stand` is of.

    Traits in the direction of Python are ``gemeente``, ``jaar``, ``gekozen``, ``ander`` and
    ``gewichten``; the others show the answer. What must be confirmed (storing, exporting,
    importing) goes by message, with an answer to each. Every second the page asks whether the
    record or the figures changed on disk: a judgement of another session is seen at once, and a
    page that asks no more is gone.
    """

    acts: ClassVar[Mapping[str, str]] = {
        "bewaar": "_store",
        "nakijken": "_check",
        "kijk": "_look",
        "verken": "_explore",
        "uitvoer": "_export",
        "invoer": "_import",
    }
    lost = "NIET opgeslagen: er ging iets mis"
    _esm = static_text("viz/samen.js", *(f"sessie/{name}.js" for name in SCRIPTS))
    _css = widget_tokens() + static_text("sessie/sessie.css")

    keuzes: traitlets.List[Any] = traitlets.List().tag(sync=True)
    opties = traitlets.Dict().tag(sync=True)
    gemeente = traitlets.Unicode().tag(sync=True)
    jaar = traitlets.Int().tag(sync=True)
    stad = traitlets.Dict().tag(sync=True)
    gekozen = traitlets.Unicode().tag(sync=True)
    ander = traitlets.Unicode().tag(sync=True)
    panelen = traitlets.Dict().tag(sync=True)
    gewichten = traitlets.Dict().tag(sync=True)
    proef = traitlets.Dict().tag(sync=True)
    duidingen: traitlets.List[Any] = traitlets.List().tag(sync=True)
    gebieden: traitlets.List[Any] = traitlets.List().tag(sync=True)
    oordelen = traitlets.Dict().tag(sync=True)
    logboek: traitlets.List[Any] = traitlets.List().tag(sync=True)
    verschil = traitlets.Unicode().tag(sync=True)
    verkenner = traitlets.Instance(widgets.Widget, allow_none=True).tag(
        sync=True, **widgets.widget_serialization
    )
    fout = traitlets.Unicode().tag(sync=True)
    antwoord = traitlets.Int().tag(sync=True)

    def __init__(
        self, folders: Folders, gemeente: str, jaar: int, editie: str = "openbaar"
    ) -> None:
        self.folders, self.editie = folders, editie
        super().__init__(opties=options(), gemeente=gemeente, jaar=jaar)
        self.stand: Stand
        self.opened: tuple[str, int] | None = None
        self._seen: tuple[int, ...] = (0, 0)
        try:
            self._open()
        except InputError as error:
            self.fout = spoken(error)
        self.observe(self._guarded(self._open), ["gemeente", "jaar"])
        self.observe(self._guarded(self._show), ["gekozen", "ander"])
        self.observe(self._guarded(self._weigh), ["gewichten"])
        self.on_msg(self._message)

    def __repr__(self) -> str:
        """Return the same text for the same session."""
        return f"Sessie({self.gemeente}, {self.jaar})"

    def _guarded(self, answer: Callable[[], None]) -> Callable[[object], None]:
        """Run `answer` on a change; what goes wrong is shown, not lost in a log."""

        def on_change(_: object) -> None:
            try:
                answer()
                self.fout = ""
            except InputError as error:
                self.fout = spoken(error)
            except Exception as error:
                self.fout = f"Er ging iets mis ({type(error).__name__}). Kies opnieuw."
                _LOG.exception("the session could not answer")
            self.antwoord += 1

        return on_change

    def _open(self) -> None:
        """Put another municipality or year on the table."""
        found = available(self.folders)
        self.keuzes = [
            {"code": one.code, "naam": one.naam, "jaren": list(one.jaren)} for one in found
        ]
        keuze = next((one for one in found if one.code == self.gemeente), None)
        if keuze is not None and self.jaar not in keuze.jaren:
            self.jaar = keuze.jaren[0]
        if self.opened == (self.gemeente, self.jaar):
            return
        try:
            self.stand = load_stand(opened(self.folders, self.gemeente, self.jaar), self.editie)
        except InputError:
            if self.opened:
                self.gemeente, self.jaar = self.opened
            raise
        self.opened, self._seen = (self.gemeente, self.jaar), self._stamps()
        if self.verkenner is not None:
            self.verkenner.close()
        codes = self.stand.cijfers.gebieden.index
        ranked = self.stand.cijfers.gerangschikt.index
        first = str(ranked[0] if len(ranked) else codes[0])
        with self.hold_sync(), self.hold_trait_notifications():
            self.stad, self.verkenner = drawing(self.stand), None
            self.gekozen = self.gekozen if self.gekozen in codes else first
            self.ander = self.ander if self.ander in codes else ""
        self._weigh()
        self._show()

    def _show(self) -> None:
        """Show the chosen buurt, and the one beside it."""
        codes = self.stand.cijfers.gebieden.index
        shown = [code for code in dict.fromkeys((self.gekozen, self.ander)) if code in codes]
        # the facts come at once, the charts when they are drawn
        self.panelen = {
            code: self.stand.panelen.get(code) or facts(self.stand, code) for code in shown
        }
        with self.hold_sync():
            self.panelen = {code: panel(self.stand, code) for code in shown}
            self.verschil = difference(self.stand, *shown) if len(shown) > 1 else ""
            self.gebieden = [
                {
                    "code": code,
                    "naam": str(self.stand.namen[code]),
                    "versie": self.stand.versies[code],
                }
                for code in self.stand.gebieden_van(self.gekozen)
            ]
            self._list()

    def _list(self) -> None:
        """Show what was said."""
        entries = self.stand.duidingen()
        self.duidingen = listed(self.stand, entries, self.gekozen)
        self.oordelen = marks(self.stand, entries)
        self.logboek = state_of(self.stand.record())

    def _weigh(self) -> None:
        """Answer to the weights."""
        given = {str(key): float(value) for key, value in self.gewichten.items()}
        proef = reordered(self.stand.cijfers.scores, given, self.stand.run.methode.weging)
        table, naam = proef.tabel.reindex(self.stad["codes"]), self.stand.cijfers.naam
        numbers = {
            name: [None if missing else int(value) for value, missing in zip(*both, strict=True)]
            for name in ("na", "verschuiving")
            for both in [(table[name], table[name].isna())]
        }
        proof = order_text(self.stand.cijfers.scores, naam, self.stand.cijfers.gewichtsruis)
        self.proef = {
            **numbers,
            "zinnen": [*sentences(proef, naam), *([proof] if proof else [])],
            "schuivers": movers(proef, naam),
            "gewichten": given,
        }

    def _store(self, content: Mapping[str, Any]) -> dict[str, Any]:
        fields = content["velden"]
        entry = entry_of(fields, self.stand)
        check_entry(entry)
        said = self._warnings(fields)
        if not content.get("nagekeken"):
            return {"goed": False, "waarschuwingen": said, "tekst": UNCHECKED}
        text = confirm(entry, self.stand)
        with self.hold_sync():
            self._list()
        return {"goed": True, "tekst": text}

    def _check(self, content: Mapping[str, Any]) -> dict[str, Any]:
        return {"goed": True, "waarschuwingen": self._warnings(content["velden"]), "tekst": ""}

    def _warnings(self, fields: Mapping[str, Any]) -> list[str]:
        gebieden = self.stand.cijfers.gebieden
        places = {*gebieden["naam"].astype(str), *gebieden["wijknaam"].astype(str)}
        return warnings(fields, places)

    def _stamps(self) -> tuple[int, ...]:
        """Return when the record and the figures on the table were last written; 0 is not there."""
        run = self.stand.run
        files = (self.folders.record(run.gemeente.code), run.folder / "manifest.json")
        return tuple(path.stat().st_mtime_ns if path.exists() else 0 for path in files)

    def _look(self, _: Mapping[str, Any]) -> dict[str, Any]:
        """Show what another session said, and figures that were computed anew."""
        if self.opened is None or (now := self._stamps()) == self._seen:
            return {"goed": True}
        anew = now[1] != self._seen[1]
        self._seen = now
        if anew:
            before, self.opened = self.opened, None
            try:
                self._open()
            finally:
                self.opened = self.opened or before
        self._list()
        return {"goed": True, "tekst": RENEWED if anew else ""}

    def _explore(self, _: Mapping[str, Any]) -> dict[str, Any]:
        """Make the explorer of the city on the table, of figures that may be shown."""
        # loaded when it is asked for: the page opens without it
        from sia.explorer.widget import Verkenner

        if self.verkenner is None:
            self.verkenner = Verkenner(self.stand.run, openbaar=True)
        return {"goed": True}

    def _export(self, content: Mapping[str, Any]) -> dict[str, Any]:
        entries = self.stand.duidingen()
        name = f"duiding-{self.gemeente}.csv"
        text = self.stand.record().csv_text() if len(entries) else ""
        said = f"{len(entries)} duidingen uitgevoerd naar {name}." if text else "Er is nog niets."
        return {"goed": bool(text), "tekst": said, "naam": name, "inhoud": text}

    def _import(self, content: Mapping[str, Any]) -> dict[str, Any]:
        name = str(content["naam"])
        text = decode(Path(name), bytes(content["bestanden"][0]))
        done = self.stand.record().import_text(text, name, self.stand.run.gemeente.code)
        with self.hold_sync():
            self._list()
        refused = "".join(f"\nRij {one.rij}: {one.wat} {one.oplossing}" for one in done.refused)
        return {
            "goed": not refused,
            "tekst": f"{done.added} duidingen ingevoerd; {done.known} stonden er al; "
            f"{len({one.rij for one in done.refused})} geweigerd. Wat is ingevoerd, telt mee als "
            f"iemand het hier overneemt.{refused}",
        }


def start(gemeente: str, jaar: int, editie: str = "openbaar", verwerkt: str = "") -> Sessie:
    """Open the session, as notebook and app show it.

    `gemeente`: Name or code; empty for the first that there is.
    `jaar`: 0 for the newest that there is.
    `editie`: ``openbaar`` or ``partners``.
    `verwerkt`: Folder with the tables; default that of the project.
    Raises `InputError` when this municipality and year have not been run, or a parameter is not
        understood.
    """
    if editie not in EDITIES:
        wat = f"De editie {editie!r} bestaat niet."
        raise InputError.one(wat=wat, oplossing=f"Kies uit: {', '.join(EDITIES)}.")
    folders = folders_of(verwerkt)
    return Sessie(folders, *chosen(folders, gemeente, jaar), editie)


def check_session(app: Sessie) -> str:
    """Say what the record holds, and which of it asks for attention."""
    if app.opened is None:
        raise InputError.one(wat=app.fout, oplossing="Maak de tabellen opnieuw.")
    entries = app.stand.duidingen()
    if entries.empty:
        return f"In orde: {app.stand.run.gemeente.naam} heeft nog geen duidingen."
    codes = app.stand.cijfers.gebieden.index
    rows = {
        row["nummer"]: row
        for code in codes
        for row in listed(app.stand, entries, str(code))
        if not row["vervallen"]
    }
    changed = sum(row["let_op"].startswith(CHANGED) for row in rows.values())
    asked = sum(row["vraag"] for row in rows.values())
    return (
        f"In orde: {len(entries)} duidingen, waarvan {int(entries['vervallen'].sum())} later "
        f"verbeterd. Bij {changed} zijn de cijfers veranderd; van {asked} uit eerdere jaren is "
        "nog niet gezegd of zij gelden."
    )
