"""A replica as files on a memory disk, served by nginx: a server that costs next to nothing beside a crawler.

Without nginx the replica serves itself, and `name` says so: then the server takes part of the machine.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from bench.processes import until_listening
from tests.replica import Plan, Replica
from tests.replica.plan import DEFAULT_WEIGHTS

MEMORY = Path("/dev/shm")
NGINX = next(filter(None, map(shutil.which, ("nginx", "/usr/sbin/nginx"))), None)
SEVERAL_PAGES_OR_NONE = ("GALLERY", "PARTS", "EMPTY", "STUB_META", "STUB_JS")

_CONFIGURATION = """\
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  types {{ text/html html; image/jpeg jpg; image/png png; image/gif gif; application/javascript js; }}
  default_type application/octet-stream;
  keepalive_requests 1000000;
  server {{ listen 127.0.0.1:{port}; root {folder}/site; index index.html; }}
}}
"""


@contextmanager
def memory_folder() -> Iterator[Path]:
    """A folder on a memory disk where there is one, removed at the end."""
    with tempfile.TemporaryDirectory(prefix="bench-", dir=MEMORY if MEMORY.is_dir() else None) as name:
        yield Path(name)


@dataclass(frozen=True, slots=True)
class Served:
    """A site that is served, and what stands on it."""

    name: str
    """Of the server."""
    proxy: str
    """Address for http_proxy."""
    lists: list[str]
    """Addresses of every list page."""
    articles: list[str]
    """Addresses of the article pages that lists show."""
    starts: list[str]
    """The list pages, and the articles that these show by scripts only: where a crawler starts that runs none."""
    mean_kb: float
    """Of an article page."""


def plan(articles: int) -> Plan:
    """A site whose articles have one page of about 30 KB, all of them in lists of 20."""
    weights = {shape: 0 if shape in SEVERAL_PAGES_OR_NONE else weight for shape, weight in DEFAULT_WEIGHTS.items()}
    return Plan(articles=articles, weights=weights, headlines=130, page_size=20, cap=articles, roll_pages=1)


@contextmanager
def served(plan: Plan) -> Iterator[Served]:
    """The site of a plan, while it is entered."""
    with memory_folder() as folder:
        folder.chmod(0o755)  # nginx's worker is another user
        replica = Replica(plan)
        lists, articles = _addresses(replica)
        starts = lists + _scripted(replica, lists, articles)
        kb = _write(replica, ["http://www.jcnews.com.cn/", *lists, *articles], folder / "site")
        if NGINX is None:
            with replica:
                yield Served("the replica's own server", replica.proxy, lists, articles, starts, kb)
        else:
            with _nginx(folder) as proxy:
                yield Served("nginx", proxy, lists, articles, starts, kb)


def _addresses(replica: Replica) -> tuple[list[str], list[str]]:
    lists = [
        f"{listing.url}index_{place}.html" if place else listing.url
        for listing in replica.listings()
        for place in range(listing.pages)
    ]
    return lists, [record["url"] for record in replica.gold() if record["listed"]]


def _scripted(replica: Replica, lists: list[str], articles: list[str]) -> list[str]:
    """The articles that no link of a list leads to."""
    linked = {
        urljoin(url, link.decode("ascii"))
        for url in lists
        for link in re.findall(rb'href="([^"]*/t\d{8}_\d+\.html)"', replica.site.page(urlsplit(url).path).body)
    }
    return [url for url in articles if url not in linked]


def _write(replica: Replica, addresses: list[str], root: Path) -> float:
    """Writes the pages of addresses as files; gives the mean size of articles in KB (10^3 bytes)."""
    sizes = []
    for url in addresses:
        path = urlsplit(url).path
        page = replica.site.page(path)
        if page.status != 200:
            raise RuntimeError(f"{url} is {page.status}")
        file = root / (path[1:] + "index.html" if path.endswith("/") else path[1:])
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(page.body)
        if page.modified:
            os.utime(file, (page.modified, page.modified))
        if "/t2" in path:
            sizes.append(len(page.body))
    return sum(sizes) / len(sizes) / 1000


@contextmanager
def _nginx(folder: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    configuration = folder / "nginx.conf"
    configuration.write_text(_CONFIGURATION.format(folder=folder, port=port), encoding="utf-8")
    process = subprocess.Popen([str(NGINX), "-p", str(folder), "-c", str(configuration)], stderr=subprocess.DEVNULL)
    try:
        until_listening(port, process, "nginx")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()
