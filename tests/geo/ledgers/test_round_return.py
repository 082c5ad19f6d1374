"""A workbook goes out and comes back: exactly the expected ledger, nothing else."""

import datetime as dt

import openpyxl
import pytest

from weizhan.coverage import columns as c
from weizhan.coverage.assessment import assess
from weizhan.coverage.rounds.planning import default_teams, plan_rounds
from weizhan.coverage.rounds.reasons_to_visit import RoundKind, read_facts, reasons_to_visit
from weizhan.coverage.rounds.visits import visits_for
from weizhan.coverage.rounds.way_directions import Landmarks
from weizhan.data.demo import make_demo
from weizhan.data.demo_ledgers import import_demo_ledgers
from weizhan.geo.ledgers.archive import read_events, read_records
from weizhan.geo.ledgers.cases import NEXT
from weizhan.geo.ledgers.round_return import COLUMNS, import_round, is_round_book
from weizhan.geo.town import load_town
from weizhan.geo.words import fields as f
from weizhan.geo.words.catalogue import label
from weizhan.geo.words.errors import InputError
from weizhan.geo.words.vocabulary import HazardState, Vehicle
from weizhan.maps.books.round_book import round_book
from weizhan.maps.paper.sheet_source import SheetSource

DAY = dt.date(2026, 9, 30)
VISITED = dt.datetime(2026, 10, 9)
AT = dt.datetime(2026, 10, 9, 18)


@pytest.fixture(scope="module")
def handed_out(tmp_path_factory):
    """A village and the bytes of the workbook of its listed cases."""
    folder = tmp_path_factory.mktemp("round") / "village"
    make_demo(folder, size="village", seed=3)
    import_demo_ledgers(folder)
    town = load_town(folder)
    found = assess(town, date=DAY.isoformat(), draws=20)
    told = read_facts(folder, found, town.rules, on=DAY)
    reasons = reasons_to_visit(RoundKind.HOLIDAY, told)
    visits = visits_for(reasons, town, told.cases)[:12]
    teams = default_teams(1, Vehicle.FOOT, hours="Mo-Su 08:00-20:00", named="甲{number}")
    rounds = plan_rounds(town, visits, teams, [dt.date(2026, 10, 9)], iterations=500)
    ground = SheetSource(found, told.cases, Landmarks.of(town))
    book = round_book(rounds, ground, kind=RoundKind.HOLIDAY, round_id="r1", lang="zh")
    assert book == round_book(rounds, ground, kind=RoundKind.HOLIDAY, round_id="r1", lang="zh")
    return folder, book


@pytest.fixture
def fill(handed_out, tmp_path):
    """Fill cells of the workbook: ``{(sheet, row, column name): value}``; -1 is the first blank."""

    def make(cells, name="round.xlsx"):
        file = tmp_path / name
        file.write_bytes(handed_out[1])
        book = openpyxl.load_workbook(file)
        for (sheet, row, column), value in cells.items():
            page = book[sheet]
            names = [cell.value for cell in page[1]]
            if row < 0:
                row = next(n for n in range(3, 999) if not page.cell(n, 1).value) - row - 1
            page.cell(row, names.index(column) + 1).value = value
        book.save(file)
        return file

    return make


def _first(book_file, sheet, column):
    page = openpyxl.load_workbook(book_file)[sheet]
    names = [cell.value for cell in page[1]]
    return page.cell(3, names.index(column) + 1).value


def test_print_fill_import_leaves_exactly_the_expected_ledger(handed_out, fill):
    folder, _ = handed_out
    before = {kind: len(read_records(folder, kind)) for kind in ("inspections", "hazards")}
    steps = len(read_events(folder))
    blank = fill({})
    assert is_round_book(blank)
    assert import_round(folder, blank, at=AT) == ([], [])
    case = _first(blank, "隐患", "hazard_id")
    building = _first(blank, "检查记录", "building_id")
    state = read_events(folder).set_index("key").loc[[case], "state"].iloc[-1]
    after = NEXT[HazardState(state)][0]
    following = label("hazard_state", after)
    file = fill(
        {
            ("检查记录", 3, "inspected_on"): VISITED,
            ("检查记录", 3, "hazards_found"): 1,
            ("检查记录", 3, "result"): '=HYPERLINK("x")',
            ("隐患", 3, "state"): following,
            ("隐患", 3, "acted_on"): VISITED,
            ("隐患", -1, "building_id"): building,
            ("隐患", -1, "code"): "占用消防车道",
            ("隐患", -1, "state"): "已发现",
            ("隐患", -1, "acted_on"): VISITED,
        }
    )
    taken, problems = import_round(folder, file, at=AT, as_of=VISITED.date())
    assert problems == []
    assert [(part.kind, part.added) for part in taken] == [("inspections", 1), ("hazards", 2)]
    assert len(read_records(folder, "inspections")) == before["inspections"] + 1
    assert len(read_records(folder, "hazards")) == before["hazards"] + 1
    events = read_events(folder)
    assert len(events) == steps + 2
    assert set(events.tail(2)["state"]) == {"found", after}
    again, _ = import_round(folder, file, at=AT, as_of=VISITED.date())
    assert all(part.added == part.changed == 0 for part in again)

    # The network moves on: the lane before the house counts as blocked.
    town = load_town(folder)
    found = assess(town, date="2026-10-10", draws=5)
    lane = found.buildings.set_index(f.BUILDING_ID).at[building, c.ATTACHED_LANE_ID]
    states = found.lanes.set_index(f.LANE_ID)[c.STATE]
    near = found.lanes[f.LANE_ID][states.isin(["blocked"]).to_numpy()]
    house = found.buildings.set_index(f.BUILDING_ID).geometry[building]
    blocked = found.lanes[found.lanes[f.LANE_ID].isin(near)].geometry
    assert states[lane] == "blocked" or (blocked.distance(house) < 30).any()


def test_half_filled_rows_and_differing_returns_are_told(handed_out, fill):
    folder, _ = handed_out
    first = fill({("检查记录", 4, "inspected_on"): VISITED, ("检查记录", 4, "result"): "合格"})
    import_round(folder, first, at=AT)
    file = fill(
        {
            ("检查记录", 4, "inspected_on"): VISITED,
            ("检查记录", 4, "result"): "不合格",
            ("检查记录", 5, "hazards_found"): 2,
            ("隐患", 4, "state"): "修好了",
            ("隐患", 4, "acted_on"): VISITED,
            ("隐患", 5, "state"): "已整改",
        },
        "again.xlsx",
    )
    taken, problems = import_round(folder, file, at=AT)
    assert [(p.severity, p.code, p.row) for p in problems] == [
        ("error", "round_undated", 5),
        ("warning", "round_differs", 4),
        ("error", "not_in_vocabulary", 4),
        ("error", "round_undated", 5),
    ]
    assert [(part.kind, part.changed) for part in taken] == [("inspections", 1)]
    assert "合格" in problems[1].message("zh")


def test_a_workbook_that_was_rebuilt_is_refused_with_what_is_missing(handed_out, fill):
    folder, _ = handed_out
    file = fill({("隐患", 1, "state"): "状态"})
    with pytest.raises(InputError, match="state"):
        import_round(folder, file)
    book = openpyxl.load_workbook(fill({}))
    del book["隐患"]
    book.save(file)
    with pytest.raises(InputError, match="隐患"):
        import_round(folder, file)


def test_other_workbooks_are_no_rounds(handed_out, tmp_path):
    folder, _ = handed_out
    assert not is_round_book(folder / "隐患台账.xlsx")
    (tmp_path / "x.xlsx").write_bytes(b"no workbook")
    assert not is_round_book(tmp_path / "x.xlsx")
    assert not is_round_book(tmp_path / "nothing.xlsx")


def test_what_is_ours_is_locked_and_the_rest_has_its_lists(fill):
    book = openpyxl.load_workbook(fill({}))
    page = book["隐患"]
    assert page.protection.sheet
    names = [cell.value for cell in page[1]]
    assert tuple(names) == COLUMNS["hazards"]
    assert page.row_dimensions[1].hidden
    row = {name: page.cell(3, k + 1) for k, name in enumerate(names)}
    assert row["hazard_id"].protection.locked
    assert not row["state"].protection.locked
    listed = [v for v in page.data_validations.dataValidation if v.type == "list"]
    assert len(listed) == 4
    assert page.freeze_panes == "C3"
