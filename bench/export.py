"""How fast each format is written, and that memory does not grow with the archive."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from random import Random

from bench.figures import Asked, Figure
from bench.processes import measured
from jcnews_spider import exporters
from jcnews_spider.article import Article
from tests.crawling import command
from tests.exporting import archive_of, article

SMALL, RECORDS = 1000, 20_000
GROWTH_MB = 15
"""The most that the larger archive may cost more: what a row group of longer articles takes, a few MB of allocator."""


def figures(asked: Asked) -> Iterator[Figure]:
    """Over a small and a large archive of made-up articles."""
    records = asked.articles or RECORDS
    with tempfile.TemporaryDirectory() as folder:
        outputs = [Path(folder) / "small", Path(folder) / "large"]
        for output, number in zip(outputs, (SMALL, records), strict=True):
            archive_of(output, _articles(number))
        yield from _formats(outputs[0], outputs[1], records)


def _formats(small: Path, large: Path, records: int) -> Iterator[Figure]:
    """Records a second and memory of every format that is installed and holds records."""
    for exporter in exporters.every():
        if exporter.has_versions and all(map(find_spec, exporter.modules)):
            (_, less), (seconds, most) = (_export(exporter.name, output) for output in (small, large))
            yield Figure(f"{exporter.name}, records a second of CPU, start included", records / seconds, "")
            yield Figure(f"{exporter.name}, most memory, {SMALL} records", less, "MB")
            yield Figure(f"{exporter.name}, most memory, {records} records", most, "MB")
            yield Figure(f"{exporter.name}, growth of memory", most - less, "MB", limit=GROWTH_MB)


def _export(kind: str, output: Path) -> tuple[float, float]:
    """(seconds of CPU, MB at the most) of an export of everything."""
    target = output.with_name("exported")
    taken = measured(command("export", "--format", kind, "-o", str(target), "-s", f"JCNEWS_OUTPUT={output}"))
    return taken.cpu_s, taken.memory_mb


def _articles(number: int) -> Iterator[Article]:
    """Articles of 1,100 characters on the average, as the site's are."""
    random = Random(number)
    for docid in range(1, number + 1):
        paragraphs = ["".join(random.choices(HAN, k=random.randint(20, 200))) for _ in range(10)]
        html = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
        yield article(docid, paragraphs[0][:20], text="\n\n".join(paragraphs), html=html)


HAN = "".join(map(chr, range(0x4E00, 0x4E00 + 3000)))
