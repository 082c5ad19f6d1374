"""Who goes out: teams of inspectors, their hours, where they start, what they can judge."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from .tables import Column, Schema, columns_found, is_missing, load_sheet, match_headers, read_table
from .words import Hours, InputError, Problem, TownError, Vehicle, catalogue, parse_hours
from .words import fields as f

TEAM = "team"
HOURS = "hours"
START, END, LUNCH = "start", "end", "lunch"
SKILLS = "skills"
WORKING = (Vehicle.FOOT, Vehicle.E_BIKE)
_BETWEEN = re.compile(r"[,，、;；/\s]+")

TEAMS = Schema(
    "teams",
    TEAM,
    "point",
    (
        Column(TEAM, "text", ("检查员", "队伍", "小组", "姓名", "检查组"), required=True),
        Column(f.VEHICLE, "choice", ("出行方式", "交通工具", "车辆"), vocabulary="vehicle"),
        Column(HOURS, "hours", ("工作时间", "上班时间", "时间")),
        Column(START, "text", ("起点", "出发地", "出发点")),
        Column(END, "text", ("终点", "返回地", "返回点")),
        Column(LUNCH, "text", ("午餐地点", "午休地点")),
        Column(SKILLS, "text", ("技能", "专长", "资质")),
    ),
)


@dataclass(frozen=True)
class Team:
    """One inspector or team.

    Attributes
    ----------
    name
        As it is printed.
    vehicle
        ``foot`` or ``e_bike``.
    hours
        When they work in a week; a gap is lunch.
    start, end, lunch
        Ids of buildings or stations, or ``lon,lat``; None for the town's own default.
    skills
        What they can judge; None where nobody said.
    """

    name: str
    vehicle: Vehicle
    hours: Hours
    start: str | None = None
    end: str | None = None
    lunch: str | None = None
    skills: frozenset[str] | None = None


def read_teams(file: Path, *, hours: str, skills: tuple[str, ...]) -> tuple[Team, ...]:
    """Read teams from a CSV or Excel table.

    Parameters
    ----------
    file
        One row a team; only its name is needed.
    hours
        Working hours of teams that state none.
    skills
        The skills that visits may need; codes, told in the catalogue as ``skill.<code>``.

    Raises
    ------
    InputError
        When the file cannot be read or names no team.
    TownError
        When rows are wrong; carries every problem.
    """
    sheet = read_table(file, what=TEAMS.layer)
    if TEAM not in columns_found(match_headers(sheet.headers, TEAMS.columns, stated={})):
        raise InputError("error.teams_columns", file=file, columns=", ".join(sheet.headers))
    frame, _, problems = load_sheet(sheet, TEAMS, stated={}, file=file.name)
    # A gate whose hours nobody can read is doubted; a team without hours cannot be sent.
    problems = [replace(p, severity="error") if p.code == "not_hours" else p for p in problems]
    words = {code: code for code in skills}
    for code in skills:
        entry = catalogue().get(f"skill.{code}", {})
        words |= {str(word): code for word in entry.values()}
    teams = []
    for row in frame.to_dict("records"):
        number = int(row[f.SOURCE_ROW])
        vehicle = Vehicle.FOOT if pd.isna(row[f.VEHICLE]) else Vehicle(row[f.VEHICLE])
        if vehicle not in WORKING:
            problems.append(
                Problem("error", "team_vehicle", "teams", file.name, number, str(row[TEAM]),
                        f.VEHICLE, str(vehicle), ", ".join(WORKING))
            )  # fmt: skip
        told = [word for word in _BETWEEN.split(str(row[SKILLS] or "")) if word]
        told = [] if pd.isna(row[SKILLS]) else told
        for word in told:
            if word not in words:
                problems.append(
                    Problem("error", "team_skill", "teams", file.name, number, str(row[TEAM]),
                            SKILLS, word, ", ".join(words))
                )  # fmt: skip
        teams.append(
            Team(
                name=str(row[TEAM]),
                vehicle=vehicle,
                hours=parse_hours(hours if pd.isna(row[HOURS]) else str(row[HOURS])),
                start=_said(row[START]),
                end=_said(row[END]),
                lunch=_said(row[LUNCH]),
                skills=frozenset(words.get(word, word) for word in told) if told else None,
            )
        )
    if any(problem.severity == "error" for problem in problems):
        raise TownError(problems)
    if not teams:
        raise InputError("error.teams_empty", file=file)
    return tuple(teams)


def _said(value: object) -> str | None:
    return None if is_missing(value) else str(value).strip() or None
