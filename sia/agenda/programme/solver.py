"""A mixed-integer linear programme that grows while it is built, and HiGHS to solve it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sia.agenda.parameters import ProgrammeSettings
from sia.extras import extra

Term = tuple[int, float]


@dataclass(frozen=True)
class RowName:
    """What one constraint stands for."""

    soort: str
    wie: str
    jaar: int


@dataclass
class Model:
    """A minimisation with bounds on columns and rows; grows while it is built."""

    cost: list[float] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    integer: list[bool] = field(default_factory=list)
    row_lower: list[float] = field(default_factory=list)
    row_upper: list[float] = field(default_factory=list)
    names: list[RowName] = field(default_factory=list)
    starts: list[int] = field(default_factory=lambda: [0])
    index: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    offset: float = 0.0

    def column(self, cost: float = 0.0, upper: float = 1.0, integer: bool = False) -> int:
        """Add a column with lower bound 0; return its position."""
        self.cost.append(cost)
        self.lower.append(0.0)
        self.upper.append(upper)
        self.integer.append(integer)
        return len(self.cost) - 1

    def row(
        self, terms: Iterable[Term], upper: float, name: RowName, lower: float = -np.inf
    ) -> None:
        """Add ``lower <= sum(terms) <= upper``; terms on one column are added up."""
        merged: dict[int, float] = {}
        for column, factor in terms:
            merged[column] = merged.get(column, 0.0) + factor
        self.index += merged.keys()
        self.value += merged.values()
        self.starts.append(len(self.index))
        self.row_lower.append(lower)
        self.row_upper.append(upper)
        self.names.append(name)


@dataclass(frozen=True)
class Solved:
    """What the solver says about a `Model`.

    `status` ({"optimaal", "tijd", "onmogelijk"}): ``optimaal`` within the asked gap; ``tijd``
        stopped by the clock.
    `values` (shape (n_columns,)): Empty when there is no solution.
    `bound`: Proven lower bound of the minimum, in the unit of the objective.
    """

    status: str
    values: np.ndarray
    bound: float


def run(
    model: Model,
    settings: ProgrammeSettings,
    start: np.ndarray | None = None,
    nodes: int | None = None,
) -> Solved:
    """Solve a model with HiGHS (fixed seed and threads).

    `settings`: ``gat``, ``tijd``, ``zaad``, ``threads``.
    `start`: A feasible solution to start from.
    `nodes`: Stop after so many nodes of the search tree: unlike the clock, the same on any machine.
    """
    highspy = _highspy()
    # The scheduler of HiGHS keeps the thread count of its first use in a process.
    highspy.Highs.resetGlobalScheduler(True)
    # The class that highspy.Highs wraps: the wrapper prints a banner before it can be silenced.
    solver = highspy.Highs.__bases__[0]()
    solver.setOptionValue("output_flag", False)
    for option, value in (
        ("mip_rel_gap", settings.gat),
        ("time_limit", settings.tijd),
        ("random_seed", settings.zaad % (2**31)),
        ("threads", settings.threads),
    ):
        solver.setOptionValue(option, value)
    if nodes is not None:
        solver.setOptionValue("mip_max_nodes", nodes)
    solver.passModel(_highs(model))
    if start is not None:
        guess = highspy.HighsSolution()
        guess.col_value = start.tolist()
        solver.setSolution(guess)
    solver.run()
    solved = _outcome(solver)
    if start is not None and solved.status == "optimaal" and _misses(model, solved, settings.gat):
        # when presolve alone finds the optimum HiGHS may hand back the start in its place
        solver.clearSolver()
        solver.run()
        solved = _outcome(solver)
    return solved


def _misses(model: Model, solved: Solved, gap: float) -> bool:
    """Say whether a solution is further from its own bound than the gap that was asked."""
    value = float(np.dot(model.cost, solved.values)) + model.offset
    return value - solved.bound > gap * abs(value) + 1e-6


def _highspy() -> Any:
    with extra("agenda"):
        import highspy
    return highspy


def _highs(model: Model) -> Any:
    highspy = _highspy()
    lp = highspy.HighsLp()
    lp.num_col_ = len(model.cost)
    lp.num_row_ = len(model.names)
    lp.col_cost_ = np.array(model.cost, dtype=float)
    lp.col_lower_ = np.array(model.lower, dtype=float)
    lp.col_upper_ = np.array(model.upper, dtype=float)
    lp.row_lower_ = np.array(model.row_lower, dtype=float)
    lp.row_upper_ = np.array(model.row_upper, dtype=float)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.array(model.starts, dtype=np.int32)
    lp.a_matrix_.index_ = np.array(model.index, dtype=np.int32)
    lp.a_matrix_.value_ = np.array(model.value, dtype=float)
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    lp.integrality_ = [kinds[whole] for whole in model.integer]
    lp.offset_ = model.offset
    return lp


def _outcome(solver: Any) -> Solved:
    highspy = _highspy()
    status = solver.getModelStatus()
    known = highspy.HighsModelStatus
    if status == known.kInfeasible:
        return Solved("onmogelijk", np.empty(0), float("inf"))
    stopped = (known.kTimeLimit, known.kSolutionLimit)
    if status not in (known.kOptimal, known.kModelEmpty, *stopped):
        raise RuntimeError(f"HiGHS stopped with {solver.modelStatusToString(status)}")
    info = solver.getInfo()
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    values = np.array(solver.getSolution().col_value) if found else np.empty(0)
    is_mip = any(kind == highspy.HighsVarType.kInteger for kind in solver.getLp().integrality_)
    bound = info.mip_dual_bound if is_mip else info.objective_function_value
    return Solved("tijd" if status in stopped else "optimaal", values, float(bound))
