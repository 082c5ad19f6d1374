"""Who may speak to the window: the browser that this machine's user opened, and nobody else."""

from __future__ import annotations

import hmac
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import parse_qs, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..geo.words import text

MOST_BYTES: Final = 500 * 1024 * 1024  # of one request
HOSTS: Final = ("127.0.0.1", "localhost")
SAFE_METHODS: Final = ("GET", "HEAD")
CSP: Final = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    # With no-referrer a browser would send "Origin: null" with our own forms.
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}


class BodyTooLargeError(Exception):
    """A request holds more than the window takes."""


class Guard:
    """ASGI middleware in front of every page of the window.

    The name in ``Host`` must be this machine's (a foreign name that was pointed here is refused),
    the first address must carry the token, which then lives in a cookie that no script can read,
    and whatever changes something must come from a page of this very origin.

    Parameters
    ----------
    app
        What stands behind.
    token
        The secret that the opened address carries.
    most_bytes
        Of one request's body.
    """

    def __init__(self, app: ASGIApp, *, token: str, most_bytes: int = MOST_BYTES) -> None:
        """Keep what stands behind, and the secret."""
        self.app = app
        self.token = token
        self.most_bytes = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse with a sentence, or pass the request on."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        send = _with_headers(send)
        host = headers.get("host", "")
        name, _, port = host.partition(":")
        if name not in HOSTS or port != str(scope["server"][1]):
            await _refusal(403, "desk.refused_host")(scope, receive, send)
            return
        if _foreign(headers, host, scope["method"]):
            await _refusal(403, "desk.refused_origin")(scope, receive, send)
            return
        cookie = f"weizhan-{port}"  # a browser shares cookies among the ports of one name
        query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        if self._is_token(query.get("token", [""])[-1]):
            await self._welcome(scope, query, cookie)(scope, receive, send)
            return
        if not self._is_token(_cookie(headers.get("cookie", ""), cookie)):
            await _refusal(403, "desk.refused_token")(scope, receive, send)
            return
        await self._limited(scope, receive, send, headers)

    def _is_token(self, said: str) -> bool:
        return hmac.compare_digest(said.encode(), self.token.encode())

    def _welcome(self, scope: Scope, query: dict[str, list[str]], cookie: str) -> Response:
        """Put the token into a cookie and take it out of the address."""
        rest = urlencode({k: v for k, v in query.items() if k != "token"}, doseq=True)
        address = scope["root_path"] + scope["raw_path"].decode("latin-1").partition("?")[0]
        address = "/" + address.lstrip("/\\")  # never another host's
        answer = RedirectResponse(address + (f"?{rest}" if rest else ""), status_code=303)
        answer.set_cookie(cookie, self.token, httponly=True, samesite="strict", path="/")
        return answer

    async def _limited(self, scope: Scope, receive: Receive, send: Send, headers: Headers) -> None:
        """Pass a request on whose body is not too large, counted as it comes."""
        said = headers.get("content-length", "0")
        taken = 0
        answered = False

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self.most_bytes:
                raise BodyTooLargeError
            return message

        async def watched(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            if not said.isdigit() or int(said) > self.most_bytes:
                raise BodyTooLargeError
            await self.app(scope, counted, watched)
        except BodyTooLargeError:
            if answered:
                raise
            await _drain(receive, most=4 * self.most_bytes)
            size = self.most_bytes // 1024**2
            await _refusal(413, "desk.refused_size", size=size)(scope, receive, send)


async def _drain(receive: Receive, *, most: int) -> None:
    """Read what is still coming, so that the browser shows the answer and no broken connection."""
    taken = 0
    while taken <= most:
        message = await receive()
        taken += len(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return


def _foreign(headers: Headers, host: str, method: str) -> bool:
    """Return whether a page of another origin sent the request.

    Another port of this machine is the same *site* to a browser, which then sends our cookie.
    """
    site = headers.get("sec-fetch-site", "")
    origin = headers.get("origin")
    if method in SAFE_METHODS:  # somebody else's link may lead here, but nothing may be read
        opened = headers.get("sec-fetch-mode") in (None, "navigate")
        return site in ("cross-site", "same-site") and not opened
    return origin != f"http://{host}" or site not in ("", "same-origin")


def _cookie(said: str, name: str) -> str:
    try:
        held = SimpleCookie(said).get(name)
    except CookieError:
        return ""
    return held.value if held else ""


def _with_headers(send: Send) -> Send:
    """Add what every answer carries; an answer that says a header itself keeps it."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending


def _refusal(status: int, key: str, **values: object) -> Response:
    said = "\n".join(text(key, lang, **values) for lang in ("zh", "en"))
    return PlainTextResponse(said + "\n", status_code=status)
