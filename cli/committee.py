"""What the committee asks for: the assessment with its pages and tables."""

from __future__ import annotations

import gc
import time

from ..geo.words import fields as f
from ..geo.words import label, whole_folder
from .options import (
    AlsoOption,
    BeforeOption,
    DateOption,
    LangOption,
    Language,
    OutOption,
    PlanOption,
    ScenarioOption,
    TownArgument,
    day_of,
)
from .screen import say, say_differences, say_problems, steps

#: Objects made before garbage is looked for: there is next to none, and a search reads them all.
GARBAGE = 50_000


def assess(
    folder: TownArgument,
    out: OutOption,
    scenario: ScenarioOption = None,
    date: DateOption = None,
    plan: PlanOption = None,
    before: BeforeOption = None,
    also: AlsoOption = None,
    lang: LangOption = Language.zh,
) -> None:
    """Compute response times and coverage; write pages and tables."""
    with steps(lang.value) as step:
        began = time.perf_counter()
        step("step.compile")
        from ..coverage import assessment
        from ..coverage.measures import first_measures
        from ..coverage.scenes import BEFORE, earlier_scene, other_scenes
        from ..coverage.siting import candidates
        from ..coverage.what_if import moments
        from ..geo.plan import plan_note, planned, read_plan
        from ..geo.town import load_town
        from ..maps.page import fits_planner, planner_left_out, planner_page
        from ..maps.results import RESULT_NAMES, pages_beside, write_results
        from ..maps.voice import next_record, no_answer

        others = {
            address: name
            for folder_of_another in also or ()
            for address, name in pages_beside(folder_of_another, out).items()
        }
        # What the imports made stays; scanning it again and again took a third of the loading.
        gc.freeze()
        gc.set_threshold(GARBAGE)
        with whole_folder(out, may_hold=RESULT_NAMES) as unfinished:
            compiled = time.perf_counter()
            given = None if plan is None else read_plan(plan)
            present = town = load_town(folder, progress=step)
            if given is not None:
                town = planned(town, given)
                scenario = scenario or given.scenario
            loaded = time.perf_counter()
            found = assessment.assess(
                town, scenario=scenario, date=day_of(date).isoformat(), progress=step
            )
            past = {}
            if before is not None:  # what cannot be compared is refused before anything is computed
                ids = town.buildings[f.BUILDING_ID]
                past[BEFORE] = earlier_scene(before, ids, now=found.yardstick)
            found.complete()
            if plan is not None and given is not None:
                found.summary["notes"].insert(0, plan_note(given, name=plan.name))
            step("step.next")
            first = first_measures(found, candidates.host_candidates(town))
            found.summary["next"] = next_record(first, town.buildings, town.lanes)
            timings = {"compile": compiled - began, "load": loaded - compiled}
            step("step.scenes")
            scenes = other_scenes(town, besides=found.scenario, day=day_of(date)) | past
            write_results(
                found,
                unfinished,
                lang=lang.value,
                timings=timings,
                scenes=scenes,
                plan=given,
                others=others,
                progress=step,
            )
            step("step.planner")
            if fits_planner(present):
                passing = moments(present, day=day_of(date))
                page = planner_page(present, found, passing, plan=given, lang=lang.value)
            else:
                page = planner_left_out(found, lang=lang.value)
            (unfinished / "planner.html").write_text(page, encoding="utf-8")
    for scene in past.values():
        say_differences(scene.differences, lang.value)
    for tier, standard_s in found.tiers.items():
        figures = found.coverage[tier]
        key = "cli.covered" if figures["share_buildings"] is not None else "cli.covered_unknown"
        say(
            key,
            lang.value,
            why=no_answer(figures, lang.value),
            tier=label("map_tier", tier, lang.value),
            minutes=f"{standard_s / 60:g}",
            **figures,
        )
    say_problems(town.problems, lang.value, folder=folder)
    say("cli.assess_done", lang.value, page=out / "index.html")
