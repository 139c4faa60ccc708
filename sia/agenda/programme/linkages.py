"""Koppelkansen: sets of plans that gain by being done together, and why."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sia.agenda.parameters import BANDS
from sia.agenda.programme.streets import Places, find_places
from sia.agenda.reading.fields import OPENNESS, OPGAVEN
from sia.agenda.reading.investments import predecessors
from sia.agenda.wording import count, day, euro, years
from sia.dutch import opsomming
from sia.methode import AgendaSettings, Band, Methode, SocialRule


@dataclass(frozen=True)
class Linkages:
    """All koppelkansen of a set of plans.

    `kansen` (index ``kans``): ``soort_kans`` (straat / nabij / sociaal), ``plaats``, ``plannen``,
        ``partners``, ``buurtcodes`` (``;``-joined), ``n``, ``van``, ``tot`` (common start years),
        ``schuif`` (years beyond windows), ``besparing_laag`` / ``_midden`` / ``_hoog`` (euro),
        ``waardering`` (euro, a valuation and no cash), ``opgaven``, ``urgentie`` (0-100, NaN
        unknown), ``beslis_voor`` (date), ``vertrouwelijkheid`` (strictest of the members), ``zin``
        (Dutch).
    `members`: One row per (``kans``, ``plan``).
    `links`: One row per social pair: ``kans``, ``a``, ``b``, ``waardering`` (euro).
    """

    kansen: pd.DataFrame
    members: pd.DataFrame
    links: pd.DataFrame
    places: Places


def start_windows(plans: pd.DataFrame) -> pd.DataFrame:
    """Return per plan the first and last year in which it may start.

    Returns: ``eerste``, ``laatste`` (int). A ``vast`` plan has only its preferred year; money that
        lapses closes the window early.
    """
    until = plans["middelen_tot"].fillna(9999)
    fixed = plans["flexibiliteit"] == "vast"
    last = plans["laatst"].astype(int)
    last = last.where(last <= until, until).astype(int)
    return pd.DataFrame(
        {
            "eerste": plans["vroegst"].where(~fixed, plans["voorkeur"]).astype(int),
            "laatste": last.where(~fixed, plans["voorkeur"].astype(int)).astype(int),
        },
        index=plans.index,
    )


def plan_urgency(plans: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """Return per plan the urgency of its place for each opgave.

    `scores` (index ``buurtcode``): ``urgentie`` and the domains, 0-100, NaN where a buurt is not
        ranked.
    Returns (index ``plan``): One column per opgave (mean over the plan's buurten, NaN where none
        has a score) and ``urgentie`` (mean over the opgaven that the plan serves; the overall
        urgency where it names none).
    """
    pairs = plans["buurtcodes"].str.split(";").explode()
    columns = ["urgentie", *OPGAVEN]
    known = scores.reindex(columns=columns)
    place = known.reindex(pairs.to_numpy())
    place.index = pd.Index(pairs.index, name="plan")
    mean = place.groupby(level="plan").mean().reindex(plans.index)
    serves = served(plans)
    own = mean[list(OPGAVEN)].where(serves).mean(axis=1)
    mean["urgentie"] = own.where(serves.any(axis=1), mean["urgentie"])
    return mean


def served(plans: pd.DataFrame) -> pd.DataFrame:
    """Return a bool frame (plan x opgave): which opgaven each plan says it serves."""
    given = plans["opgaven"].str.split(";")
    return pd.DataFrame(
        {o: [o in parts for parts in given] for o in OPGAVEN}, index=plans.index, dtype=bool
    )


def find_linkages(
    plans: gpd.GeoDataFrame, scores: pd.DataFrame, settings: AgendaSettings | None = None
) -> Linkages:
    """Find every koppelkans among the plans.

    ``straat``: works that open the same place and can start in one common year; n works avoid
    n-1 openings. With opening shares f of unequal works the saving is sum(f) - max(f), which is
    (n-1) F for equal ones. ``nabij``: works within `afstand` that share no opening but a traffic
    measure or an opgave; no money is counted. ``sociaal``: pairs of roles inside one buurt.
    """
    finder = _Finder(plans, scores, settings or Methode.standaard().agenda)
    groups = [*finder.street_groups(), *finder.near_groups(), *finder.social_groups()]
    return finder.linkages(groups)


@dataclass(frozen=True)
class _Group:
    kind: str
    members: tuple[int, ...]
    plaats: str
    van: int
    tot: int
    links: tuple[tuple[int, int], ...] = ()
    zin: str = ""


class _Finder:
    """Arrays of one set of plans, and the three searches over them."""

    def __init__(
        self, plans: gpd.GeoDataFrame, scores: pd.DataFrame, settings: AgendaSettings
    ) -> None:
        self.plans, self.settings = plans, settings
        self.parameters = settings.waarden
        self.ids = [str(p) for p in plans.index]
        self.position = {p: i for i, p in enumerate(self.ids)}
        self.partner = plans["partner"].tolist()
        self.soort = plans["soort"].tolist()
        window = start_windows(plans)
        move = np.where(plans["flexibiliteit"] == "vast", 0, settings.schuif)
        self.first: list[int] = (window["eerste"].to_numpy() - move).tolist()
        self.last: list[int] = (window["laatste"].to_numpy() + move).tolist()
        self.own_first = window["eerste"].to_numpy()
        self.own_last = window["laatste"].to_numpy()
        duration = plans["duur"].astype(int).tolist()
        self.end = [last + years - 1 for last, years in zip(self.last, duration, strict=True)]
        # Plain lists: a hundred thousand groups of two or three make small arrays the slow part.
        urgency = plan_urgency(plans, scores)[list(OPGAVEN)].to_numpy(dtype=float)
        serves = served(plans).to_numpy()
        self.goals = [frozenset(np.flatnonzero(row).tolist()) for row in serves]
        self.urgency = [
            [u for u in values[row].tolist() if u == u]
            for values, row in zip(urgency, serves, strict=True)
        ]
        self.cost = plans["kosten"].astype(float).tolist()
        self.codes = [c.split(";") for c in plans["buurtcodes"]]
        self.level = [OPENNESS.index(v) for v in plans["vertrouwelijkheid"]]
        self.apart = self._kept_apart()
        self.places = find_places(plans, settings.waarden, settings.afstand, settings.overlap)
        rows = self.places.openings
        plekken = rows["plek"].tolist()
        where = rows["plan"].map(self.position).tolist()
        self.opening: dict[Band, dict[tuple[str, int], float]] = {
            band: dict(
                zip(zip(plekken, where, strict=True), rows[f"opening_{band}"].tolist(), strict=True)
            )
            for band in BANDS
        }
        at_place: dict[str, list[int]] = {}
        for plek, i in zip(plekken, where, strict=True):
            at_place.setdefault(plek, []).append(i)
        self.at_place = [(plek, at_place[plek]) for plek in sorted(at_place)
                         if len(at_place[plek]) > 1]  # fmt: skip

    def _kept_apart(self) -> set[tuple[int, int]]:
        """Pairs that may not start in one year, because one must wait at least a year."""
        pairs = set()
        for plan, text in zip(self.ids, self.plans["voorgangers"], strict=True):
            for before, gap in predecessors(text) if text else ():
                if gap > 0 and before in self.position:
                    pair = sorted((self.position[plan], self.position[before]))
                    pairs.add((pair[0], pair[1]))
        return pairs

    def street_groups(self) -> Iterator[_Group]:
        """Yield, per place, every largest set of works that can start in one common year."""
        for plek, members in self.at_place:
            for together in _together(members, self.first, self.last):
                for group in _without_pairs(together, self.apart):
                    if self._differs(group):
                        van, tot = self._common(group)
                        yield _Group("straat", group, plek, van, tot)

    def _common(self, group: Sequence[int]) -> tuple[int, int]:
        return max(self.first[i] for i in group), min(self.last[i] for i in group)

    def _differs(self, group: Sequence[int]) -> bool:
        """At least two works, of different partners or of different kinds."""
        return len({(self.partner[i], self.soort[i]) for i in group}) > 1

    def near_groups(self) -> Iterator[_Group]:
        """Yield pairs of different partners within reach that share no opening."""
        sharing = {(min(a, b), max(a, b)) for _, m in self.at_place for a in m for b in m if a != b}
        located = np.flatnonzero((self.plans["plaats"] != "buurt").to_numpy())
        shapes = self.plans.geometry.to_numpy()[located]
        left, right = shapely.STRtree(shapes).query(
            shapes, predicate="dwithin", distance=self.settings.afstand
        )
        once = left < right
        felt = (self.plans["hinder"] != "geen").tolist()
        for a, b in zip(located[left[once]].tolist(), located[right[once]].tolist(), strict=True):
            common_goal = bool(self.goals[a] & self.goals[b])
            van, tot = max(self.first[a], self.first[b]), min(self.end[a], self.end[b])
            if (
                self.partner[a] != self.partner[b]
                and van <= tot
                and (common_goal or (felt[a] and felt[b]))
                and (a, b) not in sharing
                and (a, b) not in self.apart
            ):
                yield _Group("nabij", (a, b), "", van, tot)

    def social_groups(self) -> Iterator[_Group]:
        """Yield, per rule and plan in role a, the plans in role b in its buurten and years."""
        by_kind: dict[str, list[int]] = {}
        for i, soort in enumerate(self.soort):
            by_kind.setdefault(soort, []).append(i)
        for rule in self.parameters.sociaal:
            in_buurt: dict[str, list[int]] = {}
            for b in sorted(i for kind in rule.b for i in by_kind.get(kind, [])):
                for code in self.codes[b]:
                    in_buurt.setdefault(code, []).append(b)
            for a in sorted(i for kind in rule.a for i in by_kind.get(kind, [])):
                group = self._star(a, in_buurt, rule)
                if group is not None:
                    yield group

    def _star(self, a: int, in_buurt: dict[str, list[int]], rule: SocialRule) -> _Group | None:
        near = sorted({b for code in self.codes[a] for b in in_buurt.get(code, [])})
        joined = [
            b
            for b in near
            if self.partner[b] != self.partner[a]
            and max(self.first[a], self.first[b]) <= min(self.end[a], self.end[b])
            and (min(a, b), max(a, b)) not in self.apart
        ]
        if not joined:
            return None
        van = max(self.first[a], min(self.first[b] for b in joined))
        tot = min(self.end[a], max(self.end[b] for b in joined))
        links = tuple((a, b) for b in joined)
        return _Group("sociaal", (a, *joined), "", van, tot, links, rule.zin)

    def linkages(self, groups: Sequence[_Group]) -> Linkages:
        """Turn groups into the tables that people and the programme read."""
        rows = [self._row(group) for group in groups]
        kansen = pd.DataFrame(rows, columns=_COLUMNS).set_index("kans")
        names = [row["kans"] for row in rows]
        members = pd.DataFrame(
            [(k, self.ids[i]) for k, g in zip(names, groups, strict=True) for i in g.members],
            columns=["kans", "plan"],
        )
        links = pd.DataFrame(
            [
                (k, self.ids[a], self.ids[b], self._worth(a, b))
                for k, g in zip(names, groups, strict=True)
                for a, b in g.links
            ],
            columns=["kans", "a", "b", "waardering"],
        )
        order = kansen.sort_values(
            ["besparing_midden", "waardering"], ascending=False, kind="stable"
        )
        return Linkages(order, members, links, self.places)

    def _worth(self, a: int, b: int) -> float:
        smaller = min(self.cost[a], self.cost[b])
        urgency = _mean([*self.urgency[a], *self.urgency[b]])
        weight = 1.0 if urgency != urgency else 1 + urgency / 100
        ceiling = self.parameters.hoogste_waardering
        return float(min(self.parameters.waardering * smaller, ceiling) * weight)

    def _row(self, group: _Group) -> dict[str, object]:
        index = list(group.members)
        saving = {band: self._saving(group, band) for band in BANDS}
        opgaven, urgency = self._opgaven(index)
        # The last year in which all can still start together closes the door.
        closes = group.tot if group.kind == "straat" else min(self.last[i] for i in index)
        row: dict[str, object] = {
            "kans": _name(group.kind, group.plaats, [self.ids[i] for i in index]),
            "soort_kans": group.kind,
            "plaats": group.plaats,
            "plannen": ";".join(self.ids[i] for i in index),
            "partners": ";".join(dict.fromkeys(self.partner[i] for i in index)),
            "buurtcodes": ";".join(sorted({c for i in index for c in self.codes[i]})),
            "n": len(index),
            "van": group.van,
            "tot": group.tot,
            "schuif": self._shift(group),
            **{f"besparing_{band}": saving[band] for band in BANDS},
            "waardering": sum(self._worth(a, b) for a, b in group.links),
            "opgaven": ";".join(opgaven),
            "urgentie": urgency,
            "beslis_voor": date(min(closes, group.tot) - self.settings.voorbereiding, 1, 1),
            "vertrouwelijkheid": OPENNESS[min(self.level[i] for i in index)],
        }
        row["zin"] = self._sentence(group, row)
        return row

    def _saving(self, group: _Group, band: Band) -> float:
        if group.kind != "straat":
            return 0.0
        shares = [self.opening[band][group.plaats, i] for i in group.members]
        return sum(shares) - max(shares)

    def _shift(self, group: _Group) -> int:
        """Return by how many years some member leaves its window in the best common year."""
        if group.kind != "straat" or self.settings.schuif == 0:
            return 0
        index = list(group.members)
        options = np.arange(group.van, group.tot + 1)[:, None]
        beyond = np.maximum(self.own_first[index] - options, options - self.own_last[index])
        return int(np.maximum(beyond, 0).max(axis=1).min())

    def _opgaven(self, index: list[int]) -> tuple[list[str], float]:
        goals = frozenset().union(*(self.goals[i] for i in index))
        urgency = _mean([u for i in index for u in self.urgency[i]])
        return [OPGAVEN[k] for k in sorted(goals)], urgency

    def _sentence(self, group: _Group, row: dict[str, object]) -> str:
        who = opsomming([f"{self.soort[i]} ({self.partner[i]})" for i in group.members])
        when = years(group.van, group.tot)
        moment = row["beslis_voor"]
        assert isinstance(moment, date)
        until = f"Beslis vóór {day(moment)}."
        if group.kind == "straat":
            n = len(group.members)
            low, mid, high = (euro(float(str(row[f"besparing_{b}"]))) for b in BANDS)
            return (
                f"{_capital(who)} kunnen in {when} dezelfde straat in één keer openen: "
                f"{count(n - 1, 'opening', 'openingen')} minder, naar schatting {mid} bespaard "
                f"({low} tot {high}). {until}"
            )
        if group.kind == "nabij":
            return (
                f"{_capital(who)} werken in {when} vlak bij elkaar: stem omleiding, bereikbaarheid "
                f"en bericht aan bewoners op elkaar af (geen besparing gerekend). {until}"
            )
        return f"{_capital(who)}, {when}. {group.zin} {until}"


_COLUMNS = [
    "kans", "soort_kans", "plaats", "plannen", "partners", "buurtcodes", "n", "van", "tot",
    "schuif", *(f"besparing_{band}" for band in BANDS), "waardering", "opgaven", "urgentie",
    "beslis_voor", "vertrouwelijkheid", "zin",
]  # fmt: skip


def _mean(values: list[float]) -> float:
    """Return the mean, NaN of nothing: an unknown urgency is not a low one."""
    return sum(values) / len(values) if values else float("nan")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _name(kind: str, plaats: str, plans: list[str]) -> str:
    """Name a koppelkans after its members, so that it keeps its name in the next run."""
    text = "\x1f".join([kind, plaats, *sorted(plans)])
    return "KK-" + hashlib.sha256(text.encode()).hexdigest()[:10]


def _together(members: Sequence[int], first: Sequence[int], last: Sequence[int]) -> list[list[int]]:
    """Return the largest sets whose year intervals share a year (Helly: pairwise suffices)."""
    found: list[list[int]] = []
    for year in sorted({last[m] for m in members}):
        active = [m for m in members if first[m] <= year <= last[m]]
        if len(active) > 1 and not any(set(active) <= set(other) for other in found):
            found = [other for other in found if not set(other) <= set(active)] + [active]
    return found


def _without_pairs(group: Sequence[int], apart: set[tuple[int, int]]) -> list[tuple[int, ...]]:
    """Split a set so that no part holds a pair that may not start in one year."""
    conflict = next(((a, b) for a in group for b in group if a < b and (a, b) in apart), None)
    if conflict is None:
        return [tuple(group)] if len(group) > 1 else []
    found: list[tuple[int, ...]] = []
    for gone in conflict:
        for part in _without_pairs([m for m in group if m != gone], apart):
            if not any(set(part) <= set(other) for other in found):
                found.append(part)
    return found
