"""Reports as Word files that offices edit: Chinese fonts set, tables with repeating headers."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import TYPE_CHECKING

from ...geo.words import Lang, printable, text
from .report import Grid, Heading, NewPage, Paragraph, Picture, Report
from .typeset import png

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.styles.style import BaseStyle
    from docx.table import Table as WordTable

TEXT_FONT, HEAD_FONT = "宋体", "黑体"
LATIN = "Times New Roman"
EPOCH = (1980, 1, 1, 0, 0, 0)


def report_word(report: Report, *, lang: Lang) -> bytes:
    """Return a report as Word file; equal input gives equal bytes.

    Parameters
    ----------
    report
        What it says, in the language already.
    lang
        Of the mark of simulated towns.
    """
    from docx import Document
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm, Pt

    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(22)
    section.top_margin = section.bottom_margin = Mm(20)
    _font(document.styles["Normal"], TEXT_FONT, 10.5)
    for level, size in ((1, 15), (2, 12)):
        _font(document.styles[f"Heading {level}"], HEAD_FONT, size)
    _font(document.styles["Title"], HEAD_FONT, 20)
    title = report.title
    if report.simulated:
        title += f"（{text('paper.simulated', lang)}）"
    document.add_paragraph(printable(title), style="Title")
    document.add_paragraph(printable(report.subtitle))
    for block in report.blocks:
        match block:
            case Heading():
                document.add_heading(printable(block.said), block.level)
            case Paragraph():
                added = document.add_paragraph().add_run(printable(block.said))
                if block.small:
                    added.font.size = Pt(8.5)
            case Grid():
                _table(document, block)
            case Picture():
                _picture(document, block)
            case NewPage():
                document.add_page_break()  # type: ignore[no-untyped-call]
    foot = section.footer.paragraphs[0]
    foot.text = printable(report.foot)
    day = dt.datetime.combine(dt.date.fromisoformat(report.date), dt.time())
    properties = document.core_properties
    properties.created = properties.modified = day
    properties.author, properties.title = "weizhan", printable(report.title)[:250]
    written = io.BytesIO()
    document.save(written)
    return _timeless(written.getvalue())


def _font(style: BaseStyle, chinese: str, size: float) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    style.font.name = LATIN  # type: ignore[attr-defined]
    style.font.size = Pt(size)  # type: ignore[attr-defined]
    style.font.color.rgb = RGBColor(0, 0, 0)  # type: ignore[attr-defined]
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)
    fonts.set(qn("w:eastAsia"), chinese)
    fonts.set(qn("w:hAnsi"), LATIN)


def _table(document: WordDocument, grid: Grid) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    table: WordTable = document.add_table(rows=1, cols=len(grid.head))
    table.style = "Table Grid"
    for cell, said in zip(table.rows[0].cells, grid.head, strict=True):
        cell.paragraphs[0].add_run(printable(said)).bold = True
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(mark)
    for row in grid.rows:
        cells = table.add_row().cells  # type: ignore[no-untyped-call]
        for cell, said in zip(cells, row, strict=True):
            cell.paragraphs[0].add_run(printable(said))
    total = sum(grid.widths)
    for column, share in zip(table.columns, grid.widths, strict=True):
        for cell in column.cells:
            cell.width = Mm(166 * share / total)
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.space_after = Pt(0)
                for run in paragraph.runs:
                    run.font.size = Pt(9)
    document.add_paragraph()


def _picture(document: WordDocument, picture: Picture) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt

    drawn = png(picture.svg, width_mm=picture.width_mm, height_mm=picture.height_mm)
    document.add_picture(io.BytesIO(drawn), width=Mm(min(picture.width_mm, 166)))
    document.paragraphs[-1].alignment = WD_ALIGN_PARAGRAPH.CENTER
    said = document.add_paragraph()
    said.alignment = WD_ALIGN_PARAGRAPH.CENTER
    said.add_run(printable(picture.said)).font.size = Pt(8.5)


def _timeless(content: bytes) -> bytes:
    """Return the same archive without the times at which its parts were written."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, EPOCH), old.read(name), zipfile.ZIP_DEFLATED)
    return written.getvalue()
