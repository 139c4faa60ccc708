"""Fictional plans of Voorbeeldstad's partners, with koppelkansen planted on purpose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sia.agenda.reading.fields import FIELDS
from voorbeeldstad import geography, places
from voorbeeldstad.meetings import decided, mandates
from voorbeeldstad.partners import (
    CORPORATIES,
    EVENTS,
    FICTIONAL,
    HORIZON,
    IN_THE_WAY,
    KINDS,
    SINGLES,
    SOCIAL_SETS,
    STREET_SETS,
    subsidies,
)


@dataclass(frozen=True)
class DemoPlans:
    """What Voorbeeldstad's partners deliver, and what was hidden in it.

    Parameters
    ----------
    deliveries : dict of str to DataFrame
        Per partner the rows of the template (columns are field names).
    truth : DataFrame
        One row per (``groep``, ``plan``) with ``soort_kans``: the koppelkansen planted by
        construction. Everything else was placed or timed so that it is none.
    pilots : dict of str to tuple of str
        Buurt codes of each pilot area.
    budgets : DataFrame
        One row per (``partner``, ``jaar``): ``budget`` (euro of own means), ``fte``.
    subsidies : DataFrame, index ``subsidie``
    besluiten, acties, mandaten : DataFrame
        As `sia.agenda.reading.decisions` reads them; koppelkansen are named by their plans.
    """

    deliveries: dict[str, pd.DataFrame]
    truth: pd.DataFrame
    pilots: dict[str, tuple[str, ...]]
    budgets: pd.DataFrame
    subsidies: pd.DataFrame
    besluiten: pd.DataFrame
    acties: pd.DataFrame
    mandaten: pd.DataFrame


def demo_plans(
    buurten: gpd.GeoDataFrame,
    rng: np.random.Generator,
    n: int = 150,
    pilots: Mapping[str, Sequence[str]] | None = None,
) -> DemoPlans:
    """Make the fictional plans.

    Parameters
    ----------
    buurten : GeoDataFrame, EPSG:28992, index ``buurtcode``
        At least twelve buurten; a bool column ``water`` is respected when there is one.
    rng : numpy.random.Generator
    n : int
        Number of plans, at least 110.
    pilots : mapping of str to buurt codes, optional
        The pilot areas; default three connected groups of three buurten.

    Returns
    -------
    DemoPlans

    Raises
    ------
    ValueError
        With too few buurten, or an `n` that cannot hold the planted groups.
    """
    land = buurten[~buurten["water"]] if "water" in buurten else buurten
    if len(land) < 12 or n < 110:
        raise ValueError("demo_plans needs at least 12 buurten and 110 plans")
    chosen = pilots or _pilot_areas(land)
    maker = _Maker(land, rng, {name: tuple(codes) for name, codes in chosen.items()})
    maker.plant_streets(18)
    maker.plant_social(8)
    maker.plant_near(4)
    maker.plant_decoys()
    maker.fill(n - len(EVENTS))
    maker.invite()
    return maker.finish()


def demo_buurten(seed: int = 2024) -> gpd.GeoDataFrame:
    """Return the buurten of Voorbeeldstad in today's borders, without writing anything.

    Parameters
    ----------
    seed : int
        As for `voorbeeldstad.generate`.

    Returns
    -------
    GeoDataFrame, EPSG:28992, index ``buurtcode``
        ``naam``, ``geometry``; the lake is not among them.
    """
    # the same stream of chance as the generator draws its land from
    land = geography.build(places.atoms(), np.random.default_rng([seed, 1, 0]))
    names = land.names(places.CHANGE_YEAR)
    pieces = land.atoms.assign(buurtcode=land.codes(places.CHANGE_YEAR))[["buurtcode", "geometry"]]
    whole = pieces.dissolve("buurtcode").sort_index()
    return whole.assign(naam=whole.index.map(names))[["naam", "geometry"]]


def pilots_where_needed(
    buurten: gpd.GeoDataFrame, urgency: pd.Series, count: int = 3
) -> dict[str, tuple[str, ...]]:
    """Return pilot areas around the most urgent buurten, each with its two nearest neighbours.

    Parameters
    ----------
    buurten : GeoDataFrame, EPSG:28992, index ``buurtcode``
    urgency : Series, index ``buurtcode``
        NaN is never the heart of a pilot.
    count : int
    """
    centres = buurten.geometry.representative_point()
    hearts = urgency.reindex(buurten.index).dropna().sort_values(ascending=False, kind="stable")
    free = list(buurten.index)
    found: dict[str, tuple[str, ...]] = {}
    for code in hearts.index:
        if code in free and len(found) < count:
            near = centres[free].distance(centres[code]).sort_values(kind="stable").index[:3]
            found[f"Pilotgebied {chr(ord('A') + len(found))}"] = tuple(str(c) for c in near)
            free = [c for c in free if c not in near]
    return found


def _pilot_areas(land: gpd.GeoDataFrame) -> dict[str, tuple[str, ...]]:
    """Return three groups of three neighbouring buurten, spread over the city."""
    centres = land.geometry.representative_point()
    middle = shapely.Point(centres.x.mean(), centres.y.mean())
    free = list(centres.distance(middle).sort_values(kind="stable").index)
    found: dict[str, tuple[str, ...]] = {}
    for name in ("Pilotgebied A", "Pilotgebied B", "Pilotgebied C"):
        start = (
            free[0]
            if not found
            else max(
                free[: max(len(free) // 2, 3)],
                key=lambda c: min(centres[c].distance(centres[g[0]]) for g in found.values()),
            )
        )
        near = centres[free].distance(centres[start]).sort_values(kind="stable").index[:3]
        found[name] = tuple(near)
        free = [c for c in free if c not in near]
    return found


@dataclass
class _Maker:
    """Places plans one by one; keeps what is taken."""

    land: gpd.GeoDataFrame
    rng: np.random.Generator
    pilots: dict[str, tuple[str, ...]]
    rows: list[dict[str, object]] = field(default_factory=list)
    truth: list[tuple[str, str, str]] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        in_pilots = [c for codes in self.pilots.values() for c in codes]
        rest = [c for c in self.land.index if c not in in_pilots]
        # One buurt per pilot and some outside are kept for social groups: no work that could be
        # mistaken for their partner is placed there.
        outside = [str(c) for c in self.rng.permutation(rest)]
        spare = max(len(rest) // 3, 1)
        self.social = [codes[-1] for codes in self.pilots.values()] + outside[:spare]
        self.physical = [c for codes in self.pilots.values() for c in codes[:-1]] + outside[spare:]
        self.streets = {c: self._streets(c) for c in (*self.physical, *self.social)}
        self.turn = 0

    def _streets(self, code: str) -> list[shapely.LineString]:
        """Return parallel street lines, 130 m apart, inside the buurt, in random order."""
        inside = self.land.geometry[code].buffer(-50)
        if inside.is_empty:
            return []
        centre = inside.centroid
        radius = float(np.hypot(*(np.subtract(inside.bounds[2:], inside.bounds[:2])))) / 2
        angle = float(self.rng.uniform(0, np.pi))
        steps = np.arange(-radius, radius, 130.0)
        along = np.arange(-radius, radius, 320.0)
        lines = [
            shapely.affinity.rotate(
                shapely.LineString(
                    [(centre.x + a, centre.y + s), (centre.x + a + 200.0, centre.y + s)]
                ),
                angle,
                origin=centre,
                use_radians=True,
            )
            for s in steps
            for a in along
        ]
        fitting = [line for line in lines if inside.covers(line)]
        return [fitting[i] for i in self.rng.permutation(len(fitting))]

    def street(self, codes: Sequence[str]) -> tuple[str, shapely.LineString]:
        """Take a street that nothing lies in yet; buurten get their turn."""
        options = [c for c in codes if self.streets[c]] or [
            c for c in self.streets if self.streets[c]
        ]
        if not options:
            raise ValueError("the buurten are too small for this many plans")
        code = options[self.turn % len(options)]
        self.turn += 1
        return code, self.streets[code].pop()

    def window(self, common: int | None = None) -> tuple[int, int, int]:
        """Return earliest, preferred and latest year; holds `common` when that is given."""
        low, high = HORIZON
        centre = int(self.rng.integers(low + 1, high - 1)) if common is None else common
        first = max(low, centre - int(self.rng.integers(0, 3)))
        last = min(high, centre + int(self.rng.integers(0, 4)))
        return first, int(self.rng.integers(first, last + 1)), last

    def add(
        self,
        soort: str,
        code: str,
        shape: shapely.Geometry | None,
        window: tuple[int, int, int],
        partner: str | None = None,
        **more: object,
    ) -> str:
        """Add one plan and return its number."""
        kind = KINDS[soort]
        self.numbers[kind.prefix] = self.numbers.get(kind.prefix, 0) + 1
        plan = f"{kind.prefix}-{self.numbers[kind.prefix]:03d}"
        cost = float(round(self.rng.uniform(*kind.cost), -1) * 1000)
        first, wish, last = window
        fixed = bool(self.rng.random() < 0.06)
        row: dict[str, object] = {
            "plan": plan,
            "partner": partner or str(self.rng.choice(kind.partners)),
            "titel": f"{kind.titel} {len(self.rows) + 1} {FICTIONAL}",
            "soort": soort,
            "opgaven": kind.opgaven,
            "buurtcodes": code if shape is None else "",
            "wkt": "" if shape is None else shapely.to_wkt(shape, rounding_precision=1),
            "stelsel": "" if shape is None else "RD",
            "kosten": cost,
            "kosten_laag": round(cost * float(self.rng.uniform(0.8, 0.95)), -3),
            "kosten_hoog": round(cost * float(self.rng.uniform(1.1, 1.4)), -3),
            "prijspeil": 2025,
            "vroegst": first,
            "voorkeur": wish,
            "laatst": last,
            "duur": int(self.rng.integers(kind.duur[0], kind.duur[1] + 1)),
            "flexibiliteit": "bespreekbaar" if self.rng.random() < 0.6 else "vrij",
            "status": "vastgesteld" if fixed else str(self.rng.choice(["idee", "begroot"])),
            "zekerheid": float(self.rng.choice([60, 70, 80, 90, 100])),
            "hinder": kind.hinder,
            "fte": round(kind.fte * float(self.rng.uniform(0.7, 1.3)), 1),
            "vertrouwelijkheid": str(
                self.rng.choice(["openbaar", "partners", "intern"], p=[0.84, 0.13, 0.03])
            ),
            "opmerking": f"Intern: onderhandelingsruimte van {plan} niet delen",
            "aangeleverd_door": "programmamanager",
            "aangeleverd_op": "2025-01-15",
        }
        self.rows.append(row | more)
        return plan

    def mark(self, kind: str, plans: Sequence[str]) -> None:
        """Write down that these plans are a planted koppelkans."""
        group = f"G{len({g for g, _, _ in self.truth}) + 1:02d}"
        self.truth += [(group, kind, plan) for plan in plans]
        # A koppelkans that nobody may see cannot be found at the partners' table.
        for row in self.rows:
            if row["plan"] in plans and row["vertrouwelijkheid"] == "intern":
                row["vertrouwelijkheid"] = "partners"

    def plant_streets(self, groups: int) -> None:
        """Plant sets of works in one street with a common start year."""
        for g in range(groups):
            kinds = STREET_SETS[g % len(STREET_SETS)]
            where = self.physical if IN_THE_WAY & set(kinds) or g % 3 else self.social
            code, line = self.street(where)
            year = int(self.rng.integers(HORIZON[0] + 1, HORIZON[1] - 1))
            plans: list[str] = []
            for soort in kinds:
                shape = self._beside(line, float(self.rng.uniform(-4, 4)))
                after = plans[0] if soort == "weg" and plans else ""
                plans.append(self.add(soort, code, shape, self.window(year), voorgangers=after))
            self.mark("straat", plans)

    @staticmethod
    def _beside(line: shapely.LineString, metres: float) -> shapely.Geometry:
        return shapely.offset_curve(line, metres) if abs(metres) > 0.05 else line

    def plant_social(self, groups: int) -> None:
        """Plant an a-role with its b-roles in one buurt and period; one group per buurt."""
        for g in range(min(groups, len(self.social))):
            first, others = SOCIAL_SETS[g % len(SOCIAL_SETS)]
            code = self.social[g]
            year = int(self.rng.integers(HORIZON[0] + 1, HORIZON[1] - 2))
            plans = [self.add(first, code, None, self.window(year))]
            for soort in others:
                # renovation and maintenance take turns; a school is always the municipality's
                partner = CORPORATIES[g % 3] if KINDS[soort].partners == CORPORATIES else None
                plans.append(self.add(soort, code, None, self.window(year), partner=partner))
            self.mark("sociaal", plans)

    def plant_near(self, groups: int) -> None:
        """Plant a block of dwellings some 30 m from a street that is opened."""
        for _ in range(groups):
            code, line = self.street(self.physical)
            year = int(self.rng.integers(HORIZON[0] + 1, HORIZON[1] - 1))
            block = shapely.offset_curve(line, 42).buffer(8, cap_style="flat")
            plans = [
                self.add("riolering", code, line, self.window(year)),
                self.add("renovatie", code, block, self.window(year)),
            ]
            self.mark("nabij", plans)

    def plant_decoys(self) -> None:
        """Add pairs that look like a koppelkans and are none: wrong time, same work, too far."""
        low, high = HORIZON
        for _ in range(4):
            code, line = self.street(self.physical)
            self.add("riolering", code, line, (low, low, low + 1))
            self.add("waterleiding", code, self._beside(line, 3.0), (high - 1, high, high))
        for _ in range(2):
            code, line = self.street(self.physical)
            self.add("weg", code, line, self.window(2029))
            self.add("weg", code, self._beside(line, 2.0), self.window(2029))
        for _ in range(3):
            code, line = self.street(self.physical)
            self.add("gasnet", code, line, self.window(2028))
            self.add("waterberging", code, self._beside(line, 53.0), self.window(2028))

    def fill(self, n: int) -> None:
        """Add single plans, each in a street of its own, until there are `n`."""
        while len(self.rows) < n:
            soort = SINGLES[len(self.rows) % len(SINGLES)]
            where = self.physical if soort in IN_THE_WAY else [*self.physical, *self.social]
            code, line = self.street(where)
            shape: shapely.Geometry | None = line
            if soort in ("renovatie", "onderhoud woningen"):
                shape = line.buffer(12, cap_style="flat")
            elif soort == "veiligheid":
                shape = None
            self.add(soort, code, shape, self.window())

    def invite(self) -> None:
        """Add the events to which residents are invited, on days that are known."""
        for turn, (titel, partner, opgaven, month, first, last) in enumerate(EVENTS):
            year = HORIZON[0] + turn % 3
            self.add(
                "evenement",
                [*self.pilots.values()][turn % len(self.pilots)][turn // len(self.pilots) % 2],
                None,
                (year, year, year),
                partner=partner,
                titel=f"{titel} {FICTIONAL}",
                opgaven=opgaven,
                eerste_dag=f"{year}-{month:02d}-{first:02d}",
                laatste_dag=f"{year}-{month:02d}-{last:02d}",
                duur=1,
                status="begroot",
                vertrouwelijkheid="openbaar",
            )

    def finish(self) -> DemoPlans:
        """Sort the plans per partner and give every partner a budget that is tight."""
        names = [f.name for f in FIELDS]
        table = pd.DataFrame([{name: row.get(name, "") for name in names} for row in self.rows])
        funds = subsidies()
        table = _with_people(self._with_subsidies(table, funds))
        deliveries = {
            str(partner): rows.sort_values("plan").reset_index(drop=True)
            for partner, rows in table.groupby("partner", sort=True)
        }
        truth = pd.DataFrame(self.truth, columns=["groep", "soort_kans", "plan"])
        budgets = self._budgets(table)
        besluiten, acties = decided(truth, table)
        said = (besluiten, acties, mandates())
        return DemoPlans(deliveries, truth, self.pilots, budgets, funds, *said)

    def _with_subsidies(self, table: pd.DataFrame, funds: pd.DataFrame) -> pd.DataFrame:
        """Ask a subsidy for some plans of an eligible kind."""
        table = table.assign(
            bron_1=table["bron_1"].astype(object), bedrag_1=table["bedrag_1"].astype(object)
        )
        for name, subsidy in funds.iterrows():
            kinds = str(subsidy["soorten"]).split(";")
            fits = table.index[table["soort"].isin(kinds) & (table["bron_1"] == "")]
            for i in self.rng.permutation(fits)[:6]:
                share = float(self.rng.choice([0.2, 0.3]))
                table.loc[i, "bron_1"] = str(name)
                table.loc[i, "bedrag_1"] = round(float(table.loc[i, "kosten"]) * share, -3)
        return table

    def _budgets(self, table: pd.DataFrame) -> pd.DataFrame:
        """Spread what each partner asks evenly, plus a margin; never under its commitments."""
        span = range(HORIZON[0], HORIZON[1] + 1)
        rows = []
        for partner, plans in table.groupby("partner", sort=True):
            own = plans["kosten"].astype(float) - pd.to_numeric(plans["bedrag_1"]).fillna(0)
            year_cost = own / plans["duur"].astype(int)
            people = plans["fte"].astype(float)
            mean_cost = float(own.sum()) / len(span)
            mean_people = float((people * plans["duur"].astype(int)).sum()) / len(span)
            for year in span:
                margin = float(self.rng.uniform(1.1, 1.5))
                start, stop = plans["vroegst"].astype(int), plans["laatst"] + plans["duur"] - 1
                bound = (plans["status"] == "vastgesteld") & (start <= year) & (year <= stop)
                need = float(year_cost[bound].sum())
                largest = float(year_cost.max())
                budget = max(mean_cost * margin, need, largest * float(year % 2 == 0))
                most = max(mean_people * margin, float(people[bound].sum()), float(people.max()))
                rows.append(
                    (
                        partner,
                        year,
                        float(np.ceil(budget / 1e4) * 1e4),
                        float(np.ceil(most * 10) / 10),
                    )
                )
        return pd.DataFrame(rows, columns=["partner", "jaar", "budget", "fte"])


def _with_people(table: pd.DataFrame) -> pd.DataFrame:
    """Say of social works how many households they reach and how many volunteers they recruit."""
    reach, recruit = {"energiecoach": 400, "welzijn": 600}, {"welzijn": 8}
    kinds, cost = table["soort"], table["kosten"].astype(float)
    return table.assign(
        huishoudens=[
            round(c / reach[k]) if k in reach else "" for k, c in zip(kinds, cost, strict=True)
        ],
        vrijwilligers=[recruit.get(k, "") for k in kinds],
    )
