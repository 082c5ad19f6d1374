"""The command line: one clear message for what is wrong, exit code 1, no traceback."""

from __future__ import annotations

import signal
import sys
from io import TextIOWrapper

INTERRUPTED = 130  # as shells report Ctrl-C
ENDINGS = ("SIGTERM", "SIGHUP", "SIGBREAK")  # the last is what Windows makes of a closed console


def _stopped(number: int, frame: object) -> None:
    """End as by Ctrl-C, so that nothing unfinished is left."""
    raise KeyboardInterrupt


def main() -> None:
    """Run a command; an error that we raise on purpose ends in its message and exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a GBK console lacks some characters
    if sys.argv[1:] in ([], ["--help"]):
        from .overview import overview

        sys.stdout.write(overview())
        return
    for name in ENDINGS:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:  # nohup stays
            signal.signal(number, _stopped)
    try:
        # Imports take seconds on a cold machine; Ctrl-C during them is no traceback either.
        from ..geo.words import WeizhanError
        from .commands import app
        from .screen import err

        try:
            app(standalone_mode=True)
        except WeizhanError as error:
            err.print(str(error), style="red", markup=False)
            sys.exit(1)
        except SystemExit as ended:
            if ended.code == INTERRUPTED:  # as click ends by Ctrl-C, without a word
                raise KeyboardInterrupt from None
            raise
    except KeyboardInterrupt:
        # Not from the catalogue, which may not have been read yet.
        sys.stderr.write("已中断；未留下不完整的文件。\n")
        sys.stderr.write("Interrupted; no unfinished file was left.\n")
        sys.exit(INTERRUPTED)
