"""A running `scrapy browse`, asked by HTTP and looked at in headless Chromium."""

from __future__ import annotations

import http.client
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

from lxml import html

from tests.crawling import ROOT, environment

BROWSER = shutil.which("chromium")


@dataclass(frozen=True)
class Got:
    """An answer."""

    status: int
    headers: Mapping[str, str]
    """By name in lower case."""
    body: bytes

    @property
    def page(self) -> html.HtmlElement:
        """The body as a tree."""
        return html.document_fromstring(self.body.decode())

    @property
    def text(self) -> str:
        """What can be read of it."""
        return str(self.page.text_content())


@dataclass(frozen=True)
class Browsed:
    """A server."""

    address: str
    """Without the slash at its end."""
    process: subprocess.Popen[str]

    def ask(self, path: str, method: str = "GET", **headers: str) -> Got:
        """What it answers; the path goes out as it is."""
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=60)
        try:
            connection.putrequest(method, path, skip_host="Host" in headers)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders()
            answer = connection.getresponse()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return Got(answer.status, named, answer.read())
        finally:
            connection.close()

    def page(self, path: str) -> html.HtmlElement:
        """A page that is there."""
        got = self.ask(path)
        assert got.status == 200, got.text
        return got.page


def browse_command(output: Path, *arguments: str) -> list[str]:
    """The command line of a server of an archive."""
    return [sys.executable, "-m", "scrapy", "browse", *arguments, "-s", f"JCNEWS_OUTPUT={output}"]


@contextmanager
def browsing(output: Path, *arguments: str) -> Iterator[Browsed]:
    """A server on a free port; it must end by itself when it is asked to, and without a traceback."""
    process = subprocess.Popen(
        browse_command(output, "--port", "0", *arguments),
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        first = process.stdout.readline()
        assert first.startswith("http://127.0.0.1:"), process.communicate(timeout=30)
        yield Browsed(first.split("/ ", 1)[0], process)
    finally:
        process.terminate()
        _, said = process.communicate(timeout=30)
    assert (process.returncode, "Traceback" in said) == (0, False), said


def chromium(address: str) -> html.HtmlElement:
    """What headless Chromium has of a page when everything has loaded and every script has run."""
    assert BROWSER
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as empty:
        command = [
            BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
            f"--user-data-dir={empty}", "--virtual-time-budget=5000", "--dump-dom", address,
        ]  # fmt: skip
        done = subprocess.run(
            command, capture_output=True, encoding="utf-8", timeout=120, check=True, env=environment()
        )
    return html.document_fromstring(done.stdout)


@dataclass
class Beacon:
    """A server that notes what is asked of it: what a script or a page lets a browser ask."""

    asked: list[str] = field(default_factory=list)
    page: bytes = b""
    """Given for `/`."""
    address: str = ""


@contextmanager
def beacon() -> Iterator[Beacon]:
    """One on a free port."""
    lit = Beacon()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            lit.asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Access-Control-Allow-Origin", "*")
            self.end_headers()
            self.wfile.write(lit.page if self.path == "/" else b"")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        lit.address = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield lit
        finally:
            server.shutdown()
            thread.join()
