"""Hold predicted arrivals against recorded ones that no fit has seen."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from ..geo.words import whole_folder
from .options import LangOption, Language, OutOption, TownArgument, both
from .screen import say, steps

VALIDATE_NAMES = ("validation.html", "validation.json", "validation.csv")


def validate(
    folder: TownArgument,
    out: OutOption,
    seed: Annotated[int, typer.Option("--seed", min=0, help=both("cli.validate_seed"))] = 1,
    lang: LangOption = Language.zh,
) -> None:
    """Predict recorded arrivals from others; write the report, its figures and every record."""
    with steps(lang.value) as step:
        step("step.compile")
        from ..coverage.reach import validate as hold_against
        from ..geo.town import load_town
        from ..maps.books import sheet
        from ..maps.reports import validation_page, validation_verdict

        with whole_folder(out, may_hold=VALIDATE_NAMES) as unfinished:
            town = load_town(folder, progress=step)
            step("step.validate")
            found = hold_against(town, seed=seed)
            page = validation_page(found, town, lang=lang.value)
            (unfinished / "validation.html").write_text(page, encoding="utf-8")
            said = json.dumps(found.told, ensure_ascii=False, indent=1, allow_nan=False)
            (unfinished / "validation.json").write_text(said + "\n", encoding="utf-8")
            rows = found.records.astype(object).where(found.records.notna(), "")
            records = sheet(list(rows.columns), rows.itertuples(index=False))
            (unfinished / "validation.csv").write_text(records, encoding="utf-8-sig", newline="")
    for sentence in validation_verdict(found, town, lang=lang.value):
        say("cli.validate_said", lang.value, said=sentence)
    say("cli.validate_done", lang.value, page=out / "validation.html")
