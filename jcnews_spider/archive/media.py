"""Images under media/: each content once, named by its digest, so that a file that is there never changes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from jcnews_spider.archive import disk, files
from jcnews_spider.archive.files import storage_faults
from jcnews_spider.archive.ledger import Ledger
from jcnews_spider.archive.ledger.images import StoredImage
from jcnews_spider.archive.manifest import Manifest
from jcnews_spider.archive.snapshots import is_intact
from jcnews_spider.article import WarcPointer

FOLDER = "media"

Stands = Callable[[str, int], bool]
"""Whether an exchange in a WARC, by its path and its end, survived."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Arrived:
    """The bytes of an image as they came."""

    url: str
    """The address that was asked."""
    data: bytes
    suffix: str
    """What the bytes are: `jpg`, `png` …"""
    etag: str | None = None
    last_modified: str | None = None
    warc: WarcPointer | None = None
    """Where the exchange stands, None when no WARC is written."""


class Media:
    """The images of one archive. The ledger says what is there and how old it is, never a bare file.

    A file is in place before its row is committed: what a start finds without a whole file was lost with the power, and
    like that whose exchange was cut off it is forgotten and asked again.
    """

    def __init__(self, root: Path, ledger: Ledger, manifest: Manifest, warcs: str) -> None:
        """What the paths of the WARCs begin with that are sealed with its images is `warcs`."""
        self._root = root
        self._ledger = ledger
        self._manifest = manifest
        self._warcs = warcs

    def known(self, url: str) -> StoredImage | None:
        """What an address gave last."""
        with storage_faults():
            return self._ledger.images.get(url)

    def keep(self, arrived: Arrived, now: int) -> StoredImage:
        """Stores an image, not yet synced; raises StorageFault."""
        digest = sha256(arrived.data).hexdigest()
        image = StoredImage(
            url=arrived.url,
            path=media_path(digest, arrived.suffix),
            sha256=digest,
            checked=now,
            etag=arrived.etag,
            last_modified=arrived.last_modified,
            warc=arrived.warc.file if arrived.warc else None,
            warc_end=arrived.warc.offset + arrived.warc.length if arrived.warc else None,
        )
        with storage_faults(), self._ledger.transaction():
            if self._ledger.images.note(image):
                files.write_whole(self._root, image.path, arrived.data)
        return image

    def still(self, image: StoredImage, now: int) -> None:
        """Notes that an address gives what it gave before; raises StorageFault."""
        with storage_faults(), self._ledger.transaction():
            self._ledger.images.still(image.url, now)

    def unsealed_among(self, paths: Iterable[str]) -> list[StoredImage]:
        """Those of the files, with their exchanges, that the next start must find in place or undo their records."""
        return self._ledger.images.unsealed_among(paths)

    def seal(self) -> None:
        """Brings every new image onto the disk and into the manifest, once; the WARC must be synced before."""
        new = self._ledger.images.unsealed_files()
        if not new and not self._ledger.images.unsealed(self._warcs):
            return
        files.sync(self._root, [path for path, _ in new])
        with self._ledger.transaction():
            unsealed = set(self._ledger.images.unsealed_files())
            sealed = [file for file in new if file in unsealed]  # another run may have been quicker
            end = self._manifest.add(sealed, self._ledger.manifest_end())
            self._ledger.images.seal([path for path, _ in sealed], end)
            self._ledger.images.seal_exchanges(self._warcs)

    def recover(self, warcs: str, stands: Stands) -> None:
        """Forgets what did not survive of the images that were not sealed; the WARCs that begin so are cut before."""
        images = self._ledger.images
        for path, digest in images.unsealed_files():
            if not is_intact(self._root, path, digest):
                logger.warning("%s is fetched again: the file did not survive", path)
                if (self._root / path).exists():
                    disk.unlink(self._root / path)
                with self._ledger.transaction():
                    images.forget_file(path)
        for image in images.unsealed(warcs):
            if image.warc and image.warc_end and not stands(image.warc, image.warc_end):
                logger.warning("%s is fetched again: its exchange did not survive", image.url)
                with self._ledger.transaction():
                    images.forget(image.url)


def media_path(digest: str, suffix: str) -> str:
    """`media/full/<sha256>.<suffix>`, under output/."""
    return f"{FOLDER}/full/{digest}.{suffix}"


def is_media(path: str) -> bool:
    """True for the path of an image: it is sealed as such, and more than one record may show it."""
    return path.startswith(f"{FOLDER}/")
