"""Reports as Word files that offices edit, in the form of GB/T 9704-2012.

Faces are named, for offices have them; where one is missing the file names another for it.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import TYPE_CHECKING, Final

from ...geo.words import Lang, printable, text
from ..voice import dates_in_words
from .official import (
    BOTTOM_MM,
    CHAPTER,
    LEFT_MM,
    NUMBER_BELOW_MM,
    PAGE_MM,
    RIGHT_MM,
    SIZES,
    TEXT_MM,
    TOP_MM,
)
from .report import Grid, Heading, NewPage, Paragraph, Picture, Report, Signature, in_form
from .typeset import png

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.section import Section
    from docx.styles.style import BaseStyle
    from docx.table import Table as WordTable
    from docx.text.paragraph import Paragraph as WordParagraph

TITLE_FONT, TEXT_FONT, HEAD_FONT, SECOND_FONT = (
    "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312",
)  # fmt: skip
PAGE_FONT, LATIN = "宋体", "Times New Roman"
#: What stands for a face that is not there, and how Word finds one like it.
OTHERWISE: Final = {
    TITLE_FONT: ("宋体", "02010601030101010101"),
    TEXT_FONT: ("仿宋", "02010609030101010101"),
    SECOND_FONT: ("楷体", "02010609030101010101"),
}
NUMBER_PT: Final = 14
EPOCH = (1980, 1, 1, 0, 0, 0)


def report_word(report: Report, *, lang: Lang) -> bytes:
    """Return a report as Word file; equal input gives equal bytes.

    Parameters
    ----------
    report
        What it says, in the language already.
    lang
        Of numbers, days and the mark of simulated towns.
    """
    from docx import Document

    report = in_form(report, lang=lang)
    document = Document()
    _faces(document)
    _styles(document, lang)
    _page(document.sections[0], lang)
    document.settings.odd_and_even_pages_header_footer = True
    document.add_paragraph(printable(report.title), style="Title")
    if report.subtitle:
        document.add_paragraph(printable(report.subtitle), style="Subtitle")
    for block in report.blocks:
        match block:
            case Heading(level=level) if level == CHAPTER:
                document.add_paragraph(printable(block.said), style="Title")
            case Heading():
                document.add_heading(printable(block.said), block.level)
            case Paragraph(small=small):
                style = "Caption" if small else "Normal"
                document.add_paragraph(printable(block.said), style=style)
            case Grid():
                _table(document, block, lang)
            case Picture():
                _picture(document, block)
            case NewPage():
                _new_page(document)
            case Signature():
                _signature(document, block.by, dates_in_words(report.date, lang), lang)
    day = dt.datetime.combine(dt.date.fromisoformat(report.date), dt.time())
    properties = document.core_properties
    properties.created = properties.modified = day
    properties.author, properties.title = "weizhan", printable(report.title)[:250]
    properties.comments = printable(report.measured)[:250]
    properties.language = {"zh": "zh-CN", "en": "en-GB"}[lang]
    written = io.BytesIO()
    document.save(written)
    return _timeless(written.getvalue())


def _page(section: Section, lang: Lang) -> None:
    """Set the page, and its number on the outer side, under the text."""
    from docx.enum.section import WD_ORIENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm

    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (Mm(side) for side in PAGE_MM)
    section.left_margin, section.right_margin = Mm(LEFT_MM), Mm(RIGHT_MM)
    section.top_margin, section.bottom_margin = Mm(TOP_MM), Mm(BOTTOM_MM)
    section.footer_distance = Mm(BOTTOM_MM - NUMBER_BELOW_MM - NUMBER_PT * 25.4 / 72)
    before, after = text("office.page_number", lang, page="\n").split("\n")
    for foot, side in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        paragraph = foot.paragraphs[0]
        paragraph.style, paragraph.alignment = "Footer", side
        paragraph.add_run(before)
        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), "PAGE")
        field.append(paragraph.add_run("1")._r)
        paragraph._p.append(field)
        paragraph.add_run(after)
        edge = paragraph.paragraph_format
        edge.left_indent = edge.right_indent = Mm(NUMBER_PT * 25.4 / 72)


def _styles(document: WordDocument, lang: Lang) -> None:
    from docx.shared import Pt

    sizes, styles = SIZES[lang], document.styles
    body = styles["Normal"]
    _style(body, TEXT_FONT, sizes.body, line=sizes.line, indent=lang == "zh")
    for level, face in enumerate((HEAD_FONT, SECOND_FONT, TEXT_FONT), start=1):
        heading = styles[f"Heading {level}"]
        _style(heading, face, sizes.body, line=sizes.line, indent=lang == "zh")
        heading.font.bold = lang == "en"
    _style(styles["Title"], TITLE_FONT, sizes.title, line=sizes.title * 1.4, centred=True)
    _style(styles["Subtitle"], SECOND_FONT, sizes.body, line=sizes.line, centred=True)
    _style(styles["Caption"], TEXT_FONT, sizes.note, line=sizes.note * 1.4)
    styles["Caption"].paragraph_format.space_after = Pt(sizes.note / 2)
    _style(styles["No Spacing"], TEXT_FONT, sizes.table, line=sizes.table * 1.3)
    _style(styles["Footer"], PAGE_FONT, NUMBER_PT, line=NUMBER_PT * 1.2)


def _style(
    style: BaseStyle,
    face: str,
    size: float,
    *,
    line: float,
    indent: bool = False,
    centred: bool = False,
) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    font, form = style.font, style.paragraph_format  # type: ignore[attr-defined]
    font.name, font.size, font.color.rgb = LATIN, Pt(size), RGBColor(0, 0, 0)
    font.bold = font.italic = False
    run = style.element.get_or_add_rPr()
    fonts = run.get_or_add_rFonts()
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)
    fonts.set(qn("w:eastAsia"), face)
    fonts.set(qn("w:hAnsi"), LATIN)
    for name in ("w:spacing", "w:kern"):  # letters of the title are set wide in the template
        for found in run.findall(qn(name)):
            run.remove(found)
    form.space_before = form.space_after = Pt(0)
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(line)
    form.widow_control = False
    if centred:
        form.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _own(style, indent=indent, size=size)


def _own(style: BaseStyle, *, indent: bool, size: float) -> None:
    """Set the indent in characters, and take the line under the title away."""
    from docx.oxml.ns import qn
    from docx.shared import Pt

    form = style.paragraph_format  # type: ignore[attr-defined]
    form.left_indent, form.first_line_indent = Pt(0), Pt(2 * size if indent else 0)
    paragraph = style.element.get_or_add_pPr()
    for found in paragraph.findall(qn("w:pBdr")):
        paragraph.remove(found)
    for name in ("w:autoSpaceDE", "w:autoSpaceDN"):  # no gap between Chinese and digits
        tight = paragraph.makeelement(qn(name), {qn("w:val"): "0"})
        paragraph.find(qn("w:spacing")).addprevious(tight)
    paragraph.find(qn("w:ind")).set(qn("w:firstLineChars"), "200" if indent else "0")


def _faces(document: WordDocument) -> None:
    """Name the language of the text, and what stands for a face that is missing."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from lxml import etree

    defaults = document.styles.element.find(qn("w:docDefaults"))
    run = defaults.find(qn("w:rPrDefault")).find(qn("w:rPr"))
    for old in run.findall(qn("w:lang")):
        run.remove(old)
    language = OxmlElement("w:lang")
    for name, value in (("val", "en-US"), ("eastAsia", "zh-CN"), ("bidi", "ar-SA")):
        language.set(qn(f"w:{name}"), value)
    run.append(language)
    (part,) = (p for p in document.part.package.parts if p.partname == "/word/fontTable.xml")
    table = etree.fromstring(part.blob)
    for face, (other, panose) in OTHERWISE.items():
        font = etree.SubElement(table, qn("w:font"), {qn("w:name"): face})
        for name, value in (("altName", other), ("panose1", panose), ("charset", "86"),
                            ("family", "auto"), ("pitch", "variable")):  # fmt: skip
            etree.SubElement(font, qn(f"w:{name}"), {qn("w:val"): value})
    part._blob = etree.tostring(table, xml_declaration=True, encoding="UTF-8", standalone=True)


def _new_page(document: WordDocument) -> None:
    """Begin a page without leaving an empty line on it."""
    from docx.enum.text import WD_BREAK

    last = document.paragraphs[-1] if document.paragraphs else document.add_paragraph()
    if last._p is not document.element.body[-2]:  # a table stands after it
        last = _spacer(document)
    last.add_run().add_break(WD_BREAK.PAGE)


def _spacer(document: WordDocument) -> WordParagraph:
    """Add the thin line that must stand after a table."""
    from docx.shared import Pt

    added = document.add_paragraph(style="No Spacing")
    added.paragraph_format.line_spacing = Pt(8)
    return added


def _table(document: WordDocument, grid: Grid, lang: Lang) -> None:
    from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    rows = [*([grid.head] if grid.head else []), *grid.rows]
    table: WordTable = document.add_table(rows=len(rows), cols=len(rows[0]))
    table.style, table.autofit = "Table Grid", False
    widths, size = grid.widths(lang), grid.size(lang)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    _edges(table, size)
    total = sum(widths)
    style = document.styles["No Spacing"]  # by its name it would be looked up for every cell
    for column, share in zip(table.columns, widths, strict=True):
        column.width = Mm(TEXT_MM * share / total)
    for at, (row, said) in enumerate(zip(table.rows, rows, strict=True)):
        whole = OxmlElement("w:cantSplit")
        row._tr.get_or_add_trPr().append(whole)
        head = bool(grid.head) and at == 0
        if head:
            row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        for cell, share, word in zip(row.cells, widths, said, strict=True):
            cell.width = Mm(TEXT_MM * share / total)
            cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
            paragraph = cell.paragraphs[0]
            paragraph.style = style
            paragraph.paragraph_format.line_spacing = Pt(size * 1.3)
            run = paragraph.add_run(printable(word))
            run.font.size = Pt(size)
            if head:
                run.font.name = LATIN
                run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), HEAD_FONT)
    _spacer(document)


def _edges(table: WordTable, size: float) -> None:
    """Set how far the text of a cell keeps from its left and right edge."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    edges = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:w"), str(round(0.4 * size * 20)))
        edge.set(qn("w:type"), "dxa")
        edges.append(edge)
    table._tbl.tblPr.find(qn("w:tblLook")).addprevious(edges)


def _picture(document: WordDocument, picture: Picture) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Mm

    drawn = png(picture.svg, width_mm=picture.width_mm, height_mm=picture.height_mm)
    width = Mm(min(picture.width_mm, TEXT_MM))
    holder = document.add_paragraph(style="No Spacing")
    holder.paragraph_format.line_spacing = 1.0
    holder.paragraph_format.keep_with_next = True
    holder.add_run().add_picture(io.BytesIO(drawn), width=width)
    properties = next(holder._p.iter(qn("wp:docPr")))
    properties.set("descr", printable(picture.said))
    said = document.add_paragraph(printable(picture.said), style="Caption")
    holder.alignment = said.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _signature(document: WordDocument, by: str, day: str, lang: Lang) -> None:
    """Set whose report it is and its day, to the right, four characters from the edge."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Pt

    for at, said in enumerate((by, day)):
        added = document.add_paragraph(printable(said))
        added.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        form = added.paragraph_format
        form.first_line_indent, form.right_indent = Pt(0), Pt(4 * SIZES[lang].body)
        added._p.get_or_add_pPr().find(qn("w:ind")).set(qn("w:firstLineChars"), "0")
        form.keep_with_next = at == 0
        form.space_before = Pt(0 if at else SIZES[lang].line)


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
