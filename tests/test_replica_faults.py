"""The replica's faults are what they say: each is asked over a plain socket, or over TLS."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
import tracemalloc
import zlib
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.replica import Answer, Plan, Replica, faults
from tests.replica.plan import Certificate

HOST = "www.jcnews.com.cn"
PAGE = b"<html><body>" + b"<p>some words</p>" * 300 + b"</body></html>"


def received(answer: Answer, most: int = 1 << 22) -> tuple[bytes, bytes, type[OSError] | None]:
    """Head and body as they come, at most so many bytes, and the error with which the connection ends."""
    with Replica(Plan(articles=1, faults={"/a.html": answer})) as replica:
        data, error = _until_the_end(replica, "/a.html", most)
    head, _, body = data.partition(b"\r\n\r\n")
    return head, body, error


def _until_the_end(replica: Replica, path: str, most: int = 1 << 22) -> tuple[bytes, type[OSError] | None]:
    data = b""
    with socket.create_connection(("127.0.0.1", urlsplit(replica.proxy).port or 0), timeout=10) as connection:
        connection.sendall(f"GET http://{HOST}{path} HTTP/1.1\r\nConnection: close\r\n\r\n".encode())
        try:
            while len(data) < most and (piece := connection.recv(65_536)):
                data += piece
        except OSError as error:
            return data, type(error)
    return data, None


def test_a_reset_is_a_reset() -> None:
    assert received(faults.reset()) == (b"", b"", ConnectionResetError)
    head, _, error = received(Answer(headers={"Content-Length": "9000"}, body=PAGE, reset=True))
    assert error is ConnectionResetError
    assert head == b"" or b"Content-Length: 9000" in head


def test_lengths_and_codings_are_wrong_as_they_should_be() -> None:
    head, body, error = received(faults.short(PAGE, 100))
    assert (f"Content-Length: {len(PAGE)}".encode() in head, body, error) == (True, PAGE[:-100], None)
    head, body, error = received(faults.unmeasured(PAGE))
    assert (b"Content-Length" in head, b"Transfer-Encoding" in head, body, error) == (False, False, PAGE, None)
    _, whole, _ = received(faults.chunked(PAGE))
    _, cut, _ = received(faults.chunked(PAGE, is_cut=True))
    assert whole.endswith(b"\r\n0\r\n\r\n")
    assert whole.startswith(cut)
    assert 1000 < len(cut) < len(whole) - 1000
    assert gzip.decompress(received(faults.gzipped(PAGE))[1]) == PAGE
    with pytest.raises(EOFError):
        gzip.decompress(received(faults.gzipped(PAGE, missing=20))[1])
    assert received(faults.called_gzip(PAGE))[1] == PAGE


def test_a_trickle_comes_in_pieces_with_pauses() -> None:
    started = time.perf_counter()
    assert received(faults.trickle(PAGE, size=len(PAGE) // 3 + 1, pause_s=0.1))[1] == PAGE
    assert time.perf_counter() - started >= 0.3


def test_large_bodies_are_made_while_they_are_sent() -> None:
    tracemalloc.start()
    try:
        for answer in (faults.endless(), faults.large(500, PAGE), faults.bomb(2_000), faults.endless_headers()):
            with Replica(Plan(articles=1, faults={"/a.html": answer})) as replica:
                _until_the_end(replica, "/a.html", most=1 << 20)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000


def test_a_bomb_unfolds_to_what_it_says() -> None:
    packed = received(faults.bomb(50))[1]
    assert len(packed) < 100_000
    assert len(zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed[10:])) == 50_000_000


def test_heads_are_as_large_as_they_say() -> None:
    head, body, _ = received(faults.many_headers(PAGE))
    assert (head.count(b"\r\nX-") == 5_000, body) == (True, PAGE)
    assert max(map(len, received(faults.long_header(PAGE))[0].split(b"\r\n"))) > 100_000
    head, rest, _ = received(faults.interim(PAGE, number=7))
    assert (head + rest).count(b"100 Continue") == 7
    assert rest.endswith(PAGE)


def test_answers_come_in_turn_and_then_the_page() -> None:
    planted = faults.busy("1", times=2, then=Answer(500, times=1))
    plan = Plan(articles=1, robots="allow", faults={"/robots.txt": planted})
    with Replica(plan) as replica:
        seen = [_until_the_end(replica, "/robots.txt")[0] for _ in range(5)]
        statuses = [request.status for request in replica.requests]
    assert statuses == [429, 429, 500, 200, 200]
    assert b"Retry-After: 1\r\n" in seen[0]
    assert seen[4].endswith(b"Disallow:\n")


def test_a_date_to_come_back_is_told_from_the_moment_of_the_answer() -> None:
    head, _, _ = received(faults.busy_until(90))
    lines = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    assert 80 < parsedate_to_datetime(lines["Retry-After"]).timestamp() - time.time() <= 90


def test_an_answer_may_stand_everywhere_else() -> None:
    with Replica(Plan(articles=1, robots="allow", faults={"/robots.txt": Answer(404), "*": Answer(521)})) as replica:
        for path in ("/robots.txt", "/", "/xw/jcxw/"):
            _until_the_end(replica, path)
        assert [request.status for request in replica.requests] == [404, 521, 521]


def test_whatever_is_under_way_ends_with_the_replica() -> None:
    planted = {"/a": faults.endless(), "/b": faults.trickle(PAGE), "/c": faults.stalled(PAGE), "/d": faults.hanging()}
    before = set(threading.enumerate())
    with Replica(Plan(articles=1, faults=planted)) as replica:
        port = urlsplit(replica.proxy).port or 0
        connections = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in planted]
        for connection, path in zip(connections, planted, strict=True):
            connection.sendall(f"GET http://{HOST}{path} HTTP/1.1\r\n\r\n".encode())
        for connection in connections[:3]:
            assert connection.recv(10)
        threads = set(threading.enumerate()) - before
    for thread in threads:
        thread.join(5)
    assert [thread for thread in threads if thread.is_alive()] == []
    for connection in connections:
        connection.close()


# ---- https


def over_tls(replica: Replica, authority: Path) -> bytes:
    """What `/robots.txt` says over TLS, through the replica; raises ssl.SSLError when the certificate is bad."""
    context = ssl.create_default_context(cafile=str(authority))
    with socket.create_connection(("127.0.0.1", urlsplit(replica.proxy).port or 0), timeout=10) as connection:
        connection.sendall(f"CONNECT {HOST}:443 HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        assert connection.recv(1_000).startswith(b"HTTP/1.1 200 ")
        with context.wrap_socket(connection, server_hostname=HOST) as secure:
            secure.sendall(f"GET /robots.txt HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
            return b"".join(iter(lambda: secure.recv(65_536), b""))


@pytest.mark.parametrize("kind", ["good", "self_signed", "expired", "other_name"])
def test_only_the_good_certificate_is_good(tmp_path: Path, kind: Certificate) -> None:
    authority = tmp_path / "authority.pem"
    with Replica(Plan(articles=1, robots="allow", https=kind)) as replica:
        authority.write_bytes(replica.authority)
        if kind == "good":
            assert over_tls(replica, authority).endswith(b"Disallow:\n")
            assert replica.requests[-1].url == f"https://{HOST}/robots.txt"
        else:
            with pytest.raises(ssl.SSLCertVerificationError):
                over_tls(replica, authority)
            assert [request.method for request in replica.requests] == ["CONNECT"]


def test_http_sends_to_https_where_the_site_has_moved() -> None:
    with Replica(Plan(articles=1, https="good")) as replica:
        head = _until_the_end(replica, "/xw/jcxw/")[0].decode()
    assert head.startswith("HTTP/1.1 301 ")
    assert f"\r\nLocation: https://{HOST}/xw/jcxw/\r\n" in head


def test_a_stream_is_in_the_log_before_its_end() -> None:
    with (
        Replica(Plan(articles=1, faults={"/a.html": faults.stalled(PAGE)})) as replica,
        socket.create_connection(("127.0.0.1", urlsplit(replica.proxy).port or 0), timeout=10) as connection,
    ):
        connection.sendall(f"GET http://{HOST}/a.html HTTP/1.1\r\n\r\n".encode())
        assert connection.recv(10)
        assert [(request.status, request.sent) for request in replica.requests] == [(200, 0)]
