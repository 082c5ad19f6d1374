"""What the planner's page says of the town as it is, where scripts do not run."""

from __future__ import annotations

from ...coverage.assessment import Assessment
from ...geo.tables import is_missing
from ...geo.words import Lang, text
from ...geo.words import fields as f
from ..html import table
from ..reports import cell, message
from ..styles import style
from ..voice import community_rows, main_tier, opening_said, percent


def standing(assessment: Assessment, lang: Lang) -> str:
    """Return the sentence of the town and its communities with their shares, as HTML.

    Parameters
    ----------
    assessment
        Of the town as it is.
    lang
        Language of the words.
    """
    tier = main_tier(assessment)
    unknown = text("popup.unknown", lang)
    shares = {}
    for entry in assessment.summary.get("communities", ()):
        share = ((entry.get("coverage") or {}).get(tier) or {}).get("share_buildings")
        told = unknown if is_missing(share) else percent(float(str(share)))
        shares[str(entry[f.COMMUNITY_ID])] = told
    names = {
        "tier": style.tier_label(tier, lang),
        "standard": style.standard_label(assessment.tiers[tier], lang),
    }
    heads = (
        text("planner.community", lang),
        text("planner.standing_share", lang, **names),
        text("opening.late_head", lang, **names),
    )
    rows = [
        (row.name, shares.get(row.identity, unknown), cell(row.late))
        for row in community_rows(assessment, lang)
    ]
    return message(opening_said(assessment, lang)) + table(heads, rows, numeric=(1, 2))
