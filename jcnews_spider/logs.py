"""Log records as a terminal takes them, whatever a server wrote into an address, a header or the text of an error."""

from __future__ import annotations

import logging
from typing import Any

from jcnews_spider.text import shown


class PlainRecord(logging.LogRecord):
    """A record, of any library, whose message and traceback steer no terminal and forge no line."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        if self.exc_info and self.exc_info[0]:
            self.exc_text = shown(logging.Formatter().formatException(self.exc_info))

    def getMessage(self) -> str:  # noqa: N802 - logging's name
        """The message, made safe."""
        return shown(super().getMessage())


def keep_plain() -> None:
    """From now on every record of this process is a PlainRecord."""
    logging.setLogRecordFactory(PlainRecord)
