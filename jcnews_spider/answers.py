"""What an answer says of itself, or why there is none."""

from __future__ import annotations

from OpenSSL import SSL
from scrapy import Request, exceptions
from scrapy.http import Response
from service_identity import VerificationError
from w3lib.encoding import http_content_type_encoding

from jcnews_spider.article import WarcPointer
from jcnews_spider.errors import NotServed, TooLarge
from jcnews_spider.items import Page

REASONS: dict[type[Exception], str] = {
    exceptions.CannotResolveHostError: "dns",
    exceptions.DownloadConnectionRefusedError: "refused",
    exceptions.DownloadTimeoutError: "timeout",
    exceptions.DownloadCancelledError: "too_large",
    exceptions.ResponseDataLossError: "truncated",
    exceptions.DownloadFailedError: "connection",
    exceptions.UnsupportedURLSchemeError: "offsite",
    exceptions.IgnoreRequest: "ignored",
}
"""What can happen to a request, and the name under which it is counted."""

NOT_ASKED = frozenset({"robots", "resting"})
"""Reasons for which an address was left alone, which is no failure: robots.txt, or its server's own wish."""


def reason_of(fault: BaseException | None) -> str:
    """The name: what a middleware said when it refused, what the network did, or the exception's own name."""
    if isinstance(fault, exceptions.IgnoreRequest) and str(fault):
        return str(fault).replace(" ", "_")
    return next((name for kind, name in REASONS.items() if isinstance(fault, kind)), type(fault).__name__)


def explained(fault: BaseException | None) -> str:
    """What happened, in words; what the network says stands inside Scrapy's exception, as failures of Twisted."""
    inner = [failure.value for failure in getattr(getattr(fault, "__cause__", None), "reasons", ())]
    return "; ".join(map(_in_words, inner or [fault]))


def _in_words(fault: BaseException | None) -> str:
    if isinstance(fault, VerificationError):
        return "the certificate is for another name"
    if isinstance(fault, SSL.Error) and fault.args and isinstance(fault.args[0], list):
        return f"TLS: {', '.join(str(error[-1]) for error in fault.args[0])}"
    return str(fault) or type(fault).__name__


def require_ok(response: Response) -> None:
    """Raises NotServed unless the status is 200, and TooLarge when the body was cut at the size limit."""
    if response.status != 200:
        raise NotServed(response.status)
    if "download_stopped" in response.flags:
        raise TooLarge(f"more than {len(response.body)} bytes")


def asked_url(request: Request | None) -> str:
    """The address that was asked, before any redirect; empty for an answer that nobody asked for."""
    return str((request.meta.get("redirect_urls") or [request.url])[0]) if request else ""


def header(response: Response, name: str) -> str | None:
    """The value of a header."""
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None


def charset(response: Response) -> str | None:
    """The charset of the Content-Type header."""
    return http_content_type_encoding(header(response, "Content-Type"))


def validators_of(response: Response) -> tuple[str | None, str | None]:
    """(ETag, Last-Modified)."""
    return header(response, "ETag"), header(response, "Last-Modified")


def warc_pointer(response: Response) -> WarcPointer | None:
    """Where the capture says that the exchange stands."""
    place = response.meta.get("warc")
    return WarcPointer(*place) if place else None


def page_of(response: Response, warc: WarcPointer | None = None) -> Page:
    """The page as it came; `warc` is its `warc_pointer`, which a response has only when Scrapy tied it to a request."""
    return Page(response.body, response.url, charset(response), *validators_of(response), warc)


def is_conditional(response: Response) -> bool:
    """True when a page was asked for only if it is another: a 304 that nobody asked for says nothing."""
    headers = response.request.headers if response.request else {}
    return "If-None-Match" in headers or "If-Modified-Since" in headers


def conditions(etag: str | None, last_modified: str | None) -> dict[str, str]:
    """The headers that ask for a page only if it is another than the one with these validators."""
    headers = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in headers.items() if value}
