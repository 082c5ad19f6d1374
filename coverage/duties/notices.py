"""约谈、通报、抄告、曝光: what was said to whom, and which cases may be exposed in a quarter."""

from __future__ import annotations

import datetime as dt
from typing import Final

import numpy as np
import pandas as pd

from ...geo.words import NoticeKind, Workdays
from ...geo.words import fields as f
from ..cases import OPEN, due_days

NOTICE_COLUMNS: Final = ("issued_on", "notice", f.NAME, f.ADDRESS, "community", "hazard_key",
                         "reason", "issued_by", "outcome", "told_in")  # fmt: skip


def notice_table(
    notices: pd.DataFrame, units: pd.DataFrame, *, start: dt.date, end: dt.date
) -> pd.DataFrame:
    """Return the talks, circulars and exposures of a period, the latest first.

    Parameters
    ----------
    notices
        Rows of the ledger of notices.
    units
        Rows of the ledger of units; their `talk_date` is a talk, unless the ledger of notices
        tells of a talk at the same place on the same day.
    start, end
        First and last day.

    Returns
    -------
    DataFrame
        `told_in` names the ledger: ``notices`` or ``units``.
    """
    own = notices.assign(told_in="notices")
    talks = units[units["talk_date"].notna()]
    talks = talks.assign(
        issued_on=pd.to_datetime(talks["talk_date"]), notice=str(NoticeKind.TALK),
        reason=talks["talk_reason"], issued_by=talks["talk_by"], hazard_key=None, outcome=None,
        told_in="units",
    )  # fmt: skip
    both = pd.concat([part for part in (own, talks) if len(part)] or [own], ignore_index=True)
    both["issued_on"] = pd.to_datetime(both["issued_on"])
    place = both[f.BUILDING_ID].where(both[f.BUILDING_ID].notna(), both[f.NAME])
    same = pd.DataFrame({"place": place, "on": both["issued_on"], "notice": both["notice"]})
    twice = same.duplicated() & place.notna() & (both["told_in"] == "units")
    within = both["issued_on"].between(pd.Timestamp(start), pd.Timestamp(end)) & ~twice
    ordered = both[within].sort_values(["issued_on", "key"], ascending=[False, True])
    return ordered[list(NOTICE_COLUMNS)].reset_index(drop=True)


def exposure_cases(
    cases: pd.DataFrame, *, start: dt.date, end: dt.date, workdays: Workdays | None = None
) -> pd.DataFrame:
    """Return the major hazards that may be exposed in a period, and those that may not, with why.

    Parameters
    ----------
    cases
        As they stand on the last day.
    start, end
        First and last day of the period.
    workdays
        The calendar; a due day of rest is put off to the next working day.

    Returns
    -------
    DataFrame
        Cases that somebody judged to be a major hazard (重大火灾隐患). `exposure` is ``yes`` where
        that was judged within the period and the case is open on its last day; else ``mended``,
        ``earlier`` (judged before the period), ``undated`` (nobody told when) or ``later``. A
        listed case that nobody judged major is not among them. `days_overdue` are those since an
        open case was to be mended, missing for all others.
    """
    major = cases[cases["major"] == 1].copy()
    judged = pd.to_datetime(major["major_on"])
    is_open = major["state"].isin(OPEN)
    major["exposure"] = np.select(
        [~is_open, judged.isna(), judged < pd.Timestamp(start), judged > pd.Timestamp(end)],
        ["mended", "undated", "earlier", "later"],
        "yes",
    )
    late = (pd.Timestamp(end) - due_days(major["due_on"], workdays)).dt.days
    major["days_overdue"] = late.where(is_open & (late > 0)).astype("float64")
    return major.sort_values(["exposure", "key"], ignore_index=True)
