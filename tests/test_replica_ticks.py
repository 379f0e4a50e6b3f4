"""What a tick of the replica changes, and what it must not, seen over HTTP."""

from __future__ import annotations

import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from itertools import pairwise
from random import Random
from typing import Any
from urllib.parse import urljoin

import pytest

from tests import test_replica as untouched
from tests.replica import Answer, Listing, Plan, Replica
from tests.replica.plan import NEWEST_AT
from tests.replica.sections import CHARSETS, SECTIONS
from tests.test_replica import HOST, Client, part_urls, visible

LIST = f"{HOST}/xw/jcxw/"
PLAN = Plan(articles=150, seed=7, page_size=5, cap=2)
_ARTICLE = re.compile(r"[^\"'=\s<>]*/\d{6}/t\d{8}_\d+\.html")
_CODECS = {f"{HOST}/{section.path}/": CHARSETS[section.charset].codec for section in SECTIONS}


@pytest.fixture
def replica() -> Iterator[Replica]:
    with Replica(PLAN) as running:
        yield running


@pytest.fixture
def client(replica: Replica) -> Iterator[Client]:
    with Client(replica) as connected:
        yield connected


def record(replica: Replica, identity: str) -> dict[str, Any]:
    """The gold record at the document's own address."""
    return next(found for found in replica.gold() if found["id"] == identity)


def multipage(replica: Replica) -> dict[str, Any]:
    return next(found for found in replica.gold() if found["pages"] > 1 and found["images"] and found["listed"])


def shown(client: Client, url: str) -> list[str]:
    """Addresses of the articles on a list page, in its order."""
    page = client.text(url, _CODECS.get(urljoin(url, "./"), "utf-8"))
    return [urljoin(url, link) for link in dict.fromkeys(_ARTICLE.findall(matter(page)))]


def matter(page: str) -> str:
    return page[page.index('class="list fl"') : page.index('class="side fr"')]


def said(client: Client, found: dict[str, Any]) -> str:
    """The words of all pages of a record."""
    return visible("\n".join(client.text(url, found["encoding"]) for url in part_urls(found)))


def modified(headers: dict[str, str]) -> float:
    return parsedate_to_datetime(headers["Last-Modified"]).timestamp()


def other_section(found: dict[str, Any]) -> str:
    """Path of a section that does not list the record."""
    return next(s.path for s in SECTIONS if f"{HOST}/{s.path}/" not in found["sections"] and not s.capped)


@contextmanager
def renewed(client: Client, *urls: str) -> Iterator[None]:
    """These addresses, the home page and the lists answer 304 before, and 200 with later validators after."""
    before = {url: client.ask(url)[1] for url in (f"{HOST}/", LIST, f"{LIST}index_1.html", f"{HOST}/xw/", *urls)}
    for url, headers in before.items():
        assert (url, client.ask(url, If_None_Match=headers["ETag"])[0]) == (url, 304)
    yield
    for url, headers in before.items():
        status, now, _ = client.ask(url, If_None_Match=headers["ETag"])
        assert (url, status, now["ETag"] != headers["ETag"]) == (url, 200, True)
        assert client.ask(url, If_Modified_Since=headers["Last-Modified"])[0] == 200
        assert modified(now) > modified(headers)
        assert client.ask(url, If_None_Match=now["ETag"])[0] == 304


@contextmanager
def kept(client: Client, *urls: str) -> Iterator[None]:
    """These addresses keep bytes and validators."""
    before = {url: client.ask(url) for url in urls}
    yield
    for url, (_, headers, body) in before.items():
        assert client.ask(url)[2] == body
        assert client.ask(url, If_None_Match=headers["ETag"])[0] == 304


def assert_agreement(replica: Replica, client: Client) -> None:
    """Lists, pages, gold and history tell the same."""
    gold = list(replica.gold())
    untouched.test_lists_show_exactly_what_gold_and_listings_say(replica, client, gold)
    untouched.test_each_gold_paragraph_stands_in_its_page(client, gold)
    history = replica.history()
    present = {identity for identity, states in history.items() if states[-1]["state"] == "present"}
    assert {found["id"] for found in gold} == present
    for found in gold:
        seen = {name: found[name] for name in ("title", "text", "url", "published_at")}
        assert {"state": "present", **seen} in history[found["id"]]


def test_published_documents_stand_on_top_and_shift_the_rest(replica: Replica, client: Client) -> None:
    gold, listings = list(replica.gold()), {listing.url: listing for listing in replica.listings()}
    path = "lm/tj"
    before = shown(client, f"{HOST}/{path}/")
    with renewed(client), kept(client, *(found["url"] for found in gold[-20:])):
        ids = replica.publish(6, section=path)
    now = list(replica.gold())
    assert [found["id"] for found in now] == [*(found["id"] for found in gold), *ids]
    assert [{**found, "shown_in": 0, "listed": 0, "sections": 0} for found in gold] == [
        {**found, "shown_in": 0, "listed": 0, "sections": 0} for found in now[:-6]
    ]
    assert {found["sections"][0] for found in now[-6:]} == {f"{HOST}/{path}/"}
    urls = [found["url"] for found in reversed(now[-6:])]
    assert shown(client, f"{HOST}/{path}/") == urls[:5]
    assert shown(client, f"{HOST}/{path}/index_1.html")[0] == urls[5]
    assert shown(client, f"{HOST}/{path}/index_1.html")[1:] == before[:4]
    after = {listing.url: listing for listing in replica.listings()}[f"{HOST}/{path}/"]
    assert after.articles == listings[after.url].articles + 6
    assert after.pages > listings[after.url].pages
    assert urls[0].rpartition("_")[2][:-5] == ids[-1].removeprefix("jcnews:")
    assert_agreement(replica, client)


def test_published_documents_are_60_seconds_apart_and_head_the_home_page(replica: Replica, client: Client) -> None:
    for count in (1, 2):
        replica.publish(count)
    newest = list(replica.gold())[-3:]
    for place, found in enumerate(newest, 1):
        assert modified(client.ask(found["url"])[1]) == NEWEST_AT + place * 60 + 60
        assert found["expect"] == "article"
    links = _ARTICLE.findall(client.text(f"{HOST}/", "utf-8"))
    assert [urljoin(f"{HOST}/", link) for link in links[:3]] == [found["url"] for found in reversed(newest)]
    assert modified(client.ask(LIST)[1]) >= modified(client.ask(newest[-1]["url"])[1])


def test_a_pinned_item_stays_above_what_is_published(replica: Replica, client: Client) -> None:
    before = shown(client, LIST)
    (identity,) = replica.publish(section="xw/jcxw")
    assert shown(client, LIST)[:3] == [before[0], record(replica, identity)["url"], before[1]]


def test_published_documents_always_have_a_text() -> None:
    for weights in ({"EMPTY": 3, "STUB_JS": 3, "STUB_META": 3, "P": 1, "BR": 1}, {"EMPTY": 1}):
        replica = Replica(Plan(articles=5, weights=weights))
        ids = replica.publish(40)
        published = list(replica.gold())[5:]
        assert [found["id"] for found in published] == ids
        assert all(found["text"] for found in published)
        assert {found["shape"] for found in published} <= {"P", "BR"}


def test_a_site_that_starts_empty_can_be_filled() -> None:
    with Replica(Plan(articles=0)) as replica, Client(replica) as client:
        assert replica.ids() == []
        assert len(set(replica.publish(30))) == 30
        assert len(replica.ids()) == 30
        assert_agreement(replica, client)


def test_an_edit_changes_the_text_and_every_second_one_the_title(replica: Replica, client: Client) -> None:
    identity = replica.ids()[-3]
    first = record(replica, identity)
    texts, titles = [first["text"]], [first["title"]]
    others = [found["url"] for found in list(replica.gold())[-20:] if found["id"] != identity]
    for _ in range(4):
        with renewed(client, first["url"]), kept(client, *others):
            replica.edit(identity)
        now = record(replica, identity)
        assert now["url"] == first["url"]
        assert now["text"].split("\n\n")[-1] in said(client, now)
        texts.append(now["text"])
        titles.append(now["title"])
    assert len(set(texts)) == 5
    assert [one == two for one, two in pairwise(titles)] == [True, False, True, False]
    assert [state["text"] for state in replica.history_of(identity)] == texts
    assert [state["title"] for state in replica.history_of(identity)] == titles
    assert_agreement(replica, client)


def test_a_title_changes_in_the_lists_too(replica: Replica, client: Client) -> None:
    (identity,) = replica.publish(section="lm/cj")
    old = record(replica, identity)["title_raw"]
    replica.edit(identity)
    assert old in client.text(f"{HOST}/lm/cj/", "gbk")
    replica.edit(identity)
    page = matter(client.text(f"{HOST}/lm/cj/", "gbk"))
    assert record(replica, identity)["title_raw"] in page
    assert old not in page


def test_every_document_with_a_text_can_be_edited_and_its_page_says_so(replica: Replica, client: Client) -> None:
    before = {found["id"]: found for found in replica.gold() if found["expect"] == "article"}
    for identity in before:
        replica.edit(identity)
    for found in replica.gold():
        if found["id"] not in before:
            continue
        old = before[found["id"]]
        assert found["text"] != old["text"]
        assert found["copy_of"] is None
        assert {**old, "text": 0, "copy_of": 0} == {**found, "text": 0, "copy_of": 0}
    assert len({found["shape"] for found in before.values()}) > 12
    assert_agreement(replica, client)


def test_a_copy_is_none_once_either_text_is_edited() -> None:
    for edited in ("id", "copy_of"):
        replica = Replica(Plan(articles=60, copies_percent=60))
        copy = next(found for found in replica.gold() if found["copy_of"])
        replica.edit(copy[edited])
        now = record(replica, copy["id"])
        assert now["copy_of"] is None
        assert now["text"] != record(replica, copy["copy_of"])["text"]


def test_a_revert_brings_back_the_text_before_the_last_edit(replica: Replica, client: Client) -> None:
    identity = replica.ids()[-2]
    first = record(replica, identity)
    body = client.ask(first["url"])[2]
    replica.edit(identity)
    once = record(replica, identity)
    replica.edit(identity)
    for wanted in (once, first):
        with renewed(client, first["url"]):
            replica.revert(identity)
        assert record(replica, identity) == wanted
    assert client.ask(first["url"])[2] == body
    replica.edit(identity)
    texts = [state["text"] for state in replica.history_of(identity)]
    assert texts[3:5] == [texts[1], texts[0]]
    assert len(set(texts)) == 4
    assert_agreement(replica, client)


def test_republishing_changes_bytes_and_nothing_that_a_reader_sees(replica: Replica, client: Client) -> None:
    for identity in replica.ids()[-12:]:
        before, history = record(replica, identity), replica.history_of(identity)
        bodies = [client.ask(before["url"])[2]]
        for _ in range(2):
            with renewed(client, before["url"]):
                replica.republish(identity)
            bodies.append(client.ask(before["url"])[2])
        assert len(set(bodies)) == 3
        assert len({re.sub(rb"data=[0-9a-f]+", b"", body) for body in bodies}) == 1
        assert (record(replica, identity), replica.history_of(identity)) == (before, history)


@pytest.mark.parametrize("soft", [False, True])
def test_a_withdrawn_document_is_missing_until_it_is_restored(soft: bool) -> None:
    with Replica(Plan(articles=200, seed=7, page_size=5, cap=2, soft_404=soft)) as replica, Client(replica) as client:
        gold, missing = list(replica.gold()), client.ask(f"{HOST}/nothing.html")
        found = multipage(replica)
        addresses = [*part_urls(found), found["images"][0]["url"]]
        before = {url: client.ask(url) for url in addresses}
        totals = sum(listing.articles for listing in replica.listings())
        with renewed(client):
            replica.withdraw(found["id"])
        for url in addresses:
            status, _, body = client.ask(url)
            assert (status, body) == (missing[0], missing[2])
        assert sum(listing.articles for listing in replica.listings()) < totals
        assert found["id"] not in replica.ids()
        assert found["id"] not in {other["id"] for other in replica.gold()}
        if not soft:
            assert_agreement(replica, client)
        with renewed(client):
            replica.restore(found["id"])
        assert [client.ask(url)[2] for url in addresses] == [body for _, _, body in before.values()]
        status, headers, _ = client.ask(found["url"], If_None_Match=before[found["url"]][1]["ETag"])
        assert (status, modified(headers) > modified(before[found["url"]][1])) == (200, True)
        assert list(replica.gold()) == gold
        states = replica.history_of(found["id"])
        assert [state["state"] for state in states] == ["present", "withdrawn", "present"]
        assert states[0] == states[2]


def test_a_withdrawal_pulls_an_older_document_into_a_capped_list() -> None:
    with Replica(Plan(articles=400, seed=7, page_size=5, cap=2)) as replica, Client(replica) as client:
        before, hidden = capped(replica), {found["id"] for found in replica.gold() if not found["listed"]}
        for found in list(replica.gold())[:-6:-1]:
            replica.withdraw(found["id"])
        on_top = next(found for found in reversed(list(replica.gold())) if before.url in found["shown_in"])
        replica.withdraw(on_top["id"])
        after = capped(replica)
        assert (before.pages, before.articles + before.external + before.files) == (2, 10)
        assert (after.pages, after.articles + after.external + after.files) == (2, 10)
        assert hidden & {found["id"] for found in replica.gold() if found["listed"]}
        assert_agreement(replica, client)


def test_a_withdrawal_keeps_the_items_of_other_hosts(replica: Replica) -> None:
    before = [(listing.external, listing.files) for listing in replica.listings() if listing.path != "xw"]
    for identity in replica.ids()[-40:]:
        replica.withdraw(identity)
    after = [(listing.external, listing.files) for listing in replica.listings() if listing.path != "xw"]
    assert before == after
    assert sum(external for external, _ in before) > 4


def capped(replica: Replica) -> Listing:
    return next(listing for listing in replica.listings() if listing.path == "xw/sxxw")


def test_the_home_page_does_not_lead_to_what_is_withdrawn(replica: Replica, client: Client) -> None:
    newest = list(replica.gold())[-1]
    assert newest["url"].removeprefix(HOST) in client.text(f"{HOST}/", "utf-8")
    replica.withdraw(newest["id"])
    for url in (f"{HOST}/", LIST):
        assert newest["url"].removeprefix(HOST) not in client.text(url, "utf-8")


def test_a_moved_document_has_a_new_address_and_leaves_its_bytes_at_the_old_one(
    replica: Replica, client: Client
) -> None:
    found = multipage(replica)
    section = other_section(found)
    old = [*part_urls(found), found["images"][0]["url"]]
    with renewed(client), kept(client, *old):
        url = replica.move(found["id"], section)
        replica.edit(found["id"])
    now = record(replica, found["id"])
    assert now["url"] == url
    assert url == found["url"].replace(found["url"].split("/20")[0], f"{HOST}/{section}")
    assert now["sections"][0] == f"{HOST}/{section}/" != found["sections"][0]
    assert now["breadcrumb"] != found["breadcrumb"]
    assert now["breadcrumb"][0] in said(client, now)
    assert client.ask(now["images"][0]["url"])[0] == 200
    everywhere = {link for listing in replica.listings() for link in linked(client, listing.url, listing.pages)}
    assert (url in everywhere, found["url"] in everywhere) == (True, False)
    states = replica.history_of(found["id"])
    assert [state["url"] for state in states] == [found["url"], url, url]
    assert (states[0]["text"] == states[1]["text"], states[1]["text"] == states[2]["text"]) == (True, False)
    assert_agreement(replica, client)


def linked(client: Client, url: str, pages: int) -> set[str]:
    addresses = [url, *(urljoin(url, f"index_{place}.html") for place in range(1, pages))]
    return {link for address in addresses for link in shown(client, address)}


def test_a_document_that_moves_home_answers_there_as_it_is_now(replica: Replica, client: Client) -> None:
    found = record(replica, replica.ids()[-1])
    home = found["sections"][0].removeprefix(f"{HOST}/").strip("/")
    away = replica.move(found["id"])
    assert away != found["url"]
    replica.edit(found["id"])
    with renewed(client, found["url"]), kept(client, away):
        assert replica.move(found["id"], home) == found["url"]
    assert record(replica, found["id"])["text"] != found["text"]
    assert_agreement(replica, client)
    replica.withdraw(found["id"])
    assert [client.ask(url)[0] for url in (found["url"], away)] == [404, 200]


def test_a_split_shows_one_docid_at_two_addresses_with_two_texts(replica: Replica, client: Client) -> None:
    found = record(replica, replica.ids()[-4])
    section = other_section(found)
    with renewed(client), kept(client, found["url"]):
        url = replica.split(found["id"], section)
    first, second = (other for other in replica.gold() if other["id"] == found["id"])
    assert first == {**found, "copy_of": first["copy_of"]}
    assert (second["url"], second["shown_in"]) == (url, [f"{HOST}/{section}/"])
    assert second["url"].rpartition("/")[2] == first["url"].rpartition("/")[2]
    assert second["text"] != first["text"]
    assert visible(second["text"]) in said(client, second)
    assert url in shown(client, f"{HOST}/{section}/")
    assert first["url"] not in shown(client, f"{HOST}/{section}/")
    assert [state["url"] for state in replica.history_of(found["id"])] == [first["url"], url]
    assert_agreement(replica, client)
    replica.withdraw(found["id"])
    assert [client.ask(address)[0] for address in (first["url"], url)] == [404, 404]
    assert_agreement(replica, client)


def test_an_untouched_document_has_one_present_state(replica: Replica) -> None:
    gold = list(replica.gold())
    replica.edit(replica.ids()[-1])
    history = replica.history()
    assert list(history) == [found["id"] for found in gold]
    assert sum(len(states) for states in history.values()) == len(gold) + 1
    seen = {name: gold[0][name] for name in ("title", "text", "url", "published_at")}
    assert history[gold[0]["id"]] == replica.history_of(gold[0]["id"]) == [{"state": "present", **seen}]


def test_ids_are_the_listed_articles_of_the_gold_oldest_first(replica: Replica) -> None:
    def wanted() -> list[str]:
        return [found["id"] for found in replica.gold() if found["listed"] and found["expect"] == "article"]

    assert replica.ids() == wanted()
    assert 100 < len(replica.ids()) < 150
    replica.publish(3)
    replica.withdraw(replica.ids()[50])
    assert replica.ids() == wanted()


def test_the_same_ticks_give_the_same_bytes() -> None:
    def bodies() -> list[bytes]:
        replica = Replica(PLAN)
        shake(replica, Random(5), 40)
        urls = [found["url"] for found in replica.gold()] + [listing.url for listing in replica.listings()]
        return [replica.site.page(url.removeprefix(HOST)).body for url in urls]

    assert bodies() == bodies()


def shake(replica: Replica, rng: Random, count: int) -> None:
    """Ticks at random; those that cannot be done are left out."""
    withdrawn: list[str] = []
    for _ in range(count):
        kind = rng.choice("publish edit edit revert republish withdraw restore move split".split())
        identity, section = rng.choice(replica.ids()), rng.choice(SECTIONS).path
        try:
            tick(replica, kind, identity, section)
        except ValueError as refusal:
            if not re.search("no edit is in force|not withdrawn|shows it already", str(refusal)):
                raise
        if kind == "withdraw":
            withdrawn.append(identity)
        if withdrawn and rng.random() < 0.2:
            replica.restore(withdrawn.pop())


def tick(replica: Replica, kind: str, identity: str, section: str) -> None:
    """One tick by its name."""
    if kind == "publish":
        replica.publish(2, section)
    elif kind == "split":
        replica.split(identity, section)
    else:
        getattr(replica, kind)(identity)


def test_after_many_ticks_lists_pages_gold_and_history_still_agree(replica: Replica, client: Client) -> None:
    shake(replica, Random(3), 150)
    assert_agreement(replica, client)


def test_every_tick_gives_the_lists_a_later_time(replica: Replica, client: Client) -> None:
    identity = replica.ids()[-1]
    times = [modified(client.ask(LIST)[1])]
    assert times == [NEWEST_AT + 60]
    ticks: tuple[Callable[[], object], ...] = (
        lambda: replica.edit(identity),
        lambda: replica.revert(identity),
        lambda: replica.republish(identity),
        replica.publish,
        lambda: replica.withdraw(identity),
        lambda: replica.restore(identity),
        lambda: replica.move(identity),
        lambda: replica.split(identity, other_section(record(replica, identity))),
    )
    for tick in ticks:
        tick()
        times.append(modified(client.ask(LIST)[1]))
    assert times == sorted(set(times))


@pytest.fixture
def eager_threads() -> Iterator[None]:
    """Threads that take turns every few bytecodes."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


def test_a_page_asked_during_ticks_is_of_one_moment(replica: Replica, eager_threads: None) -> None:
    answers: dict[str, set[bytes]] = {}
    done = threading.Event()

    def read() -> None:
        with Client(replica) as client:
            while not done.is_set():
                _, headers, body = client.ask(f"{HOST}/xw/jcxw/")
                answers.setdefault(headers["ETag"], set()).add(body)

    reader = threading.Thread(target=read)
    writers = [threading.Thread(target=lambda: [replica.publish(section="xw/jcxw") for _ in range(20)]) for _ in "abc"]
    reader.start()
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    done.set()
    reader.join()
    assert len(replica.history()) == 150 + 60
    assert {len(bodies) for bodies in answers.values()} == {1}


def test_every_time_follows_the_newest() -> None:
    ten_days = 864_000
    with Replica(Plan(articles=30, newest_at=NEWEST_AT + ten_days)) as later, Client(later) as client:
        for old, new in zip(Replica(Plan(articles=30)).gold(), later.gold(), strict=True):
            assert (old["id"], old["title"], old["text"]) == (new["id"], new["title"], new["text"])
            assert old["published_at"] < new["published_at"]
        assert "/202210/t20221019_956123.html" in new["url"]
        assert modified(client.ask(new["url"])[1]) == NEWEST_AT + ten_days + 60
        assert modified(client.ask(LIST)[1]) == NEWEST_AT + ten_days + 60
        for found in later.gold():
            for image in found["images"]:
                assert client.ask(image["url"])[0] == 200


def test_files_of_published_documents_are_there() -> None:
    with Replica(Plan(articles=10, weights={"GALLERY": 1, "ATTACH_A": 1})) as replica, Client(replica) as client:
        replica.publish(12)
        for found in list(replica.gold())[10:]:
            files = found["images"] + found["attachments"]
            assert files
            assert {client.ask(file["url"])[0] for file in files} == {200}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda replica, identity: replica.edit("jcnews:1"), "no such document"),
        (lambda replica, identity: replica.edit("956123x"), "no such document"),
        (lambda replica, identity: replica.withdraw("jcnews:956130"), "no such document"),
        (lambda replica, identity: replica.revert(identity), "no edit"),
        (lambda replica, identity: replica.restore(identity), "not withdrawn"),
        (lambda replica, identity: replica.publish(0), "count"),
        (lambda replica, identity: replica.publish(section="xw"), "section"),
        (lambda replica, identity: replica.move(identity, "nowhere"), "section"),
        (lambda replica, identity: replica.move(identity, path_of(replica, identity)), "already"),
        (lambda replica, identity: replica.split(identity, path_of(replica, identity)), "already"),
        (lambda replica, identity: (replica.withdraw(identity), replica.edit(identity)), "is withdrawn"),
        (lambda replica, identity: replica.edit(of_shape(replica, "EMPTY")), "no text"),
        (lambda replica, identity: replica.republish(of_shape(replica, "STUB_JS")), "stub"),
    ],
)
def test_what_cannot_be_done_is_refused(wrong: Callable[[Replica, str], object], message: str) -> None:
    replica = Replica(PLAN)
    with pytest.raises(ValueError, match=message):
        wrong(replica, replica.ids()[-1])


def path_of(replica: Replica, identity: str) -> str:
    return str(record(replica, identity)["sections"][0]).removeprefix(f"{HOST}/").strip("/")


def of_shape(replica: Replica, shape: str) -> str:
    return next(str(found["id"]) for found in replica.gold() if found["shape"] == shape)


def test_a_slow_site_waits_before_each_answer() -> None:
    with Replica(Plan(articles=3, delay_s=0.15)) as replica, Client(replica) as client:
        started = time.perf_counter()
        assert [client.ask(url)[0] for url in (f"{HOST}/", f"{HOST}/nothing")] == [200, 404]
        assert time.perf_counter() - started >= 0.3


def test_a_hanging_answer_ends_with_the_server_and_holds_up_no_other() -> None:
    plan = Plan(articles=3, faults={"/slow.html": Answer(hang_s=600, body=b"late"), "/soon.html": Answer(hang_s=0.2)})
    ends: list[str] = []

    def ask(client: Client) -> None:
        try:
            client.ask(f"{HOST}/slow.html")
        except OSError as cut:
            ends.append(type(cut).__name__)

    before = set(threading.enumerate())
    with Replica(plan) as replica:
        waiting = threading.Thread(target=ask, args=(Client(replica),))
        waiting.start()
        with Client(replica) as client:
            started = time.perf_counter()
            assert client.ask(f"{HOST}/soon.html")[0] == 200
            assert time.perf_counter() - started >= 0.2
        assert ends == []
        threads = set(threading.enumerate()) - before
    for thread in threads:
        thread.join(5)
    assert not [thread for thread in threads if thread.is_alive()]
    assert ends in (["RemoteDisconnected"], ["ConnectionResetError"])
    assert {request.url for request in replica.requests} == {f"{HOST}/slow.html", f"{HOST}/soon.html"}


@pytest.mark.parametrize("wrong", [{"delay_s": -1.0}, {"faults": {"/": Answer(hang_s=-1.0)}}])
def test_a_wait_below_zero_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="start at 0"):
        Plan(**wrong)
