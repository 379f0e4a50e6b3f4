"""`scrapy browse`: a local page over the archive."""

from __future__ import annotations

import argparse
import os
import signal
import webbrowser
from functools import partial
from threading import Thread
from types import FrameType
from typing import TYPE_CHECKING

from jcnews_spider import browse, extras, options
from jcnews_spider.console import ProjectCommand
from jcnews_spider.errors import UsageFault

if TYPE_CHECKING:
    from jcnews_spider.browse.server import Server

PORT = 8100

_LONG = """
Shows the archive in a browser on this machine: a search box, sections, every article with its fields, its versions
side by side with the differences marked, its snapshots in a sandboxed frame, duplicates, and the runs with plots. It
reads only (a search keeps its index up to date, as scrapy search does) and may stay open while a crawl goes on. Nothing
is loaded from the web, no script runs, and what is withdrawn is not shown. Chinese and English.

  scrapy browse                  prints the address and serves until Ctrl-C
  scrapy browse --open           opens the browser too
  scrapy browse --port 0         any free port

Other machines cannot reach it: it answers on 127.0.0.1 only. Whoever has an account on this machine can. From
elsewhere, ssh -L 8100:127.0.0.1:8100 HOST. Needs the extra browse: pip install -e '.[browse]'.
"""


class Command(ProjectCommand):
    """Serves until it is interrupted."""

    usage = "[options] [site]"
    about = "Look at the archive in a browser on this machine"

    def long_desc(self) -> str:
        """What it shows, with examples."""
        return _LONG

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Adds --port and --open."""
        super().add_options(parser)
        parser.add_argument("--port", metavar="N", default=str(PORT), help=f"port of 127.0.0.1 ({PORT}; 0: a free one)")
        parser.add_argument("--open", action="store_true", help="open the page in a browser")

    def work(self, args: list[str], opts: argparse.Namespace) -> int:
        """0 when it was interrupted; 1 where there is no archive, the extra is missing or the port is taken."""
        if len(args) > 1:
            raise UsageFault("name one site: scrapy browse jcnews")
        extras.require("scrapy browse", browse.EXTRA, browse.MODULES)
        from jcnews_spider.access import site_meant
        from jcnews_spider.archive.pairing import require_archive
        from jcnews_spider.browse.app import App
        from jcnews_spider.browse.server import Server
        from jcnews_spider.sites import SITES

        values = options.checked(self.settings, os.environ)
        require_archive(values.output, values.ledger)
        site = site_meant(self.settings, args[0] if args else None, "scrapy browse")
        app = App(values.output, site, SITES, values.ledger)
        with Server(_port(opts.port), app) as server:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, partial(_end, server))
            print(f"{server.address} shows {values.output} (Ctrl-C ends)", flush=True)
            if opts.open:
                webbrowser.open(server.address)
            server.serve_forever()
        return 0


def _end(server: Server, signum: int, frame: FrameType | None) -> None:  # noqa: ARG001 - what a handler is given
    """Ends a server, or one that is about to begin; an exception would be lost where it met a finalizer.

    In a thread, since it waits for the loop in which it came.
    """
    Thread(target=server.shutdown).start()


def _port(text: str) -> int:
    """Raises UsageFault."""
    if not (text.isascii() and text.isdecimal() and len(text) < 6 and int(text) < 65_536):
        raise UsageFault(f"--port {text!r} is no port, 0 to 65535")
    return int(text)
