"""`python -m tests.fuzz [SECONDS]`: the parser under atheris, guided by coverage.

Part of `make soak` where atheris is installed. Seeds are the golden pages; every input must give a record or
UnknownLayout, within two seconds of CPU.
"""

from __future__ import annotations

import sys
import tempfile
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

SECONDS = 120
MOST_SECONDS = 2.0
"""CPU seconds that a page may take; pages here are short, so that a slow machine does not matter."""
PAGES = Path(__file__).parent / "pages"


def main() -> int:
    """Fuzzes for a while; atheris ends the process itself when it is done."""
    if find_spec("atheris") is None:
        print("fuzz: atheris is not installed (pip install atheris), nothing done")
        return 0
    import atheris  # type: ignore[import-not-found,import-untyped,unused-ignore]  # noqa: PLC0415 - optional

    with atheris.instrument_imports(include=["jcnews_spider.trs", "jcnews_spider.text", "jcnews_spider.encoding"]):
        from jcnews_spider.errors import UnknownLayout  # noqa: PLC0415
        from jcnews_spider.sites import site_named  # noqa: PLC0415
        from jcnews_spider.trs.article import parse_article  # noqa: PLC0415
    site = site_named("jcnews")

    def read(body: bytes) -> None:
        started = time.process_time()
        with suppress(UnknownLayout):
            parse_article(body, "http://www.jcnews.com.cn/xw/jcxw/202210/t20221009_956123.html", site).to_json()
        took = time.process_time() - started
        if took > MOST_SECONDS:
            raise RuntimeError(f"took {took:.1f} s")

    seconds = int(sys.argv[1]) if sys.argv[1:] else SECONDS
    with tempfile.TemporaryDirectory() as found:
        seeds = [str(folder) for folder in PAGES.iterdir() if folder.is_dir()]
        atheris.Setup([sys.argv[0], f"-max_total_time={seconds}", "-max_len=60000", found, *seeds], read)
        atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
