"""Stage atlas: map, ranking, buurten, weights and money of one municipality on one page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from sia.atlas.page import Atlas, Jaargang, atlas_page
from sia.report.material import Editie, Materiaal, selections
from sia.request import configure_processed
from sia.stages.inputs import Inputs
from sia.stages.run import Made, Run
from sia.store import read_table, write_text
from sia.viz.dataset import above_threshold


def make(inputs: Inputs) -> Made:
    """Bring together what both editions draw on; the result is an `Atlas`."""
    stuff: Materiaal = inputs.result("rapport")
    years = {
        jaar: Jaargang(
            inputs.table("scores", jaar),
            above_threshold(
                inputs.table("indicatoren", jaar),
                inputs.table("noemers", jaar),
                stuff.cijfers.catalogus,
            ),
        )
        for jaar in sorted({*inputs.with_scores(), inputs.jaar})
    }
    return Made({}, Atlas(stuff, years, inputs.table("normen"), inputs.method("weging")))


def publish(run: Run, made: Made, *, editie: Editie = "openbaar") -> Made:
    """Write the atlas beside the report of the city, with links to the reports that are there.

    `made`: of `make`.
    `editie`: ``openbaar`` or ``intern``.
    """
    target = run.edition(editie) / "atlas.html"
    atlas = replace(made.result, anderen=_others(run))
    write_text(target, atlas_page(atlas, editie, _reports(target.parent, atlas)))
    return Made({}, target, {"editie": editie}, (target,))


def _others(run: Run) -> dict[str, tuple[str, pd.Series[float]]]:
    """Return the middle ranked buurt of every other municipality that lies processed beside it.

    A made-up one is never laid beside a real one.
    """
    found = {}
    for folder in sorted(run.folders.processed.glob(f"GM[0-9]*/{run.jaar}")):
        code, needed = folder.parent.name, ("indicatoren", "noemers", "scores")
        if code == run.gemeente.code or not all((folder / f"{n}.parquet").exists() for n in needed):
            continue
        other = configure_processed(code, run.folders.processed)
        if other.fictief == run.gemeente.fictief:
            values, people, scores = (read_table(folder / f"{name}.parquet") for name in needed)
            shown = above_threshold(values, people, run.catalogue.frame())
            ranked = scores.index[scores["gerangschikt"].astype(bool)]
            found[code] = (other.naam, shown.loc[ranked].astype(float).median())
    return found


def _reports(folder: Path, atlas: Atlas) -> dict[str, str]:
    """Return the addresses of the reports of an edition that lie beside the atlas."""
    named = {"rapport": "rapport.html", "reeks": "rapporten/index.html"}
    for one in selections(atlas.materiaal.cijfers):
        if one.soort == "buurt":
            named[one.codes[0]] = f"rapporten/{one.bestand}"
    return {name: path for name, path in named.items() if (folder / path).exists()}
