"""Stage aanpak: from figures to a proposed aanpak per buurt, by rules."""

from __future__ import annotations

import pandas as pd

from sia.approach import decide, trend_from_years
from sia.change.noise import urgency_spread
from sia.change.panel import Panel
from sia.methode import ChangeSettings
from sia.stages.inputs import Inputs
from sia.stages.run import Made

CORPORATION = "corporatiebezit"


def make(inputs: Inputs) -> Made:
    """Give every buurt its proposed aanpak."""
    settings = inputs.method("aanpak")
    table = decide(
        inputs.table("scores"),
        inputs.table("indicatoren")[CORPORATION],
        inputs.table("deelbuurten"),
        trend(inputs.result("jaren"), inputs.method("verandering")),
        settings,
    )
    return Made({"aanpak": table}, table, {"drempels": settings.model_dump(by_alias=True)})


def trend(panel: Panel, settings: ChangeSettings) -> pd.DataFrame | None:
    """Return the rise of urgentie per buurt up to this year, or None when there is one year.

    By the indicators that all years share, the others held, and for places whose border did not
    move; a buurt that was redrawn has no trend. The known noise in the figures says how sure a
    rise is, so that two years are not taken for a trend when their difference is noise.
    """
    if len(panel.jaren) < 2:
        return None
    return trend_from_years(panel.urgentie(), urgency_spread(panel, settings))
