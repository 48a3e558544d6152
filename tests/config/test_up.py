"""`yinuo up` as an operator meets it: one command up, one signal down, nothing left behind."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.database import home
from yinuo.deploy.embedded import Server
from yinuo.deploy.packs import FOLDER

pytestmark = pytest.mark.slow
PATIENCE = 120


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    folder = home().with_name(f"up-{os.getpid()}")
    yield folder
    Server(folder).stop()
    shutil.rmtree(folder)
    for output in folder.parent.glob(f"{folder.name}*.out"):
        output.unlink()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Up:
    """A running `yinuo up`, with what it has said so far."""

    def __init__(self, data: Path, port: int, **settings: str) -> None:
        self.port = port
        self.output = data.with_suffix(".out")
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("YINUO_", "DJANGO_"))}
        command = [
            sys.executable,
            "-c",
            "from yinuo.deploy.cli import main; main()",
            "up",
            "--data",
            str(data),
            "--port",
            str(port),
        ]
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                command, stdout=output, stderr=subprocess.STDOUT, env={**environment, **settings}
            )

    def said(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def wait_ready(self) -> None:
        self.wait_for("已就绪")

    def wait_for(self, text: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while text not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.2)

    def children(self) -> list[int]:
        listing = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
        parents = {int(pid): int(parent) for pid, parent in (line.split() for line in listing.splitlines())}
        found, queue = [], [self.process.pid]
        while queue:
            parent = queue.pop()
            offspring = [pid for pid, of in parents.items() if of == parent]
            found += offspring
            queue += offspring
        return found

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


def _healthy(port: int, page: str = "health") -> bool:
    try:
        with urllib.request.urlopen(f"http://localhost:{port}/{page}", timeout=10) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _state(pid: int) -> str:
    """The letter of /proc/PID/stat and the name; Z for one that has ended and only waits to be collected by whoever
    adopted it.
    """
    try:
        name, _, rest = Path(f"/proc/{pid}/stat").read_text().partition(") ")
    except OSError:
        return "gone"
    return f"{rest[0]} {name}"


def _living(pids: list[int]) -> dict[int, str]:
    """Those of `pids` that still run after ample time."""
    deadline = time.monotonic() + PATIENCE
    while living := {pid: state for pid in pids if (state := _state(pid))[0] not in "gZ"}:
        if time.monotonic() > deadline:
            return living
        time.sleep(0.1)
    return {}


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_it_comes_up_healthy_survives_being_killed_outright_and_goes_down_leaving_nothing_behind(data: Path) -> None:
    up = Up(data, _free_port())
    up.wait_ready()
    assert _healthy(up.port)
    assert f"http://localhost:{up.port}" in up.said()
    up.wait_for(f"还没有系统管理员，没有人能登录：请另开一个终端运行 yinuo setup --data {data}\n")
    key = (data / "secret_key").read_text()
    assert (data / "secret_key").stat().st_mode & 0o777 == 0o600
    children = up.children()
    assert len(children) >= 4, "web, its two workers, one background worker"
    second = Up(data, _free_port())
    assert second.process.wait(PATIENCE) == 1
    assert "已有一个 yinuo up 在运行" in second.said()
    assert _healthy(up.port)
    os.kill(int((data / "postgres" / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE
    while "数据库已恢复" not in up.said() or not _healthy(up.port, "ready"):
        assert time.monotonic() < deadline, up.said()
        time.sleep(0.1)
    children = up.children()
    up.end(signal.SIGKILL)
    assert not _living(children)
    assert "Traceback" not in up.said()

    again = Up(data, _free_port())
    try:
        again.wait_ready()
        assert _healthy(again.port)
    finally:
        code = again.end(signal.SIGTERM)
    assert code == 0
    assert "Traceback" not in again.said()
    assert not Server(data).running()
    assert not _healthy(again.port)
    assert (data / "secret_key").read_text() == key


def test_a_taken_port_is_named_before_anything_is_started(data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        up = Up(data.with_name(data.name + "-never"), port)
        assert up.process.wait(PATIENCE) == 2
    assert up.said().startswith("错误：--port 的值不对：127.0.0.1:")
    assert not data.with_name(data.name + "-never").exists()


def test_a_platform_without_an_address_is_named_at_the_start_and_not_by_the_first_filing(data: Path) -> None:
    up = Up(data, _free_port(), YINUO_CODE_PROVIDER="yinuo.rooms.projects.codes.ProvincialProvider")
    assert up.process.wait(PATIENCE) == 2
    assert "请在 YINUO_CODE_URL 填写省级平台赋码接口的地址" in up.said()
    assert "Traceback" not in up.said()
    assert not Server(data).running()


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    shutil.copytree(FOLDER / "_template", tmp_path / "county", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "county"


def test_a_faulty_pack_is_refused_with_every_finding_before_anything_is_started(data: Path, pack: Path) -> None:
    for name, old, new in (
        ("departments.toml", '"housing"', '"house"'),
        ("pack.toml", "filing_matter", "files_matter"),
    ):
        (pack / name).write_text((pack / name).read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    home = data.with_name(data.name + "-faulty")
    up = Up(home, _free_port(), YINUO_PACK=str(pack))
    assert up.process.wait(PATIENCE) == 1
    assert "matters/housing.toml:1: unknown-department：没有部门 housing" in up.said()
    assert "missing-role：[roles] 缺少 filing_matter" in up.said()
    assert "没有启动，数据没有动" in up.said()
    assert "Traceback" not in up.said()
    assert not home.exists()


def test_a_pack_whose_first_day_is_to_come_is_refused_with_its_day(data: Path, pack: Path) -> None:
    for file in pack.rglob("*.toml"):
        if file.name != "2026.toml":
            file.write_text(
                file.read_text(encoding="utf-8").replace("from = 2026-01-01", "from = 2097-01-01"), encoding="utf-8"
            )
    up = Up(data, _free_port(), YINUO_PACK=str(pack))
    assert up.process.wait(PATIENCE) == 1
    assert "not-in-force：规则自 2097-01-01 起适用" in up.said()


def test_a_pack_that_is_not_there_is_said_in_one_line(data: Path) -> None:
    up = Up(data, _free_port(), YINUO_PACK="atlantis")
    assert up.process.wait(PATIENCE) == 2
    assert up.said().startswith("错误：没有名为“atlantis”的规则包；可用：jishishan")
    assert len(up.said().splitlines()) == 1
