"""What the bytes of an image are, and how they end."""

from __future__ import annotations

IMAGE_ENDS = {"jpg": b"\xff\xd9", "png": b"IEND\xaeB`\x82", "gif": b";"}
"""The last bytes of an image by its suffix, where a format has such."""

_STARTS = (
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
)
_BMP_HEADERS = (12, 16, 40, 52, 56, 64, 108, 124)
"""Sizes of the header behind the first 14 bytes of a BMP."""


def image_suffix(data: bytes) -> str | None:
    """What the bytes are (`jpg`, `png`, `gif`, `webp`, `bmp`), whatever a header or a name says; None for the rest.

    SVG is refused: it can carry scripts, and an archive is looked at in a browser.
    """
    for start, suffix in _STARTS:
        if data.startswith(start):
            return suffix
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    is_bmp = data[:2] == b"BM" and int.from_bytes(data[14:18], "little") in _BMP_HEADERS
    return "bmp" if is_bmp else None
