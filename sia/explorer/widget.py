"""The explorer in a notebook: choices above, picture and table below, ready to take away."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from sia.errors import InputError, Problem
from sia.explorer.drawing import picture, table_html
from sia.explorer.view import LEAST, View, Year
from sia.extras import extra
from sia.methode import Methode
from sia.spreadsheet import csv_bytes
from sia.stages.own import read_own
from sia.stages.run import Run, resolve
from sia.viz.figure import Chart
from sia.viz.theme import static_text, widget_tokens

with extra("notebooks"):
    import anywidget
    import ipywidgets as widgets
    import traitlets


_WIDE = {"width": "30rem"}


class Doek(anywidget.AnyWidget):
    """What is drawn; says which buurten were clicked."""

    _esm = static_text("viz/samen.js", "explorer/verkenner.js")
    _css = widget_tokens() + static_text("explorer/verkenner.css")
    html = traitlets.Unicode().tag(sync=True)
    zin = traitlets.Unicode().tag(sync=True)


class Verkenner(widgets.VBox):  # type: ignore[misc]
    """Two figures of a city beside one another: scatter, maps, histograms and table.

    Parameters
    ----------
    run : Run
    x, y : str
        Ids or Dutch names of indicators, ``"urgentie"``, ``"potentie"`` or a domain.
    jaar : int, optional
        One of the years of the city; default its SIA year.
    buurten : sequence of str
        Codes or names to look at; empty is all.
    eigen : Series or DataFrame, optional
        Own figures per buurt, the index buurtcodes. They join no score.
    naast : int, optional
        Another of the years, to lay beside it.
    openbaar : bool
        Leave out figures of so few people that they are not published.

    Attributes
    ----------
    beeld : View
        What is shown now, as tables: ``beeld.tabel``, ``beeld.samenhang``, ``beeld.zin()``.

    Raises
    ------
    InputError
        With what is unknown, and what was perhaps meant.
    """

    beeld: View

    def __init__(
        self,
        run: Run,
        x: str = "",
        y: str = "urgentie",
        *,
        jaar: int | None = None,
        buurten: Sequence[str] = (),
        eigen: pd.Series[float] | pd.DataFrame | None = None,
        naast: int | None = None,
        openbaar: bool = False,
    ) -> None:
        self._run, self._eigen, self._openbaar = run, _own(eigen), openbaar
        self._years: dict[int, Year] = {}
        self._busy = True
        year = self._year(jaar or run.jaar)
        self._chosen = _codes(buurten, year)
        names = [f"eigen {name}" for name in self._eigen]
        # without a choice: own figures, or else the first that enough buurten have
        known = year.waarden.notna().sum() >= LEAST
        names += [one for one in year.cijfers if known[one] and not one.startswith("score ")]
        x = year.kies(x or next(iter(names or year.cijfers)), "x")
        listed, y = _listed(year), year.kies(y, "y")
        self.x = widgets.Dropdown(options=listed, value=x, description="Cijfer X", layout=_WIDE)
        self.y = widgets.Dropdown(options=listed, value=y, description="Cijfer Y", layout=_WIDE)
        self.jaar = widgets.Dropdown(options=run.jaren, value=year.jaar, description="Jaar")
        others = [("geen ander jaar", 0), *((str(one), one) for one in run.jaren)]
        self.naast = widgets.Dropdown(options=others, description="Naast")
        self.naast.value = self._year(naast).jaar if naast else 0
        self.zoek = widgets.Text(description="Zoek buurt", placeholder="deel van de naam")
        self.buurten = widgets.SelectMultiple(description="Buurten", rows=8, layout=_WIDE)
        self.python = widgets.Textarea(description="Code", rows=8, layout={"width": "100%"})
        self.fout, self.doek, self.knoppen = widgets.HTML(), Doek(), self._buttons()
        super().__init__(self._laid_out())
        self._listen()
        self._busy = False
        self._show()

    def _buttons(self) -> dict[str, widgets.Button]:
        does = {
            "Wissel X en Y": self._swap,
            "Alle buurten": partial(self._choose, ()),
            "Tabel (CSV)": partial(self._hand_over, "csv"),
            "Beeld (SVG)": partial(self._hand_over, "svg"),
            "Beeld (PNG)": partial(self._hand_over, "png"),
            "Python-code": partial(self._hand_over, "py"),
        }
        made = {name: widgets.Button(description=name) for name in does}
        for name, button in made.items():
            button.on_click(lambda _, done=does[name]: done())
        return made

    def _laid_out(self) -> list[widgets.Widget]:
        buttons = list(self.knoppen.values())
        choices = widgets.VBox(
            [self.x, self.y, widgets.HBox([self.jaar, self.naast]), widgets.HBox(buttons[:2])]
        )
        above = widgets.HBox([choices, widgets.VBox([self.zoek, self.buurten])])
        return [above, self.fout, self.doek, widgets.HBox(buttons[2:]), self.python]

    def _listen(self) -> None:
        for one in (self.x, self.y, self.jaar, self.naast):
            one.observe(self._changed, "value")
        self.zoek.observe(lambda _: self._list(), "value")
        self.buurten.observe(self._picked, "value")
        self.doek.on_msg(self._message)

    def __repr__(self) -> str:
        return f"Verkenner({self.beeld.zin()})"

    @property
    def grafiek(self) -> Chart:
        """The picture as a chart, to keep in a page or write with ``opslaan("beeld.svg")``."""
        return picture(self.beeld)

    @property
    def tabel(self) -> pd.DataFrame:
        """The figures of the chosen buurten; index ``buurtcode``."""
        return self.beeld.tabel

    def csv(self) -> bytes:
        """Return the table for a Dutch spreadsheet; what looks like a formula stays text."""
        return csv_bytes(self.tabel)

    def code(self) -> str:
        """Return the Python lines that make this view again."""
        run, seen = self._run, self.beeld
        own = _deviations(run)
        given = {
            "jaren": list(run.jaren),
            "basisjaar": run.basisjaar,
            **({"methode": own} if own else {}),
            "verwerkt": _place(run.folders.processed),
            "rapporten": _place(run.folders.reports),
        }
        lines = ["import pandas as pd", "import sia", ""]
        asked = "".join(f"    {name}={value!r},\n" for name, value in given.items())
        source = [_place(one) for one in run.bron]
        lines.append(
            f"stad = sia.open(\n    {run.gemeente.code!r}, {run.jaar}, {source!r},\n{asked})"
        )
        for one in run.eigen:
            entry = one.entry
            lines.append(
                f"cijfer = {_literal(one.waarden.rename(entry.naam))}\n"
                f"stad = stad.met_indicator(cijfer, domein={entry.domein!r}, "
                f"richting={entry.richting}, eenheid={entry.eenheid!r})"
            )
        more = f"    jaar={seen.jaar.jaar}, buurten={list(seen.buurten)!r},\n"
        more += f"    naast={seen.toen.jaar},\n" if seen.toen else ""
        if not self._eigen.empty:
            columns = [_literal(self._eigen[name]) for name in self._eigen]
            lines.append(f"eigen = pd.concat([{', '.join(columns)}], axis=1)")
            more += "    eigen=eigen,\n"
        lines.append(f"verkenner = stad.verken(\n    {seen.x!r}, {seen.y!r},\n{more})\nverkenner")
        return "\n".join(lines if "pd." in "".join(lines[1:]) else lines[1:]) + "\n"

    # what the reader does -----------------------------------------------------------------------
    def _year(self, jaar: int) -> Year:
        if jaar not in self._run.jaren:
            years = ", ".join(map(str, self._run.jaren))
            wat = f"{jaar} is geen van de jaren die samen bekeken worden ({years})."
            raise InputError([Problem(wat, "Kies een van die jaren.", kolom="jaar")])
        if jaar not in self._years:
            self._years[jaar] = Year(self._run.of_year(jaar), self._eigen, self._openbaar)
        return self._years[jaar]

    def _changed(self, _: object) -> None:
        if self._busy:
            return
        try:
            year = self._year(self.jaar.value)
            self._year(self.naast.value or year.jaar)
        except InputError as error:
            self._busy, self.jaar.value, self.naast.value = True, self.beeld.jaar.jaar, 0
            self._busy = False
            self.fout.value = f'<p role="alert">{escape(str(error))}</p>'
            return
        self._busy = True
        for picker in (self.x, self.y):
            listed = _listed(year)
            if tuple(listed) != tuple(picker.options):
                kept = picker.value if picker.value in year.cijfers else listed[0][1]
                picker.options = listed
                picker.value = kept
        self._busy = False
        self._show()

    def _show(self) -> None:
        """Draw what is chosen now."""
        year = self._year(self.jaar.value)
        kept = tuple(code for code in self._chosen if code in year.gebieden.index)
        beside = self.naast.value
        then = self._year(beside) if beside not in (0, year.jaar) else None
        self.beeld = View(year, self.x.value, self.y.value, kept, then)
        self._list()
        with self.doek.hold_sync():
            self.doek.html = picture(self.beeld).on_page() + table_html(self.beeld)
            self.doek.zin = self.beeld.zin()
        self.fout.value = self.python.value = ""

    def _list(self) -> None:
        """Fill the list with the buurten whose name or wijk holds what is searched for."""
        sought, areas = self.zoek.value.strip().casefold(), self.beeld.jaar.gebieden
        named = areas["naam"].astype(str).sort_values(kind="stable")
        where = named.str.casefold() + " " + areas["wijknaam"].astype(str).str.casefold()
        found = [(name, code) for code, name in named.items() if sought in where[code]]
        self._busy = True
        self.buurten.options = found
        self.buurten.value = [code for _, code in found if code in self.beeld.buurten]
        self._busy = False

    def _picked(self, _: object) -> None:
        if not self._busy:
            listed = {code for _, code in self.buurten.options}
            hidden = [code for code in self._chosen if code not in listed]
            self._choose((*hidden, *self.buurten.value))

    def _choose(self, codes: Sequence[str]) -> None:
        known = self._year(self.jaar.value).gebieden.index
        self._chosen = tuple(code for code in known if code in set(codes))
        self._show()

    def _swap(self) -> None:
        self._busy = True
        self.x.value, self.y.value = self.y.value, self.x.value
        self._busy = False
        self._show()

    def _message(self, _: object, content: dict[str, Any], __: object) -> None:
        """Answer a click: a buurt goes in or out of the choice, a box replaces it."""
        if content["doe"] == "lus":
            self._choose(content["codes"])
        else:
            self._choose(tuple(set(self._chosen) ^ set(content["codes"])))

    def _hand_over(self, kind: str) -> None:
        """Give the reader's browser a file, or show the code."""
        if kind == "py":
            self.python.value = self.code()
            return
        data, mime = (self.csv(), "text/csv") if kind == "csv" else (b"", "image/svg+xml")
        content = f"data:{mime};base64,{b64encode(data or self.grafiek.markup.encode()).decode()}"
        name = f"verkenner-{self._run.gemeente.code}-{self.beeld.jaar.jaar}.{kind}"
        self.doek.send({"naam": name, "inhoud": content, "png": kind == "png"})


def _listed(year: Year) -> list[tuple[str, str]]:
    return [(one.keuze, key) for key, one in year.cijfers.items()]


def _own(eigen: pd.Series[float] | pd.DataFrame | None) -> pd.DataFrame:
    """Return own figures as a frame by buurtcode, each column with a name."""
    if eigen is None:
        return pd.DataFrame()
    if isinstance(eigen, pd.Series):
        return eigen.to_frame(str(eigen.name or "eigen cijfer"))
    names = [name for name in eigen.columns if pd.api.types.is_numeric_dtype(eigen[name])]
    if not names:
        wat = "De eigen tabel heeft geen kolom met getallen."
        raise InputError([Problem(wat, "Geef een kolom met cijfers per buurt.", kolom="eigen")])
    return pd.concat([read_own(eigen, name).rename(str(name)) for name in names], axis=1)


def _codes(wanted: Sequence[str], year: Year) -> tuple[str, ...]:
    names = year.gebieden["naam"].astype(str)
    strange = [one for one in wanted if one not in names.index and one not in set(names)]
    if strange:
        wat = f"Er is geen buurt {', '.join(map(repr, strange[:5]))} in {year.jaar}."
        raise InputError([Problem(wat, "Geef codes of namen van buurten.", kolom="buurten")])
    return tuple(code for code, name in names.items() if code in wanted or name in wanted)


def _deviations(run: Run) -> dict[str, Any]:
    """Return what the method says otherwise than the municipality's file, by section.

    Thresholds are compared with the default: those of this run are in its municipality already.
    """
    base = {
        **resolve(run.gemeente).als_tabel(),
        "drempels": Methode.standaard().als_tabel()["drempels"],
    }
    found: dict[str, Any] = {}
    for part, own in run.methode.als_tabel().items():
        if isinstance(own, dict):
            own = {name: value for name, value in own.items() if base[part].get(name) != value}
            found |= {part: own} if own else {}
    return found


def _place(path: Path) -> str:
    """Return a folder as seen from the working folder when it lies in there."""
    here = Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()


def _literal(values: pd.Series[Any]) -> str:
    known = {str(code): float(value) for code, value in values.dropna().items()}
    return f"pd.Series({known!r}, name={str(values.name)!r})"
