"""Project codes (GB/T 40058) and unified social credit codes (GB 32100, GB 11714)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yinuo.core.codes import (
    CodeError,
    check_credit_code,
    make_credit_code,
    make_project_code,
    parse_project_code,
    project_code_check,
)

REAL_PROJECT_CODES = (
    "2603-141124-89-05-346948",
    "2411-130202-89-01-637015",
    "2509-320193-89-01-544060",
    "2502-140109-89-01-287745",
)
MADE_PROJECT_CODES = ("2611-622927-04-01-000011", "2611-622927-04-01-123452")
WRONG_PROJECT_CODES = ("2601-140100-89-01-123456", "2608-110000-04-01-000001")
OLD_PROJECT_CODES = ("2020-330327-48-01-167360", "2020-451421-88-03-016343", "2018-620000-50-03-012345")
REAL_CREDIT_CODES = (
    "914403001922038216",
    "91440300708461136T",
    "9144030071526726XG",
    "91110108551385082Q",
    "91330100799655058B",
    "91110000710925462X",
    "91370200264574251E",
    "91440400192548256N",
    "91620000710375659T",
    "91620300224690952T",
)
WRONG_CREDIT_CODES = ("91520000214440467B", "9144030010001231X6", "91620000698064178J")
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@pytest.mark.parametrize("text", REAL_PROJECT_CODES + MADE_PROJECT_CODES)
def test_a_real_project_code_is_valid(text: str) -> None:
    code = parse_project_code(text)
    assert code.style == "current"
    assert "-".join((code.period, code.region, code.field, code.kind, code.serial + (code.check or "?"))) == text


@pytest.mark.parametrize("text", WRONG_PROJECT_CODES)
def test_a_project_code_with_a_wrong_check_digit_is_refused(text: str) -> None:
    with pytest.raises(CodeError, match="校验码不符"):
        parse_project_code(text)


@pytest.mark.parametrize("text", OLD_PROJECT_CODES)
def test_an_old_project_code_has_no_check_digit(text: str) -> None:
    code = parse_project_code(text)
    assert (code.style, code.check, code.period, code.serial) == ("old", None, text[:4], text[-6:])


def test_the_parts_of_a_code_have_their_names() -> None:
    code = parse_project_code("2611-622927-04-01-123452")
    assert (code.period, code.region, code.field, code.kind, code.serial, code.check) == (
        "2611",
        "622927",
        "04",
        "01",
        "12345",
        "2",
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2611-622927-04-01-12345",
        "2611-622927-04-01-1234521",
        "26116229270401123452",
        "2611-622927-04-01-12345X",
        "２６１１-622927-04-01-123452",
        "٢٦١١-622927-04-01-123452",
        " 2611-622927-04-01-123452",
        "2611-622927-04-01-123452\n",
        "2611–622927–04–01–123452",
    ],
)
def test_a_project_code_of_the_wrong_shape_is_refused(text: str) -> None:
    with pytest.raises(CodeError, match="24 个字符"):
        parse_project_code(text)


@pytest.mark.parametrize(
    ("period", "style"),
    [("2015", None), ("2016", "old"), ("2020", "old"), ("2021", None), ("2600", None), ("2613", None)],
)
def test_only_the_years_2016_to_2020_make_an_old_code(period: str, style: str | None) -> None:
    text = f"{period}-622927-04-01-123452"
    if style is None:
        with pytest.raises(CodeError, match=period):
            parse_project_code(text)
    else:
        assert parse_project_code(text).style == style


def test_2011_is_november_2020_and_not_a_year() -> None:
    code = parse_project_code(make_project_code("2011", "622927", "04", "01", "00001"))
    assert code.style == "current"


@pytest.mark.parametrize("approval", ["00", "04"])
def test_an_old_code_needs_a_known_way_of_approval(approval: str) -> None:
    with pytest.raises(CodeError, match="第四段"):
        parse_project_code(f"2018-620000-50-{approval}-012345")


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("时间", ("261", "622927", "04", "01", "12345")),
        ("时间", ("2613", "622927", "04", "01", "12345")),
        ("时间", ("2600", "622927", "04", "01", "12345")),
        ("地区", ("2611", "62292A", "04", "01", "12345")),
        ("部门", ("2611", "622927", "4", "01", "12345")),
        ("类型", ("2611", "622927", "04", "001", "12345")),
        ("随机码", ("2611", "622927", "04", "01", "1234")),
        ("随机码", ("2611", "622927", "04", "01", "１２３４５")),
    ],
)
def test_a_code_is_not_made_from_a_part_of_the_wrong_shape(name: str, parts: tuple[str, str, str, str, str]) -> None:
    with pytest.raises(CodeError, match=name):
        make_project_code(*parts)


def test_the_check_digit_needs_nineteen_digits() -> None:
    for text in ("", "1" * 18, "1" * 20, "1" * 18 + "x"):
        with pytest.raises(CodeError, match="前 19 位"):
            project_code_check(text)


project_codes = st.builds(
    make_project_code,
    st.builds(lambda year, month: f"{year:02}{month:02}", st.integers(20, 99), st.integers(1, 12)),
    st.from_regex(r"[0-9]{6}", fullmatch=True),
    st.from_regex(r"[0-9]{2}", fullmatch=True),
    st.from_regex(r"[0-9]{2}", fullmatch=True),
    st.from_regex(r"[0-9]{5}", fullmatch=True),
)


@given(project_codes, st.data())
def test_a_made_code_is_valid_and_one_wrong_digit_never_is(code: str, data: st.DataObject) -> None:
    assert parse_project_code(code).text == code
    position = data.draw(st.sampled_from([i for i, char in enumerate(code) if char != "-"]))
    digit = data.draw(st.sampled_from([char for char in "0123456789" if char != code[position]]))
    broken = code[:position] + digit + code[position + 1 :]
    if broken[:4] in ("2016", "2017", "2018", "2019", "2020") and broken[15:17] in ("01", "02", "03"):
        assert parse_project_code(broken).style == "old"  # a wrong month can make a year, and that style has no check
    else:
        with pytest.raises(CodeError):
            parse_project_code(broken)


@pytest.mark.parametrize("text", REAL_CREDIT_CODES)
def test_a_real_credit_code_is_valid(text: str) -> None:
    check_credit_code(text)


@pytest.mark.parametrize("text", WRONG_CREDIT_CODES)
def test_a_credit_code_with_a_wrong_check_character_is_refused(text: str) -> None:
    with pytest.raises(CodeError, match="校验码"):
        check_credit_code(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "现为 0 位"),
        ("91440300192203821", "现为 17 位"),
        ("9144030019220382160", "现为 19 位"),
        ("9144030071526726xG", "第 17 位“x”"),
        ("91440300708461136O", "第 18 位“O”"),
        ("I14403001922038216", "第 1 位“I”"),
        ("９14403001922038216", "第 1 位“９”"),
        ("9144A3001922038216", "第 3—8 位"),
        ("914403001922038226", "第 17 位（组织机构代码校验码）"),
        ("914403001922038217", "第 18 位（校验码）"),
        ("924403001922038216", "第 18 位（校验码）"),
    ],
)
def test_a_wrong_credit_code_says_what_is_wrong(text: str, reason: str) -> None:
    with pytest.raises(CodeError) as caught:
        check_credit_code(text)
    assert reason in caught.value.reason
    assert str(caught.value) == caught.value.reason


@given(st.sampled_from(REAL_CREDIT_CODES), st.integers(0, 17), st.sampled_from(CREDIT_ALPHABET))
def test_one_wrong_character_in_a_credit_code_is_always_found(code: str, position: int, char: str) -> None:
    broken = code[:position] + char + code[position + 1 :]
    if broken != code:
        with pytest.raises(CodeError):
            check_credit_code(broken)


@given(st.sampled_from(REAL_CREDIT_CODES), st.integers(0, 16))
def test_two_neighbours_exchanged_in_a_credit_code_are_always_found(code: str, position: int) -> None:
    broken = code[:position] + code[position + 1] + code[position] + code[position + 2 :]
    if broken != code:
        with pytest.raises(CodeError):
            check_credit_code(broken)


def test_a_district_long_abolished_is_no_fault() -> None:
    check_credit_code("91110000710925462X")  # 110000 is no county
    check_credit_code("91620000710375659T")


@given(st.integers(0, 99_999_999))
def test_a_made_up_companys_code_stands_the_check(serial: int) -> None:
    code = make_credit_code("622927", f"{serial:08d}")
    check_credit_code(code)
    assert code[2:16] == f"622927{serial:08d}"
