"""The store of images: what a start keeps and forgets, what is sealed when, what counts as an image."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from jcnews_spider.archive import Archive, files
from jcnews_spider.archive.ledger.images import StoredImage
from jcnews_spider.archive.media import Arrived
from jcnews_spider.article import Article, Crawl, Image, WarcPointer, content_hash
from jcnews_spider.images import image_suffix
from tests.ledgers import address, due, opened
from tests.replica.files import content

WARC = "warc/r0-001.warc.gz"


def keep(archive: Archive, name: str, end: int | None = None, now: int = 0) -> StoredImage:
    """An image, with an exchange that ends at a byte of a WARC if it is given."""
    pointer = None if end is None else WarcPointer(WARC, 0, end)
    return archive.media.keep(
        Arrived(f"http://host/{name}.jpg", b"\xff\xd8\xff" + name.encode(), "jpg", warc=pointer), now
    )


def send(archive: Archive, docid: int, shown: Iterable[StoredImage]) -> None:
    """A record that shows images, with a page of its own; committed, not sealed."""
    page = f"page {docid}".encode()
    files.write_whole(archive.root, f"html/{docid}.html", page)
    images = tuple(Image(one.url, path=one.path, sha256=one.sha256) for one in shown)
    article = Article(id=f"s:{docid}", images=images, published_at="2022-10-09", crawl=Crawl(parser_version="1"))
    article = replace(article, content_hash=content_hash(article))
    new = archive.media.unsealed_among([one.path for one in shown])
    sealed = [(f"html/{docid}.html", sha256(page).hexdigest()), *((one.path, one.sha256) for one in new)]
    exchanges = [(one.warc, one.warc_end) for one in new if one.warc and one.warc_end]
    with archive.ledger.transaction():
        archive.ledger.articles.add(article.id, address(docid), None, 0)
        archive.send(article, sealed, text_digest=None, exchanges=exchanges)
        known = archive.ledger.articles.get(article.id)
        assert known
        archive.ledger.articles.seen(known, 0, known.url, ())


def listed(root: Path) -> list[str]:
    manifest = root / "manifest-sha256.txt"
    return [line.split("  ")[1] for line in manifest.read_text().splitlines()] if manifest.exists() else []


def test_an_image_is_sealed_once_whatever_shows_it(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        image = keep(archive, "a")
        other = replace(image, url="http://other/a.jpg")
        send(archive, 1, [image])
        send(archive, 2, [image, keep(archive, "b")])
        archive.seal()
        archive.media.keep(Arrived(other.url, b"\xff\xd8\xffa", "jpg"), 9)
        send(archive, 3, [other])
        archive.finish()
    media = [path for path in listed(tmp_path) if path.startswith("media/")]
    assert media[0] == image.path
    assert sorted(media) == sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.glob("media/full/*"))
    assert len(media) == 2


def test_an_image_without_a_record_is_sealed_at_the_end(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        image = keep(archive, "a")
        archive.finish()
        assert archive.media.unsealed_among([image.path]) == []
    assert listed(tmp_path) == [image.path]


@pytest.mark.parametrize("damage", ["lost", "torn"])
def test_an_image_that_did_not_survive_takes_back_the_records_that_show_it_and_no_other(
    tmp_path: Path, damage: str
) -> None:
    with opened(tmp_path) as archive:
        torn, whole = keep(archive, "a"), keep(archive, "b")
        send(archive, 1, [torn])
        send(archive, 2, [torn, whole])
        send(archive, 3, [whole])
    path = tmp_path / torn.path
    path.unlink() if damage == "lost" else path.write_bytes(b"\xff")
    with opened(tmp_path, "r2") as archive:
        assert sorted(due(archive)) == ["s:1", "s:2"]
        assert archive.media.known(torn.url) is None
        assert archive.media.known(whole.url) == whole
        assert not path.exists()
        archive.finish()
    assert listed(tmp_path)[:2] == [whole.path, "html/3.html"]


def test_the_undoing_of_one_record_leaves_an_image_to_the_other(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        image = keep(archive, "a")
        send(archive, 1, [image])
        send(archive, 2, [image])
    (tmp_path / "html/1.html").write_bytes(b"torn")
    with opened(tmp_path, "r2") as archive:
        assert due(archive) == ["s:1"]
        assert archive.media.known(image.url) == image
        archive.finish()
    assert (tmp_path / image.path).exists()
    assert image.path in listed(tmp_path)


def test_an_image_whose_exchange_was_cut_off_is_asked_again(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        (tmp_path / "warc").mkdir()
        kept, cut = keep(archive, "a", end=4), keep(archive, "b", end=9)
        send(archive, 1, [kept])
        send(archive, 2, [cut])
        with archive.ledger.transaction():
            archive.ledger.captures.close(WARC, 4, "00", 0)
        (tmp_path / WARC).write_bytes(b"gzip")
    with opened(tmp_path, "r2") as archive:
        assert due(archive) == ["s:2"]
        assert archive.media.known(kept.url) == replace(kept, warc=None, warc_end=None)
        assert archive.media.known(cut.url) is None


def test_the_ledger_says_what_is_there_never_a_bare_file(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        path = tmp_path / keep(archive, "a").path
        with archive.ledger.transaction():
            archive.ledger.images.forget_file(path.relative_to(tmp_path).as_posix())
        path.write_bytes(b"half")
        assert archive.media.known("http://host/a.jpg") is None
        keep(archive, "a")
    assert path.read_bytes() == b"\xff\xd8\xffa"


def test_what_an_address_gives_later_is_another_file_and_the_first_one_stays(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        first = keep(archive, "a")
        second = archive.media.keep(Arrived(first.url, b"\xff\xd8\xffanother", "jpg"), 7)
        archive.media.still(second, 8)
        assert archive.media.known(first.url) == replace(second, checked=8)
        archive.finish()
    assert sorted(listed(tmp_path)) == sorted([first.path, second.path])


@pytest.mark.parametrize(
    ("data", "suffix"),
    [
        (content("a.jpg"), "jpg"),
        (content("a.png"), "png"),
        (content("a.gif"), "gif"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "webp"),
        (b"BM\x46\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00", "bmp"),
        (b"BM is how a text may begin", None),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
        (b"<!DOCTYPE html><html>", None),
        (content("a.pdf"), None),
        (b"\xff\xd8", None),
        (b"", None),
    ],
)
def test_the_bytes_say_what_an_image_is(data: bytes, suffix: str | None) -> None:
    assert image_suffix(data) == suffix
