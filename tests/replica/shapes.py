"""The body shapes of SITE.md §9: blocks of a page in, the HTML of the body's column out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from html import escape
from itertools import groupby

from tests.replica.documents import Block, Document

Shape = Callable[[Document, Sequence[Block]], str]

STYLE = (
    '<style type="text/css">\n.TRS_Editor P{line-height:2;font-family:宋体;font-size:12pt;}\n'
    ".TRS_Editor DIV{line-height:2;font-family:宋体;font-size:12pt;}\n.TRS_Editor TD{line-height:2;}\n</style>"
)
_INDENTS = ("　　", "　　", "　　", "&nbsp;&nbsp;&nbsp;&nbsp;", "&nbsp; &nbsp; ", "&ensp;&ensp;", "")
_VIEWS = (
    "view TRS_UEDITOR trs_paper_default trs_web", "view TRS_UEDITOR trs_paper_default trs_word",
    "trs_editor_view TRS_UEDITOR trs_paper_default trs_external", "TRS_UEDITOR TRS_WEB",
    "view TRS_UEDITOR trs_paper_default trs_key4format",
)  # fmt: skip


def words(text: str) -> str:
    """Text as HTML."""
    return escape(text, quote=False)


def indent(document: Document) -> str:
    """The blanks before a paragraph."""
    return _INDENTS[document.pick(7, len(_INDENTS))]


def image(document: Document, block: Block) -> str:
    """An `<img>`, in one of the editors' spellings."""
    forms = (
        f'<img src="./{block.file}" OLDSRC="{block.file}" width="600" />',
        f'<img style="border: 0px" alt="" src="./{block.file}" oldsrc="{block.file}" />',
        f"<IMG border=0 src=./{block.file} OLDSRC={block.file}>",
        f'<img src="./{block.file}" appendix="true" picname="{block.file}" data-uploadpic="U0{block.file[2:]}">',
        f'<img _fcksavedurl="/webpic/{block.file[:8]}/{block.file[:10]}/{block.file}" src="{block.file}">',
    )
    return forms[document.pick(11, len(forms))]


def picture(document: Document, block: Block, link: str | None = None) -> str:
    """An image with its caption, in a centred paragraph or an img_wrapper; `link` makes it a link."""
    tag = image(document, block)
    if link:
        tag = f'<a href="{link}">{tag}</a>'
    if document.pick(17, 4) == 0:
        return f'<div class="img_wrapper">{tag}<span class="img_descr">{words(block.text)}</span></div>'
    lines = f'<p align="center">{tag}</p>' if document.pick(19, 2) else f'<p style="text-align: center;">{tag}</p>'
    if not block.text:
        return lines
    text = words(block.text)
    if document.pick(23, 2):
        text = f'<span style="color: rgb(0, 0, 255);">{text}</span>'
    return f'{lines}\n<p align="center">{text}</p>'


def table(block: Block, junk: bool = False) -> str:
    """A table, with what Word leaves around each cell if wanted."""
    attribute = ' style="mso-yfti-irow: 0; height: 28.35pt" class="MsoNormal"' if junk else ""
    rows = [
        f"<tr{attribute}>"
        + "".join(f"<td{attribute}><p class=MsoNormal>{words(cell)}<o:p></o:p></p></td>" for cell in row)
        + "</tr>"
        if junk
        else "<tr>" + "".join(f"<td>{words(cell)}</td>" for cell in row) + "</tr>"
        for row in block.rows
    ]
    return '<table border="1" cellspacing="0"><tbody>' + "\n".join(rows) + "</tbody></table>"


def paragraphs(
    document: Document,
    blocks: Iterable[Block],
    tag: str = "p",
    attributes: str = "",
    spell: Callable[[str], str] = words,
) -> str:
    """Every block as an element of its own; `spell` makes HTML of its words."""
    first = indent(document)
    if not first:
        attributes += ' style="text-indent: 2em;"'
    if document.pick(29, 12) == 0:
        tag = tag.upper()
    lines = []
    for block in blocks:
        if block.kind == "image":
            lines.append(picture(document, block))
        elif block.kind == "table":
            lines.append(table(block, junk=document.shape == "PREAPPEND"))
        elif block.kind == "head":
            lines.append(f"<{tag}{attributes}><strong>{first}{words(block.text)}</strong></{tag}>")
        else:
            lines.append(f"<{tag}{attributes}>{first}{spell(block.text)}</{tag}>")
    if document.pick(31, 4) == 0:
        lines.insert(1, f"<{tag}>&nbsp;</{tag}>")
    if document.pick(37, 4) == 0:
        lines.append(f"<{tag}></{tag}>")
    return "\n".join(lines)


def broken(document: Document, blocks: Sequence[Block], start: str, end: str) -> str:
    """Runs of text with `<br>` between the lines, each run between `start` and `end`."""
    first, lines = indent(document) or "　　", []
    for textual, run in groupby(blocks, lambda block: block.kind in {"text", "head"}):
        if textual:
            texts = (
                f"{first}<b>{words(block.text)}</b>" if block.kind == "head" else first + words(block.text)
                for block in run
            )
            lines.append(start + ("<br>\n", "<br /><br />", "<BR>")[document.pick(13, 3)].join(texts) + end)
        else:
            lines.append(paragraphs(document, run))
    return "\n".join(lines)


def _editor(document: Document, inside: str, style: str = STYLE) -> str:
    quoted = "class=TRS_Editor" if document.pick(5, 3) else 'class="TRS_Editor"'
    return f"<div {quoted}>{style}\n{inside}</div>"


def _p(document: Document, blocks: Sequence[Block]) -> str:
    return _editor(document, paragraphs(document, blocks))


def _div(document: Document, blocks: Sequence[Block]) -> str:
    return _editor(document, paragraphs(document, blocks, tag="div"))


def _br(document: Document, blocks: Sequence[Block]) -> str:
    if document.pick(41, 2):
        return _editor(document, broken(document, blocks, "<p>", "</p>"))
    return _editor(document, broken(document, blocks, "", ""))


def _bare(document: Document, blocks: Sequence[Block]) -> str:
    inside = paragraphs(document, blocks)
    return f"<section>{STYLE}{inside}</section>" if document.pick(41, 3) == 0 else inside


def _span(document: Document, blocks: Sequence[Block]) -> str:
    if document.pick(41, 2):
        return broken(document, blocks, "<span>", "</span>")
    return _editor(document, paragraphs(document, blocks, spell=_numbers_apart))


def _numbers_apart(text: str) -> str:
    """Every number in a span of its own, as an editor leaves it: `<span>16</span><span>个月</span>`."""
    return re.sub(r"(\d+)(\w?)", r"<span>\1</span><span>\2</span>", words(text))


def _nested(document: Document, blocks: Sequence[Block]) -> str:
    return _editor(document, _editor(document, paragraphs(document, blocks)))


def _autoadd(document: Document, blocks: Sequence[Block]) -> str:
    mark = f"TRS_AUTOADD_{document.created * 1000 + document.docid % 1000}"
    custom = (
        "<style id=_Custom_V6_Style_>\n#" + mark + " P{MARGIN-TOP:0px;LINE-HEIGHT:2}\n"
        '/**---JSON--{"":{"line-height":"2"},"p":{"margin-top":"0"}}--**/\n</style>'
    )
    inside = f"<DIV id='{mark}'>{custom}<div class=\"TRS_PreAppend\">{paragraphs(document, blocks)}</div></DIV>"
    if document.pick(41, 3) == 0:
        inside = f"<DIV id='{mark}'>{custom}{inside}</DIV>"
    return _editor(document, inside, style="")


def _union(document: Document, blocks: Sequence[Block]) -> str:
    if document.pick(41, 2):
        return _editor(document, f"<div class=Custom_UnionStyle>{paragraphs(document, blocks)}</div>")
    return _editor(document, paragraphs(document, blocks, attributes=' class="Custom_UnionStyle"'))


def _preappend(document: Document, blocks: Sequence[Block]) -> str:
    inside = paragraphs(document, blocks, attributes=" class=MsoNormal")
    start = '<div class="TRS_PreAppend" style="overflow-x: hidden; word-break: break-all">'
    return _editor(document, f"{start}{inside}<!--EndFragment--></div>")


def _ueditor(document: Document, blocks: Sequence[Block]) -> str:
    view = _VIEWS[document.pick(41, len(_VIEWS))]
    return f'<div class="{view}">{paragraphs(document, blocks)}</div>'


def _gallery(document: Document, blocks: Sequence[Block]) -> str:
    part = document.parts.index(tuple(blocks))
    following = f"./{document.stem}_{part + 1}.html" if part + 1 < len(document.parts) else f"./{document.stem}.html"
    lines = [
        picture(document, block, following) if block.kind == "image" else f"<p>　　{words(block.text)}</p>"
        for block in blocks
    ]
    return _editor(document, "\n".join(lines))


def hash_parts(document: Document) -> str:
    """All parts in one page, between separators; a script shows one of them."""
    separator = ("</trs_page_separator>", "<trs_page_separator></trs_page_separator>")[document.pick(41, 2)]
    inside = separator.join(paragraphs(document, part) for part in document.parts)
    script = (
        f"<script>var nPages = {len(document.parts)};function goPage(n)"
        '{location.hash="#"+n;showPart(n);}if(location.hash==""){goPage(1);}</script>'
    )
    return _editor(document, inside) + script


def _video(document: Document, blocks: Sequence[Block]) -> str:
    movie = document.uploads[0]
    title = f' title="{movie.name}"' if movie.name else ""
    player = (
        f"<script>pv('./{movie.file}',480,360,'v1');</script>",
        f'<video src="./{movie.file}" width="600"{title} controls="controls"></video>',
        f'<embed src="./{movie.file}" width="480" height="360" mediatype="flash">',
    )[document.pick(3, 3)]
    return _editor(document, f'<p align="center">{player}</p>\n' + paragraphs(document, blocks))


def _attach_links(document: Document, blocks: Sequence[Block]) -> str:
    items = "".join(
        f'<li><a appendix="true" download="{upload.name}" href="./{upload.file}">{upload.name}</a></li>'
        for upload in document.uploads
    )
    return _p(document, blocks) + f'\n<div class="list_fj"><ul>{items}</ul></div>'


def _attach_script(document: Document, blocks: Sequence[Block]) -> str:
    links = "".join(f'<a href="./{upload.file}">{upload.name}</a>' for upload in document.uploads)
    script = f"<script>var file_appendix='{links}';if(file_appendix!=''){{document.write(file_appendix);}}</script>"
    return _p(document, blocks) + "\n" + script


def _empty(document: Document, blocks: Sequence[Block]) -> str:
    return _editor(document, ("<p>&nbsp;</p>", "", "<p></p>")[document.pick(41, 3)])


SHAPES: dict[str, Shape] = {
    "P": _p,
    "DIV": _div,
    "BR": _br,
    "BARE": _bare,
    "SPAN": _span,
    "NESTED": _nested,
    "AUTOADD": _autoadd,
    "UNION": _union,
    "PREAPPEND": _preappend,
    "UEDITOR": _ueditor,
    "GALLERY": _gallery,
    "PARTS": _p,
    "HASHPARTS": lambda document, blocks: hash_parts(document),
    "VIDEO": _video,
    "ATTACH_A": _attach_links,
    "ATTACH_JS": _attach_script,
    "EMPTY": _empty,
}
