"""Mixed-integer models given to HiGHS, stopped by a clock or by Ctrl-C without losing the plan."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from threading import Event, Thread

import highspy
import numpy as np
from scipy import sparse

from ...geo.arrays import Floats, Indices


@dataclass
class Clock:
    """How long a search may take."""

    limit_s: float = np.inf
    started: float = field(default_factory=time.perf_counter)

    def left(self) -> float:
        """Return the seconds left, not below 0."""
        return max(0.0, self.started + self.limit_s - time.perf_counter())

    @property
    def over(self) -> bool:
        """Whether the time is up."""
        return self.left() <= 0


@dataclass(frozen=True, eq=False)
class Model:
    """Minimise ``costs @ x`` where ``low <= matrix @ x <= high`` and ``0 <= x <= 1``.

    The first ``binary`` variables are 0 or 1, the others continuous; ``ones`` are 1.
    """

    costs: Floats
    binary: int
    matrix: sparse.csr_array
    low: Floats
    high: Floats
    ones: Indices = field(default_factory=lambda: np.empty(0, dtype=np.intp))


@dataclass(frozen=True, eq=False)
class Answer:
    """What HiGHS found: the values (None: nothing), a bound, and how it ended.

    ``closed`` says that the bound is proven to within the gaps that were asked for, or that no
    plan within the cutoff exists.
    """

    values: Floats | None
    bound: float
    closed: bool
    interrupted: bool


def solve(
    model: Model,
    *,
    clock: Clock,
    start: Floats | None = None,
    gap: float = 0.0,
    absolute_gap: float = 0.0,
    cutoff: float = np.inf,
    seed: int = 0,
    presolve: bool = True,
) -> Answer:
    """Solve a model on one thread, from a first plan if one is given.

    Parameters
    ----------
    model
        Variables and rows.
    clock
        When to stop.
    start
        Values of a plan that keeps all rows.
    gap, absolute_gap
        Bound and plan may differ by that much, relatively or absolutely.
    cutoff
        Plans that cost more do not matter.
    seed
        Of the solver's random choices.
    presolve
        Whether HiGHS reduces the model first and again after a restart; where we have reduced it
        ourselves this costs more than it gains.
    """
    if not len(model.costs):
        kept = bool((model.low <= 0).all() and (model.high >= 0).all())
        return Answer(np.empty(0) if kept else None, 0.0 if kept else np.inf, True, False)
    solver = _Quiet()  # type: ignore[no-untyped-call]
    options: dict[str, bool | int | float | str] = {
        "threads": 1,
        "parallel": "off",
        "random_seed": seed,
        "mip_rel_gap": gap,
        "mip_abs_gap": absolute_gap,
        "presolve": "choose" if presolve else "off",
    }
    if np.isfinite(clock.limit_s):
        options["time_limit"] = clock.left()
    if np.isfinite(cutoff):
        options["objective_bound"] = cutoff
    for name, value in options.items():
        solver.setOptionValue(name, value)
    solver.passModel(_lp(model))
    if start is not None:
        first = highspy.HighsSolution()
        first.col_value = start.tolist()
        solver.setSolution(first)
    interrupted = _run(solver)
    info = solver.getInfo()
    status = solver.getModelStatus()
    closed = status in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kInfeasible)
    values: Floats | None = None
    if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        values = np.array(solver.getSolution().col_value)
    bound = float(info.mip_dual_bound)
    if status == highspy.HighsModelStatus.kInfeasible:
        bound = np.inf
    elif not closed:
        # Stopped before its first bound, HiGHS reports 0, which need not bound anything.
        plan = start if values is None else values
        if plan is None or bound > float(model.costs @ plan):
            bound = -np.inf
    if closed and presolve and start is not None and values is not None:
        # HiGHS 1.16 may carry a first plan wrongly into the reduced model and stop at once, with
        # a value that no plan has. Its bound holds, but the plan is not the best: ask without.
        cost = float(model.costs @ values)
        if cost - bound > max(absolute_gap, gap * abs(cost), 1e-6 * abs(cost), 1e-6):
            return solve(
                model,
                clock=clock,
                gap=gap,
                absolute_gap=absolute_gap,
                cutoff=cutoff,
                seed=seed,
            )
    return Answer(values, bound, closed and not interrupted, interrupted)


def row_prices(model: Model, *, clock: Clock) -> Floats | None:
    """Return the prices of the rows in the model without whole numbers; None when time runs out.

    They need not be exact: any prices bound the model from below, see `priced_bound`.

    Parameters
    ----------
    model
        To be minimised.
    clock
        When to stop.
    """
    if not len(model.costs):
        return np.zeros(len(model.low))
    solver = _Quiet()  # type: ignore[no-untyped-call]
    options: dict[str, bool | int | float | str] = {
        "threads": 1,
        "parallel": "off",
    }
    if np.isfinite(clock.limit_s):
        options["time_limit"] = clock.left()
    for name, value in options.items():
        solver.setOptionValue(name, value)
    solver.passModel(_lp(replace(model, binary=0)))
    interrupted = _run(solver)
    if interrupted or solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return np.array(solver.getSolution().row_dual)


def priced_bound(model: Model, prices: Floats) -> float:
    """Return what no plan of a model costs less than, by adding up prices of its rows.

    A row priced above 0 counts with its low side, one below 0 with its high side (a side that is
    not there makes its price 0); then every variable with what is left of its cost, if that is
    below 0 or the variable is 1 anyway.

    Parameters
    ----------
    model
        To be minimised.
    prices
        ``(rows,)`` of either sign.
    """
    low = np.where(np.isfinite(model.low), model.low, 0.0)
    high = np.where(np.isfinite(model.high), model.high, 0.0)
    up = np.where(np.isfinite(model.low), np.maximum(prices, 0.0), 0.0)
    down = np.where(np.isfinite(model.high), np.minimum(prices, 0.0), 0.0)
    left = model.costs - model.matrix.T @ (up + down)
    least = np.minimum(left, 0.0)
    least[model.ones] = left[model.ones]
    return float((up * low + down * high).sum() + least.sum())


class _Quiet(highspy.Highs):
    """A solver that prints nothing: enabling its callbacks already prints who it is."""

    def enableCallbacks(self) -> None:
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()  # type: ignore[no-untyped-call]


def _run(solver: highspy.Highs) -> bool:
    """Run beside the main thread, so that Ctrl-C ends the solver; return whether it came."""
    # Not by its own startSolve: its locks are shared by all solvers of the process.
    solver.HandleUserInterrupt = True
    interrupted = False
    done = Event()

    def run() -> None:
        try:
            solver.run()
        finally:
            done.set()

    thread = Thread(target=run, daemon=True)
    thread.start()
    # Not thread.join, after whose interruption a thread at work may be taken for finished.
    while not done.is_set():
        try:
            done.wait(0.1)
        except KeyboardInterrupt:
            interrupted = True
            solver.cancelSolve()  # type: ignore[no-untyped-call]
    thread.join()
    return interrupted


def _lp(model: Model) -> highspy.HighsLp:
    lp = highspy.HighsLp()
    rows, columns = model.matrix.shape
    lp.num_col_, lp.num_row_ = columns, rows
    lp.col_cost_ = model.costs
    low = np.zeros(columns)
    low[model.ones] = 1.0
    lp.col_lower_, lp.col_upper_ = low, np.ones(columns)
    lp.row_lower_, lp.row_upper_ = model.low, model.high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = model.matrix.indptr
    lp.a_matrix_.index_ = model.matrix.indices
    lp.a_matrix_.value_ = model.matrix.data
    kinds = [highspy.HighsVarType.kInteger] * model.binary
    lp.integrality_ = kinds + [highspy.HighsVarType.kContinuous] * (columns - model.binary)
    return lp
