"""Tables and sections of generated pages, as nodes: nothing has to be escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from docutils import nodes

Cell = str | nodes.Node | Sequence[nodes.Node]


def code(said: str) -> nodes.literal:
    """Return a text as users type it."""
    return nodes.literal(said, said)


def codes(words: Iterable[str]) -> list[nodes.Node]:
    """Return several texts as users type them, one beside the other."""
    said: list[nodes.Node] = []
    for word in words:
        said += [nodes.Text(" ")] if said else []
        said.append(code(word))
    return said


def table(heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> nodes.table:
    """Return a table with a head."""
    group = nodes.tgroup(cols=len(heads))
    group += [nodes.colspec(colwidth=1) for _ in heads]
    group += nodes.thead("", _row(heads))
    group += nodes.tbody("", *(_row(row) for row in rows))
    return nodes.table("", group, classes=["colwidths-auto"])


def _row(cells: Sequence[Cell]) -> nodes.row:
    row = nodes.row()
    for cell in cells:
        line = nodes.paragraph()
        if isinstance(cell, str):
            line += nodes.Text(cell)
        elif isinstance(cell, nodes.Node):
            line += cell
        else:
            line += list(cell)
        row += nodes.entry("", line)
    return row


def paragraph(*parts: str | nodes.Node) -> nodes.paragraph:
    """Return a paragraph of texts and nodes."""
    line = nodes.paragraph()
    line += [nodes.Text(part) if isinstance(part, str) else part for part in parts]
    return line


def section(
    document: nodes.document, label: str, title: str, *parts: nodes.Node, said: str = ""
) -> nodes.section:
    """Return a section that `ref` finds by its label.

    Parameters
    ----------
    document
        Into which it goes.
    label
        Unique in the site.
    title
        Plain text.
    *parts
        What it holds.
    said
        What stands in the title as code before it.
    """
    heading = nodes.title("", "", *([code(said), nodes.Text(" ")] if said else []))
    heading += nodes.Text(title)
    made = nodes.section("", heading, *parts, names=[nodes.fully_normalize_name(label)])
    document.note_explicit_target(made)
    return made
