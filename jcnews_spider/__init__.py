"""Crawler and archiver for 晋城新闻网 and other sites published with TRS WCM."""

__version__ = "0.1.0"
