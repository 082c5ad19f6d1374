"""A window that runs as it does on a desk: a real server on this machine, and who speaks to it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import uvicorn

from weizhan.desk.app import make_app
from weizhan.desk.guard import MOST_BYTES

from ..maps.conftest import start_browser

TOKEN = "the-token-of-this-test"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Window:
    """A running window; `ask` speaks to it as the user's own browser does."""

    home: Path
    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        return f"{self.origin}/?token={TOKEN}"

    def raw(self, method: str, path: str, *, headers=None, body=None) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            held = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, held, answer.read())
        finally:
            connection.close()

    def ask(self, method: str, path: str, *, headers=None, body=None) -> Answer:
        cookies = {f"weizhan-{self.port}": TOKEN, **self.cookies}
        own = {"Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items())}
        if method != "GET":
            own |= {"Origin": self.origin, "Sec-Fetch-Site": "same-origin"}
        return self.raw(method, path, headers=own | (headers or {}), body=body)

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def post(self, path: str, fields=None, files=()) -> Answer:
        """Send a form; ``files`` are (field, name, content)."""
        if not files:
            form = urlencode(fields or {}, doseq=True)
            kind = "application/x-www-form-urlencoded"
            return self.ask("POST", path, headers={"Content-Type": kind}, body=form.encode())
        parts = [
            f'--B\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in (fields or {}).items()
        ]
        parts += [
            f'--B\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n".encode()
            + content
            + b"\r\n"
            for name, file, content in files
        ]
        return self.ask(
            "POST",
            path,
            headers={"Content-Type": "multipart/form-data; boundary=B"},
            body=b"".join(parts) + b"--B--\r\n",
        )


@pytest.fixture
def open_desk() -> Iterator[Callable[..., Window]]:
    """Open windows on folders; all are closed at the end."""
    running = []

    def start(home: Path, *, most_bytes: int = MOST_BYTES, patience_s=120, **options) -> Window:
        app = make_app(home, token=TOKEN, most_bytes=most_bytes, patience_s=patience_s, **options)
        config = uvicorn.Config(app, port=0, log_level="error", lifespan="off", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            thread.join(0.01)
            assert thread.is_alive()
        running.append((server, thread))
        return Window(home, server.servers[0].sockets[0].getsockname()[1])

    yield start
    for server, thread in running:
        server.should_exit = True
        thread.join(20)


@pytest.fixture
def desk(open_desk, tmp_path) -> Window:
    """A window on an empty folder with a Chinese name."""
    home = tmp_path / "我的 街镇"
    home.mkdir()
    return open_desk(home)


@pytest.fixture(scope="session")
def driver(tmp_path_factory) -> Iterator[Any]:
    yield from start_browser(tmp_path_factory)
