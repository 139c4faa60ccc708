"""The joint programme: which plan starts when, proven best within its gap."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pandas as pd

from sia.agenda.parameters import BANDS
from sia.agenda.programme.agreements import frozen
from sia.agenda.programme.baselines import alone, greedy
from sia.agenda.programme.check import violations
from sia.agenda.programme.diagnosis import CONFLICT, conflicts, give_way, needed_plans
from sia.agenda.programme.improve import improve
from sia.agenda.programme.inputs import Agenda
from sia.agenda.programme.milp import EURO, Builder
from sia.agenda.programme.reasons import settled
from sia.agenda.programme.solver import Solved, run
from sia.agenda.programme.worth import opened_in, worth
from sia.agenda.wording import count, euro, percent
from sia.dutch import opsomming

_SOLVING = 0.96
"""Share of the time that solving may take; the rest is for checking and telling."""


@dataclass(frozen=True)
class Programme:
    """A programme and the proof that goes with it.

    `starts`: Start year, NA where left out.
    `worth`: Worth in euro by part (see `sia.agenda.programme.worth.PARTS`) and ``totaal``.
    `bound`: Proven upper bound of the worth, euro.
    `gap`: (bound - worth) / |worth|: at most this share could still be gained.
    `status` ({"optimaal", "tijd"}): ``optimaal``: within the asked gap; ``tijd``: stopped by the
        clock, see `gap`.
    `knelpunten`: Constraints that hold plans back: ``soort``, ``wie``, ``jaar``, ``ruimte`` (room
        left: euro, fte, places), ``plannen`` (which plans would use it), ``zin``.
    `conflicten`: Where commitments clash, see `sia.agenda.programme.diagnosis.conflicts`; empty
        when all fit. Only these break a rule.
    """

    starts: pd.Series
    worth: pd.Series
    bound: float
    gap: float
    status: str
    knelpunten: pd.DataFrame
    conflicten: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=CONFLICT))

    def sentence(self) -> str:
        """Say in Dutch how good the programme is proven to be."""
        placed, n = int(self.starts.notna().sum()), len(self.starts)
        proof = f"Bewezen: een ander programma kan hoogstens {percent(self.gap, 2)} meer"
        stop = " De rekentijd was op vóór de gevraagde marge." if self.status == "tijd" else ""
        clash = count(len(self.conflicten), "punt botst", "punten botsen")
        told = f" Op {clash} wat al is toegezegd." if len(self.conflicten) else ""
        return (
            f"{placed} van de {n} plannen staan in het programma. {proof} waarde opleveren "
            f"({euro(max(self.bound - self.worth['totaal'], 0.0))}).{stop}{told}"
        )


def optimise(agenda: Agenda, current: pd.Series | None = None) -> Programme:
    """Make the best programme.

    `current`: The agreed schedule: commitments keep its years, and moving another plan by one year
        costs `settings.stabiliteit` times its value. It stands unless a change is worth more than
        the margin that the solver may leave.
    Returns: There always is one. Where commitments clash, only the rules that they break give way,
        by no more than it takes, and ``conflicten`` names them.

    Maximises leave-out prices of what is placed + saved openings + value of social links - delay
    - early replacement - nuisance peaks - moves. Saved openings follow from one variable per
    place, cost level and year (see `sia.agenda.programme.milp.Builder`), never from pairs.
    """
    began, allowed = time.monotonic(), agenda.settings.tijd
    until = began + _SOLVING * allowed
    asked = agenda if current is None else frozen(agenda, current)
    builder = Builder(asked, current)
    solved = _solve(builder, current, until)
    if solved.status == "onmogelijk":
        _allow(builder, until)
        builder.model = give_way(builder)
        solved = _solve(builder, current, until)
    starts = (
        builder.starts_of(solved.values)
        if solved.values.size
        else greedy(asked, current, builder, always=True)
    )
    assert starts is not None
    if current is not None:
        starts = _kept(asked, current, starts)
    starts = settled(asked, starts, current, began + allowed)
    parts = worth(asked, starts, current)
    bound, total = -solved.bound / EURO, float(parts["totaal"])
    gap = relative_gap(bound, total)
    status = solved.status if solved.values.size else "tijd"
    tight = _tight(builder, asked, starts)
    return Programme(starts, parts, bound, gap, status, tight, conflicts(asked, starts))


def _allow(builder: Builder, until: float) -> None:
    """Let what follows take no longer than the clock still gives."""
    left = max(until - time.monotonic(), 0.05)
    builder.settings = builder.settings.but(tijd=left)


def _solve(builder: Builder, current: pd.Series | None, until: float) -> Solved:
    """Start from a good schedule; when the relaxation already proves the gap, that is enough."""
    _allow(builder, until)
    first = _first(builder, current)
    _allow(builder, until)
    guess = improve(builder, None if first is None else builder.columns_of(first))
    if guess.gap(builder.model) <= builder.settings.gat:
        return Solved("optimaal", guess.values, guess.bound)
    _allow(builder, until)
    start = guess.values if guess.values.size else None
    solved = run(builder.model, builder.settings, start)
    return replace(solved, bound=max(solved.bound, guess.bound, _least(builder)))


def _first(builder: Builder, current: pd.Series | None) -> pd.Series | None:
    """Return a schedule to start from, or None when the commitments do not fit together.

    Where taking plans in turn strands a commitment, these are placed together first.
    """
    agenda, settings = builder.agenda, builder.settings
    found = greedy(agenda, current, builder)
    if found is not None:
        return found
    needed, upper = needed_plans(agenda), list(builder.model.upper)
    for (plan, _), column in builder.x.items():
        if plan not in needed:
            upper[column] = 0.0
    core = run(replace(builder.model, upper=upper), settings.but(tijd=settings.tijd / 6, gat=0.05))
    if not core.values.size:
        return None
    held = builder.starts_of(core.values)
    agreed = held if current is None else held.combine_first(current.reindex(held.index))
    around = greedy(agenda, agreed, builder)
    return held if around is None else around


def _least(builder: Builder) -> float:
    """Return what the minimum is not below, whatever the rules: every plan in its best year."""
    model = builder.model
    starts = set(builder.x.values())
    best = [
        min([0.0, *(model.cost[builder.x[plan, t]] for t in years)])
        for plan, years in builder.options.items()
    ]
    gains = enumerate(zip(model.cost, model.upper, strict=True))
    rest = [cost * upper for at, (cost, upper) in gains if cost < 0 and at not in starts]
    return model.offset + sum(best) + sum(rest)


def _kept(agenda: Agenda, current: pd.Series, starts: pd.Series) -> pd.Series:
    """Return the agreed schedule where it stands and a new one gains less than the margin."""
    plans = agenda.plans
    agreed = current.reindex(plans.index).astype("Int64").rename("start")
    if not set(plans.index) <= set(current.index) or violations(agenda, agreed):
        return starts
    old, new = (float(worth(agenda, s, current)["totaal"]) for s in (agreed, starts))
    return agreed if new - old <= agenda.settings.gat * abs(new) else starts


def relative_gap(bound: float, value: float) -> float:
    """Return (bound - value) / |value|: the share of the worth that could still be gained."""
    room = max(bound - value, 0.0)
    # Half a euro is solver noise, not a gap; it matters only when nothing can be placed.
    return 0.0 if room < 0.5 else room / max(abs(value), 1.0)


def _tight(builder: Builder, agenda: Agenda, starts: pd.Series) -> pd.DataFrame:
    """Return the constraints whose room is too small for a plan that wants to be there."""
    room = builder.row_slack(builder.columns_of(starts))
    room = room[room["soort"].isin(["budget", "fte", "straten"])]
    room.loc[room["soort"] == "budget", ["grens", "gebruik", "ruimte"]] /= EURO
    wants: dict[tuple[str, str, int], list[tuple[str, float]]] = {}
    for soort, wie, jaar, plan, nodig in _wanting(agenda, starts):
        wants.setdefault((soort, wie, jaar), []).append((plan, nodig))
    rows = []
    for soort, wie, jaar, ruimte in room[["soort", "wie", "jaar", "ruimte"]].itertuples(
        index=False, name=None
    ):
        held = wants.get((soort, wie, jaar), [])
        plans = sorted(plan for plan, nodig in held if nodig > ruimte + 1e-6)
        if plans:
            rows.append((soort, wie, jaar, ruimte, ";".join(plans)))
    table = pd.DataFrame(rows, columns=["soort", "wie", "jaar", "ruimte", "plannen"])
    table["zin"] = [_tight_sentence(*row) for row in table.itertuples(index=False, name=None)]
    return table


def _wanting(agenda: Agenda, starts: pd.Series) -> Iterator[tuple[str, str, int, str, float]]:
    """Yield what plans that are left out or moved would need in their preferred years.

    Yields: Kind, who, year, plan and how much: euro, fte or places.
    """
    plans = agenda.plans
    away = starts.reindex(plans.index).astype("Float64").fillna(-1.0) != plans["voorkeur"]
    buurten = agenda.plek_buurt.groupby("plek")["buurtcode"].agg(list).to_dict()
    places = agenda.openings.groupby("plan")["plek"].agg(list).to_dict()
    columns = ["partner", "voorkeur", "duur", "eigen", "fte"]
    for plan, partner, wish, years, own, fte in plans.loc[away, columns].itertuples(name=None):
        codes = sorted({c for plek in places.get(plan, []) for c in buurten[plek]})
        for t in range(wish, min(wish + years - 1, agenda.settings.eind) + 1):
            yield "budget", partner, t, plan, own / years
            if fte == fte:
                yield "fte", partner, t, plan, fte
            for code in codes:
                yield "straten", code, t, plan, 1.0


def _tight_sentence(soort: str, wie: str, jaar: int, ruimte: float, plans: str) -> str:
    names = plans.split(";")
    shown = opsomming(names[:3]) + (f" en {len(names) - 3} andere" if len(names) > 3 else "")
    what = {
        "budget": f"het budget van {wie}",
        "fte": f"de menskracht van {wie}",
        "straten": f"het aantal open straten in {wie}",
    }[soort]
    fits = "past" if len(names) == 1 else "passen"
    return f"In {jaar} knelt {what}: {shown} {fits} daar niet bij."


def timeline(agenda: Agenda, starts: pd.Series) -> pd.DataFrame:
    """Return the programme as one row per placed plan, for a timeline.

    Returns (index ``plan``): ``partner``, ``titel``, ``soort``, ``buurtcodes``, ``start``, ``eind``
        (int), ``kosten``, ``verplicht``, ``voorkeur``, ``verschuiving`` (years from the preferred
        one), ``samen`` (``;``-joined plans that share an opening), ``vertrouwelijkheid``, sorted by
        partner and start.
    """
    placed = agenda.plans.loc[starts.dropna().index]
    year = starts.reindex(placed.index).astype(int)
    codes = agenda.plan_buurt.groupby("plan")["buurtcode"].agg(lambda c: ";".join(sorted(c)))
    table = pd.DataFrame(
        {
            "partner": placed["partner"],
            "titel": placed["titel"],
            "soort": placed["soort"],
            "buurtcodes": codes.reindex(placed.index),
            "start": year,
            "eind": year + placed["duur"] - 1,
            "kosten": placed["kosten"],
            "verplicht": placed["verplicht"],
            "voorkeur": placed["voorkeur"],
            "verschuiving": year - placed["voorkeur"],
            "samen": _together(agenda, starts).reindex(placed.index).fillna(""),
            "vertrouwelijkheid": placed["vertrouwelijkheid"],
        }
    )
    return table.sort_values(["partner", "start"], kind="stable")


def _together(agenda: Agenda, starts: pd.Series) -> pd.Series:
    shared: dict[str, set[str]] = {}
    for _, group in opened_in(agenda, starts).groupby(["plek", "jaar"]):
        members = set(group["plan"])
        for plan in members:
            shared.setdefault(plan, set()).update(members - {plan})
    return pd.Series({p: ";".join(sorted(o)) for p, o in shared.items()}, dtype=str)


def left_out(agenda: Agenda, starts: pd.Series) -> pd.DataFrame:
    """Return the plans that did not make it: ``partner``, ``titel``, ``kosten``, window."""
    out = starts.index[starts.isna()]
    columns = ["partner", "titel", "soort", "kosten", "eerste", "laatste", "urgentie"]
    return agenda.plans.loc[out, [*columns, "vertrouwelijkheid"]]


def use_of_means(agenda: Agenda, starts: pd.Series) -> pd.DataFrame:
    """Return the use of money and people per partner and year.

    Returns: ``partner``, ``jaar``, ``gebruik`` (euro of own means), ``budget`` (NaN: no limit),
        ``fte_gebruik``, ``fte`` (NaN: no limit), ``fte_onbekend`` (plans under way without fte).
    """
    chosen = {str(p): int(y) for p, y in starts.dropna().items()}
    rows = [
        (plan, row["partner"], t, row["eigen"] / row["duur"], row["fte"])
        for plan, row in agenda.plans.loc[list(chosen)].iterrows()
        for t in agenda.settings.jaren
        if chosen[str(plan)] <= t < chosen[str(plan)] + row["duur"]
    ]
    long = pd.DataFrame(rows, columns=["plan", "partner", "jaar", "gebruik", "fte_gebruik"])
    long["fte_onbekend"] = long["fte_gebruik"].isna().astype(int)
    grid = pd.MultiIndex.from_product(
        [sorted(agenda.plans["partner"].unique()), agenda.settings.jaren],
        names=["partner", "jaar"],
    )
    used = long.groupby(["partner", "jaar"])[["gebruik", "fte_gebruik", "fte_onbekend"]].sum()
    table = used.reindex(grid, fill_value=0).join(agenda.budgets)
    columns = ["gebruik", "budget", "fte_gebruik", "fte", "fte_onbekend"]
    return table[columns].reset_index()


def gain_over_alone(
    agenda: Agenda,
    starts: pd.Series,
    linkage_openings: pd.DataFrame,
    separate: pd.Series | None = None,
) -> pd.DataFrame:
    """Return what the joint programme gains over everybody alone, for low, mid and high shares.

    Returns (index ``band``): ``besparing`` (avoided openings), ``besparing_alleen`` (those that
        happen by chance when everybody plans alone), ``verlies`` and ``verlies_alleen`` (delay and
        early replacement), ``netto`` = (besparing - verlies) - the same alone; euro.
        ``overtredingen_alleen``: rules of the street (caps, graafrust, order) that the separate
        plans break together.
    """
    apart_starts = alone(agenda) if separate is None else separate
    broken = len(violations(agenda, apart_starts))
    rows = {}
    for band in BANDS:
        openings = linkage_openings.rename(columns={f"opening_{band}": "opening"})
        openings = openings.loc[
            openings["plan"].isin(agenda.plans.index), ["plek", "plan", "opening"]
        ]
        here = replace(agenda, openings=openings.reset_index(drop=True))
        joint, apart = worth(here, starts), worth(here, apart_starts)
        loss, loss_apart = (p["uitstel"] + p["vervroeging"] for p in (joint, apart))
        rows[band] = {
            "besparing": joint["besparing"],
            "besparing_alleen": apart["besparing"],
            "verlies": loss,
            "verlies_alleen": loss_apart,
            "netto": joint["besparing"] - loss - apart["besparing"] + loss_apart,
            "overtredingen_alleen": broken,
        }
    return pd.DataFrame(rows).T.rename_axis("band")
