"""The server of the window: on this machine only, one for each folder."""

from __future__ import annotations

import json
import os
import secrets
import socket
import threading
import webbrowser
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Final

from ..geo.words import InputError, Lang, OutputError, whole_file
from .towns import STATE

ADDRESS: Final = "127.0.0.1"
WARM_S: Final = 1.5  # then what a town's pages need is loaded, while one chooses a town
WINDOW_FILE: Final = "window.json"  # in the folder's .weizhan: where its window answers
PATIENCE_S: Final = 20.0  # a window that just starts answers when its imports are done


def open_window(
    home: Path,
    *,
    port: int = 0,
    lang: Lang = "zh",
    browser: bool = True,
    tell: Callable[[str], None],
) -> None:
    """Serve a folder until the program ends; where its window runs already, open that one.

    Parameters
    ----------
    home
        A town, or the folder in which towns lie.
    port
        A free one by default.
    lang
        Of pages whose reader has not chosen another.
    browser
        Whether to open the browser.
    tell
        Is told the address, which opens the window as long as it runs.
    """
    home = home.resolve()
    running = running_window(home)
    if running is not None:
        tell(running)
        if browser:
            webbrowser.open(running)
        return
    token = secrets.token_urlsafe(24)
    with _listening(port) as listener:
        own = listener.getsockname()[1]
        address = f"http://{ADDRESS}:{own}/?token={token}"
        _keep(home, {"port": own, "token": token})
        tell(address)
        if browser:
            webbrowser.open(address)  # it waits in the queue of the listener until we answer
        try:
            import uvicorn  # while the browser starts

            from .app import OF_A_TOWN, make_app
            from .jobs import sweep_files

            sweep_files(home)
            app = make_app(home, token=token, lang=lang)
            server = uvicorn.Server(
                uvicorn.Config(
                    app,
                    log_level="warning",
                    access_log=False,
                    server_header=False,
                    timeout_graceful_shutdown=3,
                    lifespan="off",
                )
            )
            warm = threading.Timer(WARM_S, OF_A_TOWN.loaded)
            warm.daemon = True
            warm.start()
            server.run(sockets=[listener])
        except KeyboardInterrupt:
            pass
        finally:
            _forget(home, token)


def running_window(home: Path) -> str | None:
    """Return the address of the window that runs on a folder, or None."""
    try:
        said = json.loads((home / STATE / WINDOW_FILE).read_text(encoding="utf-8"))
        port, token = int(said["port"]), str(said["token"])
        connection = HTTPConnection(ADDRESS, port, timeout=PATIENCE_S)
        try:
            connection.request("GET", "/alive", headers={"Cookie": f"weizhan-{port}={token}"})
            answer = connection.getresponse()
            told = json.loads(answer.read(10_000))
        finally:
            connection.close()
    except (OSError, ValueError, KeyError, TypeError, HTTPException):
        return None
    if answer.status != 200 or told.get("home") != str(home):
        return None
    return f"http://{ADDRESS}:{port}/?token={token}"


def _listening(port: int) -> socket.socket:
    """Return a socket that listens on this machine only."""
    listener = socket.socket()
    try:
        if os.name != "nt":  # there it would let a second program take the same port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((ADDRESS, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise InputError("error.window_port", port=port, why=error.strerror) from error
    return listener


def _keep(home: Path, said: dict[str, object]) -> None:
    """Write where the window answers; without it a second start is a second window."""
    try:
        (home / STATE).mkdir(exist_ok=True)
        whole_file(home / STATE / WINDOW_FILE, json.dumps(said))
        (home / STATE / WINDOW_FILE).chmod(0o600)
    except (OSError, OutputError):
        return


def _forget(home: Path, token: str) -> None:
    file = home / STATE / WINDOW_FILE
    try:
        if json.loads(file.read_text(encoding="utf-8"))["token"] == token:
            file.unlink()
    except (OSError, ValueError, KeyError, TypeError):
        return
