"""What a command costs before it does anything: `scrapy list` and `scrapy --help`, here and in a plain project."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Asked, Figure
from bench.processes import measured
from tests.crawling import ROOT

ROUNDS = 11
MOST = 1.3
"""Of a plain project's CPU time."""

COMMANDS = (("list",), ("--help",))

_PLAIN = {
    "scrapy.cfg": "[settings]\ndefault = plain.settings\n",
    "plain/__init__.py": "",
    "plain/settings.py": 'SPIDER_MODULES = ["plain.spiders"]\n',
    "plain/spiders/__init__.py": "",
    "plain/spiders/one.py": 'import scrapy\n\n\nclass One(scrapy.Spider):\n    name = "one"\n',
}


def figures(asked: Asked) -> Iterator[Figure]:
    """Milliseconds of CPU, and the ratio, by command."""
    with tempfile.TemporaryDirectory(prefix="bench-plain-") as name:
        plain = Path(name)
        for path, text in _PLAIN.items():
            (plain / path).parent.mkdir(parents=True, exist_ok=True)
            (plain / path).write_text(text, encoding="utf-8")
        for arguments in COMMANDS:
            command = [sys.executable, "-m", "scrapy", *arguments]
            pairs = [
                (measured(command, ROOT).cpu_s, measured(command, plain).cpu_s) for _ in range(asked.rounds or ROUNDS)
            ]
            line = f"scrapy {' '.join(arguments)}"
            yield Figure.of(f"{line}: CPU", [1000 * own for own, _ in pairs], "ms")
            yield Figure.of(f"{line}: plain project's CPU", [1000 * other for _, other in pairs], "ms")
            yield Figure.of(f"{line}: against a plain project", [own / other for own, other in pairs], "×", limit=MOST)
