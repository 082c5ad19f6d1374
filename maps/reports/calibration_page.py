"""The report of a calibration: what was fitted, on what, and how well it holds; no script."""

from __future__ import annotations

from typing import Any

from ...geo.words import Lang, label, text
from ..html import line, section, shown, steps, table
from ..voice import calibration_next, three_figures
from .plain_page import plain_page

RIVALS = ("priors", "shrinkage", "regression", "boosting", "density", "inspectors")


def calibration_page(told: dict[str, Any], *, lang: Lang = "zh") -> str:
    """Return the report as one HTML text.

    Parameters
    ----------
    told
        `weizhan.coverage.risk.calibration.Calibrated.told`.
    lang
        Language of the page.
    """
    title = text("calibration.title", lang, town=shown(told["town"]))
    parts = [
        section("calibration.verdict", _verdict(told, lang), lang),
        section("calibration.data", _data(told, lang), lang),
        section("calibration.later", _checks(told["checks"], told, lang, "later_note"), lang),
        section(
            "calibration.elsewhere", _checks(told["left_out"], told, lang, "elsewhere_note"), lang
        ),
    ]
    if told["classes"]:
        parts += [
            section("calibration.classes", _classes(told, lang), lang),
            section("calibration.communities", _communities(told, lang), lang),
        ]
    next_steps = steps(calibration_next(told, lang))
    parts.append(section("calibration_next.heading", next_steps, lang))
    said = text(
        "calibration.facts",
        lang,
        first=told["first"],
        last=told["last"],
        rules=shown(told["rules"]),
    )
    return plain_page(title, said, "".join(parts), simulated=told["simulated"], lang=lang)


def _verdict(told: dict[str, Any], lang: Lang) -> str:
    said = [line(f"calibration.chosen_{told['chosen']}", lang, fires=told["fires_fitted"])]
    if told["chosen"] == "priors":
        few = len(told["rungs"]) == 1
        said.append(
            line(
                "calibration.too_few" if few else "calibration.not_better",
                lang,
                fires=told["fires_fitted"],
            )
        )
    return "".join(said)


def _data(told: dict[str, Any], lang: Lang) -> str:
    return line(
        "calibration.data_said", lang, fires=told["fires_in_ledger"],
        without=told["fires_without_building"], undated=told["fires_without_day"],
        fitted=told["fires_fitted"], buildings=told["buildings_fitted"], all=told["buildings"],
    )  # fmt: skip


def _checks(checks: dict[str, Any], told: dict[str, Any], lang: Lang, note: str) -> str:
    if not checks:
        return line("calibration.no_check", lang)
    heads = [text(f"calibration.{name}", lang, top=f"{told['top_share']:.0%}")
             for name in ("score", "top", "auc", "slope", "log_score", "fires")]  # fmt: skip
    rows = []
    for name in RIVALS:
        if name in checks:
            found = checks[name]
            rate = [found[figure] for figure in ("slope", "log_score")]
            rows.append([text(f"calibration.score_{name}", lang), f"{found['top']:.0%}",
                         f"{found['auc']:.2f} ({found['auc_low']:.2f}–{found['auc_high']:.2f})",
                         *("—" if told is None else f"{told:.2f}" for told in rate),
                         str(found["fires"])])  # fmt: skip
    share = f"{told['held_out_share']:.0%}"
    explained = line(f"calibration.{note}", lang, share=share, bandwidth=f"{told['bandwidth_m']:g}")
    return explained + table(heads, rows)


def _classes(told: dict[str, Any], lang: Lang) -> str:
    heads = [text(f"calibration.{name}", lang) for name in
             ("class", "per", "prior", "rate", "interval", "fires", "buildings")]  # fmt: skip
    rows = [
        [label("risk_class", row["class"], lang), text(f"calibration.per_{row['per']}", lang),
         three_figures(row["prior"]), three_figures(row["rate"]),
         f"{three_figures(row['low'])}–{three_figures(row['high'])}",
         _few(row["fires"], told, lang), str(row["buildings"])]
        for row in told["classes"] if "rate" in row
    ]  # fmt: skip
    return line("calibration.classes_note", lang, interval=f"{told['interval']:.0%}") + table(
        heads, rows
    )


def _communities(told: dict[str, Any], lang: Lang) -> str:
    heads = [text(f"calibration.{name}", lang) for name in
             ("community", "factor", "interval", "fires")]  # fmt: skip
    rows = [
        [shown(row["community"]), f"{row['factor']:.2f}", f"{row['low']:.2f}–{row['high']:.2f}",
         _few(row["fires"], told, lang)]
        for row in told["communities"]
    ]  # fmt: skip
    return line("calibration.communities_note", lang) + table(heads, rows)


def _few(fires: int | None, told: dict[str, Any], lang: Lang) -> str:
    """Return a count of fires, never a small one."""
    if fires is None or fires < told["few"]:
        return f"<{told['few']:g}"
    return str(fires)
