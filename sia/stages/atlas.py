"""Stage atlas: map, ranking, buurten, weights and money of one municipality on one page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sia.atlas.content import Atlas, Jaargang
from sia.atlas.page import atlas_page
from sia.report.material import Editie, Materiaal, selections
from sia.stages.inputs import Inputs
from sia.stages.run import Made, Run
from sia.store import write_text
from sia.viz.dataset import publishable


def make(inputs: Inputs) -> Made:
    """Bring together what both editions draw on; the result is an `Atlas`."""
    stuff: Materiaal = inputs.result("rapport")
    years = {
        jaar: Jaargang(
            inputs.table("scores", jaar),
            publishable(
                replace(
                    stuff.cijfers,
                    indicatoren=inputs.table("indicatoren", jaar),
                    noemers=inputs.table("noemers", jaar),
                )
            ),
        )
        for jaar in sorted({*inputs.with_scores(), inputs.jaar})
    }
    return Made({}, Atlas(stuff, years, inputs.table("normen"), inputs.method("weging")))


def publish(run: Run, made: Made, *, editie: Editie = "openbaar") -> Made:
    """Write the atlas beside the report of the city, with links to the reports that are there.

    Parameters
    ----------
    made : Made
        Of `make`.
    editie : str
        ``openbaar`` or ``intern``.
    """
    target = run.edition(editie) / "atlas.html"
    write_text(target, atlas_page(made.result, editie, _reports(target.parent, made.result)))
    return Made({}, target, {"editie": editie}, (target,))


def _reports(folder: Path, atlas: Atlas) -> dict[str, str]:
    """Return the addresses of the reports of an edition that lie beside the atlas."""
    named = {"rapport": "rapport.html", "reeks": "rapporten/index.html"}
    for one in selections(atlas.materiaal.cijfers):
        if one.soort == "buurt":
            named[one.codes[0]] = f"rapporten/{one.bestand}"
    return {name: path for name, path in named.items() if (folder / path).exists()}
