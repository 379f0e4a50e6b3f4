"""The pager forms of SITE.md §3.1: what a list page says about the number of pages, if anything."""

from __future__ import annotations

from collections.abc import Callable

Pager = Callable[[int, int, int], str]

SCRIPT = """function createPageHTML(_nPageCount, _nCurrIndex, _sPageName, _sPageExt){
  for(var i = 0; i < _nPageCount; i++){
    var name = _sPageName + (i ? "_" + i : "") + "." + _sPageExt;
    document.write(i == _nCurrIndex ? (i + 1) + " " : '<a href="' + name + '">' + (i + 1) + '</a> ');
  }
}
var createPageHTML5 = createPageHTML, pageControl = createPageHTML, x_nextPage = createPageHTML;
var wcmUtil = {createPageHTML: createPageHTML};
"""
"""The script file of the template, for people who look at the replica in a browser."""

_SCRIPT_FILE = '<script type="text/javascript" src="/images/page.js"></script>\n'


def _script(code: str) -> str:
    return f'{_SCRIPT_FILE}<script type="text/javascript">{code}</script>\n'


def _call(pattern: str) -> Pager:
    """A pager of one call; `%p` pages, `%i` index, `%t` total entries."""

    def written(pages: int, index: int, total: int) -> str:
        return _script(pattern.replace("%p", str(pages)).replace("%i", str(index)).replace("%t", str(total)))

    return written


def _variables(pages: int, index: int, total: int) -> str:
    """Two variables without semicolons; the script that reads them is below."""
    return _script(
        f"\n  var currentPage = {index};//所在页从0开始\n"
        f"  var prevPage = currentPage-1//上一页\n  var countPage = {pages}//共多少页\n"
        '  document.write("共"+countPage+"页&nbsp;");\n'
        '  if(currentPage>0){document.write("<a href=\\"index_"+prevPage+".html\\">上一页</a>");}\n'
    )


def _both(pages: int, index: int, total: int) -> str:
    """An outdated call that is commented out, then the variables."""
    return _script(
        f'\n//createPageHTML({pages + 7}, {index}, "index", "html");\n'
        f"var currentPage = {index};\nvar countPage = {pages};\n"
    )


def _both_variables(pages: int, index: int, total: int) -> str:
    """Outdated variables that are commented out, then the call."""
    return _script(
        f"\n/* var countPage = {pages + 5}\nvar currentPage = {index} */\n"
        f'createPageHTML({pages}, {index}, "index", "html");\n'
    )


def _definition(pages: int, index: int, total: int) -> str:
    """The function itself before its call."""
    return (
        '<script language="JavaScript">\nfunction createPageHTML(_nPageCount, _nCurrIndex, _sPageName, _sPageExt){\n'
        "  if(_nPageCount == null || _nPageCount<=1){return;}\n  var nCurrIndex = _nCurrIndex || 0;\n"
        '  document.write("<a href=\\""+_sPageName+"."+_sPageExt+"\\">首页</a>&nbsp;");\n'
        "  for(var i=1; i<_nPageCount; i++){\n"
        '    document.write("<a href=\\""+_sPageName+"_" + i + "."+_sPageExt+"\\">"+(i+1)+"</a>&nbsp;");\n  }\n}\n'
        f'createPageHTML({pages}, {index}, "index", "html");\n</script>\n'
    )


def _none(pages: int, index: int, total: int) -> str:
    return '<div class="page"><button type="button" class="next">下一页</button></div>\n'


PAGERS: dict[str, Pager] = {
    "call": _call('createPageHTML(%p, %i, "index", "html");'),
    "call_total": _call('createPageHTML(%p, %i, "index", "html",%t);'),
    "call_total_string": _call('createPageHTML(%p, %i, "index", "html","%t");'),
    "call_container": _call('pageControl(%p, %i, "index", "html", 10, \'pages-nav\');'),
    "call_blanks": _call('createPageHTML( %p , %i , "index" , "html" ) ;'),
    "call_html5": _call('createPageHTML5(%p, %i, "index", "html");'),
    "call_wcm": _call("wcmUtil.createPageHTML(%p, %i, 'index', 'html');"),
    "call_next": _call('x_nextPage(%p, %i, "index", "html");'),
    "variables": _variables,
    "both": _both,
    "both_variables": _both_variables,
    "definition": _definition,
    "none": _none,
}
