"""All tables of one municipality and year side by side, as map, report and session take them."""

from __future__ import annotations

import pandas as pd

from sia.change.since_base import BUURTEN, GEBIEDEN, Verandering, change_of
from sia.duiding import Record
from sia.duiding.figures import figure_versions, judged
from sia.indicators import IndicatorTable
from sia.report.source_lines import border_line, catalogue_frame
from sia.stages.inputs import Inputs, indicator_table
from sia.stages.run import Run
from sia.viz.dataset import Cijfers
from sia.viz.judgement import full_text

Source = Inputs | Run
"""What gives tables and notes of stages: a stage's inputs, or a whole run."""


def entries_of(run: Run) -> pd.DataFrame:
    """Return what the record of judgements of a municipality holds; empty without one."""
    return record_of(run).entries(run.gemeente.code)


def record_of(run: Run) -> Record:
    """Return the record of judgements of a municipality; the first entry makes its file."""
    return Record(run.folders.record(run.gemeente.code))


def versions_of(source: Source) -> pd.Series[str]:
    """Return the hash of the figures that a judgement on each place would rest on."""
    return figure_versions(
        source.table("scores"), source.table("aanpak"), source.table("deelbuurten")
    )


def judged_places(source: Source, entries: pd.DataFrame) -> pd.DataFrame:
    """Return the latest judgement of every place beside the proposal; empty without a record."""
    if entries.empty:
        return pd.DataFrame()
    return judged(
        entries,
        source.table("aanpak"),
        source.table("deelbuurten"),
        versions_of(source),
        source.jaar,
    )


def judgement_table(source: Source, entries: pd.DataFrame) -> pd.DataFrame:
    """Return the places with a judgement: what the figures propose and what people say of it."""
    table = judged_places(source, entries)
    if table.empty:
        return table
    said = table[table["duiding"] != ""]
    names = pd.concat([source.table("gebieden")["naam"], source.table("deelbuurten")["naam"]])
    return pd.DataFrame(
        {
            "gebied": names.reindex(said.index),
            "voorstel op grond van de cijfers": said["aanpak"],
            "na duiding": said["aanpak_na_duiding"],
            "duiding": [full_text(row) for _, row in said.iterrows()],
        }
    )


def change_found(source: Source) -> Verandering | None:
    """Return the change since the base year as its stage wrote it."""
    return change_of(source.table(BUURTEN), source.table(GEBIEDEN))


def figures(
    source: Source,
    entries: pd.DataFrame,
    table: IndicatorTable | None = None,
    verandering: Verandering | None = None,
) -> Cijfers:
    """Return all tables of one municipality and year side by side.

    `entries`: of the record of judgements.
    `table`: put together here when it is not at hand.
    `verandering`: since the base year; left out of the map.
    """
    run = source.run if isinstance(source, Inputs) else source
    own = table or indicator_table(run)
    noted = source.parameters("deelbuurten")
    reason = "" if noted["gezocht"] else str(noted["deelbuurten"])
    fictief = run.gemeente.fictief
    return Cijfers(
        gemeente=run.gemeente.naam,
        gemeentecode=run.gemeente.code,
        jaar=run.jaar,
        gebieden=own.areas,
        scores=source.table("scores"),
        indicatoren=own.values,
        vlaggen=own.flags,
        peiljaren=own.years,
        noemers=own.denominators,
        bijdragen=source.table("bijdragen"),
        typologie=source.table("typologie"),
        aanpak=source.table("aanpak"),
        deelbuurten=None if reason else source.table("deelbuurten"),
        niet_gezocht=reason,
        eigen_maat=tuple(source.parameters("weging")["eigen_maat"]),
        catalogus=catalogue_frame(own, fictief=fictief),
        duiding=judged_places(source, entries),
        indeling=source.table("gebiedsindeling"),
        verandering=verandering,
        bron_grenzen=border_line(own.areas, source.table("bestanden"), fictief=fictief),
        methode=run.method_label,
        gewichtsruis=run.methode.weging.weight_noise,
    )
