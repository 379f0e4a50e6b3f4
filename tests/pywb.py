"""pywb, in an environment of its own, over WARC files; and what a browser shows of it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.crawling import ROOT

WAYBACK = Path(os.environ.get("PYWB", ROOT / ".venv-pywb/bin/wayback"))
"""pywb's server; `make replay` installs it."""

BROWSER = shutil.which("chromium")

LOOK = """<html><body><pre id="found">loading</pre><iframe src="{address}" width="1000" height="3000"></iframe><script>
document.querySelector("iframe").onload = event => {{
  const page = event.target.contentDocument;
  const images = [...page.images].map(image => image.complete ? image.naturalWidth : -1);
  document.getElementById("found").textContent = JSON.stringify([page.title, page.body.innerText, images]);
}};
</script></body></html>
"""
"""A page that shows another one and says what stands in it: its title, its visible text, the width of each image."""


@dataclass(frozen=True)
class Served:
    """A running pywb."""

    folder: Path
    address: str

    def fetch(self, collection: str, timestamp: str, url: str) -> tuple[int, bytes]:
        """(status, bytes) of a capture as it was, without any rewriting."""
        with urllib.request.urlopen(f"{self.address}/{collection}/{timestamp}id_/{url}", timeout=30) as answer:
            return answer.status, answer.read()

    def look(self, collection: str, timestamp: str, url: str) -> str:
        """What headless Chromium has of the page that shows a capture, when everything has loaded."""
        if BROWSER is None:
            raise LookupError("no chromium")
        page = LOOK.format(address=f"/{collection}/{timestamp}mp_/{url}")
        (self.folder / "static").mkdir(exist_ok=True)
        (self.folder / "static/look.html").write_text(page, encoding="utf-8")
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as empty:
            command = [
                BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
                f"--user-data-dir={empty}", "--virtual-time-budget=20000", "--dump-dom",
                f"{self.address}/static/look.html",
            ]  # fmt: skip
            done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
        return done.stdout


@contextmanager
def serving(folder: Path, collections: dict[str, Path]) -> Iterator[Served]:
    """pywb over folders of WARC files, by collection, indexed by cdxj-indexer; the indices stay in the folder."""
    lines = ["framed_replay: false", "collections:"]
    for name, warcs in collections.items():
        files = sorted(map(str, warcs.glob("*.warc.gz")))
        index = subprocess.run(["cdxj-indexer", "-s", *files], capture_output=True, check=True, env=_path()).stdout
        (folder / f"{name}.cdxj").write_bytes(index)
        lines += [f"  {name}:", f"    index: {folder / name}.cdxj", f"    archive_paths: {warcs}/"]
    (folder / "config.yaml").write_text("\n".join(lines), encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with (folder / "pywb.log").open("wb") as log:
        command = [str(WAYBACK), "-b", "127.0.0.1", "-p", str(port), "-d", str(folder)]
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            _wait_for(process, port, folder / "pywb.log")
            yield Served(folder, f"http://127.0.0.1:{port}")
        finally:
            process.terminate()
            process.wait(30)


def _wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"pywb does not serve: {log.read_text()}")


def _path() -> dict[str, str]:
    """The environment, with the tools of the interpreter that runs the tests first."""
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
