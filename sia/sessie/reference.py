"""What the country scores on the domains, to lay beside one buurt."""

from __future__ import annotations

import pandas as pd

from sia.methode import WeighingSettings
from sia.stages.run import Run
from sia.viz.figure import row_of
from sia.viz.theme import DOMAINS
from sia.weighing import weigh
from sia.weighing.axes import norm_of

LAND = "land"


def national_scores(run: Run, indicators: tuple[str, ...]) -> dict[str, float]:
    """Return the domain scores (0-100) of a buurt with the national median on every indicator.

    `indicators` are those that the urgentie rests on. Only domains of which enough indicators have
    national norms: the share that a buurt needs for a domain score. Empty when there are none.
    """
    norms = run.table("normen")
    national = norms.loc[norms["bron"] == LAND, "p50"].astype(float)
    scored_by = [norm_of(norms, name) for name in indicators]
    known = national.reindex(scored_by).set_axis(list(indicators))
    if not known.notna().any():
        return {}
    place = pd.Index([LAND], name="buurtcode")
    weighed = weigh(
        pd.DataFrame([known], index=place),
        pd.DataFrame({"gerangschikt": [True], "reden": [""]}, index=place),
        indicators,
        run.gemeente.catalogus(),
        norms=norms,
        base_norms=run.of_year(run.basisjaar).table("normen"),
        settings=WeighingSettings(draws=0),
    )
    row = row_of(weighed.scores[[name for name in DOMAINS if name in weighed.scores]], LAND)
    return {str(name): float(value) for name, value in row.dropna().items()}
