"""`scrapy forget`: withdrawn for good, and purged where that is asked."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from jcnews_spider.archive.warc.members import Member, read_member, spans
from jcnews_spider.archive.warc.records import tombstone
from tests.archives import change, flip, rows
from tests.crawling import crawl, read_records, scrapy
from tests.replica import Answer, Plan, Replica

PLAN = Plan(articles=30, seed=3)


@pytest.fixture
def replica() -> Iterator[Replica]:
    with Replica(PLAN) as running:
        yield running


@pytest.fixture(scope="module")
def probe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a crawl of such a replica leaves, to be read."""
    output = tmp_path_factory.mktemp("probe") / "output"
    with Replica(PLAN) as replica:
        crawl(replica, output)
    return output


@pytest.fixture
def output(probe: Path, tmp_path: Path) -> Path:
    """A copy of it, to be changed."""
    return Path(shutil.copytree(probe, tmp_path / "output"))


def forget(output: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return scrapy("forget", *arguments, "-s", f"JCNEWS_OUTPUT={output}", "-s", "JCNEWS_MIN_FREE_MB=0")


def of(output: Path, identity: str) -> list[dict[str, object]]:
    return [record for record in read_records(output) if record["id"] == identity]


def members(output: Path) -> list[Member]:
    """Every record of its WARCs."""
    return [read_member(path, *span) for path in output.glob("warc/*") for span in spans(path)]


def holds(output: Path) -> bool:
    """True when every line of the manifest holds, and it lists what is sealed."""
    check = ["sha256sum", "-c", "--strict", "--quiet", "manifest-sha256.txt"]
    done = subprocess.run(check, cwd=output, check=False, capture_output=True)
    listed = [line.partition("  ")[2] for line in (output / "manifest-sha256.txt").read_text().splitlines()]
    there = [path.relative_to(output).as_posix() for folder in ("articles", "html", "warc", "media")
             for path in (output / folder).rglob("*") if path.is_file()]  # fmt: skip
    verified = scrapy("verify", "-s", f"JCNEWS_OUTPUT={output}")
    assert verified.returncode == 0, verified.stdout
    return done.returncode == 0 and sorted(listed) == sorted(there)


def test_a_withdrawn_article_is_never_asked_shown_or_kept_again(replica: Replica, output: Path) -> None:
    identity = replica.ids()[-1]
    replica.edit(identity)
    crawl(replica, output, "recheck=all")
    assert [record["version"] for record in of(output, identity)] == [1, 2]
    url = str(of(output, identity)[0]["url"])
    done = forget(output, url, "--reason", "asked by the author")
    assert done.returncode == 0, done.stderr
    last = of(output, identity)[-1]
    assert {name: value for name, value in last.items() if value not in (None, "", [])} == {
        "schema_version": "1.0", "id": identity, "version": 3, "event": "withdrawn", "url": url, "char_count": 0,
        "rights": {"original": None, "notice": None}, "content_hash": last["content_hash"],
        "first_seen_at": last["first_seen_at"], "fetched_at": last["fetched_at"],
        "snapshot": {"html": None, "sha256": None, "warc": None}, "crawl": last["crawl"],
    }  # fmt: skip
    assert not list(output.glob(f"html/**/*{identity.partition(':')[2]}*"))
    assert holds(output)
    assert scrapy("cat", identity, "-s", f"JCNEWS_OUTPUT={output}").returncode == 1
    since = len(replica.requests)
    replica.edit(identity)
    again = crawl(replica, output, "recheck=all", "full=1", f"articles={url}")
    assert again.code == 0
    assert url not in [request.url for request in replica.requests[since:]]
    assert len(of(output, identity)) == 3


def test_a_purge_leaves_nothing_of_the_content_and_everything_else_as_it_was(replica: Replica, output: Path) -> None:
    identity = replica.ids()[-2]
    others = {record["id"]: record for record in read_records(output) if record["id"] != identity}
    (record,) = of(output, identity)
    url, text = str(record["url"]), str(record["text"])[:40]
    assert forget(output, identity, "--reason", "court order 7", "--purge").returncode == 0
    assert [record["event"] for record in of(output, identity)] == ["withdrawn"]
    assert {record["id"]: record for record in read_records(output) if record["id"] != identity} == others
    for path in output.rglob("*"):
        if path.is_file() and path.suffix != ".gz":
            assert text.encode() not in path.read_bytes(), path
    left = members(output)
    assert {member.kind for member in left if member.url is None} == {"warcinfo", "metadata"}
    assert not [member for member in left if member.url == url or text.encode() in member.payload]
    for other in others.values():
        pointer = other["snapshot"]["warc"]
        assert read_member(output / pointer["file"], pointer["offset"], pointer["length"]).url == other["url"]
    assert holds(output)
    (report,) = (json.loads(path.read_text()) for path in output.glob("runs/*") if "court order 7" in path.read_text())
    assert report["why"] == f"{identity} withdrawn and purged: court order 7"
    replica.edit(replica.ids()[3])
    after = crawl(replica, output, "recheck=all")
    assert (after.code, after.report["articles"]["updated"]) == (0, 1)
    assert holds(output)


def test_a_purge_may_follow_a_withdrawal(replica: Replica, output: Path) -> None:
    identity = replica.ids()[-1]
    assert forget(output, identity, "--reason", "a").returncode == 0
    assert forget(output, identity, "--reason", "b", "--purge").returncode == 0
    assert [(record["version"], record["event"]) for record in of(output, identity)] == [(2, "withdrawn")]
    assert holds(output)


def test_damage_in_another_line_holds_up_neither_a_takedown_nor_a_crawl(replica: Replica, output: Path) -> None:
    other, identity = replica.ids()[3], replica.ids()[-1]
    (segment,) = output.glob("articles/*")
    data = bytearray(segment.read_bytes())
    data[data.find(str(of(output, other)[0]["text"])[:10].encode())] ^= 0x40
    segment.write_bytes(data)
    assert forget(output, identity, "--reason", "a").returncode == 0
    assert not list(output.glob(f"html/**/*{identity.partition(':')[2]}*"))
    assert forget(output, identity, "--reason", "b", "--purge").returncode == 0
    assert f'"{identity}","version":1'.encode() not in segment.read_bytes()
    assert crawl(replica, output).code == 0


def test_a_damaged_line_of_its_own_is_named_and_the_crawl_goes_on(replica: Replica, output: Path) -> None:
    identity = replica.ids()[-1]
    (segment,) = output.glob("articles/*")
    data = bytearray(segment.read_bytes())
    data[data.find(str(of(output, identity)[0]["text"])[:10].encode())] ^= 0x40
    segment.write_bytes(data)
    offset = data.rfind(b"\n", 0, data.find(f'"id":"{identity}"'.encode())) + 1
    done = forget(output, identity, "--reason", "x")
    assert done.returncode == 7
    assert f"{segment.name} at {offset}" in done.stderr
    assert not list(output.glob(f"html/**/*{identity.partition(':')[2]}*"))
    replica.publish(1)
    after = crawl(replica, output)
    assert (after.code, after.report["articles"]["new"]) == (0, 1)
    assert f"{segment.name} at {offset}" in after.stderr
    assert forget(output, identity, "--reason", "x", "--purge").returncode == 7
    assert f'"{identity}","version":1'.encode() not in segment.read_bytes()
    assert forget(output, identity, "--reason", "x", "--purge").returncode == 0


def test_a_purge_goes_on_behind_a_damaged_warc_record_and_says_so(replica: Replica, output: Path) -> None:
    identity = replica.ids()[3]
    pointer = of(output, identity)[0]["snapshot"]["warc"]  # type: ignore[index]
    path = output / pointer["file"]
    offset, length = list(spans(path))[3]
    assert offset < pointer["offset"]
    data = bytearray(path.read_bytes())
    data[offset + length // 2] ^= 0xFF
    path.write_bytes(data)
    done = forget(output, identity, "--reason", "x", "--purge")
    assert done.returncode == 7
    assert f"{path.name} at {offset}" in done.stderr
    assert "purged" not in done.stdout
    assert read_member(path, pointer["offset"], pointer["length"]).url is None
    assert [record["event"] for record in of(output, identity)] == ["withdrawn"]
    again = crawl(replica, output)
    assert again.code == 0
    assert f"{path.name} at {offset}" in again.stderr


PNG = b"\x89PNG\r\n\x1a\n" + b"z" * 3000


def test_a_purge_takes_what_redirects_of_its_images_led_to(probe: Path, tmp_path: Path) -> None:
    first, second = [record for record in read_records(probe) if record["images"]][:2]
    paths = [urlsplit(record["images"][0]["url"]).path for record in (first, second)]
    targets = ["http://img.example.com/a.png", "http://www.jcnews.com.cn/"]
    faults = {path: Answer(302, {"Location": target}) for path, target in zip(paths, targets, strict=True)}
    elsewhere = {"img.example.com": {"/a.png": Answer(headers={"Content-Type": "image/png"}, body=PNG)}}
    output = tmp_path / "output"
    with Replica(Plan(articles=30, seed=3, faults=faults, other_hosts=elsewhere)) as other:
        crawl(other, output)
    assert [member.url for member in members(output) if member.payload == PNG] == ["http://img.example.com/a.png"]
    homes = [member.url for member in members(output) if member.url == "http://www.jcnews.com.cn/"]
    for record in (first, second):
        assert forget(output, record["id"], "--reason", "x", "--purge").returncode == 0
    assert not [member.url for member in members(output) if member.url == targets[0] or member.payload == PNG]
    assert homes == [member.url for member in members(output) if member.url == "http://www.jcnews.com.cn/"]
    assert holds(output)


@pytest.mark.parametrize("to", ["https://www.jcnews.com.cn", "http://jcnews.com.cn"])
def test_a_purge_takes_every_spelling_of_its_address(probe: Path, tmp_path: Path, to: str) -> None:
    record = read_records(probe)[3]
    path = urlsplit(record["url"]).path
    body = next(member.payload for member in members(probe)
                if member.url == record["url"] and member.kind == "response")  # fmt: skip
    faults = {path: Answer(301, {"Location": f"http://jcnews.com.cn{path}"})}
    elsewhere = {"jcnews.com.cn": {path: Answer(headers={"Content-Type": "text/html"}, body=body)}}
    output = tmp_path / "output"
    with Replica(Plan(articles=30, seed=3, faults=faults, other_hosts=elsewhere)) as other:
        crawl(other, output)
    assert [member.url for member in members(output) if member.payload == body] == [f"http://jcnews.com.cn{path}"]
    assert forget(output, to + path, "--reason", "x", "--purge").returncode == 0
    assert not [member.url for member in members(output) if path in (member.url or "")]
    assert holds(output)


def test_bytes_that_another_address_gave_too_stay_until_that_is_purged(probe: Path, tmp_path: Path) -> None:
    pair = [record for record in read_records(probe) if record["images"]][:2]
    urls = [str(record["images"][0]["url"]) for record in pair]
    image = Answer(headers={"Content-Type": "image/png"}, body=PNG)
    output = tmp_path / "output"
    with Replica(Plan(articles=30, seed=3, faults={urlsplit(url).path: image for url in urls})) as other:
        crawl(other, output)
    (stored,) = [member.url for member in members(output) if member.payload == PNG]
    pair.sort(key=lambda record: record["images"][0]["url"] != stored)
    urls.sort(key=lambda url: url != stored)
    done = forget(output, pair[0]["id"], "--reason", "x", "--purge")
    said = f"{stored} stays, another article shows it"
    assert (done.returncode, said in done.stdout) == (0, True), done
    assert said in max(output.glob("runs/*"), key=lambda path: path.stat().st_mtime_ns).read_text()
    assert [member.url for member in members(output) if member.payload == PNG] == [stored]
    assert holds(output)
    assert forget(output, pair[1]["id"], "--reason", "x", "--purge").returncode == 0
    assert not [member for member in members(output) if member.url in urls or member.payload == PNG]
    assert not list(output.glob("media/**/*.png")) or holds(output)


def test_a_page_that_another_address_gave_too_goes_with_the_last_of_them(probe: Path, tmp_path: Path) -> None:
    bare = [record for record in read_records(probe) if not record["images"]]
    pair = [record for record in bare if record["crawl"]["pages"] == 1][:2]
    body = next(member.payload for member in members(probe)
                if member.url == pair[0]["url"] and member.kind == "response")  # fmt: skip
    docid = str(pair[0]["id"]).partition(":")[2]
    page = Answer(headers={"Content-Type": "text/html"}, body=body.replace(docid.encode(), b"0"))
    output = tmp_path / "output"
    with Replica(Plan(articles=30, seed=3, faults={urlsplit(record["url"]).path: page for record in pair})) as other:
        crawl(other, output)
    (stored,) = [member.url for member in members(output) if member.payload == page.body]
    pair.sort(key=lambda record: record["url"] != stored)
    done = forget(output, pair[0]["id"], "--reason", "x", "--purge")
    assert f"the bytes of {stored} stay, {pair[1]['url']} gave the same bytes" in done.stdout
    assert holds(output)
    assert scrapy("cat", pair[1]["id"], "-s", f"JCNEWS_OUTPUT={output}").returncode == 0
    assert forget(output, pair[1]["id"], "--reason", "x", "--purge").returncode == 0
    assert not [member for member in members(output) if member.payload == page.body or member.url == stored]
    assert holds(output)


def test_an_article_that_gave_no_record_stays_withdrawn_through_a_rebuild(
    replica: Replica, probe: Path, tmp_path: Path
) -> None:
    identity = replica.ids()[3]
    path = urlsplit(str(of(probe, identity)[0]["url"])).path
    faults, output = {path: Answer(500)}, tmp_path / "output"
    with Replica(Plan(articles=30, seed=3, faults=faults)) as other:
        crawl(other, output, RETRY_TIMES=0)
        assert forget(output, identity, "--reason", "x").returncode == 0
        assert [(record["version"], record["event"]) for record in of(output, identity)] == [(1, "withdrawn")]
        assert holds(output)
        faults.clear()
        for leftover in output.glob("state.sqlite3*"):
            leftover.unlink()
        assert scrapy("verify", "--rebuild", "-s", f"JCNEWS_OUTPUT={output}").returncode == 0
        crawl(other, output, "recheck=all")
    assert [record["event"] for record in of(output, identity)] == ["withdrawn"]


def test_the_status_knows_of_no_killed_run_and_of_nothing_asked_in_vain(replica: Replica, tmp_path: Path) -> None:
    crawl(replica, tmp_path, "sections=xw/jcxw")
    identity = read_records(tmp_path)[0]["id"]
    assert forget(tmp_path, "jcnews:1", "--reason", "x").returncode == 1
    assert forget(tmp_path, identity, "--reason", "court").returncode == 0
    said = scrapy("status", "-s", f"JCNEWS_OUTPUT={tmp_path}").stdout
    assert "killed" not in said
    assert "Asked in vain, failures first (0 of 0): none" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["jcnews:956123"], "the reason"),
        (["jcnews:1", "--reason", "x"], "not known"),
        (["nonsense", "--reason", "x"], "neither an id"),
        (["http://elsewhere.cn/", "--reason", "x"], "no article's address"),
    ],
)
def test_what_cannot_be_forgotten_is_refused(output: Path, arguments: list[str], said: str) -> None:
    done = forget(output, *arguments)
    assert (done.returncode, said in done.stderr) == (1, True)


def test_a_takedown_without_purge_does_not_drop_an_open_purge(probe: Path, tmp_path: Path) -> None:
    output = Path(shutil.copytree(probe, tmp_path / "output"))
    identity = Replica(PLAN).ids()[-1]
    (path,) = output.glob("warc/*")
    flip(path, list(spans(path))[3][0] + 40)
    assert [forget(output, identity, "--reason", "x", *more).returncode for more in (["--purge"], [])] == [7, 7]
    assert rows(output, "SELECT purge, done FROM takedowns") == [(1, 0)]


def test_what_is_withdrawn_is_not_printed_before_its_record_is_sealed(probe: Path, tmp_path: Path) -> None:
    output = Path(shutil.copytree(probe, tmp_path / "output"))
    identity = Replica(PLAN).ids()[-1]
    change(output, "UPDATE articles SET state = 'withdrawn' WHERE id = ?", identity)
    shown = scrapy("cat", identity, "-s", f"JCNEWS_OUTPUT={output}")
    assert (shown.returncode, "is withdrawn" in shown.stderr) == (1, True)


def test_without_an_archive_nothing_is_made(tmp_path: Path) -> None:
    assert forget(tmp_path / "o", "jcnews:1", "--reason", "x").returncode == 1
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize("loses_power", [False, True])
@pytest.mark.parametrize("step", [13, pytest.param(1, marks=pytest.mark.soak)])
def test_an_interrupted_purge_is_finished_by_the_next_start(
    probe: Path, tmp_path: Path, step: int, loses_power: bool
) -> None:
    """A power loss takes what the ledger's log holds that was not brought onto the disk."""
    identity = Replica(PLAN).ids()[-1]
    text = str(of(probe, identity)[0]["text"])[:40].encode()
    number, is_done = 0, False
    while not is_done:
        number += step
        output = Path(shutil.copytree(probe, tmp_path / f"{number}"))
        line = ["forget", identity, "--reason", "x", "--purge", "-s", f"JCNEWS_OUTPUT={output}",
                "-s", "JCNEWS_MIN_FREE_MB=0"]  # fmt: skip
        is_done = scrapy(*line, shim=["--fault", f"kill:{number}"]).returncode == 0
        for log in output.glob("state.sqlite3-*") if loses_power else ():
            log.unlink()
        again = scrapy(*line)
        assert again.returncode == 0, (number, again.stderr)
        assert [record["event"] for record in of(output, identity)] == ["withdrawn"], number
        assert holds(output), number
        assert not [path for path in output.rglob("*") if path.is_file() and text in path.read_bytes()], number
    assert number > 9


@pytest.mark.parametrize("length", [190, 300, 70_000])
def test_a_tombstone_has_the_length_of_what_it_replaces(tmp_path: Path, length: int) -> None:
    stone = tombstone("<urn:uuid:3feb887a-ce54-4d93-bd5d-ac7e305c66b7>", "2026-11-25T19:57:09.713901Z", length)
    path = tmp_path / "a.warc.gz"
    path.write_bytes(stone)
    assert len(stone) == length
    assert list(spans(path)) == [(0, length)]
    assert read_member(path, 0, length).kind == "metadata"
    assert subprocess.run(["gzip", "-t", str(path)], check=False).returncode == 0


def test_a_place_too_small_for_a_tombstone_is_an_error() -> None:
    with pytest.raises(ValueError, match="a tombstone needs"):
        tombstone("<urn:uuid:3feb887a-ce54-4d93-bd5d-ac7e305c66b7>", "2026-11-25T19:57:09.713901Z", 100)
