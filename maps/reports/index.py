"""The door of a result folder: what was assessed, what came out, what each file is for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from string import Template
from types import MappingProxyType

from ...coverage.assessment import Assessment
from ...geo.words import Lang, text
from ...geo.words import fields as f
from ...geo.yardstick import Difference
from ..html import (
    HTML_LANG,
    Html,
    differences_told,
    escape,
    line,
    paragraph,
    seal,
    section,
    shown,
    table,
    template,
    town_font,
)
from ..styles import standard_label, tier_label
from ..voice import (
    community_rows,
    key_figures,
    main_tier,
    missing_values,
    next_steps,
    opening_said,
    scenario_name,
    share,
    tiers_told,
)
from .overview import cell, message, next_list
from .plain_page import badge

COMMUNITY_PAGES = "communities"  # folder of the pages of a city
FILES = {
    "committee.html": "file_committee",
    "planner.html": "file_planner",
    "public.html": "file_public",
    "communities.csv": "file_communities",
    "results.gpkg": "file_results",
    "summary.json": "file_summary",
}


def index_page(
    assessment: Assessment,
    *,
    against: Sequence[Difference] = (),
    others: Mapping[str, str] = MappingProxyType({}),
    lang: Lang = "zh",
) -> str:
    """Return ``index.html`` of a result folder; it has no script.

    Parameters
    ----------
    assessment
        What the folder is about.
    against
        How the earlier assessment that its pages show was measured otherwise.
    others
        Pages and papers that other commands wrote: what they are called, by their address.
    lang
        Language of the page.
    """
    town = shown(assessment.town)
    simulated = assessment.simulated
    mark = text("index.simulated_mark", lang) if simulated else ""
    notes = [shown(note[lang]) for note in assessment.summary.get("notes", ())]
    if simulated:
        notes.insert(0, text("page.simulated_note", lang))
    page = Template(template("index.html")).substitute(
        lang=HTML_LANG[lang],
        title=escape(text("page.index_title", lang, town=town) + mark),
        style=town_font(assessment) + template("index.css"),
        heading=escape(text("page.index_title", lang, town=town)),
        badge=badge(lang) if simulated else "",
        facts=escape(
            text(
                "page.facts",
                lang,
                scenario=scenario_name(assessment, lang),
                date=shown(assessment.date),
                rules=shown(assessment.rules),
            )
        ),
        differences=differences_told(against, lang),
        doors=_doors(lang),
        figures="".join(
            f'<div><dt>{escape(figure.label)}</dt><dd class="value">{escape(figure.value)}</dd>'
            f'<dd class="small">{escape(figure.note)}</dd></div>'
            for figure in key_figures(assessment, lang)
        ),
        message=message(opening_said(assessment, lang)),
        next=section("opening.next", next_list(steps, lang), lang)
        if (steps := next_steps(assessment, lang))
        else "",
        communities_title=escape(text("page.communities", lang)),
        communities=_communities(assessment, lang),
        unknown_title=escape(text("index.unknown", lang)),
        unknown=_unknown(assessment, lang),
        files_title=escape(text("index.files", lang)),
        files=table(
            (),
            (
                (Html(f'<a href="{name}">{name}</a>'), text(f"index.{key}", lang))
                for name, key in FILES.items()
            ),
        )
        + _others(others, lang),
        problems=_problems(assessment, lang),
        notes="".join(f"<p>{escape(note)}</p>" for note in notes),
    )
    return seal(page)


def _doors(lang: Lang) -> str:
    """Return one door a reader; for the inspector, whose papers are made to order, how to."""
    doors = []
    for name, file in (("committee", "committee.html"), ("planner", "planner.html"),
                       ("inspector", ""), ("lists", "communities.csv")):  # fmt: skip
        said = escape(text(f"door.{name}", lang)), escape(text(f"door.{name}_note", lang))
        inside = f"<strong>{said[0]}</strong><span>{said[1]}</span>"
        doors.append(f'<a href="{file}">{inside}</a>' if file else f"<div>{inside}</div>")
    return "".join(doors)


def _others(others: Mapping[str, str], lang: Lang) -> str:
    """Return links to what other commands wrote; an address comes from `pages_beside`."""
    if not others:
        return ""
    items = "".join(
        f'<li><a href="{escape(address)}">{escape(shown(name))}</a></li>'
        for address, name in others.items()
    )
    return f'<h2>{escape(text("index.others", lang))}</h2><ul id="others">{items}</ul>'


def _communities(assessment: Assessment, lang: Lang) -> str:
    """Return the table of communities with the note that explains its shares."""
    communities = assessment.summary.get("communities", ())
    if not communities:
        return line("page.no_communities", lang)
    headings = [text("page.community", lang)]
    tiers = tiers_told(assessment)
    main = main_tier(assessment)
    names = {
        "tier": tier_label(main, lang),
        "standard": standard_label(assessment.tiers[main], lang),
    }
    headings += [
        text("opening.late_head", lang, **names),
        text("opening.risk_head", lang),
        text("opening.hazards_head", lang),
    ]
    entries = {shown(str(entry[f.COMMUNITY_ID])): entry for entry in communities}
    for tier, standard_s in tiers.items():
        headings.append(f"{tier_label(tier, lang)} {standard_label(standard_s, lang)}")
    rows = []
    whole = assessment.summary.get("coverage", {})
    for told in community_rows(assessment, lang):
        community = entries[told.identity]
        cells = [told.name, *(cell(one) for one in (told.late, told.risk, told.hazards))]
        for tier in tiers:
            found = share(community.get("coverage", {}).get(tier), lang, town=whole.get(tier))
            span = text("verdict.detail", lang, parts=found.range) if found.range else ""
            said = (
                f"<strong>{escape(found.value)}</strong>{escape(span)}"
                f'<span class="small">{escape(found.detail)}</span>'
                f'<span class="small">{escape(found.people)}</span>'
            )
            cells.append(Html(said))
        rows.append(cells)
    note = paragraph(text("page.communities_note_index", lang), "small")
    return note + table(headings, rows)


def _unknown(assessment: Assessment, lang: Lang) -> str:
    """Return the table of what is missing."""
    missing = missing_values(assessment, lang)
    if not missing:
        return line("index.unknown_none", lang)
    headings = (text("index.unknown_column", lang), text("index.unknown_count", lang))
    return table(headings, missing)


def _problems(assessment: Assessment, lang: Lang) -> str:
    """Return what was repaired or is doubtful in the data, folded away."""
    told = assessment.summary.get("problems", ())
    if not told:
        return ""
    heading = escape(text("index.problems", lang, count=len(told)))
    lines = "".join(f"<li>{escape(shown(problem[lang]))}</li>" for problem in told)
    return f"<details><summary>{heading}</summary><ul>{lines}</ul></details>"
