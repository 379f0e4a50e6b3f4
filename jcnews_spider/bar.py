"""The live bar on a terminal, drawn by rich."""

from __future__ import annotations

import io
import logging
from typing import TextIO

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from jcnews_spider.progress import Rates, State, counts, fitting, heading
from jcnews_spider.text import shown

BAR_CELLS = 40
"""Cells of the bar at most."""


class Bar:
    """Two lines at the bottom of a terminal, above which the lines of the log stand.

    The cursor stays visible and below them, so that a run that is killed leaves a terminal to work on.
    """

    def __init__(self, stream: TextIO) -> None:
        self._console = _Console(file=stream, force_terminal=True, markup=False, highlight=False)
        self._live = Live(console=self._console, auto_refresh=False, redirect_stdout=False, redirect_stderr=False)
        self._spinner = Spinner("dots")
        self._handlers: list[logging.StreamHandler[TextIO]] = []
        self._stream = stream

    def open(self) -> None:
        """Takes the last lines of the terminal; log lines for it stand above from now on."""
        self._live.start()
        above = _Above(self._console)
        for handler in logging.getLogger().handlers:
            if isinstance(handler, logging.StreamHandler) and handler.stream is self._stream:
                handler.setStream(above)
                self._handlers.append(handler)

    def show(self, state: State, rates: Rates) -> None:
        """Draws a run anew."""
        self._live.update(Group(*self._lines(state, rates), ""), refresh=True)

    def close(self, state: State, rates: Rates) -> None:
        """Draws a run for the last time and gives the terminal back."""
        self._live.update(Group(*self._lines(state, rates)))
        self._live.stop()
        for handler in self._handlers:
            handler.setStream(self._stream)

    def _lines(self, state: State, rates: Rates) -> tuple[RenderableType, RenderableType]:
        parts = [shown(part) for part in counts(state, rates)]
        text = fitting(parts, self._console.width, cells=[cell_len(part) for part in parts])
        return self._first_line(state), Text(text, no_wrap=True, overflow="crop")

    def _first_line(self, state: State) -> Table:
        row = Table.grid(padding=(0, 1))
        for _ in ("sign", "phase"):
            row.add_column(no_wrap=True)
        row.add_column(max_width=BAR_CELLS)
        row.add_column(no_wrap=True)
        row.add_row(self._sign(state), Text(state.phase, style="bold"), _drawn(state.share), heading(state))
        return row

    def _sign(self, state: State) -> RenderableType:
        """Moves as long as the run does."""
        if state.exit_code is None:
            return self._spinner
        return "✗" if state.exit_code else "✓"


def _drawn(share: float | None) -> ProgressBar:
    """The bar proper; it pulses while nobody knows how much there is to do."""
    total = None if share is None else 1.0
    return ProgressBar(
        total=total, completed=share or 0, pulse=total is None, complete_style="cyan", finished_style="green"
    )


class _Console(Console):
    """A console that leaves the cursor alone: a killed run could not bring it back."""

    def show_cursor(self, show: bool = True) -> bool:  # noqa: ARG002 - rich's name
        """False: nothing was done."""
        return False


class _Above(io.TextIOBase):
    """A stream whose lines stand above the bar, as long as they are."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def write(self, text: str) -> int:
        """Prints a line, which the terminal wraps as it likes."""
        self._console.print(Text(text), end="", soft_wrap=True)
        return len(text)
