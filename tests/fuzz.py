"""`python -m tests.fuzz [SECONDS]`: what reads bytes of the web under atheris, guided by coverage; a table at the end.

Part of `make soak` where atheris is installed. Each target has a process of its own, for atheris ends it. Whatever the
input, a target gives a value or UnknownLayout, in two seconds of CPU and half a gigabyte.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from tests import payloads

SECONDS = 1800
MOST_SECONDS = 2.0
"""CPU seconds that an input may take; inputs here are short, so that a slow machine does not matter."""
MOST_MB = 500
LONGEST = 60_000
"""Bytes of an input."""
HANG_SECONDS = 60
"""Wall seconds after which an input that gives nothing is a crash."""
PAGES = Path(__file__).parent / "pages"
ROBOTS = (
    b"User-agent: *\nDisallow: /xw/\nAllow: /xw/jcxw/*.html$\nCrawl-delay: 2.5\nSitemap: /sitemap.xml\n",
    b"\xef\xbb\xbfUser-agent: jcnews_spider\r\nDisallow:\r\nRequest-rate: 1/5m 0900-1700\r\nVisit-time: 0600-0845\r\n",
    b"<html><body>User-agent: *</body></html>",
)
Target = Callable[[bytes], object]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one target."""

    target: str
    runs: int
    seconds: float
    peak_mb: int
    crashes: int


def article() -> Target:
    """Reads article pages."""
    from jcnews_spider.sites import site_named  # noqa: PLC0415 - instrumented
    from jcnews_spider.trs.article import parse_article  # noqa: PLC0415

    site = site_named("jcnews")
    return lambda body: parse_article(body, payloads.ARTICLE_URL, site).to_json()


def listing() -> Target:
    """Reads list pages and the home page."""
    from jcnews_spider.sites import site_named  # noqa: PLC0415 - instrumented
    from jcnews_spider.trs.listing import parse_listing, parse_navigation  # noqa: PLC0415

    site = site_named("jcnews")
    return lambda body: (parse_listing(body, payloads.LIST_URL, site), parse_navigation(body, site.root, site))


def encoding() -> Target:
    """Decodes; the first line stands for the header's charset."""
    from jcnews_spider.encoding import decode  # noqa: PLC0415 - instrumented

    return lambda body: decode(body, body.partition(b"\n")[0].decode("latin-1")).text.encode("utf-8", "surrogatepass")


def robots() -> Target:
    """Reads robots.txt as the middleware does."""
    from protego import Protego  # noqa: PLC0415 - instrumented

    from jcnews_spider.middlewares.robots import MAX_BYTES  # noqa: PLC0415

    def read(body: bytes) -> None:
        rules = Protego.parse(body[:MAX_BYTES].decode("utf-8-sig", "replace"))
        rules.can_fetch(payloads.ARTICLE_URL, "jcnews_spider/1.0 (news archiver)")
        rules.crawl_delay("jcnews_spider/1.0 (news archiver)")

    return read


TARGETS = {target.__name__: target for target in (article, listing, encoding, robots)}


def seeds(name: str) -> Iterator[bytes]:
    """Inputs from which a target sets out."""
    if name == "robots":
        yield from ROBOTS
        return
    pages = [path.read_bytes() for path in PAGES.glob("*/*.html")]
    yield from pages
    if name == "listing":
        yield payloads.listing("".join(map(payloads.ITEM.format, range(20))))
    yield from (make() for make in payloads.TRUE.values())


def fuzz(name: str, seconds: int) -> None:
    """Runs one target; atheris ends the process when it is done."""
    import atheris  # type: ignore[import-not-found,import-untyped,unused-ignore]  # noqa: PLC0415 - optional

    from jcnews_spider.errors import Defect, UnknownLayout  # noqa: PLC0415 - after atheris

    with atheris.instrument_imports(
        include=["jcnews_spider.trs", "jcnews_spider.text", "jcnews_spider.encoding", "protego"]
    ):
        target = TARGETS[name]()

    def read(body: bytes) -> None:
        started = time.process_time()
        try:
            target(body)
        except Defect:
            raise
        except UnknownLayout:
            pass
        took = time.process_time() - started
        if took > MOST_SECONDS:
            raise RuntimeError(f"took {took:.1f} s")

    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(seeds(name)):
            (Path(folder) / f"seed{number}").write_bytes(seed)
        limits = [f"-max_total_time={seconds}", f"-max_len={LONGEST}", f"-rss_limit_mb={MOST_MB}"]
        atheris.Setup([sys.argv[0], *limits, f"-timeout={HANG_SECONDS}", "-print_final_stats=1", folder], read)
        atheris.Fuzz()


def run(name: str, seconds: int) -> Result:
    """One target in a process of its own; what it said of a crash goes to stderr, its input stays in the folder."""
    started = time.monotonic()
    command = [sys.executable, "-m", "tests.fuzz", name, str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        print(done.stdout[-2000:], done.stderr[-6000:], file=sys.stderr)
    return Result(
        target=name,
        runs=_figure("number_of_executed_units", done.stderr),
        seconds=time.monotonic() - started,
        peak_mb=_figure("peak_rss_mb", done.stderr),
        crashes=int(done.returncode != 0),
    )


def _figure(name: str, log: str) -> int:
    found = re.search(rf"stat::{name}:\s*(\d+)", log)
    return int(found[1]) if found else 0


def main() -> int:
    """Divides the seconds among the targets; 1 when one of them crashed."""
    if find_spec("atheris") is None:
        print("fuzz: atheris is not installed (pip install atheris), nothing done")
        return 0
    if sys.argv[1:] and sys.argv[1] in TARGETS:
        fuzz(sys.argv[1], int(sys.argv[2]))
        return 0
    seconds = int(sys.argv[1]) if sys.argv[1:] else SECONDS
    print(f"{'target':10} {'runs':>9} {'seconds':>8} {'peak MB':>8} {'crashes':>8}", flush=True)
    crashes = 0
    for name in TARGETS:
        result = run(name, seconds // len(TARGETS))
        crashes += result.crashes
        print(
            f"{name:10} {result.runs:9} {result.seconds:8.0f} {result.peak_mb:8} {result.crashes:8}",
            flush=True,
        )
    return int(crashes > 0)


if __name__ == "__main__":
    sys.exit(main())
