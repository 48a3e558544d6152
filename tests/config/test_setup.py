"""`yinuo setup`: a plan is checked whole before anything is touched, changes only what it gives, and twice is once."""

from __future__ import annotations

import http.server
import os
import pty
import select
import shutil
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests import database
from tests.config.answers import Ask
from yinuo.deploy import envfile
from yinuo.deploy.embedded import DATABASE, SUPERUSER, Server
from yinuo.deploy.setup import doing, plan
from yinuo.deploy.setup.plan import Plan, Wrong, read_plan
from yinuo.engine import bootstrap
from yinuo.engine.people.models import Hall, Membership, Person
from yinuo.engine.rules import pack
from yinuo.engine.trail.models import Entry

AT = datetime(2026, 12, 2, 4, 0, tzinfo=UTC)
PASSWORD = "tian-di-xuan-huang-2026"
SECRETS = (PASSWORD, "mail-secret", "sms-secret")
FIRST = f"""
origin = "https://yinuo.example.gov.cn/"
[[administrator]]
name = "王海"
username = "wanghai"
phone = "13900000000"
email = "wanghai@example.gov.cn"
password = "{PASSWORD}"
[hall]
phone = "0930-7720000"
address = "吹麻滩镇"
[mail]
host = "smtp.example.gov.cn"
port = 465
tls = "ssl"
user = "yinuo"
password = "mail-secret"
from = "一诺 <yinuo@example.gov.cn>"
[sms]
url = "https://sms.example.gov.cn/send"
token = "sms-secret"
"""


# ── what a plan may say ────────────────────────────────────────────────────────────────


def test_a_plan_is_read_into_rows_and_variables() -> None:
    made = read_plan(FIRST)
    assert made.settings["YINUO_ORIGIN"] == "https://yinuo.example.gov.cn"
    assert (made.settings["YINUO_SMTP_PORT"], made.settings["YINUO_SMTP_TLS"]) == ("465", "ssl")
    assert [person["username"] for person in made.administrators] == ["wanghai"]
    assert made.hall == {"phone": "0930-7720000", "address": "吹麻滩镇"}


def test_the_sample_is_a_plan() -> None:
    assert set(tomllib.loads(plan.EXAMPLE)) == {"origin", "administrator", "hall", "mail", "sms"}
    made = read_plan(plan.EXAMPLE)
    assert {key for key, value in made.settings.items() if value is None} == {"YINUO_SMTP_PASSWORD", "YINUO_SMS_TOKEN"}


def test_what_is_written_empty_is_cleared_and_what_is_not_written_stays() -> None:
    assert read_plan('[sms]\nurl = ""\n').settings == {"YINUO_SMS_URL": None}
    assert read_plan("[mail]\ntls = true\n").settings == {"YINUO_SMTP_TLS": "1"}
    assert read_plan("[mail]\ntls = false\n").settings == {"YINUO_SMTP_TLS": None}


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ('orgin = "x"', "orgin"),
        ('origin = "yinuo.example.gov.cn"', "origin"),
        ('origin = "ftp://yinuo.example.gov.cn"', "origin"),
        ('origin = "https://yinuo.example.gov.cn/path"', "origin"),
        ('origin = "https://yinuo.example.gov.cn:99999"', "origin"),
        ('origin = "https://a b"', "origin"),
        ("origin = 1.5", "origin"),
        ("mail = 1", "mail"),
        ('[mail]\nhots = "x"', "mail.hots"),
        ('[mail]\nhost = "https://smtp"', "mail.host"),
        ("[mail]\nport = 0", "mail.port"),
        ("[mail]\nport = 65536", "mail.port"),
        ('[mail]\nport = "二十五"', "mail.port"),
        ('[mail]\ntls = "yes"', "mail.tls"),
        ('[mail]\nfrom = "nobody"', "mail.from"),
        ('[mail]\nfrom = "a@x.cn\\nBcc: b@x.cn"', "mail.from"),
        ('[mail]\npassword = "a\\u0000b"', "mail.password"),
        ('[mail]\ntest = "nobody"', "mail.test"),
        ('[sms]\nurl = "http://sms.example.gov.cn"', "sms.url"),
        ('[sms]\nurl = "sms"', "sms.url"),
        ('[sms]\nprovider = "no.such.Class"', "sms.provider"),
        ('[sms]\nprovider = "yinuo.engine.notices.models.Channel"', "sms.provider"),
        ('[sms]\ntest = "abc"', "sms.test"),
        ('[hall]\nname = "x"', "hall.name"),
        ('[administrator]\nname = "x"', "administrator"),
        ('[[administrator]]\nname = "王海"', "administrator[1].username"),
        ('[[administrator]]\nusername = "a"', "administrator[1].name"),
        ('[[administrator]]\nname = "王海"\nusername = "a"\nrole = "x"', "administrator[1].role"),
        (
            '[[administrator]]\nname = "王海"\nusername = "a"\n[[administrator]]\nname = "王海"\nusername = "a"',
            "administrator[2].username",
        ),
    ],
)
def test_nonsense_is_refused_by_the_name_of_its_field(text: str, field: str) -> None:
    with pytest.raises(Wrong) as wrong:
        read_plan(text)
    assert wrong.value.field == field


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ('[mail]\nhost = "smtp.x.cn"\npassword = "p"', "mail.user"),
        ("[mail]\nport = 25", "mail.host"),
        ('[sms]\ntoken = "t"', "sms.url"),
    ],
)
def test_what_is_no_use_alone_is_refused_unless_the_rest_is_there_already(
    tmp_path: Path, text: str, field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("YINUO_SMS_PROVIDER", raising=False)
    with pytest.raises(Wrong) as wrong:
        plan.check_together(read_plan(text), tmp_path)
    assert wrong.value.field == field
    envfile.write(tmp_path, {"YINUO_SMTP_HOST": "smtp.x.cn", "YINUO_SMTP_USER": "u", "YINUO_SMS_URL": "https://x"})
    plan.check_together(read_plan(text), tmp_path)


# ── what it does ───────────────────────────────────────────────────────────────────────


@pytest.fixture
def hall(db: None) -> Hall:
    return bootstrap.sync_pack(AT.date())


def state() -> tuple[Any, ...]:
    halls = list(Hall.objects.values_list("phone", "address", "hours"))
    people = list(Person.objects.order_by("id").values_list("username", "name", "phone", "email", "password"))
    return (
        halls,
        people,
        list(Membership.objects.values_list("person__username", "role", "department__key")),
        Entry.objects.count(),
    )


def test_the_first_administrator_can_sign_in_and_administers_the_hall(hall: Hall, tmp_path: Path) -> None:
    assert not doing.has_administrator(AT)
    told = doing.apply(read_plan(FIRST), tmp_path, AT)
    person = Person.objects.get(username="wanghai")
    assert person.check_password(PASSWORD) and not person.is_superuser
    held = Membership.objects.get(person=person)
    assert (held.role, held.department.key, held.department.hall) == ("administrator", "government_services", hall)
    hall.refresh_from_db()
    assert (hall.phone, hall.address, hall.hours) == ("0930-7720000", "吹麻滩镇", "")
    assert doing.has_administrator(AT)
    assert envfile.read(tmp_path)["YINUO_SMTP_PASSWORD"] == "mail-secret"
    assert not any(secret in line for line in told for secret in SECRETS)
    verbs = {entry.verb: entry for entry in Entry.objects.all()}
    assert {"people.open_account", "people.give_role", "people.change_hall"} <= set(verbs)
    assert (verbs["people.give_role"].role, verbs["people.give_role"].person_id) == ("administrator", None)


def test_the_same_plan_again_changes_nothing(hall: Hall, tmp_path: Path) -> None:
    doing.apply(read_plan(FIRST), tmp_path, AT)
    before, file = state(), envfile.path(tmp_path).stat()
    assert doing.apply(read_plan(FIRST), tmp_path, AT) == []
    assert state() == before
    assert envfile.path(tmp_path).stat().st_ino == file.st_ino


def test_a_later_plan_changes_only_what_it_gives_and_never_a_password(hall: Hall, tmp_path: Path) -> None:
    doing.apply(read_plan(FIRST), tmp_path, AT)
    owner = Person.objects.get(username="wanghai")
    owner.set_password("changed-by-its-owner")
    owner.save(update_fields=["password"])
    before = owner.password
    settings = envfile.read(tmp_path)
    later = (
        '[[administrator]]\nname = "王海"\nusername = "wanghai"\nphone = "13900000001"\npassword = '
        '"another-password-9"\n[hall]\nhours = "周一至周五"\n[mail]\nport = 587\n'
    )
    told = doing.apply(read_plan(later), tmp_path, AT)
    person = Person.objects.get(username="wanghai")
    assert (person.phone, person.email, person.password) == ("13900000001", "wanghai@example.gov.cn", before)
    hall.refresh_from_db()
    assert (hall.phone, hall.hours) == ("0930-7720000", "周一至周五")
    assert envfile.read(tmp_path) == {**settings, "YINUO_SMTP_PORT": "587"}
    assert len(told) == 3


@pytest.mark.parametrize(
    ("person", "field"),
    [
        ({"name": "李芳", "username": "lifang", "password": "12345"}, "password"),
        ({"name": "李芳", "username": "lifang"}, "password"),
        ({"name": "李芳", "username": "lifang", "password": PASSWORD, "phone": "abc"}, "phone"),
        ({"name": "李芳", "username": "lifang", "password": PASSWORD, "email": "x"}, "email"),
        ({"name": "李" * 61, "username": "lifang", "password": PASSWORD}, "name"),
        ({"name": "李芳", "username": "wanghai", "password": PASSWORD}, "name"),
        ({"name": "马芳", "username": "closed"}, "username"),
    ],
)
def test_one_wrong_person_leaves_everything_as_it_was(
    hall: Hall, tmp_path: Path, person: dict[str, str], field: str
) -> None:
    doing.apply(read_plan(FIRST), tmp_path, AT)
    Person.objects.create(username="closed", name="马芳", is_active=False)
    before, file = state(), envfile.read(tmp_path)
    good = {"name": "赵强", "username": "zhaoqiang", "password": PASSWORD}
    with pytest.raises(Wrong) as wrong:
        doing.apply(Plan([good, person], {"phone": "0930-1"}, {"YINUO_SMTP_PORT": "25"}), tmp_path, AT)
    assert wrong.value.field == f"administrator[2].{field}"
    assert (state(), envfile.read(tmp_path)) == (before, file)


def test_a_hall_that_no_column_holds_leaves_everything_as_it_was(hall: Hall, tmp_path: Path) -> None:
    before = state()
    with pytest.raises(Wrong) as wrong:
        doing.apply(Plan(hall={"phone": "1" * 41}), tmp_path, AT)
    assert wrong.value.field == "hall.phone"
    assert state() == before


def test_a_pack_without_the_department_is_told(hall: Hall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = replace(pack().roles, window_department="none")
    monkeypatch.setattr("yinuo.engine.rules.roles", lambda: named)
    with pytest.raises(Wrong, match="没有编号为 none 的部门"):
        doing.apply(read_plan(FIRST), tmp_path, AT)


def test_the_overview_names_what_is_missing_and_no_secret(
    hall: Hall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith(("YINUO_SM", "YINUO_ORIGIN", "YINUO_MAIL"))]:
        monkeypatch.delenv(name)
    _, missing = doing.overview(tmp_path, AT)
    assert [name.split("（")[0] for name in missing] == [
        "系统管理员",
        "大厅电话",
        "大厅地址",
        "对外网址",
        "邮件",
        "短信",
    ]
    doing.apply(read_plan(FIRST), tmp_path, AT)
    lines, missing = doing.overview(tmp_path, AT)
    assert missing == []
    assert "王海（wanghai）" in lines[0] and "08:30—12:00" in lines[1] and "smtp.example.gov.cn" in lines[3]
    assert not any(secret in line for line in lines for secret in SECRETS)
    monkeypatch.setenv("YINUO_ORIGIN", "https://outside.example.gov.cn")
    lines, _ = doing.overview(tmp_path, AT)
    assert "对外网址：https://outside.example.gov.cn" in lines
    assert any(line.startswith("YINUO_ORIGIN 由环境变量决定") for line in lines)


def test_an_account_made_with_createsuperuser_counts_as_an_administrator(hall: Hall) -> None:
    Person.objects.create_superuser("root", PASSWORD, name="系统")
    assert doing.has_administrator(AT)
    Person.objects.update(is_active=False)
    assert not doing.has_administrator(AT)


# ── the command ────────────────────────────────────────────────────────────────────────


def test_without_a_terminal_it_wants_a_file_and_says_so(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    with open(os.devnull) as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        code, out, err = ask("setup")
    assert (code, out) == (2, "")
    assert "--file" in err and err.count("\n") == 1


def test_looking_at_what_is_not_installed_makes_nothing(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("YINUO_DATABASE_URL")
    monkeypatch.setenv("YINUO_DATA", "")
    code, _, err = ask("setup", "--check", "--data", str(tmp_path / "none"))
    assert (code, "还没有安装" in err, (tmp_path / "none").exists()) == (1, True, False)


PROGRAM = [sys.executable, "-c", "from yinuo.deploy.cli import main; main()"]


def environment(**more: str) -> dict[str, str]:
    return {**{key: value for key, value in os.environ.items() if not key.startswith(("YINUO_", "DJANGO_"))}, **more}


def start(data: Path, *words: str) -> subprocess.Popen[str]:
    command = [*PROGRAM, "setup", "--data", str(data), *words]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()
    )


def run(data: Path, text: str, *words: str) -> tuple[int, str, str]:
    process = start(data, "--file", "-", *words)
    out, err = process.communicate(text, timeout=120)
    return process.returncode, out, err


class Gateway(http.server.BaseHTTPRequestHandler):
    got: ClassVar[list[tuple[str, bytes]]] = []

    def do_POST(self) -> None:
        self.got.append((self.headers["Authorization"], self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


class Letterbox(socketserver.StreamRequestHandler):
    """As much of SMTP as takes one letter."""

    got: ClassVar[list[str]] = []

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        body: list[str] | None = None
        for raw in self.rfile:
            line = raw.decode().rstrip("\r\n")
            if body is not None:
                if line == ".":
                    self.got.append("\n".join(body))
                    body = None
                    self.wfile.write(b"250 taken\r\n")
                else:
                    body.append(line)
            elif line.upper() == "DATA":
                body = []
                self.wfile.write(b"354 go on\r\n")
            elif line.upper() == "QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 ok\r\n")


@pytest.fixture
def outside() -> Iterator[tuple[int, int]]:
    """A mail server and a gateway for text messages; their ports."""
    servers = [
        socketserver.ThreadingTCPServer(("127.0.0.1", 0), Letterbox),
        http.server.HTTPServer(("127.0.0.1", 0), Gateway),
    ]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield servers[0].server_address[1], servers[1].server_address[1]
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """A small instance of its own; the first run makes its database."""
    folder = database.home().with_name(f"setup-{os.getpid()}")
    yield folder
    Server(folder).stop()
    shutil.rmtree(folder)


def rows(data: Path) -> tuple[Any, ...]:
    """People, roles and the trail of a stopped instance."""
    server = Server(data)
    started = server.start()
    try:
        with server.connect(SUPERUSER, DATABASE) as connection:
            people = connection.execute(b"SELECT username FROM people_person ORDER BY username").fetchall()
            roles = connection.execute(b"SELECT count(*) FROM people_membership").fetchone()
            phone = connection.execute(b"SELECT phone FROM people_hall ORDER BY id LIMIT 1").fetchone()
    finally:
        if started:
            server.stop()
    return [name for (name,) in people], roles, phone


@pytest.mark.slow
def test_an_empty_folder_is_set_up_by_one_file_and_a_second_run_changes_nothing(
    data: Path, outside: tuple[int, int]
) -> None:
    mail, sms = outside
    code, out, err = run(data, 'origin = "nonsense"')
    assert (code, out) == (2, "") and err.startswith("错误：origin：")
    text = FIRST.replace(
        'host = "smtp.example.gov.cn"\nport = 465\ntls = "ssl"\nuser = "yinuo"\npassword = "mail-secret"',
        f'host = "127.0.0.1"\nport = {mail}',
    )
    text = text.replace("https://sms.example.gov.cn/send", f"http://127.0.0.1:{sms}/send").replace(
        "[sms]", '[sms]\ntest = "13900000000"'
    )
    text = text.replace("[mail]", '[mail]\ntest = "wanghai@example.gov.cn"')
    code, out, err = run(data, text)
    assert (code, err) == (0, ""), (out, err)
    assert "已开通账号 wanghai" in out and "测试邮件已发往" in out and "测试短信已发往" in out and "还缺" not in out
    assert not any(secret in out for secret in SECRETS)
    assert "Subject:" in Letterbox.got[-1] and Gateway.got[-1][0] == "Bearer sms-secret"
    assert envfile.path(data).stat().st_mode & 0o777 == 0o600
    found, file = rows(data), envfile.path(data).read_text()
    assert found == (["wanghai"], (1,), ("0930-7720000",))
    code, out, _ = run(data, text.replace("test =", "# test ="))
    assert (code, out.startswith("没有改动")) == (0, True)
    assert (rows(data), envfile.path(data).read_text()) == (found, file)
    answer = subprocess.run(
        [*PROGRAM, "setup", "--data", str(data), "--check"], capture_output=True, text=True, env=environment()
    )
    assert (answer.returncode, "王海（wanghai）" in answer.stdout) == (0, True)


@pytest.mark.slow
def test_what_does_not_arrive_is_told_and_the_settings_stay(data: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        code, out, _ = run(data, f'[mail]\nhost = "127.0.0.1"\nport = {port}\ntest = "a@example.gov.cn"')
    assert (code, "测试邮件没有发出" in out) == (1, True)
    assert envfile.read(data)["YINUO_SMTP_PORT"] == str(port)


@pytest.mark.slow
def test_of_two_at_once_one_is_refused_and_changes_nothing(data: Path) -> None:
    first, second = (start(data, "--file", "-") for _ in range(2))
    answers = []
    for number, process in enumerate((first, second)):
        assert process.stdin
        process.stdin.write(f'[hall]\naddress = "第 {number} 处"\n')
        process.stdin.close()
        process.stdin = None
    for process in (first, second):
        out, err = process.communicate(timeout=120)
        answers.append((process.returncode, out, err))
    assert sorted(code for code, _, _ in answers) == [0, 1], answers
    assert "另一个 yinuo setup 在运行" in next(err for code, _, err in answers if code)


@pytest.mark.slow
def test_killed_at_any_moment_the_next_run_completes_it(data: Path) -> None:
    """Rows all or none, the file old or new; the lock dies with its holder."""
    text = (
        '[[administrator]]\nname = "马芳"\nusername = "mafang{n}"\npassword = "{password}"\n[hall]\nphone = '
        '"0930-{n}"\n[mail]\nport = {n}\n'
    )
    for n in (1, 2, 3, 4):
        told = text.format(n=2000 + n, password=PASSWORD)
        process = start(data, "--file", "-")
        assert process.stdin
        process.stdin.write(told)
        process.stdin.close()
        time.sleep(0.9 + 0.5 * n)
        process.send_signal(signal.SIGKILL)
        process.wait()
        for stream in (process.stdout, process.stderr):
            assert stream
            stream.close()
        people, _, phone = rows(data)
        assert (f"mafang{2000 + n}" in people) == (phone == (f"0930-{2000 + n}",))
        assert f"mafang{2000 + n}" in people or envfile.read(data)["YINUO_SMTP_PORT"] != str(2000 + n), (
            "the file comes last"
        )
        code, out, err = run(data, told)
        assert (code, err) == (0, ""), (out, err)
        assert f"mafang{2000 + n}" in rows(data)[0] and envfile.read(data)["YINUO_SMTP_PORT"] == str(2000 + n)
        assert not (data / ".yinuo.env.part").exists()


class Terminal:
    """The command at a terminal: answers are typed when their question stands there."""

    def __init__(self, data: Path) -> None:
        pid, self.fd = pty.fork()
        if pid == 0:
            os.execvpe(sys.executable, [*PROGRAM, "setup", "--data", str(data)], environment(COLUMNS="200"))
        self.pid, self.seen = pid, ""

    def until(self, question: str) -> str:
        deadline, got = time.monotonic() + 90, ""
        while question not in got:
            ready, _, _ = select.select([self.fd], [], [], 1)
            try:
                chunk = os.read(self.fd, 65536) if ready else b""
            except OSError:
                break
            got += chunk.decode(errors="replace")
            assert time.monotonic() < deadline, got
        self.seen += got
        assert question in got, self.seen
        return got

    def answer(self, question: str, text: str) -> None:
        self.until(question)
        os.write(self.fd, f"{text}\n".encode())

    def end(self) -> int:
        try:
            while chunk := os.read(self.fd, 65536):
                self.seen += chunk.decode(errors="replace")
        except OSError:
            pass
        _, status = os.waitpid(self.pid, 0)
        os.close(self.fd)
        return os.waitstatus_to_exitcode(status)


@pytest.mark.slow
def test_at_a_terminal_it_asks_again_for_what_is_wrong_and_shows_no_password(data: Path) -> None:
    before = rows(data)
    terminal = Terminal(data)
    terminal.answer("姓名（再加一位", "赵强")
    for question, text in (
        ("登录名：", "zhaoqiang"), ("手机：", "abc"), ("手机：", "13900000009"), ("邮箱：", ""),
        ("密码（不显示）：", "12345"), ("密码（不显示）：", "yu-zhou-hong-huang-9"), ("再输一遍密码：", "other"),
        ("密码（不显示）：", "yu-zhou-hong-huang-9"), ("再输一遍密码：", "yu-zhou-hong-huang-9"),
        ("姓名（再加一位", ""), ("电话", "0930-7729999"), ("地址", ""), ("办公时间", ""),
        ("对外网址 [", "nonsense"), ("对外网址 [", "http://yinuo.test"), ("邮件服务器 [", ""), ("端口 [", ""),
        ("加密", ""), ("用户名", ""), ("密码", ""), ("发件人", ""), ("测试邮件", ""), ("短信网关", ""), ("令牌", ""),
        ("测试短信", ""), ("写入吗", "y"),
    ):  # fmt: skip
        terminal.answer(question, text)
    assert terminal.end() == 0, terminal.seen
    assert "两遍不一样" in terminal.seen and "密码太短" in terminal.seen and "应为手机号" in terminal.seen
    assert "yu-zhou-hong-huang-9" not in terminal.seen and "sms-secret" not in terminal.seen
    assert rows(data) == (sorted([*before[0], "zhaoqiang"]), (before[1][0] + 1,), ("0930-7729999",))
    assert envfile.read(data)["YINUO_ORIGIN"] == "http://yinuo.test"


@pytest.mark.slow
def test_broken_off_at_the_terminal_nothing_is_changed(data: Path) -> None:
    before, file = rows(data), envfile.path(data).read_text()
    terminal = Terminal(data)
    terminal.answer("姓名（再加一位", "")
    terminal.answer("电话", "0930-1111111")
    terminal.answer("地址", "\x03")
    assert terminal.end() == 130
    assert "已中断" in terminal.seen
    assert (rows(data), envfile.path(data).read_text()) == (before, file)
