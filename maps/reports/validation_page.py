"""The report of a validation: predicted against recorded arrivals, in words, figures and a plot."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from ...coverage.reach import Validation
from ...geo.rules import ValidationRule
from ...geo.town import Town
from ...geo.words import Lang, label, text
from ..html import escape, line, paragraph, section, shown, table
from ..voice import percent
from .plain_page import plain_page

SIZE: Final = 420.0
MARGIN: Final = 46.0
MARKS: Final = {"later": "#9b1c1c", "elsewhere": "#14549b"}
NEAR: Final = 0.1  # of the median: less is told as about right


def validation_page(found: Validation, town: Town, *, lang: Lang = "zh") -> str:
    """Return the report as one HTML text.

    Parameters
    ----------
    found
        From `weizhan.coverage.reach.validate`.
    town
        Whose page.
    lang
        Language of the page.
    """
    title = text("validation.title", lang, town=shown(town.name))
    verdict = "".join(paragraph(said) for said in validation_verdict(found, town, lang=lang))
    parts = [section("validation.verdict", verdict, lang)]
    if len(found.scores):
        parts.append(section("validation.scores", _figures(found.scores, lang), lang))
        plot = line("validation.plot_note", lang) + _plot(found.records, lang)
        parts.append(section("validation.plot", plot, lang))
    parts.append(section("validation.records", _records(found, lang), lang))
    said = text("validation.facts", lang, rules=shown(town.rules.title))
    return plain_page(title, said, "".join(parts), simulated=town.simulated, lang=lang)


def validation_verdict(found: Validation, town: Town, *, lang: Lang = "zh") -> list[str]:
    """Return what the validation says, in sentences.

    Parameters
    ----------
    found, town, lang
        As for `validation_page`.
    """
    if not found.found:
        return [text("validation.none", lang)]
    said = [found.speeds.summary(lang)]
    for row in found.scores.to_dict("records"):
        if row["tier"] != "all" and len(found.scores["tier"].unique()) > 1:
            continue
        said.append(_sentence(row, town.rules.validation, lang))
    return said


def _sentence(row: Mapping[Hashable, Any], rule: ValidationRule, lang: Lang) -> str:
    split = text(f"validation.split_{row['split']}", lang)
    if row["n"] < rule.min_records.value:
        return text("validation.few", lang, split=split, n=row["n"],
                    least=f"{rule.min_records.value:g}")  # fmt: skip
    error = row["median_error"]
    pace = "right" if abs(error) < NEAR else ("slow" if error > 0 else "fast")
    needed = rule.trusted_share.value
    trusted = "yes" if row["inside"] >= needed else "no" if row["inside_high"] < needed else "open"
    predicted = row["in_time_predicted"]
    chance = "right"
    if not row["in_time_low"] <= predicted <= row["in_time_high"]:
        chance = "high" if predicted > row["in_time_observed"] else "low"
    return "".join(
        (
            text("validation.median", lang, split=split, n=row["n"],
                 predicted=f"{row['predicted_median_s']:.0f}",
                 observed=f"{row['observed_median_s']:.0f}", error=percent(abs(error)),
                 mae=f"{row['mae_s']:.0f}"),
            text(f"validation.pace_{pace}", lang),
            text("validation.held", lang, share=percent(row["inside"]),
                 low=percent(row["inside_low"]), high=percent(row["inside_high"])),
            text(f"validation.trusted_{trusted}", lang, share=percent(needed)),
            text("validation.in_time", lang, predicted=percent(predicted),
                 observed=percent(row["in_time_observed"]), low=percent(row["in_time_low"]),
                 high=percent(row["in_time_high"])),
            text(f"validation.chance_{chance}", lang),
        )
    )  # fmt: skip


def _figures(scores: pd.DataFrame, lang: Lang) -> str:
    names = ("split", "tier", "n", "observed_median_s", "predicted_median_s", "mae_s", "inside",
             "in_time_observed", "in_time_predicted")  # fmt: skip
    rows = [
        [
            text(f"validation.split_{row['split']}", lang),
            text("validation.all", lang)
            if row["tier"] == "all"
            else label("map_tier", row["tier"], lang),
            str(row["n"]),
            f"{row['observed_median_s']:.0f}",
            f"{row['predicted_median_s']:.0f}",
            f"{row['mae_s']:.0f}",
            f"{percent(row['inside'])} "
            f"({percent(row['inside_low'])}–{percent(row['inside_high'])})",
            percent(row["in_time_observed"]),
            percent(row["in_time_predicted"]),
        ]
        for row in scores.to_dict("records")
    ]
    return table([text(f"validation.{name}", lang) for name in names], rows)


def _records(found: Validation, lang: Lang) -> str:
    said = line("validation.count", lang, found=found.found, predicted=found.predicted)
    rows = [
        [text(f"validation.left_{reason}", lang), str(count)]
        for reason, count in sorted(found.left_out.items())
    ]
    left = table([text("validation.left", lang), text("validation.n", lang)], rows) if rows else ""
    return said + left + line("validation.method", lang)


def _plot(records: pd.DataFrame, lang: Lang) -> str:
    """Return observed against predicted seconds, each with the range that was predicted."""
    known = records[records["predicted_s"].notna()]
    most = float(known[["observed_s", "predicted_s"]].to_numpy(dtype=float).max())
    step = _step(most)
    top = math.ceil(most / step) * step

    def x(seconds: float) -> float:
        return MARGIN + min(seconds, top) / top * (SIZE - MARGIN - 12)

    def y(seconds: float) -> float:
        return SIZE - x(seconds)

    name = text("validation.plot_label", lang)
    parts = [
        f'<svg viewBox="0 0 {SIZE:g} {SIZE:g}" role="img" aria-label="{escape(name)}" '
        f'font-family="inherit" font-size="11" style="max-width:{SIZE + 140:g}px">'
    ]
    for number in range(round(top / step) + 1):
        at = number * step
        parts.append(
            f'<path d="M{x(0):.1f} {y(at):.1f}H{x(top):.1f}M{x(at):.1f} {y(0):.1f}V{y(top):.1f}" '
            f'stroke="#e2ddd3"/><text x="{x(0) - 5:.1f}" y="{y(at) + 4:.1f}" '
            f'text-anchor="end">{at:g}</text><text x="{x(at):.1f}" y="{y(0) + 15:.1f}" '
            f'text-anchor="middle">{at:g}</text>'
        )
    for row in known.to_dict("records"):
        high = row["high_s"] if np.isfinite(row["high_s"]) else top
        at, colour = y(row["observed_s"]), MARKS[row["split"]]
        parts.append(
            f'<path d="M{x(row["low_s"]):.1f} {at:.1f}H{x(high):.1f}" stroke="{colour}" '
            f'stroke-opacity=".25"/>{_mark(row["split"], x(row["predicted_s"]), at, colour)}'
        )
    parts.append(
        f'<path d="M{x(0):.1f} {y(0):.1f}L{x(top):.1f} {y(top):.1f}" stroke="#22282d"/>'
        f'<text x="{SIZE / 2:g}" y="{SIZE - 8:g}" text-anchor="middle">'
        f"{escape(text('validation.axis_predicted', lang))}</text>"
        f'<text x="12" y="{SIZE / 2:g}" text-anchor="middle" '
        f'transform="rotate(-90 12 {SIZE / 2:g})">'
        f"{escape(text('validation.axis_observed', lang))}</text></svg>"
    )
    legend = " ".join(
        f'<span style="color:{colour}">{"●" if split == "later" else "□"}</span> '
        f"{escape(text(f'validation.split_{split}', lang))}"
        for split, colour in MARKS.items()
    )
    return "".join(parts) + f'<p class="small">{legend}</p>'


def _mark(split: str, x: float, y: float, colour: str) -> str:
    if split == "later":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.6" fill="{colour}"/>'
    return (
        f'<rect x="{x - 2.4:.1f}" y="{y - 2.4:.1f}" width="4.8" height="4.8" fill="#fff" '
        f'stroke="{colour}"/>'
    )


def _step(most: float) -> float:
    """Return a round step of the axes: at most eight of them."""
    steps = (30.0, 60.0, 120.0, 300.0, 600.0)
    return next((step for step in steps if most / step <= 8), 1200.0)
