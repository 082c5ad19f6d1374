"""What is handed up has the form of GB/T 9704-2012 and says nothing that only we understand."""

import datetime as dt
import io
import re
import shutil
import subprocess
import zipfile

import docx
import pypdf
import pytest
from docx.shared import Mm

from weizhan.geo.words.periods import read_period
from weizhan.maps.paper.grids import lane_of, place_of
from weizhan.maps.paper.official import column_shares
from weizhan.maps.paper.report import (
    Grid,
    Heading,
    NewPage,
    Paragraph,
    Picture,
    Report,
    Signature,
    in_form,
    report_pdf,
)
from weizhan.maps.paper.word import report_word
from weizhan.maps.voice import dates_in_words, days_said, period_said

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 5"><rect width="9" height="5"/></svg>'
)
BLOCKS = [
    Heading("响应覆盖"),
    Paragraph("本期火灾三起。" * 30),
    Heading("逾期未销案", 2),
    Grid(["编号", "地点", "期限"], [[f"YH{k:06}", "翠屏 32 号", "2026-09-30"] for k in range(60)]),
    Heading("挂牌督办", 2),
    Heading("风险"),
    Heading("说明", 3),
    Signature("青禾镇人民政府"),
    Picture(SVG, 156, 78, "风险分布"),
    NewPage(),
    Heading("松岭村火灾风险提示", 0),
    Heading("值守"),
]


def _report(blocks=BLOCKS):
    return Report("2026年第三季度消防工作会议材料", "青禾镇", "2026-09-30", True, blocks)


@pytest.fixture(scope="module")
def word():
    return report_word(_report(), lang="zh")


def _lines(content):
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]


def test_headings_are_numbered_as_the_standard_has_it():
    said = [b.said for b in in_form(_report(), lang="zh").blocks if isinstance(b, Heading)]
    assert said == [
        "一、响应覆盖", "（一）逾期未销案", "（二）挂牌督办", "二、风险", "1.说明",
        "松岭村火灾风险提示", "一、值守",
    ]  # fmt: skip
    english = [b.said for b in in_form(_report(), lang="en").blocks if isinstance(b, Heading)]
    assert english[:4] == ["1 响应覆盖", "1.1 逾期未销案", "1.2 挂牌督办", "2 风险"]


def test_days_and_periods_are_said_as_offices_write_them():
    first, last = dt.date(2026, 7, 1), dt.date(2026, 9, 30)
    assert days_said(first, last, "zh") == "2026年7月1日至9月30日"
    assert days_said(first, last, "en") == "1 July to 30 September 2026"
    assert days_said(last, dt.date(2027, 1, 3), "zh") == "2026年9月30日至2027年1月3日"
    names = ("2026Q3", "2026H1", "2026", "2026-07")
    assert [period_said(read_period(name), "zh") for name in names] == [
        "2026年第三季度", "2026年上半年", "2026年", "2026年7月",
    ]  # fmt: skip
    assert period_said(read_period("2026Q3"), "en") == "third quarter of 2026"
    assert dates_in_words("2026-09-19 报告：堵塞", "zh") == "2026年9月19日 报告：堵塞"
    assert dates_in_words("案号 YH-2026-09-19，GB 35181-2025", "zh").count("年") == 0


def test_the_page_of_word_is_the_standards(word):
    section = docx.Document(io.BytesIO(word)).sections[0]
    edges = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    for edge, millimetres in zip(edges, (37, 35, 28, 26), strict=True):
        assert abs(edge - Mm(millimetres)) < Mm(0.1)
    with zipfile.ZipFile(io.BytesIO(word)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist() if "xml" in name}
    styles, body = parts["word/styles.xml"], parts["word/document.xml"]

    def style(name):
        (found,) = re.findall(rf'<w:style [^>]*w:styleId="{name}".*?</w:style>', styles, re.DOTALL)
        return found

    for name, face, half_points in (
        ("Title", "方正小标宋简体", 44), ("Normal", "仿宋_GB2312", 32),
        ("Heading1", "黑体", 32), ("Heading2", "楷体_GB2312", 32),
    ):  # fmt: skip
        assert f'w:eastAsia="{face}"' in style(name)
        assert f'w:sz w:val="{half_points}"' in style(name)
    assert 'w:firstLineChars="200"' in style("Normal")
    assert 'w:firstLineChars="0"' in style("Title")  # else it takes that of the text
    assert 'w:eastAsia="zh-CN"' in styles
    faces = parts["word/fontTable.xml"]
    assert '<w:font w:name="仿宋_GB2312"><w:altName w:val="仿宋"/>' in faces
    assert "w:evenAndOddHeaders" in parts["word/settings.xml"]
    feet = [text for name, text in parts.items() if "footer" in name and "fldSimple" in text]
    assert sorted(re.findall(r'w:jc w:val="(\w+)"', "".join(feet))) == ["left", "right"]
    assert all("— " in foot for foot in feet)
    assert 'descr="风险分布"' in body  # a picture is told to those who do not see it
    assert "<w:tblHeader/>" in body


def test_the_page_of_the_pdf_is_the_standards():
    pages = _lines(report_pdf(_report(), lang="zh"))
    assert [page.rstrip().endswith(f"— {k} —") or f"— {k} —" in page for k, page in
            enumerate(pages, 1)] == [True] * len(pages)  # fmt: skip
    assert "青禾镇　模拟数据" in pages[0]
    assert sum("编号地点期限" in "".join(page.split()) for page in pages) > 1  # the head repeats
    assert any("青禾镇人民政府\n2026年9月30日" in page for page in pages)
    reader = pypdf.PdfReader(io.BytesIO(report_pdf(_report(), lang="zh")))
    faces = {
        str(font.get_object()["/BaseFont"])
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert any("NotoSerifSC" in face for face in faces)  # the text
    assert any("NotoSansSC" in face for face in faces)  # headings


def test_columns_are_as_wide_as_what_stands_in_them():
    head, rows = ["编号", "状况", "期限"], [["YH000007", "长" * 60, "2026年9月30日"]] * 3
    code, said, day = column_shares(head, rows, ems=42)
    assert code >= 8 * 0.6 and day >= 7 * 0.6 + 3  # in one line
    assert said > 2 * max(code, day)


def test_nothing_stands_by_its_id_alone(assessment):
    lanes = assessment.lanes
    for row in lanes.drop(columns="geometry").head(40).to_dict("records"):
        called = lane_of(row, lanes, "zh")
        assert str(row["lane_id"]) in called
        assert re.search("[一-鿿]", called)
    assert place_of({"building_id": "B1"}, "zh") == "名称、地址不详的建筑（编号 B1）"
    assert place_of({"building_id": "B1", "address": "翠屏 4 号"}, "zh") == "翠屏 4 号"


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not here")
def test_an_office_opens_the_word_file(word, tmp_path):
    (tmp_path / "a.docx").write_bytes(word)
    home = f"-env:UserInstallation=file://{tmp_path / 'home'}"
    command = ["soffice", home, "--headless", "--convert-to", "pdf", "--outdir", tmp_path,
               tmp_path / "a.docx"]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    pages = _lines((tmp_path / "a.pdf").read_bytes())
    assert [f"— {k} —" in page for k, page in enumerate(pages, 1)] == [True] * len(pages)
    assert "（一）逾期未销案" in "".join(pages)
