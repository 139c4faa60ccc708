"""Partners' plans in: every row checked, each plan taken once, from its owner and the newest."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from sia.agenda.parameters import default_parameters
from sia.agenda.reading.cells import Question, date_in_name, doubt, fault, parts, plain
from sia.agenda.reading.fields import BY_NAME, FIELDS, WITHDRAWN
from sia.agenda.reading.files import Sheet, read_sheets
from sia.agenda.reading.location import RD, locate, names_of
from sia.agenda.reading.tables import Line, Table, read_table, told
from sia.agenda.wording import number
from sia.duiding.personal import names_a_person
from sia.errors import InputError, Problem, refuse
from sia.methode import AgendaValues

YEARS = (2000, 2100)
_PREDECESSOR = re.compile(r"(?P<plan>[^+]+?)(?:\+(?P<gap>\d+))?")


@dataclass(frozen=True, eq=False)
class Reading:
    """What came out of deliveries.

    `plans` (EPSG:28992, index ``plan``): The good rows, one column per field of
        `sia.agenda.reading.fields` but ``plan``, ``wkt`` and ``stelsel``, plus ``plaats`` (straat /
        vlak / punt / buurt) and ``geometry``.
    `lines`: Every row of plans that held anything at all, as it was read.
    `settled`: The same, with what only shows between rows.
    `tables`: The sheets in which they stood.
    `beside`: What is wrong elsewhere in the delivery.
    """

    plans: gpd.GeoDataFrame
    lines: tuple[Line, ...] = ()
    settled: tuple[Line, ...] = ()
    tables: tuple[Table, ...] = ()
    beside: tuple[Problem, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows held anything at all."""
        return len(self.lines)

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that is wrong or doubtful, as the table may read it: nothing internal."""
        closed = {f.label for f in FIELDS if f.level == "intern"}
        found = [*told(self.tables, self.settled, closed), *self.beside]
        return tuple(sorted(found, key=_place))

    @property
    def withdrawn(self) -> dict[str, str]:
        """Plan numbers that were taken away, and by which partner."""
        gone = [x for x in self.settled if not x.fouten and x.lot == WITHDRAWN]
        return {x.text("plan"): x.text("partner") for x in gone}

    @property
    def rejected(self) -> tuple[str, ...]:
        """Plan numbers that were delivered, and of which no row counts."""
        named = {x.text("plan") for x in self.settled} - {""}
        return tuple(sorted(named - set(self.plans.index) - set(self.withdrawn)))


def read_lines(
    table: Table, buurten: gpd.GeoDataFrame, parameters: AgendaValues | None = None
) -> list[Line]:
    """Check the rows of a sheet of plans, cell by cell and against each other."""
    names, partner, lines = names_of(buurten), "", []
    for line in table.lines:
        partner = line.text("partner") or partner
        where = partial(locate, buurten=buurten, names=names)
        known = parameters or default_parameters()
        lines.append(line if line.lot else _checked(line, partner, where, known))
    return lines


def _checked(
    line: Line,
    partner: str,
    where: Callable[[dict[str, object]], list[Problem]],
    parameters: AgendaValues,
) -> Line:
    if line.waarden["status"] == WITHDRAWN and line.text("plan"):
        # who takes a plan away need not describe it
        return replace(line, fouten=(), vragen=(), lot=WITHDRAWN).with_(
            *(() if line.text("partner") else (_above(partner),))
        )
    row = dict(line.waarden)
    faults = list(line.fouten)
    if not row["partner"] and partner:
        row["partner"] = partner
        faults = [p for p in faults if p.kolom != BY_NAME["partner"].label]
        line = line.with_(_above(partner))
    days = [str(row[name])[:4] for name in ("eerste_dag", "laatste_dag")]
    if row["duur"] is None and all(days):
        row["duur"] = int(days[1]) - int(days[0]) + 1
        faults = [p for p in faults if p.kolom != BY_NAME["duur"].label]
    bad = {found.kolom for found in faults}
    between = [*_year_faults(row), *_money_faults(row), *_text_faults(row)]
    extra = [found for found in between if found.kolom not in bad] + where(row)
    if all(isinstance(p, Question) for p in (*faults, *extra)):
        extra += _doubts(row, parameters)
        _fill_defaults(row, parameters)
    return replace(line, waarden=row, fouten=tuple(faults)).with_(*extra)


def _above(partner: str) -> Problem:
    return doubt("partner", f"Deze cel is leeg; gelezen als `{partner}`, zoals erboven.",
                 "Vul de partner op elke rij in.")  # fmt: skip


def _doubts(row: dict[str, object], parameters: AgendaValues) -> list[Problem]:
    """Return what is possible and hardly likely: an amount in thousands, a share of one percent."""
    cost, sure, staff = (as_number(row, name) for name in ("kosten", "zekerheid", "fte"))
    likely = parameters.likely(str(row["soort"]))
    kind, first = row["soort"], row["vroegst"]
    open_window = row["flexibiliteit"] == "vast" and row["voorkeur"] is None
    return [
        doubt(name, wat, oplossing)
        for odd, name, wat, oplossing in (
            (0 < cost < likely.laag, "kosten", f"{_exact(cost)} is weinig voor {kind}.",
             f"Is het bedrag in duizenden ({_exact(1000 * cost)})? Lever dan hele euro's."),
            (cost > likely.hoog, "kosten", f"{_exact(cost)} is veel voor {kind}.",
             "Staat er een nul te veel, of is dit een heel programma? Splits het dan."),
            (0 < sure < 5, "zekerheid", f"{_plainly(sure)} % is bijna onmogelijk.",
             f"Bedoelt u {_plainly(100 * sure)} %? Schrijf de kans in procenten."),
            (staff > 50, "fte", f"{_plainly(staff)} fte per jaar is veel voor één plan.",
             "Zijn het uren? Reken ze om naar fte."),
            (row["vertrouwelijkheid"] == "openbaar" and names_a_person(str(row["titel"])), "titel",
             "Dit lijkt over een persoon te gaan, en het plan is openbaar.",
             "Haal namen, nummers en e-mailadressen weg."),
            (open_window and first != row["laatst"], "voorkeur",
             f"Het plan ligt vast, maar niet in welk jaar; gerekend is met {first}.",
             "Vul het voorkeursjaar in, of kies bespreekbaar of vrij."),
        ) if odd
    ]  # fmt: skip


def _plainly(value: float) -> str:
    return f"{value:g}".replace(".", ",")


def _exact(amount: float) -> str:
    return f"€ {number(amount, 0)}"


def read_plans(
    path: Path, buurten: gpd.GeoDataFrame, parameters: AgendaValues | None = None
) -> Reading:
    """Read the plans in one file of one partner.

    `path`: Of any kind in `sia.agenda.reading.files.KINDS`.
    `buurten`: EPSG:28992, index ``buurtcode``.
    Raises `InputError` when the file cannot be read at all, holds no table of plans or lacks
        required columns. Bad cells and columns that nobody asked for do not raise: they are in
        ``problems``.
    """
    tables = [read_table(sheet) for sheet in read_sheets(path)]
    plans = [table for table in tables if table.tabel == "plannen"]
    if not plans:
        raise InputError.one(
            "In dit bestand staat geen tabel met plannen.", "Gebruik het sjabloon.", path.name
        )
    return _validated(plans, buurten, parameters)


def validate(
    raw: pd.DataFrame,
    buurten: gpd.GeoDataFrame,
    bestand: str = "",
    parameters: AgendaValues | None = None,
) -> Reading:
    """Check every cell of a table of plans; see `read_plans`.

    `raw` (DataFrame or GeoDataFrame): Headings are field names or the template's Dutch labels;
        cells may be text or numbers.
    `buurten`: EPSG:28992, index ``buurtcode``.
    `bestand`: Name for the problems.
    """
    body = pd.DataFrame(raw).astype(object).set_axis(range(raw.shape[1]), axis=1)
    head = pd.DataFrame([list(map(str, raw.columns))], dtype=object)
    cells = pd.concat([head, body], ignore_index=True)
    return _validated([read_table(Sheet(bestand, "", cells), "plannen")], buurten, parameters)


def _validated(
    tables: Sequence[Table], buurten: gpd.GeoDataFrame, parameters: AgendaValues | None
) -> Reading:
    refuse(
        problem for table in tables if not table.lines and "niet gelezen" in table.kort
        for problem in table.problems
    )  # fmt: skip
    lines = [line for table in tables for line in read_lines(table, buurten, parameters)]
    return settled(lines, tables)


def settled(
    lines: Sequence[Line], tables: Sequence[Table] = (), owners: Mapping[str, str] | None = None
) -> Reading:
    """Return the plans of some rows, each plan once, with everything there is to say about them."""
    final = one_per_plan(lines, owners or {})
    good = [x.waarden for x in final if not x.fouten and not x.lot]
    return Reading(_frame(good), tuple(lines), tuple(final), tuple(tables))


def one_per_plan(lines: Sequence[Line], owners: Mapping[str, str]) -> list[Line]:
    """Return the rows with at most one that counts per plan: the newest of its owner."""
    of_plan: dict[str, list[int]] = {}
    for at, line in enumerate(lines):
        if line.text("plan"):
            of_plan.setdefault(line.text("plan"), []).append(at)
    final = list(lines)
    for plan, places in of_plan.items():
        rows = [lines[at] for at in places]
        for at, line in zip(places, _newest(rows, owners.get(plan, "")), strict=True):
            final[at] = line
    like: dict[str, set[str]] = {}
    for plan in of_plan:
        like.setdefault(_bare_number(plan), set()).add(plan)
    return [line.with_(*_lookalike(line, like)) for line in final]


def _bare_number(plan: str) -> str:
    """Return what spellings of one number have in common: no blanks, signs or zeros in front."""
    return plain(plan).replace(" ", "").lstrip("0")


def _lookalike(line: Line, like: Mapping[str, set[str]]) -> list[Problem]:
    plan = line.text("plan")
    others = like.get(_bare_number(plan), set()) - {plan}
    if not plan or not others:
        return []
    wat = f"Is `{plan}` hetzelfde plan als {' en '.join(f'`{o}`' for o in sorted(others))}? "
    return [doubt("plan", wat + "Beide tellen mee.", "Schrijf het nummer elke keer gelijk.")]


def _newest(rows: Sequence[Line], owner: str) -> list[Line]:
    """Settle the rows of one plan number: one owner, and of that owner the newest row."""
    partners = sorted({x.text("partner") for x in rows})
    if owner:
        rows = [x if x.text("partner") == owner else x.with_(_others_plan(owner)) for x in rows]
    elif len(partners) > 1:
        return [x.with_(_others_plan(" en ".join(partners))) for x in rows]
    own = [x for x in rows if not x.fouten]
    if len(own) < 2:
        return list(rows)
    newest = max(_dated(x) for x in own)
    held = [x for x in own if _dated(x) == newest]
    if len({_content(x) for x in held}) > 1:
        return [x.with_(_unclear(own, x)) if x in own else x for x in rows]
    return [_older(x, held[0]) if x in own and x is not held[0] else x for x in rows]


def _dated(line: Line) -> str:
    """Return when a row was delivered: what it says itself, else a date in the name of its file."""
    said = line.text("aangeleverd_op")
    return said or date_in_name(line.bestand)


def _content(line: Line) -> tuple[str, ...]:
    shown = {k: v for k, v in line.waarden.items() if k != "aangeleverd_op"}
    return (line.lot, *(f"{k}={v}" for k, v in sorted(shown.items(), key=lambda item: item[0])))


def _older(line: Line, held: Line) -> Line:
    where = f"rij {held.rij}" + (f" van {held.bestand}" if held.bestand != line.bestand else "")
    if _content(line) == _content(held):
        why, lot = f"staat ook op {where}, met dezelfde inhoud", "dubbel"
    else:
        why, lot = f"is ouder dan {where} ({_dated(held)})", "vervangen door een nieuwere rij"
    return line.with_(
        doubt("plan", f"Deze rij {why}; die andere telt.", "Lever elk plan één keer."), lot=lot
    )


def _unclear(rows: Sequence[Line], line: Line) -> Problem:
    others = " en ".join(f"{x.bestand} rij {x.rij}" for x in rows if x is not line)
    wat = f"Plannummer `{line.text('plan')}` staat ook in {others}, anders en niet nieuwer."
    return fault("plan", wat, "Zeg welke geldt, of geef elke rij een datum bij `aangeleverd op`.")


def _others_plan(owner: str) -> Problem:
    wat = f"Dit plannummer komt van meer dan één partner ({owner}); een plan heeft één eigenaar."
    return fault("plan", wat, "Spreek af wie het levert, of geef het een eigen nummer.")


def _place(problem: Problem) -> tuple[str, int, str, str]:
    row = int(problem.rij) if problem.rij.isdigit() else 0
    return (problem.bestand, row, problem.kolom, problem.wat)


def as_number(row: dict[str, object], name: str, other: float = float("nan")) -> float:
    """Return a number as it stands, NaN when there is none: no comparison with it holds."""
    value = row.get(name)
    return value if isinstance(value, int | float) else other


def _told(rules: Iterable[tuple[bool, str, str, str]]) -> list[Problem]:
    """Return the rules that are broken: whether, column, what and remedy."""
    return [fault(name, wat, oplossing) for broken, name, wat, oplossing in rules if broken]


def _year_faults(row: dict[str, object]) -> list[Problem]:
    first, wish, last, until, duration = (
        as_number(row, n) for n in ("vroegst", "voorkeur", "laatst", "middelen_tot", "duur")
    )
    begin, end = str(row["eerste_dag"]), str(row["laatste_dag"])
    day = int(begin[:4]) if begin else float("nan")
    years = {n: as_number(row, n) for n in ("vroegst", "voorkeur", "laatst", "middelen_tot",
                                          "prijspeil")}  # fmt: skip
    return _told([
        *((year < YEARS[0] or year > YEARS[1], name,
           f"{year} is geen jaar tussen {YEARS[0]} en {YEARS[1]}.", "Vul een jaartal in.")
          for name, year in years.items()),
        (last < first, "laatst", f"Laatste start {last} ligt vóór vroegste start {first}.",
         "Verruil of verbeter de jaren."),
        (first <= last and (wish < first or wish > last), "voorkeur",
         f"Voorkeursjaar {wish} ligt niet tussen {first} en {last}.",
         "Kies een jaar binnen het venster."),
        (until < first, "middelen_tot",
         f"Het geld vervalt na {until}, maar het werk begint pas in {first}.",
         "Vervroeg de start of verbeter het jaar."),
        (duration < 1 or duration > 30, "duur",
         f"Duur {duration} is geen aantal jaren van 1 tot 30.", "Vul hele jaren in."),
        (end > begin == "", "laatste_dag", "Er is een laatste dag zonder eerste dag.",
         "Vul ook de eerste dag in."),
        # ISO dates compare as text
        ("" < end < begin, "laatste_dag", "De laatste dag ligt vóór de eerste dag.",
         "Verruil de dagen."),
        (day < first or day > last, "eerste_dag",
         f"De eerste dag ligt niet in het venster {first}-{last}.", "Verbeter de dag of de jaren."),
    ])  # fmt: skip


def _money_faults(row: dict[str, object]) -> list[Problem]:
    names = ("kosten", "kosten_laag", "kosten_hoog", "bedrag_1", "bedrag_2", "fte")
    cost, low, high, one, two, _ = (as_number(row, name) for name in names)
    sure = as_number(row, "zekerheid")
    return _told([
        *((as_number(row, name) < 0, name, "Dit getal is negatief.", "Vul nul of meer in.")
          for name in names),
        (low > cost, "kosten_laag", "Kosten laag is hoger dan de kosten.", "Verbeter de raming."),
        (high < cost, "kosten_hoog", "Kosten hoog is lager dan de kosten.", "Verbeter de raming."),
        (np.nansum([one, two]) > cost >= 0, "bedrag_1",
         "De andere bronnen zijn samen meer dan de kosten.",
         "Verlaag een bedrag of verhoog de kosten."),
        *((row[f"bedrag_{n}"] is not None and not row[f"bron_{n}"], f"bron_{n}",
           "Er staat een bedrag zonder bron.", "Noem de bron.") for n in (1, 2)),
        (sure < 0 or sure > 100, "zekerheid", f"{_plainly(sure)} is geen percentage van 0 tot 100.",
         "Vul een percentage in."),
    ])  # fmt: skip


def _text_faults(row: dict[str, object]) -> list[Problem]:
    own, before = str(row["plan"]), parts(str(row["voorgangers"]))
    wrong = [part for part in before if not _PREDECESSOR.fullmatch(part)]
    return _told([
        (bool(set("+;,") & set(own)), "plan", "Een plannummer mag geen + of ; of , bevatten.",
         "Kies een ander nummer."),
        *((True, "voorgangers", f"`{part}` is geen plannummer.",
           "Schrijf NUMMER of NUMMER+1, met puntkomma's ertussen.") for part in wrong),
        (not wrong and own in [plan for plan, _ in predecessors(";".join(before))], "voorgangers",
         "Een plan kan niet na zichzelf komen.", "Haal het nummer weg."),
    ])  # fmt: skip


def predecessors(text: str) -> list[tuple[str, int]]:
    """Split ``"A;B+1"`` into ``[("A", 0), ("B", 1)]``: plan and least gap in years."""
    found = []
    for part in parts(text):
        match = _PREDECESSOR.fullmatch(part)
        if match is None:
            raise ValueError(f"not a predecessor: {part!r}")
        found.append((match["plan"].strip(), int(match["gap"] or 0)))
    return found


def _fill_defaults(row: dict[str, object], parameters: AgendaValues) -> None:
    digs = row["graaft"]
    row["graaft"] = parameters.soort(str(row["soort"])).graaft if digs == "" else digs == "ja"
    if row["hinder"] == "":
        row["hinder"] = "straat open" if row["graaft"] else "geen"
    if row["voorkeur"] is None:
        begin = str(row["eerste_dag"])
        row["voorkeur"] = int(begin[:4]) if begin else row["vroegst"]


def no_plans() -> gpd.GeoDataFrame:
    """Return a table of plans without rows."""
    return _frame([])


def _frame(rows: Sequence[dict[str, object]]) -> gpd.GeoDataFrame:
    names = [f.name for f in FIELDS if f.name not in ("wkt", "stelsel")] + ["plaats"]
    data: dict[str, object] = {}
    for name in names:
        column = [row.get(name) for row in rows]
        if name == "graaft":
            data[name] = pd.Series(column, dtype=bool)
        elif name in BY_NAME and BY_NAME[name].numeric:
            data[name] = pd.Series(column, dtype="Int64" if BY_NAME[name].whole else "float64")
        else:
            data[name] = pd.Series(column, dtype="str")
    shapes = gpd.GeoSeries([row["geometry"] for row in rows], crs=RD)
    return gpd.GeoDataFrame(data, geometry=shapes, crs=RD).set_index("plan").sort_index()
