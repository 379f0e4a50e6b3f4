"""`python -m bench.export`: how fast each format is written, and that memory does not grow with the archive."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from random import Random

from bench.figures import Figure, report
from jcnews_spider import exporters
from jcnews_spider.article import Article
from tests.crawling import ROOT, command, environment
from tests.exporting import archive_of, article

SMALL = 1000
GROWTH_MB = 15
"""The most that the larger archive may cost more: what a row group of longer articles takes, a few MB of allocator."""


def figures(small: Path, large: Path, records: int) -> Iterator[Figure]:
    """Records a second and memory of every format that is installed and holds records."""
    for exporter in exporters.every():
        if exporter.has_versions and all(map(find_spec, exporter.modules)):
            (_, less), (seconds, most) = (_export(exporter.name, output) for output in (small, large))
            yield Figure(f"{exporter.name}, records a second of CPU, start included", records / seconds, "")
            yield Figure(f"{exporter.name}, most memory, {SMALL} records", less, "MB")
            yield Figure(f"{exporter.name}, most memory, {records} records", most, "MB")
            yield Figure(f"{exporter.name}, growth of memory", most - less, "MB", limit=GROWTH_MB)


_MEASURED = """
import resource, subprocess, sys
subprocess.check_call(sys.argv[1:], stdout=subprocess.DEVNULL)
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
"""
"""A small process between: Linux counts what a parent held at the exec as the child's."""


def _export(kind: str, output: Path) -> tuple[float, float]:
    """(seconds of CPU, MB at the most) of an export of everything."""
    target = output.with_name("exported")
    line = command("export", "--format", kind, "-o", str(target), "-s", f"JCNEWS_OUTPUT={output}")
    told = subprocess.check_output([sys.executable, "-c", _MEASURED, *line], cwd=ROOT, env=environment())
    seconds, kibibytes = map(float, told.split())
    return seconds, kibibytes * 1024 / 1e6


def _articles(number: int) -> Iterator[Article]:
    """Articles of 1,100 characters on the average, as the site's are."""
    random = Random(number)
    for docid in range(1, number + 1):
        paragraphs = ["".join(random.choices(HAN, k=random.randint(20, 200))) for _ in range(10)]
        html = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
        yield article(docid, paragraphs[0][:20], text="\n\n".join(paragraphs), html=html)


HAN = "".join(map(chr, range(0x4E00, 0x4E00 + 3000)))


def main() -> int:
    """Prints the table; exit code 1 when a limit is broken."""
    parser = argparse.ArgumentParser(prog="python -m bench.export", description=__doc__)
    parser.add_argument("--records", type=int, default=20_000, help="of the larger archive (default: 20,000)")
    records = parser.parse_args().records
    with tempfile.TemporaryDirectory() as folder:
        outputs = [Path(folder) / "small", Path(folder) / "large"]
        for output, number in zip(outputs, (SMALL, records), strict=True):
            archive_of(output, _articles(number))
        return report("export", figures(outputs[0], outputs[1], records))


if __name__ == "__main__":
    sys.exit(main())
