"""Why a request gave no page, as a name to count it under."""

from __future__ import annotations

from scrapy import exceptions

NAMES: dict[type[Exception], str] = {
    exceptions.CannotResolveHostError: "dns",
    exceptions.DownloadConnectionRefusedError: "refused",
    exceptions.DownloadTimeoutError: "timeout",
    exceptions.DownloadCancelledError: "too_large",
    exceptions.ResponseDataLossError: "truncated",
    exceptions.DownloadFailedError: "connection",
    exceptions.UnsupportedURLSchemeError: "offsite",
}


def reason_of(fault: BaseException | None) -> str:
    """The name: what a middleware said when it refused, what the network did, or the exception's own name."""
    if isinstance(fault, exceptions.IgnoreRequest) and str(fault):
        return str(fault)
    return next((name for kind, name in NAMES.items() if isinstance(fault, kind)), type(fault).__name__)
