"""Bytes of images, attachments and videos: tiny, valid, another for each name."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

_JPEG = bytes.fromhex(
    "ffd8ffe000104a46494600010100000100010000ffdb004300080606070605080707070909080a0c140d0c0b0b0c1912130f141d1a1f1e1d1a1c1c20242e27"
    "20222c231c1c2837292c30313434341f27393d38323c2e333432ffc0000b080001000101011100ffc4001f00000105010101010101000000000000000001"
    "02030405060708090a0bffc400b5100002010303020403050504040000017d01020300041105122131410613516107227114328191a1082342b1c11552d1"
    "f02433627282090a161718191a25262728292a3435363738393a434445464748494a535455565758595a636465666768696a737475767778797a83848586"
    "8788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2"
    "f3f4f5f6f7f8f9faffda0008010100003f00fbd3ffd9"
)
TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "gif": "image/gif",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xls": "application/vnd.ms-excel",
    "zip": "application/zip",
    "mp4": "video/mp4",
    "flv": "video/x-flv",
}


def content(name: str) -> bytes:
    """The bytes of a file, by its name."""
    suffix = name.rpartition(".")[2]
    return _MAKERS[suffix](name) if suffix in _MAKERS else _STARTS[suffix] + name.encode()


def _jpeg(name: str) -> bytes:
    """A grey point, the name in a comment segment."""
    mark = name.encode()
    return _JPEG[:2] + b"\xff\xfe" + struct.pack(">H", len(mark) + 2) + mark + _JPEG[2:]


def _png(name: str) -> bytes:
    """A picture of 4 × 4 points in a colour of its own."""
    colour = zlib.crc32(name.encode()).to_bytes(4, "big")[:3]

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\x00" + colour * 4) * 4)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def _pdf(name: str) -> bytes:
    """A document of one empty page, its name in a comment."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>",
    )
    body, offsets = b"%PDF-1.4\n%" + name.encode() + b"\n", []
    for order, inside in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj" % order + inside + b"endobj\n"
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return (
        body
        + b"xref\n0 4\n0000000000 65535 f \n"
        + table
        + b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(body)
    )


def _zip(name: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr(zipfile.ZipInfo("readme.txt", (2022, 10, 9, 10, 28, 0)), name)
    return archive.getvalue()


_MAKERS: dict[str, Callable[[str], bytes]] = {"png": _png, "jpg": _jpeg, "pdf": _pdf, "docx": _zip, "zip": _zip}
_STARTS = {
    "gif": bytes.fromhex("47494638396101000100800000000000ffffff2c00000000010001000002024401003b"),
    "xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "mp4": b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2\x00\x00\x00\x08free",
    "flv": b"FLV\x01\x05\x00\x00\x00\x09\x00\x00\x00\x00",
}
