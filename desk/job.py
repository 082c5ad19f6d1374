"""The process of a job: ``python -m weizhan.desk.job FOLDER`` runs a command and tells how it goes.

Nothing of the window is needed here; the window may end, or be started again, meanwhile.
"""

from __future__ import annotations

import _thread
import json
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any, Final

from ..geo.words import WeizhanError, text
from .jobs import CANCEL, OUT, PROGRESS, Job, drop_files, end, read_job

AGAIN_S: Final = 2.0
LOOK_S: Final = 0.25  # how often a job looks whether it was cancelled


def main() -> None:
    """Run the job of a folder to its end."""
    job = read_job(Path(sys.argv[1]))
    if job is None:
        sys.exit(f"no job: {sys.argv[1]}")
    # A process that was started in the background may have been told to ignore it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    began = time.monotonic()
    threading.Thread(target=_watch, args=(job.folder / CANCEL,), daemon=True).start()
    told: dict[str, Any] = {}
    try:
        state, told = run(job, began=began)
    except KeyboardInterrupt:
        state = "cancelled" if (job.folder / CANCEL).exists() else "lost"
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # what ends is not interrupted any more
    if job.founds and state == "done":
        drop_files(job)  # the town has copies
    end(job.folder, state, took_s=round(time.monotonic() - began, 3), **told)


def run(job: Job, *, began: float) -> tuple[Any, dict[str, Any]]:
    """Run the command of a job; return how it ended and what is to be told of it.

    Parameters
    ----------
    job
        Whose steps are written beside it.
    began
        When, by the monotonic clock.
    """
    import typer

    from ..cli import screen
    from ..cli.app import INTERRUPTED
    from ..cli.commands import app

    def heard(key: str) -> None:
        line = json.dumps({"step": key, "at": round(time.monotonic() - began, 3)})
        with (job.folder / PROGRESS).open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    screen.LISTENERS.append(heard)
    given = [argument.replace(OUT, str(job.out)) for argument in job.arguments]
    try:
        code = app([job.command, *given], standalone_mode=False)
    except WeizhanError as error:
        print(error.message(job.lang), flush=True)
        return "failed", {"zh": error.message("zh"), "en": error.message("en")}
    except typer.Abort:
        raise KeyboardInterrupt from None
    except MemoryError:
        traceback.print_exc()
        return "failed", {lang: text("desk_job.memory", lang) for lang in ("zh", "en")}
    except Exception as error:
        traceback.print_exc()
        said = getattr(error, "format_message", None)  # an option that the command refused
        what = f"{type(error).__name__}: {said() if said else error}"
        return "failed", {
            "zh": text("desk_job.broken", "zh", what=what),
            "en": text("desk_job.broken", "en", what=what),
        }
    if code == INTERRUPTED:
        raise KeyboardInterrupt
    return "done", {"code": int(code or 0)}


def _watch(cancel: Path) -> None:
    """Interrupt the command, as Ctrl-C would, when somebody cancels the job.

    Once more after a while: a library that was just calling back may have swallowed it.
    """
    while not cancel.exists():
        time.sleep(LOOK_S)
    while True:
        _thread.interrupt_main()
        time.sleep(AGAIN_S)


if __name__ == "__main__":
    main()
