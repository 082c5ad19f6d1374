"""Rounds: which team visits what on which day in which order, and what is left out and why."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ...geo.ground import Conditions, Positions
from ...geo.teams import Team
from ...geo.town import Town
from ...geo.words import Vehicle, parse_hours
from .even_loads import even_tours
from .legs import Mover, Way, leg_times, leg_ways, mover
from .tours import NO_WAY, Legs, Shift, Tours, Visits, Window, find_tours
from .visits import Visit, positions_of
from .work_places import Place, joined, places_of

DAY_S: Final = 86_400
ITERATIONS: Final = 20_000
PATIENCE: Final = 4_000
LIGHTEST, HEAVIEST = 0.1, 50.0  # weights of visits against their median, as far as they count
KEPT: Final = 1_000  # times the prize: a visit once promised gives way to none

#: (team, day) by visit id: what an earlier plan promised.
Promised = Mapping[str, tuple[str, dt.date]]


@dataclass(frozen=True)
class Stop:
    """One visit of a round, with the way to it.

    ``reach_s``, ``begin_s`` and ``leave_s`` are seconds after midnight; between the first two the
    team waits for the premises to open.
    """

    visit: Visit
    reach_s: int
    begin_s: int
    leave_s: int
    way: Way


@dataclass(frozen=True)
class HalfDay:
    """One going out: before lunch, or after it.

    ``back`` is the way from the last stop to where it ends.
    """

    start: Place
    end: Place
    leave_s: int
    stops: tuple[Stop, ...]
    back: Way
    back_s: int


@dataclass(frozen=True)
class Round:
    """One team's day."""

    team: Team
    day: dt.date
    halves: tuple[HalfDay, ...]

    @property
    def stops(self) -> tuple[Stop, ...]:
        """All stops of the day in order."""
        return tuple(stop for half in self.halves for stop in half.stops)


@dataclass(frozen=True)
class LeftOut:
    """A visit that nobody makes, and why: a code told as ``left_out.<why>``."""

    visit: Visit
    why: str


@dataclass(frozen=True)
class Rounds:
    """Every team's days, and what is left out.

    ``idle`` are days asked for on which no team works; ``seed`` and ``iterations`` are those of
    the search, which is a heuristic.
    """

    rounds: tuple[Round, ...]
    left_out: tuple[LeftOut, ...]
    seed: int
    iterations: int
    idle: tuple[dt.date, ...] = ()


def plan_rounds(
    town: Town,
    visits: Sequence[Visit],
    teams: Sequence[Team],
    days: Sequence[dt.date],
    *,
    conditions: Conditions | None = None,
    promised: Promised | None = None,
    seed: int = 1,
    iterations: int = ITERATIONS,
) -> Rounds:
    """Plan who visits what, when and by which way.

    Parameters
    ----------
    town
        With its network.
    visits
        From `weizhan.coverage.rounds.visits.visits_for`.
    teams, days
        Who goes out, and on which days.
    conditions
        What holds on the lanes.
    promised
        An earlier plan: its visits stay with their team and day, new ones go where they fit.
    seed, iterations
        Of the search; the same input gives the same rounds.

    Returns
    -------
    Rounds
        Every way is walked or ridden on the town's lanes; steps are walked, the bike waits below.

    Raises
    ------
    TownError
        When a team starts or ends nowhere; names each.
    """
    ends = places_of(town, teams)
    on_lane = [visit for visit in visits if visit.lane >= 0]
    left = [LeftOut(visit, "unattached") for visit in visits if visit.lane < 0]
    places = joined([*(position for _, position in ends.values())], positions_of(on_lane))
    row_of_end = {key: row for row, key in enumerate(ends)}
    rule = town.rules.rounds
    vehicles = tuple(dict.fromkeys(team.vehicle for team in teams))
    moves = {v: mover(town, places, v, conditions=conditions) for v in vehicles}
    legs = [
        leg_times(
            town.network, moves[v], stop_s=rule.lock_s.value,
            limit_s=rule.longest_leg_min.value * 60,
        )
        for v in vehicles
    ]  # fmt: skip
    skills = _skills(on_lane, teams)
    bound = _bound(on_lane, teams, days, promised or {})
    at_work = {
        (number, day): _spans(team, day, rule.lunch_s.value, town)
        for number, team in enumerate(teams)
        for day in days
    }
    shifts, of_shift = _shifts(
        teams, days, row_of_end, vehicles, skills, bound, len(on_lane), at_work
    )
    windows = [_windows(visit, days, shifts, town) for visit in on_lane]
    for visit, spans in zip(on_lane, windows, strict=True):
        why = _never(visit, spans, len(row_of_end) + on_lane.index(visit), shifts, legs, skills)
        if why:
            left.append(LeftOut(visit, why))
    never = {item.visit.visit_id for item in left}
    row = [k for k, visit in enumerate(on_lane) if visit.visit_id not in never]
    problem = _problem([on_lane[k] for k in row], row, len(row_of_end), windows, skills, bound,
                       longest_s=rule.longest_leg_min.value * 60)  # fmt: skip
    search = {"seed": seed, "iterations": iterations, "patience": PATIENCE}
    tours = find_tours(legs, problem, shifts, **search)
    whose = [number for number, *_ in of_shift]
    tours = even_tours(legs, problem, shifts, tours, team=whose, **search)
    left += [LeftOut(on_lane[row[k]], "time") for k in tours.left_out]
    by_vehicle = dict(zip(vehicles, legs, strict=True))
    setting = _Setting(town, tuple(teams), ends, tuple(of_shift), moves, by_vehicle, days[0])
    rounds = _rounds(setting, tours, [on_lane[k] for k in row], row)
    left.sort(key=lambda item: (-item.visit.weight, item.visit.visit_id))
    idle = tuple(day for day in days if not any(at_work[k, day] for k in range(len(teams))))
    return Rounds(rounds, tuple(left), seed, iterations, idle)


def _skills(visits: Sequence[Visit], teams: Sequence[Team]) -> tuple[str, ...]:
    """Return the skills that bind: those that visits need, where any team states what it can."""
    if all(team.skills is None for team in teams):
        return ()
    return tuple(sorted({skill for visit in visits for skill in visit.skills}))


def _bound(
    visits: Sequence[Visit], teams: Sequence[Team], days: Sequence[dt.date], promised: Promised
) -> dict[str, tuple[str, dt.date]]:
    """Return the promises that can still be kept."""
    names = {team.name for team in teams}
    return {
        visit.visit_id: promised[visit.visit_id]
        for visit in visits
        if visit.visit_id in promised
        and promised[visit.visit_id][0] in names
        and promised[visit.visit_id][1] in days
    }


def _shifts(
    teams: Sequence[Team],
    days: Sequence[dt.date],
    row_of_end: Mapping[str, int],
    vehicles: Sequence[Vehicle],
    skills: Sequence[str],
    bound: Mapping[str, tuple[str, dt.date]],
    many: int,
    at_work: Mapping[tuple[int, dt.date], list[Window]],
) -> tuple[list[Shift], list[tuple[int, dt.date, str, str]]]:
    """Return every half day, and whose it is: team, day, where it starts and ends."""
    promised_days = sorted(set(bound.values()))
    shifts, of_shift = [], []
    for number, team in enumerate(teams):
        for day in days:
            spans = at_work[number, day]
            for at, (opens, closes) in enumerate(spans):
                start = (team.start if at == 0 else team.lunch or team.start) or ""
                is_last = at == len(spans) - 1
                end = (team.end or team.start if is_last else team.lunch or team.start) or ""
                able = [many if skill in (team.skills or ()) else 0 for skill in skills]
                own = [many if key == (team.name, day) else 0 for key in promised_days]
                base = (day - days[0]).days * DAY_S
                shifts.append(
                    Shift(
                        vehicles.index(team.vehicle), row_of_end[start], row_of_end[end],
                        base + opens, base + closes, (*able, *own),
                    )
                )  # fmt: skip
                of_shift.append((number, day, start, end))
    return shifts, of_shift


def _spans(team: Team, day: dt.date, lunch_s: float, town: Town) -> list[Window]:
    """Return the working hours of a day, seconds after midnight; short gaps are worked through."""
    spans: list[Window] = []
    for opens, closes in team.hours.spans(day, workdays=town.workdays, place=town.place) or ():
        if spans and opens * 60 - spans[-1][1] < lunch_s:
            spans[-1] = (spans[-1][0], closes * 60)
        else:
            spans.append((opens * 60, closes * 60))
    return spans


def _windows(
    visit: Visit, days: Sequence[dt.date], shifts: Sequence[Shift], town: Town
) -> list[Window]:
    """Return when a visit may begin so that it ends in time, within the hours of any shift."""
    service = round(visit.minutes * 60)
    open_: list[Window] = []
    for day in days:
        base = (day - days[0]).days * DAY_S
        spans = visit.hours.spans(day, workdays=town.workdays, place=town.place) or ()
        open_ += [(base + a * 60, base + b * 60) for a, b in spans]
    found: list[Window] = []
    for shift in sorted(shifts, key=lambda s: s.opens_s):
        for opens, closes in open_:
            first = max(opens, shift.opens_s)
            last = min(closes, shift.closes_s) - service
            if first > last:
                continue
            if found and first <= found[-1][1]:
                found[-1] = (found[-1][0], max(last, found[-1][1]))
            else:
                found.append((first, last))
    return found


def _never(
    visit: Visit,
    windows: Sequence[Window],
    place: int,
    shifts: Sequence[Shift],
    legs: Sequence[Legs],
    skills: Sequence[str],
) -> str:
    """Return why nobody could make a visit even alone; empty where somebody could."""
    able = [
        shift
        for shift in shifts
        if all(shift.capacity[k] for k, skill in enumerate(skills) if skill in visit.skills)
    ]
    if not shifts:
        return "no_hours"
    if not able:
        return "skill"
    if not windows:
        return "closed"
    reached = [s for s in able if legs[s.legs].seconds[s.start, place] < NO_WAY]
    if not reached:
        return "far"
    service = round(visit.minutes * 60)
    for shift in reached:
        out = shift.opens_s + int(legs[shift.legs].seconds[shift.start, place])
        back = int(legs[shift.legs].seconds[place, shift.end])
        for first, last in windows:
            begin = max(out, first)
            if begin <= last and begin + service + back <= shift.closes_s:
                return ""
    return "short"


def _problem(
    visits: Sequence[Visit],
    rows: Sequence[int],
    ends: int,
    windows: Sequence[list[Window]],
    skills: Sequence[str],
    bound: Mapping[str, tuple[str, dt.date]],
    *,
    longest_s: float,
) -> Visits:
    """Return visits as arrays. Every prize outweighs any detour: only time leaves visits out."""
    promised_days = sorted(set(bound.values()))
    weight = np.array([visit.weight for visit in visits])
    middle = float(np.median(weight)) if len(weight) else 1.0
    share = np.clip(weight / middle if middle > 0 else weight * 0 + 1, LIGHTEST, HEAVIEST)
    prize = np.rint(share / LIGHTEST * 2 * longest_s)
    prize *= [KEPT if visit.visit_id in bound else 1 for visit in visits]
    needs = [
        [
            *(int(skill in visit.skills) for skill in skills),
            *(int(bound.get(visit.visit_id) == key) for key in promised_days),
        ]
        for visit in visits
    ]
    return Visits(
        place=np.array([ends + k for k in rows], dtype=np.intp),
        service_s=np.array([round(visit.minutes * 60) for visit in visits], dtype=np.int64),
        windows=[windows[k] for k in rows],
        prize=prize.astype(np.int64),
        required=np.zeros(len(visits), dtype=bool),
        needs=np.array(needs, dtype=np.int64).reshape(
            len(visits), len(skills) + len(promised_days)
        ),
    )


@dataclass(frozen=True)
class _Setting:
    """What all tours share: places where teams start and end, whose each shift is, and ways."""

    town: Town
    teams: tuple[Team, ...]
    ends: Mapping[str, tuple[Place, Positions]]
    of_shift: tuple[tuple[int, dt.date, str, str], ...]
    moves: Mapping[Vehicle, Mover]
    legs: Mapping[Vehicle, Legs]
    first_day: dt.date


def _rounds(
    setting: _Setting, tours: Tours, visits: Sequence[Visit], rows: Sequence[int]
) -> tuple[Round, ...]:
    """Return tours as days of teams, with the ways between their stops."""
    teams, ends = setting.teams, setting.ends
    at_end = {key: row for row, key in enumerate(ends)}
    by_day: dict[tuple[int, dt.date], list[HalfDay]] = {}
    for tour in tours.tours:
        number, day, start, end = setting.of_shift[tour.shift]
        vehicle = teams[number].vehicle
        stops = [at_end[start], *(len(ends) + rows[v] for v in tour.visits), at_end[end]]
        pairs = list(itertools.pairwise(stops))
        ways = leg_ways(setting.town.network, setting.moves[vehicle], pairs)
        seconds = setting.legs[vehicle].seconds
        base = (day - setting.first_day).days * DAY_S
        # Out as late as the first visit allows: nobody waits at a closed door in the morning.
        leave = tour.begins_s[0] - int(seconds[pairs[0]]) - base
        now, made = leave, []
        for visit, begin, finish, pair, way in zip(
            tour.visits, tour.begins_s, tour.ends_s, pairs, ways, strict=False
        ):
            reach = now + int(seconds[pair])
            now = finish - base
            made.append(Stop(visits[visit], reach, begin - base, now, way))
        by_day.setdefault((number, day), []).append(
            HalfDay(ends[start][0], ends[end][0], leave, tuple(made), ways[-1], tour.back_s - base)
        )
    return tuple(
        Round(teams[number], day, tuple(sorted(halves, key=lambda half: half.leave_s)))
        for (number, day), halves in sorted(by_day.items())
    )


def default_teams(count: int, vehicle: Vehicle, *, hours: str, named: str) -> tuple[Team, ...]:
    """Return teams of whom nothing is known but how many they are.

    Parameters
    ----------
    count
        How many.
    vehicle
        By which all move.
    hours
        When they work, as in `weizhan.geo.words.parse_hours`.
    named
        How they are called, with ``{number}``.
    """
    return tuple(
        Team(named.format(number=k + 1), vehicle, parse_hours(hours)) for k in range(count)
    )
