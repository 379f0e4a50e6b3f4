"""The generated parts of the READMEs; `python -m tests.docs` writes them."""

from __future__ import annotations

from pathlib import Path

from jcnews_spider import options, schema

ROOT = Path(__file__).parents[1]


def parts() -> dict[str, str]:
    """Text by the name of its place, `<!-- name -->`."""
    rows = "".join(
        f"| `{row.name}` | {f'`{row.default}`' if row.default else ''} | {row.meaning} |\n" for row in options.rows()
    )
    return {
        "fields": schema.markdown_table(),
        "settings": f"| setting | default | meaning |\n|---|---|---|\n{rows}",
    }


def main() -> None:
    """Puts each part into its place."""
    for name in ("README.md", "README.zh-CN.md"):
        path = ROOT / name
        text = path.read_text(encoding="utf-8")
        for place, part in parts().items():
            before, opening, rest = text.partition(f"<!-- {place} -->\n")
            if opening:
                _, closing, after = rest.partition(f"<!-- /{place} -->")
                text = f"{before}{opening}{part}{closing}{after}"
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
