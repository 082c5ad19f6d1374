"""Checklists that a town loads itself: read as they stand, for the uses that they name."""

import openpyxl
import pytest

from weizhan.geo.checklists import read_checklists
from weizhan.geo.rules.config import Checklist, TownConfig
from weizhan.geo.words import InputError, Use, label


def config(**checklist):
    return TownConfig(name="镇", layers={}, checklists=(Checklist(**checklist),))


def test_items_come_in_order_with_their_clause_from_a_workbook_with_a_title(tmp_path):
    book = openpyxl.Workbook()
    rows = [["人员密集场所消防安全管理"], ["序号", "检查内容", "条款"],
            [1, "安全出口畅通", "7.3"], [2, "每日防火巡查", None]]  # fmt: skip
    for row in rows:
        book.active.append(row)
    book.active.merge_cells("A1:C1")
    book.save(tmp_path / "标准.xlsx")
    (own,) = read_checklists(
        tmp_path, config(name="GB/T 40248", file="标准.xlsx", uses=("hotel", "school"))
    )
    assert own.items == ("安全出口畅通（7.3）", "每日防火巡查")
    assert own.is_for("hotel")
    assert not own.is_for("factory")
    assert not own.is_for(None)  # of unknown use only what is for all


def test_without_uses_it_is_for_all_premises(tmp_path):
    (tmp_path / "自查.csv").write_text("检查项目\n灭火器在位\n", encoding="gb18030")
    (own,) = read_checklists(tmp_path, config(name="自查指南", file="自查.csv"))
    assert own.items == ("灭火器在位",)
    assert own.is_for("factory")
    assert own.is_for(None)


def test_uses_are_told_in_words_or_by_code():
    words = (label("use", "elder_care", "zh"), f" {label('use', 'factory', 'en')}", "hotel")
    told = Checklist(name="x", file="x.csv", uses=words).uses
    assert told == (Use.ELDER_CARE, Use.FACTORY, Use.HOTEL)
    with pytest.raises(ValueError, match="养老院x"):
        Checklist(name="x", file="x.csv", uses=("养老院x",))


def test_a_file_without_items_or_that_is_not_there_is_named(tmp_path):
    (tmp_path / "错.csv").write_text("甲,乙\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="检查项目"):
        read_checklists(tmp_path, config(name="x", file="错.csv"))
    with pytest.raises(InputError, match=r"没有\.csv"):
        read_checklists(tmp_path, config(name="x", file="没有.csv"))


@pytest.mark.parametrize("rows", ["检查项目,条款\n", "检查项目,条款\n,7.3\n", "检查项目\n \n"])
def test_a_checklist_without_one_item_is_no_checklist(tmp_path, rows):
    (tmp_path / "空.csv").write_text(rows, encoding="utf-8")
    with pytest.raises(InputError, match=r"空\.csv"):
        read_checklists(tmp_path, config(name="x", file="空.csv"))
