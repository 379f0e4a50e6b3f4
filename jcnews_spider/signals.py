"""Signals of this project, beside Scrapy's own."""

address_rests = object()
"""Sent with `url` and `until` (UTC seconds since 1970) when a server asks that an address be left alone for longer than
a run wants to wait."""
