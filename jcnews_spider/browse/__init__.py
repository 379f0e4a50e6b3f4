"""The archive in a browser, read-only, on this machine alone.

Every page is whole HTML made here, without a script; what came from the web is escaped, and the bytes of a page as
served are shown in a sandboxed frame only. An address holds ids and numbers, which are looked up in the ledger and in
records, never a path of the disk. What is withdrawn is not shown.
"""

MODULES = ("jinja2",)
EXTRA = "browse"
"""Extra of this project that brings them."""
