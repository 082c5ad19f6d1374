"""What the keepers of lanes ask for: which must stay clear, which should be opened."""

from __future__ import annotations

from typing import Annotated

import typer

from ..geo.words import text, whole_folder
from .options import (
    DateOption,
    LangOption,
    Language,
    OutOption,
    ScenarioOption,
    TownArgument,
    both,
    day_of,
)
from .screen import say, say_problems, steps


def lanes(
    folder: TownArgument,
    out: OutOption,
    scenario: ScenarioOption = None,
    draws: Annotated[int, typer.Option("--draws", min=1, help=both("cli.draws"))] = 1000,
    seed: Annotated[int, typer.Option("--seed", min=0, help=both("cli.lanes_seed"))] = 1,
    date: DateOption = None,
    lang: LangOption = Language.zh,
) -> None:
    """Rank lanes by what their loss costs; write the lists, the layers and their page."""
    with steps(lang.value) as step:
        step("step.compile")
        from ..coverage.assessment import Part, assess
        from ..geo.town import load_town
        from ..maps.results import LANES_NAMES, write_lanes
        from ..maps.voice import lanes_unknown, lanes_without

        with whole_folder(out, may_hold=LANES_NAMES) as unfinished:
            town = load_town(folder, progress=step)
            found = assess(
                town,
                scenario=scenario,
                date=day_of(date).isoformat(),
                draws=draws,
                seed=seed,
                progress=step,
            )
            found = found.only(*Part).complete()
            write_lanes(found, unfinished, lang=lang.value, progress=step)
    say_problems(town.problems, lang.value, folder=folder)
    told = dict(found.summary["lanes"])
    key = "cli.lanes_done" if told["keep_clear"] is not None else "cli.lanes_unknown"
    why = lanes_unknown(found, lang.value)
    if without := lanes_without(found, lang.value).rstrip("。."):
        why = without if told["keep_clear"] is None else text("verdict.detail", lang.value,
                                                              parts=without)  # fmt: skip
    say(key, lang.value, page=out / "lanes.html", why=why, **told)
