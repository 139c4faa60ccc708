"""What Voorbeeldstad's fictional partners decided so far, and who has to do what."""

from __future__ import annotations

import pandas as pd

from voorbeeldstad.partners import CORPORATIES, FICTIONAL, GEMEENTE, WELZIJN

_OVERLEG = "programmaoverleg"
_STEPS: tuple[tuple[tuple[str, str, str], ...], ...] = (
    (
        ("afspraak", "2024-10-08", "Samen uitvoeren; de gemeente trekt het ontwerp"),
        ("in programma", "2024-12-03", "Opgenomen in de jaarplannen van alle partners"),
    ),
    (("afspraak", "2024-11-05", "Samen uitvoeren, mits de vergunning op tijd is"),),
    (
        ("afspraak", "2024-10-08", "Samen uitvoeren"),
        ("kans", "2024-12-03", "Terug naar kans: de raming moet eerst over"),
    ),
    (("vervallen", "2024-12-03", "Te veel hinder tegelijk voor de winkels"),),
)
"""What happens to the first street koppelkansen, in turn."""
_SOCIAL_STEPS = (
    ("afspraak", "2024-11-05", "Energiecoaches gaan met de aannemer mee langs de deuren"),
    ("in programma", "2024-12-03", "Werkplan van de coaches volgt de planning van de renovatie"),
)
_TASKS = (
    ("Vraag de ligging van kabels en leidingen op.", "werkvoorbereider", "2025-03-01", ""),
    ("Leg de afspraak aan de directie voor.", "assetmanager", "2025-01-10", ""),
    ("Maak de raming opnieuw.", "kostendeskundige", "2025-02-14", ""),
    ("Stem de omleiding af.", "omgevingsmanager", "2024-12-20", "2024-12-18"),
)
"""What, who, before when, when done; in the order of the street koppelkansen."""
_SOCIAL_TASKS = (
    ("Nodig de energiecoaches uit bij de start van de renovatie.", "projectleider", "2025-02-28",
     ""),
)  # fmt: skip


def mandates() -> pd.DataFrame:
    """Return who decides at some of the partners; the others did not say.

    Returns
    -------
    DataFrame
        Columns as `sia.agenda.reading.decisions` reads them.
    """
    buiten = "riolering;weg;groen;waterberging"
    rows = [
        (GEMEENTE, "afdelingshoofd openbare ruimte", buiten, 500_000, "toegezegd", ""),
        (GEMEENTE, "wethouder openbare ruimte", buiten, "", "toegezegd", ""),
        (GEMEENTE, "wethouder wonen", "", "", "onder voorwaarde", "als de raad instemt (fictief)"),
        (CORPORATIES[0], "directeur vastgoed", "", 2_500_000, "toegezegd", ""),
        (CORPORATIES[0], "raad van bestuur", "", "", "nog niet", ""),
        (WELZIJN, "directeur", "", "", "onder voorwaarde", "als de subsidie doorgaat (fictief)"),
    ]
    names = ["partner", "wie", "soorten", "tot", "commitment", "voorwaarde"]
    return pd.DataFrame(rows, columns=names)


def decided(truth: pd.DataFrame, plans: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return decisions and actions on the first planted koppelkansen.

    Parameters
    ----------
    truth : DataFrame
        ``groep``, ``soort_kans``, ``plan``.
    plans : DataFrame
        Rows of the template; groups with a plan that is committed already are passed over, so
        that no agreement can stand in the way of a commitment.

    Returns
    -------
    besluiten, acties : DataFrame
        Columns as `sia.agenda.reading.decisions` reads them, a koppelkans named by its plans.
    """
    by_plan = plans.set_index("plan")
    free = [
        (str(kind), sorted(rows["plan"]))
        for (_, kind), rows in truth.groupby(["groep", "soort_kans"], sort=True)
        if not by_plan.loc[rows["plan"], "status"].eq("vastgesteld").any()
    ]
    streets = [members for kind, members in free if kind == "straat"][: len(_STEPS)]
    social = [members for kind, members in free if kind == "sociaal"][:1]
    steps = [*zip(streets, _STEPS, strict=False), *((members, _SOCIAL_STEPS) for members in social)]
    besluiten = [
        (";".join(members), fase, datum, _OVERLEG, f"{wat} {FICTIONAL}.")
        for members, own in steps
        for fase, datum, wat in own
    ]
    acties = [
        (";".join(members), actie, wie, _owner(members, by_plan), voor, klaar)
        for members, (actie, wie, voor, klaar) in (
            *zip(streets, _TASKS, strict=False),
            *zip(social, _SOCIAL_TASKS, strict=False),
        )
    ]
    return (
        pd.DataFrame(besluiten, columns=["kans", "fase", "datum", "wie", "besluit"]),
        pd.DataFrame(acties, columns=["kans", "actie", "wie", "partner", "voor", "klaar"]),
    )


def _owner(members: list[str], by_plan: pd.DataFrame) -> str:
    """Return the partner that is not the municipality, where there is one."""
    partners = sorted(set(by_plan.loc[members, "partner"]) - {GEMEENTE})
    return partners[0] if partners else GEMEENTE
