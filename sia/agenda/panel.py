"""The panel at the partners' table: change a budget, hold a plan to a year, solve again."""

from __future__ import annotations

from html import escape

import ipywidgets as widgets
import pandas as pd

from sia.agenda.inputs import Agenda
from sia.agenda.programme import Programme
from sia.agenda.scenarios import replan
from sia.agenda.versions import differences
from sia.agenda.whatif import with_budget, with_fixed
from sia.agenda.wording import euro, percent
from sia.errors import InputError


class AgendaPanel:
    """What-if at the table; every answer is compared with the agreed programme.

    Parameters
    ----------
    agenda : Agenda
    programme : Programme
        The agreed programme.

    Attributes
    ----------
    budget : dict of str to widgets.IntSlider
        Percent of each partner's budget.
    plan, jaar : widgets.Dropdown
        A plan to hold to a year; ``vrij`` holds nothing.
    knop : widgets.Button
    uitkomst : widgets.HTML
        The answer, in Dutch.
    held : dict of str to int
        Plans held to a year so far.
    programme : Programme
        The last answer.
    """

    def __init__(self, agenda: Agenda, programme: Programme) -> None:
        self.agenda, self.agreed, self.programme = agenda, programme, programme
        self.held: dict[str, int] = {}
        partners = sorted(set(agenda.budgets.index.get_level_values("partner")))
        self.budget = {partner: _slider(partner) for partner in partners}
        titles = [(f"{plan}: {row['titel']}", str(plan)) for plan, row in agenda.plans.iterrows()]
        self.plan = widgets.Dropdown(options=titles, description="Plan")
        self.jaar = widgets.Dropdown(description="Start in")
        self.hinder = widgets.FloatSlider(
            value=agenda.settings.stabiliteit,
            min=0.0,
            max=0.2,
            step=0.01,
            description="Zo weinig mogelijk schuiven",
            style={"description_width": "initial"},
        )
        self.vast = widgets.Button(description="Zet dit plan op dit jaar")
        self.los = widgets.Button(description="Laat alles weer vrij")
        self.knop = widgets.Button(description="Reken opnieuw", button_style="primary")
        self.uitkomst = widgets.HTML(escape(programme.sentence()))
        self.plan.observe(self._offer_years, "value")
        self.vast.on_click(self._hold)
        self.los.on_click(self._release)
        self.knop.on_click(self._solve)
        self._offer_years()

    def _offer_years(self, _: object = None) -> None:
        first, last = self.agenda.plans.loc[self.plan.value, ["eerste", "laatste"]]
        self.jaar.options = [str(year) for year in range(int(first), int(last) + 1)]

    def _hold(self, _: object = None) -> None:
        self.held[str(self.plan.value)] = int(self.jaar.value)
        self._say("Druk op Reken opnieuw.")

    def _release(self, _: object = None) -> None:
        self.held.clear()
        self._say("Druk op Reken opnieuw.")

    def changed(self) -> Agenda:
        """Return the agenda as the sliders and the held plans ask for.

        Raises
        ------
        InputError
            When a plan is held outside its window.
        """
        agenda = self.agenda
        for partner, slider in self.budget.items():
            if slider.value != 100:
                agenda = with_budget(agenda, partner, slider.value / 100)
        return with_fixed(agenda, self.held)

    def _solve(self, _: object = None) -> None:
        self.knop.disabled = True
        try:
            self.programme = replan(self.changed(), self.agreed.starts, self.hinder.value)
        except InputError as error:
            problems = "".join(f"<li>{escape(p.wat)}</li>" for p in error.problems)
            self.uitkomst.value = f"<p>Zo past het niet:</p><ul>{problems}</ul>"
        else:
            self._say(self.programme.sentence(), self._answer())
        finally:
            self.knop.disabled = False

    def _say(self, sentence: str, more: str = "") -> None:
        held = "".join(f"<li>{escape(p)} in {year}</li>" for p, year in sorted(self.held.items()))
        shown = f"<p>Vastgezet:</p><ul>{held}</ul>" if held else ""
        self.uitkomst.value = f"<p>{escape(sentence)}</p>{more}{shown}"

    def _answer(self) -> str:
        """Say what is saved, and what changes against the agreed programme."""
        now, before = (float(p.worth["besparing"]) for p in (self.programme, self.agreed))
        changes = differences(self.agreed.starts, self.programme.starts, self.agenda.plans)
        shown = "".join(f"<li>{escape(zin)}</li>" for zin in changes["zin"])
        less = f"Bespaard op openbreken: {euro(now)} (afgesproken programma: {euro(before)})."
        head = f"{len(changes)} plannen veranderen, {percent(self._share(changes), 0)} van alle."
        return f"<p>{escape(less)}</p><p>{escape(head)}</p><ul>{shown}</ul>"

    def _share(self, changes: pd.DataFrame) -> float:
        return len(changes) / max(len(self.agenda.plans), 1)

    def widget(self) -> widgets.VBox:
        """Return the panel as one widget."""
        sliders = widgets.VBox(list(self.budget.values()))
        choice = widgets.HBox([self.plan, self.jaar, self.vast, self.los])
        return widgets.VBox([sliders, choice, self.hinder, self.knop, self.uitkomst])


def _slider(partner: str) -> widgets.IntSlider:
    return widgets.IntSlider(
        value=100,
        min=0,
        max=150,
        step=5,
        description=f"{partner}: budget (%)",
        continuous_update=False,
        layout=widgets.Layout(width="40rem"),
        style={"description_width": "24rem"},
    )
