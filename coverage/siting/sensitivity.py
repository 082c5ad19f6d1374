"""How far a plan can be trusted: what each site is worth, what else would do, what is certain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...geo.arrays import Flags, Floats, Indices
from ..covering import (
    Certificate,
    Clock,
    SearchOptions,
    SiteCertainty,
    read_instance,
    reduced_costs,
    site_certainty,
)
from .objective import PlanProblem
from .solve import Solution, best_plan
from .solve_plan import PriceCertificate


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """What each new site of a plan is worth, in sums of the problem's rows.

    Attributes
    ----------
    sites
        New sites of the plan.
    alone
        What is lost without it, nothing else being built.
    replacement
        The best single other site in its place, -1 where none fits.
    price
        What the plan loses with that replacement.
    refused
        The best plan of all without this site; None when time was too short.
    """

    sites: Indices
    alone: Floats
    replacement: Indices
    price: Floats
    refused: tuple[Solution | None, ...]


def site_sensitivity(
    problem: PlanProblem, found: Solution, *, clock: Clock, seed: int = 0
) -> Sensitivity:
    """Return what each new site of a plan is worth, and the best plan if it says no.

    Parameters
    ----------
    problem, found
        What was asked, and the best plan.
    clock
        When to stop asking for plans without a site.
    seed
        Of the search.
    """
    chosen = found.answer.chosen
    new = np.flatnonzero(chosen & ~problem.existing)
    whole = problem.rows.worth(chosen)
    alone, price = np.zeros(len(new)), np.zeros(len(new))
    instead = np.full(len(new), -1, dtype=np.intp)
    refused: list[Solution | None] = []
    for number, site in enumerate(new):
        without = chosen.copy()
        without[site] = False
        less = problem.rows.worth(without)
        alone[number] = price[number] = whole - less
        gains = problem.rows.gains(without)
        gains[~_fits(problem, without, int(site))] = -np.inf
        best = _replacement(problem, chosen, without, gains)
        if best >= 0:
            instead[number], price[number] = best, whole - less - gains[best]
        if clock.over or site in problem.chosen:
            refused.append(None)
            continue
        start = without.copy()
        if instead[number] >= 0:
            start[instead[number]] = True
        refused.append(
            best_plan(
                replace(problem, forbidden=np.append(problem.forbidden, site)),
                time_limit_s=clock.left() / (len(new) - number),
                seed=seed,
                starts=[start],
            )
            if _can_do_without(problem)
            else None
        )
    return Sensitivity(new, alone, instead, price, tuple(refused))


def _replacement(problem: PlanProblem, chosen: Flags, without: Flags, gains: Floats) -> int:
    """Return the site that adds most and keeps what must be covered and the floors; -1 if none."""
    elastic = problem.must is not None or bool(problem.floor)
    missed, short = len(problem.unmet(chosen)), float(problem.shortfall(chosen).sum())
    for site in np.argsort(-gains, kind="stable").tolist():
        if gains[site] == -np.inf:
            return -1
        after = without.copy()
        after[site] = True
        if not elastic or (
            len(problem.unmet(after)) <= missed
            and float(problem.shortfall(after).sum()) <= short + 1e-6
        ):
            return int(site)
    return -1


def next_plans(
    problem: PlanProblem, found: Solution, *, count: int, clock: Clock, seed: int = 0
) -> list[Solution]:
    """Return the best plans that differ from the best, and from each other, in their new sites."""
    plans = [found]
    for number in range(count):
        cuts = tuple(
            np.flatnonzero(plan.answer.chosen & ~problem.existing & ~problem.given)
            for plan in plans
        )
        if clock.over or any(len(cut) == 0 for cut in cuts):
            break
        after = best_plan(
            replace(problem, cuts=cuts),
            time_limit_s=clock.left() / (count - number),
            seed=seed,
            starts=[plan.answer.chosen for plan in plans],
        )
        new = after.answer.chosen & ~problem.existing
        if not new.any() or any((after.answer.chosen == p.answer.chosen).all() for p in plans):
            break
        plans.append(after)
    return plans[1:]


def sites_beyond_doubt(
    problem: PlanProblem, found: Solution, *, within: float, clock: Clock, seed: int = 0
) -> SiteCertainty:
    """Return which new sites are in all plans nearly as good as the best, and which in none.

    Where only number and budget bind, every site is asked for (`site_certainty`); else the
    certificate's reduced costs decide what they can, exchanges of one site show what varies, and
    the rest is not known.

    Parameters
    ----------
    problem, found
        What was asked, and the best plan.
    within
        Part of the objective that a plan may fall short.
    clock
        When to stop.
    seed
        Of the search.
    """
    if found.covering is not None:
        given = np.flatnonzero(problem.given)
        free = int((~problem.existing).sum()) - len(problem.forbidden)
        stations = None
        if problem.stations is not None:
            stations = min(problem.stations, free) + int(problem.existing.sum())
        instance = read_instance(
            problem.rows.cover,
            problem.rows.weights,
            p=stations,
            costs=problem.costs,
            budget=problem.budget,
            fixed=given.tolist(),
            forbidden=problem.forbidden.tolist(),
        )
        options = SearchOptions(time_limit_s=clock.left(), seed=seed)
        return site_certainty(instance, found.covering, within=within, options=options)
    open_ = np.zeros(len(problem.costs), dtype=bool)
    open_[problem.open_sites] = True
    always, never = problem.given & ~problem.existing, ~open_ & ~problem.given
    least = (1 - within) * found.answer.objective
    value = _values(problem, found)
    if value is not None and found.certificate is not None:
        slack = found.certificate.bound - least
        always = always | (open_ & (value > slack))
        never = never | (open_ & (-value > slack))
    varies = _exchanged(problem, found, least)
    unknown = open_ & ~always & ~never & ~varies
    parts = (np.flatnonzero(which) for which in (always, never, varies & ~always & ~never, unknown))
    return SiteCertainty(within, *parts)


def _values(problem: PlanProblem, found: Solution) -> Floats | None:
    """Return by how much the certificate's bound falls when a site goes against its value."""
    proof = found.certificate
    if isinstance(proof, PriceCertificate):
        model = proof.model
        up = np.where(np.isfinite(model.low), np.maximum(proof.prices, 0.0), 0.0)
        down = np.where(np.isfinite(model.high), np.minimum(proof.prices, 0.0), 0.0)
        left = model.costs - model.matrix.T @ (up + down)
        values = np.zeros(len(problem.costs))
        values[problem.open_sites] = -left[: len(problem.open_sites)]
        return values
    if isinstance(proof, Certificate):
        worth = problem.rows.cover.T @ proof.multipliers
        return reduced_costs(worth, problem.costs, proof)
    return None


def _exchanged(problem: PlanProblem, found: Solution, least: float) -> Flags:
    """Return the sites that some plan near the best has and another lacks, by one exchange."""
    chosen = found.answer.chosen
    varies = np.zeros(len(chosen), dtype=bool)
    if problem.by_draw or problem.by_group or problem.must is not None:
        return varies  # an exchange is judged by more than its weight
    for site in np.flatnonzero(chosen & ~problem.existing & ~problem.given):
        without = chosen.copy()
        without[site] = False
        base = problem.rows.worth(without)
        fits = _fits(problem, without, int(site)) & (base + problem.rows.gains(without) >= least)
        varies |= fits
        varies[site] = bool(fits.any()) or base >= least
    return varies


def _fits(problem: PlanProblem, without: Flags, site: int) -> Flags:
    """Return which sites may take the place of one that was taken out."""
    fits = ~without & ~problem.existing
    fits[site] = False
    fits[problem.forbidden] = False
    if problem.budget is not None:
        fits &= problem.costs <= problem.budget - problem.spent(without) + 1e-9
    new = without & ~problem.existing
    for quota in problem.quotas:
        if new[quota.sites].sum() >= quota.most:
            fits[quota.sites] = False
    for clique in problem.cliques:
        if without[clique].any():
            fits[clique] = False
    return fits


def _can_do_without(problem: PlanProblem) -> bool:
    """Whether enough candidates are left when one says no."""
    left = int((~problem.existing).sum()) - len(np.unique(problem.forbidden)) - 1
    return left >= (problem.stations or 1)


def as_certain(names: Sequence[str], found: SiteCertainty) -> dict[str, str]:
    """Return ``always``, ``never``, ``sometimes`` or ``unknown`` for each site by name.

    Parameters
    ----------
    names
        Of all sites.
    found
        From `sites_beyond_doubt`.
    """
    told: dict[str, str] = {}
    for word in ("always", "never", "sometimes", "unknown"):
        told |= {names[site]: word for site in getattr(found, word)}
    return told
