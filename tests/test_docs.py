"""The documents name what there is: every command, argument, setting, exit code and field."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from jcnews_spider import alerts, exporters, health, job, metrics, options, report, schema
from tests import docs

ROOT = Path(__file__).parents[1]
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]


@pytest.mark.parametrize("path", docs.DOCUMENTS, ids=lambda path: path.name)
def test_generated_parts_are_up_to_date(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for name, part in docs.parts().items():
        if f"<!-- {name} -->" in text:
            assert f"<!-- {name} -->\n{part}<!-- /{name} -->" in text, f"{path.name}: {name} is old, run make docs"


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.name)
def test_every_command_argument_and_exit_code_is_named(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    commands = [file.stem for file in (ROOT / "jcnews_spider/commands").glob("[a-z]*.py")]
    assert [name for name in commands if f"`scrapy {name}" not in text] == []
    assert [name for name in job.ARGUMENTS if f"`{name}`" not in text] == []
    assert [code for code in range(8) if f"\n| {code} | " not in text] == []


@pytest.mark.parametrize("name", ["README.zh-CN.md", "docs/operators.md"])
def test_every_setting_is_named(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert [row.name for row in options.rows() if f"`{row.name}`" not in text] == []


@pytest.mark.parametrize("name", ["README.zh-CN.md", "docs/data.md"])
def test_every_field_is_explained(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert [key for key, *_ in schema.field_rows() if f"\n| `{key}` | " not in text] == []


@pytest.mark.parametrize("path", docs.DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", path.read_text(encoding="utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []


def test_chinese_prose_has_full_width_punctuation() -> None:
    text = (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")
    for code in (r"^```.*?^```$", r"<!-- (\w+) -->.*?<!-- /\1 -->", r"`[^`\n]+`", r"(?<=\])\([^)]+\)"):
        text = re.sub(code, "", text, flags=re.MULTILINE | re.DOTALL)
    assert re.findall(r".{0,9}(?:[一-龥][,;:()!?]|[,;:()!?][一-龥]).{0,9}", text) == []


def test_every_format_is_named() -> None:
    text = (ROOT / "docs/data.md").read_text(encoding="utf-8")
    assert [name for name in exporters.names() if f"| `{name}` |" not in text] == []


def test_make_targets_of_the_documents_exist() -> None:
    named = {target for path in [*READMES, ROOT / "CONTRIBUTING.md"] for target in
             re.findall(r"\bmake ([a-z]+)", path.read_text(encoding="utf-8"))}  # fmt: skip
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert named <= targets


def test_operators_are_told_every_rule_metric_and_key_of_an_alert() -> None:
    text = (ROOT / "docs/operators.md").read_text(encoding="utf-8")
    run = report.Run("r1", "jcnews", {}, "2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z", "finished")
    ended = report.build(run, {"due/waiting": 1, "coverage/title": 1, "records/checked": 1}, {}, report.Verdict(0, ""))
    written = set(re.findall(r"^# HELP (\w+)", metrics.lines(ended), re.MULTILINE))
    named = {f"jcnews_run_{metric.name}" for metric in metrics.METRICS} | written
    assert [rule for rule in health.RULES if f"`{rule}`" not in text] == []
    assert [name for name in named if not re.search(rf"`{name}[`{{]", text)] == []
    assert [key for key in alerts.message(report.Ended(ended, ""), ROOT) if f'"{key}"' not in text] == []
