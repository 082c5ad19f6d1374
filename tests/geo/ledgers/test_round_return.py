"""A workbook goes out and comes back: exactly the expected ledger, nothing else."""

import csv
import datetime as dt

import openpyxl
import pandas as pd
import pytest

from tests.maps.printed_books import check_printed
from weizhan.coverage import columns as c
from weizhan.coverage.assessment import assess
from weizhan.coverage.rounds.planning import default_teams, plan_rounds
from weizhan.coverage.rounds.reasons_to_visit import RoundKind, read_facts, reasons_to_visit
from weizhan.coverage.rounds.visits import visits_for
from weizhan.coverage.rounds.way_directions import Landmarks
from weizhan.data.demo import make_demo
from weizhan.data.demo_ledgers import import_demo_ledgers
from weizhan.geo.ledgers.archive import read_records
from weizhan.geo.ledgers.cases import NEXT
from weizhan.geo.ledgers.history import read_events
from weizhan.geo.ledgers.intake import LedgerFile, import_ledger
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
    check_printed(blank)
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
        ("error", "not_in_vocabulary", 4),
        ("error", "round_undated", 5),
        ("warning", "round_differs", 4),
    ]
    assert [(part.kind, part.changed) for part in taken] == [("inspections", 1)]
    assert "合格" in problems[3].message("zh")


@pytest.mark.parametrize(
    ("cells", "code", "value"),
    [
        ({"inspected_on": dt.datetime(2027, 10, 9)}, "round_day", "2027-10-09"),
        ({"inspected_on": dt.datetime(2024, 10, 9)}, "round_day", "2024-10-09"),
        ({"inspected_on": "今天"}, "not_a_full_date", "今天"),
        ({"inspected_on": "2026-13-40"}, "not_a_full_date", "2026-13-40"),
        ({"inspected_on": VISITED, "hazards_found": "好几处"}, "not_a_count", "好几处"),
        ({"inspected_on": VISITED, "hazards_found": "-3"}, "not_a_count", "-3"),
        ({"result": "合格"}, "round_undated", ""),
    ],
)
def test_a_visit_that_cannot_be_is_refused_whole_with_its_reason(
    handed_out, fill, cells, code, value
):
    folder, _ = handed_out
    before = len(read_records(folder, "inspections"))
    file = fill({("检查记录", 6, name): said for name, said in cells.items()}, "wrong.xlsx")
    taken, problems = import_round(folder, file, at=AT, as_of=VISITED.date())
    assert taken == [] and len(read_records(folder, "inspections")) == before
    assert [(p.code, p.row, p.value) for p in problems] == [(code, 6, value)]
    assert value in problems[0].message("zh") and "6" in problems[0].message("en")


def test_words_that_mean_a_day_or_a_state_are_read(handed_out, fill):
    folder, _ = handed_out
    blank = fill({})
    case = _first(blank, "隐患", "hazard_id")
    seen = _first(blank, "检查记录", "inspection_id")
    state = read_events(folder).set_index("key").loc[[case], "state"].iloc[-1]
    word = {"assigned": "已整改好"}.get(state, label("hazard_state", NEXT[HazardState(state)][0]))
    file = fill({("检查记录", 3, "inspected_on"): "10月9日", ("隐患", 3, "state"): word,
                 ("隐患", 3, "acted_on"): "10月9日"}, "words.xlsx")  # fmt: skip
    _, problems = import_round(folder, file, at=AT, as_of=VISITED.date())
    assert not [p for p in problems if p.severity == "error"]
    assert any("2026-10-09" in p.message("zh") for p in problems)  # told, as it was read
    rows = read_records(folder, "inspections").set_index("inspection_id")
    assert rows.at[seen, "inspected_on"] == pd.Timestamp(VISITED)


def test_hazards_that_were_counted_and_not_listed_are_asked_about(handed_out, fill):
    folder, _ = handed_out
    building = openpyxl.load_workbook(fill({}))["检查记录"].cell(7, 2).value
    counted = {("检查记录", 7, "inspected_on"): VISITED, ("检查记录", 7, "hazards_found"): 3}
    _, problems = import_round(folder, fill(counted, "three.xlsx"), at=AT, as_of=VISITED.date())
    assert [(p.code, p.row, p.value, p.allowed) for p in problems] == [
        ("round_uncounted", 7, "3", "0")
    ]
    assert "3" in problems[0].message("zh") and "隐患" in problems[0].message("zh")
    listed = {}
    kinds = ("占用消防车道", "W3", "W6")  # without ids one place, kind and day is one case
    for number, code in enumerate(kinds, start=1):  # without a state and without a day
        listed[("隐患", -number, "building_id")] = building
        listed[("隐患", -number, "code")] = code
        listed[("隐患", -number, "description")] = f"第{number}处"
    cases = len(read_records(folder, "hazards"))
    taken, problems = import_round(folder, fill(counted | listed, "all.xlsx"), at=AT,
                                   as_of=VISITED.date())  # fmt: skip
    assert problems == []
    assert taken[-1].kind == "hazards" and len(read_records(folder, "hazards")) == cases + 3
    assert set(read_events(folder).tail(3)["happened_on"]) == {pd.Timestamp(VISITED)}


@pytest.mark.parametrize(("copy", "row"), [("csv", 8), ("xlsx", 9), ("csv without our names", 10)])
def test_a_copy_books_no_visit_that_nobody_made(handed_out, fill, tmp_path, copy, row):
    folder, _ = handed_out
    page = openpyxl.load_workbook(fill({("检查记录", row, "inspected_on"): VISITED}))["检查记录"]
    key = page.cell(row, 1).value
    rows = [[cell.value for cell in cells] for cells in page.iter_rows()]
    file = tmp_path / ("copy.xlsx" if copy == "xlsx" else "copy.csv")
    if copy == "xlsx":
        book = openpyxl.Workbook()
        for cells in rows:
            book.active.append(cells)
        book.save(file)
    else:
        with file.open("w", encoding="gb18030", newline="") as out:
            csv.writer(out).writerows(rows[1:] if "without" in copy else rows)
    before = read_records(folder, "inspections")
    if "without" in copy:
        assert not is_round_book(file)
        taken = [import_ledger(folder, LedgerFile(file, "inspections"), at=AT)]
        problems = taken[0].problems
        assert [(p.code, p.count) for p in problems if p.code == "visits_blank"] == [
            ("visits_blank", len(rows) - 3)
        ]
    else:
        assert is_round_book(file)
        taken, problems = import_round(folder, file, at=AT, as_of=VISITED.date())
        assert problems == []
    assert sum(part.added + part.changed for part in taken) == 1
    after = read_records(folder, "inspections")
    assert set(after["key"]) - set(before["key"]) <= {key} and key in set(after["key"])
    assert after["inspected_on"].notna().all()


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
