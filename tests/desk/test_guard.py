"""Nobody but the browser that the user opened gets an answer, and nothing too large gets in."""

import socket

import pytest

from .conftest import TOKEN


def test_the_address_with_the_token_opens_it_and_the_token_leaves_the_address(desk):
    first = desk.raw("GET", f"/?token={TOKEN}&a=1")
    assert (first.status, first.headers["location"]) == (303, "/?a=1")
    cookie = first.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie
    page = desk.raw("GET", "/", headers={"Cookie": cookie.split(";")[0]})
    assert page.status == 200 and "街镇" in page.text


@pytest.mark.parametrize("path", ["/", "/alive", "/static/desk.css", "/town/x/", "/?token=wrong"])
def test_without_the_token_nothing_is_told(desk, path):
    answer = desk.raw("GET", path)
    assert answer.status == 403
    assert "从微站程序打开窗口" in answer.text and str(desk.home) not in answer.text


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1"]
)
def test_a_foreign_name_that_leads_here_is_refused(desk, host):
    answer = desk.ask("GET", "/", headers={"Host": host.format(port=desk.port)})
    assert answer.status == 403 and "127.0.0.1" in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},  # another program of this machine: the same site
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_another_page_can_change_nothing(desk, headers):
    assert desk.ask("POST", "/demo", headers=headers).status == 403
    assert list(desk.home.iterdir()) == []


def test_a_form_without_origin_is_refused(desk):
    cookie = {"Cookie": f"weizhan-{desk.port}={TOKEN}"}
    assert desk.raw("POST", "/demo", headers=cookie).status == 403
    assert list(desk.home.iterdir()) == []


def test_another_page_can_read_nothing_but_a_link_may_lead_here(desk):
    embedded = {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"}
    assert desk.ask("GET", "/alive", headers=embedded).status == 403
    linked = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert desk.ask("GET", "/", headers=linked).status == 200


def test_every_answer_says_what_a_page_may_do(desk):
    for answer in (desk.get("/"), desk.get("/static/desk.js"), desk.raw("GET", "/")):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"


def test_too_large_is_refused_with_a_sentence_whether_announced_or_not(open_desk, tmp_path):
    desk = open_desk(tmp_path, most_bytes=1024 * 1024)
    body = b"a" * (1024 * 1024 + 1)
    told = desk.ask("POST", "/lang", body=body)
    assert told.status == 413 and "一次最多 1 MB" in told.text
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    chunks = iter([body[:400_000]] * 4)  # sent in chunks, so no length is announced
    assert desk.ask("POST", "/lang", headers=kind, body=chunks).status == 413


def test_500_megabytes_are_refused(desk):
    """Announced, and the connection ended: the server neither waits nor keeps anything."""
    with socket.create_connection(("127.0.0.1", desk.port), timeout=20) as line:
        head = [
            "POST /lang HTTP/1.1",
            f"Host: 127.0.0.1:{desk.port}",
            f"Origin: {desk.origin}",
            f"Cookie: weizhan-{desk.port}={TOKEN}",
            f"Content-Length: {500 * 1024 * 1024 + 1}",
        ]
        line.sendall("\r\n".join([*head, "", ""]).encode())
    assert desk.get("/").status == 200


def test_a_length_that_is_no_number_is_refused_by_the_server(desk):
    with socket.create_connection(("127.0.0.1", desk.port), timeout=20) as line:
        line.sendall(b"POST /lang HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n")
        assert line.recv(100).split()[1] in (b"400", b"403")


@pytest.mark.parametrize("back", ["//evil.example/", "https://evil.example/", "/\\evil.example"])
def test_choosing_a_language_leads_back_to_this_window_only(desk, back):
    answer = desk.post("/lang", {"lang": "en", "back": back})
    assert answer.status == 303
    assert answer.headers["location"][0] == "/" and answer.headers["location"][1] not in "/\\"
