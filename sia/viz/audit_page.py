"""The checks of the index as one page in a notebook."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from sia.extras import extra
from sia.viz.display import show
from sia.weighing.audit import LIGHTS

if TYPE_CHECKING:
    from IPython.display import HTML


def audit_page(checks: Mapping[str, pd.DataFrame]) -> HTML:
    """Return every check of the index on one page: its rule, its lights, and what is not green.

    Parameters
    ----------
    checks : mapping of str to DataFrame
        As `sia.weighing.audit.audit_tables`.
    """
    with extra("notebooks"):
        from IPython.display import HTML

    parts = []
    for title, table in checks.items():
        counts = table["licht"].value_counts()
        lights = ", ".join(f"{int(counts[name])} {name}" for name in LIGHTS if name in counts)
        rest = table[~table["licht"].isin(("groen", "grijs"))].drop(columns="regel")
        body = "<p>Niets om te bespreken: alle lichten zijn groen.</p>"
        if len(rest):
            body = str(show(rest, f"{title}: wat niet groen is").data)
        parts.append(
            f"<details><summary><strong>{escape(title)}</strong>: {escape(lights)}</summary>"
            f"<p>Regel: {escape(str(table['regel'].iloc[0]))}.</p>{body}</details>"
        )
    return HTML("".join(parts) or "<p>Er is dit jaar geen index om te controleren.</p>")  # type: ignore[no-untyped-call]
