"""The opening of a page as HTML: the sentence, the communities, what to do next.

It stands without a script; the committee's page sorts it and leads to the map.
"""

from __future__ import annotations

from ...coverage.assessment import Assessment
from ...geo.words import Lang, text
from ..html import Html, escape, line, paragraph
from ..styles import standard_label, tier_label
from ..voice import Cell, CommunityRow, NextStep, main_tier


def message(sentence: str) -> str:
    """Return the sentence with which a page opens.

    Parameters
    ----------
    sentence
        Plain text, from `weizhan.maps.voice.opening_said`.
    """
    return f'<p id="message">{escape(sentence)}</p>'


def communities_table(assessment: Assessment, rows: list[CommunityRow], lang: Lang) -> str:
    """Return the table of communities; its headings sort it where there is a script.

    Parameters
    ----------
    assessment
        Whose communities.
    rows
        From `weizhan.maps.voice.community_rows`.
    lang
        Language of the headings.
    """
    if not rows:
        return line("page.no_communities", lang)
    tier = main_tier(assessment)
    names = {
        "tier": tier_label(tier, lang),
        "standard": standard_label(assessment.tiers[tier], lang),
    }
    heads = (
        ("name", text("opening.community", lang), "none"),
        ("late", text("opening.late_head", lang, **names), "descending"),
        ("risk", text("opening.risk_head", lang), "none"),
    )
    head = "".join(
        f'<th scope="col" aria-sort="{sort}" data-by="{by}">'
        f'<button type="button">{escape(said)}</button></th>'
        for by, said, sort in heads
    )
    body = "".join(
        f'<tr data-id="{escape(row.identity)}" data-late="{row.late.order}"'
        f' data-risk="{row.risk.order}"><td><button type="button">{escape(row.name)}</button>'
        f'<span class="small">{escape(row.people)}</span>'
        f"</td><td>{cell(row.late)}</td><td>{cell(row.risk)}</td></tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def cell(value: Cell) -> Html:
    """Return the inside of a cell of the table of communities."""
    parts = [f"<strong>{escape(value.value)}</strong>"]
    for kind, said in (("range", value.range), ("small", value.note)):
        if said:
            parts.append(f'<span class="{kind}">{escape(said)}</span>')
    return Html("".join(parts))


def next_list(steps: list[NextStep], lang: Lang, *, leads: bool = False) -> str:
    """Return the things to do next; each tells where it is, for a page with a map.

    Parameters
    ----------
    steps
        From `weizhan.maps.voice.next_steps`.
    lang
        Language of the notes.
    leads
        Whether a script leads to the place of each.
    """
    if not steps:
        return ""
    items = []
    for step in steps:
        where = {"lon": step.lon, "lat": step.lat, "lane": step.lane, "community": step.community}
        told = "".join(
            f' data-{name}="{escape(str(value))}"'
            for name, value in where.items()
            if value not in (None, "")
        )
        cost = text("popup.joiner", lang).join((step.cost, step.gain))
        said = escape(step.what)
        what = f'<button type="button"{told}>{said}</button>' if leads else f"<b>{said}</b>"
        items.append(f'<li>{what}<span class="small">{escape(cost)}</span></li>')
    note = paragraph(text("opening.note", lang), "note") if steps[0].lon is not None else ""
    return f"<ol>{''.join(items)}</ol>{note}"
