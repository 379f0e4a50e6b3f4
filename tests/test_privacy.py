"""What a crawl keeps to itself: it opens no port, and tells nobody the user's secrets."""

from __future__ import annotations

import base64
import gzip
import os
from pathlib import Path

from tests.crawling import crawl, start, wait_until
from tests.replica import Answer, Plan, Replica

PASSWORD = "geheim-2718281828"
LISTEN = "0A"
"""State of a socket in /proc/net/tcp."""


def listening(pid: int) -> list[str]:
    """Local addresses, in hex, on which a process listens."""
    sockets = {str(file.readlink()) for file in Path(f"/proc/{pid}/fd").iterdir() if file.is_symlink()}
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            words = line.split()
            if words[3] == LISTEN and f"socket:[{words[9]}]" in sockets:
                found.append(words[1])
    return found


def test_no_port_is_open_while_a_crawl_runs(tmp_path: Path) -> None:
    hanging = Plan(articles=3, faults={"/xw/jcxw/": Answer(hang_s=600)})
    assert listening(os.getpid()) == []
    with Replica(hanging) as site, start(site, tmp_path) as process:
        try:
            assert len(listening(os.getpid())) == 1
            wait_until(lambda: any(request.url.endswith("/xw/jcxw/") for request in site.requests))
            assert listening(process.pid) == []
        finally:
            process.kill()


def test_the_password_of_a_proxy_stands_nowhere(tmp_path: Path) -> None:
    output = tmp_path / "output"
    with Replica(Plan(articles=20, robots="allow")) as site:
        proxy = site.proxy.replace("http://", f"http://user:{PASSWORD}@")
        run = crawl(site, output, variables={"http_proxy": proxy, "https_proxy": proxy}, LOG_LEVEL="DEBUG")
        assert site.requests
    secrets = [PASSWORD.encode(), base64.b64encode(f"user:{PASSWORD}".encode())]
    assert (run.code, bool(run.records)) == (0, True), run.stderr
    told = {"stderr": run.stderr.encode(), "stdout": run.stdout.encode()}
    told |= {path.name: contents(path) for path in output.rglob("*") if path.is_file()}
    assert any(name.endswith(".warc.gz") for name in told)
    assert [name for name, data in told.items() for secret in secrets if secret in data] == []


def test_the_password_of_a_proxy_that_cannot_be_reached_stands_nowhere(tmp_path: Path) -> None:
    with Replica(Plan(articles=1)) as site:
        proxy = f"http://user:{PASSWORD}@127.0.0.1:9"
        run = crawl(site, tmp_path, variables={"http_proxy": proxy}, LOG_LEVEL="DEBUG", RETRY_TIMES=0)
    assert run.code == 4
    assert PASSWORD not in run.stderr + run.stdout + "".join(
        path.read_text("utf-8", "replace") for path in tmp_path.rglob("*") if path.is_file()
    )


def contents(path: Path) -> bytes:
    """The bytes of a file, unpacked."""
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data
