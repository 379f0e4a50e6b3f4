"""Pages saved under a folder by host and path, as `wget -x` does, so that a file's place tells its address."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from jcnews_spider.checkup.visit import Answer
from jcnews_spider.errors import StorageFault
from jcnews_spider.sites import SITES

LONGEST_NAME = 100
"""Characters of a file's or folder's name."""


def address_of(path: Path) -> str | None:
    """The address of a page saved under a known site's host, else None."""
    for site in SITES.values():
        for place, part in enumerate(path.parts):
            if part in site.hosts:
                return f"{site.root}{'/'.join(path.parts[place + 1 :])}"
    return None


def save(folder: Path, answers: Iterable[Answer]) -> list[tuple[str, Path]]:
    """(address, file) of the pages written."""
    written = []
    for answer in answers:
        if answer.page is None or answer.status is None:
            continue
        path = folder / place_of(answer.asked)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(answer.page.body)
        except OSError as fault:
            raise StorageFault(f"cannot write {path}: {fault.strerror}") from None
        written.append((answer.asked, path))
    return written


def place_of(url: str) -> Path:
    """Host and path with nothing that leads out of the folder; `index.html` for a folder's address."""
    parts = urlsplit(url)
    path = parts.path + ("index.html" if parts.path.endswith("/") or not parts.path else "")
    names = [re.sub(r"[^\w.-]", "_", name, flags=re.ASCII)[:LONGEST_NAME] for name in path.split("/")]
    return Path(re.sub(r"[^\w.-]", "_", parts.netloc), *(name for name in names if name.strip(".")))
