"""What stands in deploy/ is tried with the tools that will read it, where the machine has them."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from jcnews_spider import options
from jcnews_spider.archive.lock import Lock
from tests.crawling import ROOT, newest_report, read_records
from tests.replica import Answer, Plan, Replica

DEPLOY = ROOT / "deploy"
HOME = "/srv/jcnews_spider"
SCRAPY = Path(sys.prefix) / "bin/scrapy"
MOST_EXPOSED = 3.0
"""Of systemd's scale from 0 to 10; a service without any protection has 9.6."""


def tool(name: str) -> str:
    """A program of the system; the test is skipped where it is missing."""
    path = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


def run(*line: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)


# ---- cron


@dataclass(frozen=True)
class Crontab:
    """A crontab with one entry."""

    variables: dict[str, str]
    schedule: list[str]
    command: str

    @classmethod
    def read(cls, path: Path) -> Crontab:
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
        variables = dict(line.split("=", 1) for line in lines if re.match(r"\w+=", line))
        (entry,) = (line for line in lines if not re.match(r"\w+=", line))
        *schedule, command = entry.split(None, 5)
        return cls(variables, schedule, command)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The project where the crontab expects it, in a hurry."""
    if not SCRAPY.exists():
        pytest.skip("scrapy is not installed beside this python")
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / "jcnews_spider").symlink_to(ROOT / "jcnews_spider")
    (tmp_path / "output").mkdir()
    (tmp_path / "scrapy.cfg").write_text("[settings]\ndefault = hurried\n", encoding="utf-8")
    hurried = "from jcnews_spider.settings import *\nDOWNLOAD_DELAY = 0\nRETRY_TIMES = 0\nJCNEWS_BACKOFF = '0s'\n"
    (tmp_path / "hurried.py").write_text(hurried, encoding="utf-8")
    return tmp_path


def as_cron(home: Path, replica: Replica) -> subprocess.CompletedProcess[str]:
    """The very command of the crontab, in the environment that cron gives it (crontab(5)), through the replica."""
    crontab = Crontab.read(DEPLOY / "crontab")
    variables = {
        "HOME": str(home), "LOGNAME": "jcnews", "SHELL": "/bin/sh", "PATH": "/usr/bin:/bin",
        "http_proxy": replica.proxy, **crontab.variables,
    }  # fmt: skip
    command = crontab.command.replace(HOME, shlex.quote(str(home)))
    return subprocess.run(
        ["/bin/sh", "-c", command], env=variables, cwd=home, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_the_crontab_has_five_fields_of_time_and_no_percent_sign() -> None:
    crontab = Crontab.read(DEPLOY / "crontab")
    assert all(re.fullmatch(r"[\d*/,-]+", field) for field in crontab.schedule)
    assert "%" not in crontab.command  # cron makes a line break of it
    assert HOME in crontab.command


def test_the_command_of_the_crontab_crawls_and_mails_nothing(home: Path) -> None:
    with Replica(Plan(articles=10, weights={"P": 1})) as replica:
        first, second = as_cron(home, replica), as_cron(home, replica)
    for done in (first, second):
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert len(read_records(home / "output")) == 10
    log = (home / "output/crawl.log").read_text(encoding="utf-8")
    assert log.count("exit 0: done") == 2
    assert "\x1b" not in log


def test_a_run_of_the_crontab_that_goes_wrong_is_mailed_with_its_reason(home: Path) -> None:
    with Replica(Plan(articles=10, faults={"/robots.txt": Answer(status=503)})) as replica:
        done = as_cron(home, replica)
    assert newest_report(home / "output")["exit_code"] == 4
    assert done.stdout.startswith("jcnews_spider ended with 4\n")
    assert "nothing could be crawled" in done.stdout


def test_a_run_of_the_crontab_that_meets_another_mails_nothing_and_logs_why(home: Path) -> None:
    held = Lock(home / "output")
    with Replica(Plan(articles=0)) as replica:
        done = as_cron(home, replica)
    held.release()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert "another run holds" in (home / "output/crawl.log").read_text(encoding="utf-8")


def test_a_run_of_the_crontab_that_cannot_begin_is_mailed_with_its_reason(home: Path) -> None:
    (home / "output/state.sqlite3").write_bytes(b"this is no database")
    with Replica(Plan(articles=0)) as replica:
        done = as_cron(home, replica)
    assert (done.stdout.splitlines()[0], done.stderr) == ("jcnews_spider ended with 7", "")
    assert "file is not a database" in done.stdout


def test_every_page_shows_the_command_of_the_crontab() -> None:
    command = Crontab.read(DEPLOY / "crontab").command
    for name in ("README.md", "README.zh-CN.md"):
        assert command in (ROOT / name).read_text(encoding="utf-8")


def test_the_user_is_made_before_anything_is_done_in_its_name() -> None:
    lines = re.findall(r"^sudo .*", (ROOT / "docs/operators.md").read_text(encoding="utf-8"), re.MULTILINE)
    (made,) = (place for place, line in enumerate(lines) if line.startswith("sudo useradd"))
    assert made < min(place for place, line in enumerate(lines) if "-u jcnews" in line or "-o jcnews" in line)


# ---- systemd


@pytest.fixture
def units(tmp_path: Path) -> list[str]:
    """The units with the scrapy that is installed here."""
    paths = []
    for name in ("jcnews.service", "jcnews.timer"):
        path = tmp_path / name
        text = (DEPLOY / name).read_text(encoding="utf-8")
        path.write_text(text.replace(f"{HOME}/.venv/bin/scrapy", str(SCRAPY)), encoding="utf-8")
        paths.append(str(path))
    return paths


def test_systemd_finds_nothing_wrong_with_the_units(units: list[str]) -> None:
    done = run(tool("systemd-analyze"), "verify", "--man=no", *units)
    assert (done.returncode, [line for line in done.stderr.splitlines() if "jcnews" in line]) == (0, [])


def test_systemd_calls_the_service_well_protected(units: list[str]) -> None:
    done = run(tool("systemd-analyze"), "security", "--offline=true", "--no-pager", units[0])
    if "unrecognized option" in done.stderr:
        pytest.skip("systemd-analyze is older than 250")
    match = re.search(r"Overall exposure level for jcnews.service: ([\d.]+)", done.stdout)
    assert match, done.stderr
    assert float(match[1]) <= MOST_EXPOSED


def test_systemd_can_read_the_time_of_the_timer() -> None:
    timer = (DEPLOY / "jcnews.timer").read_text(encoding="utf-8")
    (calendar,) = re.findall(r"^OnCalendar=(.+)$", timer, re.MULTILINE)
    done = run(tool("systemd-analyze"), "calendar", calendar)
    assert done.returncode == 0, done.stderr


def test_only_stops_and_a_second_run_are_no_failures_of_the_service() -> None:
    service = (DEPLOY / "jcnews.service").read_text(encoding="utf-8")
    assert re.findall(r"^SuccessExitStatus=(.+)$", service, re.MULTILINE) == ["3 6"]


# ---- logrotate


def test_logrotate_takes_the_log_of_the_crontab(tmp_path: Path) -> None:
    path = tmp_path / "logrotate"
    text = (DEPLOY / "logrotate").read_text(encoding="utf-8")
    (log,) = re.findall(r"^(/\S+) \{$", text, re.MULTILINE)
    assert log.removeprefix(f"{HOME}/") in Crontab.read(DEPLOY / "crontab").command
    (tmp_path / "crawl.log").write_text("a line\n", encoding="utf-8")
    path.write_text(re.sub(r"^ *su .*\n", "", text.replace(log, str(tmp_path / "crawl.log")), flags=re.M), "utf-8")
    path.chmod(0o600)
    done = run(tool("logrotate"), "-d", "-f", "-s", str(tmp_path / "state"), str(path))
    assert done.returncode == 0, done.stderr
    assert "error:" not in done.stderr
    assert f"rotating log {tmp_path / 'crawl.log'}" in done.stderr


# ---- Docker


def instructions() -> list[tuple[str, str]]:
    """(instruction, its rest) of the Dockerfile."""
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", "")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


def test_what_the_image_copies_is_there_and_not_ignored() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    copied = [name for word, rest in instructions() if word == "COPY" for name in rest.split()[:-1]]
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert sorted(line[1:] for line in ignored if line.startswith("!")) == sorted(copied)
    assert "*" in ignored


def test_the_image_installs_as_the_makefile_does() -> None:
    def installs(text: str) -> list[list[str]]:
        found = re.findall(r"python -m pip install (.*?)(?: && \\)?;?(?: \\)?$", text, re.MULTILINE)
        return [[word for word in line.split() if word != "--no-cache-dir"] for line in found]

    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    setup = makefile.partition(".venv/ready:")[2].partition("\n\n")[0]
    assert installs(setup) == installs("\n".join(rest for word, rest in instructions() if word == "RUN"))
    assert len(installs(setup)) == 2


def test_the_image_runs_scrapy_as_nobody_special_and_keeps_the_archive() -> None:
    found = dict(instructions())
    assert found["ENTRYPOINT"] == '["scrapy"]'
    assert found["CMD"] == '["crawl", "jcnews"]'
    assert found["USER"] == "jcnews"
    assert found["VOLUME"] == f"{HOME}/output"
    assert re.fullmatch(r"python:3\.\d+-slim", found["FROM"])


@pytest.mark.soak
def test_the_image_can_be_built_and_crawls() -> None:
    docker = tool("docker")
    if run(docker, "info").returncode:
        pytest.skip("no Docker daemon answers")
    built = subprocess.run(
        [docker, "build", "-q", "-f", "deploy/Dockerfile", "."], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    done = run(docker, "run", "--rm", built.stdout.strip(), "crawl", "--help")
    assert "-a sections=" in done.stdout


# ---- workers that share an archive


def test_the_composed_workers_share_an_archive_and_a_ledger_whose_password_stands_nowhere() -> None:
    yaml = pytest.importorskip("yaml")
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    composed = yaml.safe_load(text)
    ledger, worker = composed["services"]["ledger"], composed["services"]["worker"]
    address = options.checked(options.defaults(worker["environment"]), ()).ledger
    user, database = ledger["environment"]["POSTGRES_USER"], ledger["environment"]["POSTGRES_DB"]
    assert address.startswith(f"postgresql://{user}@ledger/{database}?")
    assert worker["depends_on"]["ledger"]["condition"] == "service_healthy"
    assert "-h 127.0.0.1" in " ".join(ledger["healthcheck"]["test"])  # the workers come by TCP too
    assert (DEPLOY / worker["build"]["context"] / worker["build"]["dockerfile"]).resolve() == DEPLOY / "Dockerfile"
    assert [place.partition(":")[2] for place in worker["volumes"]] == [dict(instructions())["VOLUME"]]
    assert {place.partition(":")[0] for service in (ledger, worker) for place in service["volumes"]} == {
        *composed["volumes"]
    }
    password = "${PGPASSWORD:?the password of the ledger}"
    assert ledger["environment"]["POSTGRES_PASSWORD"] == worker["environment"]["PGPASSWORD"] == password
