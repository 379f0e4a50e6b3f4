"""One file per command of `scrapy`.

Scrapy imports them all at every start, so whatever a command needs for its work it imports where it works.
"""
