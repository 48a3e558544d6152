"""Codes with a check character: the project code (GB/T 40058) and the unified social credit code (GB 32100)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

_SHAPE = re.compile(r"([0-9]{4})-([0-9]{6})-([0-9]{2})-([0-9]{2})-([0-9]{6})")
_OLD_YEARS = range(2016, 2021)
_OLD_APPROVALS = ("01", "02", "03")

_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


class CodeError(ValueError):
    """The code cannot be right; `reason` says why, for the person who typed it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class ProjectCode:
    """A project code taken apart.

    **Shape**: current style: `period` YYMM, `field` the department in charge, `kind` the project type, `serial` the
    random part, `check`. Old style (2016–2020): `period` YYYY, `field` the industry, `kind` the way of approval, no
    check.
    """

    text: str
    style: Literal["current", "old"]
    period: str
    region: str
    field: str
    kind: str
    serial: str
    check: str | None


def project_code_check(d19: str) -> str:
    """The check digit over the 19 digits before it (ISO 7064 MOD 11,10).

    Raises CodeError for anything but 19 digits.
    """
    if not re.fullmatch(r"[0-9]{19}", d19):
        raise CodeError("项目代码的校验码由前 19 位数字算出")
    product = 10
    for digit in d19:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)


def parse_project_code(text: str) -> ProjectCode:
    """The parts of a project code of either style. Raises CodeError.

    The first four digits tell the styles apart: the years 2016 to 2020 are no months.
    """
    shape = _SHAPE.fullmatch(text)
    if shape is None:
        raise CodeError("项目代码应为 24 个字符：20 位半角数字，按 4-6-2-2-6 位用“-”连接")
    period, region, field, kind, tail = shape.groups()
    if 1 <= int(period[2:]) <= 12:
        expected = project_code_check(text.replace("-", "")[:19])
        if tail[5] != expected:
            raise CodeError("项目代码的校验码不符，请核对是否有误写的数字")
        return ProjectCode(text, "current", period, region, field, kind, tail[:5], tail[5])
    if int(period) not in _OLD_YEARS:
        raise CodeError(f"项目代码前四位 {period} 既不是年月（YYMM），也不是旧式代码的年份（2016—2020）")
    if kind not in _OLD_APPROVALS:
        raise CodeError(f"旧式项目代码的第四段应为 01（审批）、02（核准）或 03（备案），现为 {kind}")
    return ProjectCode(text, "old", period, region, field, kind, tail, None)


def make_project_code(yymm: str, region: str, department: str, kind: str, random5: str) -> str:
    """A code of the current style with its check digit. Raises CodeError for a part of the wrong shape."""
    parts = (("时间", yymm, 4), ("地区", region, 6), ("部门", department, 2), ("类型", kind, 2), ("随机码", random5, 5))
    for name, part, length in parts:
        if len(part) != length or not re.fullmatch(r"[0-9]+", part):
            raise CodeError(f"项目代码的{name}应为 {length} 位半角数字，现为“{part}”")
    if not 1 <= int(yymm[2:]) <= 12:
        raise CodeError(f"项目代码的时间应为年月（YYMM），现为“{yymm}”")
    check = project_code_check(yymm + region + department + kind + random5)
    return f"{yymm}-{region}-{department}-{kind}-{random5}{check}"


def check_credit_code(text: str) -> None:
    """Whether a unified social credit code can be right, by both of its check characters. Raises CodeError.

    The district in positions 3–8 may long be abolished, so only its shape is looked at.
    """
    if len(text) != 18:
        raise CodeError(f"统一社会信用代码应为 18 位，现为 {len(text)} 位")
    for position, char in enumerate(text, start=1):
        if char not in _CREDIT_ALPHABET:
            raise CodeError(
                f"统一社会信用代码第 {position} 位“{char}”不在允许的字符中（半角数字和大写字母，不含 I、O、S、V、Z）"
            )
    if not text[2:8].isdigit():
        raise CodeError("统一社会信用代码第 3—8 位（登记机关行政区划）应为数字")
    if text[16] != _organisation_check(text[8:16]):
        raise CodeError("统一社会信用代码第 17 位（组织机构代码校验码）不符，请核对第 9—17 位")
    if text[17] != _credit_check(text[:17]):
        raise CodeError("统一社会信用代码第 18 位（校验码）不符，请核对是否有误写的字符")


def make_credit_code(district: str, serial: str) -> str:
    """The code of a made-up company registered in `district` (six digits) under `serial` (eight), for training and
    tests.

    Example: make_credit_code("622927", "00000001") == "91622927000000019C"
    """
    body = f"91{district}{serial}{_organisation_check(serial)}"
    code = body + _credit_check(body)
    check_credit_code(code)
    return code


def _credit_check(body: str) -> str:
    total = sum(_CREDIT_ALPHABET.index(char) * pow(3, i, 31) for i, char in enumerate(body))
    return _CREDIT_ALPHABET[-total % 31]


def _organisation_check(body: str) -> str:
    total = sum(
        _ORGANISATION_ALPHABET.index(char) * weight for char, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True)
    )
    return "0123456789X"[-total % 11]
