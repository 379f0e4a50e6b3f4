"""A real terminal (pty) around a process, and what its reader sees.

`python -m tests.terminal FILE.svg` takes a picture of a crawl.
"""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

from tests.crawling import ROOT, command, crawl_arguments, environment
from tests.replica import Plan, Replica

_CONTROL = re.compile(r"\x1b\[(?P<count>\d*)(?P<what>[A-Za-z])|\x1b\[[\d;?]*[A-Za-z]|\r|\n")
_STYLE = re.compile(r"\x1b\[[\d;]*m")
KNOWN = re.compile(r"\x1b\[(?:\d+A|2K|[\d;]*m)")
"""What the bar sends: up, clear a line, a style."""


@dataclass
class Screen:
    """The lines of a terminal with endless height, their styles left in."""

    lines: list[str] = field(default_factory=lambda: [""])
    row: int = 0

    def write(self, text: str) -> None:
        """Takes what a process printed."""
        begin = 0
        for match in _CONTROL.finditer(text):
            if _STYLE.fullmatch(match[0]):
                continue
            self.lines[self.row] += text[begin : match.start()]
            begin = match.end()
            self._obey(match)
        self.lines[self.row] += text[begin:]

    def _obey(self, match: re.Match[str]) -> None:
        if match[0] == "\n":
            self.row += 1
            self.lines += [""] * (self.row + 1 - len(self.lines))
        elif match["what"] == "A":
            self.row -= int(match["count"] or 1)
        elif match["what"] == "K":
            self.lines[self.row] = ""


@dataclass
class Session:
    """A process on a terminal of its own."""

    code: int
    """Its exit code, negative for a signal."""
    raw: str
    """Everything that it sent to the terminal."""
    attributes_kept: bool
    """True when the terminal was left as it was."""

    @property
    def screens(self) -> list[str]:
        """What the terminal showed each time the bar was drawn, styles left in."""
        screen, screens = Screen(), []
        for part in re.split(r"(?=\r\x1b\[2K)", self.raw):
            screen.write(part)
            screens.append("\n".join(screen.lines))
        return screens

    @property
    def frames(self) -> list[str]:
        """The same without styles."""
        return [_STYLE.sub("", screen) for screen in self.screens]

    @property
    def last(self) -> str:
        """What stands there in the end."""
        return self.frames[-1]


Act = Callable[[subprocess.Popen[bytes], Callable[[bytes], object], str], object]
"""Is told (process, what types at its keyboard, what it sent so far), again and again."""


def on_terminal(
    line: Sequence[str],
    variables: Mapping[str, str],
    *,
    columns: int = 100,
    act: Act = lambda *_: None,
    seconds: float = 120,
) -> Session:
    """A finished process that had a terminal."""
    keyboard, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 30, columns, 0, 0))
    before, raw, deadline = termios.tcgetattr(terminal), b"", time.monotonic() + seconds
    its_own = ["sh", "-c", 'exec "$@" <"$0"', os.ttyname(terminal)]  # who opens it first is reached by its Ctrl-C
    with subprocess.Popen(
        [*its_own, *line],
        cwd=ROOT,
        env=variables,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    ) as process:
        try:
            while process.poll() is None or select.select([keyboard], [], [], 0)[0]:
                assert time.monotonic() < deadline, raw.decode("utf-8", "replace")[-2000:]
                if select.select([keyboard], [], [], 0.05)[0]:
                    raw += os.read(keyboard, 65536)
                    act(process, lambda keys: os.write(keyboard, keys), raw.decode("utf-8", "replace"))
            after = termios.tcgetattr(terminal)
        finally:
            process.kill()
            os.close(keyboard)
            os.close(terminal)
    return Session(process.returncode, raw.decode("utf-8", "replace"), before == after)


def crawl(
    replica: Replica, output: Path, *arguments: str, variables: Mapping[str, str] | None = None, columns: int = 100,
    act: Act = lambda *_: None, options: Sequence[str] = (), shim: Sequence[str] = (), **settings: object,
) -> Session:  # fmt: skip
    """A finished `scrapy crawl jcnews` process on a terminal."""
    line = command(*crawl_arguments(output, *arguments, **settings), *options, shim=shim)
    plain = {name: value for name, value in environment(replica.proxy).items() if name not in ("NO_COLOR", "COLUMNS")}
    return on_terminal(line, {**plain, "TERM": "xterm-256color", **(variables or {})}, columns=columns, act=act)


def main() -> None:
    """Writes the picture of a crawl's terminal, taken when most is done."""
    with tempfile.TemporaryDirectory() as folder, Replica(Plan(articles=400)) as replica:
        session = crawl(replica, Path(folder) / "output", JCNEWS_IMAGES=0, DOWNLOAD_DELAY=0.02)
    frames = [frame for frame in session.screens if "Articles" in frame]
    console = Console(record=True, file=io.StringIO(), width=100, force_terminal=True)
    console.print(Text.from_ansi("\n".join(frames[len(frames) * 2 // 3].split("\n")[-18:])), soft_wrap=True)
    form = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)  # no font from the web
    Path(sys.argv[1]).write_text(console.export_svg(title="scrapy crawl jcnews", code_format=form), encoding="utf-8")


if __name__ == "__main__":
    main()
