from __future__ import annotations

from typing import Any

import pytest
from django.core import checks

from yinuo.deploy.checks import TAG


def told(settings: Any, **changes: str) -> list[str]:
    for name, value in changes.items():
        setattr(settings, name, value)
    return [str(fault.msg) for fault in checks.run_checks(tags=[TAG])]


def test_the_settings_as_they_come_are_fine(settings: Any) -> None:
    assert told(settings) == []


@pytest.mark.parametrize("url", ["", "http://codes.example.gov.cn/"])
def test_a_provincial_platform_without_a_safe_address_is_told_with_the_setting_to_fill_in(
    settings: Any, url: str
) -> None:
    [message] = told(settings, YINUO_CODE_PROVIDER="yinuo.rooms.projects.codes.ProvincialProvider", YINUO_CODE_URL=url)
    assert message.startswith("YINUO_CODE_PROVIDER 是 yinuo.rooms.projects.codes.ProvincialProvider")
    assert "请在 YINUO_CODE_URL 填写" in message


def test_with_an_address_it_is_fine(settings: Any) -> None:
    url = "https://codes.example.gov.cn/"
    assert told(settings, YINUO_CODE_PROVIDER="yinuo.rooms.projects.codes.ProvincialProvider", YINUO_CODE_URL=url) == []


@pytest.mark.parametrize("name", ["YINUO_CODE_PROVIDER", "YINUO_SIGNING_PROVIDER"])
@pytest.mark.parametrize("path", ["yinuo.rooms.projects.codes.Nobody", "nowhere.Nobody", "Nobody"])
def test_a_provider_that_is_not_there_is_told_by_its_name(settings: Any, name: str, path: str) -> None:
    [message] = told(settings, **{name: path})
    assert message.startswith(f"{name} 写的是 {path}，找不到它")
