"""The panel at the partners' table: money, who joins, subsidies, a held plan; then solve again."""

from __future__ import annotations

from html import escape

import pandas as pd

from sia.agenda.insight.scenarios import replan
from sia.agenda.insight.whatif import with_budget, with_fixed, with_refused, without_partner
from sia.agenda.programme.inputs import Agenda
from sia.agenda.programme.optimise import Programme
from sia.agenda.programme.versions import differences
from sia.agenda.reading.deliveries import REFUSED
from sia.agenda.wording import count, euro, percent
from sia.dutch import opsomming
from sia.errors import InputError, Problem
from sia.extras import extra

with extra("notebooks"):
    import ipywidgets as widgets


class AgendaPanel:
    """What-if at the table; every answer is compared with the agreed programme.

    Parameters
    ----------
    programme : Programme
        The agreed programme.
    plans : DataFrame, index ``plan``
        As read, with their sources of money.
    subsidies : DataFrame, index ``subsidie``
        ``naam`` and ``status``; those that some plan counts on can be granted and refused.

    Attributes
    ----------
    budget : dict of str to widgets.IntSlider
        Percent of each partner's budget.
    mee : dict of str to widgets.Checkbox
        Whether each partner is at the table; without it its plans and its money are gone.
    toegekend : dict of str to widgets.Checkbox
        Whether each subsidy, with its state, is counted on; else it falls on own means.
    plan, jaar : widgets.Dropdown
        A plan to hold to a year; ``vrij`` holds nothing.
    rust : widgets.IntSlider
        What moving a plan by one year costs, percent of its cost.
    knop : widgets.Button
    uitkomst : widgets.HTML
        The answer, in Dutch.
    held : dict of str to int
        Plans held to a year so far.
    programme : Programme
        The last answer.
    """

    def __init__(
        self, agenda: Agenda, programme: Programme, plans: pd.DataFrame, subsidies: pd.DataFrame
    ) -> None:
        self.agenda, self.agreed, self.programme = agenda, programme, programme
        self.plans = plans
        self.held: dict[str, int] = {}
        known = set(agenda.budgets.index.get_level_values("partner"))
        partners = sorted(set(agenda.plans["partner"]))
        self.budget = {p: _slider(f"{p} (%)", 150, 5) for p in partners if p in known}
        self.mee = {p: _tick(f"{p} doet mee", True) for p in partners}
        asked = plans.loc[plans.index.isin(agenda.plans.index), ["bron_1", "bron_2"]]
        funds = subsidies[subsidies.index.isin(asked.to_numpy().ravel())]
        self.toegekend = {
            str(key): _tick(f"{fund['naam']}: {fund['status']}", fund["status"] != REFUSED)
            for key, fund in funds.iterrows()
        }
        titles = [(f"{plan}: {row['titel']}", str(plan)) for plan, row in agenda.plans.iterrows()]
        self.plan = widgets.Dropdown(
            options=titles, description="Plan", layout=widgets.Layout(width="34rem")
        )
        # built with its years: a list filled afterwards shows as empty in JupyterLab
        self.jaar = widgets.Dropdown(
            options=self._years(), description="Start in", layout=widgets.Layout(width="12rem")
        )
        self.rust = _slider("Een jaar schuiven kost (% van het plan)", 20, 1)
        self.rust.value = round(100 * agenda.settings.stabiliteit)
        self.vast = _button("Zet dit plan op dit jaar")
        self.los = _button("Laat alles weer vrij")
        self.knop = _button("Reken opnieuw", button_style="primary")
        self.uitkomst = widgets.HTML(escape(programme.sentence()))
        self._as_agreed = self._asked()
        self.plan.observe(self._offer_years, "value")
        self.vast.on_click(self._hold)
        self.los.on_click(self._release)
        self.knop.on_click(self._solve)

    def _years(self) -> list[str]:
        first, last = self.agenda.plans.loc[self.plan.value, ["eerste", "laatste"]]
        return [str(year) for year in range(int(first), int(last) + 1)]

    def _offer_years(self, _: object = None) -> None:
        self.jaar.options = self._years()

    def _hold(self, _: object = None) -> None:
        self.held[str(self.plan.value)] = int(self.jaar.value)
        self._say("Druk op Reken opnieuw.")

    def _release(self, _: object = None) -> None:
        self.held.clear()
        self._say("Druk op Reken opnieuw.")

    def changed(self) -> Agenda:
        """Return the agenda as the sliders, the ticks and the held plans ask for.

        Raises
        ------
        InputError
            When a plan is held outside its window or its partner left, or nobody is left.
        """
        refused = [key for key, tick in self.toegekend.items() if not tick.value]
        agenda = with_refused(self.agenda, self.plans, refused)
        for partner, slider in self.budget.items():
            if slider.value != 100:
                agenda = with_budget(agenda, partner, slider.value / 100)
        for partner in self._gone():
            agenda = without_partner(agenda, partner)
        if agenda.plans.empty:
            raise InputError([Problem("Er doet geen enkele partner mee.", "Vink er een aan.")])
        return with_fixed(agenda, self.held)

    def _asked(self) -> list[object]:
        controls = (*self.budget.values(), *self.mee.values(), *self.toegekend.values())
        return [control.value for control in controls] + [*self.held.items()]

    def _gone(self) -> list[str]:
        return [partner for partner, tick in self.mee.items() if not tick.value]

    def _solve(self, _: object = None) -> None:
        self.knop.disabled = True
        try:
            self.programme = self._solved()
        except InputError as error:
            problems = "".join(f"<li>{escape(p.wat)}</li>" for p in error.problems)
            self._say("Zo past het niet:", f"<ul>{problems}</ul>")
        else:
            self._say(self.programme.sentence(), self._answer())
        finally:
            self.knop.disabled = False

    def _solved(self) -> Programme:
        """Solve again; who asks for nothing else keeps what was agreed."""
        if self._asked() == self._as_agreed:
            return self.agreed
        return replan(self.changed(), self.agreed.starts, self.rust.value / 100)

    def _say(self, sentence: str, more: str = "") -> None:
        held = "".join(f"<li>{escape(p)} in {year}</li>" for p, year in sorted(self.held.items()))
        shown = f"<p>Vastgezet:</p><ul>{held}</ul>" if held else ""
        self.uitkomst.value = f"<p>{escape(sentence)}</p>{more}{shown}"

    def _answer(self) -> str:
        """Say what is saved, and what changes against the agreed programme."""
        now, before = (float(p.worth["besparing"]) for p in (self.programme, self.agreed))
        plans = self.agenda.plans
        left = plans[plans["partner"].isin(self._gone())]
        there = self.agreed.starts.drop(left.index)
        changes = differences(there, self.programme.starts, plans)
        said = [f"Bespaard op openbreken: {euro(now)} (afgesproken programma: {euro(before)})."]
        if len(left):
            many = count(len(left), "plan valt", "plannen vallen")
            said.append(f"Zonder {opsomming(self._gone())}: {many} weg.")
        said += [f"Zo past het niet. {zin}" for zin in self.programme.conflicten["zin"]]
        many = count(len(changes), "plan verandert", "plannen veranderen")
        said.append(f"{many}, {percent(len(changes) / len(there), 0)} van de plannen die meedoen.")
        moved = _moved(changes, self.agenda.settings.jaren) if len(changes) else ""
        return "".join(f"<p>{escape(line)}</p>" for line in said) + moved

    def widget(self) -> widgets.VBox:
        """Return the panel as one widget."""
        funds = _titled("Welke subsidies tellen mee", list(self.toegekend.values()))
        # below each other where the window is too narrow for both
        who = widgets.HBox(
            [
                _titled("Budget (100 % is wat is opgegeven)", list(self.budget.values())),
                _titled("Wie doet mee", list(self.mee.values())),
            ],
            layout=widgets.Layout(flex_flow="row wrap"),
        )
        choice = widgets.HBox([self.plan, self.jaar])
        hold = widgets.HBox([self.vast, self.los])
        return widgets.VBox([who, funds, choice, hold, self.rust, self.knop, self.uitkomst])


def _moved(changes: pd.DataFrame, jaren: range) -> str:
    """Draw what changes as a timeline: a row per plan, its old and new start year marked."""
    head = "".join(f'<th scope="col">{year}</th>' for year in jaren)
    rows = [
        f'<tr><th scope="row" style="text-align:left">{escape(str(zin))}</th>'
        + "".join(f"<td>{_mark(year, was, now)}</td>" for year in jaren)
        + "</tr>"
        for zin, was, now in zip(changes["zin"], changes["oud"], changes["nieuw"], strict=True)
    ]
    return (
        f'<table style="text-align:center"><caption>Startjaar van de plannen die veranderen'
        f'</caption><thead><tr><th scope="col">Plan</th>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


def _mark(year: int, was: int | None, now: int | None) -> str:
    # words, not colour alone: it must also be read in print and by a screen reader
    old, new = (pd.notna(start) and start == year for start in (was, now))
    return "<b>wordt</b>" if new else "was" if old else ""


def _titled(title: str, parts: list[widgets.Widget]) -> widgets.VBox:
    return widgets.VBox([widgets.HTML(f"<b>{escape(title)}</b>"), *parts] if parts else [])


def _tick(label: str, value: bool) -> widgets.Checkbox:
    # without indent the box would keep 90 pixels for a name that it does not have
    layout = widgets.Layout(width="max-content")
    return widgets.Checkbox(value=value, description=label, indent=False, layout=layout)


def _button(text: str, button_style: str = "") -> widgets.Button:
    layout = widgets.Layout(width="max-content")
    return widgets.Button(description=text, button_style=button_style, layout=layout)


def _slider(label: str, most: int, step: int) -> widgets.IntSlider:
    return widgets.IntSlider(
        value=min(100, most),
        min=0,
        max=most,
        step=step,
        description=label,
        continuous_update=False,
        layout=widgets.Layout(width="33rem"),
        style={"description_width": "20rem"},
    )
