"""The tree of exceptions.

JcnewsError
├── UsageFault              exit 1: an argument or a setting that makes no sense
├── StartFault              exit 1: the crawl could not be started
├── WorkerLost              exit 1: a process that did part of the work was killed
├── ArchiveBusy             exit 6: another run holds the archive
├── Stopped                 exit 3: a signal came before the crawl had begun
├── NotShown                what an address of the local page asks for cannot be shown; `reason` is a message's name
├── StorageFault            exit 7: disk full, I/O error, damaged state
│   └── Damaged             a record or a file of the archive that is not what it was
└── UnknownLayout           a page that is no article; `reason` is the name under which it is counted
    ├── NotServed           an answer with another status than 200
    ├── IncompleteArticle   an article whose further page is none
    ├── OtherPage           an answer that came from another address
    ├── OfAnyAddress        what the site shows at any address
    ├── TooLarge            a body that was cut at the size limit
    ├── TooComplex          a page of more tags, attributes, links or text than any real one has
    ├── NotHtml             bytes that are no HTML
    ├── Defect              a page at which the extractor itself fails
    ├── EmptyPage           nothing at all
    ├── NoBody              a titled page without text, image, video or attachment
    └── RedirectStub        a page that only sends the reader elsewhere; carries `target`
"""

from __future__ import annotations


class JcnewsError(Exception):
    """Anything this project raises on purpose."""

    exit_code = 1
    """Exit code of a command that it ends."""


class UsageFault(JcnewsError):
    """An argument or a setting that makes no sense; the message says which and what would."""


class StartFault(JcnewsError):
    """The crawl could not be started; the log says why."""


class WorkerLost(JcnewsError):
    """A process that did part of the work was killed; what is committed stays."""


class ArchiveBusy(JcnewsError):
    """Another run holds the archive."""

    exit_code = 6


class Stopped(JcnewsError):
    """A signal that came before the crawl had begun."""

    exit_code = 3


class NotShown(JcnewsError):
    """What an address of the local page (`scrapy browse`) asks for cannot be shown."""

    def __init__(self, reason: str, status: int = 404) -> None:
        super().__init__(f"{reason} ({status})")
        self.reason = reason
        """Name of the message in `browse/phrases.py`."""
        self.status = status
        """HTTP status."""


class StorageFault(JcnewsError):
    """The archive cannot be read or written."""

    exit_code = 7


class Damaged(StorageFault):
    """A record or a file of the archive that is missing or not what it was; the message says which and how."""


class UnknownLayout(JcnewsError):
    """A page that fits no template."""

    reason = "unknown_layout"


class NotServed(UnknownLayout):
    """An answer with another status than 200."""

    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}")
        self.reason = f"http_{status}"


class IncompleteArticle(UnknownLayout):
    """An article one of whose further pages is none."""

    def __init__(self, part: int, fault: UnknownLayout) -> None:
        super().__init__(f"further page {part}: {fault}")
        self.reason = f"part_{fault.reason}"


class OtherPage(UnknownLayout):
    """An answer that came from another address, after a redirect."""

    reason = "redirected"


class OfAnyAddress(UnknownLayout):
    """What the site shows at any address: it looks like an article, such as a notice of maintenance."""

    reason = "soft_404"


class TooLarge(UnknownLayout):
    """A body that was cut at the size limit."""

    reason = "too_large"


class TooComplex(UnknownLayout):
    """A page of more tags, attributes, links or text than any real one has."""

    reason = "too_complex"


class NotHtml(UnknownLayout):
    """Bytes that are no HTML, such as a PDF."""

    reason = "not_html"


class Defect(UnknownLayout):
    """A page at which the extractor itself fails; the log says where."""

    reason = "defect"


class EmptyPage(UnknownLayout):
    """A page without any content."""

    reason = "empty_page"


class NoBody(UnknownLayout):
    """A titled page without text, image, video or attachment."""

    reason = "no_body"


class RedirectStub(UnknownLayout):
    """A page that only sends the reader elsewhere."""

    reason = "stub"

    def __init__(self, target: str) -> None:
        super().__init__(f"sends the reader to {target!r}")
        self.target = target
