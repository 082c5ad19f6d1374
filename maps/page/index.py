"""The door of a result folder: what was assessed, what came out, what each file is for."""

from __future__ import annotations

from collections.abc import Iterable
from string import Template

from ...coverage.assessment import Assessment
from ...geo.words import Lang, text
from ..html import escape, seal, shown, template, town_font
from ..styles import standard_label, tier_label
from ..voice import community_name, key_figures, missing_values, scenario_name, share, tiers_told

FILES = {
    "committee.html": "file_committee",
    "planner.html": "file_planner",
    "communities.csv": "file_communities",
    "results.gpkg": "file_results",
    "summary.json": "file_summary",
}


def index_page(assessment: Assessment, *, lang: Lang = "zh") -> str:
    """Return ``index.html`` of a result folder; it has no script.

    Parameters
    ----------
    assessment
        What the folder is about.
    lang
        Language of the page.
    """
    town = shown(assessment.town)
    simulated = assessment.simulated
    mark = text("index.simulated_mark", lang) if simulated else ""
    badge = escape(text("page.simulated", lang))
    notes = [shown(note[lang]) for note in assessment.summary.get("notes", ())]
    if simulated:
        notes.insert(0, text("page.simulated_note", lang))
    page = Template(template("index.html")).substitute(
        lang="zh-CN" if lang == "zh" else "en",
        title=escape(text("page.index_title", lang, town=town) + mark),
        style=town_font(assessment) + template("index.css"),
        heading=escape(text("page.index_title", lang, town=town)),
        badge=f'<strong class="badge">{badge}</strong>' if simulated else "",
        facts=escape(
            text(
                "page.facts",
                lang,
                scenario=scenario_name(assessment, lang),
                date=shown(assessment.date),
                rules=shown(assessment.rules),
            )
        ),
        doors=_doors(lang),
        figures="".join(
            f'<div><dt>{escape(figure.label)}</dt><dd class="value">{escape(figure.value)}</dd>'
            f'<dd class="small">{escape(figure.note)}</dd></div>'
            for figure in key_figures(assessment, lang)
        ),
        communities_title=escape(text("page.communities", lang)),
        communities=_communities(assessment, lang),
        unknown_title=escape(text("index.unknown", lang)),
        unknown=_unknown(assessment, lang),
        files_title=escape(text("index.files", lang)),
        files=_rows(
            ((f'<a href="{name}">{name}</a>', escape(text(f"index.{key}", lang))))
            for name, key in FILES.items()
        ),
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


def _rows(rows: Iterable[Iterable[str]]) -> str:
    """Return table rows from cells that are HTML already."""
    return "".join("<tr>" + "".join(f"<td>{c}</td>" for c in cells) + "</tr>" for cells in rows)


def _head(cells: Iterable[str]) -> str:
    return "<thead><tr>" + "".join(f"<th>{escape(cell)}</th>" for cell in cells) + "</tr></thead>"


def _communities(assessment: Assessment, lang: Lang) -> str:
    """Return the table of communities with the note that explains its shares."""
    communities = assessment.summary.get("communities", ())
    if not communities:
        return f"<p>{escape(text('page.no_communities', lang))}</p>"
    headings = [text("page.community", lang)]
    tiers = tiers_told(assessment)
    for tier, standard_s in tiers.items():
        headings.append(f"{tier_label(tier, lang)} {standard_label(standard_s, lang)}")
    rows = []
    for community in communities:
        cells = [escape(community_name(community, lang))]
        for tier in tiers:
            found = share(community.get("coverage", {}).get(tier), lang)
            span = text("verdict.detail", lang, parts=found.range) if found.range else ""
            cells.append(
                f"<strong>{escape(found.value)}</strong>{escape(span)}"
                f'<span class="small">{escape(found.detail)}</span>'
                f'<span class="small">{escape(found.people)}</span>'
            )
        rows.append(cells)
    note = escape(text("page.communities_note_index", lang))
    return (
        f'<p class="small">{note}</p><div class="wide"><table>{_head(headings)}'
        f"<tbody>{_rows(rows)}</tbody></table></div>"
    )


def _unknown(assessment: Assessment, lang: Lang) -> str:
    """Return the table of what is missing."""
    missing = missing_values(assessment, lang)
    if not missing:
        return f"<p>{escape(text('index.unknown_none', lang))}</p>"
    headings = (text("index.unknown_column", lang), text("index.unknown_count", lang))
    rows = _rows((escape(name), escape(number)) for name, number in missing)
    return f"<table>{_head(headings)}<tbody>{rows}</tbody></table>"


def _problems(assessment: Assessment, lang: Lang) -> str:
    """Return what was repaired or is doubtful in the data, folded away."""
    told = assessment.summary.get("problems", ())
    if not told:
        return ""
    heading = escape(text("index.problems", lang, count=len(told)))
    lines = "".join(f"<li>{escape(shown(problem[lang]))}</li>" for problem in told)
    return f"<details><summary>{heading}</summary><ul>{lines}</ul></details>"
