"""The door: one city in one year, every stage of it, and what follows from another choice.

``sia.open("Enschede", 2024)`` gives a `Stad`. Nothing is computed until it is asked for; what a
batch published is read where it rests on the same files, method and code. A city never changes:
``met_methode``, ``met_indicator`` and ``zonder`` give a new one, and nothing that it does writes
over what a batch published.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sia.approach import approach_table, approach_text
from sia.catalogue.model import DOMAIN_NAMES, DOMAINS
from sia.dutch import getal
from sia.errors import InputError, Problem, refuse, suggestion
from sia.fingerprint import in_batch
from sia.indicators.summary import indicator_summary, indicators_text, not_ranked
from sia.methode import Methode
from sia.report.build import write_report
from sia.report.material import Editie
from sia.report.sentences import three_things
from sia.sources.coverage import coverage, intake_counts, intake_text
from sia.stad.agenda import Agenda
from sia.stad.grafiek import Grafiek
from sia.stad.jaren import Trajecten, Verandering
from sia.stad.typen import Gebieden, Pockets, Samenhang, Typen
from sia.stad.vergelijking import Vergelijking
from sia.stad.weging import Weging
from sia.stages import graph
from sia.stages.figures import entries_of, figures, judgement_table
from sia.stages.inputs import indicator_table
from sia.stages.opening import Paths, checked_run
from sia.stages.own import own_indicator, read_own
from sia.stages.run import Run
from sia.viz.maps import BuurtKaart, buurt_map
from sia.viz.theme import theme_of
from sia.weighing.ranking import ranking

if TYPE_CHECKING:
    from sia.explorer.widget import Verkenner


def open(
    gemeente: str,
    jaar: int,
    bron: Paths = (),
    *,
    jaren: tuple[int, ...] | list[int] = (),
    basisjaar: int | None = None,
    methode: Mapping[str, Any] | Methode | None = None,
    verwerkt: str | Path = "",
    rapporten: str | Path = "",
) -> Stad:
    """Open one city in one year.

    Parameters
    ----------
    gemeente : str
        Name or code, ``"Enschede"`` or ``"GM0153"``.
    jaar : int
        The SIA year.
    bron : str, pathlib.Path or a list of them
        Folders with raw files; default those of the last run of this municipality, else
        ``data/raw``.
    jaren : list of int
        Years that are looked at together; default those of the batch that published this year,
        else this year alone.
    basisjaar : int, optional
        Year whose norms fix the scale; default that of earlier runs, else the first of `jaren`.
    methode : dict or Methode
        Choices that differ, as in ``methode.toml``: ``{"weging": {"doorrekeningen": 200}}``.
    verwerkt, rapporten : str or pathlib.Path
        Folders of tables and reports; default those of the project.

    Raises
    ------
    InputError
        With everything that is wrong with the request at once, and what was perhaps meant.

    Examples
    --------
    >>> import sia
    >>> stad = sia.open("Voorbeeldstad", 2024, bron="data/raw/voorbeeldstad")
    >>> stad.naam, stad.jaar
    ('Voorbeeldstad', 2024)
    """
    return Stad(
        checked_run(
            gemeente,
            jaar,
            bron,
            jaren=jaren,
            basisjaar=basisjaar,
            methode=methode,
            verwerkt=verwerkt,
            rapporten=rapporten,
        )
    )


def verkenner(stad: Stad, x: str = "", y: str = "urgentie", **keuzes: Any) -> Verkenner:
    """Return the explorer of a city; the same as `Stad.verken`."""
    return stad.verken(x, y, **keuzes)


class Stad:
    """One city in one year; made by `open`, never changed.

    Parameters
    ----------
    run : Run
        What was asked for; the tables come from it.
    """

    def __init__(self, run: Run) -> None:
        self._run = run

    # who and what -----------------------------------------------------------------------------
    @property
    def run(self) -> Run:
        """What was asked for: municipality, years, folders and method."""
        return self._run

    @property
    def naam(self) -> str:
        """Name of the municipality."""
        return self._run.gemeente.naam

    @property
    def jaar(self) -> int:
        """The SIA year."""
        return self._run.jaar

    @property
    def methode(self) -> Methode:
        """The method in force for this city."""
        return self._run.methode

    @property
    def namen(self) -> pd.Series[str]:
        """Name of every buurt, index ``buurtcode``."""
        names: pd.Series[str] = self.tabel("gebieden")["naam"]
        return names

    @property
    def domeinen(self) -> dict[str, str]:
        """Dutch name of every domain of urgentie by its key."""
        return {name: DOMAIN_NAMES[name] for name in DOMAINS}

    def stappen(self) -> pd.DataFrame:
        """Return every stage: what it gives, whether it is there, and which notebook shows it.

        Returns
        -------
        DataFrame, index ``stap``
            ``wat``, ``stand`` (``gepubliceerd``, ``in geheugen`` or ``nog niet gemaakt``),
            ``notebook``.
        """
        rows = [
            {
                "stap": one.name,
                "wat": one.what,
                "stand": self._run.state(one.name),
                "notebook": one.notebook,
            }
            for one in graph.STAGES
        ]
        return pd.DataFrame(rows).set_index("stap")

    def __repr__(self) -> str:
        lines = [str(self._run), *self._deviations()]
        for state, own in self.stappen().groupby("stand", sort=False):
            lines.append(f"  {state}: {', '.join(own.index)}")
        return "\n".join([*lines, f"  {self._advice()}"])

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th scope='row'>{escape(str(name))}</th><td>{escape(str(row['wat']))}</td>"
            f"<td>{escape(str(row['stand']))}</td></tr>"
            for name, row in self.stappen().iterrows()
        )
        said = "<br>".join(map(escape, (str(self._run), *self._deviations(), self._advice())))
        return (
            f"<p>{said}</p><table><thead><tr><th scope='col'>stap</th><th scope='col'>wat</th>"
            f"<th scope='col'>stand</th></tr></thead><tbody>{rows}</tbody></table>"
        )

    def _deviations(self) -> list[str]:
        own = [
            f"  anders dan de standaard: {place} = {here} (was {there})"
            for place, (there, here) in self.methode.afwijkingen().items()
        ]
        return own + [f"  eigen indicator: {one.entry.naam}" for one in self._run.eigen]

    def _advice(self) -> str:
        states = self.stappen()["stand"]
        if (states == "nog niet gemaakt").all():
            return "Vraag bijvoorbeeld .rangorde(): wat daarvoor nodig is wordt dan gemaakt."
        return "Vraag .intake, .indicatoren, .rangorde(), .kaart(), .typen, .aanpak of .rapport()."

    # another choice ---------------------------------------------------------------------------
    def met_methode(self, **keuzes: Any) -> Stad:
        """Return this city with other choices of the method.

        Parameters
        ----------
        **keuzes
            As `Methode.met`: ``gewichten={"veiligheid": 2}``, ``typen={"aantal": 5}``.

        Raises
        ------
        InputError
            When a choice is unknown or does not fit; says what was perhaps meant.
        """
        return Stad(self._run.with_method(self.methode.met(**keuzes)))

    def met_indicator(
        self,
        cijfers: pd.Series[float] | pd.DataFrame | str | Path,
        *,
        domein: str,
        richting: int,
        eenheid: str,
        kolom: str = "",
        naam: str = "",
    ) -> Stad:
        """Return this city with one more figure in its index.

        Parameters
        ----------
        cijfers : Series, DataFrame, or path of a CSV or Excel file
            Per buurt; the index, or a column of the file, holds buurtcodes. A buurt without a
            figure is missing. The scale is that of this city: there is no national one.
        domein : str
            A domain of urgentie, or ``"potentie"``.
        richting : int
            +1: higher is a larger task (or chance); -1: lower is.
        eenheid : str
            ``"per 1.000 inwoners"``.
        kolom : str
            Which column of a frame or file; needed when it has several.
        naam : str
            Default the name of the Series or column.

        Raises
        ------
        InputError
            With everything that does not fit at once; origin is refused.
        """
        values = read_own(cijfers, kolom, self.jaar)
        own = own_indicator(
            values, self._run, naam=naam, domein=domein, richting=richting, eenheid=eenheid
        )
        return Stad(self._run.with_own(own))

    def zonder(self, *indicatoren: str) -> Stad:
        """Return this city without some indicators, by their id or Dutch name.

        Raises
        ------
        InputError
            When there is no such indicator.
        """
        by_name = {one.naam: one.id for one in self._run.catalogue}
        ids = [by_name.get(name, name) for name in indicatoren]
        problems = [
            Problem(
                kolom=name,
                wat=f"Er is geen indicator `{name}`.",
                oplossing=suggestion(name, [*by_name, *by_name.values()]),
            )
            for name, one in zip(indicatoren, ids, strict=True)
            if one not in self._run.catalogue.ids
        ]
        refuse(problems)
        without = dict.fromkeys([*self.methode.indicatoren.without, *ids])
        return self.met_methode(indicatoren={"zonder": list(without)})

    def in_jaar(self, jaar: int) -> Stad:
        """Return the same city in another of its years."""
        if jaar not in self._run.jaren:
            years = ", ".join(map(str, self._run.jaren))
            wat = f"{jaar} is geen van de jaren die samen bekeken worden ({years})."
            raise InputError.one(wat, "Open de stad met dat jaar.", kolom="jaar")
        return Stad(self._run.of_year(jaar))

    def vergelijk(self, ander: Stad) -> Vergelijking:
        """Return what another choice changed, and for whom."""
        return Vergelijking(self, ander)

    # stage by stage ---------------------------------------------------------------------------
    def tabel(self, naam: str) -> pd.DataFrame:
        """Return a copy of any table of the contracts by its name, ``"vlaggen"`` for instance.

        Raises
        ------
        InputError
            When there is no such table.
        """
        known = [name for one in graph.STAGES for name in one.makes]
        if naam not in known:
            wat = f"Er is geen tabel `{naam}`."
            raise InputError([Problem(kolom=naam, wat=wat, oplossing=suggestion(naam, known))])
        return self._run.table(naam).copy()

    @property
    def intake(self) -> pd.DataFrame:
        """Every raw file, and what became of it."""
        return self.tabel("bestanden")

    def intake_per_bron(self) -> pd.DataFrame:
        """Return how many files of each source were read, passed over, or at fault."""
        return intake_counts(self.tabel("bestanden"))

    def dekking(self) -> pd.DataFrame:
        """Return per table and border map how many buurten it has, and which it lacks."""
        return coverage(self._run.made("intake").result, self._run.gemeente.code)

    @property
    def indicatoren(self) -> pd.DataFrame:
        """One table: a row per buurt, a column per indicator of the catalogue."""
        return self.tabel("indicatoren")

    def indicatorlijst(self) -> pd.DataFrame:
        """Return per indicator its year, how many buurten have it, its spread, and if it counts."""
        return indicator_summary(indicator_table(self._run), self._run.gemeente)

    def niet_gerangschikt(self) -> pd.DataFrame:
        """Return the buurten without a rank, with the reason; nobody disappears."""
        return not_ranked(indicator_table(self._run), self._run.gemeente)

    @cached_property
    def weging(self) -> Weging:
        """The index with every step between: treated, normalised, weighed, and how sure."""
        return Weging(self._run)

    def rangorde(self) -> pd.DataFrame:
        """Return the ranked buurten, most urgent first, with interval and chances.

        Returns
        -------
        DataFrame, index ``buurtcode``
        """
        return ranking(self.tabel("scores"), self.namen)

    @cached_property
    def typen(self) -> Typen:
        """What kinds of buurten there are, and how sure each buurt's kind is."""
        return Typen(self._run)

    @cached_property
    def deelbuurten(self) -> Pockets:
        """Deel-buurten that the average of their buurt hides."""
        return Pockets(self._run)

    @cached_property
    def gebieden(self) -> Gebieden:
        """Proposed DIA areas."""
        return Gebieden(self._run)

    @cached_property
    def samenhang(self) -> Samenhang:
        """Where urgentie and its change lie together."""
        return Samenhang(self._run)

    @property
    def aanpak(self) -> pd.DataFrame:
        """The proposed aanpak of every buurt with its reason, most urgent first."""
        return approach_table(self.tabel("aanpak"), self.tabel("scores"), self.namen)

    @cached_property
    def trajecten(self) -> Trajecten:
        """What became of the kind of every buurt over the years."""
        return Trajecten(self._run)

    @cached_property
    def verandering(self) -> Verandering:
        """What really changed since the base year, and what may be noise."""
        return Verandering(self._run)

    @cached_property
    def agenda(self) -> Agenda:
        """The joint investment agenda; empty where no partner delivered plans."""
        return Agenda(self._run)

    @property
    def duiding(self) -> pd.DataFrame:
        """What people who know the buurt said, beside what the figures propose."""
        return judgement_table(self._run, entries_of(self._run))

    # to look at and to hand over --------------------------------------------------------------
    @cached_property
    def grafiek(self) -> Grafiek:
        """Every chart by its name, ``stad.grafiek.rangen()``; each keeps its Matplotlib figure."""
        return Grafiek(self)

    def kaart(self, laag: str = "urgentie", *, achtergrond: bool = False) -> BuurtKaart:
        """Return the interactive map (folium) of this city.

        Parameters
        ----------
        laag : str
            Which layer is open first: ``urgentie``, ``potentie``, ``aanpak``, a domain, ...
        achtergrond : bool
            With a background map of PDOK, which asks for the internet.
        """
        tables = figures(self._run, entries_of(self._run))
        return buurt_map(tables, theme_of(self._run.gemeente), achtergrond=achtergrond, start=laag)

    def verken(
        self,
        x: str = "",
        y: str = "urgentie",
        *,
        jaar: int | None = None,
        buurten: Sequence[str] = (),
        eigen: pd.Series[float] | pd.DataFrame | None = None,
        naast: int | None = None,
    ) -> Verkenner:
        """Return the explorer: two figures of every buurt beside one another, in a notebook.

        Parameters
        ----------
        x, y : str
            An id or Dutch name of an indicator, ``"urgentie"``, ``"potentie"`` or a domain.
        jaar : int, optional
            One of the years that are looked at together; default the SIA year.
        buurten : list of str
            Codes or names to look at; empty is all.
        eigen : Series or DataFrame
            Own figures by buurtcode, to look at beside the others; they join no score.
        naast : int, optional
            Another of the years, to lay beside it.
        """
        from sia.explorer.widget import Verkenner

        return Verkenner(self._run, x, y, jaar=jaar, buurten=buurten, eigen=eigen, naast=naast)

    def zinnen(self) -> list[str]:
        """Return the three things to know, made from the figures by rule."""
        return [zin.tekst for zin in three_things(figures(self._run, entries_of(self._run)))]

    def rapport(self, pad: str | Path = "", *, editie: Editie = "openbaar") -> Path:
        """Write the report of this city with these choices and its annex, and return where it is.

        Parameters
        ----------
        pad : str or pathlib.Path
            Default ``rapport-<hash>.html`` in the working folder: never over a published one.
        editie : str
            ``openbaar`` or ``intern``.
        """
        name = f"rapport-{self._run.gemeente.code}-{self.jaar}-{self.methode.hash}.html"
        target = Path(pad or name)
        write_report(target, self._run.made("rapport").result, editie=editie)
        return target

    def publiceer(self, stap: str, **opties: Any) -> str:
        """Write what a stage makes where the batch writes it, and say so.

        A city with a choice or indicator of its own is never written over what was published:
        then nothing is written, and the sentence says why. In a batch the choices are those of
        who started it.
        """
        if self._run.eigen or not (in_batch() or self._run.is_own_method()):
            return (
                "Niet weggeschreven: deze stad heeft eigen keuzes, en wat gepubliceerd is blijft "
                "staan. Alle tabellen hieronder zijn van deze keuzes."
            )
        made = self._run.publish(stap, **opties)
        names = [f"{name}.parquet" for name in made.tables] + [p.name for p in made.files[:3]]
        more = f" en {len(made.files) - 3} andere" if len(made.files) > 3 else ""
        return f"Weggeschreven ({stap}): {', '.join(names) or 'niets'}{more}."

    def controle(self, stap: str) -> str:
        """Say in one line that a stage is in order, or stop with what is wrong and what to do.

        Parameters
        ----------
        stap : str
            ``intake``, ``indicatoren``, ``weging``, ``aanpak``, ``trajecten``, ``agenda``,
            ``kaart`` or ``rapport``.

        Raises
        ------
        InputError
            When the stage is unknown, or there is nothing to go on with.
        """
        own = self._run.gemeente
        checks: dict[str, Callable[[], str]] = {
            "intake": lambda: intake_text(self._run.made("intake").result, own.code, own.naam),
            "indicatoren": lambda: indicators_text(indicator_table(self._run), own),
            "weging": lambda: self.weging.controle(),
            "aanpak": lambda: approach_text(self.tabel("aanpak")),
            "trajecten": lambda: self.trajecten.controle(),
            "agenda": self._check_agenda,
            "kaart": lambda: _written(self._run.edition("openbaar") / "kaart.html"),
            "rapport": lambda: _written(self._run.edition("openbaar") / "rapport.html"),
        }
        if stap not in checks:
            wat = f"Er is geen controle `{stap}`."
            raise InputError([Problem(wat, suggestion(stap, checks), kolom=stap)])
        return checks[stap]()

    def _check_agenda(self) -> str:
        dia = self.agenda.dia
        if dia is None:
            return "In orde: geen plannen, dus geen agenda."
        where = _in_reports(self._run.edition("partners") / "agenda")
        return f"In orde: {dia.programme.sentence()} De bestanden voor partners staan in {where}."


def _written(target: Path) -> str:
    return f"In orde: {_in_reports(target)}, {getal(target.stat().st_size / 1e6, 2)} MB."


def _in_reports(path: Path) -> str:
    """Return the last parts of a path, from the municipality on: no output names a folder above."""
    return "/".join(path.parts[-4:])
