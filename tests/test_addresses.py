"""Which hosts may be asked, in every way to write an address; names that resolve to a private one."""

from __future__ import annotations

import subprocess
import sys
from ipaddress import ip_address

import pytest

from jcnews_spider.addresses import is_public, literal, proxy_hosts, refusal
from tests.crawling import ROOT, environment


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own proxies play no role."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize(
    "url",
    [
        "http://www.jcnews.com.cn/a.jpg",
        "https://mmbiz.qpic.cn/a?wx_fmt=jpeg",
        "http://img.example.com:8080/a.jpg",
        "http://xn--fiqs8s.cn/a.jpg",
        "http://1.2.3.4/a.jpg",
        "http://16909060/",
        "http://[2606:4700::1]/a.jpg",
        "http://[::ffff:8.8.8.8]/",
        "http://10.example.com/",
        "http://0x7f.example.com/",
    ],
)
def test_public_addresses_may_be_asked(url: str) -> None:
    assert refusal(url) is None


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7F.0.0.1", "0177.0.0.1", "017700000001", "127.0.1",
        "127.0.0.1.", "0.0.0.0", "0", "10.0.0.1", "172.16.3.4", "172.31.255.255", "192.168.0.1", "0xc0a80001",
        "169.254.169.254", "2852039166", "100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "224.0.0.1",
        "239.255.255.250", "240.0.0.1", "255.255.255.255",
        "[::1]", "[::]", "[fe80::1]", "[fc00::1]", "[fd12:3456::1]", "[fec0::1]", "[ff02::1]", "[2001:db8::1]",
        "[::ffff:127.0.0.1]", "[::ffff:a9fe:a9fe]", "[::ffff:c0a8:1]", "[::127.0.0.1]", "[2002:7f00:1::]",
        "[2002:c0a8:1::]", "[64:ff9b::7f00:1]", "[2001:0:7f00:1::]",
        "localhost", "LOCALHOST", "localhost.", "a.localhost", "printer.local", "db.internal", "router.lan",
        "nas.home.arpa", "localhost.localdomain", "intranet",
    ],
)  # fmt: skip
def test_private_addresses_are_refused_in_every_form(host: str) -> None:
    assert refusal(f"http://{host}/a.jpg") == "private_address"
    assert refusal(f"https://{host}:8443/a.jpg") == "private_address"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://example.com/a.jpg", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("data:image/png;base64,AAAA", "scheme"),
        ("//example.com/a.jpg", "scheme"),
        ("http:///a.jpg", "bad_address"),
        ("http://user:word@example.com/", "bad_address"),
        ("http://example.com\\@127.0.0.1/", "private_address"),
        ("http://exa mple.com/", "bad_address"),
        ("http://exam%70le.com/", "bad_address"),
        ("http://example.com:99999/", "bad_address"),
        ("http://[::1/", "bad_address"),
        ("http://[fe80::1%25eth0]/", "private_address"),
        ("http://example..com/", "bad_address"),
    ],
)
def test_what_is_no_web_address_is_refused(url: str, reason: str) -> None:
    assert refusal(url) == reason


def test_a_host_is_read_as_the_resolver_reads_it() -> None:
    assert literal("0x7f.1") == ip_address("127.0.0.1")
    assert [literal(name) for name in ("example.com", "0x7f.com", "1.2.3.4.5", "256.256.256.256", "")] == [None] * 5


def test_addresses_of_a_resolver_may_carry_a_zone() -> None:
    assert not is_public("fe80::1%eth0")
    assert is_public("93.184.216.34")


def test_nobody_is_sent_to_the_host_of_the_users_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://user:word@proxy.example.org:3128")
    monkeypatch.setenv("https_proxy", "gate.example.org:3128")
    monkeypatch.setenv("no_proxy", "other.example.org")
    assert proxy_hosts() == {"proxy.example.org", "gate.example.org"}
    assert refusal("http://proxy.example.org/a.jpg") == "private_address"
    assert refusal("http://other.example.org/a.jpg") is None


RESOLVE = """
from twisted.internet import reactor
from jcnews_spider.resolver import PublicResolver

def say(result):
    print(getattr(result, "value", result))
    reactor.stop()

resolver = PublicResolver(reactor, 10, 20)
reactor.callWhenRunning(lambda: resolver.getHostByName("localhost").addBoth(say))
reactor.run()
"""


@pytest.mark.parametrize(
    ("proxy", "said"), [(None, "which is not public"), ("http://localhost:3128", "127.0.0.1")], ids=["none", "nearby"]
)
def test_a_name_that_resolves_to_a_private_address_is_not_found_unless_it_is_the_proxys(
    proxy: str | None, said: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RESOLVE], cwd=ROOT, env=environment(proxy), capture_output=True, text=True, check=True
    )
    assert said in done.stdout
    assert ("not public" in done.stdout) == (proxy is None)
