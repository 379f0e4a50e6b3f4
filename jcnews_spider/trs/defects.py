"""A defect of the extractor costs the page at which it shows, and no other."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from jcnews_spider.errors import Defect, UnknownLayout

P = ParamSpec("P")
R = TypeVar("R")

logger = logging.getLogger(__name__)


def refused(read: Callable[P, R]) -> Callable[P, R]:
    """A reader of pages that raises Defect where it would raise anything but UnknownLayout, and logs what it was."""

    @wraps(read)
    def reading(*arguments: P.args, **named: P.kwargs) -> R:
        try:
            return read(*arguments, **named)
        except UnknownLayout:
            raise
        except Exception as fault:
            logger.exception("a defect of %s, at %r", read.__name__, [one for one in arguments if isinstance(one, str)])
            raise Defect(repr(fault)) from fault

    return reading
