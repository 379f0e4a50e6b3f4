"""docs/data.md and docs/examples: every command and every recipe, run as it stands there."""

from __future__ import annotations

import ast
import json
import os
import pwd
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from jcnews_spider.schema import field_rows
from tests.crawling import ROOT, crawl, environment
from tests.exporting import HOSTILE, archive_of, article, export
from tests.replica import Plan, Replica

DOCUMENT = (ROOT / "docs/data.md").read_text(encoding="utf-8")
EXAMPLES = ROOT / "docs/examples"
SERVERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
"""Where Debian has PostgreSQL."""


def blocks(language: str) -> list[str]:
    """The code of the document in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", DOCUMENT, re.DOTALL | re.MULTILINE)


def missing(code: str) -> list[str]:
    """Packages that a recipe imports, in part behind pandas, and this machine has not."""
    found = {alias.name for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Import) for alias in node.names}
    found |= {"pyarrow"} if "parquet" in code else set()
    return sorted(name for name in found if find_spec(name) is None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that the document's commands write."""
    folder = tmp_path_factory.mktemp("recipes")
    with Replica(Plan(articles=20)) as replica:
        crawl(replica, folder / "output")
    variables = {
        "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]),
        "SCRAPY_SETTINGS_MODULE": "jcnews_spider.settings",
    }
    commands = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("scrapy export")]
    assert len(commands) == 4
    for command in map(shlex.split, commands):
        if "parquet" in command and find_spec("pyarrow") is None:
            continue
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=folder,
            env=environment() | variables,
            capture_output=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, b"")
    return folder


@pytest.mark.parametrize("code", blocks("python"), ids=lambda code: re.findall(r"import (\w+)", code)[0])
def test_recipes_run_as_they_stand(folder: Path, code: str) -> None:
    if lacking := missing(code):
        pytest.skip(f"{', '.join(lacking)} not installed")
    private = {"HF_HOME": str(folder / "cache"), "HF_HUB_OFFLINE": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-W", "error::FutureWarning", "-c", code],
        cwd=folder, env=environment() | private, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_the_recipe_for_csv_gives_every_title_back(tmp_path: Path) -> None:
    long = "长" * 200_000
    archive_of(tmp_path / "output", (article(docid, title, text=long) for docid, title in HOSTILE.items()))
    export(tmp_path / "output", "csv", tmp_path / "articles.csv")
    code = next(code for code in blocks("python") if "DictReader" in code).replace("print(", "print(repr(title)) or (")
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert [ast.literal_eval(line) for line in done.stdout.splitlines()] == list(HOSTILE.values())


@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="no sqlite3 on this machine")
def test_the_shell_of_sqlite_answers(folder: Path) -> None:
    (line,) = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("sqlite3")]
    done = subprocess.run(shlex.split(line), cwd=folder, capture_output=True, text=True, check=True)
    assert "新闻|" in done.stdout


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.sql")), ids=lambda path: path.name)
def test_examples_name_fields_of_the_record(path: Path) -> None:
    fields = {re.split(r"[.\[]", key)[-1] for key, _, _ in field_rows()} | {
        key.rstrip("[]") for key, _, _ in field_rows()
    }
    code = re.sub(r"--.*", "", path.read_text(encoding="utf-8"))
    named = re.findall(r"\$\.(\w+)|->>? '(\w+)'", code)
    assert len(named) > 5
    assert [one or other for one, other in named if (one or other) not in fields] == []
    assert path.name in DOCUMENT
    assert code.count("(") == code.count(")")


class Server:
    """A PostgreSQL of one's own behind a socket; it refuses to run as root, so that another user runs it there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._user = pwd.getpwnam("nobody").pw_uid if os.getuid() == 0 else None
        if self._user:
            os.chown(folder, self._user, -1)

    def run(self, program: str, *arguments: str) -> str:
        """What a program of PostgreSQL prints."""
        variables = {
            "PGHOST": str(self.folder),
            "PGUSER": "news",
            "PGDATA": str(self.folder / "data"),
            "LC_ALL": "C.UTF-8",
        }
        with (self.folder / f"{program}.log").open("wb") as log:
            done = subprocess.run(
                [SERVERS[-1] / program, *arguments], cwd=self.folder, env=variables, user=self._user,
                stdout=subprocess.PIPE if program == "psql" else log, stderr=log, text=True, check=False,
            )  # fmt: skip
        assert done.returncode == 0, (self.folder / f"{program}.log").read_text(encoding="utf-8")
        return done.stdout or ""

    def asked(self, query: str) -> str:
        """What a query gives, without its SELECT."""
        return self.run("psql", "-d", "news", "-Atc", f"SELECT {query}")


@pytest.fixture
def server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        server.run("initdb", "-U", "news", "--auth=trust", "--encoding=UTF8")
        server.run("pg_ctl", "-w", "start", "-o", f"-c listen_addresses='' -k {folder}", "-l", f"{folder}/server.log")
        try:
            server.run("createdb", "news")
            yield server
        finally:
            server.run("pg_ctl", "-w", "-m", "immediate", "stop")


@pytest.mark.skipif(not SERVERS, reason="no PostgreSQL on this machine")
def test_postgresql_loads_the_records_twice(server: Server, tmp_path: Path) -> None:
    records = [article(docid, title) for docid, title in HOSTILE.items()]
    archive_of(tmp_path / "output", [*records, article(11, "只有日期", published_at="2022-10-09", authors=())])
    export(tmp_path / "output", "jsonl", server.folder / "articles.jsonl", "--latest")
    shutil.copy(EXAMPLES / "postgresql.sql", server.folder)
    (line,) = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("psql")]
    for _ in range(2):
        server.run(*shlex.split(line))
    asked = "json_agg(json_build_array(split_part(id, ':', 2)::int, title)) FROM articles"
    assert dict(json.loads(server.asked(asked))) == {**HOSTILE, 11: "只有日期"}
    times = "published_day, published_at AT TIME ZONE 'UTC' FROM articles WHERE id = 'jcnews:{}'"
    assert server.asked(times.format(1)) == "2022-10-09|2022-10-09 02:28:00\n"
    assert server.asked(times.format(11)) == "2022-10-09|\n"
    counts = "(SELECT count(*) FROM authors), (SELECT count(*) FROM article_sections)"
    assert server.asked(counts) == "20|11\n"
