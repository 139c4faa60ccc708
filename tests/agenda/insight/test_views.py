from __future__ import annotations

from sia.agenda.dia import Dia
from sia.agenda.insight import views


def test_tables_for_readers_have_rows(dia: Dia) -> None:
    for table in (
        views.linkage_table(dia),
        views.cover_table(dia),
        views.gains_table(dia),
        views.total_gain_table(dia),
        views.waiting_table(dia),
        views.status_table(dia),
        views.version_table(dia),
        views.timeline_frame(dia, per="partner", samen=True),
    ):
        assert len(table)
    assert "afspraak" in views.phase_text(dia)
    assert "te laat" in set(views.waiting_table(dia)["dagen"].str.extract("(te laat)")[0])
    assert "Aandacht nodig: 0 punten" in views.delivery_text(dia.delivered)
    assert "geen plannen" in views.delivery_text(None)


def test_the_timeline_per_area_shows_areas_with_a_candidate(dia: Dia) -> None:
    frame = views.timeline_frame(dia)
    assert set(frame["gebied"]) <= set(dia.gebieden[dia.kandidaten])
    assert len(frame) < int(dia.starts.notna().sum())
