"""Fit the rates of a town to its own fires, and say how well that holds."""

from __future__ import annotations

import json

from ..geo.words import text, whole_folder
from .options import DateOption, LangOption, Language, OutOption, TownArgument, day_of
from .screen import say, steps

CALIBRATE_NAMES = ("calibration.html", "calibration.json")


def calibrate(
    folder: TownArgument,
    out: OutOption,
    date: DateOption = None,
    lang: LangOption = Language.zh,
) -> None:
    """Fit rates to past fires; write the report, and the rates into the town folder."""
    with steps(lang.value) as step:
        step("step.compile")
        from ..coverage.risk import calibrate as fit
        from ..geo.postgis import change_file
        from ..geo.rules import CALIBRATION_FILE, calibration_text
        from ..geo.town import load_town
        from ..maps.reports import calibration_page

        with whole_folder(out, may_hold=CALIBRATE_NAMES) as unfinished:
            town = load_town(folder, progress=step)
            step("step.calibrate")
            found = fit(town, day=day_of(date))
            page = calibration_page(found.told, lang=lang.value)
            (unfinished / "calibration.html").write_text(page, encoding="utf-8")
            said = json.dumps(found.told, ensure_ascii=False, indent=1, allow_nan=False)
            (unfinished / "calibration.json").write_text(said + "\n", encoding="utf-8")
    # Where nothing could be fitted, what an earlier run fitted no longer holds.
    fitted = found.calibration
    kept = None if fitted is None else calibration_text(fitted).encode()
    change_file(folder, CALIBRATION_FILE, lambda before: kept)
    say(f"cli.calibrate_{found.chosen}", lang.value, fires=found.told["fires_fitted"])
    for name, told in found.checks.items():
        say("cli.calibrate_check", lang.value, top=f"{told.top:.0%}", auc=f"{told.auc:.2f}",
            low=f"{told.auc_low:.2f}", high=f"{told.auc_high:.2f}", fires=told.fires,
            name=text(f"calibration.score_{name}", lang.value))  # fmt: skip
    say("cli.calibrate_done", lang.value, page=out / "calibration.html")
