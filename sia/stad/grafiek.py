"""Every chart of a city by its name; each keeps its Matplotlib figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sia.catalogue.model import DOMAIN_NAMES, DOMAINS
from sia.clustering.typenset import FEATURES
from sia.viz import charts, cluster_charts, index_charts, map_charts
from sia.viz.figure import Chart

if TYPE_CHECKING:
    from sia.stad import Stad


class Grafiek:
    """Charts of one city.

    Each is shown in a notebook as it is, carries its figures in ``data``, and its Matplotlib
    figure in ``figure``, to restyle and to write with ``opslaan``.
    """

    def __init__(self, stad: Stad) -> None:
        self._stad = stad

    def __repr__(self) -> str:
        names = [name for name in vars(type(self)) if not name.startswith("_")]
        return "Grafieken: " + ", ".join(f"{name}()" for name in names)

    # figures
    def vlaggen(self) -> Chart:
        """Draw where figures are missing or older: a row per indicator, a column per buurt."""
        names = {one.id: one.naam for one in self._stad.run.catalogue}
        return charts.flag_matrix(self._stad.tabel("vlaggen"), self._stad.namen, names)

    def verdelingen(self) -> Chart:
        """Draw the spread of every indicator over the buurten, with the outermost by name."""
        return charts.distributions(
            self._stad.indicatoren,
            self._stad.namen,
            self._stad.tabel("normen"),
            self._stad.run.catalogue,
        )

    def scheefheid(self) -> Chart:
        """Draw which distributions are so skewed that the rule for outliers touches them."""
        return index_charts.shapes(self._stad.indicatoren, self._stad.run.catalogue)

    def samenhang_cijfers(self) -> Chart:
        """Draw which indicators say the same, per domain."""
        groups: dict[str, dict[str, str]] = {DOMAIN_NAMES[name]: {} for name in DOMAINS}
        for one in self._stad.run.catalogue:
            if one.rol == "opgave":
                groups[DOMAIN_NAMES[one.domein]][one.id] = one.naam
        return index_charts.correlation_map(self._stad.indicatoren, groups)

    # index
    def rangen(self) -> Chart:
        """Draw every ranked buurt with its rank and the range of it in 90 % of the draws."""
        return charts.rank_intervals(self._stad.tabel("scores"), self._stad.namen)

    def bijdragen(self, meeste: int = 20) -> Chart:
        """Draw what the urgentie of the first buurten is made of, per domain."""
        points = self._stad.weging.per_domein(meeste)
        names = {name: text for name, text in self._stad.domeinen.items() if name in points}
        return charts.stacked_contributions(points, self._stad.namen, names)

    def gevoeligheid(self) -> Chart:
        """Draw which choice moves the ranks most."""
        return charts.sensitivity_bars(self._stad.weging.gevoeligheid())

    def gewichtsruil(self) -> Chart:
        """Draw how the ranking moves from equal domains to equal indicators."""
        return index_charts.swap_line(self._stad.weging.gewichtsruil())

    def weglaten(self) -> Chart:
        """Draw what leaving out each indicator does to the ranking."""
        return index_charts.left_out_bars(self._stad.weging.weglaten())

    def domeinen(self) -> Chart:
        """Draw how the domains go together."""
        return charts.correlations(self._stad.tabel("scores"), self._stad.domeinen)

    # places
    def typeprofielen(self) -> Chart:
        """Draw what every type is like: its residents, density and place."""
        found = self._stad.typen
        return charts.type_profiles(found.profielen, found.namen, FEATURES)

    def typenkaart(self) -> Chart:
        """Draw where the types are."""
        return cluster_charts.type_map(self._stad.tabel("gebieden"), self._stad.typen.tabel)

    def deelbuurten(self) -> Chart:
        """Draw the deel-buurten in their buurten."""
        found = self._stad.deelbuurten.resultaat
        return map_charts.pocket_maps(self._stad.tabel("gebieden"), found.gemiddelden, found.tabel)

    def gebieden(self) -> Chart:
        """Draw the proposed DIA areas."""
        return cluster_charts.area_map(self._stad.tabel("gebieden"), self._stad.gebieden.tabel)

    def samenhang(self) -> Chart:
        """Draw where urgentie and its change lie together."""
        titles = {"urgentie": "Urgentie", "verandering": "Verandering"}
        table = self._stad.samenhang.tabel
        return cluster_charts.moran_maps(self._stad.tabel("gebieden"), table, titles)

    # years
    def oorzaken(self) -> Chart:
        """Draw the change since the base year, by cause."""
        return index_charts.change_bars(self._stad.verandering.oorzaken(), self._stad.namen)

    def typen_per_jaar(self) -> Chart:
        """Draw the types in every comparable year."""
        found = self._stad.trajecten.resultaat
        return cluster_charts.type_maps(self._stad.tabel("gebieden"), found.typen, found.namen)

    def overgangen(self) -> Chart:
        """Draw how many buurten went from which type to which."""
        found = self._stad.trajecten.resultaat
        first, last = found.panel.jaren[0], found.panel.jaren[-1]
        return charts.transitions(found.typen[first], found.typen[last], (first, last), found.namen)

    def paden(self) -> Chart:
        """Draw the type in every year of each buurt that did not keep one type."""
        found = self._stad.trajecten.resultaat
        return charts.type_paths(found.typen, self._stad.namen, found.namen)

    def urgentie_per_jaar(self) -> Chart:
        """Draw comparable urgentie in every year: the same figures, places and scale."""
        return charts.year_maps(self._stad.tabel("gebieden"), self._stad.trajecten.urgentie)

    def scores_per_jaar(self) -> Chart:
        """Draw published urgentie in every year, on the scale of the base year."""
        scores = self._stad.verandering.jaarscores
        return charts.year_maps(self._stad.tabel("gebieden"), scores)

    def kaarten(self) -> Chart:
        """Draw urgentie, potentie and domains as small maps."""
        return charts.static_maps(self._stad.tabel("gebieden"), self._stad.tabel("scores"))
