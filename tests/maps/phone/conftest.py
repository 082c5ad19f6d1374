"""A street, what makes the pages of one day of it, and its workbook."""

import datetime as dt

import pytest

from weizhan.coverage.assessment import assess
from weizhan.coverage.rounds import Landmarks, default_teams, plan_rounds, visits_for
from weizhan.coverage.rounds.reasons_to_visit import RoundKind, read_facts, reasons_to_visit
from weizhan.geo.town import load_town
from weizhan.geo.words import Vehicle
from weizhan.maps.books import round_book
from weizhan.maps.paper import SheetSource

from ...cli.small_town import DAY, small_town

ROUND = "2026-09-30-due-1"


@pytest.fixture(scope="session")
def handed(tmp_path_factory):
    folder = small_town(tmp_path_factory.mktemp("phone") / "town")
    town = load_town(folder)
    found = assess(town, date=DAY, draws=20)
    told = read_facts(folder, found, town.rules, on=dt.date.fromisoformat(DAY))
    visits = {
        visit.visit_id: visit
        for kind, most in ((RoundKind.DUE, 5), (RoundKind.HOLIDAY, 9), (RoundKind.LANES, 1))
        for visit in visits_for(reasons_to_visit(kind, told), town, told.cases)[:most]
        if kind != RoundKind.HOLIDAY or visit.cases
    }
    teams = default_teams(1, Vehicle.FOOT, hours="Mo-Su 08:00-20:00", named="检查员{number}")
    days = [dt.date.fromisoformat(DAY)]
    rounds = plan_rounds(town, [*visits.values()], teams, days, iterations=300)
    ground = SheetSource(found, told.cases, Landmarks.of(town))
    book = round_book(rounds, ground, kind=RoundKind.DUE, round_id=ROUND, lang="zh")
    return folder, rounds, ground, book
