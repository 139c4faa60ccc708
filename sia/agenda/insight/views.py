"""Tables and sentences of the agenda for its readers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

import pandas as pd

from sia.agenda.dia import Dia, spans_of, together
from sia.agenda.insight.area_agenda import titles_of
from sia.agenda.insight.funding import cover, partner_gains
from sia.agenda.insight.mandates import beyond_mandate, mandates
from sia.agenda.insight.scenarios import Scenarios, replan, same_year
from sia.agenda.insight.whatif import without_secrets
from sia.agenda.programme.inputs import Agenda, outside_horizon
from sia.agenda.programme.optimise import (
    Programme,
    gain_over_alone,
    left_out,
    timeline,
    use_of_means,
)
from sia.agenda.programme.reasons import GAINS, why_left_out, why_moved
from sia.agenda.programme.versions import (
    since_last_version,
    version_starts,
    version_summary,
)
from sia.agenda.programme.worth import moved_years, worth
from sia.agenda.reading.areas import in_area
from sia.agenda.reading.deliveries import Deliveries
from sia.agenda.reading.organisation import FASEN, VERVALLEN
from sia.agenda.wording import count, day, euro, number, percent, years
from sia.errors import Problem

NO_PLANS = (
    "Er zijn geen plannen van partners geleverd: er is geen map `plannen` met bestanden in de "
    "bronmappen. Er is dus geen agenda gemaakt en er is niets geschreven."
)
ITS_OWN = "Door geld of mensen van de partner, of omdat het samen meer oplevert: zij weet het."
_CHANGES = ("nieuw", "gewijzigd", "ingetrokken", "afgekeurd", "niet geleverd")


def delivery_text(delivered: Deliveries | None) -> str:
    """Say in Dutch what was delivered, or that nothing was."""
    if delivered is None:
        return NO_PLANS
    reading, found = delivered.reading, delivered.organisation
    closed = int((reading.plans["vertrouwelijkheid"] == "intern").sum())
    return (
        f"Gelezen: {count(len(delivered.files), 'bestand', 'bestanden')} met "
        f"{count(len(delivered.lines), 'rij', 'rijen')}, waarvan {reading.rows} met een plan. "
        "Bruikbaar: "
        f"{count(len(reading.plans), 'plan', 'plannen')}, waarvan {closed} intern: wat een partner "
        f"voor zichzelf houdt, doet hier niet mee. Aandacht nodig: "
        f"{count(len(reading.problems), 'punt', 'punten')}. Vastgelegd: "
        f"{count(len(found.steps), 'besluit', 'besluiten')} en "
        f"{count(len(found.actions), 'actie', 'acties')}."
    )


def problem_table(delivered: Deliveries | None) -> pd.DataFrame:
    """Return everything that is wrong in the delivered files, per file, row and column."""
    return _problems(() if delivered is None else delivered.reading.problems)


def decision_problem_table(dia: Dia) -> pd.DataFrame:
    """Return decisions and actions that do not fit koppelkansen or mandates, and money assumed."""
    return _problems((*dia.agreed.problems, *beyond_mandate(dia)))


def _problems(problems: Iterable[Problem]) -> pd.DataFrame:
    rows = [p.cells() for p in problems]
    return pd.DataFrame(rows, columns=["bestand", "rij", "kolom", "wat", "oplossing"])


def delivery_change_text(dia: Dia) -> str:
    """Say how many plans are new, changed and withdrawn in the newest delivery."""
    counts = dia.taken.changes["wijziging"].value_counts()
    listed = ", ".join(f"{counts.get(w, 0)} {w}" for w in _CHANGES)
    return f"In de levering van {dia.taken.register.history['datum'].max()}: {listed}."


def delivery_change_table(dia: Dia) -> pd.DataFrame:
    """Return what changed in the newest delivery, plans that are new left out of the list."""
    shown = dia.taken.changes
    return shown.loc[shown["wijziging"] != "nieuw", ["partner", "wijziging", "zin"]]


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
            "beslis vóór": shown["beslis_voor"].map(day),
        }
    )


def linkage_text(dia: Dia) -> str:
    """Say how many koppelkansen there are of each kind."""
    counts = dia.linkages.kansen["soort_kans"].value_counts().sort_index()
    listed = ", ".join(f"{name} {n}" for name, n in counts.items())
    return f"{len(dia.linkages.kansen)} koppelkansen gevonden: {listed}."


def timeline_frame(dia: Dia, *, per: str = "gebied", samen: bool = False) -> pd.DataFrame:
    """Return the programme for the timeline.

    `per` ({"gebied", "partner"}): What the bars are grouped by. By area: only areas that hold a
        candidate.
    `samen`: Only plans that share an opening.
    """
    table = timeline(dia.agenda, dia.starts)
    if samen:
        table = table[table["samen"] != ""]
    if per == "partner":
        return table.assign(gebied=table["partner"])
    table = in_area(table, dia.kandidaten)
    inside = set(dia.kandidaten)
    # a plan in more areas stands under the first of those that hold a candidate
    first = [next(c for c in codes.split(";") if c in inside) for codes in table["buurtcodes"]]
    return table.assign(gebied=dia.gebieden.reindex(first).to_numpy())


def means_table(
    agenda: Agenda, starts: pd.Series, column: str, closed: Collection[str] = ()
) -> pd.DataFrame:
    """Return own money (thousand euro) or people per partner and year, of what there is.

    `column`: {"budget", "fte"}.
    `closed`: Partners of whom only the use of money is shown: who knows which plan asks people
        knows which one has no year for want of money.
    """
    used, decimals, unit = ("gebruik", 0, 1e3) if column == "budget" else ("fte_gebruik", 1, 1.0)
    rows = []
    for partner, own in use_of_means(agenda, starts).groupby("partner"):
        secret = partner in closed
        if secret and column == "fte":
            continue
        cells = [
            number(a / unit, decimals)
            + ("" if secret or pd.isna(b) else f" van {number(b / unit, decimals)}")
            for a, b in zip(own[used], own[column], strict=True)
        ]
        rows.append([partner, *cells])
    return pd.DataFrame(rows, columns=["Partner", *map(str, agenda.settings.jaren)])


def cover_table(dia: Dia) -> pd.DataFrame:
    """Return own and outside money: covered, conditional and open, per source, in euro."""
    table = cover(dia.agenda, dia.plans, dia.starts, dia.delivered.subsidies)
    total = table.groupby("bron")[["bedrag", "gedekt", "voorwaardelijk", "open"]].sum()
    return _euros(total.reset_index())


def gains_table(dia: Dia) -> pd.DataFrame:
    """Return what every partner saves in cash, and how its plans fare, losers first."""
    gains = partner_gains(dia.agenda, dia.starts, separate=dia.separate).sort_values(
        "waardering", kind="stable"
    )
    table = _euros(gains[["bespaart"]].rename(columns={"bespaart": "bespaart (€)"}).reset_index())
    return table.assign(uitleg=gains["zin"].to_numpy())


def total_gain_table(dia: Dia) -> pd.DataFrame:
    """Return the gain of the joint programme over everybody alone: low, mid and high."""
    gain = gain_over_alone(
        dia.agenda, dia.starts, dia.linkages.places.openings, separate=dia.separate
    )
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


def left_out_plans(dia: Dia) -> pd.DataFrame:
    """Return the plans without a place, those outside the horizon included, with the reason."""
    out = left_out(dia.agenda, dia.starts).join(
        why_left_out(dia.agenda, dia.starts).rename("reden")
    )
    beyond = outside_horizon(dia.plans, dia.agenda.settings)
    jaren = dia.agenda.settings
    beyond["reden"] = [
        _beyond(first, last, jaren.start, jaren.eind)
        for first, last in zip(beyond["eerste"], beyond["laatste"], strict=True)
    ]
    both = pd.concat([out, beyond]).reset_index()
    window = [
        years(first, last) for first, last in zip(both["eerste"], both["laatste"], strict=True)
    ]
    return both[["plan", "titel", "partner"]].assign(start=window, reden=both["reden"])


def _beyond(first: int, last: int, start: int, end: int) -> str:
    if first > end:
        return f"Kan pas na {end} beginnen."
    if last < start:
        return f"De jaren waarin het kon beginnen zijn voorbij, of het is klaar vóór {start}."
    return "De voorganger heeft geen plek in deze jaren."


def conflict_table(programme: Programme) -> pd.DataFrame:
    """Return where commitments clash, with what would solve it; empty when they all fit."""
    shown = programme.conflicten[["zin", "oplossing", "partners"]]
    return shown.rename(columns={"zin": "wat botst"}).assign(
        partners=shown["partners"].str.replace(";", ", ")
    )


def status_table(dia: Dia, aantal: int = 20) -> pd.DataFrame:
    """Return the koppelkansen on which something was decided, furthest first."""
    rank = {fase: i for i, fase in enumerate((VERVALLEN, *FASEN))}
    state = dia.agreed.state
    decided = state[state["sinds"].notna()]
    furthest = decided["fase"].map(rank).astype(float).sort_values(ascending=False, kind="stable")
    shown = decided.loc[furthest.index].head(aantal)
    spans = spans_of(dia.agenda, dia.starts)
    return pd.DataFrame(
        {
            "werken": titles_of(shown["plannen"], dia.plans["titel"]),
            "fase": shown["fase"],
            "sinds": shown["sinds"].map(day),
            "programma": [
                _done(*together(str(kind), plannen.split(";"), spans))
                for kind, plannen in zip(shown["soort_kans"], shown["plannen"], strict=True)
            ],
            "besluit": shown["besluit"],
        }
    )  # fmt: skip


def _done(joined: int, asked: int, year: int | None) -> str:
    if not joined:
        return "niet samen"
    part = "" if joined == asked else f"deels ({joined} van {asked}) "
    return f"{part}samen in {year}"


def phase_text(dia: Dia) -> str:
    """Say how many koppelkansen are in each phase."""
    counts = dia.agreed.state["fase"].value_counts()
    listed = ", ".join(f"{fase} {counts.get(fase, 0)}" for fase in (*FASEN, VERVALLEN))
    return f"Stand van de {len(dia.agreed.state)} koppelkansen: {listed}."


def waiting_table(dia: Dia, aantal: int = 15) -> pd.DataFrame:
    """Return what waits for whom on the day of the edition, most pressing first."""
    table = dia.waits.head(aantal)
    plans = dia.linkages.kansen["plannen"].reindex(table["kans"])
    return pd.DataFrame(
        {
            "wacht op": table["wie"] + " (" + table["partner"].str.replace(";", ", ") + ")",
            "actie": table["actie"],
            "vóór": table["voor"].map(day),
            "dagen": [f"{-d} te laat" if d < 0 else f"nog {d}" for d in table["dagen"]],
            "werken": titles_of(plans, dia.plans["titel"]).to_numpy(),
            "kans": table["kans"],
        }
    )


def mandate_table(dia: Dia) -> pd.DataFrame:
    """Return who decides at each partner, with mandate, commitment and what is open."""
    table = mandates(dia)
    terms = table["commitment"] + (" (" + table["voorwaarde"] + ")").where(
        table["voorwaarde"] != "", ""
    )
    return pd.DataFrame(
        {
            "partner": table["partner"],
            "wie besluit": table["wie"],
            "waarover": table["mandaat"],
            "commitment": terms,
            "plannen met een jaar": table["n"],
            "kosten": [euro(cost) for cost in table["kosten"]],
            "open besluiten": table["besluiten"],
            "eerste vóór": ["" if pd.isna(at) else day(at) for at in table["voor"]],
        }
    )


def scenario_table(found: Scenarios) -> pd.DataFrame:
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


def firmness_table(dia: Dia, found: Scenarios, aantal: int = 20) -> pd.DataFrame:
    """Return the plans whose year is least firm."""
    kept = same_year(dia.starts, found).sort_values("aandeel", kind="stable").head(aantal)
    return pd.DataFrame(
        {
            "plan": kept.index,
            "titel": dia.plans["titel"].reindex(kept.index),
            "jaar": kept["start"],
            "hoe hard": kept["zin"],
        }
    )


def calmer_text(dia: Dia, factor: float = 4.0) -> str:
    """Say how many plans moved since the last version, and what fewer moves would cost."""
    names = list(dia.versions["versie"].unique())
    if len(names) < 2:
        return "Dit is de eerste versie: er is nog niets verschoven."
    before = version_starts(dia.versions, names[-2])
    calm = replan(dia.agenda, before, factor * dia.agenda.settings.stabiliteit)
    known = dia.agenda.plans.index.intersection(before.index)
    now, less = (
        int((moved_years(starts[known], before[known]) > 0).sum())
        for starts in (dia.starts, calm.starts)
    )
    here, there = (float(worth(dia.agenda, s)["totaal"]) for s in (dia.starts, calm.starts))
    many = count(now, "plan", "plannen")
    if less >= now:
        return (
            f"Sinds {names[-2]} verschoven {many}; met meer gewicht op rust zijn het er evenveel."
        )
    return (
        f"Sinds {names[-2]} verschoven {many}. Met {number(factor, 0)} keer zoveel gewicht op rust "
        f"zijn het er {less}; dat kost {percent(max(here - there, 0.0) / max(abs(here), 1.0))} van "
        "de waarde."
    )


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


def version_difference_table(dia: Dia, closed: Collection[str] = ()) -> pd.DataFrame:
    """Return what changed between the last two versions that were kept, and why.

    `closed`: Partners of whose money and people the reasons must tell nothing.
    """
    changed, names = since_last_version(dia.versions), list(dia.versions["versie"].unique())
    before = version_starts(dia.versions, names[-2] if len(names) > 1 else names[-1])
    reasons = why_moved(without_secrets(dia.agenda, closed), dia.starts, before, dia.windows)
    theirs = dia.plans["partner"].reindex(reasons.index).isin(list(closed)) & (reasons == GAINS)
    reasons = reasons.mask(theirs, ITS_OWN)
    return _told(changed).assign(reden=reasons.reindex(changed.index).fillna("").to_numpy())


def round_text(delivered: Deliveries, dia: Dia | None, aantal: int = 10) -> list[str]:
    """Say what a round read, what its partners have to mend, what clashes and what moved.

    `aantal`: Conflicts, and plans that moved, that are named one by one.
    Returns: Lines in Dutch for who leads the round: nothing of plans or fields that are internal,
        but where commitments clash the money that lacks, also of a partner with closed books.
    """
    lines = [delivery_text(delivered)]
    asked = Counter(line.stand for line in delivered.lines)
    lines.append(f"Rijen: {', '.join(f'{stand} {n}' for stand, n in sorted(asked.items()))}.")
    points = [
        f"{', rij '.join(filter(None, [p.bestand, p.rij]))}: {p.wat}"
        for p in delivered.reading.problems
    ]
    lines += _first(points, aantal, "punten; zie de brieven")
    if dia is None:
        return [*lines, "Geen enkel plan is te gebruiken, dus er is geen programma gemaakt."]
    lines += [delivery_change_text(dia), linkage_text(dia), phase_text(dia)]
    lines.append(dia.programme.sentence())
    lines += _first(dia.programme.conflicten["zin"], aantal, "botsingen")
    moved = version_difference_table(dia)
    names = list(dia.versions["versie"].unique())
    if len(names) < 2:
        return [*lines, f"Dit is versie {names[-1]}, de eerste: er is nog niets verschoven."]
    what = count(len(moved), "plan veranderde", "plannen veranderden")
    lines.append(f"Versie {names[-1]}. Sinds {names[-2]}: {what}.")
    told = (moved["zin"] + " " + moved["reden"]).str.strip()
    return [*lines, *_first(told, aantal, "veranderingen")]


def _first(sentences: Iterable[str], aantal: int, what: str) -> list[str]:
    listed = [f"- {sentence}" for sentence in sentences]
    rest = len(listed) - aantal
    return [*listed[:aantal], *([f"- en nog {rest} {what}"] if rest > 0 else [])]


def _told(changed: pd.DataFrame) -> pd.DataFrame:
    return changed.reset_index()[["partner", "wijziging", "zin"]]
