"""Stage 07: the joint investment agenda, from the partners' files to programme and exports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from sia.agenda import scenarios as what
from sia.agenda.areas import in_area
from sia.agenda.deliveries import Deliveries, read_deliveries
from sia.agenda.funding import cover, money, partner_gains, shares
from sia.agenda.inputs import Agenda, ProgrammeSettings, outside_horizon, prepare
from sia.agenda.linkages import Linkages, find_linkages
from sia.agenda.openness import FIELD_LEVELS, view, with_levels
from sia.agenda.organisation import waiting
from sia.agenda.programme import (
    Programme,
    gain_over_alone,
    left_out,
    optimise,
    timeline,
    use_of_means,
)
from sia.agenda.versions import add_version, differences, version_starts, version_summary
from sia.agenda.whatif import with_slips
from sia.agenda.worth import moved_years
from sia.errors import InputError, Problem
from sia.pipeline.agenda_files import write_partner_files, write_public_files
from sia.pipeline.run import Run
from sia.store import forget_stage, read_table, write_table

STAGE = "07_agenda"
FOLDER = "agenda"
TABLES = ("plannen", "koppelkansen", "programma", "geld", "dekking", "aandelen", "knelpunten")
"""Made anew by every run; ``versies`` only grows."""
NO_PLANS = (
    "Er zijn geen plannen van partners geleverd: er is geen map `plannen` met bestanden in de "
    "bronmappen. Er is dus geen agenda gemaakt en er is niets geschreven."
)
INVESTMENT_COLUMNS = (
    "buurtcode",
    "titel",
    "partner",
    "start",
    "eind",
    "status",
    "vertrouwelijkheid",
)


@dataclass(frozen=True, eq=False)
class Dia:
    """The joint agenda of one run.

    Parameters
    ----------
    run : Run
    delivered : Deliveries
    plans : GeoDataFrame, index ``plan``
        As the partners' table may see them: internal plans and fields are not in it.
    linkages : Linkages
    agenda : Agenda
    programme : Programme
    versions : DataFrame
        All versions of the programme, oldest first.
    """

    run: Run
    delivered: Deliveries
    plans: gpd.GeoDataFrame
    linkages: Linkages
    agenda: Agenda
    programme: Programme
    versions: pd.DataFrame

    @property
    def starts(self) -> pd.Series:
        """Start year of every plan, NA where left out."""
        return self.programme.starts


def delivered_plans(run: Run) -> Deliveries | None:
    """Return what the partners delivered, or None when this run makes no agenda.

    The agenda is about plans of today, so it belongs to the newest year that is looked at.
    """
    if run.jaar != max(run.jaren):
        return None
    return read_deliveries(run.bron, gpd.GeoDataFrame(run.table("gebieden")))


def delivery_text(run: Run, delivered: Deliveries | None) -> str:
    """Say in Dutch what was delivered, or why there is no agenda."""
    if run.jaar != max(run.jaren):
        return (
            f"De plannen van partners gaan over de komende jaren; de agenda hoort daarom bij het "
            f"nieuwste SIA-jaar ({max(run.jaren)}). Voor {run.jaar} wordt er geen gemaakt."
        )
    if delivered is None:
        return NO_PLANS
    reading = delivered.reading
    return (
        f"Gelezen: {len(delivered.files)} bestanden met {reading.rows} rijen; "
        f"{len(reading.plans)} plannen zijn bruikbaar, {len(reading.problems)} punten vragen "
        f"aandacht. {int((reading.plans['vertrouwelijkheid'] == 'intern').sum())} plannen zijn "
        "intern van hun partner en doen hier niet mee."
    )


def problem_table(delivered: Deliveries | None) -> pd.DataFrame:
    """Return everything that is wrong in the delivered files, per file, row and column."""
    problems = () if delivered is None else delivered.reading.problems
    rows = [(p.bestand, p.rij, p.kolom, p.wat, p.oplossing) for p in problems]
    return pd.DataFrame(rows, columns=["bestand", "rij", "kolom", "wat", "oplossing"])


def agenda_step(
    run: Run, *, begin: int = 0, jaren_vooruit: int = 10, tijd: float = 20.0, gat: float = 0.002
) -> Dia | None:
    """Make the programme, keep its version, and write tables and exports.

    Parameters
    ----------
    run : Run
    begin : int
        First year of the horizon; 0 is the year after the SIA year.
    jaren_vooruit : int
        Years in the horizon.
    tijd : float
        Seconds for the solver at most.
    gat : float
        Relative gap at which it may stop; when that is reached, every machine gives this answer.

    Returns
    -------
    Dia or None
        None when there are no plans to make it from: then nothing is written, and what an
        earlier run wrote is taken away, except its versions.

    Raises
    ------
    InputError
        When the commitments do not fit: which partner, year and how much.
    """
    delivered = delivered_plans(run)
    if delivered is None or delivered.reading.plans.empty:
        _take_away(run)
        return None
    plans = gpd.GeoDataFrame(view(delivered.reading.plans, "partners"))
    scores = run.table("scores")
    first = begin or run.jaar + 1
    settings = ProgrammeSettings(first, first + jaren_vooruit - 1, tijd=tijd, gat=gat)
    linkages = find_linkages(plans, scores)
    agenda = prepare(plans, linkages, scores, delivered.budgets, settings)
    programme = optimise(agenda)
    versions = _kept_version(run, programme, agenda, plans)
    dia = Dia(run, delivered, plans, linkages, agenda, programme, versions)
    tables = agenda_tables(dia)
    paths = _write(run, {**tables, "versies": versions})
    names = run.table("gebieden")["naam"]
    paths += write_partner_files(run.reports / FOLDER / "partners", tables, plans)
    paths += write_public_files(
        run.reports / FOLDER / "openbaar", plans, dia.starts, names, _edition(plans, run)
    )
    run.note(
        STAGE,
        paths,
        begin=settings.start,
        eind=settings.eind,
        gat=gat,
        bewezen_gat=round(programme.gap, 9),
        status=programme.status,
        versie=str(versions["versie"].iloc[-1]),
    )
    return dia


def _write(run: Run, tables: Mapping[str, pd.DataFrame]) -> list[Path]:
    paths = [run.folder / FOLDER / f"{name}.parquet" for name in tables]
    for path, table in zip(paths, tables.values(), strict=True):
        write_table(path, table)
    return paths


def _take_away(run: Run) -> None:
    """Remove what an earlier run wrote: an agenda of plans that are gone is no agenda."""
    for name in TABLES:
        (run.folder / FOLDER / f"{name}.parquet").unlink(missing_ok=True)
    for path in sorted((run.reports / FOLDER).rglob("*")):
        if path.is_file():
            path.unlink()
    forget_stage(run.folder, STAGE)


def _edition(plans: pd.DataFrame, run: Run) -> date:
    """Return the date of the newest delivery: an edition's date must not come from the clock."""
    given = pd.to_datetime(plans["aangeleverd_op"], errors="coerce").max()
    return date(run.jaar, 12, 31) if pd.isna(given) else given.date()


def _kept_version(
    run: Run, programme: Programme, agenda: Agenda, plans: pd.DataFrame
) -> pd.DataFrame:
    """Add the programme as a version, unless it is the last one again."""
    path = run.folder / FOLDER / "versies.parquet"
    earlier = read_table(path) if path.exists() else None
    if earlier is not None:
        last = version_starts(earlier, str(earlier["versie"].iloc[-1]))
        if last.to_dict() == programme.starts.to_dict():
            return earlier
    number = 1 if earlier is None else earlier["versie"].nunique() + 1
    day = _edition(plans, run).isoformat()
    return add_version(earlier, f"{run.jaar}-{number:02d}", day, programme, agenda)


def area_of(run: Run) -> pd.Series:
    """Return the name of the area of every buurt: its wijk, or itself where wijken have no name."""
    areas = run.table("gebieden")
    return areas["wijknaam"].where(areas["wijknaam"] != "", areas["naam"]).rename("gebied")


def agenda_tables(dia: Dia) -> dict[str, pd.DataFrame]:
    """Return the tables of the agenda, each row that names a plan with its level.

    Returns
    -------
    dict of str to DataFrame
        See `TABLES`.
    """
    agenda, starts, plans = dia.agenda, dia.starts, dia.plans
    levels = plans["vertrouwelijkheid"]
    funds = dia.delivered.subsidies
    return {
        "plannen": plans,
        "koppelkansen": dia.linkages.kansen,
        "programma": timeline(agenda, starts),
        "geld": money(agenda, plans, starts, area_of(dia.run)),
        "dekking": with_levels(cover(agenda, plans, starts, funds), levels),
        "aandelen": with_levels(shares(agenda, starts), levels),
        "knelpunten": with_levels(dia.programme.knelpunten, levels),
    }


def candidates(run: Run) -> pd.DataFrame:
    """Return the buurten that the SIA puts forward for a joint area approach, most urgent first."""
    table = run.table("aanpak")
    chosen = table.index[table["aanpak"] == "integrale gebiedsaanpak"]
    scores, areas = run.table("scores"), run.table("gebieden")
    shown = pd.DataFrame(
        {
            "buurt": areas["naam"].reindex(chosen),
            "gebied": area_of(run).reindex(chosen),
            "urgentie": scores["urgentie"].reindex(chosen),
            "potentie": scores["potentie"].reindex(chosen),
            "reden": table["toelichting"].reindex(chosen),
        }
    )
    return shown.sort_values("urgentie", ascending=False, kind="stable")


def candidate_areas(run: Run) -> pd.Index:
    """Return the buurten of the wijken that hold a candidate: an area is more than one buurt."""
    area = area_of(run)
    return area.index[area.isin(set(candidates(run)["gebied"]))]


def linkage_table(dia: Dia, aantal: int = 20) -> pd.DataFrame:
    """Return the koppelkansen that save most, with their sentence and decide-before date."""
    kansen = dia.linkages.kansen.sort_values("besparing_midden", ascending=False, kind="stable")
    shown = kansen.head(aantal)
    return pd.DataFrame(
        {
            "kans": shown.index,
            "soort": shown["soort_kans"],
            "wat": shown["zin"],
            "laag (€)": shown["besparing_laag"].round(-3).astype("int64"),
            "midden (€)": shown["besparing_midden"].round(-3).astype("int64"),
            "hoog (€)": shown["besparing_hoog"].round(-3).astype("int64"),
            "beslis vóór": shown["beslis_voor"].astype(str),
        }
    )


def linkage_text(dia: Dia) -> str:
    """Say how many koppelkansen there are of each kind."""
    counts = dia.linkages.kansen["soort_kans"].value_counts().sort_index()
    listed = ", ".join(f"{name} {count}" for name, count in counts.items())
    return f"{len(dia.linkages.kansen)} koppelkansen gevonden: {listed}."


def timeline_frame(dia: Dia, *, per: str = "gebied", samen: bool = False) -> pd.DataFrame:
    """Return the programme for the timeline.

    Parameters
    ----------
    dia : Dia
    per : {"gebied", "partner"}
        What the bars are grouped by. By area: only areas that hold a candidate.
    samen : bool
        Only plans that share an opening.
    """
    table = timeline(dia.agenda, dia.starts)
    if samen:
        table = table[table["samen"] != ""]
    if per == "partner":
        return table.assign(gebied=table["partner"])
    table = in_area(table, candidate_areas(dia.run))
    return table.assign(gebied=table["buurtcodes"].str.split(";").str[0].map(area_of(dia.run)))


def means_per_year(dia: Dia, column: str) -> tuple[pd.DataFrame, pd.Series]:
    """Return use per year and partner, and the room of all partners together.

    Parameters
    ----------
    dia : Dia
    column : {"budget", "fte"}

    Returns
    -------
    use : DataFrame, index year, one column per partner
    room : Series, index year
        NaN in a year in which one of the partners gave no limit.
    """
    table = use_of_means(dia.agenda, dia.starts)
    used = "gebruik" if column == "budget" else "fte_gebruik"
    use = table.pivot(index="jaar", columns="partner", values=used)
    room = table.pivot(index="jaar", columns="partner", values=column)
    return use, room.sum(axis=1, skipna=False)


def cover_table(dia: Dia) -> pd.DataFrame:
    """Return own and outside money: covered, conditional and open, per source, in euro."""
    table = cover(dia.agenda, dia.plans, dia.starts, dia.delivered.subsidies)
    total = table.groupby("bron")[["bedrag", "gedekt", "voorwaardelijk", "open"]].sum()
    return _euros(total.reset_index())


def gains_table(dia: Dia) -> pd.DataFrame:
    """Return what every partner gains or loses against planning alone, losers first."""
    gains = partner_gains(dia.agenda, dia.starts).sort_values("netto", kind="stable")
    shown = gains[["bespaart", "tijd", "plannen", "netto", "compensatie", "na_compensatie"]]
    table = _euros(shown.rename(columns={"na_compensatie": "na compensatie"}).reset_index())
    return table.assign(uitleg=gains["zin"].to_numpy())


def total_gain_table(dia: Dia) -> pd.DataFrame:
    """Return the gain of the joint programme over everybody alone: low, mid and high."""
    gain = gain_over_alone(dia.agenda, dia.starts, dia.linkages.places.openings)
    money_columns = [c for c in gain if c != "overtredingen_alleen"]
    table = _euros(gain[money_columns].reset_index().rename(columns={"band": "besparing is"}))
    broken = gain["overtredingen_alleen"].astype("int64").to_numpy()
    return table.rename(columns=lambda c: str(c).replace("_", " ")).assign(
        **{"regels gebroken door ieder alleen": broken}
    )


def _euros(table: pd.DataFrame) -> pd.DataFrame:
    """Round amounts to thousands of euros: nobody plans in units."""
    numeric = table.select_dtypes("number").columns
    return table.assign(**{c: table[c].round(-3).astype("int64") for c in numeric})


def bottleneck_table(dia: Dia, aantal: int = 15) -> pd.DataFrame:
    """Return what holds plans back, the one that holds most plans first."""
    table = dia.programme.knelpunten
    held = (table["plannen"].str.count(";") + 1).astype("int64")
    shown = table.assign(tegengehouden=held).sort_values(
        ["tegengehouden", "jaar", "wie"], ascending=[False, True, True], kind="stable"
    )
    return shown.head(aantal)[["zin", "tegengehouden"]].rename(columns={"zin": "wat knelt"})


def left_out_plans(dia: Dia) -> pd.DataFrame:
    """Return the plans without a place, those outside the horizon included, with the reason."""
    out = left_out(dia.agenda, dia.starts).assign(reden="past niet bij geld, mensen of straten")
    beyond = outside_horizon(dia.plans, dia.agenda.settings).assign(reden="buiten de jaren")
    both = pd.concat([out, beyond])
    return both.reset_index()[["plan", "titel", "partner", "eerste", "laatste", "reden"]]


def waiting_table(dia: Dia, aantal: int = 10) -> pd.DataFrame:
    """Return what waits for whom at the end of the SIA year, most pressing first."""
    table = waiting((), (), dia.linkages.kansen, date(dia.run.jaar, 12, 31))
    return table[["zin"]].head(aantal).rename(columns={"zin": "wat wacht op wie"})


def firmness(dia: Dia, *, zaad: int = 2024, uitloop: int = 3) -> what.Scenarios:
    """Make the programme again under less money, other savings and random slips.

    Parameters
    ----------
    dia : Dia
    zaad : int
    uitloop : int
        Number of scenarios with slips.
    """
    rng = np.random.default_rng(zaad)
    others = what.standard_scenarios(
        dia.agenda, dia.starts, dia.linkages.places, rng, slips=uitloop
    )
    # a scenario asks whether a plan keeps its year; that needs no last tenth of a percent
    coarse = {
        name: replace(agenda, settings=replace(agenda.settings, gat=max(agenda.settings.gat, 0.01)))
        for name, agenda in others.items()
    }
    return what.run_scenarios(coarse, dia.starts)


def scenario_table(found: what.Scenarios) -> pd.DataFrame:
    """Return one row per scenario: does it fit, how many plans are in, and what lacks."""
    table = found.overzicht.reset_index()
    return pd.DataFrame(
        {
            "scenario": table["scenario"],
            "past": table["haalbaar"].astype(bool),
            "in programma": table["in_programma"].astype("int64"),
            "bespaart (mln €)": table["besparing"].astype(float) / 1e6,
            "toelichting": table["toelichting"].astype(str),
        }
    )


def firmness_table(dia: Dia, found: what.Scenarios, aantal: int = 20) -> pd.DataFrame:
    """Return the plans whose year is least firm."""
    kept = what.same_year(dia.starts, found).sort_values("aandeel", kind="stable").head(aantal)
    return pd.DataFrame(
        {
            "plan": kept.index,
            "titel": dia.plans["titel"].reindex(kept.index),
            "jaar": kept["start"],
            "hoe hard": kept["zin"],
        }
    )


def random_slips(dia: Dia, *, aantal: int = 5, zaad: int = 2024) -> dict[str, int]:
    """Return plans that slip by a year, drawn from those that start within the horizon."""
    soon = dia.starts.dropna()
    soon = soon[soon < dia.agenda.settings.eind - 1]
    rng = np.random.default_rng(zaad)
    drawn = rng.choice(soon.index.to_numpy(), min(aantal, len(soon)), replace=False)
    return {str(plan): 1 for plan in sorted(drawn)}


def replan_after(dia: Dia, slips: Mapping[str, int], stabiliteit: float) -> Programme:
    """Make the programme again after slips, with a price on moving other plans."""
    return what.replan(with_slips(dia.agenda, dia.starts, slips), dia.starts, stabiliteit)


def moved_text(dia: Dia, slips: Mapping[str, int], programmes: Mapping[str, Programme]) -> str:
    """Say how many plans move that did not slip themselves, for each programme."""
    others = dia.agenda.plans.index.difference(list(slips))
    parts = [
        f"{name}: {int((moved_years(p.starts.reindex(others), dia.starts[others]) > 0).sum())}"
        for name, p in programmes.items()
    ]
    return f"Andere plannen die verschuiven na {len(slips)} keer uitloop: {'; '.join(parts)}."


def difference_table(dia: Dia, programme: Programme) -> pd.DataFrame:
    """Return what changes between the programme and another one, as sentences."""
    changed = differences(dia.starts, programme.starts, dia.plans)
    return changed.reset_index()[["partner", "wijziging", "zin"]]


def version_table(dia: Dia) -> pd.DataFrame:
    """Return all versions of the programme that were kept."""
    summary = version_summary(dia.versions).reset_index()
    return pd.DataFrame(
        {
            "versie": summary["versie"],
            "datum": summary["datum"],
            "in programma": summary["in_programma"].astype("int64"),
            "erbuiten": summary["erbuiten"].astype("int64"),
            "kosten (mln €)": summary["kosten"].astype(float) / 1e6,
            "samenvatting": summary["zin"],
        }
    )


def public_investments(run: Run) -> pd.DataFrame:
    """Return the programmed plans per buurt, for the report.

    Parameters
    ----------
    run : Run

    Returns
    -------
    DataFrame
        `INVESTMENT_COLUMNS`, a row per buurt and plan; ``vertrouwelijkheid`` is ``openbaar`` or
        ``partners``, so that the report's editions can choose. Nothing in it is above the level
        of its row but the level itself. Empty when there is no agenda.
    """
    path = run.folder / FOLDER / "programma.parquet"
    if not path.exists():
        return pd.DataFrame(columns=list(INVESTMENT_COLUMNS))
    programma = read_table(path)
    status = read_table(run.folder / FOLDER / "plannen.parquet")["status"]
    table = programma.assign(
        buurtcode=programma["buurtcodes"].str.split(";"), status=status.reindex(programma.index)
    ).explode("buurtcode")
    return table[list(INVESTMENT_COLUMNS)].reset_index(drop=True)


def check_agenda(run: Run, dia: Dia | None) -> str:
    """Say how good the programme is and where its files are, or that there is none.

    Raises
    ------
    InputError
        When a table holds a column that nobody gave a level.
    """
    if dia is None:
        return "In orde: geen plannen, dus geen agenda."
    columns = {str(c) for table in agenda_tables(dia).values() for c in table.columns}
    unknown = sorted(columns - set(FIELD_LEVELS))
    if unknown:
        wat = f"Kolommen zonder niveau van openheid: {', '.join(unknown)}."
        raise InputError([Problem(wat, "Geef ze een niveau in sia/agenda/openness.py.")])
    return f"In orde: {dia.programme.sentence()} De bestanden staan in {run.reports / FOLDER}."
