"""The HTML of a record does nothing when it is shown, whatever the page held."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from lxml import html

from jcnews_spider.sites import site_named
from jcnews_spider.trs.article import parse_article
from tests import payloads

SITE = site_named("jcnews")
RUN = "document.documentElement.dataset.ran=1"
"""What a payload would do: a mark on the page that --dump-dom shows."""
_ATTACKS = (
    "<script>RUN</script>",
    "<scr<script>ipt>RUN</script>",
    "<img src=x onerror=RUN>",
    '<img src="x" onerror="RUN"//>',
    "<img/src='x'/onerror=RUN>",
    '<img src="x` `" title="`onerror=RUN x=">',
    '<img title="</title><img src=x onerror=RUN>" src=x>',
    '<p onclick="RUN" onmouseover=RUN style="position:fixed;inset:0;background:url(javascript:RUN)">字。</p>',
    '<a href="javascript:RUN">一</a><a href=" &#1;jav&#x09;ascript:RUN">二</a><a href="JaVaScRiPt&colon;RUN">三</a>',
    '<a href="data:text/html,<script>RUN</script>">四</a><a href="vbscript:msgbox(1)">五</a><a href="file:///etc/passwd">六</a>',
    '<a href="//www.jcnews.com.cn/&#10;javascript:RUN">七</a>',
    "<iframe srcdoc=\"<script>parent.RUN</script>\" src='javascript:parent.RUN'></iframe>",
    '<object data="data:text/html,<script>RUN</script>"></object><embed src="javascript:RUN">',
    '<form action="javascript:RUN"><input autofocus onfocus=RUN><button formaction="javascript:RUN">一</button></form>',
    '<meta http-equiv="refresh" content="0;url=javascript:RUN"><base href="javascript:/a/">',
    '<link rel=stylesheet href="data:text/css,*{}"><style>@import "http://evil/";p{background:url(http://evil/)}</style>',
    '<svg onload=RUN><script>RUN</script><a xlink:href="javascript:RUN"><text>字</text></a></svg>',
    '<svg><animate attributeName=href values="javascript:RUN"/></svg>',
    "<svg><foreignObject><img src=x onerror=RUN></foreignObject></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=RUN></style></mglyph></table></mtext></math>",
    '<math><maction actiontype="statusline" xlink:href="javascript:RUN">x</maction></math>',
    '<noscript><p title="</noscript><img src=x onerror=RUN>"></noscript>',
    '<textarea><p title="</textarea><img src=x onerror=RUN>"></textarea>',
    "<template><script>RUN</script></template><details open ontoggle=RUN><summary>字</summary></details>",
    '<video src="javascript:RUN" poster="javascript:RUN" onloadstart=RUN><source onerror=RUN src=x></video>',
    "<!--><img src=x onerror=RUN>--><!--[if IE]><script>RUN</script><![endif]--><![CDATA[<img src=x onerror=RUN>]]>",
    "<xmp><img src=x onerror=RUN></xmp><plaintext><img src=x onerror=RUN>",
)
ATTACKS = [attack.replace("RUN", RUN) for attack in _ATTACKS]
INERT_ATTRIBUTES = frozenset("href title src alt type colspan rowspan poster controls".split())
INERT_TAGS = frozenset(
    "a b blockquote br caption code dd div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img li ol p pre source"
    " strong sub sup table tbody td tfoot th thead tr u ul video".split()
)
CHROMIUM = shutil.which("chromium")


def shown(attack: str) -> str:
    """The HTML of the record of an article with the attack between its paragraphs."""
    first = f"{payloads.PARAGRAPHS[0]}</p>"
    body = payloads.article().decode().replace(first, first + attack)
    assert attack in body
    return parse_article(body.encode(), payloads.ARTICLE_URL, SITE).html


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_but_plain_structure_is_left(attack: str) -> None:
    cleaned = shown(attack)
    assert payloads.PARAGRAPHS[0] in cleaned
    for element in html.fragment_fromstring(cleaned, create_parent=True).iterdescendants():
        assert element.tag in INERT_TAGS
        assert INERT_ATTRIBUTES.issuperset(map(str, element.attrib))
        for name in ("href", "src", "poster"):
            assert re.match(r"https?://|$", element.get(name, "")), element.get(name)


@pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium")
def test_a_browser_runs_nothing_of_it(tmp_path: Path) -> None:
    """All attacks on one page, and one that does run, for the proof that the mark would be seen."""
    page = "<meta charset=utf-8><body>" + "\n".join(map(shown, ATTACKS))
    assert 'data-ran="1"' in _dom(tmp_path, f"{page}<script>{RUN}</script>")
    assert "data-ran" not in _dom(tmp_path, page).partition("<body")[0]


def _dom(folder: Path, page: str) -> str:
    """The page as a browser has made it, without a network."""
    file = folder / "page.html"
    file.write_text(page, encoding="utf-8")
    quiet = ["--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND", "--no-first-run"]
    command = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", *quiet]
    profile = f"--user-data-dir={folder / 'profile'}"
    done = subprocess.run(
        [*command, profile, "--dump-dom", file.as_uri()], capture_output=True, text=True, timeout=120, check=True
    )
    return done.stdout
