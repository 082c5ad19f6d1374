"""A province: many districts, or one large town in parts, on one machine or on a cluster."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from .options import DateOption, LangOption, Language, OutOption, ScenarioOption, both, day_of
from .screen import err, say, steps

MOST = 100_000  # buildings in a part: about 2 GB of memory, see docs/scale.md


def province(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=both("cli.province_dir"))],
    out: OutOption,
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", metavar="ADDRESS", help=both("cli.province_scheduler")),
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help=both("cli.province_workers"))
    ] = None,
    most: Annotated[int, typer.Option("--most", min=1, help=both("cli.province_most"))] = MOST,
    horizon: Annotated[
        float | None, typer.Option("--horizon", min=1, help=both("cli.province_horizon"))
    ] = None,
    stations: Annotated[
        int | None,
        typer.Option("--stations", metavar="N", min=1, help=both("cli.province_stations")),
    ] = None,
    scenario: ScenarioOption = None,
    date: DateOption = None,
    draws: Annotated[int, typer.Option("--draws", min=1, help=both("cli.draws"))] = 200,
    seed: Annotated[int, typer.Option("--seed", min=0, help=both("cli.province_seed"))] = 1,
    lang: LangOption = Language.zh,
) -> None:
    """Assess a province district by district."""
    with steps(lang.value) as step:
        step("step.compile")
        from ..coverage.parts import Asked
        from ..runs.engines import engine
        from ..runs.province import run_province

        runs = engine(scheduler, workers=workers or os.cpu_count() or 1)
        try:
            asked = Asked(scenario, day_of(date).isoformat(), draws, seed, horizon)
            outcome = run_province(
                folder,
                out,
                asked,
                runs,
                most=most,
                lang=lang.value,
                stations=stations,
                progress=step,
            )
        finally:
            runs.close()
    for name, why in sorted(outcome.failed.items()):
        said = why[lang.value].strip()
        err.print(_failed(name, said, lang), style="red", markup=False)
    say(
        "cli.province_done",
        lang.value,
        done=len(outcome.done),
        kept=len(outcome.kept),
        failed=len(outcome.failed),
        page=out / "index.html",
    )
    if outcome.failed:
        raise typer.Exit(1)


def _failed(name: str, why: str, lang: Language) -> str:
    from ..geo.words import text

    return text("cli.province_failed", lang.value, name=name, why=why)
