"""The pages of a town's work: what can be done, the forms, and how each job goes."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from ..geo.words import Lang, OutputError, WeizhanError, text, whole_file
from . import jobs
from .jobs import FILES, AlreadyRunningError, Job, jobs_of, read_job
from .pages import go, lang_of, page, part
from .results import RESULTS, result_folder
from .towns import STATE, home_of, is_town, town_of
from .uploads import accepted_name, check_archive, given_files
from .works import (
    GROUPS,
    WORKS,
    Field,
    Given,
    Offered,
    Work,
    WrongFormError,
    arguments_of,
    fields_of,
    in_words_of_forms,
    words_for,
)

RECENT: Final = 12  # jobs on the page of all work
PLAN_NAME: Final = "page.plan.json"
MOST_PLAN: Final = 20 * 1024**2


async def works(request: Request) -> Response:
    """Show what can be done, what is being done, and what was done lately."""
    town, lang = town_of(request), lang_of(request)
    every = await run_in_threadpool(jobs_of, town)
    told = await run_in_threadpool(lambda: [_told(job, every, lang) for job in every[:RECENT]])
    return page(
        request,
        "work.html",
        title=text("desk_job.title", lang),
        town=town.name,
        groups=GROUPS,
        running=[one for one in told if one["active"]],
        recent=[one for one in told if not one["active"]],
    )


async def form(request: Request) -> Response:
    """Show the form of a work; what stands in the address is filled in."""
    filled = {name: request.query_params.getlist(name) for name in request.query_params}
    return await _form(request, filled, {}, status=200)


async def begin(request: Request) -> Response:
    """Start what a form asks for, or show it again with a sentence at each field that is wrong."""
    town, work, lang = town_of(request), _work(request), lang_of(request)
    async with request.form() as sent:
        offered = await _offered(town, lang)
        try:
            given = await run_in_threadpool(_given, town, work, sent, offered)
            arguments = [str(town), *arguments_of(work, given, offered)]
            values = _in_words(work, given, offered)
            job = await run_in_threadpool(_start, town, work, arguments, values, lang)
        except WrongFormError as error:
            came = [file for files in given.files.values() for file in files]
            await run_in_threadpool(_leave, town, came)
            filled = {name: [str(v) for v in sent.getlist(name)] for name in sent}
            return await _form(request, filled, error.wrong, status=422)
        except AlreadyRunningError as error:
            return go(f"{error.job.address}?twice=1")
    return go(job.address)


async def another(request: Request) -> Response:
    """Look for the best place of one more station beside the plan of a planner's page."""
    town, lang = town_of(request), lang_of(request)
    async with request.form() as sent:
        plan = str(sent.get("plan", ""))
    if len(plan) > MOST_PLAN:
        raise HTTPException(413)
    try:
        job = await run_in_threadpool(_another, town, plan, lang)
    except AlreadyRunningError as error:
        return go(f"{error.job.address}?twice=1")
    return go(job.address)


async def job_page(request: Request) -> Response:
    """Show how a job goes, or how it ended."""
    job, lang = _job(request), lang_of(request)
    told = await run_in_threadpool(_whole, job, lang)
    if job.founds and told["state"] == "done" and job.out is not None and is_town(job.out):
        return go(f"/town/{part(job.out.name)}/" + ("data" if job.command == "new" else ""))
    return page(
        request,
        "job.html",
        title=text(f"desk_work.{job.command}", lang),
        town="" if job.founds else job.place.name,
        back="/" if job.founds else f"/town/{part(job.place.name)}/work",
        twice="twice" in request.query_params,
        job=told,
    )


async def job_state(request: Request) -> Response:
    """Tell how a job goes, for the page that asks again and again."""
    job, lang = _job(request), lang_of(request)
    return JSONResponse(await run_in_threadpool(_whole, job, lang))


async def job_log(request: Request) -> Response:
    """Return all that a job said."""
    job = _job(request)
    said = await run_in_threadpool(lambda: job.log(most=50_000_000))
    return PlainTextResponse(said)


async def cancel(request: Request) -> Response:
    """End a job."""
    job = _job(request)
    await run_in_threadpool(jobs.cancel, job)
    return go(job.address)


async def again(request: Request) -> Response:
    """Start a job once more with the same choices."""
    job = _job(request)
    await run_in_threadpool(jobs.sweep, job)
    try:
        begun = await run_in_threadpool(jobs.again, job)
    except AlreadyRunningError as error:
        return go(f"{error.job.address}?twice=1")
    return go(begun.address)


async def remove(request: Request) -> Response:
    """Forget a job that has ended."""
    job = _job(request)
    await run_in_threadpool(_remove, job)
    return go("/" if job.founds else f"/town/{part(job.place.name)}/work")


def _work(request: Request) -> Work:
    work = WORKS.get(request.path_params["command"])
    if work is None:
        raise HTTPException(404)
    return work


def _job(request: Request) -> Job:
    """Return the job that an address names; only one that is there, by its name."""
    place = town_of(request) if "name" in request.path_params else home_of(request)
    folder = place / STATE / "jobs"
    name = request.path_params["id"]
    known = {f.name for f in folder.iterdir()} if folder.is_dir() else set()
    job = read_job(folder / name) if name in known else None
    if job is None:
        raise HTTPException(404)
    return job


async def _offered(town: Path, lang: Lang) -> Offered:
    from .choices import offered  # reads layers, which takes libraries that a first page does not

    return await run_in_threadpool(offered, town, lang=lang)


async def _form(
    request: Request,
    filled: Mapping[str, Sequence[str]],
    wrong: Mapping[str, WeizhanError],
    *,
    status: int,
) -> Response:
    town, work, lang = town_of(request), _work(request), lang_of(request)
    shown, folded = fields_of(work, await _offered(town, lang))
    one_of, some_of = (
        " / ".join(one.label for one in (*shown, *folded) if one.name in names)
        for names in (work.one_of, work.some_of)
    )
    return page(
        request,
        "form.html",
        title=text(f"desk_work.{work.command}", lang),
        town=town.name,
        status=status,
        work=work,
        shown=shown,
        folded=folded,
        one_of=one_of,
        some_of=some_of,
        unfold=any(one.name in wrong or _set(one, filled) for one in folded),
        filled={one.name: _filled(one, filled) for one in (*shown, *folded)},
        wrong={name: error.message(lang) for name, error in wrong.items()},
    )


def _filled(one: Field, filled: Mapping[str, Sequence[str]]) -> list[str]:
    return list(filled[one.name]) if one.name in filled else [one.default]


def _set(one: Field, filled: Mapping[str, Sequence[str]]) -> bool:
    """Return whether somebody put something else into a field than stood there."""
    return any(v not in ("", one.default) for v in filled.get(one.name, ()))


def _given(town: Path, work: Work, sent: FormData, offered: Offered) -> Given:
    """Return what a form holds; its files are kept beside the town's jobs."""
    shown, folded = fields_of(work, offered)
    names = {one.name: one.kind for one in (*shown, *folded)}
    values = {n: [v for v in sent.getlist(n) if isinstance(v, str)] for n in names}
    files = {
        name: [_keep(town, u.filename or "", u.file.read()) for u in given_files(sent, name)]
        for name, kind in names.items()
        if kind in ("file", "files")
    }
    return Given(values, files)


def _in_words(work: Work, given: Given, offered: Offered) -> dict[str, list[str]]:
    """Return what was chosen in the words that stood there; what was folded away, if changed."""
    shown, folded = fields_of(work, offered)
    told = {}
    for one in (*shown, *folded):
        words = dict(one.choices) | ({"on": "✓"} if one.kind == "flag" else {})
        said = [f.name for f in given.files.get(one.name, ())]
        said += [words.get(v, v) for v in given.values.get(one.name, ()) if v.strip()]
        if said and not (one in folded and said == [words.get(one.default, one.default)]):
            told[one.name] = said
    return told


def _keep(town: Path, name: str, content: bytes) -> Path:
    """Keep an uploaded file under a name that its content gives, so that the same is kept once."""
    plain = accepted_name(name)
    folder = town / STATE / FILES / hashlib.sha256(content).hexdigest()[:16]
    file = folder / plain
    try:
        folder.mkdir(parents=True, exist_ok=True)
        whole_file(file, content)
        check_archive(file)
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError("error.cannot_write", file=file, why=error.strerror) from error
    except WeizhanError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return file


def _leave(town: Path, files: Sequence[Path]) -> None:
    """Remove files of a form that was not taken; they come again with the next try."""
    for folder in {file.parent for file in files}.intersection(jobs.unnamed_files(town)):
        shutil.rmtree(folder, ignore_errors=True)


def _start(
    town: Path, work: Work, arguments: Sequence[str], values: Mapping[str, Any], lang: Lang
) -> Job:
    out = None if work.result is None else _out(town, work, lang)
    return jobs.start(town, work.command, arguments, values=values, out=out, lang=lang)


def _out(town: Path, work: Work, lang: Lang) -> Path:
    title = accepted_name(text(f"desk_work.{work.command}", lang))
    return town / RESULTS / f"{dt.date.today():%Y-%m-%d} {title}"


def _another(town: Path, plan: str, lang: Lang) -> Job:
    from ..geo.plan import read_plan

    file = _keep(town, PLAN_NAME, plan.encode())
    try:
        told = read_plan(file)
    except WeizhanError:
        _leave(town, [file])
        raise
    empty = told.model_copy(update={"town": "", "scenario": None, "note": ""}).model_dump(
        exclude_defaults=True
    )
    values = {"stations": ["1"]}
    arguments = [str(town), "--stations=1"]
    if told.scenario:
        arguments.append(f"--scenario={told.scenario}")
        values["scenario"] = [told.scenario]
    if empty:
        arguments.append(f"--after={file}")
        values["after"] = [text("desk_result.this_page", lang)]
    work = WORKS["site"]
    return _start(town, work, [*arguments, str(work.result), jobs.OUT, "--lang", lang], values,
                  lang)  # fmt: skip


def _remove(job: Job) -> None:
    """Forget a job, and the files that came with it where no other job names them."""
    jobs.remove(job)
    jobs.drop_files(job)


def _told(job: Job, every: Sequence[Job], lang: Lang) -> dict[str, Any]:
    """Return how a job goes, in words."""
    state = job.state
    active = state in jobs.ACTIVE
    steps = job.steps
    name = "state_running" if state == "running" else state
    return {
        "id": job.id,
        "title": text(f"desk_work.{job.command}", lang),
        "command": job.command,
        "address": job.address,
        "state": state,
        "said": text(f"desk_job.{name}", lang),
        "active": active,
        "asked": text("desk_job.asked", lang, at=f"{job.asked_at:%Y-%m-%d %H:%M}"),
        "step": text(steps[-1].key, lang) if steps else "",
        "elapsed": time_words(job.age_s if active else job.took_s, lang),
        "left": _left(job, every, lang) if active else "",
        "share": _share(job, every) if active else None,
        "values": said_values(job, lang),
    }


def _whole(job: Job, lang: Lang) -> dict[str, Any]:
    """Return all that the page of a job shows."""
    town = job.place
    every = jobs_of(town)
    told = _told(job, every, lang)
    ended = job.ended
    message = str(ended.get(lang, ""))
    if told["state"] == "lost":
        message = text("desk_job.lost_why", lang)
    elif told["state"] == "done" and ended.get("code"):
        message = text("desk_job.problems", lang)
    result = ""
    if told["state"] == "done" and not job.founds and job.out is not None:
        try:
            result = (
                f"/town/{part(town.name)}/results#{part(result_folder(town, job.out.name).name)}"
            )
        except HTTPException:
            result = ""
    return told | {
        "message": in_words_of_forms(message, lang, command=job.command),
        "steps": [{"said": text(s.key, lang), "at": f"{s.at:.0f}"} for s in job.steps],
        "log": job.log(),
        "result": result,
        "recorded": told["state"] == "done" and job.out is None,
        "founds": job.founds,
    }


def said_values(job: Job, lang: Lang) -> list[tuple[str, str]]:
    """Return what was chosen for a job as pairs of words; what was left empty is not told."""
    return [
        (words_for(name, lang, command=job.command), "、".join(map(str, values)))
        for name, values in job.values.items()
    ]


def time_words(seconds: float | None, lang: Lang) -> str:
    """Return a time as people say it; empty where nobody knows it."""
    if seconds is None:
        return ""
    if seconds < 90:
        return text("desk_job.seconds", lang, count=round(seconds))
    return text("desk_job.minutes", lang, count=f"{seconds / 60:.0f}")


def _left(job: Job, every: Sequence[Job], lang: Lang) -> str:
    left = jobs.left_s(job, every)
    if left is None:
        return text("desk_founding.left_unknown" if job.founds else "desk_job.left_unknown", lang)
    if left < 1:
        return text("desk_job.left_over", lang)
    key = "desk_founding.left" if job.founds else "desk_job.left"
    return text(key, lang, time=time_words(left, lang))


def _share(job: Job, every: Sequence[Job]) -> float | None:
    left = jobs.left_s(job, every)
    return None if left is None else round(job.age_s / max(job.age_s + left, 0.001), 3)


_JOBS: Final = ("/town/{name}/work/job/{id}", "/founding/{id}")
routes = [
    Route("/town/{name}/work", works),
    Route("/town/{name}/work/another", another, methods=["POST"]),
    *(Route(one, job_page) for one in _JOBS),
    *(Route(f"{one}/state", job_state) for one in _JOBS),
    *(Route(f"{one}/log", job_log) for one in _JOBS),
    *(Route(f"{one}/cancel", cancel, methods=["POST"]) for one in _JOBS),
    *(Route(f"{one}/again", again, methods=["POST"]) for one in _JOBS),
    *(Route(f"{one}/remove", remove, methods=["POST"]) for one in _JOBS),
    Route("/town/{name}/work/{command}", form, methods=["GET"]),
    Route("/town/{name}/work/{command}", begin, methods=["POST"]),
]
