"""Alerts: the end of a run told to people's own channels. Nothing that goes wrong here changes how a run ended."""

from __future__ import annotations

import json
import logging
import platform
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from jcnews_spider import __version__
from jcnews_spider.errors import ArchiveBusy, UsageFault
from jcnews_spider.health import told
from jcnews_spider.report import Ended

TIMEOUT_S = 10.0
"""Seconds that a channel has for one try, whatever it does meanwhile."""

TRIES = 2

TOLD = ("run_id", "site", "started_at", "finished_at", "exit_code", "why", "arguments")
"""What an alert says as the run report does."""

COUNTED = ("requests", "addresses", "lists", "articles", "due")
"""Counts that an alert holds as the run report does."""

logger = logging.getLogger(__name__)


class Herald:
    """Tells the end of a run to every target; `always` also that of one that ended well or found another one going."""

    def __init__(self, targets: tuple[str, ...], *, always: bool) -> None:
        """Raises UsageFault where a target cannot be one, before anything is crawled."""
        self._always = always
        self._channels = [_channel(number, target) for number, target in enumerate(targets, 1)]

    def tell(self, ended: Ended, report_path: Path) -> None:
        """Tells each target, twice where it fails at first; what fails is logged without the secrets of its address."""
        if not self._always and ended.exit_code in (0, ArchiveBusy.exit_code):
            return
        payload = message(ended, report_path)
        for channel in self._channels:
            for attempt in range(1, TRIES + 1):
                fault = _within(TIMEOUT_S, channel, payload)
                if fault is None:
                    break
                logger.warning("alert to %s, try %d of %d: %s", channel.name, attempt, TRIES, fault)


def message(ended: Ended, report_path: Path) -> dict[str, Any]:
    """What is told, as JSON types (docs/operators.md)."""
    run = ended.report
    return {
        **{name: run[name] for name in TOLD},
        "summary": ended.summary,
        "counts": {name: run[name] for name in COUNTED},
        "breaches": run["health"],
        "host": platform.node(),
        "report": str(report_path.absolute()),
    }


class _Channel:
    """A way to somebody; called with a message it raises OSError, or _Refused, when that does not arrive."""

    def __init__(self, name: str) -> None:
        self.name = name
        """The target without its secrets."""

    def __call__(self, payload: Mapping[str, Any]) -> None:
        raise NotImplementedError


class _Refused(Exception):
    """What the other side, or the library between, made of a message."""


class _Webhook(_Channel):
    """One JSON POST, through the proxies of the environment, and nowhere else than asked."""

    def __init__(self, name: str, url: str) -> None:
        super().__init__(name)
        self._url = url

    def __call__(self, payload: Mapping[str, Any]) -> None:
        headers = {"Content-Type": "application/json", "User-Agent": f"jcnews_spider/{__version__}"}
        data = json.dumps(payload, ensure_ascii=False).encode()
        request = Request(self._url, data, headers, method="POST")  # noqa: S310 - http and https only
        try:
            build_opener(_Stay, *_direct(self._url)).open(request, timeout=TIMEOUT_S).close()
        except HTTPError as fault:
            fault.close()
            raise _Refused(f"status {fault.code}") from None


def _direct(url: str) -> list[ProxyHandler]:
    """No proxy for this machine itself; for others that of the environment."""
    host = urlsplit(url).hostname or ""
    return [ProxyHandler({})] if host in {"localhost", "::1"} or host.startswith("127.") else []


class _Stay(HTTPRedirectHandler):
    """A redirect is an answer like another: it may lead to somebody else."""

    def redirect_request(self, *_: Any) -> None:
        return None


class _Apprise(_Channel):
    """What apprise knows a way to."""

    def __init__(self, name: str, notifier: Any) -> None:
        super().__init__(name)
        self._notifier = notifier

    def __call__(self, payload: Mapping[str, Any]) -> None:
        code = payload["exit_code"]
        title = f"jcnews_spider {payload['site']}: exit {code}"
        run = f"{payload['run_id']} on {payload['host']}"
        lines = [payload["why"], payload["summary"], *map(told, payload["breaches"]), run, payload["report"]]
        kind = "success" if code == 0 else "warning" if code in (2, 3) else "failure"
        if not self._notifier.notify(title=title, body="\n".join(lines), notify_type=kind):
            raise _Refused("it was not delivered")


def _channel(number: int, target: str) -> _Channel:
    scheme = target.partition("://")[0].lower()
    name = f"target {number} ({scheme})"
    if scheme not in ("http", "https"):
        return _Apprise(name, _notifier(name, target))
    if not _is_sound(target):
        raise UsageFault(f"JCNEWS_WEBHOOK_URL, {name}: an address such as https://example.org/hook is wanted")
    return _Webhook(f"target {number} ({scheme}://{urlsplit(target).hostname})", target)


def _is_sound(url: str) -> bool:
    """True for an address with a host, and without a user or anything that had to be quoted."""
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.username is None and parts.port != 0 and url.isascii()
    except ValueError:
        return False


def _notifier(name: str, target: str) -> Any:
    """apprise's way to a target; its log and its libraries' are silenced, they tell addresses."""
    try:
        from apprise import Apprise  # noqa: PLC0415 - an extra, and heavy
    except ImportError:
        raise UsageFault(f"JCNEWS_WEBHOOK_URL, {name}: this needs apprise, pip install -e '.[alerts]'") from None
    for library in ("apprise", "urllib3", "requests"):
        logging.getLogger(library).setLevel(logging.CRITICAL + 1)
    notifier = Apprise()
    if not notifier.add(target):
        raise UsageFault(f"JCNEWS_WEBHOOK_URL, {name}: apprise knows no such address")
    return notifier


def _within(seconds: float, channel: _Channel, payload: Mapping[str, Any]) -> str | None:
    """Why a message did not arrive in time, None when it did. What takes longer is left behind."""
    faults: list[str] = []

    def deliver() -> None:
        try:
            channel(payload)
        except Exception as fault:  # noqa: BLE001 - of any library; an address may stand in its words
            faults.append(_said(fault))

    thread = threading.Thread(target=deliver, daemon=True)
    thread.start()
    thread.join(seconds)
    return "no answer in time" if thread.is_alive() else next(iter(faults), None)


def _said(fault: Exception) -> str:
    """What a fault says that cannot hold a secret."""
    cause = fault.reason if isinstance(fault, URLError) else fault
    if isinstance(cause, _Refused):
        return str(cause)
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return "no answer in time" if isinstance(cause, TimeoutError) else type(cause).__name__
