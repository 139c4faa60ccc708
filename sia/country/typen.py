"""``sia typen``: make, show and compare the types of buurten of the whole country."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pandas as pd

from sia.clustering.typenset import FEATURES, Typenset, compare_years, make_set
from sia.country.index import COUNTRY, country_indicators
from sia.country.land import whole_intake
from sia.dutch import getal
from sia.errors import refuse
from sia.indicators.eligibility import WOONBUURT, kinds
from sia.methode import TypologySettings
from sia.request import check_folders_and_years
from sia.settings import Folders
from sia.sources.store import open_store

BRON = "CBS, Kerncijfers wijken en buurten, CC BY 4.0; bewerkt door SIA"


def woonbuurten(bron: Sequence[Path], jaren: Sequence[int], folders: Folders) -> pd.DataFrame:
    """Return the structure of all woonbuurten of the country, index ``(jaar, buurtcode)``."""
    store, parts = open_store(bron, folders.processed), {}
    for jaar in jaren:
        table, _ = country_indicators(whole_intake(store, jaar), jaar)
        known = [name for name in FEATURES if name in table.values]
        own = table.years[known].sub(jaar).abs().le(1)
        parts[jaar] = table.values[known].where(own)[kinds(table, COUNTRY) == WOONBUURT]
    return pd.concat(parts, names=["jaar", "buurtcode"])


def opened(bestand: Path | None) -> Typenset:
    """Return the set of a file, or the one that comes with SIA."""
    return Typenset.lees(bestand) if bestand else Typenset.standaard()


def make_file(
    bron: Sequence[Path],
    jaren: Sequence[int],
    aantal: int,
    versie: str,
    naar: Path,
    folders: Folders,
) -> Typenset:
    """Make a typenset of the country and write it.

    Raises `InputError` when the folders hold no buurten, or too few for so many types.
    """
    refuse(check_folders_and_years(jaren, bron))
    panel = woonbuurten(bron, jaren, folders)
    made = make_set(panel, TypologySettings(n_types=aantal), versie, BRON)
    naar.parent.mkdir(parents=True, exist_ok=True)
    naar.write_text(made.als_json(), encoding="utf-8")
    return made


def set_text(made: Typenset) -> str:
    """Return the set for a screen: what it rests on, and the middle of every type."""
    lines = [made.toelichting(), ""]
    for number, row in made.gemiddelden().iterrows():
        lines.append(f"{number}. {made.namen[int(str(number))]}")
        lines += [f"     {made.kenmerken[str(n)]}: {getal(v, 1)}" for n, v in row.items()]
    return "\n".join(lines)


def agreement_text(made: Typenset, panel: pd.DataFrame) -> str:
    """Say per pair of years how many buurten keep their type."""
    years = sorted(int(jaar) for jaar in panel.index.get_level_values(0).unique())
    lines = []
    for one, other in pairwise(years):
        tables = [pd.DataFrame(panel.xs(jaar, level=0)) for jaar in (one, other)]
        found = compare_years(tables[0], tables[1], made.model)
        share = {name: f"{getal(100 * value, 1)} %" for name, value in found.items()}
        lines.append(
            f"{one}-{other}: {getal(found['buurten'])} buurten, {share['zelfde']} houdt het type. "
            f"Nauwelijks veranderd: {share['onveranderd']}, daarvan {share['zelfde onveranderd']}. "
            f"Twee keer zeker ingedeeld: {share['zeker']}, daarvan {share['zelfde zeker']}."
        )
    return "\n".join(lines)
