"""A whole province: districts loaded, joined with their neighbours, ranked together, written.

Every stage file carries the digest of all that it was made from, so a run does only what is new,
goes on where an earlier one was stopped, and does a district that failed again alone.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from ..coverage.parts import (
    Asked,
    among_all,
    assessed,
    by_id,
    community_groups,
    donors_of_all,
    halo_m,
    merged_losses,
    parts_of_town,
    usual_horizon_s,
)
from ..geo.rules import TOWN_FILE, RuleSet
from ..geo.town import load_town
from ..geo.words import InputError, Lang, OutputError, whole_file
from ..geo.words import fields as f
from ..maps.reports import DistrictRow
from ..maps.results import SITES_FILE, drop_part, page_of, write_overview, write_sites
from . import tasks
from .digests import digest, file_digest, folder_digests, made_by
from .engines import Engine, Job
from .run import Run
from .siting import site_province
from .stores import get, mapped, put

RESULT_NAMES: Final = (
    "index.html",
    "summary.json",
    "manifest.json",
    "districts",
    "pages",
    "stages",
)
DRAWS_A_JOB: Final = 50


@dataclass(frozen=True)
class Outcome:
    """What became of a province.

    Attributes
    ----------
    done, kept
        Names of the districts that were written, and of those that still held from before.
    failed
        Why each other one was not, by name and language.
    """

    done: tuple[str, ...]
    kept: tuple[str, ...]
    failed: Mapping[str, Mapping[str, str]]


def districts_in(folder: Path) -> dict[str, Path]:
    """Return the town folders of a province by name: districts, or cities with districts.

    Parameters
    ----------
    folder
        With a folder for each district that holds a ``town.toml``, directly or in the folder of
        its city.

    Raises
    ------
    InputError
        When there is none.
    """
    found: dict[str, Path] = {}
    for inside in sorted(p for p in folder.iterdir() if p.is_dir() and p.name[0] not in ".~"):
        if (inside / TOWN_FILE).exists():
            found[inside.name] = inside
            continue
        for below in sorted(p for p in inside.iterdir() if p.is_dir()):
            if (below / TOWN_FILE).exists():
                found[f"{inside.name}/{below.name}"] = below
    if not found:
        raise InputError("error.province_empty", folder=folder, file=TOWN_FILE)
    return found


def run_province(
    folder: Path,
    out: Path,
    asked: Asked,
    engine: Engine,
    *,
    most: int,
    lang: Lang,
    stations: int | None = None,
    progress: Callable[[str], None] = lambda step: None,
) -> Outcome:
    """Assess a province district by district, or one large town part by part.

    Parameters
    ----------
    folder
        Of districts, or a town folder.
    out
        Where results go and stages are kept.
    asked
        By what it is measured.
    engine
        What runs the jobs; every process reads `folder` and writes `out` by the same names.
    most
        Buildings in a part of one large town.
    lang
        Of the pages.
    stations
        New micro stations that are to be sited over all districts; none if not given.
    progress
        Called with the catalogue key of each step as it begins.

    Raises
    ------
    InputError
        When there is no district, or none can be read, or their rules differ.
    OutputError
        When `out` holds something else or cannot be written to.
    """
    if not folder.is_dir():
        raise InputError("error.no_town", folder=folder, file=TOWN_FILE)
    _checked(out)
    run = Run(folder.absolute(), out.absolute(), asked, engine, lang, progress, stations)
    cut = _cut if (folder / TOWN_FILE).exists() else _joined
    told, keys, sources, files, incidents = cut(run, folder.absolute(), most)
    run = replace(run, asked=sources.pop("asked"))  # with speeds fitted on the whole
    rules = _one_rule_set(told)
    jobs = [
        Job(f"see-{keys[name]}", name, tasks.see,
            (name, sources[name], _reach(run, told[name].rules), run.asked, one))
        for name, one in files.items() if not (one.seen.exists() and one.part.exists())
    ]  # fmt: skip
    run.do("step.province_see", jobs)
    files = {name: one for name, one in files.items() if name not in run.failed}
    if not files:
        raise InputError("error.province_none", why=_whys(run.failed, lang))
    return _together(run, told, keys, files, rules, incidents)


def _together(
    run: Run,
    told: Mapping[str, tasks.Loaded],
    keys: Mapping[str, str],
    files: dict[str, tasks.Files],
    rules: RuleSet,
    incidents: pd.DataFrame,
) -> Outcome:
    """Rank all parts together and write what changed."""
    run.progress("step.province_merge")
    own = {name: get(one.seen) for name, one in files.items()}
    order = by_id([one.ids for one in own.values()])
    donated = donors_of_all([one.known for one in own.values()], order, rules)
    donors = run.stage("all", "donors", digest(donated))
    put(donors, donated)
    lost = merged_losses([one.lanes for one in own.values()], list(rules.tier))
    del own
    files = {
        name: replace(one, **{kind: run.stage(name, kind, digest(keys[name], donors.name))
                              for kind in ("drawn", "yearly", "standing", "ranks")})
        for name, one in files.items()
    }  # fmt: skip
    run.do(
        "step.province_draw",
        [
            Job(f"draw-{one.drawn.stem}", name, tasks.draw, (run.asked, donors, one))
            for name, one in files.items() if not one.drawn.exists()
        ],
    )  # fmt: skip
    files = {name: one for name, one in files.items() if name not in run.failed}
    standing = {name: get(one.standing) for name, one in files.items()}
    order = by_id([one.ids for one in standing.values()])
    ranked = digest([one.drawn.name for one in files.values()])
    place = run.stage("all", "order", ranked)
    put(place, order)
    draws = mapped(next(iter(files.values())).yearly).shape[0]
    jobs = [
        Job(f"rank-{ranked}-{first}", f"{first}", tasks.rank,
            (list(files.values()), place, first, min(first + DRAWS_A_JOB, draws)))
        for first in range(0, draws, DRAWS_A_JOB)
    ]  # fmt: skip
    done = run.stage("all", "ranked", ranked)
    if not done.exists():
        run.do("step.province_rank", jobs)
        lost_draws = [name for name in run.failed if name in {job.name for job in jobs}]
        if lost_draws:
            raise InputError("error.province_none", why=_whys(run.failed, run.lang))
        put(done, True)
    every = list(standing.values())
    day = pd.Timestamp(run.asked.date).date()
    ranks = [mapped(one.ranks) for one in files.values()]
    among, burnt = among_all(every, ranks, incidents, rules, day=day)
    jobs, kept, records = [], [], {}
    for (name, one), place_of in zip(files.items(), among, strict=True):
        ids = set(_lanes_of(one))
        mine = lost[lost.index.isin(ids)]
        some = burnt[burnt.index.isin(place_of.communities.index)]
        key = digest(one.drawn.name, place_of, mine, some, run.lang, told[name].title, made_by())
        manifest = {
            "key": key,
            "inputs": {"district": keys[name], "donors": donors.stem},
            "asked": _plain(run.asked),
            "made_by": made_by(),
        }
        target = run.out / "districts" / name
        page = run.out / page_of(name)
        record = _holds(target, page, key)
        if record is not None:
            kept.append(name)
            records[name] = record
            continue
        given = run.stage(name, "among", key)
        put(given, (place_of, mine, some))
        arguments = (run.asked, one, given, target, page, manifest, run.lang)
        jobs.append(Job(f"finish-{name}-{key}", name, tasks.finish, arguments))
    records |= run.do("step.province_write", jobs)
    further = ""
    if run.stations:
        sited = site_province(run, keys, files, standing, _reach(run, rules))
        names = {name: told[name].title for name in files}
        further = write_sites(run.out / SITES_FILE, sited, names, lang=run.lang)
    return _overview(run, told, records, kept, rules, further)


def _overview(
    run: Run,
    told: Mapping[str, tasks.Loaded],
    records: Mapping[str, Any],
    kept: Sequence[str],
    rules: RuleSet,
    further: str,
) -> Outcome:
    """Write the overview, the figures of all and the manifest; take away what no longer holds."""
    names = sorted({*told, *run.failed})
    for name in names:
        if name not in records:
            drop_part(run.out / "districts" / name, run.out / page_of(name))
    rows = [
        DistrictRow(
            name,
            told[name].title if name in told else name,
            page_of(name),
            told[name].outline if name in told else None,
            records[name]["figures"] if name in records else {},
            run.failed.get(name),
        )
        for name in names
    ]
    facts = {
        "tiers": {tier: rule.standard_s.value for tier, rule in rules.tier.items()},
        "horizon_s": run.asked.horizon_s or usual_horizon_s(rules),
        "date": run.asked.date,
        "simulated": any(one.simulated for one in told.values()),
    }
    letters = sorted(set().union(*(record["letters"] for record in records.values())))
    write_overview(run.out, run.title, rows, facts, letters, further=further, lang=run.lang)
    summary = {
        **facts,
        "districts": {row.name: row.figures for row in rows if row.why is None},
        "coverage": _coverage(records),
        "failed": run.failed,
    }
    whole_file(run.out / "summary.json", _json(summary))
    manifest = {
        "asked": _plain(run.asked),
        "made_by": made_by(),
        "districts": {
            name: {"key": record["key"], "outputs": record["outputs"]}
            for name, record in sorted(records.items())
        },
        "failed": run.failed,
        "outputs": {n: file_digest(run.out / n) for n in ("index.html", "summary.json")},
    }
    whole_file(run.out / "manifest.json", _json(manifest))
    done = tuple(name for name in records if name not in kept)
    return Outcome(done, tuple(kept), run.failed)


def _coverage(records: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """Return how many buildings each tier covers of how many, all districts together."""
    told: dict[str, dict[str, int]] = {}
    for record in records.values():
        for tier, share in record["figures"]["share"].items():
            sums = told.setdefault(tier, {"covered_buildings": 0, "known_buildings": 0})
            for name in sums:
                sums[name] += int(share[name] or 0)
    return told


_Cut = tuple[
    dict[str, tasks.Loaded], dict[str, str], dict[str, Any], dict[str, tasks.Files], pd.DataFrame
]


def _joined(run: Run, folder: Path, most: int) -> _Cut:
    """Load every district of a folder; say which neighbours each is joined with."""
    towns, told, inputs = {}, {}, {}
    jobs = []
    for name, own in districts_in(folder).items():
        try:
            inputs[name] = digest(folder_digests(own), made_by())
        except OSError as error:
            said = run.inside(f"{error.filename}: {error.strerror}")
            run.failed[name] = {"zh": said, "en": said}
            continue
        towns[name] = run.stage(name, "town", inputs[name])
        if towns[name].exists():
            told[name] = tasks.loaded(towns[name])
        else:
            jobs.append(
                Job(f"load-{name}-{inputs[name]}", name, tasks.load, (own, name, towns[name]))
            )
    told |= run.do("step.province_load", jobs)
    towns = {name: towns[name] for name in sorted(told)}
    if not towns:
        raise InputError("error.province_none", why=_whys(run.failed, run.lang))
    sources: dict[str, Any] = {
        name: {other: towns[other] for other in _near(name, told, _reach(run, told[name].rules))}
        for name in towns
    }
    keys = {
        name: digest({other: inputs[other] for other in near}, name, run.asked)
        for name, near in sources.items()
    }
    files = {name: _files(run, name, keys[name]) for name in towns}
    incidents = pd.concat([told[name].incidents for name in towns], ignore_index=True)
    return told, keys, {**sources, "asked": run.asked}, files, incidents


def _cut(run: Run, folder: Path, most: int) -> _Cut:
    """Load one large town and cut it into parts by its communities."""
    run.progress("step.province_load")
    key = digest(folder_digests(folder), made_by(), run.asked, most)
    cut = run.stage("all", "cut", key)
    if not cut.exists():
        town = load_town(folder)
        groups = community_groups(town, most=most)
        asked = replace(run.asked, speeds=assessed(town, run.asked).moment.speeds)
        about = {}
        run.progress("step.province_cut")
        reach_m = _reach(replace(run, asked=asked), town.rules)
        for part in parts_of_town(town, groups, reach_m=reach_m):
            title = _titled(part.name, part.town, part.communities)
            named = replace(part.town, name=f"{town.name} · {title}")
            put(_files(run, part.name, key).part, replace(part, town=named))
            told = tasks.about(part.town, part.communities)
            about[part.name] = replace(told, title=title)
        put(cut, (about, asked, town.ledgers.incidents))
    about, asked, incidents = get(cut)
    names = list(about)
    files = {name: _files(run, name, key) for name in names}
    sources: dict[str, Any] = {name: {} for name in names}
    keys = {name: digest(key, name) for name in names}
    return about, keys, {**sources, "asked": asked}, files, incidents


def _titled(name: str, town: Any, own: Any) -> str:
    """Return what a part of a town is called: by its communities."""
    names = town.communities[f.NAME][own].dropna().astype(str).tolist()
    return f"{'、'.join(names[:3])}{'…' if len(names) > 3 else ''}" if names else name


def _files(run: Run, name: str, key: str) -> tasks.Files:
    kinds = ("part", "seen", "drawn", "yearly", "standing", "ranks")
    return tasks.Files(*(run.stage(name, kind, key) for kind in kinds))


def _lanes_of(files: tasks.Files) -> list[str]:
    told: list[str] = get(files.seen).lanes[f.LANE_ID].tolist()
    return told


def _reach(run: Run, rules: RuleSet) -> float:
    horizon_s = run.asked.horizon_s or usual_horizon_s(rules)
    return halo_m(rules, horizon_s=horizon_s, speeds=run.asked.speeds)


def _near(name: str, told: Mapping[str, tasks.Loaded], reach_m: float) -> list[str]:
    """Return a district and those whose buildings or lanes may lie within reach of it."""
    west, south, east, north = told[name].bounds
    lat = max(abs(south), abs(north))
    tall = 2 * reach_m / 110_000
    wide = tall / max(np.cos(np.radians(min(lat + tall, 89.0))), 0.01)
    return [
        other
        for other, one in sorted(told.items())
        if one.bounds[0] <= east + wide and one.bounds[2] >= west - wide
        and one.bounds[1] <= north + tall and one.bounds[3] >= south - tall
    ]  # fmt: skip


def _one_rule_set(told: Mapping[str, tasks.Loaded]) -> RuleSet:
    """Return the rules of all districts, which must be one set, numbers of calls aside."""
    seen: dict[str, list[str]] = {}
    for name, one in told.items():
        seen.setdefault(digest(one.rules.model_dump(exclude={"busy"})), []).append(name)
    if len(seen) > 1:
        first, *others = seen.values()
        raise InputError(
            "error.province_rules",
            one=first[0],
            others=", ".join(name for own in others for name in own),
        )
    return next(iter(told.values())).rules


def _holds(folder: Path, page: Path, key: str) -> dict[str, Any] | None:
    """Return what was told of a district, if its results are those of this key, to the byte."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        if manifest["key"] != key:
            return None
        for name, told in manifest["outputs"].items():
            file = page if name == page.name else folder / name
            if file_digest(file) != told:
                return None
        return {**manifest["told"], "key": key, "outputs": manifest["outputs"]}
    except (OSError, ValueError, KeyError):
        return None


def _checked(out: Path) -> None:
    """Refuse a folder that holds something else than an earlier run of a province."""
    try:
        if out.exists() and not out.is_dir():
            raise OutputError("error.out_is_file", folder=out)
        held = sorted(p.name for p in out.iterdir()) if out.exists() else []
        strange = [name for name in held if name not in RESULT_NAMES and name[0] != "."]
        if strange:
            raise OutputError("error.out_holds_other", folder=out, names=", ".join(strange[:5]))
        out.mkdir(parents=True, exist_ok=True)
        for unfinished in out.glob("**/.*"):  # of a run that was killed
            if unfinished.is_dir():
                shutil.rmtree(unfinished, ignore_errors=True)
            else:
                unfinished.unlink(missing_ok=True)
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError("error.cannot_write", file=out, why=error.strerror) from error


def _whys(failed: Mapping[str, Mapping[str, str]], lang: Lang) -> str:
    return "; ".join(f"{name}: {why[lang]}" for name, why in sorted(failed.items()))


def _plain(asked: Asked) -> dict[str, Any]:
    told = {name: getattr(asked, name) for name in
            ("scenario", "date", "draws", "seed", "horizon_s", "risk_draws")}  # fmt: skip
    return told | {"speeds": None if asked.speeds is None else digest(asked.speeds)}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
