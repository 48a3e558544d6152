"""`yinuo.env`: to the letter, the environment above it, nobody else's to read, whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from yinuo.deploy import envfile
from yinuo.deploy.envfile import EnvFileError, load, read, write

SHOW = (
    "from django.conf import settings as s; print(s.EMAIL_HOST, s.EMAIL_BACKEND.split('.')[-2], s.EMAIL_USE_SSL, "
    "s.YINUO_ORIGIN, s.YINUO_SMS_TOKEN)"
)


def put(home: Path, text: str) -> None:
    envfile.path(home).write_text(text, encoding="utf-8")


def test_values_are_what_stands_behind_the_first_equals_sign_to_the_letter(tmp_path: Path) -> None:
    put(tmp_path, "\ufeff# 邮件\r\n\nYINUO_SMTP_PASSWORD=a=b #$c'd\nYINUO_SMTP_USER=\n")
    assert read(tmp_path) == {"YINUO_SMTP_PASSWORD": "a=b #$c'd"}
    assert read(tmp_path / "nowhere") == {}


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("SECRET_KEY=x", "名称应为 YINUO_"),
        ("export YINUO_ORIGIN=x", "名称应为 YINUO_"),
        ("YINUO_ORIGIN", "应写作 YINUO_名称=值"),
        ("YINUO_ORIGIN = x", "名称应为 YINUO_"),
        ('YINUO_ORIGIN="x"', "不要加引号"),
        ("YINUO_ORIGIN= x", "前后有空格"),
        ("YINUO_ORIGIN=a\tb", "控制字符"),
        ("YINUO_DATA=/x", "不能写在这个文件里"),
        ("YINUO_PACK=a\nYINUO_PACK=b", "写了两次"),
    ],
)
def test_a_line_that_cannot_be_meant_is_named(tmp_path: Path, line: str, says: str) -> None:
    put(tmp_path, f"# 第一行\n{line}\n")
    with pytest.raises(EnvFileError, match=says) as error:
        read(tmp_path)
    assert f"第 {2 + line.count(chr(10))} 行" in str(error.value)
    with pytest.raises(EnvFileError):
        write(tmp_path, {"YINUO_ORIGIN": "http://x"})


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    envfile.path(tmp_path).write_bytes(b"YINUO_PACK=\xff\n")
    with pytest.raises(EnvFileError, match="UTF-8"):
        read(tmp_path)


def test_writing_changes_what_is_given_and_leaves_the_other_lines(tmp_path: Path) -> None:
    put(tmp_path, "# 网址\nYINUO_ORIGIN=http://a\nYINUO_SMS_URL=\nYINUO_SMS_TOKEN=t\n")
    changes = {
        "YINUO_ORIGIN": "http://b",
        "YINUO_SMS_URL": "https://s",
        "YINUO_SMS_TOKEN": None,
        "YINUO_PACK": "p",
        "YINUO_LOG": None,
    }
    assert write(tmp_path, changes) == ["YINUO_ORIGIN", "YINUO_SMS_URL", "YINUO_SMS_TOKEN", "YINUO_PACK"]
    assert (
        envfile.path(tmp_path).read_text() == "# 网址\nYINUO_ORIGIN=http://b\nYINUO_SMS_URL=https://s\nYINUO_PACK=p\n"
    )
    written = envfile.path(tmp_path).stat()
    assert write(tmp_path, changes) == []
    assert envfile.path(tmp_path).stat().st_mtime_ns == written.st_mtime_ns, "nothing changed, nothing written"


def test_the_file_is_its_owners_alone_whatever_lay_there_before(tmp_path: Path) -> None:
    put(tmp_path, "YINUO_PACK=a\n")
    envfile.path(tmp_path).chmod(0o644)
    (tmp_path / ".yinuo.env.part").write_text("left by one that was killed")
    write(tmp_path, {"YINUO_PACK": "b"})
    assert envfile.path(tmp_path).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["yinuo.env"]


@pytest.mark.parametrize("value", ["a\nYINUO_DEMO=1", " a", "a\x00", '"a"'])
def test_a_value_the_file_cannot_hold_changes_nothing(tmp_path: Path, value: str) -> None:
    put(tmp_path, "YINUO_PACK=a\n")
    with pytest.raises(ValueError, match="YINUO_SMTP_PASSWORD"):
        write(tmp_path, {"YINUO_PACK": "b", "YINUO_SMTP_PASSWORD": value})
    assert envfile.path(tmp_path).read_text() == "YINUO_PACK=a\n"


def test_the_environment_wins_and_is_told_from_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {"YINUO_PACK": "outside", "YINUO_LOG": ""})
    monkeypatch.setattr(envfile, "_from_file", set())
    put(tmp_path, "YINUO_PACK=inside\nYINUO_LOG=json\nYINUO_ORIGIN=http://a\n")
    load(tmp_path)
    load(tmp_path)
    assert os.environ == {"YINUO_PACK": "outside", "YINUO_LOG": "", "YINUO_ORIGIN": "http://a"}
    assert envfile.outside() == {"YINUO_PACK": "outside", "YINUO_LOG": ""}


def test_every_process_that_reads_the_settings_reads_the_file(tmp_path: Path) -> None:
    put(
        tmp_path, "YINUO_SMTP_HOST=smtp.x.cn\nYINUO_SMTP_TLS=ssl\nYINUO_ORIGIN=https://in.the.file\nYINUO_SMS_TOKEN=t\n"
    )
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("YINUO_", "DJANGO_"))}
    environment = {
        **kept,
        "YINUO_DATA": str(tmp_path),
        "YINUO_ORIGIN": "https://outside",
        "DJANGO_SETTINGS_MODULE": "yinuo.config.settings",
    }
    shown = subprocess.run([sys.executable, "-c", SHOW], env=environment, capture_output=True, text=True, check=True)
    assert shown.stdout.split() == ["smtp.x.cn", "smtp", "True", "https://outside", "t"]
